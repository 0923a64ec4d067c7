package delivery

import (
	"container/heap"
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"livetail/internal/wire"
)

// world plays the order rules against runs that keep theirs, over a network that loses, repeats, delays and reorders as the
// seed says. Time is virtual: nothing waits.
type world struct {
	rnd    *rand.Rand
	now    time.Time
	events events
	n      int
	most   int64   // bytes of one frame
	bad    float64 // chance that a message is lost, and that it comes twice
	pool   pool
	seats  seats
	tails  []*simTail
	wild   bool // asynq loses jobs too
}

type event struct {
	at  time.Time
	n   int // keeps the order of equal times
	run func()
}
type events []event

func (e events) Len() int { return len(e) }
func (e events) Less(i, j int) bool {
	return e[i].at.Before(e[j].at) || e[i].at.Equal(e[j].at) && e[i].n < e[j].n
}
func (e events) Swap(i, j int) { e[i], e[j] = e[j], e[i] }
func (e *events) Push(x any)   { *e = append(*e, x.(event)) }
func (e *events) Pop() any {
	old := *e
	x := old[len(old)-1]
	*e = old[:len(old)-1]
	return x
}

func (w *world) after(d time.Duration, f func()) {
	w.n++
	heap.Push(&w.events, event{w.now.Add(d), w.n, f})
}

// carry delivers a message none, one or two times, late.
func (w *world) carry(f func()) {
	if w.rnd.Float64() < w.bad {
		return
	}
	late := func() time.Duration {
		d := time.Millisecond // a connection keeps its order, but for what bad says
		if w.rnd.Float64() < w.bad {
			d += time.Duration(w.rnd.Int64N(int64(3 * time.Second)))
		}
		return d
	}
	w.after(late(), f)
	if w.rnd.Float64() < w.bad {
		w.after(late(), f)
	}
}

func (w *world) until(end time.Time) {
	for len(w.events) > 0 && w.events[0].at.Before(end) {
		e := heap.Pop(&w.events).(event)
		w.now = e.at
		e.run()
	}
	w.now = end
}

// simTail is a machine, its reader and all the runs that were ever started for it.
type simTail struct {
	w    *world
	m    machine
	runs map[uint64]*simRun
	size int64 // of its log
	at   int64 // bytes read, checked
	err  error
	slow bool // the reader takes nothing
	held []held

	page    *simPage // that reads it through lanes; nil: what is accepted is checked at once
	lanes   lanes
	writing bool
	over    bool // the page is at another
	gone    bool // and that was said

	asked   []*asked
	lastAsk uint32
}

type simRun struct {
	t       *simTail
	nonce   uint64
	attempt uint32
	g       wire.Go
	at      int64
	seq     uint64
	ended   bool
	mute    bool // dead without a word
	line    int
	frozen  bool
	missed  []func() // what it hears when it thaws
	answers map[uint32]*simAnswer
}

// held is what was accepted and not consumed.
type held struct {
	reply uint32
	cost  uint64
}

func newWorld(seed uint64, tails int, bad float64) *world {
	w := &world{rnd: rand.New(rand.NewPCG(seed, 1)), now: time.Unix(1e9, 0), most: 5000, bad: bad, pool: newPool(defaultPool, tails), seats: newSeats(defaultAnswers)}
	for range tails {
		t := &simTail{w: w, runs: map[uint64]*simRun{}}
		t.m = machine{id: wire.NewTailID(), flow: flow{pool: &w.pool, window: w.pool.base}, asking: asking{seats: &w.seats}}
		w.tails = append(w.tails, t)
		t.step(func() { t.m.begin() })
	}
	w.tick()
	return w
}

func (w *world) tick() {
	for _, t := range w.tails {
		if t.over {
			continue
		}
		t.step(func() { t.m.tick(w.now, func(last, now time.Time) time.Duration { return now.Sub(last) }) })
	}
	w.pool.refused, w.seats.refused = false, false
	w.after(250*time.Millisecond, w.tick)
}

