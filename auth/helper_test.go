package auth

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/alicebob/miniredis/v2"
	"github.com/redis/go-redis/v9"
	"github.com/redis/go-redis/v9/logging"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) {
	logging.Disable() // a line for every failed dial to a redis-server that is not there yet
	goleak.VerifyTestMain(m)
}

// realRedis is a redis-server of this test's own, on a socket in a folder of its own.
type realRedis struct {
	t      *testing.T
	dir    string
	cmd    *exec.Cmd
	client *redis.Client
}

func newRealRedis(t *testing.T) *realRedis {
	t.Helper()
	dir, err := os.MkdirTemp("", "auth") // t.TempDir can be too long for a socket
	if err != nil {
		t.Fatal(err)
	}
	s := &realRedis{t: t, dir: dir}
	s.client = redis.NewClient(&redis.Options{Network: "unix", Addr: filepath.Join(dir, "s"), MaxRetries: -1, DialerRetries: 1})
	s.start()
	t.Cleanup(func() {
		s.client.Close()
		s.kill()
		os.RemoveAll(dir)
	})
	return s
}

func (s *realRedis) start() {
	s.t.Helper()
	s.cmd = exec.Command("redis-server", "--port", "0", "--unixsocket", "s", "--save", "", "--dir", s.dir)
	s.cmd.Dir = s.dir
	if err := s.cmd.Start(); err != nil {
		s.t.Fatalf("starting redis-server: %v", err)
	}
	eventually(s.t, "redis-server answers", func() bool { return s.client.Ping(context.Background()).Err() == nil })
}

// kill loses what was not dumped.
func (s *realRedis) kill() {
	if s.cmd != nil {
		s.cmd.Process.Kill()
		s.cmd.Wait()
		s.cmd = nil
	}
}

// onBoth runs a test on redis-server and on the embedded one.
func onBoth(t *testing.T, test func(t *testing.T, client *redis.Client)) {
	t.Run("redis-server", func(t *testing.T) { test(t, newRealRedis(t).client) })
	t.Run("embedded", func(t *testing.T) { test(t, newWorld(t).client) })
}

// world is an embedded Redis and a clock that go together.
type world struct {
	redis  *miniredis.Miniredis
	client *redis.Client
	clock  *clock
}

func newWorld(t *testing.T) *world {
	t.Helper()
	m := miniredis.RunT(t)
	client := redis.NewClient(&redis.Options{Addr: m.Addr(), MaxRetries: -1, DialerRetries: 1})
	t.Cleanup(func() { client.Close() })
	return &world{m, client, &clock{now: time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)}}
}

func (w *world) pass(d time.Duration) {
	w.clock.mu.Lock()
	w.clock.now = w.clock.now.Add(d)
	w.clock.mu.Unlock()
	w.redis.FastForward(d)
}

func (w *world) options() Options {
	o := options(w.client)
	o.Now = w.clock.Now
	return o
}

type clock struct {
	mu  sync.Mutex
	now time.Time
}

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

// cheap is the least cost that is accepted.
var cheap = cost{memory: 4096, time: 1, lanes: 1, salt: 16, key: 32}

func hashOf(pw string) string {
	salt := random(cheap.salt)
	return cheap.phc(salt, cheap.hash([]byte(pw), salt))
}

var (
	ada   = User{Name: "ada", Hash: hashOf("ada's"), Admin: true}
	grace = User{Name: "grace", Hash: hashOf("grace's"), Groups: []string{"ops"}}
)

func options(client redis.UniversalClient) Options {
	return Options{
		Users: []User{ada, grace}, Redis: client, Namespace: "test",
		Secret: []byte("0123456789abcdef0123456789abcdef"), CookieName: "livetail-test", CookiePath: "/logs/",
		Recheck: 100 * time.Millisecond,
	}
}

func mustNew(t *testing.T, o Options) *Auth {
	t.Helper()
	a, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// browser keeps cookies as a browser does, of one site.
type browser struct{ cookies map[string]*http.Cookie }

func newBrowser() *browser { return &browser{map[string]*http.Cookie{}} }

func (b *browser) request() *http.Request {
	r := httptest.NewRequest("GET", "/logs/", nil)
	for _, c := range b.cookies {
		r.AddCookie(&http.Cookie{Name: c.Name, Value: c.Value})
	}
	return r
}

func (b *browser) take(w *httptest.ResponseRecorder) {
	for _, c := range w.Result().Cookies() {
		if c.MaxAge < 0 {
			delete(b.cookies, c.Name)
		} else {
			b.cookies[c.Name] = c
		}
	}
}

// copy is a second browser, or a thief, with the same cookies.
func (b *browser) copy() *browser {
	c := newBrowser()
	for name, cookie := range b.cookies {
		c.cookies[name] = cookie
	}
	return c
}

func (b *browser) signIn(a *Auth, name, password, addr string) (*Session, error) {
	w := httptest.NewRecorder()
	s, err := a.SignIn(w, b.request(), name, password, addr)
	b.take(w)
	return s, err
}

func (b *browser) mustSignIn(t *testing.T, a *Auth, u User) *Session {
	t.Helper()
	s, err := b.signIn(a, u.Name, u.Name+"'s", "192.0.2.1")
	if err != nil {
		t.Fatalf("signing in: %v", err)
	}
	return s
}

func (b *browser) signOut(a *Auth) error {
	w := httptest.NewRecorder()
	err := a.SignOut(w, b.request())
	b.take(w)
	return err
}

func wantSignedIn(t *testing.T, a *Auth, b *browser, key string) {
	t.Helper()
	if s, err := a.Session(b.request()); err != nil || s.Key != key {
		t.Fatalf("session is %+v, %v; want key %s", s, err, key)
	}
}

func wantSignedOut(t *testing.T, a *Auth, b *browser) {
	t.Helper()
	if s, err := a.Session(b.request()); !errors.Is(err, ErrSignedOut) || s != nil {
		t.Fatalf("session is %+v, %v; want %v", s, err, ErrSignedOut)
	}
}

// run runs a.Run until the test ends.
func run(t *testing.T, a *Auth) (stop func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- a.Run(ctx) }()
	stop = sync.OnceFunc(func() {
		cancel()
		select {
		case err := <-done:
			if err != nil {
				t.Errorf("Run: %v", err)
			}
		case <-time.After(20 * time.Second):
			t.Error("Run does not end")
		}
	})
	t.Cleanup(stop)
	return stop
}

func wantClosed(t *testing.T, ended <-chan struct{}) {
	t.Helper()
	select {
	case <-ended:
	case <-time.After(20 * time.Second):
		t.Fatal("nobody said that the session ended")
	}
}

func wantOpen(t *testing.T, ended <-chan struct{}) {
	t.Helper()
	select {
	case <-ended:
		t.Fatal("the session ended")
	default:
	}
}

func eventually(t *testing.T, what string, is func() bool) {
	t.Helper()
	for end := time.Now().Add(20 * time.Second); !is(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("never true: %s", what)
		}
	}
}

func stored(t *testing.T, a *Auth, key string) bool {
	t.Helper()
	n, err := a.opt.Redis.Exists(context.Background(), a.sessionKey(key)).Result()
	if err != nil {
		t.Fatal(err)
	}
	return n == 1
}
