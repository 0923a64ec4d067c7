package consumer

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"

	"livetail/internal/delivery"
	"livetail/internal/wire"
)

func TestWhatATailBringsReachesThePage(t *testing.T) {
	r := newRig(t, Options{Version: "v9"})
	p := r.dial("").open()
	tail := r.tail()
	if m := p.hear(); m.Say != "tail" || m.Tail != tail.id.String() || m.Version != "v9" {
		t.Errorf("first heard %+v", m)
	}
	for _, state := range []delivery.State{delivery.Waiting, delivery.Queued, delivery.Following, delivery.Reconnecting} {
		tail.items <- delivery.Item{State: state}
		if m := p.hear(); m.Say != "state" || m.State != state.String() || m.Words == "" {
			t.Errorf("%v: heard %+v", state, m)
		}
		await(t, "the state is consumed", tail.consumed)
	}
	for _, frame := range [][]byte{{1, 0xff, 0, '<'}, bytes.Repeat([]byte("x\n"), 100_000)} {
		tail.items <- delivery.Item{Frame: frame}
		kind, got, err := p.read()
		if err != nil || kind != websocket.MessageBinary || !bytes.Equal(got, frame) {
			t.Errorf("got %v, %d bytes, %v", kind, len(got), err)
		}
		if item := await(t, "the frame is consumed", tail.consumed); !bytes.Equal(item.Frame, frame) {
			t.Errorf("consumed %d bytes", len(item.Frame))
		}
	}
}

// Credit follows the write, or a page that does not read would not hold its log back.
func TestAFrameIsConsumedOnlyOnceItWasWritten(t *testing.T) {
	r := newRig(t, Options{})
	p := r.dial("").open()
	tail := r.tail()
	tail.consumed = make(chan delivery.Item) // Consumed blocks until the test has read the frame
	p.hear()
	frame := []byte("one\n")
	tail.items <- delivery.Item{Frame: frame}
	if _, got, err := p.read(); err != nil || !bytes.Equal(got, frame) {
		t.Errorf("got %q, %v", got, err)
	}
	await(t, "the frame is consumed", tail.consumed)
}

func TestOpenAsksDeliveryForWhatThePageWants(t *testing.T) {
	position := wire.Position{{File: "f", Offset: 5}}
	log := wire.Log{Host: "web-01", ID: "app.log"}
	for message, want := range map[string]delivery.Request{
		`{"op":"open"}`:                                    {Log: log, Lines: 77, Paths: true, User: "hidden"},
		`{"op":"open","lines":0}`:                          {Log: log, Lines: 0, Paths: true, User: "hidden"},
		`{"op":"open","lines":500}`:                        {Log: log, Lines: 500, Paths: true, User: "hidden"},
		`{"op":"open","from":"` + position.String() + `"}`: {Log: log, Lines: 77, Paths: true, From: position, User: "hidden"},
	} {
		r := newRig(t, Options{})
		r.dial("").say(message)
		if got := await(t, "a request", r.requests); fmt.Sprint(got) != fmt.Sprint(want) {
			t.Errorf("%s: asked for %+v, want %+v", message, got, want)
		}
		r.dial("?open=" + url.QueryEscape(message)) // with the handshake
		if got := await(t, "a request", r.requests); fmt.Sprint(got) != fmt.Sprint(want) {
			t.Errorf("%s: asked with the handshake for %+v, want %+v", message, got, want)
		}
		r.dial("?nopaths").say(message)
		if got := await(t, "a request", r.requests); got.Paths {
			t.Errorf("%s: who may see no paths asked for %+v", message, got)
		}
	}
}

// A socket may end while its tail is opened: then nobody else would ever close that.
func TestATailThatOpensTooLateIsClosed(t *testing.T) {
	for name, end := range map[string]func(*socket){"the socket has ended": func(s *socket) { s.end(gone) }, "the page begins to close": (*socket).leave} {
		s := newSocket(newRig(t, Options{}).h, Visit{})
		end(s)
		tail := newFakeTail()
		if s.follow(tail) {
			t.Errorf("%s: it follows", name)
		}
		select {
		case <-tail.closed:
		default:
			t.Errorf("%s: its tail stays open", name)
		}
	}
}

func TestAPositionThatCannotBeReadOpensAtTheEdgeAndSaysSo(t *testing.T) {
	r := newRig(t, Options{})
	p := r.dial("")
	p.say(`{"op":"open","from":"!nonsense!"}`)
	if got := await(t, "a request", r.requests); got.From != nil || got.Lines != 0 {
		t.Errorf("asked for %+v", got)
	}
	p.hear()
	if m := p.hear(); m.Say != "edge" || m.Words == "" {
		t.Errorf("heard %+v", m)
	}
}

