package runs

import (
	"context"
	"fmt"
	"runtime/debug"
	"time"

	"livetail/internal/wire"
)

// maxAnswers is how many answers of a run may be under way: what a page may ask, and what it has just cancelled.
const maxAnswers = 16

// answer is one question that was put to a run. Its goroutine is the run's: it ends with it, and knows nothing of its epochs.
// One that is over is kept until nobody lists it, since its request may come again late.
type answer struct {
	run     *run
	request wire.Request
	ctx     context.Context
	cancel  context.CancelFunc
	before  <-chan struct{} // closed when the round before has ended; nil: there was none
	done    chan struct{}   // closed when it has ended

	// Guarded by runs.mu.
	started bool
	upto    uint64
	seq     uint64
	last    bool // the last frame was made
	listed  time.Time
}

// heardRequest takes a question, or a new round of one. The same again only raises the credit.
func (u *run) heardRequest(m wire.Request, now time.Time) {
	u.listed = now
	if u.closed {
		return
	}
	was := u.answers[m.Reply]
	if was != nil && m.Round <= was.request.Round {
		was.heardCredit(m.Round, m.Credit, now)
		return
	}
	a := &answer{run: u, request: m, done: make(chan struct{}), upto: m.Credit, listed: now}
	a.ctx, a.cancel = context.WithCancel(context.Background())
	if was != nil {
		was.cancel()
		a.before = was.done
		if !was.started {
			close(was.done)
		}
	} else if len(u.answers) >= maxAnswers {
		u.forgetOne()
	}
	if u.answers == nil {
		u.answers = map[uint32]*answer{}
	}
	u.answers[m.Reply] = a
	switch {
	case u.follower != nil:
		a.start(u.follower, "")
	case u.queued:
		a.start(nil, noPlace)
	} // else it was just told to go: open starts it
}

const noPlace = "the log waits for a free place on its worker; ask again when it is followed"

// forgetOne ends the answer of the lowest number: the page's newest questions are those that it looks at.
func (u *run) forgetOne() {
	var lowest *answer
	for _, a := range u.answers {
		if lowest == nil || a.request.Reply < lowest.request.Reply {
			lowest = a
		}
	}
	u.forget(lowest)
}

func (u *run) forget(a *answer) {
	a.cancel()
	delete(u.answers, a.request.Reply)
}

func (u *run) heardCancel(reply uint32) {
	if a := u.answers[reply]; a != nil {
		a.last = true // what is left is only the memory that it was asked
		a.cancel()
	}
}

func (a *answer) heardCredit(round uint32, upto uint64, now time.Time) {
	a.listed = now
	if round == a.request.Round && upto > a.upto {
		a.upto = upto
		a.run.room.Broadcast()
	}
}

// startAnswers starts what was asked too early.
func (u *run) startAnswers(f Follower, refusal string) {
	for _, a := range u.answers {
		if !a.started {
			a.start(f, refusal)
		}
	}
}

// endAnswers ends all answers and waits for them.
func (u *run) endAnswers() {
	u.runs.mu.Lock()
	u.closed = true
	for _, a := range u.answers {
		a.cancel()
	}
	u.runs.mu.Unlock()
	u.answering.Wait()
}

// judgeAnswers ends those that nobody lists.
func (u *run) judgeAnswers(silent func(time.Time) time.Duration) {
	for _, a := range u.answers {
		if silent(a.listed) > unlisted {
			u.forget(a)
		}
	}
}

func (a *answer) start(f Follower, refusal string) {
	a.started = true
	a.run.answering.Go(func() {
		defer close(a.done)
		defer a.cancel()
		if a.before != nil {
			<-a.before
		}
		if refusal == "" {
			refusal = a.ask(f)
		}
		if refusal != "" && !a.complete() {
			_ = Fail(a.ctx, a, refusal) // fails only when nobody wants it any more
		}
	})
}

// ask lets the follower answer, and says in words for people what went wrong if its answer has no end. An answer that panics
// ends itself and nothing else.
func (a *answer) ask(f Follower) (refusal string) {
	log := a.run.runs.o.Log
	defer func() {
		if p := recover(); p != nil {
			log.Error("an answer panicked", "panic", p, "stack", string(debug.Stack()))
			refusal = "the worker could not answer; its own log says why"
		}
	}()
	if q := a.request.Question; whole(q) {
		done, err := a.run.runs.turns.wait(a.ctx, q.User, a.waits)
		if err != nil {
			return "" // nobody wants it any more
		}
		defer done()
	}
	err := f.Ask(a.ctx, a.request.Question, a)
	if a.ctx.Err() != nil || a.complete() {
		return ""
	}
	log.Warn("an answer ended by itself", "cause", err)
	if a.request.Question.Paths && err != nil {
		return fmt.Sprint("the worker could not answer: ", err)
	}
	return "the worker could not answer; its own log says why"
}

// waits says that the answer waits for its turn.
func (a *answer) waits() error {
	m := wire.Marker{Kind: wire.MarkProgress, At: time.Now().UnixMilli(), Why: "waiting for other searches on this host"}
	f, err := m.Frame()
	if err != nil {
		return err
	}
	room, err := a.Room(a.ctx)
	if err != nil || room < len(f.Payload) {
		return err
	}
	f.Flags = wire.Slowed
	return a.Send(a.ctx, &f)
}

func (a *answer) complete() bool {
	a.run.runs.mu.Lock()
	defer a.run.runs.mu.Unlock()
	return a.last
}

// Turn implements Sink.
func (a *answer) Turn() {}

// Room implements Sink.
func (a *answer) Room(ctx context.Context) (int, error) {
	u := a.run
	u.runs.mu.Lock()
	defer u.runs.mu.Unlock()
	stop := context.AfterFunc(ctx, u.stopWaiting)
	defer stop()
	for {
		if err := ctx.Err(); err != nil {
			return 0, err
		}
		if n := payload(a.upto, a.seq); n > 0 {
			return n, nil
		}
		u.room.Wait()
	}
}

// Send implements Sink.
func (a *answer) Send(ctx context.Context, f *wire.Frame) error {
	u := a.run
	u.runs.mu.Lock()
	f.Run, f.Epoch, f.Seq, f.Rev, f.Reply = u.nonce, a.request.Round, a.seq, 0, a.request.Reply
	u.runs.mu.Unlock()
	if err := u.publish(ctx, f); err != nil {
		return err
	}
	u.runs.mu.Lock()
	a.seq += f.Cost()
	a.last = a.last || f.Flags&wire.Last != 0
	u.runs.mu.Unlock()
	return nil
}

// Fail ends an answer with words for people.
func Fail(ctx context.Context, to Sink, words string) error {
	room, err := to.Room(ctx)
	if err != nil {
		return err
	}
	end := wire.Marker{Kind: wire.MarkEnd, At: time.Now().UnixMilli(), End: wire.EndFailed, Why: words}
	f, err := end.Frame()
	if err == nil && len(f.Payload) > room {
		end.Why = ""
		f, err = end.Frame()
	}
	if err != nil {
		return err
	}
	f.Flags = wire.Last
	return to.Send(ctx, &f)
}
