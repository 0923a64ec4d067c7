package auth

import (
	"context"
	"errors"
	"net/http"
	"time"
)

// Session is one sign-in of one browser.
type Session struct {
	Key     string // hash of the id in the cookie: safe to log and to tell, of no use to sign in
	User    User   // as the config has it now
	Started time.Time
}

// Session gives the session of a request and extends its idle time. The error is ErrSignedOut or wraps ErrUnavailable.
// It asks Redis each time.
func (a *Auth) Session(r *http.Request) (*Session, error) {
	s, err := a.store.New(r, a.opt.CookieName)
	if err != nil {
		return nil, err
	}
	rec, ok := s.Values[recordKey{}].(record)
	if s.IsNew || !ok {
		return nil, ErrSignedOut
	}
	return a.sessionOf(keyOf(s.ID), rec), nil
}

func (a *Auth) sessionOf(key string, rec record) *Session {
	return &Session{Key: key, User: a.users[rec.User], Started: time.UnixMilli(rec.Started)}
}

// Touch extends the idle time of a session, as an open tail is activity. ErrSignedOut when the session is over.
func (a *Auth) Touch(ctx context.Context, key string) error {
	_, err := a.ask(ctx, key, true)
	return err
}

// End ends a session everywhere. If Redis does not hear it, the error wraps ErrUnavailable; the session is nevertheless
// over in this process, and Run ends it in Redis later.
func (a *Auth) End(ctx context.Context, key string) error {
	a.memory.revoke(key)
	err := a.opt.Redis.Del(ctx, a.sessionKey(key)).Err()
	if told := a.opt.Tell(ctx, key); told != nil {
		a.opt.Log.Warn("other web processes were not told that a session ended; they will find out", "session", key, "error", told)
	}
	if err != nil {
		return unavailable(err)
	}
	return nil
}

// load is ask for the store, and save writes for it.
func (a *Auth) load(ctx context.Context, key string) (record, error) { return a.ask(ctx, key, true) }

func (a *Auth) save(ctx context.Context, key string, rec record) error {
	stamp, err := a.write(ctx, key, rec, "")
	if err == nil {
		a.memory.saw(key, rec, stamp)
	}
	return err
}

// ask judges a session by what was heard here, by Redis, by the clock and by the users there are. If it is over, those who
// watch it hear so.
func (a *Auth) ask(ctx context.Context, key string, extend bool) (record, error) {
	if a.memory.isRevoked(key) {
		return record{}, ErrSignedOut
	}
	got, err := a.read(ctx, key)
	if err != nil {
		return record{}, err
	}
	if got.value == "" {
		return a.missing(ctx, key, got.stamp)
	}
	rec, ok := a.unseal(key, got.value)
	if !ok {
		a.opt.Log.Warn("a session in Redis was not written with this installation's secret", "session", key)
	}
	if _, alive := a.judge(rec); !ok || !alive {
		a.memory.close(key)
		return record{}, ErrSignedOut
	}
	if !a.memory.saw(key, rec, got.stamp) {
		return record{}, ErrSignedOut // it ended here while Redis was asked
	}
	if extend {
		a.extend(ctx, key, rec, got.ttl)
	}
	return rec, nil
}

// missing decides about a session that is not in Redis. If Redis lost it and somebody here still has it open, it is put
// back; otherwise it is over. Every web process judges for itself, by the stamp it saw the session with.
func (a *Auth) missing(ctx context.Context, key string, now stamp) (record, error) {
	rec, seen, watched := a.memory.watched(key)
	_, alive := a.judge(rec)
	if !watched || !alive || !now.forgot(seen) {
		a.memory.close(key)
		return record{}, ErrSignedOut
	}
	stamp, err := a.write(ctx, key, rec, seen.generation)
	if err != nil {
		return record{}, err
	}
	if !a.memory.saw(key, rec, stamp) { // it ended meanwhile: take it away again
		return record{}, errors.Join(ErrSignedOut, a.opt.Redis.Del(ctx, a.sessionKey(key)).Err())
	}
	a.opt.Log.Info("Redis had lost a session of an open page; it is put back", "session", key, "user", rec.User)
	return rec, nil
}
