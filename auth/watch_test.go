package auth

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
)

// twoWebs are two web processes; while told is true, what one tells the other hears.
func twoWebs(t *testing.T, client *redis.Client, told bool) (one, two *Auth) {
	t.Helper()
	var bus atomic.Bool
	bus.Store(told)
	return twoWebsOn(t, client, &bus)
}

func twoWebsOn(t *testing.T, client *redis.Client, told *atomic.Bool) (one, two *Auth) {
	t.Helper()
	o := options(client)
	o.Tell = func(_ context.Context, key string) error {
		if !told.Load() {
			return errors.New("nobody listens")
		}
		two.Heard(key)
		return nil
	}
	one = mustNew(t, o)
	o.Tell = nil
	two = mustNew(t, o)
	return one, two
}

// open signs in on one web process and opens a page on another.
func openOn(t *testing.T, signIn, page *Auth, u User) (*browser, string, <-chan struct{}) {
	t.Helper()
	b := newBrowser()
	s := b.mustSignIn(t, signIn, u)
	wantSignedIn(t, page, b, s.Key)
	ended, stop := page.Watch(s.Key)
	t.Cleanup(stop)
	return b, s.Key, ended
}

func TestSignOutIsTold(t *testing.T) {
	onBoth(t, func(t *testing.T, client *redis.Client) {
		one, two := twoWebs(t, client, true)
		b, key, ended := openOn(t, one, two, grace)
		other, otherKey, otherEnded := openOn(t, one, two, grace) // the same user, another browser
		second, stop := two.Watch(key)
		defer stop()
		thief := b.copy()
		wantOpen(t, ended)
		if err := b.signOut(one); err != nil {
			t.Fatal(err)
		}
		wantClosed(t, ended) // without Run: it was told
		wantClosed(t, second)
		wantSignedOut(t, two, thief)
		late, stop := two.Watch(key) // a socket that came just too late
		defer stop()
		wantClosed(t, late)
		wantOpen(t, otherEnded)
		wantSignedIn(t, two, other, otherKey)
		two.Heard(key)
		two.Heard(key)
	})
}

func TestSignOutIsFoundOut(t *testing.T) {
	onBoth(t, func(t *testing.T, client *redis.Client) {
		one, two := twoWebs(t, client, false)
		run(t, two)
		b, _, ended := openOn(t, one, two, grace)
		other, otherKey, otherEnded := openOn(t, one, two, ada)
		if err := b.signOut(one); err != nil {
			t.Fatalf("signing out while nobody listens: %v", err)
		}
		wantClosed(t, ended)
		wantOpen(t, otherEnded)
		wantSignedIn(t, two, other, otherKey)
	})
}

// What was heard counts even if Redis still has the session.
func TestHeardCountsAtOnce(t *testing.T) {
	a := mustNew(t, newWorld(t).options())
	b := newBrowser()
	s := b.mustSignIn(t, a, grace)
	a.Heard(s.Key)
	wantSignedOut(t, a, b)
	if err := a.Touch(context.Background(), s.Key); !errors.Is(err, ErrSignedOut) {
		t.Errorf("touching: %v", err)
	}
}

func TestWatchersHearOfExpiry(t *testing.T) {
	w := newWorld(t)
	a := mustNew(t, w.options())
	_, idleKey, idle := openOn(t, a, a, grace)
	_, key, busy := openOn(t, a, a, grace)
	w.pass(11 * time.Hour)
	if err := a.Touch(context.Background(), key); err != nil {
		t.Fatal(err)
	}
	if err := a.recheck(context.Background()); err != nil {
		t.Fatal(err)
	}
	run(t, a)
	w.pass(2 * time.Hour)
	wantClosed(t, idle) // Run itself does not count as use
	wantOpen(t, busy)
	if stored(t, a, idleKey) {
		t.Error("it is still there")
	}

	for w.pass(11 * time.Hour); a.Touch(context.Background(), key) == nil; w.pass(11 * time.Hour) {
		wantOpen(t, busy)
	}
	wantClosed(t, busy)
}

