package auth

import (
	"context"
	"fmt"
	"net/http"
	"time"
)

// SignIn begins a session, always a new one, if name and password belong together. addr is where the request comes from,
// an IP address with or without port. The error is ErrWrong, a *SlowError, or wraps ErrUnavailable.
// Two passwords are hashed at a time; others wait, and hear a *SlowError after some seconds.
func (a *Auth) SignIn(w http.ResponseWriter, r *http.Request, name, password, addr string) (*Session, error) {
	ctx := r.Context()
	// Counted before it is known to be wrong: of a hundred at once only the first few are tried.
	attempt := a.slow.attempt(name, addr)
	if err := attempt.begin(ctx); err != nil {
		return nil, err
	}
	user, known := a.users[name]
	hash := user.Hash
	if !known {
		hash = a.decoyFor(name)
	}
	right, err := a.verify(ctx, hash, password)
	if err != nil {
		return nil, err
	}
	if !right || !known {
		// What is no name may be a password in the wrong field: it is not logged.
		a.opt.Log.Info("sign-in refused", "user", user.Name, "known", known, "address", addr)
		return nil, ErrWrong
	}
	if err := attempt.forgive(ctx); err != nil {
		a.opt.Log.Warn("a right password was counted as wrong", "user", name, "error", err)
	}
	return a.begin(w, r, user)
}

// SignInAs begins a session without a password, for somebody who proved who he is in another way.
// ErrWrong if there is no such user.
func (a *Auth) SignInAs(w http.ResponseWriter, r *http.Request, name string) (*Session, error) {
	user, known := a.users[name]
	if !known {
		return nil, ErrWrong
	}
	return a.begin(w, r, user)
}

// begin makes a session and ends the one the browser had, whose cookie it overwrites: nobody could sign it out any more.
func (a *Auth) begin(w http.ResponseWriter, r *http.Request, user User) (*Session, error) {
	before, had := a.store.id(r, a.opt.CookieName)
	rec := a.newRecord(user)
	s := a.store.blank(a.opt.CookieName)
	s.Values[recordKey{}] = rec
	if err := s.Save(r, w); err != nil {
		return nil, fmt.Errorf("beginning a session: %w", err)
	}
	if had {
		ctx, cancel := lasting(r.Context())
		defer cancel()
		if err := a.End(ctx, keyOf(before)); err != nil {
			a.opt.Log.Warn("the session before could not be ended yet", "error", err)
		}
	}
	key := keyOf(s.ID)
	a.opt.Log.Info("signed in", "user", user.Name, "session", key)
	return a.sessionOf(key, rec), nil
}

// SignOut ends the session of a request, everywhere, and takes the cookie away, both also when there is nothing to end.
// An error wraps ErrUnavailable; see End for what that means.
func (a *Auth) SignOut(w http.ResponseWriter, r *http.Request) error {
	s := a.store.blank(a.opt.CookieName)
	s.ID, _ = a.store.id(r, a.opt.CookieName)
	s.Options.MaxAge = -1
	ctx, cancel := lasting(r.Context())
	defer cancel()
	if err := s.Save(r.WithContext(ctx), w); err != nil {
		return fmt.Errorf("signing out: %w", err)
	}
	return nil
}

// lasting is a context for what must be done even if the browser goes away meanwhile.
func lasting(ctx context.Context) (context.Context, context.CancelFunc) {
	return context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
}

// decoyFor always gives the same name the same cost, as if it were a user's.
func (a *Auth) decoyFor(name string) string {
	sum := sign(a.keys.name, "decoy", name)
	var n int
	fmt.Sscanf(sum[:6], "%x", &n)
	return a.decoys[n%len(a.decoys)]
}

// verify hashes in one of few slots, so that many sign-ins at once take time and not memory.
func (a *Auth) verify(ctx context.Context, hash, password string) (bool, error) {
	patience := time.NewTimer(10 * time.Second)
	defer patience.Stop()
	select {
	case a.slots <- struct{}{}:
		defer func() { <-a.slots }()
		return Verify(hash, []byte(password)), nil
	case <-ctx.Done():
		return false, unavailable(ctx.Err())
	case <-patience.C:
		return false, &SlowError{After: 2 * time.Second}
	}
}
