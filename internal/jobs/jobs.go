// Package jobs is the only user of asynq: it queues tail jobs, looks at them, deletes them and serves them.
//
// asynq queues and distributes; it does not decide the life of a tail. Its cancellation leaves zombies and its leases cancel
// healthy handlers, so neither is used: a handler ends for reasons of our own and always returns nil.
package jobs

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/hibiken/asynq"
	"github.com/redis/go-redis/v9"

	"livetail/internal/wire"
)

// forever is a timeout that is never reached. asynq takes 0 for "half an hour", whatever its documentation says.
const forever = 10 * 365 * 24 * time.Hour

const kind = "tail"

// Bus carries the knock, which says that there is a job.
type Bus interface {
	Publish(ctx context.Context, channel string, payload []byte) (receivers int64, err error)
	Subscribe(channel string, handle func(payload []byte)) (confirmed <-chan struct{}, unsubscribe func())
}

// Queue queues jobs and asks after them. Safe for concurrent use.
type Queue struct {
	redis   redis.UniversalClient
	bus     Bus
	client  *asynq.Client
	inspect *asynq.Inspector
	names   wire.Names
}

// NewQueue uses a Redis client that is asynq's own; the caller closes it.
func NewQueue(client redis.UniversalClient, bus Bus, names wire.Names) *Queue {
	return &Queue{client, bus, asynq.NewClientFromRedisClient(client), asynq.NewInspectorFromRedisClient(client), names}
}

// ID is the task's id: a tail has one task for each attempt.
func ID(tail wire.TailID, attempt uint32) string { return fmt.Sprintf("%s:%d", tail, attempt) }

// Enqueue puts a job on its host's queue. A job that is there already is a success: an earlier try was accepted unheard.
func (q *Queue) Enqueue(ctx context.Context, host string, tail wire.TailID, attempt uint32, web string) error {
	job := wire.Job{Version: wire.Version, Web: web, Tail: tail.String(), Attempt: attempt}
	_, err := q.client.EnqueueContext(ctx, asynq.NewTask(kind, job.Marshal()),
		asynq.Queue(q.names.Queue(host)), asynq.TaskID(ID(tail, attempt)), asynq.MaxRetry(1<<30), asynq.Timeout(forever))
	if err != nil && !errors.Is(err, asynq.ErrTaskIDConflict) {
		return fmt.Errorf("enqueuing a tail for %s: %w", host, err)
	}
	_, _ = q.bus.Publish(ctx, q.names.Knock(host), nil) // unheard, the worker looks by itself, a little later
	return nil
}

// Look tells what became of a job.
func (q *Queue) Look(ctx context.Context, host string, tail wire.TailID, attempt uint32) (wire.JobState, error) {
	var info *asynq.TaskInfo
	err := q.registered(ctx, host, func() (err error) {
		info, err = q.inspect.GetTaskInfo(q.names.Queue(host), ID(tail, attempt))
		return err
	})
	switch {
	case errors.Is(err, asynq.ErrTaskNotFound):
		return wire.JobMissing, nil
	case err != nil:
		return 0, fmt.Errorf("looking at a job for %s: %w", host, err)
	case info.State == asynq.TaskStatePending:
		return wire.JobPending, nil
	default:
		return wire.JobTaken, nil
	}
}

// Delete removes a job that no worker has taken yet. A job that was taken is left alone, without an error: its run asks and
// is told no.
func (q *Queue) Delete(ctx context.Context, host string, tail wire.TailID, attempt uint32) error {
	err := q.registered(ctx, host, func() error {
		return q.inspect.DeleteTask(q.names.Queue(host), ID(tail, attempt))
	})
	if err == nil || errors.Is(err, asynq.ErrTaskNotFound) || strings.Contains(err.Error(), "FAILED_PRECONDITION") {
		return nil // asynq exports no sentinel for "is active"
	}
	return fmt.Errorf("deleting a job for %s: %w", host, err)
}

// registered asks the inspector, which refuses to know a queue that is not in asynq's set of queues. A client adds it there
// only with its first enqueue, so after Redis lost everything it is missing while tasks are pending: put it back, ask again.
func (q *Queue) registered(ctx context.Context, host string, ask func() error) error {
	err := ask()
	if !errors.Is(err, asynq.ErrQueueNotFound) {
		return err
	}
	if err := q.redis.SAdd(ctx, "asynq:queues", q.names.Queue(host)).Err(); err != nil {
		return err
	}
	return ask()
}
