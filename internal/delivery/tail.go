package delivery

import (
	"context"
	"time"

	"livetail/internal/wire"
)

// Tail is one connection following one log. Safe for concurrent use.
type Tail struct {
	hub         *Hub
	unsubscribe func()
	ready       chan struct{} // of one: Next has something to look at
	done        chan struct{} // closed at the end

	// Guarded by hub.mu.
	m      machine
	lanes  lanes
	shown  bool // the newest state is still to be said
	ended  bool
	placed bool // the attempt's job was accepted
}

// Item is what comes of a tail: a frame as the run published it, or a state.
type Item struct {
	Frame []byte // nil for a state; not to be changed
	State State
	cost  uint64
	reply uint32
}

// ID names the tail.
func (t *Tail) ID() wire.TailID { return t.m.id }

// Next waits for the next item. It fails with ErrEnded after Close, or as ctx does.
func (t *Tail) Next(ctx context.Context) (Item, error) {
	for {
		item, ok, ended := t.take()
		if ended {
			return Item{}, ErrEnded
		}
		if ok {
			return item, nil
		}
		select {
		case <-ctx.Done():
			return Item{}, ctx.Err()
		case <-t.done:
		case <-t.ready:
		}
	}
}

func (t *Tail) take() (item Item, ok, ended bool) {
	t.hub.mu.Lock()
	defer t.hub.mu.Unlock()
	switch {
	case t.ended:
		return Item{}, false, true
	case t.shown:
		t.shown = false
		if t.hub.deaf {
			return Item{State: Deaf}, true, false
		}
		return Item{State: t.m.state}, true, false
	}
	item, ok = t.lanes.take()
	return item, ok, false
}

func (t *Tail) wake() {
	select {
	case t.ready <- struct{}{}:
	default:
	}
}

// Consumed says that the reader took item, so that more may be sent.
func (t *Tail) Consumed(item Item) {
	switch {
	case item.Frame == nil:
	case item.reply > 0:
		t.step(func(m *machine, now time.Time) { m.consumedAnswer(item.reply, item.cost, now) })
	default:
		t.step(func(m *machine, now time.Time) { m.consumed(item.cost, now) })
	}
}

// Set is what a tail is to send from now on.
type Set struct {
	Rev    uint32        // higher than before; all frames carry it
	From   wire.Position // as in Request
	Lines  uint32
	Filter []byte // the JSON of package filter, checked; none: all lines pass
	Quiet  bool   // counts only
}

// Set replaces what the tail sends, or says in words why not.
func (t *Tail) Set(s Set) (refusal string) {
	t.step(func(m *machine, now time.Time) {
		if s.Rev <= m.rev {
			refusal = "its rev must be higher than before"
			return
		}
		m.unread -= t.lanes.drop(0) // the page would drop them
		m.set(s, now)
	})
	return refusal
}

// Ask puts a question, whose answer's frames carry reply and end with one that is Last; or says in words why not.
func (t *Tail) Ask(reply uint32, q wire.Question) (refusal string) {
	t.step(func(m *machine, now time.Time) { refusal = m.ask(reply, q, now) })
	return refusal
}

// Cancel ends an answer. Nothing more comes of it from Next.
func (t *Tail) Cancel(reply uint32) {
	t.step(func(m *machine, now time.Time) {
		m.cancel(reply, now)
		t.lanes.drop(reply)
	})
}

// hearFrame takes what came on the tail's channel. It runs on the bus's reading loop.
func (t *Tail) hearFrame(payload []byte) {
	f, err := wire.ParseFrame(payload)
	if err != nil {
		t.hub.o.Log.Warn("a frame was not understood", "tail", t.m.id, "cause", err)
		return
	}
	t.step(func(m *machine, now time.Time) {
		if m.frame(&f, now) {
			t.lanes.put(Item{Frame: payload, cost: f.Cost(), reply: f.Reply})
			t.wake()
		}
	})
}

// step lets the machine take one step and does what it wants done.
func (t *Tail) step(f func(*machine, time.Time)) {
	t.hub.mu.Lock()
	defer t.hub.mu.Unlock()
	if t.ended {
		return
	}
	f(&t.m, time.Now())
	t.settle()
}

