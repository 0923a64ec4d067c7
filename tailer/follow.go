package tailer

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/sys/unix"

	"livetail/internal/naming"
	"livetail/internal/wire"
)

// ErrClosed is what Follow returns once the Follower is closed.
var ErrClosed = errors.New("the follower is closed")

// Follower reads one log. Follow may be called again and again, but not concurrently; Close at any time, from anywhere.
type Follower struct {
	t         *Tailer
	src       Source
	dir, base string // of the path; of dated names, base is the newest that was seen
	dated     naming.Names
	log       [3]byte
	spot      *spot // guarded by t.mu

	// From the tailer's goroutines: there is something to read; names may have changed or the look is due.
	wake   chan struct{}
	due    atomic.Bool
	lead   atomic.Bool // this look is for all who rest beside it
	busy   atomic.Bool // the sink has a frame, perhaps for long
	minded atomic.Bool // somebody looks after the files meanwhile
	hint   sync.Mutex  // guards turn and rest
	rest   rest
	turn   struct {
		ctx    context.Context
		cancel context.CancelFunc
	}

	asks asks

	mu      sync.Mutex // guards what follows; never held while the sink works or the follower waits
	stop    context.CancelFunc
	closed  bool
	home    hop           // where the file itself is, behind all links
	held    []*file       // oldest first; the last has the log's name if its until is zero
	left    []*file       // whose grace is over, the last of them: one may get the log's name again
	waiting []sibling     // for which there was no room, as they were seen last
	starved bool          // no descriptor could be had for the newest
	known   []past        // siblings that are older than the newest held file
	lesson  int           // how often that was learned
	changed unix.Timespec // when the folder last changed, for what was learned of its names
	trusted bool          // that it did not since
	st      unix.Stat_t
	folder  unix.Stat_t   // as stirred saw it
	pending []wire.Marker // go with the next file that is opened

	// of the current Follow
	ctx    context.Context
	start  Start
	sink   Sink
	edge   bool // the log was never open: begin before its live edge
	live   bool
	again  bool      // the round has to begin anew: files changed places
	in     *file     // of which a line goes on that readers have the beginning of; nil: what they have ends with a line
	halted bool      // the round waits for that line's rest, and has not come to the newest file
	told   string    // the state that readers know: waiting, unreadable, or "" for fine
	why    string    // it is unreadable
	since  time.Time // the name is missing
	marks  []wire.Marker
	frame  wire.Frame
	pos    wire.Position
	strain strainer

	packed    []*file   // of each place of start.From: where it is found, if that was compressed since,
	missed    []miss    // or may be found
	searched  []past    // the compressed files that there were then
	plain     []bool    // of each place: whether it was found in a file that is not compressed
	searching bool      // for them
	progress  time.Time // when it was last said how far something is unpacked
}

// Follow sends frames to sink from start on, until ctx ends, the sink fails or f is closed, and says which. What an earlier
// Follow holds open is used again, so bytes that were rotated away and deleted meanwhile can still be read.
func (f *Follower) Follow(ctx context.Context, start Start, sink Sink) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	f.mu.Lock()
	defer f.mu.Unlock()
	switch {
	case f.closed:
		return ErrClosed
	case f.stop != nil:
		return fmt.Errorf("following %s: it is followed already", f.src.Name)
	}
	if err := f.strain.begin(start); err != nil {
		return fmt.Errorf("following %s: %w", f.src.Name, err)
	}
	f.ctx, f.stop, f.start, f.sink, f.pos = ctx, cancel, start, sink, nil
	defer func() { f.ctx, f.stop, f.sink, f.frame = nil, nil, nil, wire.Frame{} }()
	f.t.add(f)
	err := f.search(ctx)
	for tries := 1; err == nil && !f.begin(tries == mostTries); tries++ {
		err = f.search(ctx)
	}
	if err == nil {
		err = f.loop(ctx)
	}
	if f.closed {
		return ErrClosed
	}
	return err
}

