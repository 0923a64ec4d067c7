package consumer

import (
	"context"
	"encoding/json"
	"errors"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/coder/websocket"
	"go.uber.org/goleak"

	"livetail/internal/delivery"
	"livetail/internal/wire"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// patience bounds a hang, not a speed.
const patience = 30 * time.Second

// fakeTail is a tail that a test feeds.
type fakeTail struct {
	id       wire.TailID
	items    chan delivery.Item
	consumed chan delivery.Item
	closed   chan struct{}
	once     sync.Once
	failure  error // what Next says after items was closed

	refusal string
	sets    chan delivery.Set
	asks    chan fakeAsk
	cancels chan uint32
}

type fakeAsk struct {
	reply uint32
	q     wire.Question
}

func newFakeTail() *fakeTail {
	return &fakeTail{id: wire.NewTailID(), items: make(chan delivery.Item, 1000), consumed: make(chan delivery.Item, 1000),
		closed: make(chan struct{}), failure: delivery.ErrEnded,
		sets: make(chan delivery.Set, 100), asks: make(chan fakeAsk, 100), cancels: make(chan uint32, 100)}
}

func (f *fakeTail) ID() wire.TailID          { return f.id }
func (f *fakeTail) Consumed(i delivery.Item) { f.consumed <- i }
func (f *fakeTail) Set(s delivery.Set) string {
	if f.refusal == "" {
		f.sets <- s
	}
	return f.refusal
}
func (f *fakeTail) Ask(reply uint32, q wire.Question) string {
	if f.refusal == "" {
		f.asks <- fakeAsk{reply, q}
	}
	return f.refusal
}
func (f *fakeTail) Cancel(reply uint32) { f.cancels <- reply }
func (f *fakeTail) Close()              { f.once.Do(func() { close(f.closed) }) }
func (f *fakeTail) Next(ctx context.Context) (delivery.Item, error) {
	select {
	case i, ok := <-f.items:
		if !ok {
			return delivery.Item{}, f.failure
		}
		return i, nil
	case <-f.closed:
		return delivery.Item{}, delivery.ErrEnded
	case <-ctx.Done():
		return delivery.Item{}, ctx.Err()
	}
}

// rig is a server with a Handler, and what it was asked.
type rig struct {
	t        *testing.T
	h        *Handler
	url      string
	requests chan delivery.Request
	tails    chan *fakeTail
	openErr  error

	ended    chan struct{}
	stopped  chan string
	touched  chan struct{}
	over     chan struct{} // closed: Touch says that the session is over
	released chan struct{}
}

func newRig(t *testing.T, o Options) *rig {
	t.Helper()
	r := &rig{t: t, requests: make(chan delivery.Request, 100), tails: make(chan *fakeTail, 100), ended: make(chan struct{}), stopped: make(chan string, 1),
		touched: make(chan struct{}, 1000), over: make(chan struct{}), released: make(chan struct{}, 100)}
	o.Open = func(request delivery.Request) (Tail, error) {
		if r.openErr != nil {
			return nil, r.openErr
		}
		f := newFakeTail()
		r.requests <- request
		r.tails <- f
		return f, nil
	}
	h, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	r.h = h
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, q *http.Request) {
		user := q.URL.Query().Get("user")
		if user == "" {
			user = "ann"
		}
		h.Serve(w, q, Visit{User: user, Asker: "hidden", Log: wire.Log{Host: "web-01", ID: "app.log"}, Lines: 77, Paths: !q.URL.Query().Has("nopaths"), Ended: r.ended, Stopped: r.stopped,
			Touch: r.touch, Release: func() { r.released <- struct{}{} }})
	}))
	r.url = server.URL
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), patience)
		defer cancel()
		if err := h.Shutdown(ctx); err != nil {
			t.Error(err)
		}
		server.Close()
	})
	return r
}

func (r *rig) touch(context.Context) bool {
	r.touched <- struct{}{}
	select {
	case <-r.over:
		return false
	default:
		return true
	}
}

func (r *rig) tail() *fakeTail { return await(r.t, "a tail is opened", r.tails) }

