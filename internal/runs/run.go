package runs

import (
	"context"
	"fmt"
	"runtime/debug"
	"sync"
	"time"

	"livetail/internal/rate"
	"livetail/internal/wire"
)

const (
	helloEvery = 500 * time.Millisecond
	unlisted   = 10 * time.Second
)

// run is one execution of a tail job. Its goroutine is Handle's; the follower has one of its own.
type run struct {
	runs    *Runs
	id      wire.TailID
	nonce   uint64
	web     string
	attempt uint32
	poke    chan struct{} // of one: orders changed

	// Guarded by runs.mu.
	room   *sync.Cond // credit grew, or the follower is to stop
	orders wire.Go    // the newest go; Epoch 0: none yet
	seq    uint64     // in the epoch that is followed
	epoch  uint32     // the epoch that is followed; 0: none
	ended  bool
	listed time.Time // when web last named it
	turns  uint64
	rolled uint64 // turns at the last roll-call
	inside bool   // in Room or Send: waiting for others is being alive
	queued bool   // waits for a place
	lines  rate.Rate
	errors rate.Rate // of those lines, if all are sent

	follower  Follower // once it has its place
	answers   map[uint32]*answer
	answering sync.WaitGroup
	closed    bool // no more answers
}

func (u *run) wake() {
	select {
	case u.poke <- struct{}{}:
	default:
	}
	u.room.Broadcast()
}

// heardGo takes a go only of a higher epoch; an equal one may raise the credit.
func (u *run) heardGo(g wire.Go, now time.Time) {
	u.listed = now
	switch {
	case g.Epoch > u.orders.Epoch:
		u.orders = g
		u.wake()
	case g.Epoch == u.orders.Epoch:
		u.heardCredit(g.Epoch, g.Credit, now)
	}
}

func (u *run) heardCredit(epoch uint32, upto uint64, now time.Time) {
	u.listed = now
	if epoch == u.orders.Epoch && upto > u.orders.Credit {
		u.orders.Credit = upto
		u.room.Broadcast()
	}
}

func (u *run) end() {
	if !u.ended {
		u.ended = true
		u.wake()
	}
}

// entry is the run's line in a roll-call, if it has been told to go and is alive.
func (u *run) entry() (wire.RunEntry, bool) {
	alive := u.queued || u.inside || u.turns != u.rolled
	u.rolled = u.turns
	e := wire.RunEntry{Tail: u.id, Run: u.nonce, Epoch: u.orders.Epoch}
	if u.queued {
		e.State = wire.Queued
	}
	if u.epoch == e.Epoch {
		e.Sent = u.seq
	}
	return e, alive && u.orders.Epoch > 0
}

// now is what the run is to do.
func (u *run) look() (orders wire.Go, ended bool) {
	u.runs.mu.Lock()
	defer u.runs.mu.Unlock()
	return u.orders, u.ended
}

// live carries the run from hello to its end.
func (u *run) live() {
	r := u.runs
	stopping := r.stopping
	bye := func(why string) {
		r.line.Send(r.o.Names.Web(u.web), wire.Bye{Tail: u.id, Attempt: u.attempt, Run: u.nonce, Worker: r.o.Worker, Why: why})
	}
	var follower Follower
	defer func() {
		if follower == nil {
			u.endAnswers()
		}
	}()
	if !u.hello(bye) || !u.await() {
		return
	}
	// A place is taken at go, not at start: a job that asynq revived by mistake is told no and must not hold one.
	select {
	case r.places <- struct{}{}:
	default:
		u.setQueued(true)
		for waiting := true; waiting; {
			select {
			case r.places <- struct{}{}:
				waiting = false
			case <-u.poke:
				if _, ended := u.look(); ended {
					return
				}
			case <-stopping:
				stopping = nil
				bye("the worker stops")
			case <-r.stopped:
				return
			}
		}
		u.setQueued(false)
	}
	defer func() { <-r.places }()

	orders, ended := u.look()
	if ended {
		return
	}
	log := orders.Log
	follower = u.open(log)
	var done chan error
	defer func() { u.finish(log, follower, done) }()
	for !ended {
		ctx, cancel := context.WithCancel(context.Background())
		done = make(chan error, 1)
		u.adopt(orders)
		go func(orders wire.Go) { defer close(done); done <- u.follow(ctx, follower, orders) }(orders)
		running := true
		for epoch := orders.Epoch; running; {
			select {
			case <-u.poke:
				orders, ended = u.look()
				running = !ended && orders.Epoch == epoch
			case <-stopping:
				stopping = nil
				bye("the worker stops")
			case <-r.stopped:
				running, ended = false, true
			case err := <-done:
				cancel()
				r.o.Log.Warn("a follower ended by itself", "log", orders.Log, "cause", err)
				bye(fmt.Sprint("the follower ended: ", err))
				return
			}
		}
		cancel()
		for over := false; !over && !ended; {
			select {
			case <-done:
				over = true
			case <-u.poke:
				orders, ended = u.look()
			case <-r.stopped:
				ended = true
			}
		}
	}
}

// hello asks until it is told go (true) or no, or nobody lists it.
func (u *run) hello(bye func(string)) bool {
	r := u.runs
	tick := time.NewTicker(helloEvery)
	defer tick.Stop()
	stopping := r.stopping
	for {
		r.line.Send(r.o.Names.Web(u.web), wire.Hello{Tail: u.id, Attempt: u.attempt, Run: u.nonce, Worker: r.o.Worker})
		select {
		case <-u.poke:
			if orders, ended := u.look(); ended {
				return false
			} else if orders.Epoch > 0 {
				return true
			}
		case <-stopping:
			bye("the worker stops")
			return false
		case <-tick.C:
		}
	}
}

func (u *run) setQueued(on bool) {
	u.runs.mu.Lock()
	u.queued = on
	if on {
		u.startAnswers(nil, noPlace)
	}
	u.runs.mu.Unlock()
}

// open makes the follower, which answers questions from now on.
func (u *run) open(log wire.Log) Follower {
	f := u.runs.o.Open(log)
	u.runs.mu.Lock()
	defer u.runs.mu.Unlock()
	u.follower = f
	u.startAnswers(f, "")
	return f
}

// adopt begins an epoch.
func (u *run) adopt(g wire.Go) {
	u.runs.mu.Lock()
	u.epoch, u.seq = g.Epoch, 0
	u.turns++
	u.runs.mu.Unlock()
}

// stopWaiting wakes a follower that waits for credit, so that it sees that its context has ended.
func (u *run) stopWaiting() {
	u.runs.mu.Lock()
	u.room.Broadcast()
	u.runs.mu.Unlock()
}

// follow runs the follower for one epoch. A follower that panics ends its own run and nothing else.
func (u *run) follow(ctx context.Context, f Follower, g wire.Go) (err error) {
	defer func() {
		if p := recover(); p != nil {
			u.runs.o.Log.Error("a follower panicked", "log", g.Log, "panic", p, "stack", string(debug.Stack()))
			err = fmt.Errorf("following %s: panic: %v", g.Log, p)
		}
	}()
	return f.Follow(ctx, Start{From: g.From, Lines: int(g.Lines), Paths: g.Paths, Quiet: g.Quiet, Filter: g.Filter},
		&sink{run: u, epoch: g.Epoch, rev: g.Rev})
}
