package web

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"livetail/cmd/internal/boot"
	"livetail/internal/bus"
	"livetail/internal/catalogue"
	"livetail/internal/config"
	"livetail/internal/testredis"
	"livetail/internal/wire"
)

// lockedBuffer is a log that may be read while it is written.
type lockedBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *lockedBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *lockedBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

// start runs a web process until the test ends or stop is called, which waits for its end.
func start(t *testing.T, server *testredis.Server, log *lockedBuffer) (address string, stop func()) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	p := boot.Parts{Redis: server.Options(), Secret: secret, Log: slog.New(slog.NewTextHandler(log, nil)), Config: &config.Config{
		Web:    config.Web{SessionIdle: time.Hour, SessionMax: time.Hour},
		Redis:  config.Redis{Namespace: "test"},
		Users:  []config.User{{Name: "ann", Hash: hashOnce()}},
		Access: []config.Rule{{Users: []string{"ann"}, Logs: []string{"web-01/**"}}},
	}}
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- RunWith(ctx, p, Extra{Listener: l}) }()
	stop = sync.OnceFunc(func() {
		cancel()
		if err := await(t, "the process ends", ended); err != nil {
			t.Errorf("it ended with %v", err)
		}
	})
	t.Cleanup(stop)
	return "http://" + l.Addr().String(), stop
}

