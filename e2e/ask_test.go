//go:build linux

package e2e

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"path/filepath"
	"strings"
	"testing"

	"github.com/coder/websocket"

	"livetail/internal/wire"
)

// asker is a page that reads only when it is told to, so that a test can stop in the middle of an answer.
type asker struct {
	t      testing.TB
	socket *websocket.Conn
	live   []byte // payloads of the tail's own frames of the newest rev
	rev    uint32
	at     wire.Position // behind them
	looked uint64        // lines, by a filter
	passed uint64
	bytes  int // of all frames
	said   []told
}

type told struct {
	Say, Words, In string
	Rev, Reply     uint32
}

// asks opens a tail; message is what it says first.
func (p *person) asks(site, log, message string) *asker {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.t.Context(), patience)
	defer cancel()
	socket, _, err := websocket.Dial(ctx, site+"/api/v1/tail/"+log, &websocket.DialOptions{
		HTTPClient: &http.Client{Jar: p.Jar}, Subprotocols: []string{wire.Subprotocol}})
	if err != nil {
		p.t.Fatal(err)
	}
	p.t.Cleanup(func() { socket.CloseNow() })
	socket.SetReadLimit(1 << 20)
	a := &asker{t: p.t, socket: socket}
	a.say(message)
	return a
}

func (a *asker) say(message string) {
	a.t.Helper()
	ctx, cancel := context.WithTimeout(a.t.Context(), patience)
	defer cancel()
	if err := a.socket.Write(ctx, websocket.MessageText, []byte(message)); err != nil {
		a.t.Fatal(err)
	}
}

// read takes one message. A frame of an answer is returned, everything else is kept.
func (a *asker) read() *wire.Frame {
	a.t.Helper()
	ctx, cancel := context.WithTimeout(a.t.Context(), patience)
	defer cancel()
	kind, message, err := a.socket.Read(ctx)
	if err != nil {
		a.t.Fatal(err)
	}
	if kind == websocket.MessageText {
		var m told
		if err := json.Unmarshal(message, &m); err != nil {
			a.t.Fatalf("%v: %s", err, message)
		}
		a.said = append(a.said, m)
		return nil
	}
	a.bytes += len(message)
	f, err := wire.ParseFrame(message)
	if err != nil {
		a.t.Fatal(err)
	}
	if f.Reply > 0 {
		return &f
	}
	if f.Rev == a.rev { // a page drops what was sent before its set
		a.at = f.After
		a.looked += uint64(f.Looked)
		a.passed += uint64(f.Passed)
		if f.Kind == wire.Lines {
			a.live = append(a.live, f.Payload...)
		}
	}
	return nil
}

// answer reads a frame of an answer.
func (a *asker) answer(reply uint32) wire.Frame {
	a.t.Helper()
	for {
		if f := a.read(); f != nil && f.Reply == reply {
			return *f
		}
	}
}

// end is the marker of a last frame.
func end(t testing.TB, f wire.Frame) (m wire.Marker) {
	t.Helper()
	if err := json.Unmarshal(f.Payload, &m); err != nil || m.Kind != wire.MarkEnd {
		t.Fatalf("an answer ended with %q: %v", f.Payload, err)
	}
	return m
}

// long writes a log of numbered lines in three files, and returns their text.
func (s *site) long(lines int) []byte {
	s.t.Helper()
	var all bytes.Buffer
	for i, name := range []string{"app.log.2", "app.log.1", "app.log"} {
		var b bytes.Buffer
		for n := i * lines / 3; n < (i+1)*lines/3; n++ {
			b.WriteString(numbered(n))
		}
		write(s.t, filepath.Join(s.apps, name), b.String())
		all.Write(b.Bytes())
	}
	return all.Bytes()
}

