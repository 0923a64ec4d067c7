package web

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"net/http"

	"livetail/auth"
	"livetail/consumer"
	"livetail/internal/wire"
)

// tail opens the socket of one log. A page cannot read why that is refused, so it asks apiLog before: both say the same.
func (s *site) tail(w http.ResponseWriter, r *http.Request, session *auth.Session) {
	log, entry, _, ok := s.asked(w, r, session.User)
	if !ok {
		return
	}
	stopped, unwatch := s.Stops.Watch(log)
	if s.refuseStopped(w, log, session.User) {
		unwatch()
		return
	}
	ended, unhear := s.Auth.Watch(session.Key)
	s.sockets.Serve(w, r, consumer.Visit{
		User: session.User.Name, Asker: s.Asker(session.User.Name), Log: log, Lines: uint32(max(entry.Lines, 0)), Paths: session.User.Admin || entry.ShowPath,
		Ended: ended, Stopped: stopped, Release: func() { unhear(); unwatch() },
		Touch: func(ctx context.Context) bool { return !errors.Is(s.Auth.Touch(ctx, session.Key), auth.ErrSignedOut) },
	})
}

// asker is a user's name as workers and Redis may have it: the same each time, and unreadable.
func asker(secret []byte) func(user string) string {
	key := wire.DeriveKey(secret, "livetail who asks")
	return func(user string) string {
		h := hmac.New(sha256.New, key)
		h.Write([]byte(user))
		return hex.EncodeToString(h.Sum(nil)[:12])
	}
}
