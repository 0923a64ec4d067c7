package runs

import (
	"context"
	"time"

	"livetail/internal/wire"
)

const (
	// apart is how far from each other small frames are in the end: a page draws lines that nobody can read less often.
	apart = 40 * time.Millisecond
	// heap is how much may come before frames are kept apart.
	heap = 5 * apart
	// smallFrame is less than is worth a frame while more is being written.
	smallFrame = 16 << 10
)

// pace keeps a busy log from hundreds of small frames a second, each of which costs Redis, web and the page as much as a large
// one. While it holds a frame, lines gather in the file, and the next takes them all. What comes after a calm moment never waits,
// and neither does who catches up.
type pace struct{ free time.Time }

// hold is for how long f, which was just published, is kept.
func (p *pace) hold(f *wire.Frame, now time.Time) time.Duration {
	if f.Kind != wire.Lines || f.Flags&wire.Backlog != 0 || len(f.Payload) >= smallFrame || f.Behind >= smallFrame {
		return 0
	}
	if p.free.Before(now) {
		p.free = now
	}
	p.free = p.free.Add(apart)
	return p.free.Sub(now) - heap
}

// rest waits, unless that is wanted no more.
func rest(ctx context.Context, d time.Duration) {
	if d <= 0 {
		return
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
	case <-timer.C:
	}
}
