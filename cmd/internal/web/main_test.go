package web

import (
	"cmp"
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/alicebob/miniredis/v2"
	"github.com/redis/go-redis/v9"
	"go.uber.org/goleak"

	"livetail/auth"
	"livetail/consumer"
	"livetail/internal/catalogue"
	"livetail/internal/delivery"
	"livetail/internal/stops"
	"livetail/internal/testredis"
	"livetail/internal/wire"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// patience bounds a hang, not a speed.
const patience = 30 * time.Second

var (
	secret   = []byte("0123456789abcdef0123456789abcdef")
	hashOnce = sync.OnceValue(func() string {
		h, err := auth.HashPassword([]byte("sesame"))
		if err != nil {
			panic(err)
		}
		return h
	})
	visibleLog = wire.Log{Host: "web-01", ID: "nginx/access.log"}
	hiddenLog  = wire.Log{Host: "db-01", ID: "secret.log"}
)

// fakeCatalogue knows one log that ann may see and one that she may not.
type fakeCatalogue struct {
	notReady atomic.Bool
	mu       sync.Mutex
	asked    []wire.Log
	changes  []catalogue.Changes

	readied atomic.Int64
	asked5  func() // called when Ready is asked for the fifth time: somebody waits

	unreached atomic.Bool
	left      atomic.Bool // visibleLog is not on its host any more
}

func (f *fakeCatalogue) Ready() bool {
	if f.readied.Add(1) == 5 && f.asked5 != nil {
		f.asked5()
	}
	return !f.notReady.Load()
}

func (f *fakeCatalogue) Hosts() []catalogue.Host {
	if f.notReady.Load() {
		return nil
	}
	return []catalogue.Host{{Name: "db-01", Away: true, AwayFor: 5 * time.Second, Notes: []string{"a note on db-01"}, Binary: 3}, {Name: "web-01", Notes: []string{"a note on web-01"}, Zone: "Europe/Berlin"}}
}

func (f *fakeCatalogue) Reached() bool { return !f.unreached.Load() }

func (f *fakeCatalogue) Changes(since uint64) catalogue.Changes {
	f.mu.Lock()
	defer f.mu.Unlock()
	switch {
	case since == 0:
		items := f.all()
		if f.left.Load() {
			items = slices.DeleteFunc(items, func(i catalogue.Item) bool { return i.Log == visibleLog })
		}
		return catalogue.Changes{Seq: uint64(1 + len(f.changes)), All: true, Items: items}
	case int(since) <= len(f.changes):
		c := f.changes[since-1]
		c.Seq = since + 1
		return c
	}
	return catalogue.Changes{Seq: since}
}

// change makes something new happen.
func (f *fakeCatalogue) change(c catalogue.Changes) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.changes = append(f.changes, c)
}

func (f *fakeCatalogue) all() []catalogue.Item {
	return []catalogue.Item{
		{Log: hiddenLog, Entry: catalogue.Entry{ID: hiddenLog.ID, Name: "secret.log", Age: -1, State: "unreadable", Why: "may not be read"}},
		{Log: visibleLog, Entry: catalogue.Entry{ID: visibleLog.ID, Name: "access.log", Group: "nginx", Size: 7, Age: 3 * time.Second, Rate: 2.5, State: "ok", Tails: 2, Lines: 123, LineRate: 12, ErrorRate: 0.3, DiskFree: 3, DiskSize: 100},
			Ring: &catalogue.Ring{catalogue.Unknown, 7}},
	}
}

func (f *fakeCatalogue) Find(log wire.Log) (catalogue.Entry, catalogue.Host, bool) {
	f.mu.Lock()
	f.asked = append(f.asked, log)
	f.mu.Unlock()
	for _, item := range f.all() {
		if item.Log == log && !(f.left.Load() && log == visibleLog) {
			for _, h := range f.Hosts() {
				if h.Name == log.Host {
					return item.Entry, h, true
				}
			}
		}
	}
	return catalogue.Entry{}, catalogue.Host{}, false
}

// quietTail brings what a test gives it, until it is closed.
type quietTail struct {
	id     wire.TailID
	closed chan struct{}
	once   sync.Once
	items  chan delivery.Item
	asked  chan wire.Question
	taken  chan struct{}
}

func (q *quietTail) ID() wire.TailID         { return q.id }
func (q *quietTail) Consumed(delivery.Item)  { q.taken <- struct{}{} }
func (q *quietTail) Set(delivery.Set) string { return "" }
func (q *quietTail) Ask(_ uint32, question wire.Question) string {
	q.asked <- question
	return ""
}
func (q *quietTail) Cancel(uint32) {}
func (q *quietTail) Close()        { q.once.Do(func() { close(q.closed) }) }
func (q *quietTail) Next(ctx context.Context) (delivery.Item, error) {
	select {
	case <-ctx.Done():
		return delivery.Item{}, ctx.Err()
	case <-q.closed:
		return delivery.Item{}, delivery.ErrEnded
	case item := <-q.items:
		return item, nil
	}
}

// loseSessions takes all sessions out of Redis, so that nobody hears of their end.
func (r *rig) loseSessions() {
	for _, key := range r.redis.Keys() {
		if strings.Contains(key, ":session:") {
			r.redis.Del(key)
		}
	}
}

// rig is a site with real sessions, and what it asked delivery for.
type rig struct {
	t        *testing.T
	site     *site
	server   *httptest.Server
	redis    *miniredis.Miniredis
	logs     *fakeCatalogue
	links    *auth.Links
	stops    *stops.Stops
	client   *redis.Client
	requests chan delivery.Request
	tails    chan *quietTail
	away     atomic.Bool // what readyz is told
}

