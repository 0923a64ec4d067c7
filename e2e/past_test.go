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

	p.do(chromedp.Click(`[data-part=go-to-time]`), chromedp.SendKeys(`[data-part=time] input`, "2026-11-21T02:00:00Z"+kb.Enter))
	p.shows("request 7200 ")
	p.until(`document.querySelector('[data-part=time] output').textContent.startsWith('from ')`)

	p.do(chromedp.Focus("#log"), chromedp.KeyEvent("f", chromedp.KeyModifiers(kb.ModifierCtrl)), chromedp.SendKeys(`[data-search=text]`, "request 3333 "))
	p.until(`document.querySelector('[data-search=count]').textContent === '1 line'`)
	p.shows("request 3333 ")

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
}
