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
	Names wire.Names
	Host  string
	// Most is how many jobs are held at once, those that only wait for a place included.
	Most int
	// Handle carries a job from hello to its end. It is not told when asynq loses patience, since that says nothing about the tail.
	Handle func(wire.Job, wire.TailID)
	// Stop is called when ctx has ended and no more jobs are taken; it returns when all handlers have.
	Stop func()
	Log  *slog.Logger
}

// Serve takes jobs of a host's queue until ctx ends, then stops in order.
func Serve(ctx context.Context, o ServeOptions) error {
	server := asynq.NewServerFromRedisClient(o.Redis, asynq.Config{
		Concurrency:              o.Most,
		Queues:                   map[string]int{o.Names.Queue(o.Host): 1},
		TaskCheckInterval:        50 * time.Millisecond, // there is no blocking pop; half of it is the price of a click, and 20 ms cost 2 % of a core
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
		o.Handle(job, tail)
		return nil
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
