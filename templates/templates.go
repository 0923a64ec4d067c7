// Package templates is what people see: html/template pages, plain ES modules and CSS, all embedded.
// It knows nothing of logs, users or sockets: it is handed words and names, and writes them out escaped.
package templates

import (
	"bytes"
	"embed"
	"fmt"
	"html/template"
	"net/http"
	"regexp"
	"strings"
)

// Policy is the Content-Security-Policy under which every page works: there is no inline script, style or handler.
const Policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; " +
	"form-action 'self'; base-uri 'none'; frame-ancestors 'none'"

//go:embed *.html
var pageFiles embed.FS

// SignIn is the page that asks for name and password, and posts the secret of a single-use link.
type SignIn struct {
	Next     string // path to go on to afterwards
	Name     string // what was typed before
	Problem  string // why it did not work, in words; "" the first time
	Insecure string // words shown instead of the form where the cookie cannot work, such as a public https URL opened over http
}

// List is the first page: the logs that this user may see. The page asks the API for them itself.
type List struct {
	User    string
	Admin   bool
	Version string // of the server: a page that meets another one later says so
}

// Viewer is the page of one log.
type Viewer struct {
	User, Host, ID, Name, Group string
	Admin                       bool   // may stop the log for everybody
	Version                     string // as List has it
}

// Problem is a page that says what is wrong, and what to do.
type Problem struct {
	Status         int
	Title, Words   string
	Link, LinkText string // where to go; Link is a path below the base path, "/" being the list. "": no link
	User           string // "" when signed out
}

// Pages writes pages. It is safe for concurrent use.
type Pages struct {
	base   string
	assets *assets
	sets   map[string]*template.Template
}

var goodBase = regexp.MustCompile(`^(/[A-Za-z0-9._~-]+)*$`)

// New parses all pages, each as a set of its own, so that a typo fails at start and not at a click. base is in front of
// every path: "" or "/x" or "/x/y".
func New(base string) (*Pages, error) {
	if !goodBase.MatchString(base) {
		return nil, fmt.Errorf("base path %q: want nothing or /path, without a slash at its end", base)
	}
	static, err := loadAssets()
	if err != nil {
		return nil, fmt.Errorf("embedded files: %w", err)
	}
	p := &Pages{base: base, assets: static, sets: map[string]*template.Template{}}
	for _, page := range []string{"signin", "list", "viewer", "problem"} {
		set, err := template.New("layout.html").Funcs(p.funcs()).ParseFS(pageFiles, "layout.html", page+".html")
		if err != nil {
			return nil, fmt.Errorf("page %s: %w", page, err)
		}
		p.sets[page] = set
	}
	return p, nil
}

func (p *Pages) funcs() template.FuncMap {
	return template.FuncMap{
		"base":   func() string { return p.base },
		"static": func(name string) (string, error) { return p.assets.url(p.base, name) },
		"dir":    func(name string) string { return name[:strings.LastIndexByte(name, '/')+1] },
		"last":   func(name string) string { return name[strings.LastIndexByte(name, '/')+1:] },
	}
}

// SignIn writes the sign-in page.
func (p *Pages) SignIn(w http.ResponseWriter, status int, d SignIn) error {
	return p.write(w, status, "signin", d)
}

// List writes the first page.
func (p *Pages) List(w http.ResponseWriter, d List) error {
	return p.write(w, http.StatusOK, "list", d)
}

// Viewer writes the page of one log.
func (p *Pages) Viewer(w http.ResponseWriter, d Viewer) error {
	return p.write(w, http.StatusOK, "viewer", d)
}

// Problem writes a page that says what is wrong. Status 0 means 500.
func (p *Pages) Problem(w http.ResponseWriter, d Problem) error {
	if d.Status == 0 {
		d.Status = http.StatusInternalServerError
	}
	return p.write(w, d.Status, "problem", d)
}

// write makes the whole page first, so that one that fails half-way is never sent as if it were good.
func (p *Pages) write(w http.ResponseWriter, status int, page string, data any) error {
	var out bytes.Buffer
	if err := p.sets[page].Execute(&out, data); err != nil {
		return fmt.Errorf("page %s: %w", page, err)
	}
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Cache-Control", "no-store") // names of users and logs; and the back button must not show a signed-out user's page
	w.WriteHeader(status)
	if _, err := w.Write(out.Bytes()); err != nil {
		return fmt.Errorf("page %s: %w", page, err)
	}
	return nil
}
