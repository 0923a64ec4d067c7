//go:build linux

package e2e

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/coder/websocket"

	"livetail/internal/wire"
)

// client is a page without a browser: it follows one log, comes back from its position however the connection ends, and
// checks that the lines are the writer's, each once and in order.
type client struct {
	t    testing.TB
	who  *person
	log  string // host/id
	stop func()
	done chan struct{}

	mu       sync.Mutex
	sites    []string // where to connect; the first that answers
	position string
	rest     []byte // of a line that has not ended
	next     int    // number of the line that must come; -1: any
	live     bool
	opened   int      // connections that said something
	closings []int    // close codes heard
	markers  []string // kinds
	states   []string
}

// follow opens a tail on the first of sites that answers. Lines must come from number first on; -1 is any.
func (p *person) follow(log string, first int, sites ...string) *client {
	p.t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	c := &client{t: p.t, who: p, log: log, done: make(chan struct{}), next: first, sites: sites}
	c.stop = func() { cancel(); <-c.done }
	p.t.Cleanup(func() {
		if p.t.Failed() {
			p.t.Logf("%s: next line %d, live %t, %d connections, closed with %v, states %v, markers %v", log, c.next, c.live, c.opened, c.closings, c.states, c.markers)
		}
	})
	p.t.Cleanup(c.stop) // before that
	go func() {
		defer close(c.done)
		for at := 0; ctx.Err() == nil; at++ {
			c.mu.Lock()
			site := c.sites[at%len(c.sites)]
			c.mu.Unlock()
			c.connect(ctx, site)
			select {
			case <-ctx.Done():
			case <-time.After(100 * time.Millisecond):
			}
		}
	}()
	return c
}

// connect follows the log until the connection ends.
func (c *client) connect(ctx context.Context, site string) {
	dial, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	socket, _, err := websocket.Dial(dial, site+"/api/v1/tail/"+c.log, &websocket.DialOptions{
		HTTPClient: &http.Client{Jar: c.who.Jar}, Subprotocols: []string{wire.Subprotocol}})
	if err != nil {
		return
	}
	defer socket.CloseNow()
	socket.SetReadLimit(1 << 20)
	c.mu.Lock()
	hello, _ := json.Marshal(map[string]any{"op": "open", "from": c.position, "lines": 10})
	c.mu.Unlock()
	if socket.Write(dial, websocket.MessageText, hello) != nil {
		return
	}
	for first := true; ; first = false {
		kind, message, err := c.read(ctx, socket)
		c.mu.Lock()
		if first && err == nil {
			c.opened++
		}
		if err == nil {
			err = c.take(kind, message)
		}
		var closed websocket.CloseError
		if errors.As(err, &closed) {
			c.closings = append(c.closings, int(closed.Code))
		}
		c.mu.Unlock()
		if err != nil {
			socket.Close(websocket.StatusNormalClosure, "")
			return
		}
	}
}

// read waits no longer than a page does for a sign of life.
func (c *client) read(ctx context.Context, socket *websocket.Conn) (websocket.MessageType, []byte, error) {
	ctx, cancel := context.WithTimeout(ctx, 12*time.Second)
	defer cancel()
	kind, r, err := socket.Reader(ctx)
	if err != nil {
		return 0, nil, err
	}
	b, err := io.ReadAll(r)
	return kind, b, err
}

func (c *client) take(kind websocket.MessageType, message []byte) error {
	if kind == websocket.MessageText {
		var said struct{ Say, State string }
		if err := json.Unmarshal(message, &said); err != nil {
			c.t.Errorf("%s: not understood: %s", c.log, message)
		}
		if said.Say == "state" {
			c.states = append(c.states, said.State)
		}
		return nil
	}
	f, err := wire.ParseFrame(message)
	if err != nil {
		c.t.Errorf("%s: %v", c.log, err)
		return err
	}
	c.position = f.After.String()
	if f.Kind == wire.Mark {
		var m wire.Marker
		if err := json.Unmarshal(f.Payload, &m); err != nil {
			c.t.Errorf("%s: %v", c.log, err)
		}
		c.markers = append(c.markers, m.Kind)
		c.live = c.live || m.Kind == wire.MarkLive
		if m.Kind == wire.MarkGap || m.Kind == wire.MarkEdge {
			c.t.Errorf("%s: %s", c.log, f.Payload)
		}
		return nil
	}
	c.rest = append(c.rest, f.Payload...)
	for {
		line, rest, whole := bytes.Cut(c.rest, []byte("\n"))
		if !whole {
			return nil
		}
		c.check(string(line))
		c.rest = append(c.rest[:0:0], rest...)
	}
}

// check expects the line that the writer wrote after the last one.
func (c *client) check(line string) {
	var n int
	if _, err := fmt.Sscanf(line, "%d ", &n); err != nil || line+"\n" != numbered(n) {
		c.t.Errorf("%s: a line that nobody wrote: %q", c.log, line)
		return
	}
	if c.next >= 0 && n != c.next {
		c.t.Errorf("%s: line %d instead of %d", c.log, n, c.next)
	}
	c.next = n + 1
}

// numbered is what a writer writes as line n.
func numbered(n int) string {
	return fmt.Sprintf("%07d %s\n", n, strings.Repeat(string(rune('a'+n%26)), 20+n*7%60))
}

// has waits until all lines before number n were received.
func (c *client) has(n int) {
	c.t.Helper()
	eventually(c.t, fmt.Sprintf("%s: line %d", c.log, n-1), func() bool {
		c.mu.Lock()
		defer c.mu.Unlock()
		return c.next >= n
	})
}

// isLive waits until the live edge was reached.
func (c *client) isLive() {
	c.t.Helper()
	eventually(c.t, c.log+" is live", func() bool {
		c.mu.Lock()
		defer c.mu.Unlock()
		return c.live
	})
}

// moveTo makes the next connections go elsewhere.
func (c *client) moveTo(sites ...string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.sites = sites
}

func (c *client) heard(code int) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return slices.Contains(c.closings, code)
}

func (c *client) connections() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.opened
}
