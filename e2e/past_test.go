//go:build linux

package e2e

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"livetail/internal/browser"
)

// seconds is lines that say when they were written, one a second.
func seconds(from, to int) string {
	var text strings.Builder
	for n := from; n < to; n++ {
		at := time.Date(2026, 11, 21, 0, 0, n, 0, time.UTC).Format("2006-01-02T15:04:05Z")
		fmt.Fprintf(&text, "%s %s request %d took %d ms\n", at, []string{"INFO", "ERROR"}[n%2], n, n%7)
	}
	return text.String()
}

// The whole history of a log in the browser: its first byte, in a compressed file; a filter; a search; a time; and back to what
// is written now.
func TestThePast(t *testing.T) {
	s := newSite(t)
	app := filepath.Join(s.apps, "app.log")
	var packed bytes.Buffer
	z := gzip.NewWriter(&packed)
	z.Write([]byte(seconds(0, 5000)))
	z.Close()
	write(t, app+".2.gz", packed.String())
	write(t, app+".1", seconds(5000, 10_000))
	write(t, app, seconds(10_000, 15_000))
	w, _ := s.start()
	p := &tab{t, browser.New(t)}
	p.visit(w.url + appPage)
	p.signIn(sre)
	p.path(appPage)
	p.shows("request 14999 ")
	p.says("● live")

	p.do(chromedp.Focus("#log"), chromedp.KeyEvent(kb.Home))
	p.until(`document.querySelector('#log .row')?.textContent.startsWith('beginning of app.log.2')`)
	p.shows("request 0 ")
	appendTo(t, app, "written meanwhile\n")
	p.until(`document.querySelector('#end').textContent === '↓ 1 new'`)

	p.do(chromedp.Click(`[data-level=error]`))
	p.until(`[...document.querySelectorAll('#log .row:not(.rule)')].length > 20 && [...document.querySelectorAll('#log .row:not(.rule)')].every(row => row.textContent.includes('ERROR'))`)
	p.shows("request 1 ")
	p.do(chromedp.Click(`[data-level=error]`))
	p.shows("request 0 ")

	p.do(chromedp.Click(`[data-part=go-to-time]`), browser.Type(`[data-part=time] input`, "2026-11-21T02:00:00Z"+kb.Enter))
	p.shows("request 7200 ")
	p.until(`document.querySelector('[data-part=time] output').textContent.startsWith('from ')`)

	p.do(chromedp.Focus("#log"), chromedp.KeyEvent("f", chromedp.KeyModifiers(kb.ModifierCtrl)), browser.Type(`[data-search=text]`, "request 3333 "))
	p.until(`document.querySelector('[data-search=count]').textContent === '1 line'`)
	p.shows("request 3333 ")
	// When it was is below, through all files; another part leads there.
	p.until(`document.querySelector('.axis').textContent.startsWith('2026-11-21 00:00') && document.querySelector('.axis').textContent.endsWith('04:10 UTC')`)
	p.until(`document.querySelectorAll('.parts button').length === 1 && document.querySelector('.parts button').title === '1 line, 00:55 – 01:00'`)
	p.do(chromedp.Focus(`[data-search=text]`), chromedp.KeyEvent("a", chromedp.KeyModifiers(kb.ModifierCtrl)), browser.Type(`[data-search=text]`, "took 6 ms"))
	p.until(`document.querySelectorAll('.parts button').length === 50 && [...document.querySelectorAll('.parts button')].every(part => /^4[23] lines, /.test(part.title))`)
	p.do(chromedp.Click(`.parts button[title$=" 03:00 – 03:05"]`))
	p.shows("request 10800 ")

	// All of it is a file, also what is in others, whatever is on the page; of a filter, what passes.
	const menu = `[data-part=menu-button]`
	all := seconds(0, 15_000) + "written meanwhile\n"
	p.do(chromedp.Click(menu))
	if name, text := p.downloads(`[data-part=download]`); name != "app.log" || text != all {
		t.Errorf("downloaded is %s of %d bytes, want %d", name, len(text), len(all))
	}
	p.do(chromedp.Click(`[data-level=error]`))
	p.until(`document.querySelector('[data-part=download]').textContent === 'download what passes'`)
	p.do(chromedp.Click(menu))
	name, text := p.downloads(`[data-part=download]`)
	if strings.Count(text, " ERROR ") != 7500 || strings.Contains(text, " INFO ") || name != "app-part.log" {
		t.Errorf("what passes is %s of %d lines", name, strings.Count(text, "\n"))
	}
	p.do(chromedp.Click(`[data-level=error]`))
	p.until(`document.querySelector('[data-part=download]').textContent === 'download the log'`)

	p.do(chromedp.Click("#end"))
	p.shows("written meanwhile")
	appendTo(t, app, "and it goes on\n")
	p.shows("and it goes on")
	rows := p.rows()
	for n := range 15_000 {
		if want := fmt.Sprintf(" request %d ", n); !strings.Contains(strings.Join(rows[min(len(rows), n):min(len(rows), n+4)], ""), want) {
			t.Fatalf("%d rows; at %d stands %q", len(rows), n, part(rows, n))
		}
	}
	// Who sees the list learns how many lines a second report an error, while somebody watches.
	eventually(t, "the list knows of the errors", func() bool {
		appendTo(t, app, "2026-11-21T05:00:00Z ERROR it is broken\n")
		return strings.Contains(value[string](p, `fetch('/api/v1/logs').then(answer => answer.text())`), `"error_rate":`)
	})
}

// What is picked of a log is a file, byte for byte, under the log's own name, whatever that is made of.
func TestARangeIsAFile(t *testing.T) {
	s := newSite(t)
	name := "päivä & #1 50% 'x'.log"
	text := seconds(0, 100)
	write(t, filepath.Join(s.apps, name), text)
	w, _ := s.start()
	p := &tab{t, browser.New(t)}
	p.visit(w.url + "/")
	p.signIn(sre)
	p.until(`[...document.querySelectorAll('li a')].some(link => link.querySelector('.name').textContent === %q)`, name)
	value[bool](p, fmt.Sprintf(`([...document.querySelectorAll('li a')].find(link => link.querySelector('.name').textContent === %q).click(), true)`, name))
	p.shows("request 99 ")
	p.says("● live")
	p.do(chromedp.Focus("#log"), chromedp.KeyEvent("k"), chromedp.KeyEvent("K"), chromedp.KeyEvent("K"), chromedp.KeyEvent("K"))
	p.until(`document.querySelector('[data-taking=count]').textContent === '3 lines picked'`)
	lines := strings.SplitAfter(text, "\n")
	if got, part := p.downloads(`[data-taking=file]`); got != "päivä & #1 50% 'x'-part.log" || part != strings.Join(lines[97:100], "") {
		t.Errorf("downloaded is %q of %q", got, part)
	}
	p.do(chromedp.KeyEvent(kb.Escape), chromedp.Click(`[data-part=menu-button]`))
	if got, all := p.downloads(`[data-part=download]`); got != name || all != text {
		t.Errorf("downloaded is %q of %d bytes, want %d", got, len(all), len(text))
	}
}
