package chaos

import (
	"context"
	"fmt"
	"sync/atomic"
	"testing"
	"time"

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
			k := startWorker(t, s.URL(), names, host, func(wire.Log) runs.Follower { return log.follower() })
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
			startWorker(t, s.URL(), names, host, func(wire.Log) runs.Follower {
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
	first := startWorker(t, s.URL(), names, host, open)
	tails := steadyTails(t, w, 20)
	eventually(t, time.Minute, func() error { return tails.reached(50_000) })
	second := startWorker(t, s.URL(), names, host, open)
	first.stop()
	log.grow(50_000)
	eventually(t, time.Minute, func() error { return tails.reached(100_000) })
	second.stop()
	log.grow(50_000)
	third := startWorker(t, s.URL(), names, host, open)
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
	k := startWorker(t, s.URL(), names, host, func(wire.Log) runs.Follower { return log.follower() })
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