func (t *simTail) step(f func()) {
	if !t.gone { // Tail.step asks the same
		f()
	}
	t.gone = t.over
	do := t.m.do
	t.m.do = todo{}
	for _, f := range do.made {
		t.answered(f)
	}
	for _, s := range append(do.sends, do.often...) {
		t.w.carry(func() { t.control(s.msg) })
	}
	if do.enqueue {
		if !t.w.wild || t.w.rnd.IntN(10) > 0 {
			t.run(t.m.attempt)
		}
		t.m.queued(t.m.attempt, t.w.now)
	}
	if do.look {
		attempt, found := t.m.attempt, wire.JobTaken
		if t.w.wild {
			found = wire.JobState(t.w.rnd.IntN(3))
		}
		t.w.after(time.Millisecond, func() { t.step(func() { t.m.looked(attempt, found, nil, t.w.now) }) })
	}
	if t.page != nil {
		t.w.sound(t)
	}
}

// run is a worker with an attempt's job.
func (t *simTail) run(attempt uint32) {
	r := &simRun{t: t, nonce: t.w.rnd.Uint64() | 1, attempt: attempt}
	t.runs[r.nonce] = r
	t.w.after(12*time.Millisecond, r.hello)
	t.w.after(2*time.Second, r.roll)
}

// freeze keeps a run from hearing and saying anything until it thaws.
func (r *simRun) freeze() { r.frozen = true }

func (r *simRun) thaw() {
	r.frozen = false
	for _, f := range r.missed {
		f()
	}
	r.missed = nil
}

// awake says whether a run goes on now; if it is frozen, again comes when it thaws.
func (r *simRun) awake(again func()) bool {
	if r.frozen {
		r.missed = append(r.missed, again)
	}
	return !r.frozen && !r.ended && !r.mute
}

// control is what a worker does with a message for a run.
func (t *simTail) control(msg wire.Message) {
	if r := t.runs[runOf(msg)]; r != nil && r.frozen {
		r.missed = append(r.missed, func() { t.control(msg) })
		return
	}
	switch m := msg.(type) {
	case wire.No:
		if r := t.runs[m.Run]; r != nil {
			r.ended = true
		}
	case wire.Go:
		if r := t.runs[m.Run]; r != nil && !r.ended && m.Epoch > r.g.Epoch {
			r.g, r.seq, r.at, r.line = m, 0, 0, 0
			if len(m.From) > 0 {
				r.at = m.From[0].Offset
			}
			r.publish()
		}
	case wire.Request:
		t.request(m)
	case wire.Cancel:
		if r := t.runs[m.Run]; r != nil && r.answers[m.Reply] != nil {
			r.answers[m.Reply].over = true
		}
	case wire.ReplyCredit:
		if r := t.runs[m.Run]; r != nil && r.answers[m.Reply] != nil && r.answers[m.Reply].m.Round == m.Round {
			a := r.answers[m.Reply]
			a.m.Credit = max(a.m.Credit, m.Upto)
			a.publish()
		}
	case wire.Credit:
		if r := t.runs[m.Run]; r != nil && m.Epoch == r.g.Epoch {
			r.g.Credit = max(r.g.Credit, m.Upto)
			r.publish()
		}
	}
}

func runOf(msg wire.Message) uint64 {
	switch m := msg.(type) {
	case wire.No:
		return m.Run
	case wire.Go:
		return m.Run
	case wire.Credit:
		return m.Run
	}
	return 0
}

var nothing [wire.MaxPayload]byte // only lengths matter here

func (r *simRun) hello() {
	if !r.awake(r.hello) || r.g.Epoch > 0 {
		return
	}
	r.t.w.carry(func() {
		r.t.step(func() {
			r.t.m.hello(wire.Hello{Tail: r.t.m.id, Attempt: r.attempt, Run: r.nonce, Worker: "w"}, r.t.w.now)
		})
	})
	r.t.w.after(500*time.Millisecond, r.hello)
}

func (r *simRun) roll() {
	if !r.awake(r.roll) {
		return
	}
	if r.g.Epoch > 0 {
		e := wire.RunEntry{Tail: r.t.m.id, Run: r.nonce, Epoch: r.g.Epoch, Sent: r.seq}
		r.t.w.carry(func() { r.t.step(func() { r.t.m.roll("w", e, r.t.w.now) }) })
		if r.nonce == r.t.m.cur.run {
			r.t.step(func() { r.t.m.rollAsking() })
		}
		if c := r.t.m.entry(); c.Run == r.nonce { // web's own roll-call raises a lost credit
			r.t.w.carry(func() { r.t.control(wire.Credit{Run: c.Run, Epoch: c.Epoch, Upto: c.Credit}) })
		}
	}
	r.t.w.after(2*time.Second, r.roll)
}

