package catalogue

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"livetail/internal/testredis"
)

func TestSecondMachineIsRefused(t *testing.T) {
	t.Parallel()
	testredis.Each(t, func(t *testing.T, addr string) {
		w := newWorld(t, addr)
		first := run(t, w.announcer("m1", "w1", logs("a")).Run)
		l := w.list()
		w.lists(l, "web-01/a")
		second := run(t, w.announcer("m2", "w2", logs("b")).Run)
		<-second.done
		if !errors.Is(second.err, ErrHostTaken) || !strings.Contains(second.err.Error(), "web-01 is already served by another machine; give this one another worker.host") {
			t.Errorf("got %v", second.err)
		}
		n := w.bus.count()
		eventually(t, "more beats", func() bool { return w.bus.count() > n+2 })
		for _, m := range w.bus.messages(t, 0) {
			if m.Head.Machine != "m1" {
				t.Errorf("the second machine said %+v", m)
			}
		}
		w.lists(l, "web-01/a")
		if first.stop(); first.err != nil {
			t.Error(first.err)
		}
	})
}

// Of two machines that start in the same instant, when Redis knows of neither or of one that ended, only one has the name at any time.
func TestOneOfTwoThatStartAtOnceHasTheName(t *testing.T) {
	testredis.Each(t, func(t *testing.T, addr string) {
		w := newWorld(t, addr)
		var hosts sync.WaitGroup
		for n := range 20 {
			host := fmt.Sprintf("host-%d", n)
			machine := func(name string) *Announcer {
				a := w.announcer(name, name, logs("a"))
				a.o.Host, a.key, a.claimKey = host, names.CatalogueKey(host), names.ClaimKey(host)
				return a
			}
			if n%2 == 0 {
				before := machine("before")
				if err := before.beat(w.ctx()); err != nil {
					t.Fatal(err)
				}
				before.bye(w.ctx())
			}
			two := []*Announcer{machine("m1"), machine("m2")}
			ends := make(chan *running, len(two))
			hosts.Go(func() {
				for _, a := range two {
					r := run(t, a.Run)
					go func() { <-r.done; ends <- r }()
				}
				if r := <-ends; !errors.Is(r.err, ErrHostTaken) {
					t.Errorf("%s: one of them ends with %v", host, r.err)
				}
				claimed := 0
				for _, a := range two {
					select {
					case <-a.Claimed():
						claimed++
					default:
					}
				}
				if claimed != 1 {
					t.Errorf("%s: %d of them had the name", host, claimed)
				}
				if n := w.c.Exists(w.ctx(), names.ClaimKey(host)).Val(); n != 0 {
					t.Errorf("%s: the claim is left", host)
				}
			})
		}
		hosts.Wait()
	})
}

// Who claimed the name and died before it announced anything has it for as long as one that fell silent.
func TestAClaimOfADeadMachineEnds(t *testing.T) {
	t.Parallel()
	testredis.Each(t, func(t *testing.T, addr string) {
		w := newWorld(t, addr)
		if err := w.announcer("m1", "w1", logs("a")).claim(w.ctx()); err != nil {
			t.Fatal(err)
		}
		next := run(t, w.announcer("m2", "w2", logs("b")).Run)
		w.lists(w.list(), "web-01/b")
		if next.stop(); next.err != nil {
			t.Error(next.err)
		}
	})
}

func TestAnotherMachineMayFollowTheFirst(t *testing.T) {
	t.Parallel()
	t.Run("after its end", func(t *testing.T) {
		w := newWorld(t, testredis.Embedded(t).Addr())
		r := run(t, w.announcer("m1", "w1", logs("a")).Run)
		l := w.list()
		w.lists(l, "web-01/a")
		r.stop()
		run(t, w.announcer("m2", "w2", logs("b")).Run)
		w.lists(l, "web-01/b")
	})
	t.Run("after its death", func(t *testing.T) {
		w := newWorld(t, testredis.Embedded(t).Addr())
		kill := w.killed("m1", "w1", logs("a"))
		l := w.list()
		w.lists(l, "web-01/a")
		kill()
		run(t, w.announcer("m2", "w2", logs("b")).Run)
		w.lists(l, "web-01/b")
	})
}

