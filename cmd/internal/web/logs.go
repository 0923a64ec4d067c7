package web

import (
	"cmp"
	"encoding/json"
	"net/http"
	"strconv"

	"livetail/auth"
	"livetail/internal/catalogue"
)

const (
	noSuchLog  = "you may not see this log, or it does not exist"
	redisAway  = "livetail cannot reach Redis; this page goes on by itself"
	stillAsks  = "livetail is still asking Redis which logs there are; this page goes on by itself"
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

	Usual    float64 `json:"usual,omitempty"`
	LineRate float64 `json:"line_rate,omitempty"`
	ErrRate  float64 `json:"error_rate,omitempty"`
	DiskFree int64   `json:"disk_free,omitempty"`
	DiskSize int64   `json:"disk_size,omitempty"`
	Ring     []byte  `json:"ring,omitempty"`

	Stop *stopJSON `json:"stop,omitempty"`
}

type hostJSON struct {
	Host    string   `json:"host"`
	State   string   `json:"state"`
	AwayMS  int64    `json:"away_ms"`
	Notes   []string `json:"notes"`
	Binary  int      `json:"binary"`
	NotText []string `json:"not_text,omitempty"`
}

func (s *site) logOf(user auth.User, i catalogue.Item) logJSON {
	e := i.Entry
	l := logJSON{Host: i.Log.Host, ID: e.ID, Name: e.Name, Group: e.Group, Size: e.Size, AgeMS: -1, Rate: e.Rate, State: e.State, Why: e.Why, Tails: e.Tails,
		Usual: e.Usual, LineRate: e.LineRate, ErrRate: e.ErrorRate, DiskFree: e.DiskFree, DiskSize: e.DiskSize}
	if e.Age >= 0 {
		l.AgeMS = e.Age.Milliseconds()
	}
	if i.Ring != nil {
		l.Ring = i.Ring[:]
	}
	if stop, ok := s.Stops.Find(i.Log); ok {
		l.State, l.Why, l.Stop = stateStopped, stop.Words(), s.stopOf(i.Log, stop, user)
	}
	return l
}

func hostState(h catalogue.Host) (string, int64) {
	if h.Away {
		return "away", h.AwayFor.Milliseconds()
	}
	return "here", 0
}

// apiLogs tells all that there is now.
func (s *site) apiLogs(w http.ResponseWriter, _ *http.Request, session *auth.Session) {
	if !s.Catalogue.Ready() {
		s.sayUnknown(w)
		return
	}
	m := s.newReader(session.User).next()
	answer := struct {
		Hosts   []hostJSON `json:"hosts"`
		Logs    []logJSON  `json:"logs"`
		Trouble string     `json:"trouble,omitempty"`
	}{append([]hostJSON{}, m.Hosts...), append([]logJSON{}, m.Logs...), m.Trouble}
	s.sayJSON(w, http.StatusOK, answer)
}

func (s *site) apiLog(w http.ResponseWriter, r *http.Request, session *auth.Session) {
	log, entry, host, ok := s.asked(w, r, session.User)
	if !ok || s.refuseStopped(w, log, session.User) {
		return
	}
	answer := struct {
		logJSON
		HostState string `json:"host_state"`
		AwayMS    int64  `json:"away_ms"`
		Zone      string `json:"zone,omitempty"`
		Layout    string `json:"layout,omitempty"`
	}{logJSON: s.logOf(session.User, catalogue.Item{Log: log, Entry: entry}), Zone: cmp.Or(entry.Zone, host.Zone), Layout: entry.Layout}
	answer.HostState, answer.AwayMS = hostState(host)
	s.sayJSON(w, http.StatusOK, answer)
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

func (s *site) say503(w http.ResponseWriter, _ *http.Request) { s.sayLater(w, redisAway) }

// sayUnknown answers while it is not known which logs there are, or which are stopped.
func (s *site) sayUnknown(w http.ResponseWriter) { s.sayLater(w, stillAsks) }

func (s *site) sayLater(w http.ResponseWriter, words string) {
	w.Header().Set("Retry-After", retryRedis)
	retry, _ := strconv.Atoi(retryRedis)
	s.sayJSON(w, http.StatusServiceUnavailable, refusal{words, retry})
}

func (s *site) sayJSON(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.WriteHeader(status)
	s.written(json.NewEncoder(w).Encode(v))
}
