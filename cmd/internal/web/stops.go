package web

import (
	"errors"
	"net/http"
	"time"

	"livetail/auth"
	"livetail/internal/stops"
	"livetail/internal/wire"
)

const (
	stateStopped = "stopped"
	adminsOnly   = "only an administrator may stop a log, or let it go on"
	retryStopped = 5 // seconds between a page's looks whether it may go on
	formBytes    = 4096
)

// stopJSON is what is told of a stop beside its words, as docs/PROTOCOL.md has it.
type stopJSON struct {
	By    string `json:"by,omitempty"` // for administrators
	AgeMS int64  `json:"age_ms"`
	Left  bool   `json:"left,omitempty"` // no host has the log any more
}

func (s *site) stopOf(log wire.Log, stop stops.Stop, user auth.User) *stopJSON {
	_, _, known := s.Catalogue.Find(log)
	told := &stopJSON{AgeMS: stop.Age(time.Now()).Milliseconds(), Left: !known && s.Catalogue.Ready()}
	if user.Admin {
		told.By = stop.By
	}
	return told
}

// refuseStopped answers for a log that is stopped, and for any while nobody can say whether it is.
func (s *site) refuseStopped(w http.ResponseWriter, log wire.Log, user auth.User) bool {
	stop, stopped := s.Stops.Find(log)
	switch {
	case stopped:
		s.sayJSON(w, http.StatusLocked, struct {
			refusal
			Stop *stopJSON `json:"stop"`
		}{refusal{stop.Words(), retryStopped}, s.stopOf(log, stop, user)})
	case !s.Stops.Ready():
		s.sayUnknown(w)
	default:
		return false
	}
	return true
}

// stop stops a log for everybody.
func (s *site) stop(w http.ResponseWriter, r *http.Request, session *auth.Session) {
	log, _, _, ok := s.asked(w, r, session.User)
	if !ok || !s.administrator(w, log, session.User) {
		return
	}
	r.Body = http.MaxBytesReader(w, r.Body, formBytes)
	reason, err := stops.Reason(r.PostFormValue("reason"))
	if err != nil {
		s.sayJSON(w, http.StatusBadRequest, refusal{Error: err.Error()})
		return
	}
	s.decided(w, "an administrator stops a log", log, session.User, reason, s.Stops.Stop(r.Context(), log, session.User.Name, reason))
}

// letGo lets a log go on, also one that its host does not have any more.
func (s *site) letGo(w http.ResponseWriter, r *http.Request, session *auth.Session) {
	log, ok := s.visible(r, session.User)
	if !ok {
		s.say404(w, r)
		return
	}
	if s.administrator(w, log, session.User) {
		s.decided(w, "an administrator lets a log go on", log, session.User, "", s.Stops.LetGo(r.Context(), log))
	}
}

func (s *site) administrator(w http.ResponseWriter, log wire.Log, user auth.User) bool {
	if !user.Admin {
		s.Log.Warn("somebody who is no administrator wanted to stop a log, or let it go on", "user", user.Name, "log", log.String())
		s.sayJSON(w, http.StatusForbidden, refusal{Error: adminsOnly})
	}
	return user.Admin
}

// decided says what an administrator did, to the page and to whoever reads our log.
func (s *site) decided(w http.ResponseWriter, what string, log wire.Log, user auth.User, reason string, err error) {
	switch {
	case err == nil:
		s.Log.Info(what, "user", user.Name, "log", log.String(), "reason", reason)
		s.sayJSON(w, http.StatusOK, struct {
			Words string `json:"words,omitempty"`
		}{reason})
	case errors.Is(err, stops.ErrFull):
		s.sayJSON(w, http.StatusTooManyRequests, refusal{Error: err.Error()})
	default:
		s.Log.Warn(what+", but Redis does not say that it keeps it", "user", user.Name, "log", log.String(), "error", err)
		s.say503(w, nil)
	}
}