func (f *Follower) loop(ctx context.Context) error {
	for {
		f.sink.Turn()
		f.due.Store(false)
		f.sweep()
		f.retire()
		busy, err := f.round(ctx)
		if err != nil {
			return err
		}
		if busy {
			continue
		}
		if last := f.last(); !f.live && !f.halted && last != nil && last.until.IsZero() && last.fd >= 0 {
			f.live = true
			edge := []wire.Marker{f.marker(wire.Marker{Kind: wire.MarkLive})}
			if err := f.tell(ctx, &edge, last); err != nil {
				return err
			}
			continue
		}
		ends := f.start.Stop && !f.halted && (f.live || f.told != "")
		if err := f.report(ctx, ends); err != nil || ends {
			return err
		}
		if err := f.wait(ctx); err != nil {
			return err
		}
	}
}

// wait sleeps until there may be something to do.
func (f *Follower) wait(ctx context.Context) error {
	f.lie()
	defer f.rise()
	f.mu.Unlock()
	select {
	case <-ctx.Done():
	case <-f.wake:
	}
	f.mu.Lock()
	return ctx.Err() // Close ends it too: of what is open nothing may be looked at any more
}

// room asks the sink. While it lets us wait, files are looked after: what is rotated meanwhile is held before it can be
// deleted.
func (f *Follower) room(ctx context.Context) (int, error) {
	for {
		turn := f.newTurn(ctx) // before due is looked at: a poke is seen either there or here
		for f.due.Swap(false) {
			f.sweep()
			f.sink.Turn()
		}
		f.mu.Unlock()
		n, err := f.sink.Room(turn)
		f.mu.Lock()
		switch {
		case f.closed:
			return 0, ErrClosed
		case err == nil && n < 1:
			return 0, fmt.Errorf("following %s: the sink offers room for %d bytes", f.src.Name, n)
		case err == nil:
			return n, nil
		case ctx.Err() != nil:
			return 0, ctx.Err()
		case turn.Err() == nil:
			return 0, err
		}
	}
}

func (f *Follower) send(ctx context.Context, fr *wire.Frame) error {
	f.strain.counted(fr, f.t.clock.Now())
	f.busy.Store(true)
	f.mu.Unlock()
	err := f.sink.Send(ctx, fr)
	f.mu.Lock()
	f.busy.Store(false)
	if err == nil && f.closed {
		err = ErrClosed
	}
	return err
}

// newTurn is a context that ends when the next look is due; made anew only then.
func (f *Follower) newTurn(ctx context.Context) context.Context {
	f.hint.Lock()
	defer f.hint.Unlock()
	if f.turn.ctx == nil || f.turn.ctx.Err() != nil {
		f.turn.ctx, f.turn.cancel = context.WithCancel(ctx)
	}
	return f.turn.ctx
}

// poke is how the tailer says that something may have changed. It never waits.
func (f *Follower) poke(names bool) {
	if names {
		f.due.Store(true)
		f.hint.Lock()
		if f.turn.cancel != nil {
			f.turn.cancel()
		}
		f.hint.Unlock()
	}
	select {
	case f.wake <- struct{}{}:
	default:
	}
}

// mind looks after the files while the sink keeps a frame: what is rotated meanwhile must be held before it is deleted.
func (f *Follower) mind() {
	defer f.minded.Store(false)
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.busy.Load() && !f.closed {
		f.sweep()
	}
}

// Close ends a Follow that is under way and closes all files and watches at once.
func (f *Follower) Close() error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.closed {
		return nil
	}
	f.closed = true
	f.asks.close()
	if f.stop != nil {
		f.stop()
	}
	for _, h := range f.held {
		h.close()
	}
	f.held = nil
	f.t.remove(f)
	return nil
}

func (f *Follower) backlogFlag() uint8 {
	if f.live {
		return 0
	}
	return wire.Backlog
}
