//go:build linux

package storm

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"livetail/internal/browser"
)

// watcher is a real browser with one page, of a log that moves slowly.
type watcher struct {
	t       testing.TB
	ctx     context.Context
	web     string
	journal *journal
	again   int // sign-ins after the first
}

// watch signs in and opens the page.
func (s *site) watch(web string, j *journal) *watcher {
	s.t.Helper()
	b := &watcher{t: s.t, ctx: browser.Lasting(s.t, time.Duration((minutes+10)*float64(time.Minute))), web: web, journal: j}
	b.do(chromedp.Navigate(web + "/log/" + host + "/apps/" + j.name))
	b.signIn()
	b.until(`document.querySelector('#truth')?.textContent.startsWith('● live')`)
	return b
}

// signIn fills in the form.
func (b *watcher) signIn() {
	b.t.Helper()
	b.until(`location.pathname === '/signin' && document.readyState === 'complete'`)
	b.do(browser.Type(`[name=name]`, user), browser.Type(`[name=password]`, password), chromedp.Click(`#signin button`))
}

func (b *watcher) do(steps ...chromedp.Action[chromedp.Void]) {
	b.t.Helper()
	if err := chromedp.Do(b.ctx, steps...); err != nil {
		b.t.Fatal(err)
	}
}

func (b *watcher) until(expression string) {
	b.t.Helper()
	eventually(b.t, patience, expression, func() error {
		if ok, err := chromedp.Run(b.ctx, chromedp.Evaluate[bool](`!!(`+expression+`)`)); err != nil || !ok {
			return fmt.Errorf("%t, %v", ok, err)
		}
		return nil
	})
}

// mind is the person before the screen: where Redis lost the session while no web process had the page, the page says so, and
// its owner signs in, in another tab.
func (b *watcher) mind() {
	b.t.Helper()
	if out, err := chromedp.Run(b.ctx, chromedp.Evaluate[bool](`document.querySelector('#truth').textContent.startsWith('□ signed out')`)); err != nil || !out {
		return
	}
	tab := &watcher{t: b.t, ctx: browser.Tab(b.t, b.ctx)}
	defer tab.close()
	// A connection that was kept open may be one that was cut: then its owner asks again.
	eventually(b.t, patience, "the page to sign in at", func() error { return chromedp.Do(tab.ctx, chromedp.Navigate(b.web+"/signin")) })
	tab.signIn()
	tab.until(`location.pathname === '/'`)
	b.again++
}

// check compares all rows of the page with what was written.
func (b *watcher) check() {
	b.t.Helper()
	n := b.journal.written()[0]
	eventually(b.t, patience, "the browser has the last line", func() error {
		b.mind()
		shown, err := chromedp.Run(b.ctx, chromedp.Evaluate[string](`document.querySelector('#truth').textContent + '\n' + document.querySelector('#log').innerText`))
		if err != nil || !strings.Contains(shown, fmt.Sprintf("\n0 %d ", n-1)) {
			return fmt.Errorf("line %d is not among the last of %.200q…%s, %v", n-1, shown, shown[max(0, len(shown)-100):], err)
		}
		return nil
	})
	rows, err := chromedp.Run(b.ctx, chromedp.Evaluate[[]string](`(async () => {
		const log = document.querySelector('#log')
		const painted = () => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))
		const at = new Map()
		for (let top = 0; ; top += log.clientHeight / 2) {
			log.scrollTop = top
			await painted()
			const { y } = log.getBoundingClientRect()
			for (const row of log.querySelectorAll('.row')) at.set(Math.round(row.getBoundingClientRect().y - y + log.scrollTop), row.textContent)
			if (top > log.scrollHeight) break
		}
		return [...at].sort((a, b) => a[0] - b[0]).map(([, text]) => text)
	})()`, chromedp.EvalAwaitPromise))
	if err != nil {
		b.t.Fatal(err)
	}
	next := 0
	for _, row := range rows {
		switch {
		case row == b.journal.line(0, next):
			next++
		case next == 0 && strings.HasPrefix(row, "beginning of "), strings.HasPrefix(row, "reconnected "):
		default:
			b.t.Errorf("the browser shows %.80q where line %d is due", row, next)
			return
		}
	}
	if next != n {
		b.t.Errorf("the browser shows %d lines of %d: %.200q", next, n, strings.Join(rows, "|"))
	}
}

func (b *watcher) close() {
	if err := chromedp.Cancel(b.ctx); err != nil {
		b.t.Error(err)
	}
}
