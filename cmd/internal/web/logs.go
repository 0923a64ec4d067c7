package web

import (
	"encoding/json"
	"net/http"
	"strconv"

	"livetail/auth"
	"livetail/internal/catalogue"
)

const (
	noSuchLog  = "you may not see this log, or it does not exist"
	redisAway  = "livetail cannot reach Redis; this page goes on by itself"
	retryRedis = "3" // seconds
)

// logJSON and hostJSON are elements of the catalogue as docs/PROTOCOL.md has them.
type logJSON struct {
	Host  string  `json:"host"`
	ID    string  `json:"id"`
	Name  string  `json:"name"`
	Group string  `json:"group"`
	Size  int64   `json:"size"`
	AgeMS int64   `json:"age_ms"`
	Rate  float64 `json:"rate"`
	State string  `json:"state"`
	Why   string  `json:"why,omitempty"`
	Tails int     `json:"tails"`
}

type hostJSON struct {
	Host   string   `json:"host"`
	State  string   `json:"state"`
	AwayMS int64    `json:"away_ms"`
	Notes  []string `json:"notes"`
	Binary int      `json:"binary"`
}

func logOf(host string, e catalogue.Entry) logJSON {
	l := logJSON{host, e.ID, e.Name, e.Group, e.Size, -1, e.Rate, e.State, e.Why, e.Tails}
	if e.Age >= 0 {
		l.AgeMS = e.Age.Milliseconds()
	}
	return l
}

func hostState(h catalogue.Host) (string, int64) {
	if h.Away {
		return "away", h.AwayFor.Milliseconds()
	}
	return "here", 0
}

// apiLogs tells administrators all; others hear only of hosts with a log that they may see, and nothing about the rest
// of them.
func (s *site) apiLogs(w http.ResponseWriter, r *http.Request, session *auth.Session) {
	if !s.Catalogue.Ready() {
		s.say503(w, r)
		return
	}
	answer := struct {
		Hosts []hostJSON `json:"hosts"`
		Logs  []logJSON  `json:"logs"`
	}{[]hostJSON{}, []logJSON{}}
	seen := map[string]bool{}
	for _, item := range s.Catalogue.All() {
		if s.Auth.May(session.User, item.Log.Host, item.Log.ID) {
			answer.Logs = append(answer.Logs, logOf(item.Log.Host, item.Entry))
			seen[item.Log.Host] = true
		}
	}
	for _, h := range s.Catalogue.Hosts() {
		host := hostJSON{Host: h.Name, Notes: []string{}}
		host.State, host.AwayMS = hostState(h)
		switch {
		case session.User.Admin:
			host.Notes, host.Binary = append(host.Notes, h.Notes...), h.Binary
		case !seen[h.Name]:
			continue
		}
		answer.Hosts = append(answer.Hosts, host)
	}
	s.sayJSON(w, http.StatusOK, answer)
}

func (s *site) apiLog(w http.ResponseWriter, r *http.Request, session *auth.Session) {
	log, ok := s.visible(r, session.User)
	if !ok {
		s.say404(w, r)
		return
	}
	entry, host, known := s.Catalogue.Find(log)
	switch {
	case known:
		answer := struct {
			logJSON
			HostState string `json:"host_state"`
			AwayMS    int64  `json:"away_ms"`
		}{logJSON: logOf(log.Host, entry)}
		answer.HostState, answer.AwayMS = hostState(host)
		s.sayJSON(w, http.StatusOK, answer)
	case s.Catalogue.Ready():
		s.say404(w, r)
	default:
		s.say503(w, r)
	}
}

// refusal is every answer of the API that is none. Retry is in seconds, where trying again makes sense.
type refusal struct {
	Error string `json:"error"`
	Retry int    `json:"retry,omitempty"`
}

func (s *site) say401(w http.ResponseWriter, _ *http.Request) {
	s.sayJSON(w, http.StatusUnauthorized, refusal{Error: "signed out"})
}

func (s *site) say404(w http.ResponseWriter, _ *http.Request) {
	s.sayJSON(w, http.StatusNotFound, refusal{Error: noSuchLog})
}

func (s *site) say503(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Retry-After", retryRedis)
	retry, _ := strconv.Atoi(retryRedis)
	s.sayJSON(w, http.StatusServiceUnavailable, refusal{redisAway, retry})
}

func (s *site) sayJSON(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.WriteHeader(status)
	s.written(json.NewEncoder(w).Encode(v))
}
