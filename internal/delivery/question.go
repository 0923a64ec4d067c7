package delivery

import (
	"bytes"
	"encoding/json"
	"slices"
	"time"

	"livetail/internal/wire"
)

const (
	maxOpen   = 4           // questions of a tail that are not answered yet
	maxLanes  = 2 * maxOpen // and those whose answer the page has not taken yet
	firstRoom = 64 << 10    // what an answer begins with, if it is there: a page of lines in one go
	answerTo  = time.Minute // a run that is alive and says nothing of an answer for this long never will
	askAgain  = goAgain     // an unanswered request is said again
	askTries  = goTries     //
	lingers   = goOld       // frames of a cancelled answer are in flight for this long
	cancelGap = 100 * time.Millisecond
)

// question is one that a page asked: the same rules as a tail's, with a round for an epoch. What it holds of the pool is a
// seat, which is its base, and what its window is larger.
type question struct {
	flow
	reply  uint32
	round  uint32
	rest   wire.Question // what is still to be answered
	limit  [3]bool       // of lines, bytes, bytes looked at: there is one
	seat   bool
	told   bool      // that it waits for a seat
	done   bool      // the last frame was accepted
	some   bool      // a frame with a place was accepted
	behind int64     // how far the live edge was from it
	asked  int       // how often in this round
	at     time.Time // when it was last asked
	heard  time.Time // since when silence counts: the last frame, or when it was given room
	alive  time.Time // the last frame, of any round of this run
}

// asking is all questions of a tail.
type asking struct {
	seats     *seats
	questions []*question
	ghosts    []ghost // cancelled; what they were granted may still be on its way
	lastReply uint32
	cancelled time.Time // when a stray answer was last told so
}

type ghost struct {
	*question
	until time.Time
}

func (a *asking) question(reply uint32) *question {
	for _, q := range a.questions {
		if q.reply == reply {
			return q
		}
	}
	return nil
}

// ask begins a question, or says in words why it cannot be.
func (m *machine) ask(reply uint32, ask wire.Question, now time.Time) (refusal string) {
	if reply <= m.lastReply {
		return "a question's number must be higher than all before"
	}
	open := 0
	for _, q := range m.questions {
		if !q.done {
			open++
		}
	}
	if open >= maxOpen || len(m.questions) >= maxLanes {
		return "4 questions are open, more may be asked when one of them is answered"
	}
	m.lastReply = reply
	ask.Paths, ask.User = m.paths, m.user
	q := &question{flow: flow{pool: &m.seats.pool, window: m.seats.base}, reply: reply, rest: ask,
		limit: [3]bool{ask.Lines > 0, ask.Bytes > 0, ask.Look > 0}}
	m.questions = append(m.questions, q)
	m.seats.enter(q)
	m.sit(q, now)
	return ""
}

// sit asks the run once the question has its seat, and until then tells the page that it waits.
func (m *machine) sit(q *question, now time.Time) {
	if q.seat = m.seats.sits(q); q.seat {
		q.window = q.pool.widen(q.window, firstRoom)
		m.askOn(q, now)
	} else if !q.told {
		q.told = true
		m.make(q, wire.Marker{Kind: wire.MarkProgress, At: now.UnixMilli(), Why: "waiting for a turn: this server answers as many questions as it can"}, 0)
	}
}

// askAll puts all questions to a run that is new.
func (m *machine) askAll(now time.Time) {
	for _, q := range slices.Clone(m.questions) {
		if q.seat && !q.done {
			q.alive = now
			m.askOn(q, now)
		}
	}
}

// askOn asks for what is still to be answered, in a new round.
func (m *machine) askOn(q *question, now time.Time) {
	if m.cur.run == 0 {
		return
	}
	if end := q.ended(); end != "" { // only the words that say so were lost
		m.finish(q, wire.Marker{Kind: wire.MarkEnd, At: now.UnixMilli(), End: end})
		return
	}
	if q.round == 0 {
		q.alive = now
	}
	q.round++
	q.restart(now)
	q.asked, q.heard = 0, now
	m.sayRequest(q, now)
}

func (m *machine) sayRequest(q *question, now time.Time) {
	q.asked++
	q.at = now
	m.say(wire.Request{Tail: m.id, Run: m.cur.run, Reply: q.reply, Round: q.round, Web: m.web, Credit: q.upto, Question: q.rest})
}

