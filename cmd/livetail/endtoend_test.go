package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"

	"livetail/internal/wire"
)

// page is an open tail, as a browser has one.
type page struct {
	t      *testing.T
	socket *websocket.Conn
	lines  strings.Builder
	live   bool
}

// open waits until the log is in the catalogue and opens it.
func open(t *testing.T, s *started, c *http.Client, log string) *page {
	t.Helper()
	eventually(t, log+" is announced", func() bool {
		r, err := c.Get(s.url() + "/api/v1/log/" + log)
		if err != nil {
			t.Fatal(err)
		}
		r.Body.Close()
		return r.StatusCode == http.StatusOK
	})
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	socket, _, err := websocket.Dial(ctx, s.url()+"/api/v1/tail/"+log, &websocket.DialOptions{HTTPClient: &http.Client{Jar: c.Jar}, Subprotocols: []string{wire.Subprotocol}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { socket.CloseNow() })
	socket.SetReadLimit(1 << 20)
	if err := socket.Write(ctx, websocket.MessageText, []byte(`{"op":"open","lines":10}`)); err != nil {
		t.Fatal(err)
	}
	return &page{t: t, socket: socket}
}

// read takes one message; an error is the socket's.
func (p *page) read(ctx context.Context) error {
	kind, b, err := p.socket.Read(ctx)
	if err != nil || kind == websocket.MessageText {
		return err
	}
	f, err := wire.ParseFrame(b)
	if err != nil {
		return err
	}
	var m wire.Marker
	if f.Kind == wire.Lines {
		p.lines.Write(f.Payload)
	} else if err := json.Unmarshal(f.Payload, &m); err != nil {
		return err
	}
	p.live = p.live || m.Kind == wire.MarkLive
	return nil
}

func (p *page) until(what string, ok func() bool) {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.t.Context(), patience)
	defer cancel()
	for !ok() {
		if err := p.read(ctx); err != nil {
			p.t.Fatalf("before %s: %v; the lines were %q", what, err, p.lines.String())
		}
	}
}

// A line goes all the way, and a stop finds everything in order while somebody watches.
func TestOneLinesWay(t *testing.T) {
	h, c := newHome(t), browser(t)
	path := filepath.Join(h.dir, "app.log")
	if err := os.WriteFile(path, []byte("old\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	s := h.start("-listen", "127.0.0.1:0", "app.log")
	signIn(t, h, s, c)
	p := open(t, s, c, "local/app.log")
	p.until("the backlog", func() bool { return p.live && p.lines.String() == "old\n" })
	f, err := os.OpenFile(path, os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	fmt.Fprintln(f, "new")
	p.until("the new line", func() bool { return p.lines.String() == "old\nnew\n" })

	began := time.Now()
	s.Process.Signal(os.Interrupt)
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	for err == nil {
		err = p.read(ctx)
	}
	if code := websocket.CloseStatus(err); code != websocket.StatusServiceRestart {
		t.Errorf("the page hears %v", err)
	}
	if code, said := s.end(), s.stderr.String(); code != 0 || strings.Contains(said, "warning") {
		t.Errorf("exit code %d after %v, saying %s", code, time.Since(began), said)
	}
}

// livetail's own log can be watched: doing so must not write to it.
func TestOwnLogSettlesWhileWatched(t *testing.T) {
	h, c := newHome(t), browser(t)
	s := h.start("-config", h.config("web: {listen: \"127.0.0.1:0\"}\nlogs: [{id: self, self: true}]\n"))
	signIn(t, h, s, c)
	p := open(t, s, c, "local/self")
	p.until("the live edge", func() bool { return p.live && strings.Contains(p.lines.String(), "serving pages") })
	before := p.lines.Len()
	quiet, cancel := context.WithTimeout(t.Context(), 3*time.Second)
	defer cancel()
	for quiet.Err() == nil {
		if err := p.read(quiet); err != nil && quiet.Err() == nil {
			t.Fatal(err)
		}
	}
	if wrote := p.lines.String()[before:]; wrote != "" {
		t.Errorf("watching it wrote %s", wrote)
	}
	if h.read("livetail.log") != p.lines.String() {
		t.Errorf("the page has %q, the file %q", p.lines.String(), h.read("livetail.log"))
	}
}
