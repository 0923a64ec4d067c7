package journal

import (
	"context"
	"time"

	"livetail/internal/wire"
	"livetail/tailer"
)

// chunkBytes is how much of the journal is read between two rests.
const chunkBytes = 256 << 10

// pace is how an answer that reads much keeps out of others' way. While nothing is taken of what journalctl says, that waits too.
type pace struct {
	read   int64 // in all
	chunk  int64 // since the last rest,
	since  time.Time
	slowed bool // and that was said
}

// rest is for behind each entry, of which n bytes were read: after a chunk, while the host is busy, it says so and waits.
func (a *answer) rest(ctx context.Context, n int64) error {
	p, host := &a.pace, a.j.o.Host
	p.read += n
	p.chunk += n
	if host == nil || p.read <= tailer.FreeBytes || p.chunk < chunkBytes {
		return nil
	}
	took := a.j.o.Clock().Sub(p.since)
	defer func() { p.chunk, p.since = 0, a.j.o.Clock() }()
	if !host.Busy() {
		p.slowed = false
		return nil
	}
	if late := a.j.o.Clock().Sub(a.said) >= progressEvery; late || !p.slowed {
		p.slowed = true
		if err := a.tell(ctx, wire.Marker{Kind: wire.MarkProgress, Why: tailer.SlowWords}, 0); err != nil {
			return err
		}
	}
	over := time.NewTimer(tailer.Rest(took))
	defer over.Stop()
	select {
	case <-over.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