// settle does what the machine left to do; the hub is locked, so all that takes time becomes an errand.
func (t *Tail) settle() {
	do := t.m.do
	t.m.do = todo{}
	for _, s := range do.sends {
		t.hub.line.Send(t.hub.o.Names.Worker(s.worker), s.msg)
	}
	for _, s := range do.often {
		t.hub.line.SendOften(t.hub.o.Names.Worker(s.worker), s.msg, revokeAgain...)
	}
	for _, f := range do.made {
		t.lanes.put(Item{Frame: f.AppendTo(nil), reply: f.Reply})
		t.wake()
	}
	if do.changed {
		t.shown = true
		t.wake()
	}
	if do.enqueue {
		attempt := t.m.attempt
		t.placed = false
		t.hub.errands.Go(func() { t.enqueue(attempt) })
	}
	if do.drop > 0 {
		t.hub.errands.Go(func() { t.delete(do.drop) })
	}
	if do.look {
		attempt := t.m.attempt
		t.hub.errands.Go(func() { t.look(attempt) })
	}
}

// revokeAgain is when a no is repeated: pub/sub may lose it while a connection is replaced, and the roll-call would need
// seconds to say it.
var revokeAgain = []time.Duration{40 * time.Millisecond, 250 * time.Millisecond}

// Close revokes the tail: its run is told no, a job that never started is deleted. It returns at once and may be called again.
func (t *Tail) Close() {
	h := t.hub
	h.mu.Lock()
	defer h.mu.Unlock()
	if t.ended {
		return
	}
	t.ended = true
	t.m.end()
	for _, s := range t.m.do.often {
		h.line.SendOften(h.o.Names.Worker(s.worker), s.msg, revokeAgain...)
	}
	t.m.do = todo{}
	t.lanes = nil
	delete(h.tails, t.m.id)
	close(t.done)
	t.unsubscribe()
	if t.m.waiting && t.placed {
		attempt := t.m.attempt
		h.errands.Go(func() { t.delete(attempt) })
	}
}

var (
	enqueuePauses = []time.Duration{100 * time.Millisecond, 300 * time.Millisecond, time.Second, 2 * time.Second}
	deletePauses  = []time.Duration{0, 200 * time.Millisecond, time.Second, 5 * time.Second, 15 * time.Second, 30 * time.Second}
)

// enqueue queues an attempt's job until that is accepted or the tail has ended.
func (t *Tail) enqueue(attempt uint32) {
	h := t.hub
	for try := 0; ; try++ {
		err := h.o.Jobs.Enqueue(h.life, t.m.log.Host, t.m.id, attempt, h.o.Web)
		if err == nil {
			break
		}
		if try == 0 {
			h.o.Log.Warn("a tail could not be queued; trying again", "cause", err)
		}
		select {
		case <-t.done:
			// An enqueue that failed here may still have reached Redis.
			t.delete(attempt)
			return
		case <-time.After(enqueuePauses[min(try, len(enqueuePauses)-1)]):
		}
	}
	h.mu.Lock()
	wanted := !t.ended && t.m.attempt == attempt
	if wanted {
		t.placed = true
		t.m.queued(attempt, time.Now())
	}
	h.mu.Unlock()
	if !wanted {
		t.delete(attempt)
	}
}

// delete removes a job that no worker took, however long Redis is away: perhaps none ever comes that would. A job that one did take is
// refused, for good: its hello is told no.
func (t *Tail) delete(attempt uint32) {
	h := t.hub
	for try := 0; ; try++ {
		select {
		case <-h.life.Done():
			return
		case <-time.After(deletePauses[min(try, len(deletePauses)-1)]):
		}
		err := h.o.Jobs.Delete(h.life, t.m.log.Host, t.m.id, attempt)
		if err == nil {
			return
		}
		h.o.Log.Debug("a job was not deleted yet", "cause", err)
	}
}

// look asks what became of a job that nobody took.
func (t *Tail) look(attempt uint32) {
	state, err := t.hub.o.Jobs.Look(t.hub.life, t.m.log.Host, t.m.id, attempt)
	t.step(func(m *machine, now time.Time) { m.looked(attempt, state, err, now) })
}

// looked decides on what became of the attempt's job.
func (m *machine) looked(attempt uint32, state wire.JobState, err error, now time.Time) {
	if !m.waiting || attempt != m.attempt {
		return
	}
	switch {
	case err != nil:
		m.lookAt = now.Add(lookFailed)
	case state == wire.JobPending:
		m.taken = false
		if m.state == Reconnecting { // nobody is there to take it
			m.show(Waiting)
		}
		m.lookStep = min(m.lookStep+firstLook, lastLook)
		m.lookAt = now.Add(m.lookStep)
	case state == wire.JobTaken && !m.taken: // perhaps its hello is on the way
		m.taken = true
		m.lookAt = now.Add(lookAgain)
	default:
		if state == wire.JobTaken { // no worker may ever come to take it again
			m.do.drop = attempt
		}
		m.begin()
	}
}
