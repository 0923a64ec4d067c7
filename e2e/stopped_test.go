//go:build linux

package e2e

import (
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"livetail/internal/browser"
)

// post is the status of an answer.
func (p *person) post(address string, form url.Values) int {
	p.t.Helper()
	r, err := p.PostForm(address, form)
	if err != nil {
		p.t.Fatal(err)
	}
	defer r.Body.Close()
	return r.StatusCode
}

// An administrator stops a log on one web process: the worker closes its file, whoever follows it on whichever process, and
// nobody opens it again until it is let go on, not even through a process that starts meanwhile. Then every line is there, once.
func TestAStoppedLogIsClosed(t *testing.T) {
	s := newSite(t)
	w, worker := s.start()
	second := s.launchWeb()
	s.ready(second)
	app := filepath.Join(s.apps, "app.log")
	appendTo(t, app, numbered(1))
	clients := []*client{s.signIn(w, sre).follow(host+"/apps/app.log", 1, w.url), s.signIn(second, sre).follow(host+"/apps/app.log", 1, second.url)}
	for _, c := range clients {
		c.has(2)
		c.isLive()
	}
	ada := s.signIn(w, admin)
	path := "/api/v1/stop/" + host + "/apps/app.log"
	if status := s.signIn(w, sre).post(w.url+path, url.Values{"reason": {"mine"}}); status != http.StatusForbidden {
		t.Errorf("somebody who is no administrator: %d", status)
	}
	if status := ada.post(w.url+path, url.Values{"reason": {"disk work"}}); status != 200 {
		t.Fatalf("stopping: %d", status)
	}
	eventually(t, "both are told", func() bool { return clients[0].heard(4023) && clients[1].heard(4023) })
	eventually(t, "the file is closed", func() bool { return !worker.holds(app) })
	appendTo(t, app, numbered(2))
	third := s.launchWeb()
	s.ready(third)
	for _, site := range []*web{w, second, third} {
		for _, verb := range []string{"log", "download"} {
			status, body := s.signIn(site, sre).get(site.url + "/api/v1/" + verb + "/" + host + "/apps/app.log")
			if status != http.StatusLocked || !strings.Contains(body, "disk work") {
				t.Errorf("%s while it is stopped: %d %s", verb, status, body)
			}
		}
	}
	if worker.holds(app) {
		t.Error("the file is open while its log is stopped")
	}
	if status := ada.post(third.url+"/api/v1/letgo/"+host+"/apps/app.log", nil); status != 200 {
		t.Fatalf("letting go: %d", status)
	}
	appendTo(t, app, numbered(3))
	for _, c := range clients {
		c.has(4) // it checks that each line comes once, and in order
	}
	w.saying("an administrator stops a log")
	third.saying("an administrator lets a log go on")
	for _, c := range clients {
		c.stop()
	}
	s.expectNothingLeft(worker)
}

// As people see it: an administrator stops the log on its page; in another browser somebody else reads why, and keeps the
// lines; let go, that page goes on by itself, with every line once.
func TestStoppingALogOnItsPage(t *testing.T) {
	s := newSite(t)
	w, worker := s.start()
	app := filepath.Join(s.apps, "app.log")
	var want []string
	more := func() {
		line := numbered(len(want))
		appendTo(t, app, line)
		want = append(want, strings.TrimSuffix(line, "\n"))
	}
	for range 5 {
		more()
	}
	reader, boss := &tab{t, browser.New(t)}, &tab{t, browser.New(t)}
	for p, name := range map[*tab]string{reader: sre, boss: admin} {
		p.visit(w.url + appPage)
		p.signIn(name)
		p.path(appPage)
		p.shows(numbered(4))
		p.says("● live")
	}
	if value[bool](reader, `document.querySelector('[data-part^=stopping]') !== null`) {
		t.Error("who is no administrator is shown how to stop a log")
	}
	const words = `■ stopped by admin: "disk work, back at 15:00"`
	boss.do(chromedp.Click(`[data-part=menu-button]`), chromedp.Click(`[data-part=stopping-button]`))
	boss.until(`document.activeElement.closest('[data-part=stopping]')`)
	boss.do(chromedp.KeyEvent("disk work, back at 15:00"), chromedp.KeyEvent(kb.Enter))
	boss.until(`%s.startsWith('%s (%s, since ') && %s.endsWith(' s ago)')`, truth, words, admin, truth)
	reader.until(`%s.startsWith('%s')`, truth, words)
	reader.shows(numbered(4))
	eventually(t, "the file is closed", func() bool { return !worker.holds(app) })
	for range 5 {
		more()
	}
	list := &tab{t, browser.New(t)}
	list.visit(w.url + "/")
	list.signIn(sre)
	list.until(`[...document.querySelectorAll('li')].some(li => li.textContent.includes('app.log') && li.textContent.includes('back at 15:00'))`)

	boss.do(chromedp.Click(`[data-part=menu-button]`), chromedp.Click(`[data-part=stopping-button]`), chromedp.Click(`[data-stopping=letgo]`))
	boss.shows(numbered(9))
	reader.shows(numbered(9))
	reader.says("● live")
	more()
	reader.shows(numbered(10))
	got := slices.DeleteFunc(reader.rows(), func(row string) bool { return strings.HasPrefix(row, "you were here ") })
	sameRows(t, got, want)
	list.until(`![...document.querySelectorAll('li')].some(li => li.textContent.includes('back at 15:00'))`)
}

// A log whose file goes while it is stopped is on an administrator's list until it is let go on there, and on nobody else's.
func TestAStoppedLogThatIsNoMore(t *testing.T) {
	s := newSite(t)
	w, worker := s.start()
	boss, reader := &tab{t, browser.New(t)}, &tab{t, browser.New(t)}
	const row = `[...document.querySelectorAll('li')].find(li => li.textContent.includes('other.log'))`
	for p, name := range map[*tab]string{boss: admin, reader: sre} {
		p.visit(w.url + "/")
		p.signIn(name)
		p.until(`%s`, row)
	}
	path := "/api/v1/stop/" + host + "/apps/other.log"
	if status := s.signIn(w, admin).post(w.url+path, url.Values{"reason": {"the disk is taken out"}}); status != 200 {
		t.Fatalf("stopping: %d", status)
	}
	reader.until(`/the disk is taken out" \(since \d\d:\d\d, \d+ s ago\)$/.test(%s?.querySelector('.why').textContent)`, row)
	if err := os.Remove(filepath.Join(s.apps, "other.log")); err != nil {
		t.Fatal(err)
	}
	worker.stop() // else its file is waited for, for minutes
	s.launchWorker().saying("serving logs")
	reader.until(`!(%s)`, row)
	boss.until(`%s?.querySelector('.why').textContent.endsWith('; its host has it no more')`, row)
	if value[bool](reader, `document.querySelector('.letgo') !== null`) {
		t.Error("who is no administrator may let a log go on")
	}
	boss.do(chromedp.Click(`.letgo`))
	boss.do(chromedp.MouseEvent(chromedp.MouseMoved, 600, 500), chromedp.Click(`#filter`)) // the list holds still under the pointer
	boss.until(`!(%s)`, row)
}
