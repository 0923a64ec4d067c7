package runs

import (
	"time"

	"livetail/internal/wire"
)

// A read from a file server that does not answer cannot be ended by anybody. A run that is over waits for its follower only so
// long, gives its place back, and leaves it behind; and while a log has such a follower, no other is opened for it, so that
// pages which are closed and opened again do not add to them.

const (
	patience     = 5 * time.Second // for a follower that was told to end
	lastPatience = time.Second     // the same when the worker stops
)

// finish ends what the run has open: its follow, which sends to done, its answers and its follower.
func (u *run) finish(log wire.Log, f Follower, done <-chan error) {
	r, over := u.runs, make(chan struct{})
	go func() {
		defer close(over)
		<-done
		u.endAnswers()
		f.Close()
	}()
	stopped, enough := r.stopped, time.NewTimer(patience)
	defer enough.Stop()
	for waiting := true; waiting; {
		select {
		case <-over:
			return
		case <-stopped:
			stopped = nil
			enough.Reset(lastPatience)
		case <-enough.C:
			waiting = false
		}
	}
	r.o.Log.Warn("a log's file does not answer: its follower is left behind, and the log is not opened until it does", "log", log)
	r.mu.Lock()
	r.hung[log]++
	r.mu.Unlock()
	go func() {
		<-over
		r.mu.Lock()
		defer r.mu.Unlock()
		if r.hung[log]--; r.hung[log] == 0 {
			delete(r.hung, log)
			r.o.Log.Info("a log's file answers again", "log", log)
		}
	}()
}

func (r *Runs) hangs(log wire.Log) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.hung[log] > 0
}

// await waits until nobody hangs at the run's log. It says whether the run goes on.
func (u *run) await() bool {
	tick := time.NewTicker(helloEvery)
	defer tick.Stop()
	for {
		orders, ended := u.look()
		if ended || !u.runs.hangs(orders.Log) {
			return !ended
		}
		select {
		case <-u.poke:
		case <-tick.C:
		case <-u.runs.stopped:
			return false
		}
	}
}