func TestWatchersHearOfTheAbsoluteEndWithoutRedis(t *testing.T) {
	w := newWorld(t)
	a := mustNew(t, w.options())
	_, _, ended := openOn(t, a, a, grace)
	run(t, a)
	w.redis.SetError("LOADING it is away")
	w.pass(6 * 24 * time.Hour)
	wantOpen(t, ended)
	w.pass(24 * time.Hour)
	wantClosed(t, ended)
}

func TestWatchersStayWhileRedisIsAway(t *testing.T) {
	w := newWorld(t)
	a := mustNew(t, w.options())
	b, key, ended := openOn(t, a, a, grace)
	w.redis.SetError("LOADING it is away")
	if err := a.recheck(context.Background()); !errors.Is(err, ErrUnavailable) {
		t.Errorf("rechecking: %v", err)
	}
	wantOpen(t, ended)
	w.redis.SetError("")
	if err := a.recheck(context.Background()); err != nil {
		t.Error(err)
	}
	wantOpen(t, ended)
	wantSignedIn(t, a, b, key)
}

func TestWatchOfNothing(t *testing.T) {
	a := mustNew(t, newWorld(t).options())
	ended, stop := a.Watch("0123")
	run(t, a)
	wantClosed(t, ended)
	stop()
	stop()
}

// A session that ends while Redis is being asked must not come back as alive.
func TestEndedWhileAsked(t *testing.T) {
	w := newWorld(t)
	a := mustNew(t, w.options())
	b := newBrowser()
	s := b.mustSignIn(t, a, grace)
	wantSignedIn(t, a, b, s.Key)
	w.client.AddHook(around{sha: a.get.Hash(), after: func() { a.Heard(s.Key) }})
	wantSignedOut(t, a, b)
	if len(a.memory.open) != 0 {
		t.Error("it is remembered as open")
	}
}

// around is a hook that does something while one script is on its way.
type around struct {
	sha           string
	before, after func()
}

func (h around) DialHook(next redis.DialHook) redis.DialHook { return next }
func (h around) ProcessPipelineHook(next redis.ProcessPipelineHook) redis.ProcessPipelineHook {
	return next
}
func (h around) ProcessHook(next redis.ProcessHook) redis.ProcessHook {
	return func(ctx context.Context, cmd redis.Cmder) error {
		ours := cmd.Name() == "evalsha" && cmd.Args()[1] == h.sha
		if ours && h.before != nil {
			h.before()
		}
		err := next(ctx, cmd)
		if ours && h.after != nil {
			h.after()
		}
		return err
	}
}

func TestMemoryIsBounded(t *testing.T) {
	w := newWorld(t)
	a := mustNew(t, w.options())
	watched, stop := a.Watch(newBrowser().mustSignIn(t, a, ada).Key)
	for range 5 {
		newBrowser().mustSignIn(t, a, ada)
		a.Heard(keyOf(string(random(32))))
	}
	size := func() (open, revoked int) { return len(a.memory.open), len(a.memory.revoked) }
	if open, revoked := size(); open != 6 || revoked != 5 {
		t.Fatalf("%d open, %d revoked", open, revoked)
	}
	w.pass(unwatched + time.Second)
	if err := a.recheck(context.Background()); err != nil {
		t.Fatal(err)
	}
	if open, revoked := size(); open != 1 || revoked != 5 {
		t.Errorf("%d open, %d revoked; want the watched and those that may yet come back", open, revoked)
	}
	wantOpen(t, watched)
	stop()
	w.pass(8 * 24 * time.Hour)
	if err := a.recheck(context.Background()); err != nil {
		t.Fatal(err)
	}
	if open, revoked := size(); open != 0 || revoked != 0 {
		t.Errorf("%d open, %d revoked; want nothing", open, revoked)
	}
}
