package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"strings"
	"time"

	"github.com/coder/websocket"

	"livetail/internal/wire"
)

// client does what pages do. Safe for concurrent use.
type client struct {
	base string
	http *http.Client
}

func newClient(base string) *client {
	jar, _ := cookiejar.New(nil) // without options it cannot fail
	return &client{base, &http.Client{
		Jar:           jar,
		Transport:     &http.Transport{MaxIdleConnsPerHost: 100},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
}

func (c *client) do(ctx context.Context, method, path, form string, want int) error {
	q, err := http.NewRequestWithContext(ctx, method, c.base+path, strings.NewReader(form))
	if err != nil {
		return err
	}
	if form != "" {
		q.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	r, err := c.http.Do(q)
	if err != nil {
		return err
	}
	defer r.Body.Close()
	said, _ := io.ReadAll(io.LimitReader(r.Body, 1<<20)) // read whole, so that the connection is used again
	if r.StatusCode != want {
		return fmt.Errorf("%s %s: %s: %.200s", method, path, r.Status, said)
	}
	return nil
}

func (c *client) get(ctx context.Context, path string) error {
	return c.do(ctx, http.MethodGet, path, "", http.StatusOK)
}

func (c *client) signIn(ctx context.Context, name, password string) error {
	form := url.Values{"name": {name}, "password": {password}}
	return c.do(ctx, http.MethodPost, "/signin", form.Encode(), http.StatusSeeOther)
}

// tail is a page's end of a WebSocket. Only one goroutine may read.
type tail struct {
	ws       *websocket.Conn
	buf      []byte
	received int64 // bytes of messages
	position string
	checker
	live bool
}

// open asks for a log as a page does: the GET that says whether it may, then the socket. fewer than 0 lines: as the
// config says.
func (c *client) open(ctx context.Context, id string, lines int) (*tail, error) {
	if err := c.get(ctx, logPath(id)); err != nil {
		return nil, err
	}
	t, err := dial(ctx, c.base+"/api/v1/tail/"+host+"/"+id, c.http)
	if err != nil {
		return nil, err
	}
	ask := map[string]any{"op": "open"}
	if lines >= 0 {
		ask["lines"] = lines
	}
	return t, t.say(ctx, ask)
}

func (t *tail) say(ctx context.Context, message map[string]any) error {
	b, _ := json.Marshal(message) // strings and numbers: cannot fail
	if err := t.ws.Write(ctx, websocket.MessageText, b); err != nil {
		return fmt.Errorf("saying %s: %w", b, err)
	}
	return nil
}

// dial opens a socket that sends frames.
func dial(ctx context.Context, url string, c *http.Client) (*tail, error) {
	ws, _, err := websocket.Dial(ctx, url, &websocket.DialOptions{HTTPClient: c, Subprotocols: []string{wire.Subprotocol}})
	if err != nil {
		return nil, fmt.Errorf("opening a socket: %w", err)
	}
	ws.SetReadLimit(1 << 20)
	return &tail{ws: ws, buf: make([]byte, 4<<10)}, nil
}

// next waits for the next frame and checks it. Texts are passed over. The frame's payload is good until the next call.
func (t *tail) next(ctx context.Context) (*wire.Frame, error) {
	for {
		kind, r, err := t.ws.Reader(ctx)
		if err != nil {
			return nil, fmt.Errorf("reading a socket: %w", err)
		}
		n, err := t.readAll(r)
		if err != nil {
			return nil, fmt.Errorf("reading a socket: %w", err)
		}
		t.received += int64(n)
		if kind != websocket.MessageBinary {
			continue
		}
		f, err := wire.ParseFrame(t.buf[:n])
		if err != nil {
			return nil, fmt.Errorf("reading a frame: %w", err)
		}
		if len(f.After) > 0 {
			t.position = f.After.String()
		}
		if f.Kind == wire.Mark {
			return &f, t.marked(&f)
		}
		return &f, t.take(&f)
	}
}

// readAll is io.ReadAll into a buffer that is kept.
func (t *tail) readAll(r io.Reader) (n int, err error) {
	for {
		if n == len(t.buf) {
			t.buf = append(t.buf, make([]byte, 3*len(t.buf))...)
		}
		m, err := r.Read(t.buf[n:])
		n += m
		if err == io.EOF {
			return n, nil
		}
		if err != nil {
			return n, err
		}
	}
}

// marked takes note of a marker. Nothing is done to these logs but to write them.
func (t *tail) marked(f *wire.Frame) error {
	var m wire.Marker
	if err := json.Unmarshal(f.Payload, &m); err != nil {
		return fmt.Errorf("reading a marker: %w", err)
	}
	switch m.Kind {
	case wire.MarkOpened:
	case wire.MarkLive:
		t.live = true
	default:
		return fmt.Errorf("%w: %s %s (%d bytes)", errLines, m.Kind, m.Why, m.Bytes)
	}
	return nil
}

// untilLive reads to the live edge.
func (t *tail) untilLive(ctx context.Context) error {
	for !t.live {
		if _, err := t.next(ctx); err != nil {
			return err
		}
	}
	return nil
}

// untilLines reads to the first frame with lines.
func (t *tail) untilLines(ctx context.Context) error {
	for {
		f, err := t.next(ctx)
		if err != nil || f.Kind == wire.Lines {
			return err
		}
	}
}

// untilLine reads until all lines before number n have come. Later ones are an error.
func (t *tail) untilLine(ctx context.Context, n int64) error {
	for t.want < n {
		if _, err := t.next(ctx); err != nil {
			return fmt.Errorf("at line %d of %d: %w", t.want, n, errors.Join(t.wrong(), err))
		}
	}
	if t.want > n || t.at > 0 {
		return fmt.Errorf("%w: line %d came, and the last that was written is %d", errLines, t.want, n-1)
	}
	return t.wrong()
}

// close is what a browser does with the socket of a tab that is closed.
func (t *tail) close() { _ = t.ws.Close(websocket.StatusGoingAway, "") }

// gone closes the socket without a word.
func (t *tail) gone() { _ = t.ws.CloseNow() }

// bound is a context for one try of something that takes milliseconds.
func bound(ctx context.Context) (context.Context, context.CancelFunc) {
	return context.WithTimeout(ctx, 20*time.Second)
}
