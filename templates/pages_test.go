package templates

import (
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/html"
)

const evil = `"><script>alert(1)</script><img src=x onerror='alert(2)'>` + "\u202e{{.}}"

// everyPage renders all pages with the same text in every field.
func everyPage(t *testing.T, base, text string) map[string]*html.Node {
	t.Helper()
	p, err := New(base)
	if err != nil {
		t.Fatal(err)
	}
	pages := map[string]func(http.ResponseWriter) error{
		"signin": func(w http.ResponseWriter) error {
			return p.SignIn(w, http.StatusUnauthorized, SignIn{Next: text, Name: text, Problem: text})
		},
		"signin insecure": func(w http.ResponseWriter) error { return p.SignIn(w, 200, SignIn{Insecure: text}) },
		"list":            func(w http.ResponseWriter) error { return p.List(w, List{User: text, Admin: true}) },
		"viewer": func(w http.ResponseWriter) error {
			return p.Viewer(w, Viewer{User: text, Host: text, ID: text, Name: text, Group: text, Version: text})
		},
		"problem": func(w http.ResponseWriter) error {
			return p.Problem(w, Problem{Status: 404, Title: text, Words: text, Link: "/", LinkText: text, User: text})
		},
	}
	out := map[string]*html.Node{}
	for name, write := range pages {
		w := httptest.NewRecorder()
		if err := write(w); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if got := w.Header().Get("Content-Type"); got != "text/html; charset=utf-8" {
			t.Errorf("%s: Content-Type %q", name, got)
		}
		if got := w.Header().Get("Cache-Control"); got != "no-store" {
			t.Errorf("%s: Cache-Control %q", name, got)
		}
		doc, err := html.Parse(w.Body)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		out[name] = doc
	}
	return out
}

func elements(doc *html.Node) []*html.Node {
	var out []*html.Node
	for n := range doc.Descendants() {
		if n.Type == html.ElementNode {
			out = append(out, n)
		}
	}
	return out
}

func attr(n *html.Node, name string) string {
	for _, a := range n.Attr {
		if a.Key == name {
			return a.Val
		}
	}
	return ""
}

// TestHTMLInjection: names, ids and words come from anywhere, and stay text.
func TestHTMLInjection(t *testing.T) {
	calm, attacked := everyPage(t, "/x", "calm"), everyPage(t, "/x", evil)
	for name, doc := range attacked {
		if got, want := len(elements(doc)), len(elements(calm[name])); got != want {
			t.Errorf("%s: %d elements, %d with a calm text", name, got, want)
		}
		found := false
		for n := range doc.Descendants() {
			found = found || n.Type == html.TextNode && strings.Contains(n.Data, "<script>alert(1)")
		}
		if !found {
			t.Errorf("%s: the text is not there as text", name)
		}
	}
	for _, n := range elements(attacked["viewer"]) {
		if n.Data == "body" && (attr(n, "data-id") != evil || attr(n, "data-host") != evil) {
			t.Errorf("the viewer's id is %q", attr(n, "data-id"))
		}
	}
}

// TestNothingInline: the policy forbids it, so it would not work anyway.
func TestNothingInline(t *testing.T) {
	for name, doc := range everyPage(t, "", "calm") {
		for _, n := range elements(doc) {
			if n.Data == "style" || n.Data == "script" && (n.FirstChild != nil || attr(n, "src") == "") {
				t.Errorf("%s: inline %s", name, n.Data)
			}
			for _, a := range n.Attr {
				if a.Key == "style" || strings.HasPrefix(a.Key, "on") || strings.HasPrefix(a.Val, "javascript:") {
					t.Errorf("%s: %s has %s=%q", name, n.Data, a.Key, a.Val)
				}
			}
		}
	}
}

// TestPolicy: what all of this relies on. Loosening it is a decision, not a detail.
func TestPolicy(t *testing.T) {
	want := []string{
		"base-uri 'none'", "connect-src 'self'", "default-src 'none'", "form-action 'self'", "frame-ancestors 'none'",
		"img-src 'self' data:", "script-src 'self'", "style-src 'self'",
	}
	got := strings.Split(Policy, "; ")
	if slices.Sort(got); !slices.Equal(got, want) {
		t.Errorf("policy %q, want %q", got, want)
	}
}

