package web

import (
	"errors"
	"net/http"

	"livetail/auth"
	"livetail/internal/catalogue"
	"livetail/internal/wire"
)

// private is a group of routes for who is signed in.
type private struct {
	site        *site
	signedOut   http.HandlerFunc
	unavailable http.HandlerFunc
}

// only serves a route of the group. The session comes as an argument, so that no handler can forget to ask for it.
func (p private) only(serve func(http.ResponseWriter, *http.Request, *auth.Session)) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		session, err := p.site.Auth.Session(r)
		switch {
		case err == nil:
			p.site.learn(r.Context())
			serve(w, r, session)
		case errors.Is(err, auth.ErrSignedOut):
			p.signedOut(w, r)
		default:
			p.site.Log.Warn("a session could not be checked", "error", err)
			p.unavailable(w, r)
		}
	})
}

// visible is the log that a path names, if this user may see it. No answer after a false one may tell why. Whether the
// log exists is nobody's business before.
func (s *site) visible(r *http.Request, user auth.User) (wire.Log, bool) {
	log := wire.Log{Host: r.PathValue("host"), ID: r.PathValue("id")}
	return log, log.Check() == nil && s.Auth.May(user, log.Host, log.ID)
}

// find is what is known of a log. One that is stopped stays known to administrators when its host has it no more: that it is
// stopped, and how to let it go on, is all that there is to it.
func (s *site) find(log wire.Log, user auth.User) (catalogue.Entry, catalogue.Host, bool) {
	entry, host, ok := s.Catalogue.Find(log)
	if _, stopped := s.Stops.Find(log); !ok && stopped && user.Admin {
		return catalogue.Entry{ID: log.ID, Name: log.ID, Age: -1}, host, true
	}
	return entry, host, ok
}

// asked is the log that a path of the API names and what is known of it, if there is one that this user may see. If not, that
// is answered.
func (s *site) asked(w http.ResponseWriter, r *http.Request, user auth.User) (log wire.Log, entry catalogue.Entry, host catalogue.Host, ok bool) {
	if log, ok = s.visible(r, user); !ok {
		s.say404(w, r)
		return
	}
	switch entry, host, ok = s.find(log, user); {
	case ok:
	case s.Catalogue.Ready():
		s.say404(w, r)
	default:
		s.sayUnknown(w)
	}
	return
}
