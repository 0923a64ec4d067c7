// Package consumer serves one WebSocket on top of delivery.
//
// Who may see what was decided before: a Visit says it. The page's contract is docs/PROTOCOL.md.
package consumer

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/coder/websocket"

	"livetail/internal/delivery"
	"livetail/internal/wire"
)

// Tail is what a socket needs of a *delivery.Tail.
type Tail interface {
	ID() wire.TailID
	Next(context.Context) (delivery.Item, error)
	Consumed(delivery.Item)
	Set(delivery.Set) (refusal string)
	Ask(reply uint32, q wire.Question) (refusal string)
	Cancel(reply uint32)
	Close()
}

// Options says what a Handler works with. Only Open is required.
type Options struct {
	Open func(delivery.Request) (Tail, error) // never blocks

	// Origin says whether a page of the request's Origin may open a socket. nil: if its host is the one that was asked.
	Origin func(*http.Request) bool

	TailsPerUser      int    // open at the same time; default 50
	Tails             int    // open at the same time, of everybody; default 2,000
	MessageBytes      int    // of one message of a page; default 16 KiB
	MessagesPerSecond int    // of one page; default 20
	SendBuffer        int    // bytes the kernel holds for one page; default 128 KiB
	Version           string // told to each page
	Times             Times
	Log               *slog.Logger // default: nowhere
}

// Times are all the times of a socket. Zero values mean the defaults.
type Times struct {
	Open   time.Duration // within which a page says what it wants; 10 s
	Beat   time.Duration // after which a beat is sent if nothing else was; 5 s
	Ping   time.Duration // between pings; 20 s
	Dead   time.Duration // without a byte accepted or received; 30 s
	Unread time.Duration // without a sign that the page itself reads; 60 s
	Touch  time.Duration // between touches of the session; 1 min
	Polite time.Duration // for the words of a close to be heard; 1 s
}

// Visit is one request for a socket that was found to be allowed.
type Visit struct {
	User  string
	Asker string // the user, unreadable, for workers: they limit searches per user
	Log   wire.Log
	Lines uint32 // of backlog when the page names no number
	Paths bool   // markers may carry whole paths

	Ended   <-chan struct{}            // closed when the session is over
	Stopped <-chan string              // says in words, once, that the log is stopped for everybody
	Touch   func(context.Context) bool // an open tail is activity; false: the session is over. May block for seconds
	Release func()                     // called once, when the socket has ended or was refused
}

// Handler serves sockets. Its methods may be called by many goroutines at once.
type Handler struct {
	o         Options
	admission *admission

	mu       sync.Mutex
	stopping bool
	sockets  map[*socket]struct{}
	running  sync.WaitGroup // one for each of sockets
}

// New checks the options.
func New(o Options) (*Handler, error) {
	if o.Open == nil {
		return nil, errors.New("consumer options: nothing opens tails")
	}
	for _, n := range []int{o.TailsPerUser, o.Tails, o.MessageBytes, o.MessagesPerSecond, o.SendBuffer} {
		if n < 0 {
			return nil, fmt.Errorf("consumer options: a limit is %d", n)
		}
	}
	for _, d := range []time.Duration{o.Times.Open, o.Times.Beat, o.Times.Ping, o.Times.Dead, o.Times.Unread, o.Times.Touch, o.Times.Polite} {
		if d < 0 {
			return nil, fmt.Errorf("consumer options: a time is %v", d)
		}
	}
	o = withDefaults(o)
	return &Handler{o: o, admission: newAdmission(o.TailsPerUser, o.Tails), sockets: map[*socket]struct{}{}}, nil
}

