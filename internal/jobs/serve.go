package jobs

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"github.com/hibiken/asynq"
	"github.com/redis/go-redis/v9"

	"livetail/internal/wire"
)

// ServeOptions configures Serve.
type ServeOptions struct {
	Redis redis.UniversalClient // asynq's own; the caller closes it
	Bus   Bus
	Names wire.Names
	Host  string
	// Look is how often the queue is asked for a job when nobody knocks, since pub/sub loses, and asynq puts back what a dead worker
	// held; 250 ms.
	Look time.Duration
	// Most is how many jobs are held at once, those that only wait for a place included.
	Most int
	// Handle carries a job from hello to its end. It is not told when asynq loses patience, since that says nothing about the tail.
	// A job that it has an error for is put back for a second: asynq may begin one more when it was told to stop.
	Handle func(wire.Job, wire.TailID) error
	// Stop is called when ctx has ended and no more jobs are taken; it returns when all handlers have.
	Stop func()
	Log  *slog.Logger
}

// Serve takes jobs of a host's queue until ctx ends, then stops in order.
func Serve(ctx context.Context, o ServeOptions) error {
	if o.Look == 0 {
		o.Look = 250 * time.Millisecond
	}
	queue, unsubscribe := listen(ctx, o)
	defer unsubscribe()
	server := asynq.NewServerFromRedisClient(queue, asynq.Config{
		Concurrency:              o.Most,
		Queues:                   map[string]int{o.Names.Queue(o.Host): 1},
		TaskCheckInterval:        time.Millisecond, // its question waits by itself
		DelayedTaskCheckInterval: time.Second,
		RetryDelayFunc:           func(int, error, *asynq.Task) time.Duration { return time.Second },
		IsFailure:                func(error) bool { return false },
		ShutdownTimeout:          500 * time.Millisecond, // the handlers are gone by then
		Logger:                   logger{o.Log},
		LogLevel:                 asynq.WarnLevel,
	})
	handler := asynq.HandlerFunc(func(_ context.Context, task *asynq.Task) error {
		job, tail, err := wire.ParseJob(task.Payload())
		if err != nil {
			o.Log.Warn("a job was not understood and is dropped", "cause", err)
			return nil
		}
		return o.Handle(job, tail)
	})
	if err := server.Start(handler); err != nil {
		return fmt.Errorf("starting to take jobs: %w", err)
	}
	<-ctx.Done()
	server.Stop()
	o.Stop()
	server.Shutdown()
	return nil
}

// logger gives asynq's words to slog. It warns on every failed poll, so what Redis's absence repeats is told as debug.
type logger struct{ log *slog.Logger }

func (l logger) Debug(args ...any) { l.log.Debug(fmt.Sprint(args...), "from", "asynq") }
func (l logger) Info(args ...any)  { l.log.Debug(fmt.Sprint(args...), "from", "asynq") }
func (l logger) Warn(args ...any)  { l.log.Debug(fmt.Sprint(args...), "from", "asynq") }
func (l logger) Error(args ...any) { l.log.Debug(fmt.Sprint(args...), "from", "asynq") }
func (l logger) Fatal(args ...any) { l.log.Error(fmt.Sprint(args...), "from", "asynq") }
