package chaos

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"livetail/internal/delivery"
	"livetail/internal/runs"
	"livetail/internal/testredis"
	"livetail/internal/wire"
)

// eventually waits until check returns nil, at most for limit.
func eventually(t testing.TB, limit time.Duration, check func() error) {
	t.Helper()
	end := time.Now().Add(limit)
	for {
		err := check()
		if err == nil {
			return
		}
		if time.Now().After(end) {
			t.Fatalf("still so after %v: %v", limit, err)
		}
		<-time.After(10 * time.Millisecond)
	}
}

// leftBehind says what a namespace still holds in Redis, beside asynq's own counters.
func leftBehind(ctx context.Context, c *redis.Client, names wire.Names) error {
	keys, err := c.Keys(ctx, "*").Result()
	if err != nil {
		return err
	}
	var left []string
	for _, k := range keys {
		counter := k == "asynq:queues" || k == "asynq:servers" || k == "asynq:workers" || strings.HasPrefix(k, "asynq:servers:") ||
			strings.HasPrefix(k, "asynq:workers:") || strings.Contains(k, ":processed") || strings.Contains(k, ":failed")
		if !counter {
			left = append(left, k)
		}
	}
	tails, err := c.PubSubChannels(ctx, names.Namespace+":tail:*").Result()
	if err != nil {
		return err
	}
	if len(left)+len(tails) > 0 {
		return fmt.Errorf("%d keys and %d channels are left: %.300v %.300v", len(left), len(tails), left, tails)
	}
	return nil
}

// steady is tails that stay open through whatever happens and must hear every byte, once and in order.
type steady struct {
	heard []atomic.Int64
	tails []*delivery.Tail
	wg    sync.WaitGroup
}

func steadyTails(t testing.TB, w *web, count int) *steady {
	s := &steady{heard: make([]atomic.Int64, count)}
	for i := range count {
		tail, err := w.hub.Open(delivery.Request{Log: wire.Log{Host: host, ID: "numbers"}})
		if err != nil {
			t.Fatal(err)
		}
		s.tails = append(s.tails, tail)
		s.wg.Go(func() {
			var r reader
			for {
				item, err := tail.Next(context.Background())
				if err != nil {
					return
				}
				if err := r.take(item); err != nil {
					t.Errorf("steady tail %d: %v", i, err)
					return
				}
				s.heard[i].Store(r.at)
				tail.Consumed(item)
			}
		})
	}
	return s
}

// reached is nil when all have heard up to size.
func (s *steady) reached(size int64) error {
	for i := range s.heard {
		if at := s.heard[i].Load(); at != size {
			return fmt.Errorf("steady tail %d has heard %d of %d bytes", i, at, size)
		}
	}
	return nil
}

// finish waits until all have heard all, and closes them.
func (s *steady) finish(t testing.TB, log *numbers) {
	t.Helper()
	size, _ := log.look()
	eventually(t, 90*time.Second, func() error { return s.reached(size) })
	for _, tail := range s.tails {
		tail.Close()
	}
	s.wg.Wait()
}

// churn opens and closes short-lived tails, checks what they hear, and returns how many bytes that was.
func churn(t testing.TB, w *web, count, parallel int, life time.Duration) int64 {
	var wg sync.WaitGroup
	gate := make(chan struct{}, parallel)
	var bytes atomic.Int64
	for range count {
		gate <- struct{}{}
		wg.Go(func() {
			defer func() { <-gate }()
			tail, err := w.hub.Open(delivery.Request{Log: wire.Log{Host: host, ID: "numbers"}})
			if errors.Is(err, delivery.ErrTooMany) {
				return
			}
			if err != nil {
				t.Error(err)
				return
			}
			defer tail.Close()
			ctx, cancel := context.WithTimeout(context.Background(), time.Duration(rand.Int64N(int64(life)+1)))
			defer cancel()
			var r reader
			for {
				item, err := tail.Next(ctx)
				if err != nil {
					break
				}
				if err := r.take(item); err != nil {
					t.Error(err)
					return
				}
				tail.Consumed(item)
			}
			bytes.Add(r.at)
		})
	}
	wg.Wait()
	t.Logf("%d tails, %d bytes", count, bytes.Load())
	return bytes.Load()
}

