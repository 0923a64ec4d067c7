//go:build linux

package storm

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"github.com/coder/websocket"

	"livetail/internal/wire"
)

// page does what docs/PROTOCOL.md says a page does: it asks, opens a socket, is not connected when it heard nothing for 12 s,
// and comes back to any web process from its position.
type page struct {
	person  *person
	journal *journal
	lines   int           // of backlog, at first
	slow    *atomic.Int64 // bytes a second that it reads; nil or 0: all there are
	direct  bool          // no link in between, whose buffers would read for it
	once    bool          // it does not come back
	sift    *sifter       // it has a wish, which changes; nil: all lines, always
	cancel  context.CancelFunc
	done    chan struct{}

	mu        sync.Mutex
	at        int // the web process it was last at
	position  string
	tail      string
	socket    *websocket.Conn // on which its wish was said
	seen      checker
	state     string
	live      bool
	behind    int64
	frame     func(*wire.Frame) // looks at each
	connected int               // sockets that said something
	heard     time.Time         // last message
	last      *wire.Frame       // of whatever wish
	framed    time.Time         // when that came
	wished    time.Time         // when its wish was last changed
	replaced  int               // times that the log was reconnected to
	closings  map[int]int       // by code
	answers   map[int]int       // statuses of the API that were not 200
	worst     time.Duration
	stalled   bool // it reads nothing
	wake      chan struct{}
}

// open opens a page of a log.
func (p *person) open(j *journal, adjust func(*page)) *page {
	ctx, cancel := context.WithCancel(context.Background())
	g := &page{person: p, journal: j, at: rand.IntN(len(p.site.webs)), cancel: cancel, done: make(chan struct{}), seen: newChecker(j),
		closings: map[int]int{}, answers: map[int]int{}, wake: make(chan struct{}, 1)}
	if adjust != nil {
		adjust(g)
	}
	go func() {
		defer close(g.done)
		g.run(ctx)
	}()
	p.site.t.Cleanup(g.close)
	return g
}

// close is a closed tab.
func (g *page) close() {
	g.cancel()
	<-g.done
}

// run is the page's life.
func (g *page) run(ctx context.Context) {
	failures := 0
	for ctx.Err() == nil {
		began := time.Now()
		code := g.visit(ctx)
		if g.once {
			return
		}
		if time.Since(began) > 10*time.Second {
			failures = 0
		}
		wait := min(10*time.Second, 500*time.Millisecond<<min(failures, 5))
		wait = wait/2 + rand.N(wait/2)
		failures++
		switch code {
		case 1012:
			wait = rand.N(time.Second)
		case 4008, 4029:
			wait = 10 * time.Second
		case http.StatusUnauthorized:
			g.person.signInAgain(ctx, g.web())
		}
		g.mu.Lock()
		g.at++ // a proxy would choose another
		g.mu.Unlock()
		select {
		case <-ctx.Done():
		case <-time.After(wait):
		}
	}
}

func (g *page) web() string {
	g.mu.Lock()
	defer g.mu.Unlock()
	webs := g.person.site.webs
	if w := webs[g.at%len(webs)]; g.direct {
		return "http://" + w.front.to
	} else {
		return w.url()
	}
}

// visit is one connection; it returns how it ended: a close code, the status of a refusal, or 0.
func (g *page) visit(ctx context.Context) int {
	web, log := g.web(), host+"/apps/"+g.journal.name
	status := g.person.get(ctx, web+"/api/v1/log/"+log)
	if status != http.StatusOK {
		g.mu.Lock()
		g.answers[status]++
		g.mu.Unlock()
		return status
	}
	dial, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	socket, _, err := websocket.Dial(dial, web+"/api/v1/tail/"+log, &websocket.DialOptions{HTTPClient: g.client(), Subprotocols: []string{wire.Subprotocol}})
	if err != nil {
		return 0
	}
	defer socket.CloseNow()
	socket.SetReadLimit(1 << 20)
	if g.begin(dial, socket) != nil {
		return 0
	}
	defer g.look(func(g *page) { g.socket = nil })
	for {
		kind, message, err := read(ctx, socket)
		if err == nil {
			err = g.take(kind, message)
		}
		if err != nil {
			var closed websocket.CloseError
			if errors.As(err, &closed) {
				g.mu.Lock()
				g.closings[int(closed.Code)]++
				g.mu.Unlock()
			}
			if ctx.Err() != nil { // a closed tab says so
				socket.Close(websocket.StatusGoingAway, "")
			}
			return int(closed.Code)
		}
		g.rest(ctx)
	}
}