// TestNames: whoever does not see the page hears what each control is.
func TestNames(t *testing.T) {
	for name, doc := range everyPage(t, "", "calm") {
		for _, n := range elements(doc) {
			var text strings.Builder
			for d := range n.Descendants() {
				if d.Type == html.TextNode {
					text.WriteString(d.Data)
				}
			}
			labelled := attr(n, "aria-label") != "" || attr(n, "id") == "stop" || attr(n, "id") == "end" || attr(n, "id") == "changes" || attr(n, "data-part") == "wrap" // named by scripts
			switch {
			case n.Data == "button" && !labelled && len(strings.TrimSpace(text.String())) < 2,
				n.Data == "input" && attr(n, "type") != "hidden" && !labelled && n.Parent.Data != "label",
				attr(n, "role") == "log" && !labelled:
				t.Errorf("%s: a %s has no name", name, n.Data)
			}
		}
	}
}

// TestBasePath: whatever a page refers to is below the base path, and every file is there.
func TestBasePath(t *testing.T) {
	for _, base := range []string{"", "/x", "/x/y-1.z"} {
		p, err := New(base)
		if err != nil {
			t.Fatal(err)
		}
		for name, doc := range everyPage(t, base, "calm") {
			var metas []string
			for _, n := range elements(doc) {
				if n.Data == "meta" && attr(n, "name") == "livetail-base" {
					metas = append(metas, attr(n, "content"))
				}
				for _, key := range []string{"href", "src", "action"} {
					u := attr(n, key)
					if u == "" {
						continue
					}
					if !strings.HasPrefix(u, base+"/") || strings.HasPrefix(u, "//") {
						t.Errorf("%s: %s refers to %q, outside %q", name, n.Data, u, base)
					}
					if strings.Contains(u, "/static/") {
						wantFile(t, p, u)
					}
				}
			}
			if !slices.Equal(metas, []string{base}) {
				t.Errorf("%s: the scripts are told the base paths %q, want %q", name, metas, base)
			}
		}
	}
	for _, bad := range []string{"/", "x", "/x/", "//evil.example", "/a b", "/<x>"} {
		if _, err := New(bad); err == nil {
			t.Errorf("base path %q was taken", bad)
		}
	}
}

func wantFile(t *testing.T, p *Pages, url string) {
	t.Helper()
	for _, path := range []string{url, strings.TrimPrefix(url, p.base)} { // a proxy may strip the base path
		w := httptest.NewRecorder()
		p.Static().ServeHTTP(w, httptest.NewRequest("GET", path, nil))
		if w.Code != 200 || w.Body.Len() == 0 {
			t.Errorf("%s: status %d", path, w.Code)
		}
		if got := w.Header().Get("Cache-Control"); got != "public, max-age=31536000, immutable" {
			t.Errorf("%s: Cache-Control %q", path, got)
		}
		if got := w.Header().Get("X-Content-Type-Options"); got != "nosniff" {
			t.Errorf("%s: X-Content-Type-Options %q", path, got)
		}
	}
}

func TestProblemStatus(t *testing.T) {
	p, err := New("")
	if err != nil {
		t.Fatal(err)
	}
	for give, want := range map[int]int{0: 500, 404: 404} {
		w := httptest.NewRecorder()
		if err := p.Problem(w, Problem{Status: give, Title: "t", Words: "w"}); err != nil || w.Code != want {
			t.Errorf("status %d became %d (%v)", give, w.Code, err)
		}
		if strings.Contains(w.Body.String(), "signout") {
			t.Error("a problem without a user offers to sign out")
		}
	}
	w := httptest.NewRecorder()
	if err := p.Problem(w, Problem{Link: "javascript:alert(1)", LinkText: "x"}); err != nil || strings.Contains(w.Body.String(), `"javascript:`) {
		t.Errorf("a link that is a script: %v", err)
	}
}
