package journal

import (
	"context"
	"encoding/json"
	"sync"

	"livetail/internal/filter"
	"livetail/internal/wire"
	"livetail/tailer"
)

// Follower reads one part of the journal. Follow may be called again and again, but not concurrently; Ask and Close at any
// time, from anywhere.
type Follower struct {
	j   *Journal
	src Source
	log [3]byte

	once   sync.Once
	closed chan struct{}
}

// Close ends all that is under way. Whoever called Follow or Ask is the one who waits for that.
func (f *Follower) Close() error {
	f.once.Do(func() { close(f.closed) })
	return nil
}

// life ends when ctx does or the follower is closed.
func (f *Follower) life(ctx context.Context) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancel(ctx)
	stop := make(chan struct{})
	var watching sync.WaitGroup
	watching.Go(func() {
		select {
		case <-f.closed:
			cancel()
		case <-stop:
		}
	})
	return ctx, func() {
		close(stop)
		watching.Wait()
		cancel()
	}
}

// ending is what Follow and Ask return for err: that the follower was closed, and that ctx ended, say more than what came of it.
func (f *Follower) ending(ctx context.Context, err error) error {
	select {
	case <-f.closed:
		return tailer.ErrClosed
	default:
	}
	if ctx.Err() != nil {
		return ctx.Err()
	}
	return err
}

// cutter makes frames of what a filter lets pass.
func (f *Follower) cutter(rules []byte, quiet bool) (cutter, error) {
	rule, err := filter.Parse(rules)
	return cutter{log: f.log, filter: rule, quiet: quiet, left: -1}, err
}

func (f *Follower) marker(m wire.Marker) wire.Marker {
	m.At = f.j.o.Clock().UnixMilli()
	if m.Name == "" {
		m.Name = f.src.Name
	}
	return m
}

// mark is the frame of m; it leaves out words until m fits.
func mark(m wire.Marker, room int) wire.Frame {
	var b []byte
	for _, shorten := range []func(){func() {}, func() { m.Why = "" }, func() { m.Name = "" }} {
		shorten()
		b, _ = json.Marshal(m) // strings and numbers: cannot fail
		if len(b) <= room {
			break
		}
	}
	return wire.Frame{Kind: wire.Mark, Payload: b}
}
