package tailer

import (
	"context"
	"runtime"
	"testing"
	"testing/synctest"
	"time"

	"livetail/internal/wire"
)

// entering enters in the background, and says when it is in.
func entering(ctx context.Context, g *gate) chan error {
	in := make(chan error, 1)
	go func() { in <- g.enter(ctx) }()
	synctest.Wait()
	return in
}

func inside(in chan error) bool { return len(in) == 1 }

func TestChunksGiveWayToLiveTails(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := newGate()
		g.hush()
		g.hush()
		began := time.Now()
		in := entering(t.Context(), g)
		g.murmur()
		synctest.Wait()
		if inside(in) {
			t.Error("a chunk begins while one of two live tails hands something on")
		}
		g.murmur()
		synctest.Wait()
		if !inside(in) || time.Since(began) != 0 {
			t.Errorf("a chunk waits although all is calm: %v", time.Since(began))
		}
		g.leave()

		g.hush()
		in = entering(t.Context(), g)
		if err := <-in; err != nil || time.Since(began) != mostWait {
			t.Errorf("beside a tail that is never quiet a chunk begins after %v: %v", time.Since(began), err)
		}
		g.leave()

		ctx, cancel := context.WithCancel(t.Context())
		in = entering(ctx, g)
		cancel()
		if err := <-in; err == nil || len(g.chunks) != 0 {
			t.Errorf("who gave up holds %d places: %v", len(g.chunks), err)
		}
	})
}

func TestHeadroom(t *testing.T) {
	before := runtime.GOMAXPROCS(0)
	defer runtime.GOMAXPROCS(before)
	t.Setenv("GOMAXPROCS", "")
	Headroom()
	if n := runtime.GOMAXPROCS(0); n != before+1 || cap(newGate().chunks) != before {
		t.Errorf("of %d processors and one more, the scheduler has %d, and searches %d", before, n, cap(newGate().chunks))
	}
	t.Setenv("GOMAXPROCS", "7")
	Headroom()
	if n := runtime.GOMAXPROCS(0); n != before+1 {
		t.Errorf("where somebody said how many, it is %d", n)
	}
}

func TestChunksNeverTakeAllProcessors(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := newGate()
		most := max(1, runtime.GOMAXPROCS(0)-1)
		for range most {
			if !inside(entering(t.Context(), g)) {
				t.Fatalf("not even %d chunks at a time", most)
			}
		}
		ctx, cancel := context.WithCancel(t.Context())
		in := entering(ctx, g)
		if inside(in) {
			t.Errorf("%d chunks at a time", most+1)
		}
		cancel()
		if <-in == nil {
			t.Error("it came in in the end")
		}
		in = entering(t.Context(), g)
		g.leave()
		synctest.Wait()
		if !inside(in) {
			t.Error("a place that was given back is not taken")
		}
	})
}

// watching looks at the gate while frames are sent.
type watching struct {
	discard
	gate *gate
	busy []int
}

func (w *watching) Send(ctx context.Context, f *wire.Frame) error {
	w.gate.mu.Lock()
	defer w.gate.mu.Unlock()
	if f.Kind == wire.Lines {
		w.busy = append(w.busy, w.gate.busy)
	}
	return nil
}

// What is sent at the live edge holds searches up; what was there before does not.
func TestOnlyLiveLinesHoldSearchesUp(t *testing.T) {
	b := newBench(t)
	b.write("f", "old\n")
	w := &watching{gate: b.tailer.gate}
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	f := b.tailer.Open(Source{Path: b.path})
	defer f.Close()
	ended := make(chan error, 1)
	go func() { ended <- f.Follow(ctx, Start{Lines: 10}, w) }()
	look := func(n int) []int {
		b.until("frames come", func() bool {
			w.gate.mu.Lock()
			defer w.gate.mu.Unlock()
			return len(w.busy) >= n
		})
		return w.busy
	}
	look(1)
	b.append("f", "new\n")
	b.clock.advance(time.Second)
	if got := look(2); got[0] != 0 || got[1] != 1 {
		t.Errorf("%v tails were busy during the frames", got)
	}
	cancel()
	<-ended
	if w.gate.busy != 0 {
		t.Errorf("%d are busy for ever", w.gate.busy)
	}
}
