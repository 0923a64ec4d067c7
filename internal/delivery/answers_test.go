package delivery

import (
	"testing"
	"time"

	"livetail/internal/wire"
)

// simAnswer is what a run does with a request: the log is size bytes, and a page of it is read forward or back.
type simAnswer struct {
	r    *simRun
	m    wire.Request
	at   int64
	left int64
	tell bool // where it begins is to be told
	seq  uint64
	over bool
}

// asked is what a page asked and has got.
type asked struct {
	reply      uint32
	back       bool
	at         int64 // where the next byte must be; -1: not told yet
	want, got  int64
	end        string
	cancelled  bool
	afterwards int // frames that came after the end
}

// request does what runs.heardRequest does.
func (t *simTail) request(m wire.Request) {
	r := t.runs[m.Run]
	if r == nil || r.ended {
		return
	}
	if r.answers == nil {
		r.answers = map[uint32]*simAnswer{}
	}
	if a := r.answers[m.Reply]; a != nil && m.Round <= a.m.Round {
		if m.Round == a.m.Round {
			a.m.Credit = max(a.m.Credit, m.Credit)
			a.publish()
		}
		return
	}
	a := &simAnswer{r: r, m: m, left: int64(m.Question.Bytes)}
	if q := m.Question; q.Ask == wire.AskPlace {
		a.at, a.tell = t.size-q.Behind, true
	} else if len(q.From) > 0 {
		a.at = q.From[0].Offset
	} else if q.Back {
		a.at = t.size
	}
	r.answers[m.Reply] = a
	a.publish()
}

func (a *simAnswer) publish() {
	t := a.r.t
	for !a.over && !a.r.ended && !a.r.mute && a.m.Credit >= a.seq+wire.FrameCost+wire.MinPayload {
		f := wire.Frame{Kind: wire.Lines, Run: a.r.nonce, Epoch: a.m.Round, Seq: a.seq, Reply: a.m.Reply}
		n := min(int64(a.m.Credit-a.seq-wire.FrameCost), 1+t.w.rnd.Int64N(3000))
		if a.m.Question.Bytes > 0 {
			n = min(n, a.left)
		}
		found := a.tell
		if a.tell = false; found {
			n = 0
		}
		if a.m.Question.Back {
			n = min(n, a.at)
			f.Start = a.at - n
			a.at -= n
		} else {
			n = min(n, t.size-a.at)
			f.Start = a.at
			a.at += n
		}
		a.left -= n
		f.Payload = nothing[:n]
		if found {
			mark, _ := wire.Marker{Kind: wire.MarkFound}.Frame()
			f.Kind, f.Payload = wire.Mark, mark.Payload
		} else if n == 0 {
			mark, _ := wire.Marker{Kind: wire.MarkEnd, End: wire.EndDone}.Frame()
			f.Kind, f.Payload, f.Flags = wire.Mark, mark.Payload, wire.Last
			a.over = true
		}
		f.After = wire.Position{{File: "f", Offset: a.at}}
		f.Behind = t.size - a.at
		a.seq += f.Cost()
		t.w.carry(func() { t.hear(f) })
	}
}

// ask asks for want bytes, or as many as there are, forward from a place or back.
func (t *simTail) ask(back bool, from, want int64) *asked {
	t.lastAsk++
	if back {
		want = min(want, from)
	} else {
		want = min(want, t.size-from)
	}
	return t.put(wire.Question{Ask: wire.AskRead, Back: back, Bytes: uint64(want), From: wire.Position{{File: "f", Offset: from}}}, from)
}

// put asks q, whose answer begins at a place, or where it says (-1).
func (t *simTail) put(q wire.Question, at int64) *asked {
	a := &asked{reply: t.lastAsk, back: q.Back, at: at, want: int64(q.Bytes)}
	refusal := ""
	t.step(func() { refusal = t.m.ask(a.reply, q, t.w.now) })
	if refusal != "" {
		return nil
	}
	t.asked = append(t.asked, a)
	return a
}

// answered takes an accepted frame of an answer.
func (t *simTail) answered(f wire.Frame) {
	for _, a := range t.asked {
		if a.reply != f.Reply {
			continue
		}
		if a.end != "" || a.cancelled {
			a.afterwards++
		}
		if f.Flags&wire.Last != 0 {
			a.end = "done"
			return
		}
		if f.Kind == wire.Mark && f.Payload != nil && a.at < 0 {
			a.at = f.After[0].Offset
			return
		}
		n := int64(len(f.Payload))
		start := a.at
		if a.back {
			start = a.at - n
		}
		if f.Kind == wire.Lines && f.Start != start {
			t.fail("answer %d: a frame at %d was accepted at %d", a.reply, f.Start, start)
		}
		if a.at = start; !a.back {
			a.at += n
		}
		a.got += n
	}
}

