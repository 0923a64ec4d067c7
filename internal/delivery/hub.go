// Package delivery is the receiving half of a tail, without a socket: it starts the job, hears its run, checks the order of
// frames, gives credit, replaces runs that died, and revokes. All state of a tail lives here; its job carries none.
package delivery

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"time"

	"livetail/internal/control"
	"livetail/internal/wire"
)

// Jobs is what delivery needs of the queue.
type Jobs interface {
	Enqueue(ctx context.Context, host string, tail wire.TailID, attempt uint32, web string) error
	Look(ctx context.Context, host string, tail wire.TailID, attempt uint32) (wire.JobState, error)
	Delete(ctx context.Context, host string, tail wire.TailID, attempt uint32) error
}

// Options configures a Hub.
type Options struct {
	Web     string // this process's id, new at each start
	Names   wire.Names
	Sealer  wire.Sealer
	Bus     control.Bus
	Jobs    Jobs
	Most    int    // tails at once; 2,000
	Pool    uint64 // bytes of tails that may be on their way to this process at once; 5 MiB
	Answers uint64 // and of answers; 1 MiB
	Log     *slog.Logger
}

// What Open and Next can fail with.
var (
	ErrTooMany  = errors.New("this server holds as many open tails as it may")
	ErrStopping = errors.New("this server is stopping")
	ErrEnded    = errors.New("the tail has ended")
)

// Hub holds the tails of one web process. Safe for concurrent use.
type Hub struct {
	o    Options
	line *control.Line

	mu       sync.Mutex
	tails    map[wire.TailID]*Tail
	pool     pool
	seats    seats
	fair     control.Fair
	deaf     bool
	stopping bool

	life    context.Context // of errands: ends after the last revoke
	endLife context.CancelFunc
	errands sync.WaitGroup
}

// New returns a Hub; tails may be opened once Run runs.
func New(o Options) (*Hub, error) {
	if o.Web == "" || o.Bus == nil || o.Jobs == nil {
		return nil, errors.New("making a delivery hub: Web, Bus and Jobs are needed")
	}
	if o.Most == 0 {
		o.Most = 2000
	}
	if o.Pool == 0 {
		o.Pool = defaultPool
	}
	if o.Answers == 0 {
		o.Answers = defaultAnswers
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	h := &Hub{o: o, tails: map[wire.TailID]*Tail{}, pool: newPool(o.Pool, o.Most), seats: newSeats(o.Answers), fair: control.NewFair(time.Now())}
	h.line = control.NewLine(control.Options{Bus: o.Bus, Sealer: o.Sealer, Channel: o.Names.Web(o.Web), Hear: h.hear, Log: o.Log})
	h.life, h.endLife = context.WithCancel(context.Background())
	return h, nil
}

// Request says what to follow, and from where.
type Request struct {
	Log   wire.Log
	From  wire.Position // go on exactly behind it; none: Lines before the live edge
	Lines uint32
	Paths bool   // markers may carry whole paths
	User  string // who asks, unreadable: searches are limited per user
	// Rev, Filter and Quiet are as in Set.
	Rev    uint32
	Filter []byte
	Quiet  bool
}

// Open begins a tail. It never blocks; what becomes of it comes with Next.
func (h *Hub) Open(r Request) (*Tail, error) {
	t := &Tail{hub: h, ready: make(chan struct{}, 1), done: make(chan struct{})}
	t.m = machine{id: wire.NewTailID(), web: h.o.Web, log: r.Log, lines: r.Lines, paths: r.Paths, pos: r.From,
		user: r.User, rev: r.Rev, filter: r.Filter, quiet: r.Quiet, flow: flow{pool: &h.pool}, asking: asking{seats: &h.seats}}
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.stopping {
		return nil, ErrStopping
	}
	if len(h.tails) >= h.o.Most {
		return nil, ErrTooMany
	}
	t.m.window = h.pool.base
	h.tails[t.m.id] = t
	confirmed, unsubscribe := h.o.Bus.Subscribe(h.o.Names.Tail(t.m.id), t.hearFrame)
	t.unsubscribe = unsubscribe
	t.m.do.changed = true // the first state is said too
	t.settle()
	h.errands.Go(func() { // no run may go before Redis says that we listen
		select {
		case <-confirmed:
			t.step(func(*machine, time.Time) { t.m.begin() })
		case <-t.done:
		}
	})
	return t, nil
}

// Len is how many tails are open.
func (h *Hub) Len() int {
	h.mu.Lock()
	defer h.mu.Unlock()
	return len(h.tails)
}

// Run keeps the roll-call and judges silence until ctx ends; then it revokes all tails and returns when that was said.
func (h *Hub) Run(ctx context.Context) error {
	lineCtx, endLine := context.WithCancel(context.WithoutCancel(ctx))
	var wg sync.WaitGroup
	wg.Go(func() { _ = h.line.Run(lineCtx) })
	control.Rounds(ctx, h.judge, h.roll)
	h.stop()
	endLine()
	wg.Wait()
	return nil
}

// stop closes all tails, and gives their errands (deleting jobs that never started) a second.
func (h *Hub) stop() {
	h.mu.Lock()
	h.stopping = true
	open := make([]*Tail, 0, len(h.tails))
	for _, t := range h.tails {
		open = append(open, t)
	}
	h.mu.Unlock()
	for _, t := range open {
		t.Close()
	}
	stop := time.AfterFunc(time.Second, h.endLife)
	h.errands.Wait()
	stop.Stop()
	h.endLife()
}

func (h *Hub) judge(now time.Time) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.fair.Tick(now)
	turned := h.deaf != h.fair.Deaf(now)
	h.deaf = h.deaf != turned
	for _, t := range h.tails {
		t.m.do.changed = turned
		t.m.tick(now, h.fair.Silent)
		t.settle()
	}
	h.pool.refused, h.seats.refused = false, false
}

