package auth

import (
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

func TestLinks(t *testing.T) {
	c := &clock{now: time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)}
	l := NewLinks(c.Now)
	one, two := l.Make("ada"), l.Make("grace")
	if one == two || len(one) < 40 {
		t.Fatalf("secrets %q and %q", one, two)
	}
	for _, wrong := range []string{"", one[1:], one + "x", "x"} {
		if user, ok := l.Take(wrong); ok || user != "" {
			t.Errorf("taking %q gave %q", wrong, user)
		}
	}
	if user, ok := l.Take(one); !ok || user != "ada" {
		t.Errorf("taking gave %q, %v", user, ok)
	}
	if user, ok := l.Take(one); ok || user != "" {
		t.Error("taken twice")
	}
	c.now = c.now.Add(linkLife - time.Second)
	three := l.Make("ada")
	c.now = c.now.Add(time.Second)
	if _, ok := l.Take(two); ok {
		t.Error("taken after 10 minutes")
	}
	if _, ok := l.Take(three); !ok {
		t.Error("a young link died with an old one")
	}
}

func TestLinksAreBounded(t *testing.T) {
	l := NewLinks(nil)
	first, second := l.Make("ada"), l.Make("ada")
	for range maxLinks - 1 {
		l.Make("grace")
	}
	if _, ok := l.Take(first); ok || len(l.open) != maxLinks {
		t.Errorf("%d links are open", len(l.open))
	}
	if _, ok := l.Take(second); !ok {
		t.Error("more than the oldest gave way")
	}
}

func TestLinkIsTakenOnceByMany(t *testing.T) {
	l := NewLinks(nil)
	secret := l.Make("ada")
	var taken atomic.Int32
	var all sync.WaitGroup
	for range 50 {
		all.Go(func() {
			if _, ok := l.Take(secret); ok {
				taken.Add(1)
			}
		})
	}
	all.Wait()
	if taken.Load() != 1 {
		t.Errorf("taken %d times", taken.Load())
	}
}
