package web

import (
	"errors"
	"fmt"
	"math"
	"net/http"
	"strconv"

	"livetail/auth"
	"livetail/templates"
)

// maxForm bounds what a stranger makes us read, in bytes.
const maxForm = 16 << 10

// leadToSignIn brings whoever asked for a page back to it afterwards.
func (s *site) leadToSignIn(w http.ResponseWriter, r *http.Request) {
	redirect(w, s.signInPath(s.here(r)))
}

func (s *site) showSignIn(w http.ResponseWriter, r *http.Request) {
	s.askAgain(w, r, http.StatusOK, templates.SignIn{Next: s.localPath(r.URL.Query().Get("next"))})
}

// askAgain shows the form, unless signing in could only lead back to it.
func (s *site) askAgain(w http.ResponseWriter, r *http.Request, status int, form templates.SignIn) {
	if s.cookieless(r) {
		form.Insecure = fmt.Sprintf("nobody can sign in here over plain http, since the public URL is https: go to %s%s/", s.PublicURL, s.Base)
	}
	s.written(s.pages.SignIn(w, status, form))
}

func (s *site) signIn(w http.ResponseWriter, r *http.Request) {
	r.Body = http.MaxBytesReader(w, r.Body, maxForm)
	if err := r.ParseForm(); err != nil {
		s.askAgain(w, r, http.StatusBadRequest, templates.SignIn{Next: s.localPath(""), Problem: "the form was not understood; try again"})
		return
	}
	form := templates.SignIn{Name: r.PostForm.Get("name"), Next: s.localPath(r.PostForm.Get("next"))}
	if s.cookieless(r) {
		s.askAgain(w, r, http.StatusBadRequest, form)
		return
	}
	_, err := s.Auth.SignIn(w, r, form.Name, r.PostForm.Get("password"), r.RemoteAddr)
	if err == nil {
		redirect(w, form.Next)
		return
	}
	status, words := s.notSignedIn(w, err)
	form.Problem = words
	s.askAgain(w, r, status, form)
}

func (s *site) notSignedIn(w http.ResponseWriter, err error) (status int, words string) {
	var slow *auth.SlowError
	switch {
	case errors.Is(err, auth.ErrWrong):
		return http.StatusUnauthorized, "name and password do not belong together"
	case errors.As(err, &slow):
		seconds := int(math.Ceil(slow.After.Seconds()))
		w.Header().Set("Retry-After", strconv.Itoa(seconds))
		return http.StatusTooManyRequests, fmt.Sprintf("too many tries; the next one counts in %s", seconds2words(seconds))
	}
	s.Log.Warn("signing in", "error", err)
	w.Header().Set("Retry-After", retryRedis)
	return http.StatusServiceUnavailable, "nobody can sign in now, since Redis cannot be reached; try again in a moment"
}

func seconds2words(n int) string {
	if n == 1 {
		return "1 second"
	}
	return fmt.Sprintf("%d seconds", n)
}

func (s *site) signInByLink(w http.ResponseWriter, r *http.Request) {
	r.Body = http.MaxBytesReader(w, r.Body, maxForm)
	if s.Links == nil || r.ParseForm() != nil {
		s.notFound(w, r)
		return
	}
	form := templates.SignIn{Next: s.localPath(r.PostForm.Get("next"))}
	if s.cookieless(r) { // before the link is used up
		s.askAgain(w, r, http.StatusBadRequest, form)
		return
	}
	user, ok := s.Links.Take(r.PostForm.Get("secret"))
	if !ok {
		form.Problem = "this link was used before, or is older than 10 minutes; sign in with name and password"
		s.askAgain(w, r, http.StatusUnauthorized, form)
		return
	}
	if _, err := s.Auth.SignInAs(w, r, user); err != nil {
		status, words := s.notSignedIn(w, err)
		form.Problem = words
		s.askAgain(w, r, status, form)
		return
	}
	redirect(w, form.Next)
}

// signOut ends the session and its sockets, here and on every web process.
func (s *site) signOut(w http.ResponseWriter, r *http.Request) {
	if err := s.Auth.SignOut(w, r); err != nil {
		s.Log.Warn("signing out", "error", err)
		s.problem(w, templates.Problem{Status: http.StatusServiceUnavailable, Title: "signed out here",
			Words: "you are signed out on this server; the others hear of it as soon as Redis can be reached", Link: "/signin", LinkText: "sign in"})
		return
	}
	redirect(w, s.Base+"/signin")
}
