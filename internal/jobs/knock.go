package jobs

import (
	"context"
	"time"

	"github.com/redis/go-redis/v9"
)

// patient is asynq's client as its server has it. asynq has no blocking pop: it asks for a job again and again, and whoever
// clicked waits for the next time. Here the question is answered when there is a job, or when nobody has knocked for a while.
// So is one that Redis refuses, being full or on its way up: asynq would ask again at once, thousands of times a second.
type patient struct {
	redis.UniversalClient
	pending string // the key that is asked for jobs
	look    time.Duration
	knocked <-chan struct{}
	stop    <-chan struct{}
}

// listen is asynq's client and hears knocks until unsubscribe.
func listen(ctx context.Context, o ServeOptions) (queue patient, unsubscribe func()) {
	knocked := make(chan struct{}, 1)
	_, unsubscribe = o.Bus.Subscribe(o.Names.Knock(o.Host), func([]byte) {
		select {
		case knocked <- struct{}{}:
		default:
		}
	})
	return patient{o.Redis, "asynq:{" + o.Names.Queue(o.Host) + "}:pending", o.Look, knocked, ctx.Done()}, unsubscribe
}

// EvalSha is how asynq runs its scripts; the one that takes a job names its key first.
func (p patient) EvalSha(ctx context.Context, sha string, keys []string, args ...any) *redis.Cmd {
	cmd := p.UniversalClient.EvalSha(ctx, sha, keys, args...)
	if len(keys) == 0 || keys[0] != p.pending || cmd.Err() == nil || redis.HasErrorPrefix(cmd.Err(), "NOSCRIPT") {
		return cmd
	}
	timer := time.NewTimer(p.look)
	defer timer.Stop()
	select {
	case <-p.knocked:
		return p.UniversalClient.EvalSha(ctx, sha, keys, args...)
	case <-timer.C:
	case <-p.stop:
	}
	return cmd
}
