package chaos

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"testing"
	"time"

	"livetail/internal/delivery"
	"livetail/internal/runs"
	"livetail/internal/testredis"
	"livetail/internal/wire"
)

// Every tail hears every byte once and in order, whatever happens to Redis meanwhile.
func TestExactWhateverHappensToRedis(t *testing.T) {
	for _, fault := range []struct {
		name string
		do   func(s *testredis.Server, step func())
	}{
		{"pubsub killed", func(s *testredis.Server, step func()) {
			for range 60 {
				_ = s.KillPubSub(context.Background())
				step()
			}
		}},
		{"frozen", func(s *testredis.Server, step func()) {
			s.Freeze()
			for range 120 {
				step()
			}
			s.Thaw()
		}},
		{"flushed", func(s *testredis.Server, step func()) {
			for range 20 {
				s.FlushAll()
				step()
			}
		}},
		{"full", func(s *testredis.Server, step func()) {
			s.Fill()
			for range 60 {
				step()
			}
			s.Unfill()
		}},
		{"killed and back, empty", func(s *testredis.Server, step func()) {
			s.Kill()
			for range 60 {
				step()
			}
			s.Restart()
		}},
	} {
		t.Run(fault.name, func(t *testing.T) {
			t.Parallel()
			s := testredis.Start(t)
			log := newNumbers()
			log.grow(50_000)
			names := wire.Names{Namespace: "lt"}
			w := startWeb(t, s.URL(), names)
			k := startWorker(t, s.URL(), names, 5000, func(wire.Log) runs.Follower { return log.follower() })
			tails := steadyTails(t, w, 20)
			eventually(t, time.Minute, func() error { return tails.reached(50_000) })
			tick := time.NewTicker(50 * time.Millisecond)
			defer tick.Stop()
			fault.do(s, func() { log.grow(1000); <-tick.C })
			tails.finish(t, log)
			eventually(t, 3*time.Minute, func() error {
				if n, m, o := w.hub.Len(), k.runs.Len(), log.open.Load(); n+m+int(o) > 0 {
					return fmt.Errorf("%d tails, %d runs, %d followers are left", n, m, o)
				}
				return leftBehind(context.Background(), s.Client(), names)
			})
		})
	}
}

// dyingFollower panics, or returns without a word, the first time it is used.
type dyingFollower struct {
	runs.Follower
	die func(context.Context)
}

func (f dyingFollower) Follow(ctx context.Context, s runs.Start, to runs.Sink) error {
	f.die(ctx)
	return f.Follower.Follow(ctx, s, to)
}

// A follower that dies, or hangs, alone in a living worker on a quiet log is replaced.
func TestDeadFollowerIsReplaced(t *testing.T) {
	for name, die := range map[string]func(context.Context){
		"panics": func(context.Context) { panic("on purpose") },
		"hangs":  func(ctx context.Context) { <-ctx.Done() },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := testredis.Start(t)
			log := newNumbers()
			log.grow(1000)
			names := wire.Names{Namespace: "lt"}
			w := startWeb(t, s.URL(), names)
			var opened atomic.Int64
			startWorker(t, s.URL(), names, 5000, func(wire.Log) runs.Follower {
				if opened.Add(1) == 1 {
					return dyingFollower{log.follower(), die}
				}
				return log.follower()
			})
			steadyTails(t, w, 1).finish(t, log)
			if opened.Load() != 2 {
				t.Errorf("%d followers were opened, expected the dead one and its successor", opened.Load())
			}
		})
	}
}

// A worker that stops in order hands over to another without a lost or repeated byte; one that merely vanishes is replaced.
func TestWorkerGoes(t *testing.T) {
	s := testredis.Start(t)
	log := newNumbers()
	log.grow(50_000)
	names := wire.Names{Namespace: "lt"}
	w := startWeb(t, s.URL(), names)
	open := func(wire.Log) runs.Follower { return log.follower() }
	first := startWorker(t, s.URL(), names, 5000, open)
	tails := steadyTails(t, w, 20)
	eventually(t, time.Minute, func() error { return tails.reached(50_000) })
	second := startWorker(t, s.URL(), names, 5000, open)
	first.stop()
	log.grow(50_000)
	eventually(t, time.Minute, func() error { return tails.reached(100_000) })
	second.stop()
	log.grow(50_000)
	third := startWorker(t, s.URL(), names, 5000, open)
	tails.finish(t, log)
	eventually(t, time.Minute, func() error {
		if n := third.runs.Len() + int(log.open.Load()); n > 0 {
			return fmt.Errorf("%d runs and followers are left", n)
		}
		return leftBehind(context.Background(), s.Client(), names)
	})
}

