package web

import (
	"net/http"
	"net/url"
	"path"
	"strings"
)

// belowBase lets mux see paths without the base path, whether or not a proxy has stripped it. mux never answers for what
// is no route: it would redirect to what may be one, and out of the base path.
func (s *site) belowBase(mux *http.ServeMux) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if s.Base != "" && r.URL.Path == s.Base {
			redirect(w, s.Base+"/") // the cookie is for what is below
			return
		}
		// A path may begin like the base path although a proxy has stripped that: the route that fits decides.
		if stripped, ok := strip(s.Base, r); ok && fits(mux, stripped) {
			mux.ServeHTTP(w, stripped)
		} else if fits(mux, r) {
			mux.ServeHTTP(w, r)
		} else {
			s.notFound(w, r)
		}
	})
}

// fits says whether a route would answer: its pattern has a method before the path.
func fits(mux *http.ServeMux, r *http.Request) bool {
	_, pattern := mux.Handler(r)
	return clean(r.URL.Path) && strings.Contains(pattern, " ")
}

func clean(p string) bool {
	if p == "/" {
		return true
	}
	return strings.HasPrefix(p, "/") && path.Clean(p) == strings.TrimSuffix(p, "/")
}

func strip(base string, r *http.Request) (*http.Request, bool) {
	p, ok := cut(r.URL.Path, base)
	if base == "" || !ok {
		return r, false
	}
	raw := ""
	if r.URL.RawPath != "" {
		if raw, ok = cut(r.URL.RawPath, base); !ok {
			return r, false
		}
	}
	r2 := *r
	u := *r.URL
	u.Path, u.RawPath = p, raw
	r2.URL = &u
	return &r2, true
}

func cut(p, base string) (string, bool) {
	rest, ok := strings.CutPrefix(p, base)
	if ok && rest == "" {
		return "/", true
	}
	return rest, ok && rest[0] == '/'
}

// here is the path of a request as the browser has it, base path included.
func (s *site) here(r *http.Request) string {
	u := url.URL{Path: r.URL.Path, RawPath: r.URL.RawPath}
	p := u.EscapedPath()
	if r.URL.RawQuery != "" {
		p += "?" + r.URL.RawQuery
	}
	return s.Base + p
}

// localPath is next if it is a path of this site, else the list. Browsers take a backslash for a slash and leave out
// control characters, so that "/\host" and "/\t/host" are other sites.
func (s *site) localPath(next string) string {
	home := s.Base + "/"
	odd := func(c rune) bool { return c <= ' ' || c == 0x7f || c == '\\' || c > 0x7e }
	if len(next) > 2048 || !strings.HasPrefix(next, home) || strings.ContainsFunc(next, odd) {
		return home
	}
	u, err := url.Parse(next)
	if err != nil || u.Scheme != "" || u.Host != "" || u.User != nil || !clean(u.Path) {
		return home
	}
	return next
}
