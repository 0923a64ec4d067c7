package web

import (
	"net/http"

	"livetail/templates"
)

// routes is every route there is; each names its method, and belowBase answers what is none. What is private has a session
// before it is asked.
func (s *site) routes() *http.ServeMux {
	mux := http.NewServeMux()

	// For everybody.
	mux.HandleFunc("GET /signin", s.showSignIn)
	mux.HandleFunc("POST /signin", s.signIn)
	mux.HandleFunc("POST /signin/link", s.signInByLink)
	mux.HandleFunc("POST /signout", s.signOut)
	mux.Handle("GET /static/", s.pages.Static())
	mux.HandleFunc("GET /healthz", s.health)
	mux.HandleFunc("GET /readyz", s.ready)

	// Pages, for who is signed in; others are led to sign-in and back.
	page := private{s, s.leadToSignIn, s.pageOf503}
	mux.Handle("GET /{$}", templates.Compressed(page.only(s.list)))
	mux.Handle("GET /log/{host}/{id...}", templates.Compressed(page.only(s.log)))

	// The API, for who is signed in; others are told so.
	api := private{s, s.say401, s.say503}
	mux.Handle("GET /api/v1/logs", api.only(s.apiLogs))
	mux.Handle("GET /api/v1/logs/live", api.only(s.live))
	mux.Handle("GET /api/v1/log/{host}/{id...}", api.only(s.apiLog))
	mux.Handle("GET /api/v1/tail/{host}/{id...}", api.only(s.tail))
	mux.Handle("GET /api/v1/download/{host}/{id...}", api.only(s.download))
	mux.Handle("POST /api/v1/stop/{host}/{id...}", api.only(s.stop))
	mux.Handle("POST /api/v1/letgo/{host}/{id...}", api.only(s.letGo))

	// mux would lead from here to the same with a slash, and out of the base path.
	for _, path := range []string{"/static", "/log/{host}", "/api/v1/log/{host}", "/api/v1/tail/{host}", "/api/v1/download/{host}",
		"/api/v1/stop/{host}", "/api/v1/letgo/{host}"} {
		mux.HandleFunc(path, s.notFound)
	}
	return mux
}
