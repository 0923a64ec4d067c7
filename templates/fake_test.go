package templates

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/coder/websocket"

	"livetail/internal/wire"
)

// fake is the rest of livetail as the pages see it: one log of frames, and an API that says what the test wants.
type fake struct {
	*httptest.Server
	t     *testing.T
	base  string
	pages *Pages

	mu      sync.Mutex
	changed chan struct{} // closed and made anew whenever something below changes
	frames  []wire.Frame
	offset  int64
	opens   []opening
	live    map[*websocket.Conn]bool
	asked   map[string]int // requests by path
	beats   int
	closed  int      // connections that ended
	said    []string // by all pages, after the opening
	lists   int      // live lists that are open

	// What the test wants; set through with.
	status      int    // of the API; 0: 200
	refusal     string // body of a refusal
	entry       map[string]any
	list        string   // answer of /api/v1/logs, and first message of a live one
	news        []string // what live lists are told then
	mutter      bool     // live lists are told nothing at all
	state       string   // said after tail, and when it changes
	words       string
	mute        bool       // no beats
	noSockets   bool       // every handshake is refused
	dropAfter   int        // frames after which each connection is cut; 0: never
	past        []fakeFile // what the log was before, oldest first
	chunk       int        // lines looked at for one frame of an answer
	holdAnswers bool       // answers wait, but for saying that they are slowed
	holdCounts  bool       // counts wait
	noOlder     bool       // questions for what comes before a place are not answered
	fails       string     // why no time can be looked for
	slow        bool       // counting is slowed, and says so first
	signedOut   bool
	hold        bool   // answers of the API wait
	lateScript  bool   // the page's script comes when somebody asked for lines
	holdScript  string // the end of a script's path: it waits
	version     string
	edge        string // said at the opening
	late        string // lines that come by an older wish
	unkept      string // why no log is stopped, or let go on
}

// opening is what a page said first.
type opening struct {
	From     string `json:"from"`
	Replaces string `json:"replaces"`
	Op       string `json:"op"`
}

func newFake(t *testing.T, base string) *fake {
	t.Helper()
	pages, err := New(base)
	if err != nil {
		t.Fatal(err)
	}
	f := &fake{
		t: t, base: base, pages: pages, changed: make(chan struct{}), live: map[*websocket.Conn]bool{}, asked: map[string]int{},
		entry: map[string]any{"host": "web-01", "id": "nginx/access.log", "name": "access.log", "group": "nginx", "size": 1234, "age_ms": 3000, "state": "ok", "host_state": "here"},
		list:  `{"hosts":[],"logs":[]}`, chunk: 200, state: "following", version: "test",
	}
	mux := http.NewServeMux()
	mux.HandleFunc("GET "+base+"/static/", func(w http.ResponseWriter, r *http.Request) {
		f.mu.Lock()
		ctx, cancel := context.WithTimeout(r.Context(), patience)
		defer cancel()
		for f.lateScript && strings.HasSuffix(r.URL.Path, "/viewer.js") && len(f.opens) == 0 {
			if f.wait(ctx); ctx.Err() != nil {
				t.Error("nobody asks for lines while the page's script is not there")
				break
			}
		}
		for f.holdScript != "" && strings.HasSuffix(r.URL.Path, f.holdScript) && ctx.Err() == nil {
			f.wait(ctx)
		}
		f.mu.Unlock()
		pages.Static().ServeHTTP(w, r)
	})
	mux.HandleFunc("GET "+base+"/{$}", func(w http.ResponseWriter, r *http.Request) {
		f.page(w, pages.List(w, List{User: "ada", Admin: r.URL.Query().Has("admin"), Version: "test"}))
	})
	mux.HandleFunc("GET "+base+"/log/{host}/{id...}", func(w http.ResponseWriter, r *http.Request) {
		id := r.PathValue("id")
		f.page(w, pages.Viewer(w, Viewer{User: "ada", Host: r.PathValue("host"), ID: id, Name: strings.TrimPrefix(id, "nginx/"), Group: r.URL.Query().Get("group"), Admin: r.URL.Query().Has("admin"), Version: "test"}))
	})
	mux.HandleFunc("GET "+base+"/signin", func(w http.ResponseWriter, r *http.Request) {
		q := r.URL.Query()
		f.page(w, pages.SignIn(w, http.StatusOK, SignIn{Next: q.Get("next"), Name: q.Get("name"), Problem: q.Get("problem"), Insecure: q.Get("insecure")}))
	})
	mux.HandleFunc("POST "+base+"/signin/link", func(w http.ResponseWriter, r *http.Request) {
		f.page(w, pages.Problem(w, Problem{Status: 200, Title: "posted", Words: r.PostFormValue("secret") + " " + r.PostFormValue("next")}))
	})
	mux.HandleFunc("GET "+base+"/problem", func(w http.ResponseWriter, r *http.Request) {
		f.page(w, pages.Problem(w, Problem{Status: 404, Title: "not here", Words: "you may not see this log, or it does not exist", Link: "/", LinkText: "all logs", User: "ada"}))
	})
	mux.HandleFunc("GET "+base+"/api/v1/logs", func(w http.ResponseWriter, r *http.Request) {
		f.mu.Lock()
		defer f.mu.Unlock()
		f.answer(w, r, f.list)
	})
	mux.HandleFunc("GET "+base+"/api/v1/logs/live", f.liveList)
	mux.HandleFunc("GET "+base+"/api/v1/log/", func(w http.ResponseWriter, r *http.Request) {
		f.mu.Lock()
		defer f.mu.Unlock()
		entry, _ := json.Marshal(f.entry)
		f.answer(w, r, string(entry))
	})
	mux.HandleFunc("GET "+base+"/api/v1/tail/", f.tail)
	for _, verb := range []string{"stop", "letgo"} {
		mux.HandleFunc("POST "+base+"/api/v1/"+verb+"/", f.decide)
	}
	mux.Handle("GET "+base+"/src/", http.StripPrefix(base+"/src/", http.FileServerFS(os.DirFS("."))))
	f.serveTests(mux)
	f.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Security-Policy", Policy)
		mux.ServeHTTP(w, r)
	}))
	t.Cleanup(func() {
		f.cut(websocket.StatusGoingAway, "")
		f.Server.CloseClientConnections()
		f.Server.Close()
	})
	return f
}

