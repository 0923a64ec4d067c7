//go:build linux

package storm

import (
	"bytes"
	"fmt"
	"math"
	"os"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"livetail/internal/wire"
)

// million writes a million lines (fewer in make test) as fast as a log is written, in pieces, and returns how many bytes that is.
func (j *journal) million(t testing.TB) int64 {
	out := &appender{path: j.path}
	defer out.close()
	for range lasting(1000, 50) {
		if err := j.authors[0].write(j, 0, 1000, out); err != nil {
			t.Fatal(err)
		}
		pause(time.Millisecond)
	}
	info, err := os.Stat(j.path)
	if err != nil {
		t.Fatal(err)
	}
	return info.Size()
}

// unsent is the most that the kernel holds for one connection of the web process at addr.
func unsent(t testing.TB, addr string) (most int64) {
	_, port, _ := strings.Cut(addr, ":")
	n, _ := strconv.Atoi(port)
	table, err := os.ReadFile("/proc/net/tcp")
	if err != nil {
		t.Fatal(err)
	}
	for line := range bytes.Lines(table) {
		f := strings.Fields(string(line))
		if len(f) < 5 || !strings.HasSuffix(f[1], fmt.Sprintf(":%04X", n)) {
			continue
		}
		queue, _, _ := strings.Cut(f[4], ":")
		bytes, _ := strconv.ParseInt(queue, 16, 64)
		most = max(most, bytes)
	}
	return most
}

// A page that reads slowly, or stops for a while, or for good, loses nothing, takes no memory, and nobody else notices.
func TestSlowPages(t *testing.T) {
	t.Parallel()
	s := newSite(t, 1, 1)
	g := newGroup(s, "app.log", 1, nil) // reads all there is
	quiet := newGroup(s, "quiet.log", 3, nil)
	quiet.journal.begin(50 * time.Millisecond)
	var size atomic.Int64 // of the log, once all is written
	size.Store(math.MaxInt64)
	var wrong atomic.Pointer[string]
	behind := func(f *wire.Frame) { // after the end every frame must say exactly how far it is
		at := f.After[len(f.After)-1].Offset
		end := size.Load()
		if f.Behind < 0 || end < math.MaxInt64 && f.Behind+at != end && f.Behind+at > end {
			words := fmt.Sprintf("at %d of %d bytes a frame says %d bytes behind", at, end, f.Behind)
			wrong.CompareAndSwap(nil, &words)
		}
	}
	var speed atomic.Int64
	open := func(adjust func(*page)) *page {
		p := g.person.open(g.journal, func(p *page) {
			p.direct, p.slow, p.frame = true, &speed, behind
			if adjust != nil {
				adjust(p)
			}
		})
		g.pages = append(g.pages, p)
		return p
	}
	var still, never atomic.Int64
	trickle := open(nil)
	stalled := open(func(p *page) { p.slow = &still })
	dead := open(func(p *page) { p.slow = &never })
	g.areLive()

	web, worker := s.webs[0], s.workers[0]
	before := [2]int64{web.memory("VmRSS"), worker.memory("VmRSS")}
	speed.Store(10_000)
	stalled.stall(true)
	dead.stall(true)
	var wg sync.WaitGroup
	var queue int64
	done := make(chan struct{})
	wg.Go(func() {
		for {
			queue = max(queue, unsent(t, web.front.to))
			select {
			case <-done:
				return
			case <-time.After(50 * time.Millisecond):
			}
		}
	})
	size.Store(g.journal.million(t))
	pause(15 * time.Second)
	stalled.stall(false)
	all := g.journal.written()
	for _, p := range []*page{g.pages[0], stalled} {
		eventually(t, patience, "who reads gets all", func() (err error) {
			p.look(func(p *page) { err = p.seen.has(all) })
			return err
		})
	}
	pause(lasting(75*time.Second, 0)) // a page that reads nothing at all is closed after a minute
	trickle.look(func(p *page) {
		if p.connected != 1 {
			t.Errorf("a page that reads 10 KB/s had to connect %d times: %v", p.connected, p.closings)
		}
		if p.behind == 0 {
			t.Error("a page that reads 10 KB/s is not behind: this proves nothing")
		}
		fmt.Printf("at 10 KB/s: %d bytes behind of %d\n", p.behind, size.Load())
	})
	close(done)
	wg.Wait()
	grown := [2]int64{web.memory("VmHWM") - before[0], worker.memory("VmHWM") - before[1]}
	fmt.Printf("slow pages: web grew by %.1f MiB, worker by %.1f MiB, largest send queue %d KiB; oldest line of another log %s\n",
		float64(grown[0])/(1<<20), float64(grown[1])/(1<<20), queue>>10, seconds(quiet.caughtUp("beside slow pages")))
	for i, name := range []string{"web", "worker"} {
		if grown[i] > (32+6)<<20 {
			t.Errorf("%s grew by %d bytes", name, grown[i])
		}
	}
	if queue > 512<<10 {
		t.Errorf("the kernel held %d bytes for one page", queue)
	}
	if words := wrong.Load(); words != nil {
		t.Error(*words)
	}
	speed.Store(0)
	dead.stall(false)
	g.expectLines("slow pages")
	quiet.finish("beside slow pages")
	dead.look(func(p *page) {
		if minutes > 0 && p.connected < 2 {
			t.Error("a page that read nothing for over a minute was never closed")
		}
	})
	if n, _ := quiet.counts(); n != len(quiet.pages) {
		t.Errorf("the others had %d sockets", n)
	}
}