func TestWhatAPageMustNotSay(t *testing.T) {
	long := func(n int) string {
		return `{"op":"open","from":"` + strings.Repeat("A", n-len(`{"op":"open","from":""}`)) + `"}`
	}
	for name, c := range map[string]struct {
		messages []string
		kind     websocket.MessageType
		want     Reason
	}{
		"no JSON":       {[]string{`open`}, websocket.MessageText, nonsense},
		"empty":         {[]string{``}, websocket.MessageText, nonsense},
		"unknown op":    {[]string{`{"op":"delete"}`}, websocket.MessageText, nonsense},
		"no op":         {[]string{`{}`}, websocket.MessageText, nonsense},
		"unknown field": {[]string{`{"op":"open","path":"/etc/shadow"}`}, websocket.MessageText, nonsense},
		"wrong type":    {[]string{`{"op":"open","lines":-1}`}, websocket.MessageText, nonsense},
		"two in one":    {[]string{`{"op":"open"}{"op":"open"}`}, websocket.MessageText, nonsense},
		"opened twice":  {[]string{`{"op":"open"}`, `{"op":"open"}`}, websocket.MessageText, nonsense},
		"binary":        {[]string{`{"op":"open"}`}, websocket.MessageBinary, nonsense},
		"too large":     {[]string{long(1025)}, websocket.MessageText, tooLarge},
		"far too large": {[]string{long(1 << 20)}, websocket.MessageText, tooLarge},
		"too many":      {[]string{`{"op":"open"}`, ``, ``, ``}, websocket.MessageText, tooMany},
	} {
		t.Run(name, func(t *testing.T) {
			o := Options{MessageBytes: 1024}
			if c.want == tooMany {
				o.MessagesPerSecond = 1
			}
			r := newRig(t, o)
			p := r.dial("")
			for _, m := range c.messages {
				if p.Write(t.Context(), c.kind, []byte(m)) != nil {
					break // closed while we spoke
				}
			}
			p.end(c.want)
			await(t, "release", r.released)
		})
	}
	r := newRig(t, Options{MessageBytes: 1024})
	r.dial("").say(long(1024))
	r.tail()
	r.dial("?open=" + long(1024))
	r.tail()
	r.dial("?open=" + long(1025)).end(tooLarge)
	r.dial("?open=nonsense").end(nonsense)
	p := r.dial("?open=" + long(1024))
	r.tail()
	p.say(`{"op":"open"}`)
	p.end(nonsense)
}

func TestAPageThatSaysNothingIsClosed(t *testing.T) {
	r := newRig(t, Options{Times: Times{Open: 20 * time.Millisecond}})
	r.dial("").end(silent)
}

func TestOpeningAndEndingOfTails(t *testing.T) {
	for err, want := range map[error]Reason{
		delivery.ErrTooMany:                                allFull,
		delivery.ErrStopping:                               restart,
		fmt.Errorf("log: %w", wire.ErrMalformed):           noSuchLog,
		errors.New("password=hunter2 in a message inside"): failed,
	} {
		r := newRig(t, Options{})
		r.openErr = err
		r.dial("").open().end(want)
	}
	for err, want := range map[error]Reason{delivery.ErrEnded: restart, errors.New("inside"): failed} {
		r := newRig(t, Options{})
		p := r.dial("").open()
		tail := r.tail()
		tail.failure = err
		close(tail.items)
		p.end(want)
		await(t, "the tail is closed", tail.closed)
	}
}

func TestTheEndOfTheSessionEndsTheSocket(t *testing.T) {
	t.Run("told", func(t *testing.T) {
		r := newRig(t, Options{})
		p := r.dial("").open()
		tail := r.tail()
		close(r.ended)
		p.end(signedOut)
		await(t, "the tail is closed", tail.closed)
		await(t, "release", r.released)
	})
	t.Run("before it opened", func(t *testing.T) {
		r := newRig(t, Options{})
		p := r.dial("")
		close(r.ended)
		p.end(signedOut)
	})
	t.Run("found by touch", func(t *testing.T) {
		r := newRig(t, Options{Times: Times{Touch: 5 * time.Millisecond}})
		p := r.dial("").open()
		tail := r.tail()
		for range 3 {
			await(t, "touch", r.touched)
		}
		close(r.over)
		p.end(signedOut)
		await(t, "the tail is closed", tail.closed)
	})
}

