package tailer

import (
	"time"

	"livetail/internal/wire"
)

// Host says how the machine is that we are guests of.
type Host interface {
	// Busy says whether others have to wait for what it has. It is asked often, from any goroutine.
	Busy() bool
}

const (
	// FreeBytes is what an answer may read before it has to keep out of others' way: so much is as quick as it can be.
	FreeBytes = 4 << 20
	// SlowWords are what a slowed answer says.
	SlowWords = "slowed: the host is busy"

	leastRest = 10 * time.Millisecond  // of a slowed answer, after each chunk,
	mostRest  = 400 * time.Millisecond // and it still says in time that it is alive
	restShare = 9                      // times as long as the chunk took
)

// Rest is how long an answer waits on a busy host when a chunk took so long.
func Rest(took time.Duration) time.Duration { return min(max(leastRest, restShare*took), mostRest) }

// pace is how an answer that reads much keeps out of others' way.
type pace struct {
	read   int64 // so far
	inside bool  // the gate
	since  time.Time
	took   time.Duration // for what there was no rest yet
	slowed bool          // and that was said
}

// step begins a chunk of n bytes, which ends with leave; nothing is sent meanwhile.
func (a *answer) step(n int64) error {
	a.pace.read += n
	if !a.much() {
		return nil
	}
	if err := a.view.t.gate.enter(a.ctx); err != nil {
		return err
	}
	a.pace.inside, a.pace.since = true, a.view.t.clock.Now()
	return nil
}

func (a *answer) leave() {
	if p := &a.pace; p.inside {
		p.inside = false
		a.view.t.gate.leave()
		p.took += a.view.t.clock.Now().Sub(p.since)
	}
}

// much says whether the answer is one that has to keep out of others' way.
func (a *answer) much() bool { return a.pace.read > FreeBytes }

// rest is for between chunks: while the host is busy, it says so and waits.
func (a *answer) rest() error {
	p, host := &a.pace, a.view.t.host
	if host == nil || !a.much() {
		return nil
	}
	if !host.Busy() {
		p.slowed, p.took = false, 0
		return nil
	}
	if !p.slowed {
		p.slowed = true
		if err := a.tellSlow(); err != nil {
			return err
		}
	}
	pause := Rest(p.took)
	p.took = 0
	over, stop := a.view.t.clock.Tick(pause)
	defer stop()
	select {
	case <-over:
		return nil
	case <-a.ctx.Done():
		return a.ctx.Err()
	}
}

// tellSlow says why it takes so long.
func (a *answer) tellSlow() error {
	return a.tell(wire.Marker{Kind: wire.MarkProgress, Why: SlowWords}, 0)
}

// pread reads from h. Of what is searched, or asked for without a limit of lines, nothing stays in the page cache that was not
// there before: from the first byte on, since reading ahead, once begun for a file, goes on whoever reads it.
func (a *answer) pread(h *file, b []byte, off int64) (int, error) {
	if a.skims() {
		return h.skim(b, off)
	}
	return h.pread(b, off)
}

func (a *answer) skims() bool {
	return a.filter != nil || a.q.Quiet || a.q.Lines == 0 && a.q.Bytes == 0
}

// sniff learns how the lines of h, which was just opened, are written, as everything else of it is read.
func (a *answer) sniff(h *file) {
	if h.text == nil && a.skims() {
		h.learnCoding(h.skim)
	}
}