func withDefaults(o Options) Options {
	or(&o.TailsPerUser, 50)
	or(&o.Tails, 2000)
	or(&o.MessageBytes, 16<<10)
	or(&o.MessagesPerSecond, 20)
	or(&o.SendBuffer, 128<<10)
	or(&o.Times.Open, 10*time.Second)
	or(&o.Times.Beat, 5*time.Second)
	or(&o.Times.Ping, 20*time.Second)
	or(&o.Times.Dead, 30*time.Second)
	or(&o.Times.Unread, time.Minute)
	or(&o.Times.Touch, time.Minute)
	or(&o.Times.Polite, time.Second)
	if o.Origin == nil {
		o.Origin = sameHost
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	return o
}

func or[T comparable](v *T, value T) {
	var zero T
	if *v == zero {
		*v = value
	}
}

// sameHost takes no Origin at all for a program, which has no foreign pages that could make it ask.
func sameHost(r *http.Request) bool {
	origin := r.Header.Get("Origin")
	if origin == "" {
		return true
	}
	u, err := url.Parse(origin)
	return err == nil && u.Host != "" && strings.EqualFold(u.Host, r.Host)
}

// Serve answers a handshake and returns; the socket lives on, until it ends or Shutdown ends it. To return early is what
// gives back the server's goroutine and its buffers, nearly half of what a socket takes.
func (h *Handler) Serve(w http.ResponseWriter, r *http.Request, visit Visit) {
	s := newSocket(h, visit)
	if first := r.URL.Query().Get("open"); first != "" {
		s.first = []byte(first)
	}
	status, words := h.refuse(r)
	if status == 0 {
		status, words = h.enter(s)
	}
	if status != 0 {
		http.Error(w, words, status)
		visit.Release()
		return
	}
	hijack := &hijacker{ResponseWriter: w, sendBuffer: h.o.SendBuffer, closing: s.leave}
	ws, err := websocket.Accept(hijack, r, &websocket.AcceptOptions{
		Subprotocols:       []string{wire.Subprotocol},
		InsecureSkipVerify: true, // Origin was asked above
		CompressionMode:    websocket.CompressionDisabled,
		OnPingReceived:     s.pinged,
		OnPongReceived:     s.ponged,
	})
	if err != nil {
		h.o.Log.Debug("handshake failed", "error", err)
		h.left(s)
		return
	}
	ws.SetReadLimit(int64(h.o.MessageBytes) + 1) // one more, to find out and say it in our words
	s.ws, s.conn = ws, hijack.conn
	go s.run()
}

// refuse is the status of a handshake that is not even looked at. Origin matters most here: a handshake is a GET, with
// cookies, that any page in the world can make a browser send.
func (h *Handler) refuse(r *http.Request) (status int, words string) {
	if !h.o.Origin(r) {
		return http.StatusForbidden, "a page of another site asked for this socket"
	}
	for _, line := range r.Header.Values("Sec-WebSocket-Protocol") {
		for name := range strings.SplitSeq(line, ",") {
			if strings.EqualFold(strings.TrimSpace(name), wire.Subprotocol) {
				return 0, ""
			}
		}
	}
	return http.StatusBadRequest, "ask for subprotocol " + wire.Subprotocol
}

// enter makes room for a socket, or says with which status there is none.
func (h *Handler) enter(s *socket) (status int, words string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.stopping {
		return http.StatusServiceUnavailable, restart.Words
	}
	if reason, ok := h.admission.enter(s); !ok {
		return http.StatusTooManyRequests, reason.Words
	}
	h.sockets[s] = struct{}{}
	h.running.Add(1)
	return 0, ""
}

// left forgets a socket, which ended.
func (h *Handler) left(s *socket) {
	s.cancel()
	h.admission.leave(s)
	s.visit.Release()
	h.mu.Lock()
	delete(h.sockets, s)
	h.mu.Unlock()
	h.running.Done()
}

func (h *Handler) all() []*socket {
	h.mu.Lock()
	defer h.mu.Unlock()
	all := make([]*socket, 0, len(h.sockets))
	for s := range h.sockets {
		all = append(all, s)
	}
	return all
}

// Shutdown tells all pages to come back, takes no new ones, and waits until all sockets have ended, which takes as long as
// Times.Polite where nobody answers. When ctx ends before, it says so.
func (h *Handler) Shutdown(ctx context.Context) error {
	h.mu.Lock()
	h.stopping = true
	h.mu.Unlock()
	for _, s := range h.all() {
		s.end(restart)
	}
	done := make(chan struct{})
	go func() {
		h.running.Wait()
		close(done)
	}()
	select {
	case <-done:
		return nil
	case <-ctx.Done():
		return fmt.Errorf("ending sockets: %d have not ended: %w", len(h.all()), ctx.Err())
	}
}
