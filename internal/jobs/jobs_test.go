package jobs_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/hibiken/asynq"
	"github.com/redis/go-redis/v9"
	"go.uber.org/goleak"

	"livetail/internal/dial"
	"livetail/internal/jobs"
	"livetail/internal/testredis"
	"livetail/internal/wire"
)

func TestMain(m *testing.M) {
	dial.Quiet()
	goleak.VerifyTestMain(m)
}

var names = wire.Names{Namespace: "lt"}

func clients(t *testing.T, addr string) *dial.Clients {
	c, err := dial.New(dial.Options{URL: "redis://" + addr})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	return c
}

// hall is a bus within one process.
type hall struct {
	mu    sync.Mutex
	heard map[string]func([]byte)
}

func (h *hall) Publish(_ context.Context, channel string, payload []byte) (int64, error) {
	h.mu.Lock()
	handle := h.heard[channel]
	h.mu.Unlock()
	if handle == nil {
		return 0, nil
	}
	handle(payload)
	return 1, nil
}

func (h *hall) Subscribe(channel string, handle func([]byte)) (<-chan struct{}, func()) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.heard == nil {
		h.heard = map[string]func([]byte){}
	}
	h.heard[channel] = handle
	return nil, func() {
		h.mu.Lock()
		defer h.mu.Unlock()
		delete(h.heard, channel)
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func expect(t *testing.T, q *jobs.Queue, tail wire.TailID, want wire.JobState) {
	t.Helper()
	end := time.Now().Add(20 * time.Second)
	for {
		got, err := q.Look(t.Context(), "h", tail, 1)
		if err == nil && got == want {
			return
		}
		if time.Now().After(end) {
			t.Fatalf("state %v, %v; want %v", got, err, want)
		}
		<-time.After(5 * time.Millisecond)
	}
}

func TestQueueLookDelete(t *testing.T) {
	testredis.Each(t, func(t *testing.T, addr string) {
		c := clients(t, addr)
		q := jobs.NewQueue(c.Jobs, &hall{}, names)
		tail := wire.NewTailID()
		expect(t, q, tail, wire.JobMissing) // the queue itself is not known yet
		must(t, q.Enqueue(t.Context(), "h", tail, 1, "web"))
		must(t, q.Enqueue(t.Context(), "h", tail, 1, "web")) // accepted unheard before: a success
		expect(t, q, tail, wire.JobPending)

		// Redis lost all, and asynq's client believes that the queue is still registered.
		must(t, c.Keys.FlushAll(t.Context()).Err())
		expect(t, q, tail, wire.JobMissing)
		must(t, c.Keys.Del(t.Context(), "asynq:queues").Err())
		must(t, q.Enqueue(t.Context(), "h", tail, 1, "web"))
		expect(t, q, tail, wire.JobPending)

		must(t, c.Keys.Del(t.Context(), "asynq:queues").Err())
		must(t, q.Delete(t.Context(), "h", tail, 1))
		expect(t, q, tail, wire.JobMissing)
		must(t, q.Delete(t.Context(), "h", tail, 1)) // it is gone already
	})
}

// asynq must never end a job by itself: a tail may be open for months.
func TestAJobHasNoEnd(t *testing.T) {
	testredis.Each(t, func(t *testing.T, addr string) {
		c := clients(t, addr)
		q := jobs.NewQueue(c.Jobs, &hall{}, names)
		tail := wire.NewTailID()
		must(t, q.Enqueue(t.Context(), "h", tail, 1, "web"))
		info, err := asynq.NewInspectorFromRedisClient(c.Jobs).GetTaskInfo(names.Queue("h"), jobs.ID(tail, 1))
		must(t, err)
		if year := 365 * 24 * time.Hour; info.Timeout < year || !info.Deadline.IsZero() || info.MaxRetry < 1000 {
			t.Errorf("timeout %v, deadline %v, %d retries", info.Timeout, info.Deadline, info.MaxRetry)
		}
	})
}

// serve runs a worker's half until the returned stop, or the test's end.
func serve(t *testing.T, addr string, bus jobs.Bus, look time.Duration, handle func(wire.Job, wire.TailID) error) (stop func()) {
	t.Helper()
	return serveWith(t, clients(t, addr).Jobs, bus, look, handle)
}

func serveWith(t *testing.T, client redis.UniversalClient, bus jobs.Bus, look time.Duration, handle func(wire.Job, wire.TailID) error) (stop func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() {
		done <- jobs.Serve(ctx, jobs.ServeOptions{Redis: client, Bus: bus, Names: names, Host: "h", Look: look, Most: 10,
			Handle: handle, Stop: func() {}, Log: slog.New(slog.DiscardHandler)})
	}()
	stop = sync.OnceFunc(func() {
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
	t.Cleanup(stop)
	return stop
}

// next waits for what a worker took.
func next[T any](t *testing.T, taken <-chan T) (got T) {
	t.Helper()
	select {
	case got = <-taken:
	case <-time.After(20 * time.Second):
		t.Fatal("nobody took the job")
	}
	return got
}

func TestServeHandlesAndForgets(t *testing.T) {
	testredis.Each(t, func(t *testing.T, addr string) {
		c := clients(t, addr)
		q := jobs.NewQueue(c.Jobs, &hall{}, names)
		taken, release := make(chan wire.Job), make(chan struct{})
		serve(t, addr, &hall{}, 0, func(j wire.Job, _ wire.TailID) error { taken <- j; <-release; return nil })
		other := wire.NewTailID()
		must(t, q.Enqueue(t.Context(), "elsewhere", other, 1, "web"))
		nonsense := wire.NewTailID() // is not tried again
		_, err := asynq.NewClientFromRedisClient(c.Jobs).Enqueue(asynq.NewTask("tail", []byte("{")), asynq.Queue(names.Queue("h")), asynq.TaskID(jobs.ID(nonsense, 1)))
		must(t, err)
		expect(t, q, nonsense, wire.JobMissing)
		tail := wire.NewTailID()
		must(t, q.Enqueue(t.Context(), "h", tail, 1, "web"))
		want := wire.Job{Version: wire.Version, Web: "web", Tail: tail.String(), Attempt: 1}
		if got := next(t, taken); got != want {
			t.Errorf("got %+v, want %+v", got, want)
		}
		expect(t, q, tail, wire.JobTaken)
		must(t, q.Delete(t.Context(), "h", tail, 1)) // of a job that runs: no error, and no effect
		expect(t, q, tail, wire.JobTaken)
		close(release)
		expect(t, q, tail, wire.JobMissing)
		if state, err := q.Look(t.Context(), "elsewhere", other, 1); err != nil || state != wire.JobPending {
			t.Errorf("another host's job is %v, %v", state, err)
		}
	})
}

// A worker that is told of a job takes it, however seldom it looks by itself.
func TestAKnockIsHeard(t *testing.T) {
	testredis.Each(t, func(t *testing.T, addr string) {
		bus := &hall{}
		q := jobs.NewQueue(clients(t, addr).Jobs, bus, names)
		taken := make(chan wire.TailID, 1)
		stop := serve(t, addr, bus, time.Hour, func(_ wire.Job, tail wire.TailID) error { taken <- tail; return nil })
		for range 5 {
			tail := wire.NewTailID()
			must(t, q.Enqueue(t.Context(), "h", tail, 1, "web"))
			if got := next(t, taken); got != tail {
				t.Errorf("took %s, want %s", got, tail)
			}
		}
		stop() // which it hears while it waits for a knock
		bus.mu.Lock()
		defer bus.mu.Unlock()
		if len(bus.heard) > 0 {
			t.Error("it listens still")
		}
	})
}

// Where a knock is lost, the worker looks by itself.
func TestAJobIsFoundWithoutAKnock(t *testing.T) {
	testredis.Each(t, func(t *testing.T, addr string) {
		q := jobs.NewQueue(clients(t, addr).Jobs, &hall{}, names)
		taken := make(chan struct{}, 1)
		serve(t, addr, &hall{}, 0, func(wire.Job, wire.TailID) error { taken <- struct{}{}; return nil })
		for range 3 {
			must(t, q.Enqueue(t.Context(), "h", wire.NewTailID(), 1, "web"))
			next(t, taken)
		}
	})
}

// asked tells when a worker asked for a job, and what it heard.
type asked struct {
	redis.UniversalClient
	heard chan error
}

func (a asked) EvalSha(ctx context.Context, sha string, keys []string, args ...any) *redis.Cmd {
	cmd := a.UniversalClient.EvalSha(ctx, sha, keys, args...)
	if keys[0] == "asynq:{"+names.Queue("h")+"}:pending" {
		select {
		case a.heard <- cmd.Err():
		default:
		}
	}
	return cmd
}

// A Redis that is full is asked as seldom as one that has no job, and serves when it has room.
func TestAFullRedisIsNotAskedAllTheTime(t *testing.T) {
	s := testredis.Start(t)
	const look = 100 * time.Millisecond
	a, taken := asked{clients(t, s.Addr).Jobs, make(chan error)}, make(chan wire.TailID, 1)
	serveWith(t, a, &hall{}, look, func(_ wire.Job, tail wire.TailID) error { taken <- tail; return nil })
	next(t, a.heard)
	s.Fill()
	for !redis.HasErrorPrefix(next(t, a.heard), "OOM") {
	}
	began := time.Now()
	for range 5 {
		next(t, a.heard)
	}
	if took := time.Since(began); took < 4*look {
		t.Errorf("asked five times in %v", took)
	}
	s.Unfill()
	tail := wire.NewTailID()
	must(t, jobs.NewQueue(a, &hall{}, names).Enqueue(t.Context(), "h", tail, 1, "web"))
	if got := next(t, taken); got != tail {
		t.Errorf("took %s, want %s", got, tail)
	}
}

// What a worker that stops did not want is there for another.
func TestARefusedJobComesAgain(t *testing.T) {
	testredis.Each(t, func(t *testing.T, addr string) {
		q := jobs.NewQueue(clients(t, addr).Jobs, &hall{}, names)
		taken := make(chan wire.TailID, 1)
		var times atomic.Int32
		serve(t, addr, &hall{}, 0, func(_ wire.Job, tail wire.TailID) error {
			if times.Add(1) == 1 {
				return errors.New("not now")
			}
			taken <- tail
			return nil
		})
		tail := wire.NewTailID()
		must(t, q.Enqueue(t.Context(), "h", tail, 1, "web"))
		if got := next(t, taken); got != tail {
			t.Errorf("took %s, want %s", got, tail)
		}
		expect(t, q, tail, wire.JobMissing)
	})
}

func TestRedisAwayIsAnError(t *testing.T) {
	s := testredis.Start(t)
	q := jobs.NewQueue(clients(t, s.Addr).Jobs, &hall{}, names)
	s.Kill()
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	for what, err := range map[string]error{
		"enqueue": q.Enqueue(ctx, "h", wire.NewTailID(), 1, "web"),
		"delete":  q.Delete(ctx, "h", wire.NewTailID(), 1),
		"look":    func() error { _, err := q.Look(ctx, "h", wire.NewTailID(), 1); return err }(),
	} {
		if err == nil {
			t.Error(fmt.Sprint(what, " succeeded without redis"))
		}
	}
}
