package catalogue

import (
	"errors"
	"testing"
	"time"

	"livetail/internal/testredis"
)

func TestFullRedis(t *testing.T) {
	t.Parallel()
	s := testredis.Start(t)
	w := newWorld(t, s.Addr)
	v := logs("a")
	run(t, w.announcer("m", "w1", v).Run)
	l := w.list()
	w.lists(l, "web-01/a")
	s.Fill()
	v.set(func(v *View) { v.Entries = append(v.Entries, Entry{ID: "b", Name: "name of b", State: "ok"}) })
	w.lists(l, "web-01/a web-01/b")
	key := names.CatalogueKey("web-01")
	if w.c.HExists(w.ctx(), key, "b").Val() {
		t.Error("Redis is not full")
	}
	// Its life is prolonged all the same, so a late web process knows that the host is there; and soon what it has.
	w.c.PExpire(w.ctx(), key, time.Hour)
	eventually(t, "a longer life", func() bool { return w.c.PTTL(w.ctx(), key).Val() > remembered-time.Minute })
	late := w.list()
	w.lists(late, "web-01/a web-01/b")
	n := w.bus.count()
	eventually(t, "more beats", func() bool { return w.bus.count() > n+15 })
	eventually(t, "here", func() bool { return !only(t, late).Away })
	if ids(late) != "web-01/a web-01/b" || ids(l) != "web-01/a web-01/b" {
		t.Errorf("%+v lists %s and %s", only(t, late), ids(late), ids(l))
	}
	s.Unfill()
	eventually(t, "b stored", func() bool { return w.c.HExists(w.ctx(), key, "b").Val() })
}

// A Redis that never had room: the list still comes by messages.
func TestFullRedisFromTheStart(t *testing.T) {
	t.Parallel()
	s := testredis.Start(t)
	s.Fill()
	w := newWorld(t, s.Addr)
	l := w.list()
	eventually(t, "ready", l.Ready)
	run(t, w.announcer("m", "w1", logs("a", "b")).Run)
	late := w.list()
	w.lists(l, "web-01/a web-01/b")
	w.lists(late, "web-01/a web-01/b")
}

// While Redis is away nobody is called away, and nothing is forgotten.
func TestRedisAway(t *testing.T) {
	t.Parallel()
	s := testredis.Start(t)
	w := newWorld(t, s.Addr)
	run(t, w.announcer("m", "w1", logs("a")).Run)
	l := w.list()
	w.lists(l, "web-01/a")
	w.bus.lose(true)
	s.Kill()
	for start := time.Now(); time.Since(start) < 5*awayAfter*every; time.Sleep(5 * time.Millisecond) {
		if h := only(t, l); h.Away {
			t.Fatalf("host %+v", h)
		}
	}
	starting := w.list()
	if _, _, ok := starting.Find(l.All()[0].Log); ok || starting.Ready() {
		t.Error("ready without Redis")
	}
	s.Restart()
	w.bus.lose(false)
	w.lists(starting, "web-01/a")
	eventually(t, "ready", starting.Ready)
}

// It may be this process that hears nothing: Redis is asked before silence is believed.
func TestSilenceIsCheckedWithRedis(t *testing.T) {
	t.Parallel()
	testredis.Each(t, func(t *testing.T, addr string) {
		w := newWorld(t, addr)
		a := w.announcer("m", "w1", logs("a"))
		if err := a.beat(w.ctx()); err != nil {
			t.Fatal(err)
		}
		l, err := NewList(ListOptions{Redis: w.c, Bus: w.bus, Names: names, Secret: []byte("secret"), Every: time.Minute})
		if err != nil {
			t.Fatal(err)
		}
		now := time.Now()
		l.o.Now = func() time.Time { return now }
		l.begin(w.ctx())
		for range 5 { // nothing is heard, but its key is prolonged
			now = now.Add(l.away() + time.Second)
			l.judge(w.ctx())
			if l.load(w.ctx()); only(t, l).Away {
				t.Fatal("away while it beats")
			}
		}
		w.c.PExpire(w.ctx(), names.CatalogueKey("web-01"), remembered-time.Hour)
		now = now.Add(l.away() + time.Second)
		l.trouble(w.ctx(), errors.New("away")) // until just now: the host had no chance to say anything
		if l.judge(w.ctx()); only(t, l).Away {
			t.Error("away because Redis was")
		}
		now = now.Add(l.away() + time.Second)
		if l.judge(w.ctx()); !only(t, l).Away {
			t.Error("not away after an hour")
		}
	})
}

// Keys and pub/sub fail apart from each other: what can be said is said.
func TestTellsWithoutStoring(t *testing.T) {
	t.Parallel()
	s := testredis.Start(t)
	w := newWorld(t, s.Addr)
	v := logs("a")
	run(t, w.announcer("m", "w1", v).Run)
	l := w.list()
	w.lists(l, "web-01/a")
	s.Kill()
	v.set(func(v *View) { v.Entries = append(v.Entries, Entry{ID: "b", Name: "name of b", State: "ok"}) })
	w.lists(l, "web-01/a web-01/b")
}
