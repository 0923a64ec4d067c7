package consumer

import (
	"context"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"github.com/coder/websocket"

	"livetail/internal/wire"
)

// socket is one page's connection. Three goroutines serve it: run minds the times and the session and does all closing,
// read hears the page, write sends what the tail brings.
type socket struct {
	h     *Handler
	visit Visit
	log   *slog.Logger
	ws    *websocket.Conn
	conn  *conn
	first []byte // message, if it came with the handshake; the reading goroutine's

	ctx    context.Context // ends when the socket does
	cancel context.CancelFunc
	own    sync.WaitGroup // all goroutines but run

	writing sync.Mutex   // held while a message goes out
	sent    atomic.Int64 // when the last one had gone out, Unix nanoseconds
	pongs   atomic.Uint64
	pinging atomic.Bool

	mu      sync.Mutex
	tail    Tail    // nil until the page said what it wants
	reason  *Reason // why it ended
	leaving bool    // the page has begun to close
	answers []say   // to what the page asks; not said yet

	// The admission's, under its lock.
	place place
	id    wire.TailID
}

func newSocket(h *Handler, visit Visit) *socket {
	s := &socket{h: h, visit: visit, log: h.o.Log.With("user", visit.User, "log", visit.Log.String())}
	s.ctx, s.cancel = context.WithCancel(context.Background())
	return s
}

// run owns the socket from handshake to end.
func (s *socket) run() {
	defer s.h.left(s)
	s.sent.Store(time.Now().UnixNano())
	s.own.Go(s.read)
	s.mind()
	s.hangUp()
	s.own.Wait()
}

// end is the end, whoever finds it. The first reason counts. The tail is closed before anything else is done: behind it
// is a file that a worker holds open.
func (s *socket) end(reason Reason) {
	s.mu.Lock()
	first := s.reason == nil
	if first {
		s.reason = &reason
	}
	tail := s.tail
	s.mu.Unlock()
	if !first {
		return
	}
	if tail != nil {
		tail.Close()
	}
	s.cancel()
	s.h.admission.leave(s)
}

// leave closes the tail of a page that begins to close. The end itself comes with the answer to its close.
func (s *socket) leave() {
	s.mu.Lock()
	s.leaving = true
	tail := s.tail
	s.mu.Unlock()
	if tail != nil {
		tail.Close()
	}
}

func (s *socket) isLeaving() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.leaving
}

// follow makes tail the socket's, unless that has ended.
func (s *socket) follow(tail Tail) bool {
	s.mu.Lock()
	ended := s.reason != nil || s.leaving
	if !ended {
		s.tail = tail
	}
	s.mu.Unlock()
	if ended {
		tail.Close()
	}
	return !ended
}

func (s *socket) opened() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.tail != nil
}

// mind returns when the socket has ended.
func (s *socket) mind() {
	t := s.h.o.Times
	now := time.Now()
	p := pulse{dead: t.Dead, unread: t.Unread, every: t.Beat, looked: now, life: now, reading: now}
	opening := time.NewTimer(t.Open)
	defer opening.Stop()
	touch := time.NewTicker(t.Touch)
	defer touch.Stop()
	look := time.NewTimer(t.Beat)
	defer look.Stop()
	pinged := now
	for {
		select {
		case <-s.ctx.Done():
			return
		case <-s.visit.Ended:
			s.end(signedOut)
		case words := <-s.visit.Stopped:
			s.end(stoppedFor(words))
		case <-opening.C:
			if !s.opened() {
				s.end(silent)
			}
		case <-touch.C:
			s.own.Go(s.touch)
		case now = <-look.C:
			idle := s.idle()
			if !p.look(now, s.conn.gauge(), !idle, s.pongs.Load()) {
				s.end(tooSlow)
				continue
			}
			if now.Sub(pinged) >= t.Ping && s.ping() {
				pinged = now
			}
			look.Reset(s.beat())
		}
	}
}

// touch keeps the session alive. It is not waited for: Redis may be away, and then nobody is signed out.
func (s *socket) touch() {
	if !s.visit.Touch(s.ctx) {
		s.end(signedOut)
	}
}

// hangUp closes the connection: with words, if there is anybody to hear them, but never for longer than Times.Polite.
// What does not end by itself then, the closed connection below it ends.
func (s *socket) hangUp() {
	reason := *s.reason // set before ctx ended, and never again
	s.log.Debug("socket ended", "code", int(reason.Code), "why", reason.Words)
	if reason == gone || reason == tooSlow && !s.idle() { // no words overtake what is under way
		s.conn.Close()
		_ = s.ws.CloseNow()
		return
	}
	force := time.AfterFunc(s.h.o.Times.Polite, func() { s.conn.Close() })
	defer force.Stop()
	_ = s.ws.Close(reason.Code, reason.Words) // nobody is left who could do anything about an error
}