// publish sends as far as credit and log go.
func (r *simRun) publish() {
	for r.awake(r.publish) && r.at < r.t.size && r.g.Credit >= r.seq+wire.FrameCost+wire.MinPayload {
		room := int64(r.g.Credit - r.seq - wire.FrameCost)
		n := min(room, r.t.size-r.at, 1+r.t.w.rnd.Int64N(r.t.w.most))
		f := wire.Frame{Kind: wire.Lines, Run: r.nonce, Epoch: r.g.Epoch, Seq: r.seq, Start: r.at,
			After: wire.Position{{File: "f", Offset: r.at + n}}, Payload: nothing[:n]}
		if r.t.page != nil {
			f = r.frame(room)
		}
		r.seq += f.Cost()
		r.at = f.After[0].Offset
		r.t.w.carry(func() { r.t.hear(f) })
	}
}

func (t *simTail) hear(f wire.Frame) {
	t.step(func() {
		if !t.m.frame(&f, t.w.now) {
			return
		}
		if t.page != nil {
			t.lanes.put(Item{Frame: f.AppendTo(nil), cost: f.Cost()})
			return
		}
		t.held = append(t.held, held{f.Reply, f.Cost()})
		if f.Reply > 0 {
			t.answered(f)
			return
		}
		if f.Start != t.at {
			t.fail("a frame of %d..%d was accepted at %d", f.Start, f.Start+int64(len(f.Payload)), t.at)
		}
		t.at += int64(len(f.Payload))
	})
	if t.page != nil {
		t.write()
	}
	t.drain()
}

func (t *simTail) drain() {
	for !t.slow && len(t.held) > 0 {
		t.consume()
	}
}

// consume takes what came first, and says what it cost.
func (t *simTail) consume() uint64 {
	h := t.held[0]
	t.held = t.held[1:]
	t.step(func() {
		if h.reply > 0 {
			t.m.consumedAnswer(h.reply, h.cost, t.w.now)
			return
		}
		t.m.consumed(h.cost, t.w.now)
	})
	return h.cost
}

func (t *simTail) fail(format string, args ...any) {
	if t.err == nil {
		t.err = fmt.Errorf(format, args...)
	}
}

func (w *world) grow(by int64) {
	for _, t := range w.tails {
		t.grow(by)
	}
}

func (t *simTail) grow(by int64) {
	t.size += by
	for _, r := range t.runs {
		r.publish()
	}
}

func (w *world) check(t *testing.T, seed uint64) {
	t.Helper()
	for i, tail := range w.tails {
		if tail.err != nil {
			t.Fatalf("seed %d, tail %d: %v", seed, i, tail.err)
		}
		if tail.at != tail.size {
			t.Fatalf("seed %d, tail %d: %d of %d bytes arrived; %d epochs, attempt %d, window %d, unread %d, credit left %d", seed, i, tail.at, tail.size,
				tail.m.epoch, tail.m.attempt, tail.m.window, tail.m.unread, tail.m.upto-tail.m.next)
		}
	}
}

// Whatever is lost, repeated, late or stale: each byte is accepted once and in order, and once the network is good again all arrive.
func TestExactOverAnyNetwork(t *testing.T) {
	for seed := range uint64(100) {
		w := newWorld(seed, 3, 0.05+0.3*float64(seed%5)/4)
		for range 40 {
			w.grow(w.rnd.Int64N(20_000))
			w.until(w.now.Add(time.Duration(w.rnd.Int64N(int64(time.Second)))))
			tail := w.tails[w.rnd.IntN(len(w.tails))]
			switch w.rnd.IntN(6) {
			case 0: // a worker dies without a word; its last frames may still come
				if r := tail.runs[tail.m.cur.run]; r != nil {
					r.mute = true
				}
			case 1: // it says bye, and goes on
				b := wire.Bye{Run: tail.m.cur.run, Attempt: tail.m.attempt}
				w.carry(func() { tail.step(func() { tail.m.bye(b, w.now) }) })
			case 2:
				tail.slow = !tail.slow
				tail.drain()
			}
		}
		w.bad = 0
		for _, tail := range w.tails {
			tail.slow = false
			tail.drain()
		}
		w.until(w.now.Add(2 * time.Minute))
		w.check(t, seed)
	}
}

