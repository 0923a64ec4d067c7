package delivery

import (
	"slices"
	"time"

	"livetail/internal/wire"
)

// seats is the pool of answers. Tails are counted before they are let in; questions are not, so who finds no base to have
// waits for one, first come, first served.
type seats struct {
	pool
	free    int
	waiting []*question
}

const seatSize = 512

func newSeats(size uint64) seats {
	p := newPool(size, int(size/2/seatSize))
	return seats{pool: p, free: int(p.half / p.base)}
}

func (s *seats) enter(q *question) { s.waiting = append(s.waiting, q) }

// sits says whether q has a seat now.
func (s *seats) sits(q *question) bool {
	at := slices.Index(s.waiting, q)
	if at < 0 || at >= s.free {
		return false
	}
	s.waiting = slices.Delete(s.waiting, at, at+1)
	s.free--
	return true
}

// leave gives q's seat back, or its place in the queue.
func (s *seats) leave(q *question) {
	if q.seat {
		q.seat = false
		s.free++
		return
	}
	s.waiting = slices.DeleteFunc(s.waiting, func(x *question) bool { return x == q })
}

// cancel ends a question that the page no longer wants answered.
func (m *machine) cancel(reply uint32, now time.Time) {
	q := m.question(reply)
	if q == nil {
		return
	}
	m.questions = slices.DeleteFunc(m.questions, func(x *question) bool { return x == q })
	if !q.seat || q.done {
		q.giveBack()
		m.seats.leave(q)
		return
	}
	// What it was granted may still be used, until the run has heard that it is over.
	m.ghosts = append(m.ghosts, ghost{q, now.Add(lingers)})
	m.tell(wire.Cancel{Tail: m.id, Run: m.cur.run, Reply: reply})
}

// tickAsking looks at what did not happen to questions.
func (m *machine) tickAsking(now time.Time, silent func(last, now time.Time) time.Duration) {
	m.ghosts = slices.DeleteFunc(m.ghosts, func(g ghost) bool {
		if now.Before(g.until) {
			return false
		}
		g.giveBack()
		m.seats.leave(g.question)
		return true
	})
	for _, q := range slices.Clone(m.questions) {
		switch {
		case q.done:
		case !q.seat:
			m.sit(q, now)
		case m.cur.run == 0 || m.waiting: // the next run is asked when it says hello
		case silent(q.alive, now) > answerTo && q.usable():
			m.finish(q, wire.Marker{Kind: wire.MarkEnd, At: now.UnixMilli(), End: wire.EndFailed, Why: "the worker does not answer; ask again"})
		case silent(q.heard, now) > silence && q.usable():
			m.askOn(q, now)
		case !q.acked && q.asked <= askTries && now.Sub(q.at) >= askAgain:
			m.sayRequest(q, now)
		case q.idle(q.granted, now):
			q.shrink()
			m.askOn(q, now)
		}
	}
}

// rollAsking repeats the credit of each question: it says that somebody still wants the answer, and heals one that was lost.
func (m *machine) rollAsking() {
	for _, q := range m.questions {
		if q.seat && !q.done && q.round > 0 && m.cur.run != 0 {
			m.say(wire.ReplyCredit{Tail: m.id, Run: m.cur.run, Reply: q.reply, Round: q.round, Upto: q.upto})
		}
	}
}

// endAsking gives back what the questions hold. Their answers end with their run.
func (m *machine) endAsking() {
	for _, q := range m.questions {
		q.giveBack()
		m.seats.leave(q)
	}
	for _, g := range m.ghosts {
		g.giveBack()
		m.seats.leave(g.question)
	}
	m.questions, m.ghosts = nil, nil
}