// A machine that was frozen and has been replaced meanwhile must not take its name back.
func TestThawedMachineYields(t *testing.T) {
	t.Parallel()
	w := newWorld(t, testredis.Embedded(t).Addr())
	old := w.announcer("m1", "w1", logs("a"))
	if err := old.claim(w.ctx()); err != nil {
		t.Fatal(err)
	}
	if err := old.beat(w.ctx()); err != nil {
		t.Fatal(err)
	}
	run(t, w.announcer("m2", "w2", logs("b")).Run) // waits until the first was silent for long enough
	l := w.list()
	w.lists(l, "web-01/b")
	if err := old.beat(w.ctx()); !errors.Is(err, ErrHostTaken) {
		t.Errorf("got %v", err)
	}
	w.lists(l, "web-01/b")
}

// The same machine takes over at once: the worker before may have been killed.
func TestRestartTakesOverAtOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t, testredis.Embedded(t).Addr())
	old := w.announcer("m", "w1", logs("a"))
	if err := old.claim(w.ctx()); err != nil {
		t.Fatal(err)
	}
	old.beat(w.ctx())
	next := w.announcer("m", "w2", logs("b"))
	if err := next.claim(w.ctx()); err != nil {
		t.Fatal(err)
	}
	if err := next.beat(w.ctx()); err != nil || !next.writer {
		t.Errorf("writer: %t, %v", next.writer, err)
	}
	l := w.list()
	w.lists(l, "web-01/b")
}

// Of two workers of one machine the later one announces, and the other one goes on when that is gone.
func TestTwoWorkersOfOneHost(t *testing.T) {
	t.Parallel()
	testredis.Each(t, func(t *testing.T, addr string) {
		w := newWorld(t, addr)
		v := logs("a")
		run(t, w.announcer("m", "w1", v).Run)
		l := w.list()
		w.lists(l, "web-01/a")
		kill := w.killed("m", "w2", v)
		eventually(t, "places of both", func() bool { h := only(t, l); return h.Places == 20 && h.Free == 14 })
		n := w.bus.count()
		eventually(t, "more beats", func() bool { return w.bus.count() > n+10 })
		says := map[string]bool{}
		for _, m := range w.bus.messages(t, n) {
			says[m.Head.Worker+" "+m.Say] = true
		}
		if len(says) != 2 || !says["w1 "+sayStandby] || !says["w2 "+sayBeat] {
			t.Errorf("heard %v", says)
		}
		kill()
		v.set(func(v *View) { v.Entries = append(v.Entries, Entry{ID: "b", Name: "name of b", State: "ok"}) })
		w.lists(l, "web-01/a web-01/b")
		eventually(t, "places of one", func() bool { h := only(t, l); return h.Places == 10 && !h.Away })
	})
}

// Who ended in order is not waited for, however long silence would have to last.
func TestByeFreesTheName(t *testing.T) {
	t.Parallel()
	w := newWorld(t, testredis.Embedded(t).Addr())
	r := run(t, w.announcer("m1", "w1", logs("a")).Run)
	l := w.list()
	w.lists(l, "web-01/a")
	r.stop()
	next := w.announcer("m2", "w2", logs("b"))
	next.o.Every = time.Hour
	ctx := w.ctx()
	if err := next.claim(ctx); err != nil || ctx.Err() != nil {
		t.Errorf("claiming: %v, %v", err, ctx.Err())
	}
}

// Redis may be emptied while a worker says goodbye: what it writes then does not stay for ever.
func TestByeLeavesNothingForEver(t *testing.T) {
	t.Parallel()
	testredis.Each(t, func(t *testing.T, addr string) {
		w := newWorld(t, addr)
		a := w.announcer("m", "w1", logs("a"))
		if err := a.beat(w.ctx()); err != nil {
			t.Fatal(err)
		}
		a.o.Redis.(*redis.Client).AddHook(emptied{sync.OnceFunc(func() { w.c.FlushAll(w.ctx()) })})
		a.bye(w.ctx())
		key := names.CatalogueKey("web-01")
		if n, left := w.c.HLen(w.ctx(), key).Val(), w.c.PTTL(w.ctx(), key).Val(); n != 1 || left <= 0 {
			t.Errorf("%d fields are left for %v", n, left)
		}
	})
}

// emptied empties Redis after the first question.
type emptied struct{ once func() }

func (e emptied) DialHook(next redis.DialHook) redis.DialHook          { return next }
func (e emptied) ProcessHook(next redis.ProcessHook) redis.ProcessHook { return next }
func (e emptied) ProcessPipelineHook(next redis.ProcessPipelineHook) redis.ProcessPipelineHook {
	return func(ctx context.Context, cmds []redis.Cmder) error {
		err := next(ctx, cmds)
		e.once()
		return err
	}
}
