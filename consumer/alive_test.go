package consumer

import (
	"errors"
	"io"
	"net"
	"os"
	"testing"
	"time"

	"livetail/internal/delivery"
)

func TestPulse(t *testing.T) {
	type step struct {
		at              time.Duration
		acked, received uint64
		unsent, writing bool
		pongs           uint64
		alive           bool
	}
	s := time.Second
	for name, steps := range map[string][]step{
		"silent from the start":          {{at: 29 * s, alive: true}, {at: 30 * s}},
		"acknowledges":                   {{at: 29 * s, acked: 1, alive: true}, {at: 58 * s, acked: 1, alive: true}, {at: 59 * s, acked: 1}},
		"acknowledges but never reads":   {{at: 25 * s, acked: 1, alive: true}, {at: 50 * s, acked: 2, alive: true}, {at: 60 * s, acked: 3}},
		"sends but never reads":          {{at: 25 * s, received: 1, alive: true}, {at: 50 * s, received: 2, alive: true}, {at: 60 * s, received: 3}},
		"answers pings":                  {{at: 25 * s, pongs: 1, alive: true}, {at: 50 * s, pongs: 2, alive: true}, {at: 79 * s, pongs: 3, alive: true}},
		"reads slowly, a write stands":   {{at: 20 * s, acked: 1, writing: true, alive: true}, {at: 45 * s, acked: 2, writing: true, alive: true}, {at: 70 * s, acked: 3, writing: true, alive: true}, {at: 95 * s, acked: 4, alive: true}},
		"reads slowly what is buffered":  {{at: 20 * s, acked: 1, unsent: true, alive: true}, {at: 45 * s, acked: 2, unsent: true, alive: true}, {at: 70 * s, acked: 3, unsent: true, alive: true}},
		"stops reading while it is full": {{at: 20 * s, acked: 1, writing: true, alive: true}, {at: 49 * s, acked: 1, writing: true, alive: true}, {at: 50 * s, acked: 1, writing: true}},
	} {
		began := time.Now()
		p := pulse{dead: 30 * s, unread: 60 * s, every: 30 * s, looked: began, life: began, reading: began}
		for _, x := range steps {
			if got := p.look(began.Add(x.at), gauge{x.acked, x.received, x.unsent}, x.writing, x.pongs); got != x.alive {
				t.Errorf("%s: at %v alive = %v", name, x.at, got)
			}
		}
	}
}

// What a page did while this process was frozen could not be seen; from then on it has as long as any other.
func TestAProcessThatStoodStillBlamesNoPage(t *testing.T) {
	s, began := time.Second, time.Now()
	p := pulse{dead: 30 * s, unread: 60 * s, every: 5 * s, looked: began, life: began, reading: began}
	for _, x := range []struct {
		at    time.Duration
		alive bool
	}{{5 * s, true}, {100 * s, true}, {105 * s, true}, {110 * s, true}, {115 * s, false}} {
		if got := p.look(began.Add(x.at), gauge{}, false, 0); got != x.alive {
			t.Errorf("at %v alive = %v", x.at, got)
		}
	}
}

func TestABeatIsSentWhenNothingElseIs(t *testing.T) {
	r := newRig(t, Options{Times: Times{Beat: 10 * time.Millisecond}})
	p := r.dial("").open()
	r.tail()
	p.hear()
	for range 5 {
		if m := p.hear(); m.Say != "beat" {
			t.Errorf("heard %+v", m)
		}
	}
}

// A page that answers pings lives, though nothing else comes from it and its log is quiet.
func TestAPageThatAnswersPingsLives(t *testing.T) {
	r := newRig(t, Options{Times: Times{Beat: 20 * time.Millisecond, Ping: 20 * time.Millisecond, Dead: 10 * time.Second, Unread: 2 * time.Second}})
	p := r.dial("").open()
	tail := r.tail()
	for began := time.Now(); time.Since(began) < 3*time.Second; {
		p.hear()
	}
	select {
	case <-tail.closed:
		t.Error("its tail is closed")
	default:
	}
}

// A page whose kernel takes everything and that never answers a ping is dead, though its log is quiet.
func TestAGhostOfAQuietLogIsClosed(t *testing.T) {
	r := newRig(t, Options{Times: Times{Beat: 10 * time.Millisecond, Ping: 10 * time.Millisecond, Dead: patience, Unread: 200 * time.Millisecond, Polite: 10 * time.Millisecond}})
	r.mute(64 << 10)
	tail := r.tail()
	await(t, "the tail is closed", tail.closed)
	await(t, "release", r.released)
}

// A page that never reads is dead, though a write stands that can never end.
func TestAGhostOfABusyLogIsClosed(t *testing.T) {
	r := newRig(t, Options{Times: Times{Beat: 10 * time.Millisecond, Ping: 10 * time.Millisecond, Dead: 200 * time.Millisecond, Polite: 10 * time.Millisecond}})
	r.mute(4 << 10)
	tail := r.tail()
	for range 900 {
		tail.items <- delivery.Item{Frame: make([]byte, 128<<10)}
	}
	await(t, "the tail is closed", tail.closed)
	await(t, "release", r.released)
}

// A slow page is not dead: here each look finds that it took some of a frame that takes many times longer than Dead. After
// it stopped reading, it is.
func TestASlowPageLivesAndAStoppedOneDies(t *testing.T) {
	r := newRig(t, Options{SendBuffer: 4 << 10, Times: Times{Beat: 50 * time.Millisecond, Ping: 50 * time.Millisecond, Dead: 2 * time.Second, Unread: 2 * time.Second, Polite: 10 * time.Millisecond}})
	c := r.mute(4 << 10)
	tail := r.tail()
	const frame = 8 << 20
	tail.items <- delivery.Item{Frame: make([]byte, frame)}
	read := 0
	for began := time.Now(); time.Since(began) < 6*time.Second; time.Sleep(20 * time.Millisecond) {
		n, err := c.Read(make([]byte, 2<<10))
		if read += n; err != nil {
			t.Fatalf("closed after %v and %d bytes: %v", time.Since(began), read, err)
		}
	}
	if read >= frame {
		t.Fatalf("%d bytes were read: not slow", read)
	}
	select {
	case <-tail.closed:
		t.Fatal("the tail of a slow page is closed")
	default:
	}
	await(t, "the tail of a page that stopped reading is closed", tail.closed)
	for {
		if _, err := c.Read(make([]byte, 64<<10)); err != nil {
			if errors.Is(err, os.ErrDeadlineExceeded) {
				t.Error("the connection was not closed")
			}
			return
		}
	}
}

func TestTheKernelSaysHowFarAPageIs(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	client, err := net.Dial("tcp", l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	accepted, err := l.Accept()
	if err != nil {
		t.Fatal(err)
	}
	c := &conn{Conn: accepted, frames: frames{closing: func() {}}}
	defer c.Close()
	client.Write([]byte("hello"))
	if _, err := io.ReadFull(c, make([]byte, 5)); err != nil {
		t.Fatal(err)
	}
	before := c.gauge()
	if before.received < 5 {
		t.Errorf("5 bytes came, it counts %d", before.received)
	}
	c.Write(make([]byte, 1000))
	eventually(t, "1,000 bytes are acknowledged", func() bool { return c.gauge().acked >= before.acked+1000 })
}
