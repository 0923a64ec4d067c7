package delivery

import (
	"testing"
	"time"

	"livetail/internal/wire"
)

// simLog is lines, some of them long.
type simLog struct{ ends []int64 }

func newSimLog(w *world) (l simLog) {
	at := int64(0)
	for n := range 4000 {
		size := 1 + w.rnd.Int64N(150)
		if n%25 == 12 {
			size = 20_000
		}
		at += size
		l.ends = append(l.ends, at)
	}
	return l
}

// simWish is what a page wants: one line in so many, or only how many those are.
type simWish struct {
	keep  byte
	quiet bool
}

func (s simWish) shows(line int) bool { return !s.quiet && line%int(s.keep) == 0 }

// simPage is a page behind a socket: what is written comes to it a little later, and what it wants to its web process too.
type simPage struct {
	w    *world
	log  simLog
	rev  uint32
	wish simWish
	at   int64 // it has all up to here
	line int   // that at is in
	tail *simTail
	away int // its connections that broke

	shown, pieces int
}

const travel = 5 * time.Millisecond // from web to page, and back

// connect opens a tail at where the page is.
func (p *simPage) connect() {
	w := p.w
	size := int64(0)
	if p.tail != nil {
		size = p.tail.size
		p.tail.over = true
		p.tail.step(func() { p.tail.m.end() })
		p.away++
	}
	t := &simTail{w: w, runs: map[uint64]*simRun{}, size: size, page: p, at: p.at}
	t.m = machine{id: wire.NewTailID(), flow: flow{pool: &w.pool, window: w.pool.base}, asking: asking{seats: &w.seats},
		rev: p.rev, filter: []byte{p.wish.keep}, quiet: p.wish.quiet, pos: place(p.at)}
	p.tail = t
	w.tails = append(w.tails, t)
	t.step(func() { t.m.begin() })
}

func place(at int64) wire.Position { return wire.Position{{File: "f", Offset: at}} }

// want changes the page's wish, from the place that it has come to.
func (p *simPage) want(wish simWish) {
	p.rev++
	p.wish = wish
	t, set := p.tail, Set{Rev: p.rev, Filter: []byte{wish.keep}, Quiet: wish.quiet, From: place(p.at)}
	p.w.after(travel, func() {
		if t.over {
			return
		}
		t.step(func() {
			t.m.unread -= t.lanes.drop(0)
			t.m.set(set, p.w.now)
		})
	})
}

// see is the page with a frame.
func (p *simPage) see(t *simTail, f *wire.Frame) {
	if t != p.tail || f.Rev != p.rev {
		return
	}
	if f.Start != p.at {
		t.fail("a page at %d got what begins at %d", p.at, f.Start)
	}
	to := f.After[0].Offset
	want := int64(0)
	if p.wish.shows(p.line) {
		want = to - p.at
		if p.shown++; to < p.log.ends[p.line] {
			p.pieces++
		}
	}
	if int64(len(f.Payload)) != want {
		t.fail("a page that wants %+v got %d bytes of %d..%d, line %d", p.wish, len(f.Payload), p.at, to, p.line)
	}
	if p.at = to; p.at == p.log.ends[p.line] {
		p.line++
	}
}

// write takes what waits for the page, each item when the one before is written.
func (t *simTail) write() {
	if t.writing || t.over || t.slow {
		return
	}
	item, ok := t.lanes.take()
	if !ok {
		return
	}
	t.writing = true
	t.w.after(time.Duration(item.cost)*100*time.Nanosecond, func() {
		t.writing = false
		if t.over {
			return
		}
		f, _ := wire.ParseFrame(item.Frame)
		t.w.after(travel, func() { t.page.see(t, &f) })
		t.step(func() { t.m.consumed(item.cost, t.w.now) })
		t.write()
	})
}

// frame is the next one that a run makes of lines: of one line, or of a piece of it.
func (r *simRun) frame(room int64) wire.Frame {
	p := r.t.page
	line := r.line
	for p.log.ends[line] <= r.at {
		line++
	}
	r.line = line
	to := min(p.log.ends[line], r.t.size, r.at+1+r.t.w.rnd.Int64N(r.t.w.most), r.at+room)
	f := wire.Frame{Kind: wire.Lines, Run: r.nonce, Epoch: r.g.Epoch, Seq: r.seq, Rev: r.g.Rev, Start: r.at, After: place(to)}
	if (simWish{r.g.Filter[0], r.g.Quiet}).shows(line) {
		f.Payload = nothing[:to-r.at]
	}
	return f
}

