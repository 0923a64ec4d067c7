//go:build linux

package e2e

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"

	"livetail/internal/browser"
)

// tab is a tab of a browser. What its page complains of fails the test.
type tab struct {
	t   testing.TB
	ctx context.Context
}

// newTab opens one more tab; root is from browser.New.
func newTab(t testing.TB, root context.Context) *tab {
	t.Helper()
	return &tab{t, browser.Tab(t, root)}
}

func (p *tab) do(steps ...chromedp.Action[chromedp.Void]) {
	p.t.Helper()
	if err := chromedp.Do(p.ctx, steps...); err != nil {
		p.t.Fatal(err)
	}
}

func (p *tab) visit(url string) {
	p.t.Helper()
	p.do(chromedp.Navigate(url))
}

// close closes the tab as a click on its cross does.
func (p *tab) close() {
	p.t.Helper()
	if err := chromedp.Cancel(p.ctx); err != nil {
		p.t.Fatal(err)
	}
}

func value[T any](p *tab, expression string) T {
	p.t.Helper()
	v, err := chromedp.Run(p.ctx, chromedp.Evaluate[T](expression, chromedp.EvalAwaitPromise))
	if err != nil {
		p.t.Fatalf("%s: %v", expression, err)
	}
	return v
}

// until waits until an expression is true, through whatever pages come meanwhile.
func (p *tab) until(format string, args ...any) {
	p.t.Helper()
	expression := fmt.Sprintf(format, args...)
	for deadline := time.Now().Add(patience); ; time.Sleep(20 * time.Millisecond) {
		ok, err := chromedp.Run(p.ctx, chromedp.Evaluate[bool](`!!(`+expression+`)`))
		if ok {
			return
		}
		if time.Now().After(deadline) {
			shown, _ := chromedp.Run(p.ctx, chromedp.Evaluate[string](`location.pathname + '\n' + document.body.innerText`))
			p.t.Fatalf("waited in vain until %s (%v); the page shows\n%.3000s", expression, err, shown)
		}
	}
}

const (
	logText = `document.querySelector('#log').innerText`
	truth   = `document.querySelector('#truth').textContent`
)

// shows waits until words are among the lines on screen.
func (p *tab) shows(words string) {
	p.t.Helper()
	p.until(`%s.includes(%q)`, logText, strings.TrimSuffix(words, "\n"))
}

// says waits until the status line begins like that.
func (p *tab) says(words string) {
	p.t.Helper()
	p.until(`%s.startsWith(%q)`, truth, words)
}

// path waits until the tab is at a path, with its page there.
func (p *tab) path(path string) {
	p.t.Helper()
	p.until(`location.pathname === %q && document.readyState === 'complete'`, path)
}

// signIn fills in the form that is shown.
func (p *tab) signIn(name string) {
	p.t.Helper()
	p.path("/signin")
	p.do(chromedp.SendKeys(`[name=name]`, name), chromedp.SendKeys(`[name=password]`, password), chromedp.Click(`#signin button`))
}

// rows are all rows of the log in their order, read as they are drawn while the view is scrolled from its top to its end.
func (p *tab) rows() []string {
	p.t.Helper()
	return value[[]string](p, `(async () => {
		const log = document.querySelector('#log')
		const painted = () => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))
		const at = new Map()
		log.dispatchEvent(new KeyboardEvent('keydown', { key: 'Home', bubbles: true }))
		// Rows of the window that Home leaves have numbers of their own: nothing counts before the beginning is seen.
		for (let still = 0, before = '', begun = false; still < 30;) {
			await painted()
			if (!begun && (still > 20 || log.querySelector('.row')?.textContent.startsWith('beginning of '))) begun = true, still = 0
			if (begun) for (const row of log.querySelectorAll('.row')) at.set(Number(row.dataset.n), row.textContent)
			const now = log.scrollTop + ' ' + at.size + ' ' + log.scrollHeight
			still = now === before ? still + 1 : 0
			before = now
			if (begun) log.scrollTop += log.clientHeight / 2
		}
		document.querySelector('#end').click()
		await painted()
		return [...at].sort((a, b) => a[0] - b[0]).map(([, text]) => text).filter(text => !text.startsWith('beginning of '))
	})()`)
}

// look sets the size of the window and the colours that its owner prefers.
func (p *tab) look(width, height int64, scheme string) {
	p.t.Helper()
	p.do(chromedp.EmulateViewport(width, height), chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		_, err := cdp.Call(ctx, t, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
			Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}},
		})
		return err
	}))
	value[bool](p, `new Promise(done => requestAnimationFrame(() => requestAnimationFrame(() => done(true))))`)
}
