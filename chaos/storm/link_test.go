//go:build linux

package storm

import (
	"io"
	"net"
	"sync"
	"testing"
	"time"
)

// link is a wire between two programs that can be cut, slowed down, or let nothing pass.
type link struct {
	ln net.Listener
	to string

	mu    sync.Mutex
	open  chan struct{} // closed: bytes pass
	holed bool
	away  bool // new connections are closed at once
	late  time.Duration
	ends  map[net.Conn]struct{}
	wg    sync.WaitGroup
}

func newLink(t testing.TB, to string) *link {
	t.Helper()
	return newLinkAt(t, "127.0.0.1:0", to)
}

func newLinkAt(t testing.TB, addr, to string) *link {
	t.Helper()
	ln, err := net.Listen("tcp", addr)
	if err != nil {
		t.Fatal(err)
	}
	l := &link{ln: ln, to: to, open: make(chan struct{}), ends: map[net.Conn]struct{}{}}
	close(l.open)
	l.wg.Go(l.accept)
	t.Cleanup(func() {
		ln.Close()
		l.mend()
		l.cut()
		l.wg.Wait()
	})
	return l
}

func (l *link) addr() string { return l.ln.Addr().String() }

func (l *link) accept() {
	for {
		near, err := l.ln.Accept()
		if err != nil {
			return
		}
		l.wg.Go(func() { l.carry(near) })
	}
}

func (l *link) carry(near net.Conn) {
	defer near.Close()
	if !l.add(near) {
		return
	}
	defer l.remove(near)
	l.gate()
	far, err := net.DialTimeout("tcp", l.to, 5*time.Second)
	if err != nil {
		return
	}
	defer far.Close()
	if !l.add(far) {
		return
	}
	defer l.remove(far)
	done := make(chan struct{})
	go func() {
		defer close(done)
		l.copy(far, near)
		far.Close()
		near.Close()
	}()
	l.copy(near, far)
	far.Close()
	near.Close()
	<-done
}

func (l *link) add(c net.Conn) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.ends[c] = struct{}{}
	return !l.away
}

func (l *link) remove(c net.Conn) {
	l.mu.Lock()
	defer l.mu.Unlock()
	delete(l.ends, c)
}

// gate waits until bytes pass, and says how late they come.
func (l *link) gate() time.Duration {
	for {
		l.mu.Lock()
		open, holed, late := l.open, l.holed, l.late
		l.mu.Unlock()
		if !holed {
			return late
		}
		<-open
	}
}

func (l *link) copy(to io.Writer, from io.Reader) {
	buf := make([]byte, 64<<10)
	for {
		n, err := from.Read(buf)
		if late := l.gate(); late > 0 {
			pause(late)
		}
		if n > 0 {
			if _, err := to.Write(buf[:n]); err != nil {
				return
			}
		}
		if err != nil {
			return
		}
	}
}

// hole lets nothing pass and closes nothing, as a network does that drops every packet.
func (l *link) hole() {
	l.mu.Lock()
	defer l.mu.Unlock()
	if !l.holed {
		l.holed, l.open = true, make(chan struct{})
	}
}

// slow makes each piece late.
func (l *link) slow(by time.Duration) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.late = by
}

// leave cuts, and closes new connections at once until mend.
func (l *link) leave() {
	l.mu.Lock()
	l.away = true
	l.mu.Unlock()
	l.cut()
}

// mend ends what hole, slow and leave began.
func (l *link) mend() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.late, l.away = 0, false
	if l.holed {
		l.holed = false
		close(l.open)
	}
}

// cut resets every connection, so that what was on its way is lost.
func (l *link) cut() {
	l.mu.Lock()
	defer l.mu.Unlock()
	for c := range l.ends {
		if tcp, ok := c.(*net.TCPConn); ok {
			tcp.SetLinger(0)
		}
		c.Close()
	}
}

// pause is how a fault lasts, or a wire is long.
func pause(d time.Duration) {
	<-time.After(d) // scenario: nothing happens meanwhile that could be waited for
}
