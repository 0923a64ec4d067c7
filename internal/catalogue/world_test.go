package catalogue

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"livetail/internal/wire"

	"github.com/redis/go-redis/v9"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const (
	every    = 250 * time.Millisecond
	patience = 30 * time.Second
)

var names = wire.Names{Namespace: "lt"}

// memBus is pub/sub in memory; what is dropped is lost, as on a connection that broke.
type memBus struct {
	mu       sync.Mutex
	handlers map[int]func([]byte)
	next     int
	said     []string
	drop     bool
}

func newBus() *memBus { return &memBus{handlers: map[int]func([]byte){}} }

func (b *memBus) Publish(_ context.Context, _ string, payload []byte) (int64, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.said = append(b.said, string(payload))
	if b.drop {
		return 0, nil
	}
	for _, h := range b.handlers {
		h(payload)
	}
	return int64(len(b.handlers)), nil
}

func (b *memBus) Subscribe(_ string, h func([]byte)) (<-chan struct{}, func()) {
	b.mu.Lock()
	defer b.mu.Unlock()
	n := b.next
	b.next++
	b.handlers[n] = h
	yes := make(chan struct{})
	close(yes)
	return yes, func() {
		b.mu.Lock()
		defer b.mu.Unlock()
		delete(b.handlers, n)
	}
}

func (b *memBus) lose(on bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.drop = on
}

// messages are all that were published from the n-th on.
func (b *memBus) messages(t *testing.T, n int) (out []message) {
	t.Helper()
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, p := range b.said[n:] {
		body, ok := newSeal([]byte("secret")).Open(names.Catalogue(), p)
		if !ok {
			t.Fatalf("not signed: %s", p)
		}
		m, err := parseMessage(body)
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, m)
	}
	return out
}

func (b *memBus) count() int {
	b.mu.Lock()
	defer b.mu.Unlock()
	return len(b.said)
}

// world is one Redis and one bus.
type world struct {
	t    *testing.T
	addr string
	bus  *memBus
	c    *redis.Client
}

func newWorld(t *testing.T, addr string) *world {
	return &world{t, addr, newBus(), client(t, addr)}
}

func client(t *testing.T, addr string) *redis.Client {
	c := redis.NewClient(&redis.Options{Addr: addr, MaxRetries: -1, DialTimeout: time.Second, ContextTimeoutEnabled: true})
	t.Cleanup(func() { c.Close() })
	return c
}

func (w *world) ctx() context.Context {
	c, cancel := context.WithTimeout(context.Background(), patience)
	w.t.Cleanup(cancel)
	return c
}

// view is what a worker shows; tests change it.
type view struct {
	mu    sync.Mutex
	v     View
	since time.Time // when the ages in v were true
}

func (v *view) get() View {
	v.mu.Lock()
	defer v.mu.Unlock()
	out := v.v
	out.Entries = slices.Clone(out.Entries)
	for i := range out.Entries {
		if out.Entries[i].Age >= 0 {
			out.Entries[i].Age += time.Since(v.since)
		}
	}
	return out
}

func (v *view) set(f func(*View)) {
	v.mu.Lock()
	defer v.mu.Unlock()
	f(&v.v)
}

func logs(ids ...string) *view {
	v := &view{since: time.Now(), v: View{Places: 10, Free: 7, Binary: 3, Notes: []string{"a note"}, NotText: []string{"wtmp", "shot\n.png"}}}
	for _, id := range ids {
		v.v.Entries = append(v.v.Entries, Entry{ID: id, Name: "name of " + id, Size: 5, Age: time.Hour, State: "ok", Lines: 100})
	}
	return v
}

// running is something that Run runs.
type running struct {
	cancel context.CancelFunc
	done   chan struct{}
	err    error
}

func run(t *testing.T, f func(context.Context) error) *running {
	ctx, cancel := context.WithCancel(context.Background())
	r := &running{cancel: cancel, done: make(chan struct{})}
	go func() {
		defer close(r.done)
		r.err = f(ctx)
	}()
	t.Cleanup(r.stop)
	return r
}

func (r *running) stop() {
	r.cancel()
	<-r.done
}

func (w *world) announcer(machine, worker string, v *view) *Announcer {
	w.t.Helper()
	a, err := NewAnnouncer(AnnouncerOptions{Redis: client(w.t, w.addr), Bus: w.bus, Names: names, Secret: []byte("secret"), Host: "web-01",
		Machine: machine, Worker: worker, View: v.get, Every: every})
	if err != nil {
		w.t.Fatal(err)
	}
	return a
}

// killed is an announcer that ends without a word, as after kill -9.
func (w *world) killed(machine, worker string, v *view) (kill func()) {
	a := w.announcer(machine, worker, v)
	deaf := &gate{Bus: w.bus}
	a.o.Bus = deaf
	r := run(w.t, a.Run)
	return func() {
		deaf.shut()
		a.o.Redis.Close()
		r.stop()
	}
}

type gate struct {
	Bus
	mu     sync.Mutex
	closed bool
}

func (g *gate) shut() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.closed = true
}

func (g *gate) Publish(ctx context.Context, channel string, p []byte) (int64, error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.closed {
		return 0, errors.New("dead")
	}
	return g.Bus.Publish(ctx, channel, p)
}

func (w *world) list() *List {
	w.t.Helper()
	l, err := NewList(ListOptions{Redis: client(w.t, w.addr), Bus: w.bus, Names: names, Secret: []byte("secret"), Every: every})
	if err != nil {
		w.t.Fatal(err)
	}
	run(w.t, l.Run)
	return l
}

func eventually(t *testing.T, what string, ok func() bool) {
	t.Helper()
	for deadline := time.Now().Add(patience); !ok(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("never: %s", what)
		}
	}
}

// All are all logs, by host, group and name.
func (l *List) All() []Item { return l.Changes(0).Items }

func ids(l *List) string {
	var out []string
	for _, i := range l.All() {
		out = append(out, i.Log.String())
	}
	return strings.Join(out, " ")
}

func (w *world) lists(l *List, want string) {
	w.t.Helper()
	eventually(w.t, "list "+want, func() bool { return ids(l) == want })
}

func only(t *testing.T, l *List) Host {
	t.Helper()
	hosts := l.Hosts()
	if len(hosts) != 1 {
		t.Fatalf("hosts: %+v", hosts)
	}
	return hosts[0]
}