func (f *fake) page(_ http.ResponseWriter, err error) {
	if err != nil && !errors.Is(err, context.Canceled) && !strings.Contains(err.Error(), "broken pipe") {
		f.t.Errorf("writing a page: %v", err)
	}
}

// answer is called with the lock held.
func (f *fake) answer(w http.ResponseWriter, r *http.Request, body string) {
	f.asked[strings.TrimPrefix(r.URL.Path, f.base)]++
	f.stir()
	for f.hold && r.Context().Err() == nil {
		f.wait(r.Context())
	}
	w.Header().Set("Content-Type", "application/json")
	switch {
	case f.signedOut:
		w.WriteHeader(http.StatusUnauthorized)
		fmt.Fprint(w, `{"error":"signed out"}`)
	case f.status != 0:
		w.WriteHeader(f.status)
		fmt.Fprint(w, f.refusal)
	default:
		fmt.Fprint(w, body)
	}
}

// with changes what the test wants, and wakes all who wait.
func (f *fake) with(change func()) {
	f.mu.Lock()
	defer f.mu.Unlock()
	change()
	f.stir()
}

// wait returns when something has changed, or ctx has ended. It is called with the lock held.
func (f *fake) wait(ctx context.Context) {
	changed := f.changed
	f.mu.Unlock()
	defer f.mu.Lock()
	select {
	case <-changed:
	case <-ctx.Done():
	}
}

func (f *fake) stir() {
	close(f.changed)
	f.changed = make(chan struct{})
}

// until waits for something to become true.
func (f *fake) until(what string, true func() bool) {
	f.t.Helper()
	deadline := time.After(time.Minute)
	for {
		f.mu.Lock()
		ok, changed := true(), f.changed
		f.mu.Unlock()
		if ok {
			return
		}
		select {
		case <-changed:
		case <-deadline:
			f.t.Fatalf("waited in vain until %s", what)
		}
	}
}

// write appends lines, as they are, in one frame.
func (f *fake) write(flags uint8, text string) {
	f.with(func() { f.add(wire.Frame{Kind: wire.Lines, Flags: flags, Payload: []byte(text)}) })
}

func (f *fake) mark(m wire.Marker) {
	if m.At == 0 {
		m.At = time.Date(2026, 11, 21, 14, 2, 11, 0, time.Local).UnixMilli()
	}
	frame, err := m.Frame()
	if err != nil {
		f.t.Fatal(err)
	}
	f.with(func() { f.add(frame) })
}

func (f *fake) add(frame wire.Frame) {
	frame.Start = f.offset
	if frame.Kind == wire.Lines { // a marker is no byte of the file
		f.offset += int64(len(frame.Payload))
	}
	// The number of the next frame stands where a real position has a place in an older file: it says which markers were seen.
	frame.After = wire.Position{{File: "\xffa?", Offset: int64(len(f.frames) + 1)}, {File: "file", Offset: f.offset}}
	frame.Index = 1
	f.frames = append(f.frames, frame)
}

// cut closes every socket: 0 without a word, as a network does that is gone.
func (f *fake) cut(code websocket.StatusCode, reason string) {
	f.mu.Lock()
	conns := f.live
	f.live = map[*websocket.Conn]bool{}
	f.mu.Unlock()
	for c := range conns {
		if code == 0 {
			c.CloseNow()
		} else {
			c.Close(code, reason)
		}
	}
}
