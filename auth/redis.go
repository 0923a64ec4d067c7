package auth

import (
	"context"
	"fmt"
	"strconv"
	"time"
)

// stamp tells whether Redis forgot: it is read with each session, out of the key <namespace>:installation. Written counts
// the sessions ever written, so it goes back when Redis is restored from an older dump; generation is random and new
// when the key was gone, or when somebody noticed that it went back.
type stamp struct {
	generation string
	written    int64
}

// forgot says whether Redis lost something between seen and s.
func (s stamp) forgot(seen stamp) bool {
	return s.generation != seen.generation || s.written < seen.written
}

// found is what Redis said about one session.
type found struct {
	value string // empty if there is none
	ttl   time.Duration
	stamp stamp
}

func (a *Auth) sessionKey(key string) string { return a.opt.Namespace + ":session:" + key }
func (a *Auth) markerKey() string            { return a.opt.Namespace + ":installation" }

// readScript and not a transaction: a full Redis refuses those, even when they only read.
const readScript = `
local session, marker = KEYS[1], KEYS[2]
return {redis.call('GET', session) or '', redis.call('PTTL', session),
  redis.call('HGET', marker, 'generation') or '', redis.call('HGET', marker, 'written') or ''}`

// read asks for session and stamp in one step, so that "gone" and "Redis was emptied" cannot be mixed up.
func (a *Auth) read(ctx context.Context, key string) (found, error) {
	answer, err := a.get.Run(ctx, a.opt.Redis, []string{a.sessionKey(key), a.markerKey()}).Slice()
	if err != nil {
		return found{}, unavailable(err)
	}
	if len(answer) != 4 {
		return found{}, unavailable(fmt.Errorf("%d values instead of 4", len(answer)))
	}
	value, _ := answer[0].(string)
	ttl, _ := answer[1].(int64)
	return found{value: value, ttl: time.Duration(ttl) * time.Millisecond, stamp: stampOf(answer[2:])}, nil
}

func stampOf(fields []any) (s stamp) {
	if len(fields) == 2 {
		s.generation, _ = fields[0].(string)
		count, _ := fields[1].(string)
		s.written, _ = strconv.ParseInt(count, 10, 64) // nonsense is 0: forgotten
	}
	return s
}

// writeScript writes a session. A generation that is known to have lost it is followed by a new one,
// once, whoever of several web processes notices first.
const writeScript = `
local marker, session = KEYS[1], KEYS[2]
local fresh, lost, value, ttl = ARGV[1], ARGV[2], ARGV[3], ARGV[4]
local generation = redis.call('HGET', marker, 'generation')
if not generation or generation == lost then
  generation = fresh
  redis.call('HSET', marker, 'generation', generation)
end
local written = redis.call('HINCRBY', marker, 'written', 1)
redis.call('SET', session, value, 'PX', ttl)
return {generation, tostring(written)}`

// write puts a session into Redis; lost is the generation in which it was seen and then lost, or nothing for a new one.
func (a *Auth) write(ctx context.Context, key string, rec record, lost string) (stamp, error) {
	value, err := a.seal(key, rec)
	if err != nil {
		return stamp{}, fmt.Errorf("writing a session: %w", err)
	}
	ttl := max(min(a.opt.Idle, a.left(rec)), time.Millisecond)
	answer, err := a.put.Run(ctx, a.opt.Redis, []string{a.markerKey(), a.sessionKey(key)},
		newGeneration(), lost, value, ttl.Milliseconds()).Slice()
	if err != nil {
		return stamp{}, unavailable(err)
	}
	return stampOf(answer), nil
}

// look reads the stamp alone, and makes one where there is none.
func (a *Auth) look(ctx context.Context) (stamp, error) {
	fields, err := a.opt.Redis.HMGet(ctx, a.markerKey(), "generation", "written").Result()
	if err != nil {
		return stamp{}, unavailable(err)
	}
	s := stampOf(fields)
	if s.generation == "" {
		if err := a.opt.Redis.HSetNX(ctx, a.markerKey(), "generation", newGeneration()).Err(); err != nil {
			return s, unavailable(err)
		}
	}
	return s, nil
}

// extend moves the end of idleness, at most once a minute, and never past the absolute end.
func (a *Auth) extend(ctx context.Context, key string, rec record, ttl time.Duration) {
	want, step := min(a.opt.Idle, a.left(rec)), min(time.Minute, a.opt.Idle/4)
	if ttl >= want-step && ttl <= want+step {
		return
	}
	if err := a.opt.Redis.PExpire(ctx, a.sessionKey(key), want).Err(); err != nil {
		a.opt.Log.Warn("a session could not be extended", "session", key, "error", err) // the next request tries again
	}
}

func newGeneration() string { return fmt.Sprintf("%x", random(16)) }

func unavailable(err error) error { return fmt.Errorf("%w: %w", ErrUnavailable, err) }
