package catalogue

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/redis/go-redis/v9"
)

// claim waits until the host's name is free, and makes it this machine's. It is taken while another machine's beats still come.
func (a *Announcer) claim(ctx context.Context) error {
	var first time.Duration
	var since time.Time
	for reserved := false; ; {
		asked := a.o.Now()
		st, err := a.look(ctx)
		foreign := err == nil && st.found && st.head.Machine != a.o.Machine && !st.head.Bye && st.silent < a.away()
		if err == nil && !foreign {
			if reserved {
				return nil
			}
			if reserved, err = a.reserve(ctx); reserved {
				continue // somebody may have announced it between the look and this
			}
		}
		if foreign {
			if reserved {
				a.o.Redis.Del(ctx, a.claimKey) // what is left of it ends by itself
				reserved = false
			}
			if since.IsZero() {
				first, since = st.silent, a.o.Now()
			}
			// Without a new beat the silence would have grown by all the time since the first look, or more: Redis, or we, may be slow.
			if st.silent+a.o.Every/4 < first+asked.Sub(since) {
				return a.taken()
			}
		} else {
			a.trouble(ctx, err)
		}
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(a.o.Every / 4):
		}
	}
}

// reserve keeps the name for this machine until its first announcement is stored: of two that start at once, one waits for that and
// sees it. Who dies in between has it for no longer than a silent one.
func (a *Announcer) reserve(ctx context.Context) (bool, error) {
	ok, err := a.o.Redis.SetNX(ctx, a.claimKey, a.o.Machine, a.away()).Result()
	if refused := redis.Error(nil); errors.As(err, &refused) {
		return true, nil // a Redis that is full keeps no announcement either
	}
	if ok || err != nil {
		return ok, err
	}
	holder, err := a.o.Redis.Get(ctx, a.claimKey).Result()
	if errors.Is(err, redis.Nil) {
		return false, nil
	}
	return holder == a.o.Machine, err
}

func (a *Announcer) taken() error {
	return fmt.Errorf("%s is already served by another machine; give this one another worker.host: %w", a.o.Host, ErrHostTaken)
}
