//go:build linux

package e2e

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	cdpbrowser "github.com/chromedp/cdproto/browser"
	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

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
	if err := browser.Do(p.ctx, steps...); err != nil {
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
	v, err := browser.Run(p.ctx, chromedp.Evaluate[T](expression, chromedp.EvalAwaitPromise))
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
		ok, err := browser.Run(p.ctx, chromedp.Evaluate[bool](`!!(`+expression+`)`))
		if ok {
			return
		}
		if time.Now().After(deadline) {
			shown, _ := browser.Run(p.ctx, chromedp.Evaluate[string](`location.pathname + '\n' + document.body.innerText`))
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
	p.do(browser.Type(`[name=name]`, name), browser.Type(`[name=password]`, password), chromedp.Click(`#signin button`))
}

// rows are all rows of the log in their order, read as they are drawn while the view is scrolled from its top to its end.
func (p *tab) rows() []string {
	p.t.Helper()
	return value[[]string](p, `(async () => {
		const log = document.querySelector('#log')
		const painted = () => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))
		const at = new Map()
		const drawn = () => [...log.querySelectorAll('.row')]
		const begins = () => drawn()[0]?.textContent.startsWith('beginning of ')
		const end = document.querySelector('#end')
		log.dispatchEvent(new KeyboardEvent('keydown', { key: 'Home', bubbles: true }))
		// Rows of the window that Home leaves have numbers of their own: nothing counts before the beginning is seen.
		while (!begins()) await painted()
		// What is not here yet is waited for where it will stand. At the live edge the page does not say that there is more.
		for (let still = 0, before = ''; still < 5;) {
			await painted()
			for (const row of drawn()) at.set(Number(row.dataset.n), row.textContent)
			const now = log.scrollTop + ' ' + at.size + ' ' + log.scrollHeight
			still = now === before && document.querySelector('#more').hidden ? still + 1 : 0
			before = now
			if (drawn().at(-1)?.getBoundingClientRect().bottom >= log.getBoundingClientRect().bottom) log.scrollTop += log.clientHeight / 2
			else if (begins()) end.click() // all of it is on the screen
		}
		end.click()
		await painted()
		return [...at].sort((a, b) => a[0] - b[0]).map(([, text]) => text).filter(text => !/^(beginning of|reconnected) /.test(text))
	})()`)
}

// still waits until the log no longer moves.
func (p *tab) still() {
	p.t.Helper()
	value[bool](p, `(async () => {
		const top = () => document.querySelector('#log .row')?.textContent + document.querySelector('#log').scrollTop
		for (let before = '', still = 0; still < 20; still = top() === before ? still + 1 : 0) {
			before = top()
			await new Promise(done => requestAnimationFrame(done))
		}
		return true
	})()`)
}

// drag pulls the mouse from one place to another with its left button held down.
func (p *tab) drag(x0, y0, x1, y1 float64) {
	p.t.Helper()
	mouse := func(kind input.DispatchMouseEventType, x, y float64) {
		p.do(chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
			_, err := cdp.Call(ctx, t, input.DispatchMouseEvent, input.DispatchMouseEventParams{Type: kind, X: x, Y: y, Button: input.MouseButtonLeft, Buttons: 1, ClickCount: 1})
			return err
		}))
	}
	mouse(input.DispatchMouseEventTypeMousePressed, x0, y0)
	for step := 1.0; step <= 5; step++ {
		mouse(input.DispatchMouseEventTypeMouseMoved, x0+(x1-x0)*step/5, y0+(y1-y0)*step/5)
	}
	mouse(input.DispatchMouseEventTypeMouseReleased, x1, y1)
}

// command presses Ctrl and a key that the browser itself has a meaning for, such as copy.
func (p *tab) command(key, name string) {
	p.t.Helper()
	p.do(chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		code := strings.ToUpper(key)
		down := input.DispatchKeyEventParams{Type: input.DispatchKeyEventTypeRawKeyDown, Key: key, Code: "Key" + code, WindowsVirtualKeyCode: int64(code[0]), Modifiers: int64(kb.ModifierCtrl), Commands: []string{name}}
		up := down
		up.Type, up.Commands = input.DispatchKeyEventTypeKeyUp, nil
		_, err := cdp.Call(ctx, t, input.DispatchKeyEvent, down)
		_, err2 := cdp.Call(ctx, t, input.DispatchKeyEvent, up)
		return errors.Join(err, err2)
	}))
}

// downloads clicks on a link, and returns the file that the browser then has.
func (p *tab) downloads(link string) (name, text string) {
	p.t.Helper()
	dir := p.t.TempDir()
	p.do(chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		_, err := cdp.Call(ctx, t, cdpbrowser.SetDownloadBehavior, cdpbrowser.SetDownloadBehaviorParams{Behavior: cdpbrowser.SetDownloadBehaviorBehaviorAllow, DownloadPath: dir})
		return err
	}), chromedp.Click(link))
	eventually(p.t, "the file is there", func() bool {
		files, err := os.ReadDir(dir)
		if err != nil || len(files) != 1 || strings.HasSuffix(files[0].Name(), ".crdownload") || strings.HasPrefix(files[0].Name(), ".") {
			return false
		}
		name = files[0].Name()
		return true
	})
	return name, read(p.t, filepath.Join(dir, name))
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
