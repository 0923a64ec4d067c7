//go:build linux

package e2e

import (
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"livetail/internal/browser"
	"livetail/internal/testredis"
)

// home is an empty home directory, and files beside it.
type home struct {
	t   testing.TB
	dir string
}

func (h home) state(name string) string { return filepath.Join(h.dir, "state", "livetail", name) }

// start runs livetail in the home until it has said how to open the page. Its standard output is a pipe.
func (h home) start(args ...string) (p *process, site string) {
	h.t.Helper()
	p = launch(h.t, "livetail", func(c *exec.Cmd) {
		c.Dir = h.dir
		c.Env = append(c.Env, "HOME="+h.dir, "XDG_STATE_HOME="+filepath.Join(h.dir, "state"))
	}, args...)
	return p, opened(p)
}

var openLine = regexp.MustCompile(`(?m)^open (http://127\.0\.0\.1:\d+)/$`)

// opened waits until livetail has said where its page is, and how to sign in, which is the last of its first lines.
func opened(p *process) string {
	p.t.Helper()
	p.hears(&p.stdout, "how to sign in: ")
	m := openLine.FindStringSubmatch(p.stdout.String())
	if m == nil {
		p.t.Fatalf("livetail did not say where its page is:\n%s", &p.stdout)
	}
	return m[1]
}

var firstLink = regexp.MustCompile(`(?m)^(http://\S+/signin)#link=(\S+)$`)

// link is the sign-in link in a file that only its owner may read.
func link(t testing.TB, file string) (page, secret string) {
	t.Helper()
	info, err := os.Stat(file)
	if err != nil {
		t.Fatal(err)
	}
	if mode := info.Mode().Perm(); mode != 0o600 {
		t.Errorf("%s has mode %o", file, mode)
	}
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	m := firstLink.FindStringSubmatch(string(text))
	if m == nil {
		t.Fatalf("there is no link in\n%s", text)
	}
	return m[1], m[2]
}

// From nothing to a live log, and once more after a restart.
func TestAllInOne(t *testing.T) {
	h := home{t, t.TempDir()}
	app := filepath.Join(h.dir, "app.log")
	write(t, app, numbered(0))
	p, site := h.start("-listen", testredis.FreeAddr(t), "app.log") // it is listened on again, after the restart
	lines := strings.Split(p.stdout.String(), "\n")
	want := []string{"no config file: serving app.log", "state directory: " + filepath.Dir(h.state("x")), "open " + site + "/",
		"how to sign in: see " + h.state("first-sign-in.txt"), ""}
	if strings.Join(lines, "\n") != strings.Join(want, "\n") {
		t.Errorf("it says\n%s\nwant\n%s", &p.stdout, strings.Join(want, "\n"))
	}
	page, secret := link(t, h.state("first-sign-in.txt"))
	if page != site+"/signin" {
		t.Errorf("the link leads to %s", page)
	}

	b := &tab{t, browser.New(t)}
	_ = browser.Do(b.ctx, chromedp.Navigate(page+"#link="+secret)) // it goes on before it is loaded, which counts as a failure
	b.path("/")
	b.until(`document.querySelectorAll('li .name').length === 1`)
	b.do(chromedp.Click(`//li//span[text()="app.log"]`))
	b.path("/log/local/app.log")
	b.shows(numbered(0))
	b.says("● live")
	appendTo(t, app, numbered(1))
	b.shows(numbered(1))
	if !p.holds(app) {
		t.Error("the log is shown and not open")
	}

	r, err := http.PostForm(site+"/signin/link", url.Values{"secret": {secret}})
	if err != nil {
		t.Fatal(err)
	}
	r.Body.Close()
	if r.StatusCode != http.StatusUnauthorized || len(r.Cookies()) > 0 {
		t.Errorf("used again, the link is answered with %s and %v", r.Status, r.Cookies())
	}
	p.stop()
	b.says("◌ reconnecting")
	for where, said := range map[string]string{"standard output": p.stdout.String(), "standard error": p.stderr.String(), "its own log": read(t, h.state("livetail.log"))} {
		if strings.Contains(said, secret) {
			t.Errorf("the link's secret is in %s", where)
		}
	}

	// The page is still open, and goes on at the next line by itself.
	appendTo(t, app, numbered(2))
	p, _ = h.start("-listen", strings.TrimPrefix(site, "http://"), "app.log")
	b.shows(numbered(2))
	b.says("● live")
	if got, want := strings.Join(b.rows(), "\n")+"\n", numbered(0)+numbered(1)+numbered(2); got != want {
		t.Errorf("after a restart it shows\n%swant\n%s", got, want)
	}
	b.do(chromedp.Reload())
	b.shows(numbered(2))
	b.path("/log/local/app.log")
	p.stop()
}

func read(t testing.TB, path string) string {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// Two livetails on one host name do not sign each other out: their cookies have names of their own.
func TestTwoOnOneHost(t *testing.T) {
	person := newPerson(t)
	var sites []string
	for range 2 {
		h := home{t, t.TempDir()}
		write(t, filepath.Join(h.dir, "app.log"), "")
		_, site := h.start("-listen", "127.0.0.1:0", "app.log")
		page, secret := link(t, h.state("first-sign-in.txt"))
		r, err := person.PostForm(page+"/link", url.Values{"secret": {secret}})
		if err != nil {
			t.Fatal(err)
		}
		r.Body.Close()
		sites = append(sites, site)
	}
	for _, site := range sites {
		if status, body := person.get(site + "/api/v1/logs"); status != http.StatusOK {
			t.Errorf("%s: %d %s", site, status, body)
		}
	}
	if cookies := len(person.Jar.Cookies(&url.URL{Scheme: "http", Host: "127.0.0.1", Path: "/"})); cookies != 2 {
		t.Errorf("%d cookies for two livetails", cookies)
	}
}