// sound checks what must be so after each step.
func (w *world) sound(t *simTail) {
	grown, busy := uint64(0), 0
	for _, x := range w.tails {
		if m := &x.m; !x.over {
			grown += m.window - w.pool.base + m.lent
			if m.window > w.pool.base {
				busy++
			}
		}
	}
	if w.pool.grown != grown || w.pool.busy != busy {
		t.fail("the pool counts %d bytes and %d busy, tails hold %d and are %d", w.pool.grown, w.pool.busy, grown, busy)
	}
	if m := &t.m; !t.over && m.upto > m.next+m.room() {
		t.fail("%d bytes are granted and %d lie unread, the window is %d", m.upto-m.next, m.unread, m.window)
	}
}

// Pages that change their wish in the middle of long lines, whose connections break, that rest, over a network and with workers that
// do all that they can do wrong: each piece of each line comes once, in order, judged by what the page wants.
func TestWishesAreExactOverAnyNetwork(t *testing.T) {
	shown, pieces, away := 0, 0, 0
	for seed := range uint64(100) {
		w := newWorld(seed, 0, 0.02+0.3*float64(seed%5)/4)
		w.wild, w.pool = true, newPool(20_000*(1+seed%3), 3)
		var pages []*simPage
		for range 3 {
			p := &simPage{w: w, log: newSimLog(w), wish: simWish{keep: 1}}
			p.connect()
			pages = append(pages, p)
		}
		for range 60 {
			w.until(w.now.Add(time.Duration(w.rnd.Int64N(int64(time.Second)))))
			p := pages[w.rnd.IntN(len(pages))]
			p.tail.grow(w.rnd.Int64N(15_000))
			for range w.rnd.IntN(4) {
				p.upset()
			}
		}
		w.bad, w.wild = 0, false
		for _, p := range pages {
			p.tail.slow = false
			p.tail.write()
			for _, r := range p.tail.runs {
				r.thaw()
			}
		}
		w.until(w.now.Add(3 * time.Minute))
		for _, p := range pages {
			w.checkPage(t, seed, p)
			shown, pieces, away = shown+p.shown, pieces+p.pieces, away+p.away
			p.tail.over = true
			p.tail.step(func() { p.tail.m.end() })
		}
		if w.pool.grown != 0 || w.pool.busy != 0 {
			t.Errorf("seed %d: the pool still counts %d bytes and %d busy tails", seed, w.pool.grown, w.pool.busy)
		}
	}
	if shown == 0 || pieces == 0 || away == 0 {
		t.Errorf("%d lines shown, %d pieces, %d connections broke: this proves nothing", shown, pieces, away)
	}
}

func (w *world) checkPage(t *testing.T, seed uint64, p *simPage) {
	t.Helper()
	for i, tail := range w.tails {
		if tail.err != nil {
			t.Fatalf("seed %d, tail %d: %v", seed, i, tail.err)
		}
	}
	m := &p.tail.m
	if p.at != p.tail.size {
		t.Fatalf("seed %d: a page has %d of %d bytes; %d epochs, attempt %d, waiting %t, window %d, unread %d, credit left %d", seed, p.at, p.tail.size,
			m.epoch, m.attempt, m.waiting, m.window, m.unread, m.upto-m.next)
	}
	if m.unread != 0 || m.state != Following {
		t.Errorf("seed %d: %d bytes unread, %v", seed, m.unread, m.state)
	}
	alive := 0
	for _, r := range p.tail.runs {
		if !r.ended && !r.mute {
			alive++
		}
	}
	if alive != 1 {
		t.Errorf("seed %d: %d runs go on", seed, alive)
	}
}

// upset is one thing that goes otherwise.
func (p *simPage) upset() {
	w, t := p.w, p.tail
	any := func() *simRun {
		for _, r := range t.runs {
			return r
		}
		return nil
	}
	switch w.rnd.IntN(10) {
	case 0: // the worker dies without a word
		if r := t.runs[t.m.cur.run]; r != nil {
			r.mute = true
		}
	case 1: // or only freezes
		if r := t.runs[t.m.cur.run]; r != nil {
			r.freeze()
			w.after(time.Duration(w.rnd.Int64N(int64(12*time.Second))), r.thaw)
		}
	case 2: // it says bye, and goes on
		b := wire.Bye{Run: t.m.cur.run, Attempt: t.m.attempt}
		w.carry(func() { t.step(func() { t.m.bye(b, w.now) }) })
	case 3: // also one that is long over
		if r := any(); r != nil {
			b := wire.Bye{Run: r.nonce, Attempt: r.attempt}
			w.carry(func() { t.step(func() { t.m.bye(b, w.now) }) })
		}
	case 4: // asynq runs a job twice
		t.run(t.m.attempt)
	case 5:
		t.slow = !t.slow
		t.write()
	case 6:
		if w.rnd.IntN(3) == 0 {
			p.connect()
		}
	default:
		p.want(simWish{byte(1 + w.rnd.IntN(3)), w.rnd.IntN(3) == 0})
	}
}
