package consumer

import (
	"errors"

	"github.com/coder/websocket"

	"livetail/internal/delivery"
	"livetail/internal/filter"
	"livetail/internal/wire"
)

var atEdge = say{Say: "edge", Words: "the position asked for cannot be read; this is the live edge"}

// from is where to go on from: behind a position, or so many lines before the live edge. What cannot be read is the live
// edge itself: lines before it might be on the page already.
func (s *socket) from(position string, lines *uint32) (wire.Position, uint32, bool) {
	at, err := wire.ParsePosition(position)
	switch {
	case err != nil:
		return nil, 0, false
	case lines == nil:
		return at, s.visit.Lines, true
	}
	return at, *lines, true
}

// set replaces what the tail sends.
func (s *socket) set(tail Tail, m setting) (Reason, bool) {
	pass, refused := checked(m.Filter)
	if refused != nil {
		refused.Rev = m.Rev
		return s.answer(*refused)
	}
	want := delivery.Set{Rev: m.Rev, Filter: pass, Quiet: m.Quiet}
	var ok bool
	want.From, want.Lines, ok = s.from(m.From, m.Lines)
	if refusal := tail.Set(want); refusal != "" {
		return s.answer(say{Say: "refused", Rev: m.Rev, Words: refusal})
	}
	if !ok {
		return s.answer(atEdge)
	}
	return Reason{}, true
}

// kinds are what can be asked, by its name in a message.
var kinds = map[string]wire.Ask{"read": wire.AskRead, "time": wire.AskTime, "place": wire.AskPlace, "outline": wire.AskOutline}

// ask puts a question to the tail.
func (s *socket) ask(tail Tail, m asking) (Reason, bool) {
	no := func(words string) (Reason, bool) { return s.answer(say{Say: "refused", Reply: m.Reply, Words: words}) }
	q := wire.Question{Ask: kinds[m.Ask], Back: m.Back, Quiet: m.Quiet, At: m.At, Behind: m.Behind, Lead: m.Lead, Lines: m.Lines, Bytes: m.Bytes, Look: m.Look, Every: m.Every, Step: m.Step}
	if q.Ask == 0 {
		return no("read, time, place and outline can be asked")
	}
	if m.Behind < 0 {
		return no("nothing is beyond the live edge")
	}
	var errFrom, errUntil error
	q.From, errFrom = wire.ParsePosition(m.From)
	q.Until, errUntil = wire.ParsePosition(m.Until)
	if errFrom != nil || errUntil != nil {
		return no("the position asked for cannot be read")
	}
	pass, refused := checked(m.Filter)
	if refused != nil {
		refused.Reply = m.Reply
		return s.answer(*refused)
	}
	q.Filter = pass
	if refusal := tail.Ask(m.Reply, q); refusal != "" {
		return no(refusal)
	}
	return Reason{}, true
}

// checked is a filter as workers get it, or why it cannot be.
func checked(raw []byte) ([]byte, *say) {
	f, err := filter.Parse(raw)
	if err == nil {
		return f.JSON(), nil
	}
	refused := say{Say: "refused", Words: err.Error()}
	var wrong *filter.Error
	if errors.As(err, &wrong) {
		refused.In = wrong.In
		if wrong.Term >= 0 {
			refused.Term = &wrong.Term
		}
		if wrong.At >= 0 {
			refused.At = &wrong.At
		}
	}
	return nil, &refused
}

// mostAnswers is how many answers a page may let lie.
const mostAnswers = 64

// answer says m soon. The reading goroutine must not: a page that is slow to take it could not even close.
func (s *socket) answer(m say) (Reason, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.answers) >= mostAnswers {
		return tooMany, false
	}
	s.answers = append(s.answers, m)
	if len(s.answers) == 1 {
		s.own.Go(s.speak)
	}
	return Reason{}, true
}

// speak says all answers there are, and ends.
func (s *socket) speak() {
	for more := true; more; {
		s.mu.Lock()
		m := s.answers[0]
		s.mu.Unlock()
		if s.send(websocket.MessageText, m.text()) != nil {
			return
		}
		s.mu.Lock()
		s.answers = s.answers[1:]
		more = len(s.answers) > 0
		s.mu.Unlock()
	}
}
