package stops

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/redis/go-redis/v9"

	"livetail/internal/wire"
)

const (
	// most is how many logs may be stopped.
	most = 1000
	// remembered is how long a stop outlives the last web process that looked.
	remembered = 7 * 24 * time.Hour
	// maxSealed is how much of Redis is looked at for one stop.
	maxSealed = 4096
)

func (s *Stops) put(ctx context.Context, log wire.Log, stop Stop) error {
	if n, err := s.o.Redis.HLen(ctx, s.key).Result(); err != nil && !notHash(err) {
		return err
	} else if _, again := s.Find(log); n >= most && !again {
		return ErrFull
	} else if notHash(err) { // what is no hash is not ours
		if err := s.o.Redis.Del(ctx, s.key).Err(); err != nil {
			return err
		}
	}
	pipe := s.o.Redis.TxPipeline()
	pipe.HSet(ctx, s.key, log.String(), s.seal.Close(wire.Field(s.key, log.String()), stop.encode()))
	pipe.PExpire(ctx, s.key, remembered)
	_, err := pipe.Exec(ctx)
	return err
}

func (s *Stops) drop(ctx context.Context, log wire.Log) error {
	return s.o.Redis.HDel(ctx, s.key, log.String()).Err() // the key goes with its last field
}

// look asks Redis for all that there is. s.asking is held.
func (s *Stops) look(ctx context.Context) error {
	found := map[wire.Log]Stop{}
	n, err := s.o.Redis.HLen(ctx, s.key).Result()
	switch {
	case notHash(err):
		s.take(found)
		return nil
	case err != nil:
		return fmt.Errorf("asking for stops: %w", err)
	case n > most:
		return fmt.Errorf("asking for stops: Redis holds %d, and %d may be", n, most)
	case n > 0:
		pipe := s.o.Redis.Pipeline()
		all := pipe.HGetAll(ctx, s.key)
		pipe.PExpire(ctx, s.key, remembered)
		if _, err := pipe.Exec(ctx); err != nil {
			return fmt.Errorf("asking for stops: %w", err)
		}
		for name, sealed := range all.Val() {
			if log, stop, ok := s.open(name, sealed); ok {
				found[log] = stop
			}
		}
	}
	s.take(found)
	return nil
}

// open is one field, if this installation wrote it there.
func (s *Stops) open(name, sealed string) (wire.Log, Stop, bool) {
	host, id, _ := strings.Cut(name, "/")
	log := wire.Log{Host: host, ID: id}
	if len(sealed) > maxSealed || log.Check() != nil {
		return log, Stop{}, false
	}
	body, ok := s.seal.Open(wire.Field(s.key, name), sealed)
	if !ok {
		return log, Stop{}, false
	}
	stop, err := parse(body)
	return log, stop, err == nil
}

func notHash(err error) bool { return redis.HasErrorPrefix(err, "WRONGTYPE") }

// newSeal signs stops, so that write access to Redis stops no log, and moves no stop to another.
func newSeal(secret []byte) wire.TextSeal { return wire.NewTextSeal(secret, "livetail stops") }