// outstanding is what may be on its way: granted and not seen, in the epoch that a tail's run knows.
func (w *world) outstanding() (sum uint64) {
	for _, t := range w.tails {
		sum += t.m.upto - t.m.next + t.m.lent
	}
	return sum
}

// With as many tails as the process may hold, half of them idle after a burst, every byte arrives and the credit never exceeds the pool.
func TestPoolBoundsAndStarvesNobody(t *testing.T) {
	const tails = 10_000
	w := newWorld(1, tails, 0)
	w.grow(2000)
	for range 100 {
		w.until(w.now.Add(100 * time.Millisecond))
		if sum := w.outstanding(); sum > defaultPool {
			t.Fatalf("%d bytes of credit are out, the pool is %d", sum, defaultPool)
		}
		if w.pool.grown > w.pool.half {
			t.Fatalf("windows hold %d bytes of %d", w.pool.grown, w.pool.half)
		}
	}
	w.check(t, 1)
	// Now one wakes after all others had the pool: it must get room again.
	w.tails[0].grow(5_000_000)
	w.until(w.now.Add(20 * time.Second))
	if w.tails[0].at != w.tails[0].size {
		t.Errorf("the busy tail got %d of %d bytes", w.tails[0].at, w.tails[0].size)
	}
	if w.tails[0].m.window < defaultPool/8 {
		t.Errorf("the only busy tail has a window of %d bytes: credit did not come back from idle ones", w.tails[0].m.window)
	}
}

// A reader that takes nothing holds the log back; what waits for it stays within its window.
func TestSlowReaderIsBounded(t *testing.T) {
	w := newWorld(1, 1, 0)
	tail := w.tails[0]
	w.grow(20_000_000)
	w.until(w.now.Add(10 * time.Second)) // its window has grown
	tail.slow = true
	w.grow(20_000_000)
	for range 20 {
		w.until(w.now.Add(time.Second))
		tail.step(func() { tail.m.again(w.now) }) // new epochs must not grant more
	}
	if tail.m.unread > tail.m.window {
		t.Errorf("%d bytes wait, the window is %d", tail.m.unread, tail.m.window)
	}
	tail.slow = false
	tail.drain()
	w.until(w.now.Add(time.Minute))
	w.check(t, 1)
}

// A page that reads 10 KB/s gets frames that it can take in a few seconds, or it would hear nothing for so long that it gives
// the connection up. Its kernel takes much at once at first, and may then make room in large pieces: it looks fast for a moment.
func TestSlowReaderGetsSmallFrames(t *testing.T) {
	for _, piece := range []uint64{1, 32 << 10, 64 << 10, 128 << 10} {
		w := newWorld(1, 1, 0)
		w.most, w.pool = wire.MaxPayload, newPool(defaultPool, 500)
		tail := w.tails[0]
		tail.slow, tail.m.window = true, w.pool.base
		tail.grow(4_000_000)
		free, open := uint64(400_000), true
		var left uint64 // of a frame that is being written
		for range 3000 {
			w.until(w.now.Add(100 * time.Millisecond))
			if free += 1000; free >= piece {
				open = true
			}
			for open && len(tail.held) > 0 {
				if left == 0 {
					left = tail.held[0].cost
				}
				if left > 40_000 {
					t.Fatalf("a frame of %d bytes, for a reader of 10 KB/s whose kernel makes room for %d", left, piece)
				}
				n := min(left, free)
				if left, free = left-n, free-n; left > 0 {
					open = false
					break
				}
				tail.consume()
				w.until(w.now.Add(3 * time.Millisecond)) // what it may send now comes
			}
		}
		if tail.m.window > 40_000 {
			t.Errorf("a window of %d bytes, for a reader of 10 KB/s whose kernel makes room for %d", tail.m.window, piece)
		}
		tail.slow = false
		tail.drain()
		w.until(w.now.Add(time.Minute))
		w.check(t, 1)
	}
}

// After the end nothing is held.
func TestEndGivesCreditBack(t *testing.T) {
	w := newWorld(1, 50, 0.1)
	w.grow(1_000_000)
	w.until(w.now.Add(20 * time.Second))
	for _, tail := range w.tails {
		tail.m.end()
	}
	if w.pool.grown != 0 || w.pool.busy != 0 {
		t.Errorf("the pool still counts %d bytes and %d busy tails", w.pool.grown, w.pool.busy)
	}
}