type setup struct {
	base, public string
	noLinks      bool
	trusted      []netip.Prefix
	notReady     bool
	touch        time.Duration // of a session by its sockets
	blind        bool          // nobody looks at what is stopped
	look         time.Duration // between looks at what is stopped; 0: one look
}

func newRig(t *testing.T, set setup) *rig {
	t.Helper()
	r := &rig{t: t, redis: testredis.Embedded(t), logs: &fakeCatalogue{}, requests: make(chan delivery.Request, 100), tails: make(chan *quietTail, 100)}
	r.logs.notReady.Store(set.notReady)
	client := redis.NewClient(&redis.Options{Addr: r.redis.Addr(), MaxRetries: -1, DialerRetries: 1})
	t.Cleanup(func() { client.Close() })
	r.client = client
	people, err := auth.New(auth.Options{
		Users: []auth.User{{Name: "root", Hash: hashOnce(), Admin: true}, {Name: "ann", Hash: hashOnce()}},
		Rules: []auth.Rule{{Users: []string{"ann"}, Logs: []string{"web-01/*", "web-01/nginx/**", "web-01/no/**"}}},
		Redis: client, Namespace: "test", Secret: secret, CookieName: "livetail-test", CookiePath: set.base + "/", Secure: strings.HasPrefix(set.public, "https:"),
	})
	if err != nil {
		t.Fatal(err)
	}
	if !set.noLinks {
		r.links = auth.NewLinks(nil)
	}
	if r.stops, err = stops.New(stops.Options{Redis: client, Names: wire.Names{Namespace: "test"}, Secret: secret, Every: cmp.Or(set.look, time.Hour)}); err != nil {
		t.Fatal(err)
	}
	ctx, end := context.WithCancel(context.Background())
	var looking sync.WaitGroup
	if !set.blind {
		looking.Go(func() { _ = r.stops.Run(ctx) })
	}
	t.Cleanup(func() { end(); looking.Wait() })
	for deadline := time.Now().Add(patience); !set.blind && !r.stops.Ready(); time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal("never: it is known what is stopped")
		}
	}
	o := Options{
		Stops: r.stops,
		Base:  set.base, Trusted: set.trusted, Auth: people, Links: r.links, Catalogue: r.logs, Version: "v9", Asker: asker(secret),
		Ready: func(context.Context) error {
			if r.away.Load() {
				return errors.New("away")
			}
			return nil
		},
		Sockets: consumer.Options{Open: func(request delivery.Request) (consumer.Tail, error) {
			q := &quietTail{id: wire.NewTailID(), closed: make(chan struct{}), items: make(chan delivery.Item, 100), asked: make(chan wire.Question, 100), taken: make(chan struct{}, 100)}
			r.requests <- request
			r.tails <- q
			return q, nil
		}, Times: consumer.Times{Touch: set.touch}},
	}
	if set.public != "" {
		if o.PublicURL, err = url.Parse(set.public); err != nil {
			t.Fatal(err)
		}
	}
	if r.site, err = newSite(o); err != nil {
		t.Fatal(err)
	}
	r.server = httptest.NewServer(r.site.handler)
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), patience)
		defer cancel()
		if err := r.site.sockets.Shutdown(ctx); err != nil {
			t.Error(err)
		}
		r.server.Close()
	})
	return r
}

// browser keeps cookies, and does not follow redirects by itself.
type browser struct {
	t         *testing.T
	url, base string
	*http.Client
}

func newBrowser(t *testing.T, url, base string) *browser {
	jar, _ := cookiejar.New(nil)
	transport := &http.Transport{}
	t.Cleanup(transport.CloseIdleConnections)
	return &browser{t, url, base, &http.Client{Jar: jar, Transport: transport, Timeout: patience,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}}
}

func (r *rig) browser() *browser { return newBrowser(r.t, r.server.URL, r.site.Base) }

// answer is a response that was read.
type answer struct {
	*http.Response
	body string
}

func (b *browser) do(method, path, body string, header ...string) answer {
	b.t.Helper()
	q, err := http.NewRequestWithContext(b.t.Context(), method, b.url+path, strings.NewReader(body))
	if err != nil {
		b.t.Fatal(err)
	}
	if body != "" {
		q.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	for i := 0; i < len(header); i += 2 {
		if header[i] == "Host" {
			q.Host = header[i+1]
		}
		q.Header.Set(header[i], header[i+1])
	}
	response, err := b.Do(q)
	if err != nil {
		b.t.Fatalf("%s %s: %v", method, path, err)
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		b.t.Fatalf("%s %s: %v", method, path, err)
	}
	return answer{response, string(text)}
}

func (b *browser) get(path string, header ...string) answer {
	b.t.Helper()
	return b.do("GET", path, "", header...)
}

func (b *browser) post(path string, form url.Values, header ...string) answer {
	b.t.Helper()
	return b.do("POST", path, form.Encode(), header...)
}

// signIn signs somebody in.
func (b *browser) signIn(name string) *browser {
	b.t.Helper()
	if a := b.post(b.base+"/signin", url.Values{"name": {name}, "password": {"sesame"}}); a.StatusCode != http.StatusSeeOther {
		b.t.Fatalf("signing in: %d %s", a.StatusCode, a.body)
	}
	return b
}

func (r *rig) signedIn(name string) *browser { r.t.Helper(); return r.browser().signIn(name) }

func await[T any](t *testing.T, what string, c <-chan T) (v T) {
	t.Helper()
	select {
	case v = <-c:
	case <-time.After(patience):
		t.Fatalf("never: %s", what)
	}
	return v
}
