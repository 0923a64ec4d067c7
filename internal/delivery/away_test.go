package delivery

import (
	"context"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"livetail/internal/bus"
	"livetail/internal/jobs"
	"livetail/internal/testredis"
	"livetail/internal/wire"
)

// failing counts the deletions that failed.
type failing struct {
	*jobs.Queue
	deletes atomic.Int64
}

func (f *failing) Delete(ctx context.Context, host string, tail wire.TailID, attempt uint32) error {
	err := f.Queue.Delete(ctx, host, tail, attempt)
	if err != nil {
		f.deletes.Add(1)
	}
	return err
}

// A page that is closed while Redis is away for longer than all pauses leaves no job, though no worker ever takes it.
func TestAJobIsDeletedHoweverLongRedisIsAway(t *testing.T) {
	usual := deletePauses
	deletePauses = []time.Duration{0, time.Millisecond, 10 * time.Millisecond}
	t.Cleanup(func() { deletePauses = usual }) // after the hub's end

	server := testredis.Start(t)
	client := func() *redis.Client {
		o := server.Options()
		o.MaxRetries, o.DialerRetries, o.ReadTimeout, o.DialTimeout = -1, 1, 200*time.Millisecond, 200*time.Millisecond
		c := redis.NewClient(o)
		t.Cleanup(func() { c.Close() })
		return c
	}
	channels, err := bus.New(bus.Options{Control: client(), Frames: client()})
	if err != nil {
		t.Fatal(err)
	}
	names := wire.Names{Namespace: "lt"}
	queue := &failing{Queue: jobs.NewQueue(client(), channels, names)}
	h, err := New(Options{Web: "web1", Names: names, Sealer: wire.NewSealer([]byte("s")), Bus: channels, Jobs: queue})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	var running sync.WaitGroup
	running.Go(func() { _ = channels.Run(ctx) })
	running.Go(func() { _ = h.Run(ctx) })
	t.Cleanup(func() { cancel(); running.Wait() })

	look := server.Client()
	keys := func(pattern string) int {
		found, err := look.Keys(t.Context(), pattern).Result()
		if err != nil {
			t.Fatal(err)
		}
		return len(found)
	}
	const jobKeys = "asynq:{*}:*" // the queue's list, and its jobs
	tail := open(t, h)
	eventually(t, "its job waits", func() bool {
		h.mu.Lock()
		defer h.mu.Unlock()
		return tail.placed
	})
	if n := keys(jobKeys); n != 2 {
		t.Fatalf("%d keys of asynq's: not one job in one list", n)
	}
	server.Freeze()
	tail.Close()
	eventually(t, "it could not be deleted for longer than all pauses", func() bool { return queue.deletes.Load() > int64(len(deletePauses)) })
	server.Thaw()
	eventually(t, "it is deleted", func() bool { return keys(jobKeys) == 0 })
}

func eventually(t *testing.T, what string, ok func() bool) {
	t.Helper()
	for deadline := time.Now().Add(30 * time.Second); !ok(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("never: %s", what)
		}
	}
}
