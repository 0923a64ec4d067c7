package catalogue

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"livetail/internal/testredis"
	"livetail/internal/wire"
)

func TestAnnouncedIsListed(t *testing.T) {
	t.Parallel()
	testredis.Each(t, func(t *testing.T, addr string) {
		w := newWorld(t, addr)
		v := logs("b", "a")
		v.v.Entries[0].Group = "nginx"
		v.v.Entries[1] = Entry{ID: "a", Name: "A", Size: 9, Age: -1, Rate: 2.4, State: "missing", Why: "waiting", Tails: 2, Lines: 50, ShowPath: true, Zone: "UTC", Layout: "02.01.2006 15:04:05"}
		v.v.Zone = "Europe/Berlin"
		run(t, w.announcer("m", "w1", v).Run)
		l := w.list()
		w.lists(l, "web-01/a web-01/b")
		e, h, ok := l.Find(wire.Log{Host: "web-01", ID: "a"})
		if want := (Entry{ID: "a", Name: "A", Size: 9, Age: -1, Rate: 2, State: "missing", Why: "waiting", Tails: 2, Lines: 50, ShowPath: true, Zone: "UTC", Layout: "02.01.2006 15:04:05"}); !ok || e != want {
			t.Errorf("found %+v, %t", e, ok)
		}
		if h.Name != "web-01" || h.Away || h.Places != 10 || h.Free != 7 || h.Binary != 3 || h.Zone != "Europe/Berlin" || !slices.Equal(h.Notes, []string{"a note"}) || !slices.Equal(h.NotText, []string{"wtmp", "shot\n.png"}) {
			t.Errorf("host %+v", h)
		}
		if e, _, _ := l.Find(wire.Log{Host: "web-01", ID: "b"}); e.Age < time.Hour || e.Age > time.Hour+time.Minute || e.Group != "nginx" {
			t.Errorf("found %+v", e)
		}
		if _, _, ok := l.Find(wire.Log{Host: "web-02", ID: "a"}); ok || !l.Ready() {
			t.Errorf("found an unknown log: %t; ready: %t", ok, l.Ready())
		}
	})
}

func TestOnlyChangesAreTold(t *testing.T) {
	t.Parallel()
	testredis.Each(t, func(t *testing.T, addr string) {
		w := newWorld(t, addr)
		v := logs("a", "b", "c")
		run(t, w.announcer("m", "w1", v).Run)
		l := w.list()
		w.lists(l, "web-01/a web-01/b web-01/c")
		n := w.bus.count()
		v.set(func(v *View) { v.Entries[1].Size = 6; v.Entries[1].Age = 0; v.Entries[2].ID = "d" })
		w.lists(l, "web-01/a web-01/b web-01/d")
		eventually(t, "the new size", func() bool {
			e, _, _ := l.Find(wire.Log{Host: "web-01", ID: "b"})
			return e.Size == 6 && e.Age < time.Minute
		})
		eventually(t, "more beats", func() bool { return w.bus.count() > n+4 })
		deltas := 0
		for _, m := range w.bus.messages(t, n) {
			if m.Say == sayDelta {
				deltas++
				if len(m.Set) != 2 || !slices.Equal(m.Gone, []string{"c"}) || m.Head.Version != m.From+1 {
					t.Errorf("told %+v", m)
				}
			} else if len(m.Set)+len(m.Gone) > 0 {
				t.Errorf("told %+v", m)
			}
		}
		if deltas != 1 {
			t.Errorf("%d deltas", deltas)
		}
		stored, err := w.c.HKeys(w.ctx(), names.CatalogueKey("web-01")).Result()
		if slices.Sort(stored); err != nil || !slices.Equal(stored, []string{"@", "a", "b", "d"}) {
			t.Errorf("Redis holds %q, %v", stored, err)
		}
	})
}

