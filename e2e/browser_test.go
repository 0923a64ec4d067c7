//go:build linux

package e2e

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"livetail/internal/browser"
)

const (
	appPage   = "/log/" + host + "/apps/app.log"
	otherPage = "/log/" + host + "/apps/other.log"
)

// signedIn is a site, its processes, and a browser whose tab shows the list.
func signedIn(t *testing.T) (s *site, w *web, worker *process, first *tab) {
	s = newSite(t)
	w, worker = s.start()
	first = &tab{t, browser.New(t)}
	first.visit(w.url + "/")
	first.signIn(sre)
	first.path("/")
	return s, w, worker, first
}

// The main job: sign in, pick a log, watch it grow and rotate.
func TestWatching(t *testing.T) {
	s := newSite(t)
	w, worker := s.start()
	app := filepath.Join(s.apps, "app.log")
	for n := range 5 {
		appendTo(t, app, fmt.Sprintf("earlier line %d\n", n))
	}
	p := &tab{t, browser.New(t)}
	p.visit(w.url + otherPage)
	p.signIn(sre)
	p.path(otherPage)
	p.shows("the only line of other.log")

	p.do(chromedp.Click(`a.back`))
	p.path("/")
	p.until(`document.querySelectorAll('li .name').length === 3 && document.body.innerText.includes('up to date')`)
	names := value[[]string](p, `[...document.querySelectorAll('li .name')].map(name => name.textContent)`)
	slices.Sort(names)
	if want := []string{"app.log", odd, "other.log"}; !slices.Equal(names, want) {
		t.Errorf("the list is %q, want %q", names, want)
	}
	p.do(chromedp.Click(`//li//span[text()=` + quote(odd) + `]`))
	p.shows("the only line of an odd name")
	p.do(chromedp.Click(`a.back`))
	p.path("/")
	p.until(`document.querySelectorAll('li .name').length === 3 && document.body.innerText.includes('up to date')`)
	p.do(chromedp.Click(`//li//span[text()="app.log"]`))
	p.path(appPage)
	p.shows("earlier line 4")
	p.says("● live")

	appendTo(t, app, "a later line\n")
	p.shows("a later line")
	const hostile = `<script>document.title = "taken"</script><img src=x onerror="document.title = 'taken'"><b>bold</b>`
	appendTo(t, app, hostile+"\n")
	p.shows(hostile)
	if n := value[int](p, `document.querySelectorAll('#log script, #log img, #log b').length`); n != 0 {
		t.Errorf("%d elements came out of the log", n)
	}

	writer := startWriter(t, app)
	writer.more(50)
	for n := range 3 {
		writer.rotate(fmt.Sprintf("%s.%d", app, 3-n))
		writer.more(50)
	}
	lines := writer.stop()
	p.shows(numbered(lines - 1))
	got := p.rows()
	want := []string{"earlier line 0", "earlier line 1", "earlier line 2", "earlier line 3", "earlier line 4", "a later line", hostile}
	for n := range lines {
		want = append(want, strings.TrimSuffix(numbered(n), "\n"))
	}
	rotations := 0
	got = slices.DeleteFunc(got, func(row string) bool {
		if strings.HasPrefix(row, "rotated ") {
			rotations++
			return true
		}
		return false
	})
	if rotations != 3 {
		t.Errorf("the page shows %d rotations of 3", rotations)
	}
	sameRows(t, got, want)

	p.do(chromedp.Reload())
	p.shows(numbered(lines - 1))
	appendTo(t, app, "written after the reload\n")
	p.shows("written after the reload")
	// Where a slow reload takes long, the page says where one was.
	got = slices.DeleteFunc(p.rows(), func(row string) bool { return strings.HasPrefix(row, "you were here ") })
	if len(got) < 2 || got[len(got)-1] != "written after the reload" || got[len(got)-2] != want[len(want)-1] {
		t.Errorf("after a reload the last rows are %q", got[max(0, len(got)-3):])
	}
	p.close()
	eventually(t, "nothing is open", func() bool { return len(worker.open(s.apps)) == 0 })
	s.expectNothingLeft(worker)
}

// sameRows says where two lists of rows part.
func sameRows(t *testing.T, got, want []string) {
	t.Helper()
	for i := range max(len(got), len(want)) {
		if i >= len(got) || i >= len(want) || got[i] != want[i] {
			t.Fatalf("%d rows, want %d; from row %d on they are\n%q\nwant\n%q", len(got), len(want), i, part(got, i), part(want, i))
		}
	}
}

func part(rows []string, from int) []string { return rows[min(from, len(rows)):min(from+3, len(rows))] }

func quote(s string) string { return `"` + s + `"` }

