package web

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"time"

	"livetail/auth"
)

// pace is how often a live list does what, and how long requests wait.
type pace struct {
	look  time.Duration // at the catalogue
	beat  time.Duration // when there is nothing to say
	touch time.Duration // of the session
	stuck time.Duration // a browser that takes nothing for so long is gone
	learn time.Duration // a request waits for so long until a process that has just started knows all logs
}

var usualPace = pace{look: time.Second, beat: 5 * time.Second, touch: time.Minute, stuck: 30 * time.Second, learn: 3 * time.Second}

// live is apiLogs that goes on: first all, then what changes, for as long as the session and the browser are there. Nothing
// is kept for a slow browser: it is told later, and then what is.
func (s *site) live(w http.ResponseWriter, r *http.Request, session *auth.Session) {
	if !s.Catalogue.Ready() {
		s.sayUnknown(w)
		return
	}
	leave, full := s.lists.enter(session.User.Name)
	if full != "" {
		w.Header().Set("Retry-After", "10")
		s.sayJSON(w, http.StatusTooManyRequests, refusal{full, 10})
		return
	}
	defer leave()
	ended, release := s.Auth.Watch(session.Key)
	defer release()
	ctx, cancel := context.WithCancel(r.Context())
	defer cancel()

	h := w.Header()
	h.Set("Content-Type", "application/x-ndjson; charset=utf-8")
	h.Set("Cache-Control", "no-store, no-transform")
	h.Set("X-Accel-Buffering", "no") // nginx would keep it until its buffer is full
	out := http.NewResponseController(w)
	// The server's deadline is for a request; what is left of it would end the stream.
	if err := out.SetReadDeadline(time.Time{}); err != nil && !errors.Is(err, http.ErrNotSupported) {
		s.Log.Debug("a live list", "error", err)
		return
	}
	w.WriteHeader(http.StatusOK)
	say := func(m *news) bool {
		if err := out.SetWriteDeadline(time.Now().Add(s.pace.stuck)); err != nil && !errors.Is(err, http.ErrNotSupported) {
			return false
		}
		return json.NewEncoder(w).Encode(m) == nil && out.Flush() == nil
	}
	s.tell(ctx, cancel, session, ended, say)
}

// tell says what is new until somebody ends it.
func (s *site) tell(ctx context.Context, cancel context.CancelFunc, session *auth.Session, ended <-chan struct{}, say func(*news) bool) {
	look, touch := time.NewTicker(s.pace.look), time.NewTicker(s.pace.touch)
	defer look.Stop()
	defer touch.Stop()
	reader := s.newReader(session.User)
	said := time.Time{}
	touched := make(chan struct{}, 1) // one at a time
	defer func() {
		cancel()
		touched <- struct{}{}
	}()
	for {
		m := reader.next()
		if m == nil && time.Since(said) >= s.pace.beat {
			m = &news{Say: "beat", Trouble: reader.trouble}
		}
		if m != nil {
			if !say(m) {
				return
			}
			said = time.Now()
		}
		select {
		case <-ctx.Done():
			return
		case <-ended:
			return
		case <-s.stopping:
			return
		case <-touch.C:
			select {
			case touched <- struct{}{}:
				go func() { // Redis may be away for long
					defer func() { <-touched }()
					_ = s.Auth.Touch(ctx, session.Key) // if it is over, whoever watches it hears so
				}()
			default:
			}
		case <-look.C:
		}
	}
}
