package web

import (
	"context"
	"net/http"
	"time"
)

// health says that the process answers.
func (s *site) health(w http.ResponseWriter, _ *http.Request) {
	s.sayJSON(w, http.StatusOK, struct {
		OK bool `json:"ok"`
	}{true})
}

// ready says that Redis answers too, and has told which logs there are, without which nobody is served.
func (s *site) ready(w http.ResponseWriter, r *http.Request) {
	ctx, cancel := context.WithTimeout(r.Context(), 2*time.Second)
	defer cancel()
	if err := s.Ready(ctx); err != nil {
		s.say503(w, r)
		return
	}
	if !s.knows() {
		s.sayUnknown(w)
		return
	}
	s.health(w, r)
}

// knows says whether Redis has told which logs there are, and which are stopped.
func (s *site) knows() bool { return s.Catalogue.Ready() && s.Stops.Ready() }

// learn waits until that is known: a moment after the start, in which people shall not hear of trouble that there is not. It does
// not wait for long, since there may be some.
func (s *site) learn(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, s.pace.learn)
	defer cancel()
	for !s.knows() {
		select {
		case <-ctx.Done():
			return
		case <-s.stopping:
			return
		case <-time.After(10 * time.Millisecond):
		}
	}
}