// The same on the embedded Redis, which knows fewer faults.
func TestChurnOnEmbeddedRedis(t *testing.T) {
	s := testredis.Embedded(t)
	log := newNumbers()
	log.grow(100_000)
	names := wire.Names{Namespace: "lt"}
	url := "redis://" + s.Addr()
	w := startWeb(t, url, names)
	k := startWorker(t, url, names, 5000, func(wire.Log) runs.Follower { return log.follower() })
	steady := steadyTails(t, w, 10)
	churn(t, w, 1000, 50, 100*time.Millisecond)
	steady.finish(t, log)
	client := redis.NewClient(&redis.Options{Addr: s.Addr()})
	defer client.Close()
	eventually(t, 3*time.Minute, func() error {
		if n, m, o := w.hub.Len(), k.runs.Len(), log.open.Load(); n+m+int(o) > 0 {
			return fmt.Errorf("%d tails, %d runs, %d followers are left", n, m, o)
		}
		return leftBehind(context.Background(), client, names)
	})
}

// Thousands of connections that live for 0-900 ms, which is from before their job is taken to well after their first lines, in calm and under faults: nothing is left running, open or in Redis.
func TestChurnLeavesNothingBehind(t *testing.T) {
	faults := map[string]func(s *testredis.Server, step int){
		"calm":    nil,
		"killed":  func(s *testredis.Server, _ int) { _ = s.KillPubSub(context.Background()) },
		"flushed": func(s *testredis.Server, _ int) { s.FlushAll() },
		"frozen": func(s *testredis.Server, step int) { // for 0.3 s of each second
			switch step % 20 {
			case 0:
				s.Freeze()
			case 6:
				s.Thaw()
			}
		},
		"full": func(s *testredis.Server, step int) { // for half of each second
			switch step % 20 {
			case 0:
				s.Fill()
			case 10:
				s.Unfill()
			}
		},
	}
	for name, fault := range faults {
		t.Run(name, func(t *testing.T) {
			s := testredis.Start(t)
			log := newNumbers()
			log.grow(100_000)
			names := wire.Names{Namespace: "lt"}
			w := startWeb(t, s.URL(), names)
			k := startWorker(t, s.URL(), names, 5000, func(wire.Log) runs.Follower { return log.follower() })
			steady := steadyTails(t, w, 10)
			step := 0
			stop := every(t, 50*time.Millisecond, func() {
				if fault != nil {
					fault(s, step)
				}
				step++
			})
			heard := churn(t, w, 2000, 200, 900*time.Millisecond)
			if fault == nil && heard == 0 {
				t.Error("no tail lived long enough to hear a byte: this proves nothing")
			}
			stop()
			s.Thaw()
			s.Unfill()
			steady.finish(t, log)
			// asynq revives what a lost Redis reply left active only after a minute or two; each copy is told no.
			eventually(t, 3*time.Minute, func() error {
				if n, m, o := w.hub.Len(), k.runs.Len(), log.open.Load(); n+m+int(o) > 0 {
					return fmt.Errorf("%d tails, %d runs, %d followers are left", n, m, o)
				}
				return leftBehind(context.Background(), s.Client(), names)
			})
		})
	}
}

// every calls f again and again until stop, which waits for it.
func every(t testing.TB, d time.Duration, f func()) (stop func()) {
	done, ended := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(ended)
		tick := time.NewTicker(d)
		defer tick.Stop()
		for {
			select {
			case <-done:
				return
			case <-tick.C:
				f()
			}
		}
	}()
	var once sync.Once
	stop = func() { once.Do(func() { close(done); <-ended }) }
	t.Cleanup(stop)
	return stop
}
