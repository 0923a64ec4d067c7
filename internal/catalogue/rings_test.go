package catalogue

import (
	"fmt"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"livetail/internal/testredis"
	"livetail/internal/wire"
)

// grower is a worker whose clock a test moves from slot to slot.
type grower struct {
	*view
	t     *testing.T
	slots atomic.Int64
	up    func() *Announcer
}

func newGrower(w *world, ids ...string) *grower {
	g := &grower{view: logs(ids...), t: w.t}
	start := time.Now()
	g.up = func() *Announcer {
		a := w.announcer("m", "w1", g.view)
		// The clock stands still within a slot, so that it does not depend on a test's speed what falls in it.
		a.o.Now = func() time.Time { return start.Add(time.Duration(g.slots.Load()) * Slot) }
		a.started = start
		a.o.Every = every / 10
		return a
	}
	return g
}

// grow writes to logs and lets so many slots end, and waits until l knows.
func (g *grower) grow(l *List, slots int64, bytes map[string]int64) {
	g.t.Helper()
	g.write(slots, bytes)
	eventually(g.t, "a slot's end", func() bool { return newest(l) == g.slots.Load()-1 })
}

func (g *grower) write(slots int64, bytes map[string]int64) {
	g.set(func(v *View) {
		for i := range v.Entries {
			v.Entries[i].Grown += bytes[v.Entries[i].ID]
		}
		g.slots.Add(slots)
	})
}

// ring is the end of a log's ring: levels from the newest back, "-" for unknown.
func ring(l *List, id string, n int) string {
	for _, i := range l.All() {
		if i.Log.ID == id && i.Ring != nil {
			var out []string
			for _, level := range i.Ring[Slots-n:] {
				if level == Unknown {
					out = append(out, "-")
				} else {
					out = append(out, fmt.Sprint(level))
				}
			}
			return fmt.Sprint(out)
		}
	}
	return "no such log"
}

func shows(t *testing.T, l *List, id, want string, n int) {
	t.Helper()
	defer func() {
		if t.Failed() {
			t.Logf("%s has %s", id, ring(l, id, n))
		}
	}()
	eventually(t, id+" has "+want, func() bool { return ring(l, id, n) == want })
}

func TestHowLogsGrewIsThereAtOnce(t *testing.T) {
	t.Parallel()
	testredis.Each(t, func(t *testing.T, addr string) {
		w := newWorld(t, addr)
		g := newGrower(w, "a", "b")
		run(t, g.up().Run)
		l := w.list()
		w.lists(l, "web-01/a web-01/b")
		g.grow(l, 1, map[string]int64{"a": 1})
		shows(t, l, "a", "[- - 1]", 3)
		shows(t, l, "b", "[- - 0]", 3)
		g.grow(l, 1, map[string]int64{"a": 1024, "b": 2})
		shows(t, l, "a", "[- 1 81]", 3)
		shows(t, l, "b", "[- 0 9]", 3)
		g.set(func(v *View) {
			v.Entries = append(v.Entries, Entry{ID: "c", Name: "name of c", State: "ok", Age: -1, Grown: 99})
		})
		w.lists(l, "web-01/a web-01/b web-01/c")
		g.grow(l, 1, map[string]int64{"c": 5}) // it was not there when the slot began
		shows(t, l, "c", "[- - -]", 3)
		g.grow(l, 1, nil)
		shows(t, l, "c", "[- - - 0]", 4)
		g.grow(l, 3, map[string]int64{"a": 1}) // two slots in which nobody looked
		shows(t, l, "a", "[1 81 0 0 - - 1]", 7)
		// A web process that begins now, and one that heard nothing for a while.
		shows(t, w.list(), "a", "[1 81 0 0 - - 1]", 7)
		w.bus.lose(true)
		g.write(1, map[string]int64{"b": 2})
		eventually(t, "the column in Redis", func() bool { n, _ := w.c.HLen(w.ctx(), names.RingKey("web-01")).Result(); return n == 6 })
		w.bus.lose(false)
		shows(t, l, "b", "[0 9 0 0 - - 0 9]", 8)
		// Redis lost everything: the worker has it all.
		w.c.FlushAll(w.ctx())
		eventually(t, "the columns in Redis", func() bool { n, _ := w.c.HLen(w.ctx(), names.RingKey("web-01")).Result(); return n == 6 })
		shows(t, w.list(), "b", "[0 9 0 0 - - 0 9]", 8)
		for range Slots + 3 { // the oldest go
			g.grow(l, 1, map[string]int64{"a": 1})
		}
		shows(t, l, "b", fmt.Sprint(slices.Repeat([]string{"0"}, Slots)), Slots)
		shows(t, w.list(), "a", fmt.Sprint(slices.Repeat([]string{"1"}, Slots)), Slots)
	})
}