// ended is why nothing is left to be asked, or "".
func (q *question) ended() string {
	switch {
	case q.limit[0] && q.rest.Lines == 0, q.limit[1] && q.rest.Bytes == 0:
		return wire.EndLines
	case q.limit[2] && q.rest.Look == 0:
		return wire.EndLooked
	}
	return ""
}

// make is a marker of an answer that comes from here.
func (m *machine) make(q *question, mark wire.Marker, flags uint8) {
	f, err := mark.Frame()
	if err != nil {
		return // strings and numbers: cannot fail
	}
	f.Flags, f.Run, f.Epoch, f.Seq, f.Reply, f.After = flags, m.cur.run, q.round, q.next, q.reply, q.rest.From
	m.do.made = append(m.do.made, f)
}

// finish ends an answer from here.
func (m *machine) finish(q *question, end wire.Marker) {
	m.make(q, end, wire.Last)
	m.stop(q)
}

// stop notes that an answer is complete. The run may forget it.
func (m *machine) stop(q *question) {
	q.done = true
	if m.cur.run != 0 {
		m.say(wire.Cancel{Tail: m.id, Run: m.cur.run, Reply: q.reply})
	}
	if q.unread == 0 {
		m.drop(q)
	}
}

// drop forgets a question whose answer was taken.
func (m *machine) drop(q *question) {
	m.questions = slices.DeleteFunc(m.questions, func(x *question) bool { return x == q })
	q.giveBack()
	m.seats.leave(q)
}

// answer says whether a frame is exactly the next of its answer.
func (m *machine) answer(f *wire.Frame, now time.Time) bool {
	q := m.question(f.Reply)
	switch {
	case q == nil || q.done:
		if now.Sub(m.cancelled) > cancelGap {
			m.cancelled = now
			m.say(wire.Cancel{Tail: m.id, Run: m.cur.run, Reply: f.Reply})
		}
		return false
	case f.Epoch != q.round:
		return false
	}
	switch q.take(f, now) {
	case isAfterLost:
		m.askOn(q, now)
		return false
	case isOld, isBeyond:
		return false
	}
	q.heard, q.alive = now, now
	q.spend(f)
	if f.Flags&wire.Last != 0 {
		m.stop(q)
	}
	return true
}

// spend takes what a frame brought off what is still to be answered.
func (q *question) spend(f *wire.Frame) {
	if f.Kind == wire.Mark && q.rest.Ask != wire.AskRead {
		var mark wire.Marker
		if json.Unmarshal(f.Payload, &mark) == nil && mark.Kind == wire.MarkFound && len(f.After) > 0 {
			q.rest.Ask, q.rest.From, q.rest.Lead = wire.AskRead, f.After, 0 // the place is known: what is left is to read from there
			q.some, q.behind = true, f.Behind
		}
		return
	}
	if f.Kind == wire.Lines {
		lines := uint64(f.Passed)
		if len(q.rest.Filter) == 0 && !q.rest.Quiet {
			lines = uint64(bytes.Count(f.Payload, []byte{'\n'}))
			if f.Flags&wire.NoEOL != 0 {
				lines++
			}
		}
		q.rest.Lines -= uint32(min(lines, uint64(q.rest.Lines)))
		q.rest.Bytes -= min(uint64(len(f.Payload)), q.rest.Bytes)
	}
	if len(f.After) > 0 {
		q.rest.Look -= min(q.looked(f), q.rest.Look)
		q.rest.From, q.rest.Lead = f.After, 0
	}
}

// looked is how many bytes of the log f went beyond the frame before it: as much as the live edge came nearer or went away.
func (q *question) looked(f *wire.Frame) (n uint64) {
	switch {
	case q.some:
		n = uint64(max(f.Behind-q.behind, q.behind-f.Behind))
	case q.rest.Back && len(q.rest.From) == 0:
		n = uint64(f.Behind)
	default:
		n = uint64(len(f.Payload))
	}
	q.some, q.behind = true, f.Behind
	return n
}

// consumedAnswer notes that the reader took a frame of an answer.
func (m *machine) consumedAnswer(reply uint32, cost uint64, now time.Time) {
	q := m.question(reply)
	if q == nil {
		return
	}
	more := q.read(cost, now)
	switch {
	case q.done && q.unread == 0:
		m.drop(q)
	case more && !q.done && m.cur.run != 0:
		q.heard = now
		m.say(wire.ReplyCredit{Tail: m.id, Run: m.cur.run, Reply: q.reply, Round: q.round, Upto: q.upto})
	}
}
