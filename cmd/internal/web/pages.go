package web

import (
	"net/http"
	"net/url"
	"strings"

	"livetail/auth"
	"livetail/templates"
)

func (s *site) list(w http.ResponseWriter, _ *http.Request, session *auth.Session) {
	s.written(s.pages.List(w, templates.List{User: session.User.Name, Admin: session.User.Admin, Version: s.Version}))
}

func (s *site) log(w http.ResponseWriter, r *http.Request, session *auth.Session) {
	log, ok := s.visible(r, session.User)
	if !ok {
		s.noSuchLog(w, session.User.Name)
		return
	}
	entry, _, known := s.find(log, session.User)
	switch {
	case known:
		s.written(s.pages.Viewer(w, templates.Viewer{User: session.User.Name, Host: log.Host, ID: log.ID, Name: entry.Name,
			Group: entry.Group, Admin: session.User.Admin, Version: s.Version}))
	case s.Catalogue.Ready():
		s.noSuchLog(w, session.User.Name)
	default:
		s.pageOfLater(w, stillAsks)
	}
}

func (s *site) noSuchLog(w http.ResponseWriter, user string) {
	s.problem(w, templates.Problem{Status: http.StatusNotFound, Title: "no such log", Words: noSuchLog, Link: "/", LinkText: "all logs", User: user})
}

// notFound answers for all that is no route.
func (s *site) notFound(w http.ResponseWriter, r *http.Request) {
	if strings.HasPrefix(r.URL.Path, s.Base+"/api/") || strings.HasPrefix(r.URL.Path, "/api/") {
		s.say404(w, r)
		return
	}
	s.problem(w, templates.Problem{Status: http.StatusNotFound, Title: "nothing is here", Words: "this address belongs to no page",
		Link: "/", LinkText: "all logs"})
}

// foreign answers what came from a page of another site and wanted to change something.
func (s *site) foreign(w http.ResponseWriter, r *http.Request) {
	s.Log.Info("a page of another site tried something", "origin", r.Header.Get("Origin"), "path", r.URL.Path)
	s.problem(w, templates.Problem{Status: http.StatusForbidden, Title: "not from here",
		Words: "this came from a page of another site, or through a proxy that hides which; where a proxy is in front, web.public_url must be written",
		Link:  "/", LinkText: "all logs"})
}

func (s *site) pageOf503(w http.ResponseWriter, _ *http.Request) { s.pageOfLater(w, redisAway) }

func (s *site) pageOfLater(w http.ResponseWriter, words string) {
	w.Header().Set("Retry-After", retryRedis)
	w.Header().Set("Refresh", retryRedis)
	s.problem(w, templates.Problem{Status: http.StatusServiceUnavailable, Title: "a moment, please", Words: words})
}

func (s *site) problem(w http.ResponseWriter, p templates.Problem) { s.written(s.pages.Problem(w, p)) }

// written notes that a page could not be written. Mostly the browser went away.
func (s *site) written(err error) {
	if err != nil {
		s.Log.Debug("writing a page", "error", err)
	}
}

func (s *site) signInPath(next string) string {
	return s.Base + "/signin?" + url.Values{"next": {next}}.Encode()
}

// redirect leads to a path of ours by a GET. http.Redirect would clean it, and write a body.
func redirect(w http.ResponseWriter, to string) {
	w.Header().Set("Location", to)
	w.WriteHeader(http.StatusSeeOther)
}