func (w *world) checkAnswers(t *testing.T, seed uint64) {
	t.Helper()
	for i, tail := range w.tails {
		if tail.err != nil {
			t.Fatalf("seed %d, tail %d: %v", seed, i, tail.err)
		}
		for _, a := range tail.asked {
			if a.cancelled {
				if a.afterwards > 0 {
					t.Errorf("seed %d, tail %d: %d frames after a cancel", seed, i, a.afterwards)
				}
				continue
			}
			if a.end == "" || a.got != a.want || a.afterwards > 0 {
				t.Errorf("seed %d, tail %d: answer %d got %d of %d bytes, end %q, %d frames after it", seed, i, a.reply, a.got, a.want, a.end, a.afterwards)
			}
		}
		if len(tail.m.questions)+len(tail.m.ghosts) > 0 {
			t.Errorf("seed %d, tail %d: %d questions and %d ghosts are left", seed, i, len(tail.m.questions), len(tail.m.ghosts))
		}
	}
	if w.seats.grown != 0 || w.seats.busy != 0 || w.seats.free != int(w.seats.half/w.seats.base) || len(w.seats.waiting) > 0 {
		t.Errorf("seed %d: answers still hold %d bytes, %d of %d seats are free", seed, w.seats.grown, w.seats.free, w.seats.half/w.seats.base)
	}
}

// Whatever is lost, repeated, late or stale, each byte of an answer is accepted once and in order, beside a tail that is set
// anew again and again; once the network is good all end, and not a byte beyond what was asked for comes.
func TestAnswersAreExactOverAnyNetwork(t *testing.T) {
	for seed := range uint64(100) {
		w := newWorld(seed, 3, 0.05+0.3*float64(seed%5)/4)
		w.grow(200_000)
		for range 40 {
			w.grow(w.rnd.Int64N(20_000))
			w.until(w.now.Add(time.Duration(w.rnd.Int64N(int64(time.Second)))))
			tail := w.tails[w.rnd.IntN(len(w.tails))]
			switch w.rnd.IntN(8) {
			case 0:
				if r := tail.runs[tail.m.cur.run]; r != nil {
					r.mute = true
				}
			case 1:
				b := wire.Bye{Run: tail.m.cur.run, Attempt: tail.m.attempt}
				w.carry(func() { tail.step(func() { tail.m.bye(b, w.now) }) })
			case 2:
				tail.slow = !tail.slow
				tail.drain()
			case 3:
				if len(tail.asked) > 0 {
					a := tail.asked[w.rnd.IntN(len(tail.asked))]
					if a.end == "" {
						a.cancelled = true
						tail.step(func() { tail.m.cancel(a.reply, w.now) })
					}
				}
			case 5: // from a place that is only known once it is told
				tail.lastAsk++
				behind := 1 + w.rnd.Int64N(tail.size)
				tail.put(wire.Question{Ask: wire.AskPlace, Behind: behind, Bytes: uint64(1 + w.rnd.Int64N(behind))}, -1)
			case 4: // a filter is set: the page goes on from its place
				tail.step(func() {
					tail.m.set(Set{Rev: tail.m.rev + 1, From: wire.Position{{File: "f", Offset: tail.at}}}, w.now)
				})
			default: // back has a place that stays what it is while the log grows
				tail.ask(w.rnd.IntN(2) == 0, w.rnd.Int64N(tail.size), w.rnd.Int64N(100_000)+1)
			}
		}
		w.bad = 0
		for _, tail := range w.tails {
			tail.slow = false
			tail.drain()
		}
		w.until(w.now.Add(4 * time.Minute))
		w.check(t, seed)
		w.checkAnswers(t, seed)
	}
}

// answersOut is the credit of answers that may still be used.
func (w *world) answersOut() (sum uint64) {
	for _, t := range w.tails {
		for _, q := range t.m.questions {
			sum += q.upto - q.next + q.lent
		}
		for _, g := range t.m.ghosts {
			sum += g.upto - g.next + g.lent
		}
	}
	return sum
}

// With more questions than there are seats, among them those of pages that take nothing for a while, the credit that is out
// stays within the pool, and every byte arrives.
func TestManyQuestionsAreBoundedAndNoneStarves(t *testing.T) {
	for _, tails := range []int{250, 1000} { // 4 questions each
		w := newWorld(1, tails, 0)
		for _, tail := range w.tails {
			tail.size, tail.at = 40_000, 40_000
			tail.step(func() { tail.m.pos = wire.Position{{File: "f", Offset: tail.size}} })
		}
		w.until(w.now.Add(time.Second))
		for i, tail := range w.tails {
			tail.slow = i%10 == 0
			for k := range int64(maxOpen) {
				if tail.ask(k%2 == 0, 20_000, 5_000*(k+1)) == nil {
					t.Fatal("refused")
				}
			}
			if tail.ask(false, 0, 1) != nil {
				t.Fatal("a fifth question was let in")
			}
		}
		most := uint64(0)
		for range 400 {
			w.until(w.now.Add(50 * time.Millisecond))
			most = max(most, w.answersOut())
			if w.seats.grown > w.seats.half {
				t.Fatalf("windows hold %d bytes of %d", w.seats.grown, w.seats.half)
			}
		}
		if most > defaultAnswers || most < defaultAnswers/4 {
			t.Fatalf("%d tails: %d bytes of credit were out, the pool is %d", tails, most, defaultAnswers)
		}
		for _, tail := range w.tails {
			tail.slow = false
			tail.drain()
		}
		w.until(w.now.Add(time.Minute))
		w.checkAnswers(t, 1)
	}
}