// Both ways a tab goes: with a close, and without a word. The tail must not wait for anything, also not for a write that
// is stuck because nobody reads.
func TestATabThatIsGoneClosesItsTail(t *testing.T) {
	t.Run("closed", func(t *testing.T) {
		r := newRig(t, Options{})
		p := r.dial("").open()
		tail := r.tail()
		go p.Close(websocket.StatusGoingAway, "")
		await(t, "the tail is closed", tail.closed)
		await(t, "release", r.released)
	})
	t.Run("closed in the middle of a frame", func(t *testing.T) {
		r := newRig(t, Options{})
		c := r.mute(4 << 10)
		tail := r.tail()
		for range 500 {
			tail.items <- delivery.Item{Frame: make([]byte, 128<<10)}
		}
		await(t, "a frame is consumed", tail.consumed)
		s := r.h.all()[0]
		eventually(t, "a write stands", func() bool { return !s.idle() && s.conn.gauge().unsent })
		c.Write(clientFrame(0x88, []byte{3, 232}))
		await(t, "the tail is closed", tail.closed)
		s.mu.Lock()
		if s.reason != nil {
			t.Error("the tail was closed only when the library had given up answering")
		}
		s.mu.Unlock()
		await(t, "release", r.released)
	})
	t.Run("cut", func(t *testing.T) {
		r := newRig(t, Options{})
		c := r.mute(4 << 10)
		tail := r.tail()
		for range 500 {
			tail.items <- delivery.Item{Frame: make([]byte, 128<<10)}
		}
		await(t, "a frame is consumed", tail.consumed)
		c.Close()
		await(t, "the tail is closed", tail.closed)
		await(t, "release", r.released)
	})
}

func TestHandshakesThatAreRefused(t *testing.T) {
	r := newRig(t, Options{})
	_, response, err := r.tryDial("", http.Header{"Origin": {"https://evil.example"}})
	if err == nil || response.StatusCode != http.StatusForbidden {
		t.Errorf("a foreign origin: %v, %v", response, err)
	}
	if _, response, err = r.tryDial("", http.Header{"Origin": {"null"}}); err == nil || response.StatusCode != http.StatusForbidden {
		t.Errorf("origin null: %v, %v", response, err)
	}
	if _, _, err = r.tryDial("", http.Header{"Origin": {r.url}}); err != nil {
		t.Errorf("our own origin: %v", err)
	}
	for _, protocols := range [][]string{nil, {"livetail.2"}} {
		_, response, err = websocket.Dial(t.Context(), r.url, &websocket.DialOptions{Subprotocols: protocols})
		if err == nil || response.StatusCode != http.StatusBadRequest {
			t.Errorf("subprotocols %v: %v, %v", protocols, response, err)
		}
	}
	for range 4 {
		await(t, "a refused visit is released", r.released)
	}
}

func TestShutdownTellsPagesToComeBack(t *testing.T) {
	r := newRig(t, Options{Times: Times{Polite: 50 * time.Millisecond}})
	p := r.dial("").open()
	first := r.tail()
	r.mute(4 << 10)
	second := r.tail()
	for range 100 {
		second.items <- delivery.Item{Frame: make([]byte, 128<<10)}
	}
	await(t, "a frame is consumed", second.consumed)

	expired, cancel := context.WithCancel(t.Context())
	cancel()
	if err := r.h.Shutdown(expired); !errors.Is(err, context.Canceled) {
		t.Errorf("an expired shutdown says %v", err)
	}
	await(t, "the first tail is closed", first.closed)
	await(t, "the second tail is closed", second.closed)
	p.end(restart)
	ctx, cancel := context.WithTimeout(t.Context(), 4*time.Second) // the library alone would wait 5 s for the silent one
	defer cancel()
	if err := r.h.Shutdown(ctx); err != nil {
		t.Errorf("shutdown: %v", err)
	}
	if _, response, err := r.tryDial("", nil); err == nil || response.StatusCode != http.StatusServiceUnavailable {
		t.Errorf("after shutdown: %v, %v", response, err)
	}
}

// The table of docs/PROTOCOL.md is what others write pages from.
func TestReasonsAreThoseOfTheProtocol(t *testing.T) {
	b, err := os.ReadFile("../docs/PROTOCOL.md")
	if err != nil {
		t.Fatal(err)
	}
	documented := map[string]bool{}
	for _, m := range regexp.MustCompile(`(?m)^\| (\d{4}) \| [^|]+ \| ([^|]+) \|$`).FindAllStringSubmatch(string(b), -1) {
		documented[m[1]+" "+m[2]] = true
	}
	used := map[string]bool{}
	for _, r := range []Reason{replaced, tooLarge, failed, restart, nonsense, silent, signedOut, noSuchLog, stopped, tooMany, tooSlow, userFull, allFull} {
		row := fmt.Sprintf("%d %s", r.Code, r.Back)
		used[row] = true
		if !documented[row] {
			t.Errorf("%q is not in docs/PROTOCOL.md", row)
		}
		if len(r.Words) == 0 || len(r.Words) > 123 {
			t.Errorf("%q: %d bytes", r.Words, len(r.Words))
		}
	}
	for row := range documented {
		if !used[row] {
			t.Errorf("docs/PROTOCOL.md has %q, the code has not", row)
		}
	}
}