// Tabs know nothing of each other, and the files that they watch are open only as long as they do.
func TestTabs(t *testing.T) {
	s, w, worker, root := signedIn(t)
	app, other := filepath.Join(s.apps, "app.log"), filepath.Join(s.apps, "other.log")
	one, two, three := newTab(t, root.ctx), newTab(t, root.ctx), newTab(t, root.ctx)
	one.visit(w.url + appPage)
	one.says("● live")
	two.visit(w.url + appPage)
	two.says("● live")
	three.visit(w.url + otherPage)
	three.shows("the only line of other.log")
	count := func(path string) (n int) {
		for _, held := range worker.open(s.apps) {
			if held == path {
				n++
			}
		}
		return n
	}
	// Tails of one file share its descriptor; what a tail reads at its beginning may still be open.
	eventually(t, "each file is open once", func() bool { return count(app) == 1 && count(other) == 1 })
	c := s.redis.Client()
	tails := func(what string, n int) {
		t.Helper()
		eventually(t, what, func() bool {
			channels, err := c.PubSubChannels(t.Context(), namespace+":tail:*").Result()
			return err == nil && len(channels) == n
		})
	}
	tails("each tab has a tail", 3)
	appendTo(t, app, numbered(0))
	one.shows(numbered(0))
	two.shows(numbered(0))

	one.do(chromedp.Click(`#stop`))
	one.says("■ stopped")
	tails("a stopped tab has no tail", 2)
	if count(app) != 1 {
		t.Error("the other tab has lost the file")
	}
	appendTo(t, app, numbered(1)+numbered(2))
	appendTo(t, other, "a second line\n")
	two.shows(numbered(2))
	three.shows("a second line")
	if shown := value[string](one, logText); strings.Contains(shown, strings.TrimSpace(numbered(1))) {
		t.Errorf("a stopped tab shows %q", shown)
	}
	one.do(chromedp.Click(`#stop`))
	one.shows(numbered(2))
	tails("start opens a tail again", 3)
	for name, p := range map[string]*tab{"one": one, "two": two} {
		if got, want := p.rows(), strings.Split(strings.TrimSpace(numbered(0)+numbered(1)+numbered(2)), "\n"); !slices.Equal(got, want) {
			t.Errorf("tab %s shows %q", name, got)
		}
	}
	if shown := value[string](three, logText); strings.Contains(shown, "0000000") {
		t.Errorf("the other log's tab shows %q", shown)
	}

	two.close()
	tails("closing a tab ends its tail", 2)
	three.close()
	eventually(t, "closing a tab closes its file", func() bool { return count(other) == 0 })
	appendTo(t, app, numbered(3))
	one.shows(numbered(3))
	one.visit(w.url + "/")
	eventually(t, "leaving a page closes its file", func() bool { return count(app) == 0 })
	s.expectNothingLeft(worker)
}

func TestSigningOutInAnotherTab(t *testing.T) {
	s, w, worker, root := signedIn(t)
	app := filepath.Join(s.apps, "app.log")
	write(t, app, numbered(0)+numbered(1))
	watching := newTab(t, root.ctx)
	watching.visit(w.url + appPage)
	watching.shows(numbered(1))
	watching.says("● live")

	root.until(`document.querySelectorAll('li .name').length === 3`)
	root.do(chromedp.Click(`form[action="/signout"] button`))
	root.path("/signin")
	watching.says("□ signed out")
	watching.shows(numbered(1))
	eventually(t, "signing out closes the file", func() bool { return !worker.holds(app) })
	appendTo(t, app, numbered(2)+numbered(3))

	root.signIn(sre)
	root.path("/")
	watching.shows(numbered(3))
	watching.says("● live")
	if got, want := watching.rows(), strings.Split(strings.TrimSpace(numbered(0)+numbered(1)+numbered(2)+numbered(3)), "\n"); !slices.Equal(got, want) {
		t.Errorf("after signing in again it shows %q", got)
	}
}

// Whoever may not see a log must not even learn that it exists.
func TestForbiddenLooksLikeUnknown(t *testing.T) {
	_, w, _, p := signedIn(t)
	pages := map[string]string{}
	for _, log := range []string{"vault/forbidden.log", "vault/nonesuch.log", "apps/nonesuch.log"} {
		p.visit(w.url + "/log/" + host + "/" + log)
		pages[log] = value[string](p, fmt.Sprintf(`document.documentElement.outerHTML.replaceAll(%q, 'LOG')`, log))
		api := value[string](p, fmt.Sprintf(`fetch('/api/v1/log/%s/%s')
			.then(async r => r.status + ' ' + [...r.headers].filter(([name]) => name !== 'date').join('\n') + await r.text())`, host, log))
		page := value[string](p, fmt.Sprintf(`fetch('/log/%s/%s').then(r => String(r.status))`, host, log))
		pages[log] += api + page
		if page != "404" || !strings.HasPrefix(api, "404 ") {
			t.Errorf("%s: the page is %s, the API says %s", log, page, api)
		}
	}
	for log, shown := range pages {
		if shown != pages["apps/nonesuch.log"] {
			t.Errorf("%s can be told from a log that does not exist:\n%s\nand\n%s", log, shown, pages["apps/nonesuch.log"])
		}
	}
	p.visit(w.url + "/")
	p.until(`document.querySelectorAll('li .name').length === 3`)
	if shown := value[string](p, `document.body.innerText`); strings.Contains(shown, "forbidden") || strings.Contains(shown, "vault") {
		t.Errorf("the list shows %s", shown)
	}
	boss := newPerson(t)
	if !boss.signIn(w.url, admin, password) {
		t.Fatal("the administrator cannot sign in")
	}
	if status, body := boss.get(w.url + "/api/v1/log/" + host + "/vault/forbidden.log"); status != 200 {
		t.Errorf("the administrator is told %d %s", status, body)
	}
}