func await[T any](t *testing.T, what string, c <-chan T) (v T) {
	t.Helper()
	select {
	case v = <-c:
	case <-time.After(patience):
		t.Fatalf("never: %s", what)
	}
	return v
}

func eventually(t *testing.T, what string, ok func() bool) {
	t.Helper()
	for deadline := time.Now().Add(patience); !ok(); time.Sleep(2 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("never: %s", what)
		}
	}
}

// page is a client of the socket.
type page struct {
	t *testing.T
	*websocket.Conn
}

func (r *rig) dial(query string) *page {
	r.t.Helper()
	p, response, err := r.tryDial(query, nil)
	if err != nil {
		r.t.Fatalf("dialing: %v, %v", err, response)
	}
	return p
}

func (r *rig) tryDial(query string, header http.Header) (*page, *http.Response, error) {
	ctx, cancel := context.WithTimeout(r.t.Context(), patience)
	defer cancel()
	ws, response, err := websocket.Dial(ctx, r.url+query, &websocket.DialOptions{Subprotocols: []string{wire.Subprotocol}, HTTPHeader: header})
	if err != nil {
		return nil, response, err
	}
	ws.SetReadLimit(-1)
	r.t.Cleanup(func() { ws.CloseNow() })
	return &page{r.t, ws}, response, nil
}

func (p *page) say(message string) {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.t.Context(), patience)
	defer cancel()
	if err := p.Write(ctx, websocket.MessageText, []byte(message)); err != nil {
		p.t.Fatalf("saying %.40q: %v", message, err)
	}
}

func (p *page) open() *page { p.t.Helper(); p.say(`{"op":"open"}`); return p }

func (p *page) read() (websocket.MessageType, []byte, error) {
	ctx, cancel := context.WithTimeout(p.t.Context(), patience)
	defer cancel()
	return p.Read(ctx)
}

// hear reads one text message.
func (p *page) hear() (m say) {
	p.t.Helper()
	kind, b, err := p.read()
	if err != nil || kind != websocket.MessageText {
		p.t.Fatalf("heard %v %q, %v", kind, b, err)
	}
	if err := json.Unmarshal(b, &m); err != nil {
		p.t.Fatalf("heard %q: %v", b, err)
	}
	return m
}

// end reads until the server closes.
func (p *page) end(want Reason) {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.t.Context(), patience) // for all of it: beats come for ever
	defer cancel()
	for {
		_, _, err := p.Read(ctx)
		if err == nil {
			continue
		}
		var closed websocket.CloseError
		if !errors.As(err, &closed) || closed.Code != want.Code || closed.Reason != want.Words {
			p.t.Fatalf("ended with %v, want %d %q", err, want.Code, want.Words)
		}
		return
	}
}

// mute is a page that shook hands and opened, and from then on neither reads nor answers.
func (r *rig) mute(receive int) *net.TCPConn {
	r.t.Helper()
	addr := strings.TrimPrefix(r.url, "http://")
	c, err := net.Dial("tcp", addr)
	if err != nil {
		r.t.Fatal(err)
	}
	r.t.Cleanup(func() { c.Close() })
	tcp := c.(*net.TCPConn)
	tcp.SetReadBuffer(receive)
	tcp.SetDeadline(time.Now().Add(patience))
	_, err = tcp.Write([]byte("GET / HTTP/1.1\r\nHost: " + addr + "\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n" +
		"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Protocol: livetail.1\r\n\r\n"))
	if err != nil {
		r.t.Fatal(err)
	}
	var head []byte
	for b := make([]byte, 1); !strings.HasSuffix(string(head), "\r\n\r\n"); head = append(head, b[0]) {
		if _, err := tcp.Read(b); err != nil {
			r.t.Fatalf("handshake: %v after %q", err, head)
		}
	}
	if !strings.HasPrefix(string(head), "HTTP/1.1 101 ") {
		r.t.Fatalf("handshake: %q", head)
	}
	tcp.Write(clientFrame(0x81, []byte(`{"op":"open"}`)))
	return tcp
}

// clientFrame is a short masked frame; the mask is 0, so it changes nothing.
func clientFrame(head byte, payload []byte) []byte {
	return append([]byte{head, 0x80 | byte(len(payload)), 0, 0, 0, 0}, payload...)
}
