package auth

import (
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
)

func wantSlow(t *testing.T, err error, after time.Duration) {
	t.Helper()
	var slow *SlowError
	if !errors.As(err, &slow) || errors.Is(err, ErrWrong) || slow.After <= after-time.Second || slow.After > after {
		t.Fatalf("%v; want to wait %v", err, after)
	}
}

func wantWrong(t *testing.T, err error) {
	t.Helper()
	if !errors.Is(err, ErrWrong) {
		t.Fatalf("%v; want %v", err, ErrWrong)
	}
}

func try(a *Auth, name, password, addr string) error {
	_, err := newBrowser().signIn(a, name, password, addr)
	return err
}

func TestGuessingOneNameIsSlowed(t *testing.T) {
	for _, name := range []string{"ada", "nobody"} { // who is unknown is slowed alike
		w := newWorld(t)
		a, other := mustNew(t, w.options()), mustNew(t, w.options())
		for range pairFree {
			wantWrong(t, try(a, name, "wrong", "192.0.2.1"))
		}
		for _, wait := range []time.Duration{1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300} {
			wait *= time.Second
			wantWrong(t, try(a, name, "wrong", "192.0.2.1"))
			wantSlow(t, try(a, name, "wrong", "192.0.2.1:4711"), wait)
			wantSlow(t, try(other, name, name+"'s", "192.0.2.1"), wait) // on every web process, right or wrong
			w.pass(wait - 100*time.Millisecond)
			wantSlow(t, try(a, name, "wrong", "192.0.2.1"), time.Second)
			w.pass(200 * time.Millisecond)
		}
		wantWrong(t, try(a, name, "wrong", "198.51.100.1")) // elsewhere
		w.pass(2 * forget)
		for range pairFree + 1 { // all is forgotten
			wantWrong(t, try(a, name, "wrong", "192.0.2.1"))
		}
	}
}

func TestRightPasswordForgives(t *testing.T) {
	w := newWorld(t)
	a := mustNew(t, w.options())
	for range 3 {
		for range pairFree {
			wantWrong(t, try(a, "ada", "wrong", "192.0.2.1"))
		}
		if err := try(a, "ada", "ada's", "192.0.2.1"); err != nil {
			t.Fatal(err)
		}
		if err := try(a, "ada", "ada's", "192.0.2.1"); err != nil { // at once
			t.Fatal(err)
		}
	}
}

func TestSignInsThatWorkAreNeverSlowed(t *testing.T) {
	a := mustNew(t, newWorld(t).options())
	for range nameFree + 10 {
		if err := try(a, "ada", "ada's", "192.0.2.1"); err != nil {
			t.Fatal(err)
		}
	}
	for _, key := range a.opt.Redis.Keys(t.Context(), "test:slow:*").Val() {
		t.Errorf("%s is left", key)
	}
}

func TestGuessingAtOnceIsSlowed(t *testing.T) {
	onBoth(t, func(t *testing.T, client *redis.Client) {
		a := mustNew(t, options(client))
		var mu sync.Mutex
		var tried, refused int
		var all sync.WaitGroup
		for i := range 50 {
			all.Go(func() {
				err := try(a, "ada", fmt.Sprint(i), "192.0.2.1")
				var slow *SlowError
				mu.Lock()
				defer mu.Unlock()
				switch {
				case errors.Is(err, ErrWrong):
					tried++
				case errors.As(err, &slow):
					refused++
				default:
					t.Errorf("%v", err)
				}
			})
		}
		all.Wait()
		if tried < pairFree+1 || tried > pairFree+5 { // slow machines may pass the first gates
			t.Errorf("%d of 50 passwords were tried, %d refused", tried, refused)
		}
	})
}

// One address tries many names, and has an account of its own.
func TestGuessingManyNamesIsSlowed(t *testing.T) {
	w := newWorld(t)
	a := mustNew(t, w.options())
	for i := range addressFree {
		wantWrong(t, try(a, fmt.Sprint("name", i), "wrong", "192.0.2.1"))
		if i%5 == 0 {
			if err := try(a, "grace", "grace's", "192.0.2.1"); err != nil {
				t.Fatal(err)
			}
		}
	}
	wantWrong(t, try(a, "one-more", "wrong", "192.0.2.1"))
	wantSlow(t, try(a, "yet-another", "wrong", "192.0.2.1"), time.Second)
	wantSlow(t, try(a, "grace", "grace's", "192.0.2.1"), time.Second)
	if err := try(a, "grace", "grace's", "192.0.2.2"); err != nil {
		t.Errorf("from elsewhere: %v", err)
	}
	w.pass(1100 * time.Millisecond)
	if err := try(a, "grace", "grace's", "192.0.2.1"); err != nil {
		t.Errorf("after waiting: %v", err)
	}
	wantWrong(t, try(a, "still-another", "wrong", "192.0.2.1"))
	wantSlow(t, try(a, "still-another", "wrong", "192.0.2.1"), 2*time.Second) // the own account bought nothing
}

// Many addresses try one name for ever; who belongs to it gets in after one short wait.
func TestNobodyIsLockedOutFromElsewhere(t *testing.T) {
	w := newWorld(t)
	a := mustNew(t, w.options())
	attack := func(from int) (tried int) {
		for i := range nameFree {
			if errors.Is(try(a, "ada", "wrong", fmt.Sprintf("198.51.100.%d", from+i)), ErrWrong) {
				tried++
			}
		}
		return tried
	}
	if tried := attack(0); tried != nameFree {
		t.Fatalf("%d of %d were tried", tried, nameFree)
	}
	if tried := attack(100); tried != 0 {
		t.Errorf("%d new addresses were let try at once", tried)
	}
	wantSlow(t, try(a, "ada", "ada's", "192.0.2.1"), knock)
	w.pass(knock / 2)
	attack(0)
	attack(150)
	w.pass(knock/2 + 100*time.Millisecond)
	if err := try(a, "ada", "ada's", "192.0.2.1"); err != nil {
		t.Errorf("after waiting once: %v", err)
	}
	if err := try(a, "grace", "grace's", "192.0.2.1"); err != nil {
		t.Errorf("another name: %v", err)
	}
}

func TestPlaceOf(t *testing.T) {
	for addr, want := range map[string]string{
		"192.0.2.1": "192.0.2.1", "192.0.2.1:80": "192.0.2.1", "::ffff:192.0.2.1": "192.0.2.1", "[::ffff:192.0.2.1]:80": "192.0.2.1",
		"2001:db8:1:2:3:4:5:6": "2001:db8:1:2::/64", "[2001:db8:1:2:ffff::1]:80": "2001:db8:1:2::/64", "fe80::1%eth0": "fe80::/64",
		"": "", "@": "@",
	} {
		if place := placeOf(addr); place != want {
			t.Errorf("place of %q is %q, want %q", addr, place, want)
		}
	}
}

// What was typed is neither kept nor decides how much is kept, and all of it goes away by itself.
func TestSlowKeys(t *testing.T) {
	w := newWorld(t)
	a := mustNew(t, w.options())
	for i := range 6 {
		w.pass(time.Minute)
		wantWrong(t, try(a, strings.Repeat("secret", 1000), fmt.Sprint(i), "192.0.2.1"))
	}
	keys := w.redis.Keys()
	if len(keys) != 4 {
		t.Errorf("keys are %v", keys)
	}
	for _, key := range keys {
		if len(key) > 100 || strings.Contains(key, "secret") || strings.Contains(key, "192.0.2.1") || w.redis.TTL(key) <= 0 {
			t.Errorf("key %s with %v to live", key, w.redis.TTL(key))
		}
	}
}