// A web process that stops leaves no follower.
func TestWebGoes(t *testing.T) {
	s := testredis.Start(t)
	log := newNumbers()
	log.grow(50_000)
	names := wire.Names{Namespace: "lt"}
	w := startWeb(t, s.URL(), names)
	k := startWorker(t, s.URL(), names, 5000, func(wire.Log) runs.Follower { return log.follower() })
	tails := steadyTails(t, w, 50)
	eventually(t, time.Minute, func() error { return tails.reached(50_000) })
	w.stop()
	eventually(t, time.Minute, func() error {
		if n := k.runs.Len() + int(log.open.Load()); n > 0 {
			return fmt.Errorf("%d runs and followers are left", n)
		}
		return leftBehind(context.Background(), s.Client(), names)
	})
}

// A web process that dies without a word leaves no follower either: nobody lists its runs any more.
func TestWebVanishes(t *testing.T) {
	t.Parallel()
	s := testredis.Start(t)
	log := newNumbers()
	log.grow(50_000)
	names := wire.Names{Namespace: "lt"}
	w, other := startWeb(t, s.URL(), names), startWeb(t, s.URL(), names)
	k := startWorker(t, s.URL(), names, 5000, func(wire.Log) runs.Follower { return log.follower() })
	lost, kept := steadyTails(t, w, 30), steadyTails(t, other, 10)
	eventually(t, time.Minute, func() error { return errors.Join(lost.reached(50_000), kept.reached(50_000)) })
	w.vanish()
	eventually(t, time.Minute, func() error {
		if n, o := k.runs.Len(), log.open.Load(); n != 10 || o != 10 {
			return fmt.Errorf("%d runs and %d followers, only the other web process's 10 should be left", n, o)
		}
		return nil
	})
	log.grow(10_000)
	kept.finish(t, log)
}

// Whoever finds no free place is told so, waits, and goes on by itself.
func TestPlaces(t *testing.T) {
	s := testredis.Start(t)
	log := newNumbers()
	log.grow(1000)
	names := wire.Names{Namespace: "lt"}
	w := startWeb(t, s.URL(), names)
	k := startWorker(t, s.URL(), names, 2, func(wire.Log) runs.Follower { return log.follower() })
	placed := steadyTails(t, w, 2)
	eventually(t, time.Minute, func() error { return placed.reached(1000) })
	if k.runs.Free() != 0 {
		t.Errorf("%d places are free", k.runs.Free())
	}
	tail, err := w.hub.Open(delivery.Request{Log: wire.Log{Host: host, ID: "numbers"}})
	if err != nil {
		t.Fatal(err)
	}
	defer tail.Close()
	next := func() delivery.Item {
		t.Helper()
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		item, err := tail.Next(ctx)
		if err != nil {
			t.Fatal(err)
		}
		tail.Consumed(item)
		return item
	}
	for item := next(); item.State != delivery.Queued; item = next() {
		if item.Frame != nil {
			t.Fatal("a tail without a place got a frame")
		}
	}
	if n := log.open.Load(); n != 2 {
		t.Errorf("%d followers are open on 2 places", n)
	}
	placed.tails[0].Close()
	var r reader
	for r.at < 1000 {
		if err := r.take(next()); err != nil {
			t.Fatal(err)
		}
	}
	placed.tails[1].Close()
	placed.wg.Wait()
}

// A page that takes nothing holds nobody else up, and gets all when it reads again.
func TestStalledReader(t *testing.T) {
	s := testredis.Start(t)
	log := newNumbers()
	log.grow(1000)
	names := wire.Names{Namespace: "lt"}
	w := startWeb(t, s.URL(), names)
	startWorker(t, s.URL(), names, 5000, func(wire.Log) runs.Follower { return log.follower() })
	stalled, err := w.hub.Open(delivery.Request{Log: wire.Log{Host: host, ID: "numbers"}})
	if err != nil {
		t.Fatal(err)
	}
	defer stalled.Close()
	others := steadyTails(t, w, 5)
	log.grow(20_000_000)
	others.finish(t, log)
	size, _ := log.look()
	var r reader
	for r.at < size {
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		item, err := stalled.Next(ctx)
		cancel()
		if err != nil {
			t.Fatalf("after %d of %d bytes: %v", r.at, size, err)
		}
		if err := r.take(item); err != nil {
			t.Fatal(err)
		}
		stalled.Consumed(item)
	}
}
