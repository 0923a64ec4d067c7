package web

import (
	"bufio"
	"context"
	"encoding/json"
	"net"
	"net/http"
	"net/http/httptest"
	"reflect"
	"strings"
	"sync"
	"testing"
	"time"

	"livetail/internal/catalogue"
	"livetail/internal/testredis"
	"livetail/internal/wire"
)

// liveList is a browser's end of a live list.
type liveList struct {
	t      *testing.T
	answer *http.Response
	lines  *bufio.Scanner
	close  context.CancelFunc
}

func (b *browser) live() *liveList {
	b.t.Helper()
	ctx, cancel := context.WithCancel(b.t.Context())
	b.t.Cleanup(cancel)
	q, err := http.NewRequestWithContext(ctx, "GET", b.url+b.base+"/api/v1/logs/live", nil)
	if err != nil {
		b.t.Fatal(err)
	}
	answer, err := b.Do(q)
	if err != nil {
		b.t.Fatal(err)
	}
	b.t.Cleanup(func() { answer.Body.Close() })
	lines := bufio.NewScanner(answer.Body)
	lines.Buffer(nil, 8<<20)
	return &liveList{b.t, answer, lines, cancel}
}

// next is the next message that is no beat; nil at the end.
func (l *liveList) next() *news {
	l.t.Helper()
	for l.lines.Scan() {
		var m news
		if err := json.Unmarshal(l.lines.Bytes(), &m); err != nil {
			l.t.Fatalf("%v: %s", err, l.lines.Text())
		}
		if m.Say != "beat" {
			return &m
		}
	}
	return nil
}

// quick makes a site's live lists fast.
func (r *rig) quick() {
	r.site.pace = pace{look: 5 * time.Millisecond, beat: 20 * time.Millisecond, touch: 20 * time.Millisecond, stuck: patience, learn: 20 * time.Millisecond}
}

func TestALiveListTellsWhatChanges(t *testing.T) {
	r := newRig(t, setup{base: "/x"})
	r.quick()
	r.site.Version = "3.1"
	ann, root := r.signedIn("ann").live(), r.signedIn("root").live()
	for header, want := range map[string]string{"Content-Type": "application/x-ndjson; charset=utf-8", "X-Accel-Buffering": "no", "Cache-Control": "no-store, no-transform"} {
		if got := ann.answer.Header.Get(header); ann.answer.StatusCode != 200 || got != want {
			t.Errorf("%d %s: %q", ann.answer.StatusCode, header, got)
		}
	}
	ring := make([]byte, catalogue.Slots)
	ring[0], ring[1] = catalogue.Unknown, 7
	log := logJSON{Host: "web-01", ID: visibleLog.ID, Name: "access.log", Group: "nginx", Size: 7, AgeMS: 3000, Rate: 2.5, State: "ok", Tails: 2,
		LineRate: 12, ErrRate: 0.3, DiskFree: 3, DiskSize: 100, Ring: ring}
	if got, want := ann.next(), (&news{Say: "list", Version: "3.1", Hosts: []hostJSON{{Host: "web-01", State: "here", Notes: []string{}}}, Logs: []logJSON{log}}); !reflect.DeepEqual(got, want) {
		t.Errorf("at first\n got %+v\nwant %+v", got, want)
	}
	if got := root.next(); got.Say != "list" || len(got.Logs) != 2 || len(got.Hosts) != 2 || got.Hosts[0].Binary != 3 || got.Hosts[0].AwayMS != 5000 {
		t.Errorf("an administrator at first %+v", got)
	}
	r.logs.change(catalogue.Changes{
		Items:   []catalogue.Item{{Log: hiddenLog, Entry: catalogue.Entry{ID: hiddenLog.ID}}, {Log: visibleLog, Entry: catalogue.Entry{ID: visibleLog.ID, Size: 9}}},
		Gone:    []wire.Log{hiddenLog, {Host: "web-01", ID: "old.log"}},
		Whole:   []string{"db-01", "web-01"},
		Columns: []catalogue.Column{{Host: "db-01", Levels: map[string]uint8{hiddenLog.ID: 3}}, {Host: "web-01", Levels: map[string]uint8{visibleLog.ID: 4, "for/others.log": 5}}},
	})
	want := &news{Say: "change", Whole: []string{"web-01"}, Logs: []logJSON{{Host: "web-01", ID: visibleLog.ID, Size: 9}}, Gone: []nameJSON{{"web-01", "old.log"}},
		Columns: []columnJSON{{"web-01", map[string]uint8{visibleLog.ID: 4}}}}
	if got := ann.next(); !reflect.DeepEqual(got, want) {
		t.Errorf("a change\n got %+v\nwant %+v", got, want)
	}
	if got := root.next(); len(got.Logs) != 2 || len(got.Gone) != 2 || len(got.Whole) != 2 {
		t.Errorf("a change, to an administrator: %+v", got)
	}
	// What she may not see changes nothing for her: the next message is of the one behind it.
	r.logs.change(catalogue.Changes{Gone: []wire.Log{hiddenLog}})
	r.logs.change(catalogue.Changes{Gone: []wire.Log{visibleLog}})
	if got := ann.next(); len(got.Gone) != 1 || got.Gone[0].Host != "web-01" {
		t.Errorf("behind what she may not see %+v", got)
	}
	r.logs.unreached.Store(true)
	if got := ann.next(); got.Trouble != redisAway {
		t.Errorf("while Redis is away %+v", got)
	}
	if ann.lines.Scan(); !strings.Contains(ann.lines.Text(), "beat") || !strings.Contains(ann.lines.Text(), "Redis") {
		t.Errorf("then %s", ann.lines.Text())
	}
	r.logs.unreached.Store(false)
	if got := ann.next(); got.Trouble != "" {
		t.Errorf("when it is back %+v", got)
	}
}

