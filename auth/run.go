package auth

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/redis/go-redis/v9"
)

// Run keeps memory and Redis true to each other until ctx ends, and then returns nil. Every Recheck it asks about the
// watched sessions, so that an end nobody told is noticed, and repeats the ends that Redis did not hear. Ten times as often
// it looks whether Redis forgot, and if so does all that at once, which puts back the sessions of open pages.
func (a *Auth) Run(ctx context.Context) error {
	tick := time.NewTicker(a.opt.Recheck / 10)
	defer tick.Stop()
	var r rounds
	for {
		a.round(ctx, &r)
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
	}
}

// rounds is what Run remembers from one look to the next.
type rounds struct {
	n    int
	last stamp
	down bool
}

func (a *Auth) round(ctx context.Context, r *rounds) {
	now, err := a.look(ctx)
	if err == nil && (r.n%10 == 0 || r.down || now.forgot(r.last)) {
		err = a.recheck(ctx)
	}
	r.n++
	if ctx.Err() != nil {
		return
	}
	if (err != nil) != r.down {
		r.down = err != nil
		a.opt.Log.Info("asking Redis about sessions", "works", !r.down, "error", err)
	}
	if err != nil {
		a.expire()
		return
	}
	r.last = now
}

// recheck gives up at the first trouble with Redis, which concerns all.
func (a *Auth) recheck(ctx context.Context) error {
	if err := a.endAgain(ctx); err != nil {
		return err
	}
	for _, key := range a.memory.allWatched() {
		if _, err := a.ask(ctx, key, false); err != nil && !errors.Is(err, ErrSignedOut) {
			return err
		}
	}
	return nil
}

// endAgain takes away sessions that were ended and are in Redis after all: it did not hear, it was restored from an older
// dump, or another web process, which was not told, has put them back.
func (a *Auth) endAgain(ctx context.Context) error {
	for keys := range slices.Chunk(a.memory.allRevoked(), 500) {
		gone := make([]*redis.IntCmd, len(keys))
		if _, err := a.opt.Redis.Pipelined(ctx, func(p redis.Pipeliner) error {
			for i, key := range keys {
				gone[i] = p.Del(ctx, a.sessionKey(key))
			}
			return nil
		}); err != nil {
			return unavailable(err)
		}
		for i, key := range keys {
			if gone[i].Val() == 0 {
				continue
			}
			if err := a.opt.Tell(ctx, key); err != nil {
				a.opt.Log.Warn("other web processes were not told that a session ended; they will find out", "session", key, "error", err)
			}
		}
	}
	return nil
}

// expire ends what is over by the clock alone, while Redis cannot be asked.
func (a *Auth) expire() {
	for _, key := range a.memory.allWatched() {
		rec, _, seen := a.memory.watched(key)
		if _, alive := a.judge(rec); seen && !alive {
			a.memory.close(key)
		}
	}
}