func TestLostAnnouncementsAreNoticed(t *testing.T) {
	t.Parallel()
	w := newWorld(t, testredis.Embedded(t).Addr())
	v := logs("a")
	run(t, w.announcer("m", "w1", v).Run)
	l := w.list()
	w.lists(l, "web-01/a")
	w.bus.lose(true)
	v.set(func(v *View) { v.Entries = append(v.Entries, Entry{ID: "b", Name: "name of b", State: "ok"}) })
	key := names.CatalogueKey("web-01")
	eventually(t, "b stored", func() bool { return w.c.HExists(w.ctx(), key, "b").Val() })
	w.bus.lose(false)
	w.lists(l, "web-01/a web-01/b")
}

// A large change comes in several messages, all bearable.
func TestManyLogs(t *testing.T) {
	t.Parallel()
	w := newWorld(t, testredis.Embedded(t).Addr())
	l := w.list()
	eventually(t, "ready", l.Ready)
	v := logs()
	for i := range 3000 {
		v.v.Entries = append(v.v.Entries, Entry{ID: fmt.Sprintf("log-%d", i), Name: strings.Repeat("n", 200), State: "ok"})
	}
	run(t, w.announcer("m", "w1", v).Run)
	eventually(t, "all listed", func() bool { return len(l.All()) == 3000 })
	for _, m := range w.bus.messages(t, 0) {
		if n := len(encode(m)); n > 2*partSize {
			t.Errorf("a message of %d bytes with %d records", n, len(m.Set))
		}
	}
	v.set(func(v *View) {
		for i := range v.Entries {
			v.Entries[i].Size = 7
		}
	})
	eventually(t, "all changed", func() bool {
		return !slices.ContainsFunc(l.All(), func(i Item) bool { return i.Size != 7 })
	})
}

func TestLostRedisIsFilledAgain(t *testing.T) {
	t.Parallel()
	testredis.Each(t, func(t *testing.T, addr string) {
		w := newWorld(t, addr)
		v := logs("a", "b")
		run(t, w.announcer("m", "w1", v).Run)
		l := w.list()
		w.lists(l, "web-01/a web-01/b")
		key := names.CatalogueKey("web-01")
		if err := w.c.FlushAll(w.ctx()).Err(); err != nil {
			t.Fatal(err)
		}
		whole := func() bool { return w.c.HLen(w.ctx(), key).Val() == 3 }
		eventually(t, "whole again", whole)
		if ids(l) != "web-01/a web-01/b" {
			t.Errorf("the list forgot: %s", ids(l))
		}
		w.c.HDel(w.ctx(), key, "a")
		eventually(t, "whole again after a part was lost", whole)
		w.c.HSet(w.ctx(), key, "@", "nonsense")
		other := w.list()
		w.lists(other, "web-01/a web-01/b")
		if ttl := w.c.PTTL(w.ctx(), key).Val(); ttl < remembered-time.Minute || ttl > remembered {
			t.Errorf("expires in %v", ttl)
		}
	})
}

// What did not change is not written again.
func TestOnlyChangesAreStored(t *testing.T) {
	t.Parallel()
	testredis.Each(t, func(t *testing.T, addr string) {
		w := newWorld(t, addr)
		v := logs("a", "b", "c")
		a := w.announcer("m", "w1", v)
		if err := a.beat(w.ctx()); err != nil {
			t.Fatal(err)
		}
		key := names.CatalogueKey("web-01")
		w.c.HSet(w.ctx(), key, "a", "untouched", "b", "untouched")
		v.set(func(v *View) { v.Entries[1].Size = 6; v.Entries = v.Entries[:2] })
		if err := a.beat(w.ctx()); err != nil {
			t.Fatal(err)
		}
		now := w.c.HGetAll(w.ctx(), key).Val()
		if len(now) != 3 || now["a"] != "untouched" || now["b"] == "untouched" || now["c"] != "" {
			t.Errorf("Redis holds %v", now)
		}
	})
}
