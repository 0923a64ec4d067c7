package runs

import (
	"context"
	"slices"
	"sync"
	"time"

	"livetail/internal/wire"
)

// sayWaiting is how often somebody who waits for a turn hears so: whoever asked takes longer silence for death.
const sayWaiting = time.Second

// turns limits how many searches through the whole of a log are under way at once, in all and of one user: each can read
// gigabytes. Who comes too early waits, the first first, unless it is only that user's own limit that is in the way.
type turns struct {
	all, each int

	mu      sync.Mutex
	under   map[string]int // searches under way, by user
	busy    int
	waiting []*turn
}

type turn struct {
	user string
	come chan struct{} // closed when it is there
}

// whole says whether a question looks through all of a log, whatever is in it.
func whole(q wire.Question) bool {
	return q.Ask != wire.AskOutline && (q.Quiet || len(q.Filter) > 0) && q.Lines == 0 && q.Bytes == 0
}

// wait returns when it is the user's turn; whoever called it calls done in the end. said is called meanwhile, now and then.
func (t *turns) wait(ctx context.Context, user string, said func() error) (done func(), err error) {
	w := &turn{user: user, come: make(chan struct{})}
	t.mu.Lock()
	t.waiting = append(t.waiting, w)
	t.next()
	t.mu.Unlock()
	tick := time.NewTicker(sayWaiting)
	defer tick.Stop()
	for first := true; err == nil; first = false {
		select {
		case <-w.come:
			return func() { t.leave(w) }, nil
		default:
		}
		if first {
			err = said()
			continue
		}
		select {
		case <-w.come:
			return func() { t.leave(w) }, nil
		case <-ctx.Done():
			err = ctx.Err()
		case <-tick.C:
			err = said()
		}
	}
	t.leave(w)
	return nil, err
}

// next lets come whoever may. The lock is held.
func (t *turns) next() {
	t.waiting = slices.DeleteFunc(t.waiting, func(w *turn) bool {
		if t.busy >= t.all || t.under[w.user] >= t.each {
			return false
		}
		t.busy++
		t.under[w.user]++
		close(w.come)
		return true
	})
}

// leave gives back a turn, or the place among those who wait for one.
func (t *turns) leave(w *turn) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if at := slices.Index(t.waiting, w); at >= 0 {
		t.waiting = slices.Delete(t.waiting, at, at+1)
		return
	}
	t.busy--
	if t.under[w.user]--; t.under[w.user] == 0 {
		delete(t.under, w.user)
	}
	t.next()
}
