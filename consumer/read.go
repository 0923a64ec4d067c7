package consumer

import (
	"context"
	"errors"
	"io"
	"time"

	"github.com/coder/websocket"

	"livetail/internal/delivery"
	"livetail/internal/wire"
)

// read hears the page until one of both ends. Its end is how a closed tab is noticed: a request's context says nothing
// after the handshake.
func (s *socket) read() {
	allowed := newBudget(s.h.o.MessagesPerSecond, time.Now())
	for {
		message, reason, ok := s.message()
		if ok && !allowed.take(time.Now()) {
			reason, ok = tooMany, false
		}
		if ok {
			reason, ok = s.hear(message)
		}
		if !ok {
			s.end(reason)
			return
		}
	}
}

// message waits for one. No deadline: a context that ends during a Read closes the connection, without words.
func (s *socket) message() ([]byte, Reason, bool) {
	if b := s.first; b != nil {
		s.first = nil
		return b, tooLarge, len(b) <= s.h.o.MessageBytes
	}
	kind, r, err := s.ws.Reader(context.Background())
	if err != nil {
		return nil, gone, false
	}
	if kind != websocket.MessageText {
		return nil, nonsense, false
	}
	b, err := io.ReadAll(io.LimitReader(r, int64(s.h.o.MessageBytes)+1))
	switch {
	case err != nil:
		return nil, gone, false
	case len(b) > s.h.o.MessageBytes:
		return nil, tooLarge, false
	}
	return b, Reason{}, true
}

// hear does what the page asks.
func (s *socket) hear(message []byte) (Reason, bool) {
	m, err := parse(message)
	s.mu.Lock()
	tail := s.tail
	s.mu.Unlock()
	_, opens := m.(opening)
	if err != nil || opens != (tail == nil) {
		s.log.Debug("nonsense from a page", "error", err)
		return nonsense, false
	}
	switch m := m.(type) {
	case opening:
		return s.open(m)
	case setting:
		return s.set(tail, m)
	case asking:
		return s.ask(tail, m)
	case cancelling:
		tail.Cancel(m.Reply)
	}
	return Reason{}, true
}

// open starts the tail.
func (s *socket) open(m opening) (Reason, bool) {
	request := delivery.Request{Log: s.visit.Log, Paths: s.visit.Paths, User: s.visit.Asker, Quiet: m.Quiet}
	var first []say
	pass, refused := checked(m.Filter)
	if refused == nil {
		request.Filter, request.Rev = pass, m.Rev
	} else { // there is nothing that could stay in force but: all lines
		refused.Rev = m.Rev
		first = append(first, *refused)
	}
	var ok bool
	if request.From, request.Lines, ok = s.from(m.From, m.Lines); !ok {
		first = append(first, atEdge)
	}

	replaces, err := wire.ParseTailID(m.Replaces)
	if err != nil {
		replaces = wire.TailID{} // names no tail
	}
	old, reason, ok := s.h.admission.admit(s, replaces)
	if old != nil {
		old.end(replaced)
	}
	if !ok {
		return reason, false
	}
	tail, err := s.h.o.Open(request)
	if err != nil {
		return s.notOpened(err), false
	}
	s.h.admission.name(s, tail.ID())
	if !s.follow(tail) {
		return gone, false
	}
	s.own.Go(func() { s.write(tail, first) })
	return Reason{}, true
}

func (s *socket) notOpened(err error) Reason {
	switch {
	case errors.Is(err, delivery.ErrTooMany):
		return allFull
	case errors.Is(err, delivery.ErrStopping):
		return restart
	case errors.Is(err, wire.ErrMalformed):
		return noSuchLog
	}
	s.log.Error("opening a tail", "error", err)
	return failed
}

// budget lets so many messages a second pass, and as many at once.
type budget struct {
	perSecond, left float64
	at              time.Time
}

func newBudget(perSecond int, now time.Time) budget {
	return budget{float64(perSecond), float64(perSecond), now}
}

func (b *budget) take(now time.Time) bool {
	b.left = min(b.left+now.Sub(b.at).Seconds()*b.perSecond, b.perSecond)
	b.at = now
	if b.left < 1 {
		return false
	}
	b.left--
	return true
}