func TestALiveListEndsWithItsSession(t *testing.T) {
	r := newRig(t, setup{})
	r.quick()
	r.site.pace.touch = time.Hour // it hears of it at once
	ann := r.signedIn("ann")
	live := ann.live()
	live.next()
	ann.post("/signout", nil)
	if m := live.next(); m != nil || live.lines.Err() != nil {
		t.Errorf("signed out, and told %+v, %v", m, live.lines.Err())
	}
	// A session that ended where nobody heard of it.
	r.quick()
	ann.signIn("ann")
	live = ann.live()
	live.next()
	r.loseSessions()
	if m := live.next(); m != nil || live.lines.Err() != nil {
		t.Errorf("without its session, and told %+v, %v", m, live.lines.Err())
	}
	if a := r.browser().live(); a.answer.StatusCode != http.StatusUnauthorized {
		t.Errorf("without a session: %d", a.answer.StatusCode)
	}
}

func TestALiveListEndsWithTheServer(t *testing.T) {
	r := newRig(t, setup{})
	r.quick()
	live := r.signedIn("ann").live()
	live.next()
	close(r.site.stopping)
	if m := live.next(); m != nil || live.lines.Err() != nil {
		t.Errorf("stopping, and told %+v, %v", m, live.lines.Err())
	}
}

func TestTooManyLiveLists(t *testing.T) {
	r := newRig(t, setup{})
	r.quick()
	r.site.lists = newLists(2, 3)
	ann, root := r.signedIn("ann"), r.signedIn("root")
	first := ann.live()
	ann.live()
	refused := func(b *browser, words string) {
		t.Helper()
		if a := b.get("/api/v1/logs/live"); a.StatusCode != http.StatusTooManyRequests || a.Header.Get("Retry-After") != "10" ||
			!strings.Contains(a.body, `"error":"`+words) || !strings.Contains(a.body, `"retry":10`) {
			t.Errorf("%d %s", a.StatusCode, a.body)
		}
	}
	refused(ann, "you have as many lists")
	root.live()
	refused(root, "this server has as many lists")
	first.close()
	eventually(t, "room again", func() bool { r.site.lists.mu.Lock(); defer r.site.lists.mu.Unlock(); return r.site.lists.count == 2 })
	if a := ann.live(); a.answer.StatusCode != 200 {
		t.Errorf("with room again: %d", a.answer.StatusCode)
	}
	r.logs.notReady.Store(true)
	if a := ann.get("/api/v1/logs/live"); a.StatusCode != http.StatusServiceUnavailable {
		t.Errorf("before the catalogue was read: %d", a.StatusCode)
	}
}

// TestALiveListOutlivesTheServersDeadlines: those are for requests. What the connection was told is looked at: no time has to pass.
func TestALiveListOutlivesTheServersDeadlines(t *testing.T) {
	r := newRig(t, setup{})
	r.quick()
	ann := r.signedIn("ann")
	strict := httptest.NewUnstartedServer(r.site.handler)
	strict.Config.ReadTimeout, strict.Config.WriteTimeout = patience, patience
	told := &deadlines{}
	strict.Listener = noting{strict.Listener, told}
	strict.Start()
	t.Cleanup(strict.Close)
	ann.url = strict.URL
	live := ann.live()
	live.next()
	read, write := told.now()
	if !read.IsZero() || write.IsZero() {
		t.Errorf("told, with a deadline for reading at %v, and for writing at %v", read, write)
	}
	for range 3 { // beats
		if !live.lines.Scan() {
			t.Fatal("it ended")
		}
	}
	if _, later := told.now(); !later.After(write) {
		t.Errorf("the deadline for writing was %v, and is %v three messages later", write, later)
	}
}

// deadlines are those that a connection has.
type deadlines struct {
	mu          sync.Mutex
	read, write time.Time
}

func (d *deadlines) now() (read, write time.Time) {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.read, d.write
}

// noting is a listener for one connection, whose deadlines are noted.
type noting struct {
	net.Listener
	*deadlines
}

func (l noting) Accept() (net.Conn, error) {
	c, err := l.Listener.Accept()
	return noted{c, l.deadlines}, err
}

type noted struct {
	net.Conn
	*deadlines
}

func (c noted) SetReadDeadline(at time.Time) error {
	c.mu.Lock()
	c.read = at
	c.mu.Unlock()
	return c.Conn.SetReadDeadline(at)
}

func (c noted) SetWriteDeadline(at time.Time) error {
	c.mu.Lock()
	c.write = at
	c.mu.Unlock()
	return c.Conn.SetWriteDeadline(at)
}

// TestTheWholeOfIt: a worker's announcement reaches a browser's list.
func TestTheWholeOfIt(t *testing.T) {
	server := testredis.Start(t)
	announce(t, server)
	address, stop := start(t, server, &lockedBuffer{})
	ann := newBrowser(t, address, "").signIn("ann")
	var live *liveList
	eventually(t, "a live list", func() bool { live = ann.live(); return live.answer.StatusCode == 200 })
	m := live.next()
	for m != nil && len(m.Logs) == 0 {
		m = live.next()
	}
	if m == nil || m.Logs[0].ID != visibleLog.ID || len(m.Logs[0].Ring) != catalogue.Slots {
		t.Errorf("told %+v", m)
	}
	stop() // waits, and fails the test when the process does not end
	if live.next() != nil {
		t.Error("it goes on without a server")
	}
}