// A page reads back to the first byte there is, while its worker is killed in the middle of the answer, and lines come.
func TestPageBackWhileTheWorkerIsKilled(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	want := s.long(600_000)
	w, worker := s.start()
	a := s.signIn(w, sre).asks(w.url, appLog, `{"op":"open","lines":0}`)
	a.say(`{"op":"ask","reply":1,"ask":"read","back":true}`)
	var parts [][]byte
	size, killed := 0, false
	var starts []string
	for {
		f := a.answer(1)
		if f.Flags&wire.Last != 0 {
			if m := end(t, f); m.End != wire.EndStart {
				t.Fatalf("it ended with %+v", m)
			}
			break
		}
		if f.Kind == wire.Mark {
			var m wire.Marker
			if json.Unmarshal(f.Payload, &m) == nil && m.Kind == wire.MarkStart {
				starts = append(starts, m.Name)
			}
			continue
		}
		parts = append(parts, append([]byte(nil), f.Payload...))
		if size += len(f.Payload); size > len(want)/4 && !killed {
			killed = true
			worker.kill() // what it sent lies in sockets and buffers of a few MB: most of the log is still to come
			appendTo(t, filepath.Join(s.apps, "app.log"), numbered(600_000))
			worker = s.launchWorker()
		}
	}
	var got []byte
	for i := len(parts) - 1; i >= 0; i-- {
		got = append(got, parts[i]...)
	}
	if !bytes.Equal(got, want) {
		t.Fatalf("%d bytes came, %d were written; they differ from %d on", len(got), len(want), differ(got, want))
	}
	if len(starts) == 0 || !strings.HasSuffix(starts[0], "app.log.2") {
		t.Errorf("the beginning was told as %q", starts)
	}
	eventually(t, "the line written meanwhile", func() bool {
		a.read()
		return bytes.Equal(a.live, []byte(numbered(600_000)))
	})
	a.socket.CloseNow()
	s.expectNothingLeft(worker)
}

func differ(a, b []byte) int {
	for i := range min(len(a), len(b)) {
		if a[i] != b[i] {
			return i
		}
	}
	return min(len(a), len(b))
}

// Pages that leave in the middle of answers leave nothing behind, and one that cancels hears no more of it.
func TestLeavingInTheMiddleOfAnswers(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.long(600_000)
	w, worker := s.start()
	p := s.signIn(w, sre)
	a := p.asks(w.url, appLog, `{"op":"open","lines":0}`)
	for _, reply := range []string{"1", "2", "3", "4", "5"} {
		a.say(`{"op":"ask","reply":` + reply + `,"ask":"read","back":` + map[bool]string{true: "true", false: "false"}[reply < "3"] + `}`)
	}
	seen := map[uint32]int{}
	for len(seen) < 4 || seen[1] < 3 || seen[4] < 3 {
		if f := a.read(); f != nil {
			seen[f.Reply]++
		}
	}
	eventually(t, "a fifth question is refused", func() bool {
		a.read()
		for _, m := range a.said {
			if m.Say == "refused" && m.Reply == 5 && m.Words != "" {
				return true
			}
		}
		return false
	})
	for _, reply := range []string{"1", "2", "3", "4"} {
		a.say(`{"op":"cancel","reply":` + reply + `}`)
	}
	a.say(`{"op":"ask","reply":6,"ask":"read","back":true,"lines":10}`)
	lines := 0
	for {
		f := a.answer(6)
		lines += bytes.Count(f.Payload, []byte("\n"))
		if f.Flags&wire.Last != 0 {
			if m := end(t, f); m.End != wire.EndLines || lines != 10 {
				t.Errorf("%d lines, %+v", lines, m)
			}
			break
		}
	}
	eventually(t, "only the tail's own file is open", func() bool { return len(worker.open(s.apps)) == 1 })

	var tabs []*asker
	for range 10 {
		tab := p.asks(w.url, appLog, `{"op":"open","lines":0}`)
		tab.say(`{"op":"ask","reply":1,"ask":"read","back":true}`)
		tab.say(`{"op":"ask","reply":2,"ask":"read"}`)
		tab.answer(2)
		tabs = append(tabs, tab)
	}
	for _, tab := range append(tabs, a) {
		tab.socket.CloseNow()
	}
	eventually(t, "the worker holds no file", func() bool { return len(worker.open(s.apps)) == 0 })
	s.expectNothingLeft(worker)
	w.stop()
	worker.stop()
}
