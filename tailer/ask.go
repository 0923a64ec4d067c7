package tailer

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"sync"

	"livetail/internal/naming"
	"livetail/internal/wire"
)

// asks are the answers that are under way, which end when their follower is closed.
type asks struct {
	mu     sync.Mutex
	closed bool
	stops  map[*answer]context.CancelFunc
}

func (s *asks) add(a *answer, stop context.CancelFunc) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return false
	}
	if s.stops == nil {
		s.stops = map[*answer]context.CancelFunc{}
	}
	s.stops[a] = stop
	return true
}

// remove says whether the answer may still be heard.
func (s *asks) remove(a *answer) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.stops, a)
	return !s.closed
}

func (s *asks) close() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.closed = true
	for _, stop := range s.stops {
		stop()
	}
}

// failure is why an answer ends before it is complete, in words for people.
type failure string

func (f failure) Error() string { return string(f) }

// done is why an answer is complete.
type done string

func (d done) Error() string { return string(d) }

// Ask answers q to sink: frames of lines and markers, the last of which is an end with flag Last. It may run beside a Follow
// and beside other Asks, before the first and after the last; it reads through descriptors of its own. It ends when ctx does,
// when sink fails or when f is closed, and says which; a question that has no answer is answered with the reason.
func (f *Follower) Ask(ctx context.Context, q wire.Question, sink Sink) error {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	a := &answer{ctx: ctx, q: q, sink: sink}
	a.view, a.list = f.aside(q.Paths)
	defer a.close()
	if !f.asks.add(a, stop) {
		return ErrClosed
	}
	if len(q.Filter) > 0 || q.Quiet {
		// What it takes of a processor is its own thread's: the kernel lets those that live tails run on go first.
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
	}
	err := a.run()
	if !f.asks.remove(a) {
		return ErrClosed
	}
	return err
}

// aside is a follower of the same log that follows nothing: it knows the names of the log's files, and is nobody else's. What is
// held of the log is in the list, oldest first: some of it may have no name any more.
func (f *Follower) aside(paths bool) (view *Follower, list []sibling) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, h := range f.held {
		if h.fd >= 0 && h.text == nil {
			own := &file{inode: h.inode, gen: h.gen, name: h.name, as: h.as, st: h.st, fd: h.fd, shared: h.shared.retain()}
			list = append(list, sibling{File: naming.File{Name: h.name}, st: h.st, key: h.key(), held: own})
		}
	}
	view = &Follower{t: f.t, src: f.src, dir: f.dir, base: f.base, dated: f.dated, log: f.log, home: f.home, start: Start{Paths: paths}}
	return view, list
}

// run answers, and says so.
func (a *answer) run() error {
	err := a.answer()
	var why failure
	var end done
	m := wire.Marker{Kind: wire.MarkEnd}
	switch {
	case a.ctx.Err() != nil:
		return a.ctx.Err()
	case errors.As(err, &end):
		m.End = string(end)
	case errors.As(err, &why):
		m.End, m.Why = wire.EndFailed, string(why)
	case err == nil:
		m.End = wire.EndDone
	default:
		return fmt.Errorf("answering about %s: %w", a.view.src.Name, err)
	}
	return a.tell(m, wire.Last)
}

func (a *answer) answer() error {
	switch a.q.Ask {
	case wire.AskRead, wire.AskTime, wire.AskPlace:
		return a.read()
	case wire.AskOutline:
		return a.again(a.outline)
	}
	return failure("this worker does not understand the question")
}
