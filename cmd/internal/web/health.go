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

// ready says that Redis answers too, without which nobody is served.
func (s *site) ready(w http.ResponseWriter, r *http.Request) {
	ctx, cancel := context.WithTimeout(r.Context(), 2*time.Second)
	defer cancel()
	if err := s.Ready(ctx); err != nil {
		s.say503(w, r)
		return
	}
	s.health(w, r)
}
