package tailer

import (
	"context"
	"os"
	"runtime"
	"sync"
	"time"
)

// gate is where whoever reads much gives way to live tails: chunk by chunk, never on all that the scheduler has, and not while a
// live tail hands on what was just written.
type gate struct {
	chunks chan struct{} // holds one for each chunk under way

	mu   sync.Mutex
	busy int           // live tails that hand something on
	calm chan struct{} // closed when none does any more; nil: nobody waits for that
}

// mostWait is how long one chunk waits for calm: where live tails are never quiet, searches still get on.
const mostWait = 20 * time.Millisecond

// Headroom gives Go's scheduler one processor more than there are, for a program that searches beside live tails; before New.
// Searches never take the last one, so a thread always waits in the kernel for what was written, and the kernel, which wakes
// it, is fairer than a scheduler that looks at files only between other goroutines. Who sets GOMAXPROCS has set it.
func Headroom() {
	if os.Getenv("GOMAXPROCS") == "" {
		runtime.GOMAXPROCS(runtime.GOMAXPROCS(0) + 1)
	}
}

func newGate() *gate { return &gate{chunks: make(chan struct{}, max(1, runtime.GOMAXPROCS(0)-1))} }

// enter waits for its turn; whoever entered leaves.
func (g *gate) enter(ctx context.Context) error {
	select {
	case g.chunks <- struct{}{}:
	case <-ctx.Done():
		return ctx.Err()
	}
	g.mu.Lock()
	if g.busy == 0 {
		g.mu.Unlock()
		return nil
	}
	if g.calm == nil {
		g.calm = make(chan struct{})
	}
	calm := g.calm
	g.mu.Unlock()
	enough := time.NewTimer(mostWait)
	defer enough.Stop()
	select {
	case <-calm:
	case <-enough.C:
	case <-ctx.Done():
		g.leave()
		return ctx.Err()
	}
	return nil
}

func (g *gate) leave() { <-g.chunks }

// hush says that a live tail has something to hand on, until murmur.
func (g *gate) hush() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.busy++
}

func (g *gate) murmur() {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.busy--; g.busy == 0 && g.calm != nil {
		close(g.calm)
		g.calm = nil
	}
}
