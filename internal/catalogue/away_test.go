package catalogue

import (
	"context"
	"testing"
	"time"

	"livetail/internal/testredis"
	"livetail/internal/wire"
)

// A host that is gone stays known, in memory even when Redis has lost it.
func TestAwayAndBack(t *testing.T) {
	t.Parallel()
	testredis.Each(t, func(t *testing.T, addr string) {
		w := newWorld(t, addr)
		kill := w.killed("m", "w1", logs("a"))
		l := w.list()
		w.lists(l, "web-01/a")
		kill()
		eventually(t, "away", func() bool { return only(t, l).Away })
		h := only(t, l)
		if h.AwayFor < awayAfter*every || h.AwayFor > patience || h.Free != 0 {
			t.Errorf("host %+v", h)
		}
		w.c.FlushAll(w.ctx())
		w.lists(l, "web-01/a")
		back := run(t, w.announcer("m", "w2", logs("a", "b")).Run)
		w.lists(l, "web-01/a web-01/b")
		eventually(t, "back", func() bool { return !only(t, l).Away })
		back.stop()
		if back.err != nil {
			t.Error(back.err)
		}
		// A worker that ends in order says so: nobody waits for its silence.
		eventually(t, "away", func() bool { return only(t, l).Away })
		if n := w.bus.messages(t, 0); n[len(n)-1].Say != sayBye {
			t.Errorf("the last word was %+v", n[len(n)-1])
		}
	})
}

// What a web process that starts later learns of a silent host, it learns from the time its key has left.
func TestAwayForComesFromTheKey(t *testing.T) {
	t.Parallel()
	testredis.Each(t, func(t *testing.T, addr string) {
		w := newWorld(t, addr)
		v := logs("a")
		kill := w.killed("m", "w1", v)
		key := names.CatalogueKey("web-01")
		eventually(t, "stored", func() bool { return w.c.HLen(w.ctx(), key).Val() == 2 })
		kill()
		if err := w.c.PExpire(w.ctx(), key, remembered-3*time.Hour).Err(); err != nil {
			t.Fatal(err)
		}
		l := w.list()
		w.lists(l, "web-01/a")
		h := only(t, l)
		if !h.Away || h.AwayFor < 3*time.Hour || h.AwayFor > 3*time.Hour+time.Minute {
			t.Errorf("host %+v", h)
		}
		if e, _, _ := l.Find(wire.Log{Host: "web-01", ID: "a"}); e.Age < 4*time.Hour || e.Age > 4*time.Hour+time.Minute {
			t.Errorf("the log's age is %v", e.Age)
		}
	})
}

// An orderly end is seen by a web process that starts right after it.
func TestByeIsStored(t *testing.T) {
	t.Parallel()
	w := newWorld(t, testredis.Embedded(t).Addr())
	r := run(t, w.announcer("m", "w1", logs("a")).Run)
	key := names.CatalogueKey("web-01")
	eventually(t, "stored", func() bool { return w.c.HLen(w.ctx(), key).Val() == 2 })
	r.stop()
	l := w.list()
	w.lists(l, "web-01/a")
	if h := only(t, l); !h.Away || h.AwayFor > patience {
		t.Errorf("host %+v", h)
	}
}

func TestForgetsAfterAWeek(t *testing.T) {
	t.Parallel()
	w := newWorld(t, testredis.Embedded(t).Addr())
	l, err := NewList(ListOptions{Redis: w.c, Bus: w.bus, Names: names, Secret: []byte("secret"), Every: every})
	if err != nil {
		t.Fatal(err)
	}
	now := time.Now()
	l.o.Now = func() time.Time { return now }
	say(l, "secret", message{Say: sayBeat, Host: "web-01", Head: sampleHead()})
	for _, c := range []struct {
		after time.Duration
		hosts int
	}{{remembered - time.Hour, 1}, {2 * time.Hour, 0}} {
		now = now.Add(c.after)
		if l.judge(t.Context()); len(l.Hosts()) != c.hosts {
			t.Errorf("%v later: %+v", c.after, l.Hosts())
		}
	}
}

// A worker that is told to end in the middle of a beat says goodbye all the same, and nothing is wrong.
func TestEndingWithinABeat(t *testing.T) {
	t.Parallel()
	w := newWorld(t, testredis.Embedded(t).Addr())
	v := logs("a")
	a := w.announcer("m", "w1", v)
	ctx, cancel := context.WithCancel(t.Context())
	beats := 0
	a.o.View = func() View {
		if beats++; beats == 2 {
			cancel()
		}
		return v.get()
	}
	if err := a.Run(ctx); err != nil {
		t.Errorf("it ended with %v", err)
	}
	if n := w.bus.messages(t, 0); n[len(n)-1].Say != sayBye {
		t.Errorf("the last word was %+v", n[len(n)-1])
	}
}