// begin says what the page wants.
func (g *page) begin(ctx context.Context, socket *websocket.Conn) error {
	g.mu.Lock()
	defer g.mu.Unlock()
	open := map[string]any{"op": "open", "from": g.position, "lines": g.lines, "replaces": g.tail}
	if s := g.sift; s != nil {
		open["rev"], open["filter"], open["quiet"] = s.rev, s.filter, s.quiet
	}
	message, _ := json.Marshal(open)
	g.socket = socket
	return socket.Write(ctx, websocket.MessageText, message)
}

// client is one whose connections can read slowly.
func (g *page) client() *http.Client {
	if g.slow == nil {
		return &http.Client{Jar: g.person.Jar}
	}
	dial := func(ctx context.Context, network, addr string) (net.Conn, error) {
		c, err := new(net.Dialer).DialContext(ctx, network, addr)
		if err != nil {
			return nil, err
		}
		c.(*net.TCPConn).SetReadBuffer(128 << 10)
		return &slowConn{c, g.slow}, nil
	}
	return &http.Client{Jar: g.person.Jar, Transport: &http.Transport{DialContext: dial}}
}

// slowConn reads no more than so many bytes a second.
type slowConn struct {
	net.Conn
	speed *atomic.Int64
}

func (c *slowConn) Read(p []byte) (int, error) {
	speed := c.speed.Load()
	if speed == 0 {
		return c.Conn.Read(p)
	}
	n, err := c.Conn.Read(p[:min(int64(len(p)), speed/10)])
	pause(time.Duration(n) * time.Second / time.Duration(speed))
	return n, err
}

// read waits no longer than a page does for a sign of life.
func read(ctx context.Context, socket *websocket.Conn) (websocket.MessageType, []byte, error) {
	ctx, cancel := context.WithTimeout(ctx, 12*time.Second)
	defer cancel()
	kind, r, err := socket.Reader(ctx)
	if err != nil {
		return 0, nil, err
	}
	b, err := io.ReadAll(r)
	return kind, b, err
}

// stall makes the page read nothing, or read again.
func (g *page) stall(on bool) {
	g.mu.Lock()
	g.stalled = on
	g.mu.Unlock()
	select {
	case g.wake <- struct{}{}:
	default:
	}
}

// rest is where a stalled page stays.
func (g *page) rest(ctx context.Context) {
	for {
		g.mu.Lock()
		stalled := g.stalled
		g.mu.Unlock()
		if !stalled {
			return
		}
		select {
		case <-ctx.Done():
			return
		case <-g.wake:
		}
	}
}

func (g *page) take(kind websocket.MessageType, message []byte) error {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.heard = time.Now()
	if kind == websocket.MessageText {
		g.told(message)
		return nil
	}
	f, err := wire.ParseFrame(message)
	if err != nil {
		g.seen.fault("a frame that cannot be read: %v", err)
		return err
	}
	g.last, g.framed = &f, g.heard
	if g.sift != nil && f.Rev != g.sift.rev {
		return nil // by an older wish
	}
	if len(f.After) > 0 {
		g.position = f.After.String()
	}
	g.behind = f.Behind
	if g.frame != nil {
		g.frame(&f)
	}
	if g.sift != nil {
		g.sift.take(&f)
	}
	if f.Kind == wire.Mark {
		var m wire.Marker
		if err := json.Unmarshal(f.Payload, &m); err != nil {
			g.seen.fault("a marker that cannot be read: %v", err)
		}
		g.live = g.live || m.Kind == wire.MarkLive
		g.seen.marked(m)
		return nil
	}
	if g.sift == nil {
		g.worst = max(g.worst, g.seen.lines(&f, g.heard))
	}
	return nil
}

func (g *page) told(message []byte) {
	var said struct{ Say, State, Tail, Words string }
	if err := json.Unmarshal(message, &said); err != nil {
		g.seen.fault("not understood: %s", message)
	}
	switch said.Say {
	case "tail":
		g.tail = said.Tail
		g.connected++
	case "state":
		if said.State == "reconnecting" && said.Words == "reconnecting to the log" { // and not to Redis
			g.replaced++
		}
		g.state = said.State
	case "refused":
		g.seen.fault("refused: %s", said.Words)
	case "edge":
		g.seen.fault("the position was not understood: %s", said.Words)
	}
}

// look is the page, safely.
func (g *page) look(f func(*page)) {
	g.mu.Lock()
	defer g.mu.Unlock()
	f(g)
}