// roll tells each worker which of its runs may go on, and ourselves that Redis carries words.
func (h *Hub) roll(now time.Time) {
	h.mu.Lock()
	byWorker := map[string][]wire.TailEntry{}
	for _, t := range h.tails {
		if t.m.cur.run != 0 {
			byWorker[t.m.cur.worker] = append(byWorker[t.m.cur.worker], t.m.entry())
			t.m.rollAsking()
			t.settle()
		}
	}
	round := h.fair.Round(now)
	h.mu.Unlock()
	for worker, entries := range byWorker {
		h.line.Send(h.o.Names.Worker(worker), wire.WebRoll{Web: h.o.Web, Tails: entries})
	}
	h.line.Send(h.o.Names.Web(h.o.Web), wire.Echo{Round: round})
}

// hear takes a control message. It runs on the bus's reading loop.
func (h *Hub) hear(msg wire.Message) {
	h.mu.Lock()
	defer h.mu.Unlock()
	now := time.Now()
	switch m := msg.(type) {
	case wire.Echo:
		h.fair.Echo(m.Round, now)
	case wire.Hello:
		if t := h.tails[m.Tail]; t != nil {
			t.m.hello(m, now)
			t.settle()
			return
		}
		h.line.Send(h.o.Names.Worker(m.Worker), wire.No{Tail: m.Tail, Run: m.Run})
	case wire.Bye:
		if t := h.tails[m.Tail]; t != nil {
			h.o.Log.Debug("a run ends by itself", "tail", m.Tail, "why", m.Why)
			t.m.bye(m, now)
			t.settle()
		}
	case wire.WorkerRoll:
		for _, e := range m.Runs {
			if t := h.tails[e.Tail]; t != nil {
				t.m.roll(m.Worker, e, now)
				t.settle()
				continue
			}
			h.line.Send(h.o.Names.Worker(m.Worker), wire.No{Tail: e.Tail, Run: e.Run})
		}
	}
}