// announce makes the log known to all web processes, as a worker does, until the test ends.
func announce(t *testing.T, server *testredis.Server) {
	t.Helper()
	client := server.Client()
	b, err := bus.New(bus.Options{Control: client, Frames: server.Client()})
	if err != nil {
		t.Fatal(err)
	}
	a, err := catalogue.NewAnnouncer(catalogue.AnnouncerOptions{
		Redis: client, Bus: b, Names: wire.Names{Namespace: "test"}, Secret: secret, Host: visibleLog.Host, Machine: "m", Worker: wire.NewProcessID(),
		View: func() catalogue.View {
			return catalogue.View{Entries: []catalogue.Entry{{ID: visibleLog.ID, Name: "access.log", State: "ok"}}}
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	var running sync.WaitGroup
	running.Go(func() { b.Run(ctx) })
	running.Go(func() { a.Run(ctx) })
	t.Cleanup(func() { cancel(); running.Wait() })
}

func eventually(t *testing.T, what string, ok func() bool) {
	t.Helper()
	for deadline := time.Now().Add(patience); !ok(); time.Sleep(10 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("never: %s", what)
		}
	}
}

func TestRedisMayBeAwayAtTheStart(t *testing.T) {
	server := testredis.Start(t)
	server.Kill()
	var log lockedBuffer
	address, _ := start(t, server, &log)
	ann := newBrowser(t, address, "")
	if a := ann.get("/signin"); a.StatusCode != 200 {
		t.Errorf("the sign-in page: %d", a.StatusCode)
	}
	if a := ann.get("/healthz"); a.StatusCode != 200 {
		t.Errorf("healthz: %d", a.StatusCode)
	}
	if a := ann.get("/readyz"); a.StatusCode != http.StatusServiceUnavailable {
		t.Errorf("readyz: %d", a.StatusCode)
	}
	if a := ann.post("/signin", url.Values{"name": {"ann"}, "password": {"sesame"}}); a.StatusCode != http.StatusServiceUnavailable || !strings.Contains(a.body, "Redis") {
		t.Errorf("signing in: %d %s", a.StatusCode, a.body)
	}
	eventually(t, "the log says that redis does not answer", func() bool { return strings.Contains(log.String(), "redis does not answer;") })
	server.Restart()
	eventually(t, "it is ready", func() bool { return ann.get("/readyz").StatusCode == 200 })
	ann.signIn("ann")
	var complaints []string
	for line := range strings.Lines(log.String()) {
		if strings.Contains(line, "level=WARN") && !strings.Contains(line, `msg="signing in"`) {
			complaints = append(complaints, line)
		}
	}
	if len(complaints) != 1 {
		t.Errorf("not one line about it:\n%s", strings.Join(complaints, ""))
	}
}

// All web processes are one site: a session of one is a session of all, and it ends on all.
func TestASessionIsOneForAllProcesses(t *testing.T) {
	server := testredis.Start(t)
	announce(t, server)
	var log lockedBuffer
	first, _ := start(t, server, &log)
	second, stop := start(t, server, &log)
	here := newBrowser(t, first, "")
	eventually(t, "the first is ready", func() bool { return here.get("/readyz").StatusCode == 200 })
	here.signIn("ann")
	there := newBrowser(t, second, "")
	there.Jar = here.Jar // a browser asks for host names only: ports share cookies
	const path = "/api/v1/log/web-01/nginx/access.log"
	eventually(t, "both know the log", func() bool {
		return here.get(path).StatusCode == 200 && there.get(path).StatusCode == 200
	})
	c := there.socket(visibleLog)
	c.say(`{"op":"open"}`)
	for _, want := range []string{`"say":"tail"`, `"state":"waiting"`} {
		if _, payload, err := c.read(); err != nil || !strings.Contains(string(payload), want) {
			t.Fatalf("heard %q, %v; want %s", payload, err, want)
		}
	}
	client := server.Client()
	told := client.Subscribe(t.Context(), "test:sessions")
	defer told.Close()
	if _, err := told.Receive(t.Context()); err != nil {
		t.Fatal(err)
	}
	if a := here.post("/signout", nil); a.StatusCode != http.StatusSeeOther {
		t.Errorf("signing out: %d", a.StatusCode)
	}
	if _, err := told.ReceiveTimeout(t.Context(), patience); err != nil {
		t.Errorf("the others were not told: %v", err)
	}
	c.endsWith(4001)
	if a := there.get(path); a.StatusCode != http.StatusUnauthorized {
		t.Errorf("after signing out: %d", a.StatusCode)
	}

	// What is told is heard: here of a session that Redis still has, so that nothing else could end its socket.
	told.Close()
	other := newBrowser(t, second, "").signIn("ann")
	c = other.socket(visibleLog)
	c.say(`{"op":"open"}`)
	keys, err := client.Keys(t.Context(), "test:session:*").Result()
	if err != nil || len(keys) != 1 {
		t.Fatalf("sessions in Redis: %v, %v", keys, err)
	}
	e := endedSessions{channel: "test:sessions", key: wire.DeriveKey(secret, "livetail ended sessions")}
	key := strings.TrimPrefix(keys[0], "test:session:")
	if n, err := client.Publish(t.Context(), e.channel, key+string(e.sign([]byte(key)))).Result(); n != 2 || err != nil {
		t.Errorf("%d processes listen, %v", n, err)
	}
	c.endsWith(4001)

	again := newBrowser(t, second, "").signIn("ann")
	c = again.socket(visibleLog)
	c.say(`{"op":"open"}`)
	go stop()
	c.endsWith(1012)
	stop()
	queue := wire.Names{Namespace: "test"}.Queue(visibleLog.Host)
	if n, err := client.LLen(t.Context(), "asynq:{"+queue+"}:pending").Result(); n != 0 || err != nil {
		t.Errorf("%d jobs are left in Redis, %v", n, err)
	}
}

// Delivery must outlive the sockets, and pub/sub delivery.
func TestInOrderEndsOneAfterTheOther(t *testing.T) {
	var order []string
	run := func(name string) func(context.Context) error {
		return func(ctx context.Context) error {
			<-ctx.Done()
			order = append(order, name) // no lock: one after the other, which the race detector checks
			return ctx.Err()
		}
	}
	ctx, stop := context.WithCancel(t.Context())
	time.AfterFunc(10*time.Millisecond, stop)
	if err := boot.InOrder(ctx, run("a"), run("b"), run("c")); err != nil || strings.Join(order, "") != "abc" {
		t.Errorf("%v, %v", order, err)
	}
	order = nil
	broken := errors.New("broken")
	if err := boot.InOrder(t.Context(), run("a"), func(context.Context) error { return broken }, run("c")); !errors.Is(err, broken) || strings.Join(order, "") != "ac" {
		t.Errorf("%v, %v", order, err)
	}
}
