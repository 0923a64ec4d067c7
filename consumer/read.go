package consumer

import (
	"bytes"
	"context"
	"encoding/json"
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
	ask, err := parseOpen(message)
	if err != nil || s.opened() {
		s.log.Debug("nonsense from a page", "error", err)
		return nonsense, false
	}
	return s.open(ask)
}

// ask is an open message. Lines is nil where the page leaves it to the log's config.
type ask struct {
	Op       string  `json:"op"`
	From     string  `json:"from"`
	Lines    *uint32 `json:"lines"`
	Replaces string  `json:"replaces"`
}

var errUnknownOp = errors.New("unknown op")

// parseOpen is strict: what it does not know it refuses, so that no page ever believes to be understood.
func parseOpen(message []byte) (ask, error) {
	var a ask
	in := json.NewDecoder(bytes.NewReader(message))
	in.DisallowUnknownFields()
	if err := in.Decode(&a); err != nil {
		return ask{}, err
	}
	if _, err := in.Token(); err != io.EOF {
		return ask{}, errors.New("more than one message in one")
	}
	if a.Op != "open" {
		return ask{}, errUnknownOp
	}
	return a, nil
}

// open starts the tail.
func (s *socket) open(a ask) (Reason, bool) {
	request := delivery.Request{Log: s.visit.Log, Lines: s.visit.Lines, Paths: s.visit.Paths}
	if a.Lines != nil {
		request.Lines = *a.Lines
	}
	from, undecodable := wire.ParsePosition(a.From)
	if undecodable != nil {
		request.Lines = 0 // the live edge itself: lines before it might be on the page already
	}
	request.From = from

	replaces, err := wire.ParseTailID(a.Replaces)
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
	s.own.Go(func() { s.write(tail, undecodable != nil) })
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
