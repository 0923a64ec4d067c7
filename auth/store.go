package auth

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"net/http"

	"github.com/gorilla/securecookie"
	"github.com/gorilla/sessions"
)

// store is a sessions.Store. The cookie holds nothing but a signed random id; what the id stands for is with the keeper,
// under the id's hash, so that who reads Redis or a log cannot make a cookie. An id that the keeper does not know is never
// adopted: Save makes a new one, so that nobody can give somebody else an id in advance.
type store struct {
	name    string
	codec   securecookie.Codec
	options sessions.Options
	keep    keeper
}

// keeper is where sessions live; errors are ErrSignedOut or wrap ErrUnavailable.
type keeper interface {
	load(ctx context.Context, key string) (record, error)
	save(ctx context.Context, key string, rec record) error
	End(ctx context.Context, key string) error
}

var _ sessions.Store = (*store)(nil)

// recordKey is where a sessions.Session carries its record.
type recordKey struct{}

func newStore(o Options, key []byte, keep keeper) *store {
	age := int(o.Absolute.Seconds())
	return &store{
		name: o.CookieName,
		// No age here: the record says when the session began, by the same clock as everything else.
		codec: securecookie.New(key, nil).SetSerializer(securecookie.NopEncoder{}).MaxAge(0),
		// Lax, as with Strict a link in a chat would lead to the sign-in page.
		options: sessions.Options{Path: o.CookiePath, MaxAge: age, Secure: o.Secure, HttpOnly: true, SameSite: http.SameSiteLaxMode},
		keep:    keep,
	}
}

// Get is New, remembered for the request. Whoever outlives the request must ask New, which asks Redis.
func (s *store) Get(r *http.Request, name string) (*sessions.Session, error) {
	return sessions.GetRegistry(r).Get(s, name)
}

// New gives the session of the request's cookie, or a new one without an id. The error, if any, is ErrUnavailable.
func (s *store) New(r *http.Request, name string) (*sessions.Session, error) {
	session := s.blank(name)
	id, ok := s.id(r, name)
	if !ok {
		return session, nil
	}
	rec, err := s.keep.load(r.Context(), keyOf(id))
	if errors.Is(err, ErrSignedOut) {
		return session, nil
	}
	if err != nil {
		return session, err
	}
	session.ID, session.IsNew = id, false
	session.Values[recordKey{}] = rec
	return session, nil
}

// Save begins a session that has no id, and ends one with a negative MaxAge. A session that has an id is kept as it is.
func (s *store) Save(r *http.Request, w http.ResponseWriter, session *sessions.Session) error {
	if session.Options.MaxAge < 0 {
		http.SetCookie(w, sessions.NewCookie(session.Name(), "", session.Options))
		if session.ID == "" {
			return nil
		}
		return s.keep.End(r.Context(), keyOf(session.ID))
	}
	if session.ID != "" {
		return nil
	}
	rec, ok := session.Values[recordKey{}].(record)
	if !ok {
		return errors.New("saving a session: it is nobody's")
	}
	id := string(random(32))
	value, err := s.codec.Encode(session.Name(), []byte(id))
	if err != nil {
		return fmt.Errorf("making a cookie: %w", err)
	}
	if err := s.keep.save(r.Context(), keyOf(id), rec); err != nil {
		return err
	}
	session.ID = id
	http.SetCookie(w, sessions.NewCookie(session.Name(), value, session.Options))
	return nil
}

func (s *store) blank(name string) *sessions.Session {
	session := sessions.NewSession(s, name)
	options := s.options
	session.Options, session.IsNew = &options, true
	return session
}

// id finds the first cookie of that name that we signed; a neighbour on the same host name may have set others.
func (s *store) id(r *http.Request, name string) (string, bool) {
	for _, c := range r.CookiesNamed(name) {
		var id []byte
		if err := s.codec.Decode(name, c.Value, &id); err == nil {
			return string(id), true
		}
	}
	return "", false
}

func keyOf(id string) string {
	sum := sha256.Sum256([]byte(id))
	return hex.EncodeToString(sum[:])
}
