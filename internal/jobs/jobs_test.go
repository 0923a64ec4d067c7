package jobs_test

import (
	"context"
	"fmt"
	"log/slog"
	"testing"
	"time"

	"github.com/hibiken/asynq"
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
		q := jobs.NewQueue(c.Jobs, names)
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
		q := jobs.NewQueue(c.Jobs, names)
		tail := wire.NewTailID()
		must(t, q.Enqueue(t.Context(), "h", tail, 1, "web"))
		info, err := asynq.NewInspectorFromRedisClient(c.Jobs).GetTaskInfo(names.Queue("h"), jobs.ID(tail, 1))
		must(t, err)
		if year := 365 * 24 * time.Hour; info.Timeout < year || !info.Deadline.IsZero() || info.MaxRetry < 1000 {
			t.Errorf("timeout %v, deadline %v, %d retries", info.Timeout, info.Deadline, info.MaxRetry)
		}
	})
}

func TestServeHandlesAndForgets(t *testing.T) {
	testredis.Each(t, func(t *testing.T, addr string) {
		q := jobs.NewQueue(clients(t, addr).Jobs, names)
		taken, release := make(chan wire.Job), make(chan struct{})
		ctx, cancel := context.WithCancel(context.Background())
		done := make(chan error, 1)
		server := clients(t, addr)
		go func() {
			done <- jobs.Serve(ctx, jobs.ServeOptions{Redis: server.Jobs, Names: names, Host: "h", Most: 10, Log: slog.New(slog.DiscardHandler),
				Handle: func(j wire.Job, _ wire.TailID) { taken <- j; <-release }, Stop: func() {}})
		}()
		defer func() {
			cancel()
			if err := <-done; err != nil {
				t.Error(err)
			}
		}()
		other := wire.NewTailID()
		must(t, q.Enqueue(t.Context(), "elsewhere", other, 1, "web"))
		nonsense := wire.NewTailID() // is not tried again
		_, err := asynq.NewClientFromRedisClient(server.Jobs).Enqueue(asynq.NewTask("tail", []byte("{")), asynq.Queue(names.Queue("h")), asynq.TaskID(jobs.ID(nonsense, 1)))
		must(t, err)
		expect(t, q, nonsense, wire.JobMissing)
		tail := wire.NewTailID()
		must(t, q.Enqueue(t.Context(), "h", tail, 1, "web"))
		want := wire.Job{Version: wire.Version, Web: "web", Tail: tail.String(), Attempt: 1}
		if got := <-taken; got != want {
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

func TestRedisAwayIsAnError(t *testing.T) {
	s := testredis.Start(t)
	q := jobs.NewQueue(clients(t, s.Addr).Jobs, names)
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
