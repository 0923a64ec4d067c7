// Package runs is the sending half of a tail on a worker: it says hello for a job, follows when told go, publishes within the
// credit given, and ends when told no, or when nobody lists the run any more.
package runs

import (
	"context"
	"crypto/rand"
	"encoding/binary"
	"errors"
	"log/slog"
	"sync"
	"time"

	"livetail/internal/control"
	"livetail/internal/filter"
	"livetail/internal/rate"
	"livetail/internal/wire"
)

// Sink takes frames from a follower, in order, from one goroutine at a time.
type Sink interface {
	// Room waits until something may be sent, and says how many bytes of payload the next frame may carry; wire.MinPayload
	// or more. It fails at once when ctx ends.
	Room(ctx context.Context) (int, error)
	// Send publishes f. When it returns, f and its payload are the caller's again.
	Send(ctx context.Context, f *wire.Frame) error
	// Turn says that the follower's loop still turns.
	Turn()
}

// Start says where a follower begins.
type Start struct {
	From  wire.Position // go on exactly behind it; none: Lines before the live edge
	Lines int
	Paths bool // markers may carry whole paths
	Quiet bool // no lines, only how many there are
	// Filter is the JSON of package filter; none: all lines pass.
	Filter []byte
}

// Follower reads one log. Follow blocks until ctx ends; it may be called again with another start, and what it holds open
// stays open between. Ask answers a question, while Follow runs or not, several at a time; what it sends ends with a frame
// that is Last. Close, which comes when all calls have returned, gives everything back.
type Follower interface {
	Follow(ctx context.Context, s Start, to Sink) error
	Ask(ctx context.Context, q wire.Question, to Sink) error
	Close() error
}

// Publisher carries frames.
type Publisher interface {
	PublishFrame(ctx context.Context, channel string, payload []byte) (receivers int64, err error)
}

// Options configures Runs.
type Options struct {
	Worker string // this process's id, new at each start
	Names  wire.Names
	Sealer wire.Sealer
	Bus    control.Bus
	Frames Publisher
	Open   func(wire.Log) Follower
	Places int // followers at once; 1,000
	// Searches through the whole of a log at once, in all and of one user; 2 and 1. More wait for their turn.
	Searches, SearchesPerUser int
	Log                       *slog.Logger
}

// Runs holds the runs of one worker process. Safe for concurrent use.
type Runs struct {
	o      Options
	line   *control.Line
	places chan struct{}
	turns  turns
	errors filter.Errors // in all frames

	mu   sync.Mutex
	runs map[uint64]*run
	hung map[wire.Log]int // followers that were left behind
	fair control.Fair
	wg   sync.WaitGroup // of Handle; not added to once over, since Stop waits then
	over bool

	stopping chan struct{} // closed: say bye
	stopped  chan struct{} // closed: end, answered or not
	stopOnce sync.Once
	buffers  sync.Pool // of *[]byte: a frame's bytes are held only while it is published
}

// New returns Runs; jobs may be handled once Run runs.
func New(o Options) (*Runs, error) {
	if o.Worker == "" || o.Bus == nil || o.Frames == nil || o.Open == nil {
		return nil, errors.New("making runs: Worker, Bus, Frames and Open are needed")
	}
	if o.Places == 0 {
		o.Places = 1000
	}
	if o.Searches == 0 {
		o.Searches = 2
	}
	if o.SearchesPerUser == 0 {
		o.SearchesPerUser = 1
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	r := &Runs{o: o, turns: turns{all: o.Searches, each: o.SearchesPerUser, under: map[string]int{}}, places: make(chan struct{}, o.Places), runs: map[uint64]*run{}, hung: map[wire.Log]int{}, fair: control.NewFair(time.Now()),
		stopping: make(chan struct{}), stopped: make(chan struct{})}
	r.buffers.New = func() any { return new([]byte) }
	r.line = control.NewLine(control.Options{Bus: o.Bus, Sealer: o.Sealer, Channel: o.Names.Worker(o.Worker), Hear: r.hear, Log: o.Log})
	return r, nil
}

// Free is how many places are not taken.
func (r *Runs) Free() int { return cap(r.places) - len(r.places) }

// Len is how many runs there are, those that wait included.
func (r *Runs) Len() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return len(r.runs)
}

// Watched is what the runs of a log know of it.
type Watched struct {
	Tails  int     // that were told to go
	Lines  float64 // a second at the live edge, roughly
	Errors float64 // the same of lines that report one; 0 also while only filtered tails watch
}

// Following is what each log id's runs know of it.
func (r *Runs) Following() map[string]Watched {
	r.mu.Lock()
	defer r.mu.Unlock()
	now := time.Now()
	out := map[string]Watched{}
	for _, u := range r.runs {
		if u.orders.Epoch > 0 {
			w := out[u.orders.Log.ID]
			out[u.orders.Log.ID] = Watched{w.Tails + 1, max(w.Lines, rate.Rough(u.lines.At(now))), max(w.Errors, rate.Rough(u.errors.At(now)))}
		}
	}
	return out
}

// linesOver is over how long lines a second are measured.
const linesOver = 10 * time.Second