// newest is the newest slot that l knows.
func newest(l *List) int64 {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.hosts["web-01"].rings.newest
}

func TestAnotherWorkersColumnsAreNotTaken(t *testing.T) {
	t.Parallel()
	w := newWorld(t, testredis.Embedded(t).Addr())
	g := newGrower(w, "a")
	first := run(t, g.up().Run)
	l := w.list()
	w.lists(l, "web-01/a")
	g.grow(l, 1, map[string]int64{"a": 1})
	shows(t, l, "a", "[- 1]", 2)
	first.stop()
	run(t, w.announcer("m", "w2", g.view).Run)
	eventually(t, "the other worker", func() bool { return only(t, l).Away == false })
	shows(t, l, "a", "[- -]", 2)
	shows(t, w.list(), "a", "[- -]", 2)
}

func TestChanges(t *testing.T) {
	t.Parallel()
	w := newWorld(t, testredis.Embedded(t).Addr())
	g := newGrower(w, "a", "b")
	run(t, g.up().Run)
	l := w.list()
	w.lists(l, "web-01/a web-01/b")
	c := l.Changes(0)
	if !c.All || len(c.Items) != 2 || c.Items[0].Ring == nil || len(c.Gone)+len(c.Columns)+len(c.Whole) != 0 {
		t.Fatalf("at first %+v", c)
	}
	// next waits for what is told since the last time to say something. Ages that a slot's end moved may come with it or before.
	next := func(what string, said func() bool) Changes {
		t.Helper()
		seq := c.Seq
		eventually(t, what, func() bool {
			c = l.Changes(seq)
			return said()
		})
		return c
	}
	g.set(func(v *View) { v.Entries[1].Size = 77 })
	if c := next("a size", func() bool { return len(c.Items) > 0 }); c.All || len(c.Items) != 1 || c.Items[0].Log.ID != "b" || c.Items[0].Size != 77 || c.Items[0].Ring != nil {
		t.Errorf("a size: %+v", c)
	}
	if again := l.Changes(c.Seq); len(again.Items)+len(again.Gone)+len(again.Columns) != 0 {
		t.Errorf("told twice: %+v", again)
	}
	g.grow(l, 1, map[string]int64{"a": 2})
	if c := next("a column", func() bool { return len(c.Columns) > 0 }); len(c.Columns) != 1 || c.Columns[0].Host != "web-01" || fmt.Sprint(c.Columns[0].Levels) != "map[a:9]" {
		t.Errorf("a column: %+v", c)
	}
	g.set(func(v *View) { v.Entries = v.Entries[:1] })
	if c := next("a log that went", func() bool { return len(c.Gone) > 0 }); len(c.Columns) != 0 || !slices.Equal(c.Gone, []wire.Log{{Host: "web-01", ID: "b"}}) {
		t.Errorf("a log that went: %+v", c)
	}
	// Whoever missed a column is told all of the host, and of no other.
	since := c.Seq
	g.grow(l, 1, nil)
	g.grow(l, 1, nil)
	if c := l.Changes(since); c.All || !slices.Equal(c.Whole, []string{"web-01"}) || len(c.Items) != 1 || c.Items[0].Ring == nil || len(c.Columns) != 0 {
		t.Errorf("who missed a column: %+v", c)
	}
	c = l.Changes(0)
	l.mu.Lock()
	l.forget("web-01")
	l.mu.Unlock()
	if c := l.Changes(c.Seq); !c.All {
		t.Errorf("a host that was forgotten: %+v", c)
	}
}

func TestLevel(t *testing.T) {
	t.Parallel()
	for bytes, want := range map[int64]uint8{-1: 0, 0: 0, 1: 1, 2: 9, 1024: 81, 1 << 40: Unknown - 1} {
		if got := Level(bytes); got != want {
			t.Errorf("%d bytes are level %d, want %d", bytes, got, want)
		}
	}
	const many = 3000
	var levels []level
	for i := range many {
		levels = append(levels, level{uint32(many - i), uint8(i)})
	}
	c := newColumn(7, levels)
	got, err := c.levels()
	if err != nil || len(got) != many || got[0] != (level{1, (many - 1) % 256}) || got[many-1] != (level{many, 0}) {
		t.Errorf("%d levels, %v", len(got), err)
	}
	if len(c.Grew) != 2*many {
		t.Errorf("a column of %d logs takes %d bytes", many, len(c.Grew))
	}
}