// Run keeps the roll-call until ctx ends. Let it outlive all Handle calls: Stop first.
func (r *Runs) Run(ctx context.Context) error {
	var wg sync.WaitGroup
	wg.Go(func() { _ = r.line.Run(ctx) })
	control.Rounds(ctx, r.judge, r.roll)
	wg.Wait()
	return nil
}

const lastServe = 1500 * time.Millisecond

// Stop says bye for all runs, serves on until each is told no, at most a second and a half, and returns when all have ended.
func (r *Runs) Stop() {
	r.stopOnce.Do(func() {
		r.mu.Lock()
		r.over = true
		r.mu.Unlock()
		close(r.stopping)
		end := time.AfterFunc(lastServe, func() { close(r.stopped) })
		r.wg.Wait()
		if end.Stop() {
			close(r.stopped)
		}
	})
}

// ErrStopping says that a job came when Stop had been called: it is for another worker.
var ErrStopping = errors.New("taking a job: the worker stops")

// Handle carries a job from hello to its end. Its only error is ErrStopping.
func (r *Runs) Handle(job wire.Job, tail wire.TailID) error {
	var nonce [8]byte
	rand.Read(nonce[:])
	u := &run{runs: r, id: tail, nonce: binary.BigEndian.Uint64(nonce[:]), web: job.Web, attempt: job.Attempt, poke: make(chan struct{}, 1),
		lines: rate.Over(linesOver, time.Now()), errors: rate.Over(linesOver, time.Now())}
	u.room = sync.NewCond(&r.mu)
	r.mu.Lock()
	if r.over {
		r.mu.Unlock()
		return ErrStopping
	}
	r.runs[u.nonce] = u
	u.listed = time.Now()
	r.wg.Add(1)
	r.mu.Unlock()
	defer r.wg.Done()
	defer func() {
		r.mu.Lock()
		delete(r.runs, u.nonce)
		r.mu.Unlock()
	}()
	u.live()
	return nil
}

// judge ends runs that nobody lists.
func (r *Runs) judge(now time.Time) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.fair.Tick(now)
	for _, u := range r.runs {
		if r.fair.Silent(u.listed, now) > unlisted {
			u.end()
		}
		u.judgeAnswers(func(last time.Time) time.Duration { return r.fair.Silent(last, now) })
	}
}

// roll lists to each web process its runs whose follower still turns its loop, and to ourselves that Redis carries words.
func (r *Runs) roll(now time.Time) {
	r.mu.Lock()
	byWeb := map[string][]wire.RunEntry{}
	for _, u := range r.runs {
		if e, ok := u.entry(); ok {
			byWeb[u.web] = append(byWeb[u.web], e)
		}
	}
	round := r.fair.Round(now)
	r.mu.Unlock()
	for web, entries := range byWeb {
		r.line.Send(r.o.Names.Web(web), wire.WorkerRoll{Worker: r.o.Worker, Runs: entries})
	}
	r.line.Send(r.o.Names.Worker(r.o.Worker), wire.Echo{Round: round})
}

// hear takes a control message. It runs on the bus's reading loop.
func (r *Runs) hear(msg wire.Message) {
	r.mu.Lock()
	defer r.mu.Unlock()
	now := time.Now()
	switch m := msg.(type) {
	case wire.Echo:
		r.fair.Echo(m.Round, now)
	case wire.Go:
		if u := r.find(m.Run, m.Tail); u != nil {
			u.heardGo(m, now)
			return
		}
		r.line.Send(r.o.Names.Web(m.Web), wire.Bye{Tail: m.Tail, Run: m.Run, Worker: r.o.Worker, Why: "no such run"})
	case wire.No:
		if u := r.find(m.Run, m.Tail); u != nil {
			u.end()
		}
	case wire.Credit:
		if u := r.find(m.Run, m.Tail); u != nil {
			u.heardCredit(m.Epoch, m.Upto, now)
		}
	case wire.Request:
		if u := r.find(m.Run, m.Tail); u != nil {
			u.heardRequest(m, now)
			return
		}
		r.line.Send(r.o.Names.Web(m.Web), wire.Bye{Tail: m.Tail, Run: m.Run, Worker: r.o.Worker, Why: "no such run"})
	case wire.ReplyCredit:
		if u := r.find(m.Run, m.Tail); u != nil {
			if a := u.answers[m.Reply]; a != nil {
				a.heardCredit(m.Round, m.Upto, now)
			}
		}
	case wire.Cancel:
		if u := r.find(m.Run, m.Tail); u != nil {
			u.heardCancel(m.Reply)
		}
	case wire.WebRoll:
		for _, e := range m.Tails {
			if u := r.find(e.Run, e.Tail); u != nil {
				u.heardCredit(e.Epoch, e.Credit, now)
				continue
			}
			r.line.Send(r.o.Names.Web(m.Web), wire.Bye{Tail: e.Tail, Run: e.Run, Worker: r.o.Worker, Why: "no such run"})
		}
	}
}

func (r *Runs) find(nonce uint64, tail wire.TailID) *run {
	if u := r.runs[nonce]; u != nil && u.id == tail {
		return u
	}
	return nil
}
