package templates

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"livetail/internal/browser"
)

// hide makes a page believe that nobody looks at it, or that somebody does again.
func hide(on bool) chromedp.Action[chromedp.Void] {
	return run(fmt.Sprintf(`Object.defineProperty(document, 'hidden', { value: %v, configurable: true }); document.dispatchEvent(new Event('visibilitychange'))`, on))
}

// press is a key as a keyboard has it: what the page prevents writes nothing. chromedp.KeyEvent writes all the same.
func press(key string) chromedp.Action[chromedp.Void] {
	return chromedp.Func(func(ctx context.Context, tab *chromedp.Target) error {
		if _, err := cdp.Call(ctx, tab, input.DispatchKeyEvent, input.DispatchKeyEventParams{Type: input.DispatchKeyEventTypeKeyDown, Key: key, Text: key}); err != nil {
			return err
		}
		_, err := cdp.Call(ctx, tab, input.DispatchKeyEvent, input.DispatchKeyEventParams{Type: input.DispatchKeyEventTypeKeyUp, Key: key})
		return err
	})
}

func (f *fake) tell(news string) { f.with(func() { f.news = append(f.news, news) }) }

// oneLog is a list of one log; more are its further fields.
func oneLog(more string) string {
	return `{"hosts":[{"host":"a","state":"here","away_ms":0,"notes":[],"binary":0}],"logs":[` + logJSON("m", more) + `]}`
}

func logJSON(id, more string) string {
	return `{"host":"a","id":"` + id + `","name":"` + id + `","group":"g","size":1024,"age_ms":1000,"rate":0,"state":"ok","tails":0` + more + `}`
}

// bar is how high the n-th newest bar of the first row is; -1: there is none.
func bar(n int) string {
	return fmt.Sprintf(`(() => { const [none, some] = [...document.querySelectorAll('li .spark path')].map(p => p.getAttribute('d') ?? '')
		const at = 'M' + (120 - 2 * %d) + ' 16v-'
		return none.includes(at) ? 0 : some.includes(at) ? parseInt(some.split(at)[1]) : -1 })()`, n)
}

func TestListLive(t *testing.T) {
	root := browser.New(t)
	open := func(t *testing.T, f *fake, ready string) context.Context {
		ctx := browser.Tab(t, root)
		do(t, ctx, chromedp.EmulateViewport(1200, 700), chromedp.Navigate(f.URL+"/x/"), poll(ready))
		return ctx
	}
	t.Run("an older list says so, and comes again when nobody looks", func(t *testing.T) {
		f := newFake(t, "/x")
		many := `{"version":"newer",` + strings.TrimPrefix(manyLogs(), "{")
		f.with(func() { f.list = manyLogs() })
		ctx := open(t, f, `document.querySelectorAll('li').length === 3000`)
		const hint = `document.querySelector('#hint').textContent`
		if got := value[string](t, ctx, hint); got != "" {
			t.Errorf("before an update it says %q", got)
		}
		f.with(func() { f.list = many })
		do(t, ctx, poll(hint+`.includes('updated')`), run(`window.old = true; scrollTo(0, 1200)`), poll(`scrollY === 1200`), hide(true), poll(`!window.old`))
		do(t, ctx, poll(`document.querySelectorAll('li').length === 3000 && scrollY === 1200`))
		// Loaded anew it is as old as before: once is enough.
		do(t, ctx, poll(hint+`.includes('updated')`), run(`window.old = true`), hide(true), twoFrames, poll(`window.old`))
	})
	t.Run("how a log grew is there at once, and goes on", func(t *testing.T) {
		f := newFake(t, "/x")
		f.with(func() { f.list = oneLog(`,"ring":"` + ringOf(161, 0, 153) + `"`) })
		ctx := open(t, f, bar(1)+` === 8`)
		for n, want := range map[int]int{1: 8, 2: 0, 3: 16, 4: -1, 60: -1} {
			if got := value[int](t, ctx, bar(n)); got != want {
				t.Errorf("bar %d is %d px high, want %d", n, got, want)
			}
		}
		f.tell(`{"say":"change","columns":[{"host":"a","grew":{"m":145}}]}`)
		do(t, ctx, poll(bar(1)+` === 4 && `+bar(2)+` === 8 && `+bar(4)+` === 16`))
		f.tell(`{"say":"change","columns":[{"host":"a","grew":{}}],"logs":[` + logJSON("m", `,"line_rate":7,"error_rate":2`) + `]}`)
		do(t, ctx, poll(bar(1)+` === 0 && `+bar(2)+` === 4`), poll(listText+`.includes('2 errors/s')`), poll(listText+`.includes('7 lines/s')`))
		// A bar is seen: its pixels are not the row's.
		if !value[bool](t, ctx, `document.elementsFromPoint(...(({ right, bottom }) => [right - 4, bottom - 2])(document.querySelector('.spark').getBoundingClientRect())).some(e => e.matches('path'))`) {
			t.Error("there is no bar where one should be")
		}
	})
	t.Run("what changes is changed in place", func(t *testing.T) {
		f := newFake(t, "/x")
		f.with(func() { f.list = oneLog("") })
		ctx := open(t, f, listText+`.includes('1.0 KB')`)
		f.tell(`{"say":"change","logs":[` + logJSON("m", `,"size":2048,"disk_free":1073741824,"disk_size":107374182400`) + `,` + logJSON("n", `,"rate":512,"line_rate":7,"error_rate":2`) + `]}`)
		do(t, ctx, poll(listText+`.includes('2.0 KB')`), poll(listText+`.includes('1.0 GB free on its disk (1 %)')`), poll(names+` === 'm n'`), poll(`['512 B/s', '7 lines/s', '2 errors/s'].every(rate => `+listText+`.includes(rate))`))
		// An age goes on without a word from the server.
		do(t, ctx, poll(`parseInt(document.querySelector('.age').textContent) >= 3`))
		f.tell(`{"say":"change","gone":[{"host":"a","id":"m"}],"hosts":[{"host":"a","state":"away","away_ms":60000,"notes":[],"binary":0}]}`)
		do(t, ctx, poll(names+` === 'n'`), poll(listText+`.includes('a is away since')`))
		f.tell(`{"say":"change","trouble":"livetail cannot reach Redis"}`)
		do(t, ctx, poll(truth+` === '◌ livetail cannot reach Redis'`))
		f.tell(`{"say":"beat"}`)
		do(t, ctx, poll(truth+` === '● up to date'`))
		// How old the last line of a log is nobody knows while its host is away: its row says so where a filter leaves nothing else.
		do(t, ctx, press("n"), poll(sumText+` === '1 of 1 log'`), poll(`document.querySelector('li').dataset.kind === 'away' && document.querySelector('li').innerText.startsWith('◌') && document.querySelector('li .age').innerText === 'host away'`), poll(`!document.querySelector('li').innerText.includes('/s')`), poll(`!`+listText+`.includes('a is away since')`))
	})
	t.Run("pins stay on top, here and in the next page", func(t *testing.T) {
		f := newFake(t, "/x")
		f.with(func() { f.list = someLogs })
		ctx := open(t, f, `document.querySelectorAll('.pin').length === 9`)
		do(t, ctx, run(`document.querySelector('a[href$="nightly.log"]').focus()`), press("p"), poll(`document.activeElement.parentElement.querySelector('.pin').ariaPressed === 'true'`))
		if first := value[string](t, ctx, names); strings.HasPrefix(first, "nightly") {
			t.Error("the row moved away from who pinned it")
		}
		do(t, ctx, run(`document.activeElement.blur()`), poll(names+`.startsWith('nightly.log slow.log')`), poll(`document.querySelector('h2').textContent === 'pinned'`),
			poll(`document.querySelector('li').innerText.includes('web-01 / app')`))
		before := ctx
		ctx = open(t, f, names+`.startsWith('nightly.log')`)
		do(t, ctx, chromedp.Click(`li .pin`), chromedp.MouseEvent(chromedp.MouseMoved, 500, 5), run(`document.activeElement.blur()`), poll(`!`+names+`.startsWith('nightly.log')`))
		do(t, before, poll(`!`+names+`.startsWith('nightly.log')`)) // nor is it in the other page
	})
	t.Run("sorted by what is asked for, in the address", func(t *testing.T) {
		f := newFake(t, "/x")
		f.with(func() { f.list = someLogs })
		ctx := open(t, f, sumText+` === '9 logs'`)
		sort := func(by string) chromedp.Action[chromedp.Void] {
			return run(`const s = document.querySelector('#sort'); s.value = '` + by + `'; s.dispatchEvent(new Event('change'))`)
		}
		do(t, ctx, sort("rate"), poll(names+`.startsWith('access.log orders.log error.log')`), poll(`location.search === '?sort=rate'`))
		do(t, ctx, sort("errors"), poll(names+`.startsWith('access.log orders.log error.log slow.log')`), poll(`[...document.querySelectorAll('h2')].some(head => head.textContent === 'by errors')`))
		do(t, ctx, sort("size"), poll(names+`.startsWith('access.log slow.log orders.log')`))
		do(t, ctx, chromedp.KeyEvent("log"), poll(`location.search === '?q=log&sort=size'`), chromedp.Reload(), poll(sumText+` === '9 of 9 logs'`), poll(names+`.startsWith('access.log slow.log orders.log')`))
		do(t, ctx, chromedp.Navigate(f.URL+"/x/"), poll(names+`.startsWith('access.log slow.log orders.log')`), sort("group"), poll(`location.search === ''`), poll(names+`.startsWith('slow.log')`))
		// What is sorted by changes all the time: rows take new places now and then.
		do(t, ctx, sort("rate"), poll(names+`.startsWith('access.log')`), run(`Date.now = (now => () => now() + 11_000)(Date.now)`))
		f.tell(`{"say":"change","logs":[{"host":"web-01","id":"nginx/error.log","name":"error.log","group":"nginx","size":18382,"age_ms":0,"rate":99999,"state":"ok","tails":0}]}`)
		do(t, ctx, poll(names+`.startsWith('error.log access.log')`))
	})
	t.Run("what came since a log was open is said", func(t *testing.T) {
		f := newFake(t, "/x")
		f.with(func() { f.list = oneLog("") })
		ctx := open(t, f, listText+`.includes('1.0 KB')`)
		// The log is looked at once its scripts have run, which is when it has the focus.
		do(t, ctx, chromedp.Navigate(f.URL+"/x/log/a/m"), poll(`document.activeElement?.id === 'log'`), chromedp.Navigate(f.URL+"/x/"), poll(listText+`.includes('1.0 KB')`))
		f.tell(`{"say":"change","logs":[` + logJSON("m", `,"size":5120,"age_ms":0`) + `]}`)
		do(t, ctx, poll(listText+`.includes('4.0 KB new')`))
		do(t, ctx, chromedp.Navigate(f.URL+"/x/log/a/m"), poll(`document.activeElement?.id === 'log'`), chromedp.Navigate(f.URL+"/x/"))
		f.with(func() { f.list = oneLog(`,"size":5120,"age_ms":600000`) }) // long before it was looked at, however slowly pages come
		do(t, ctx, poll(listText+`.includes('5.0 KB')`), poll(`!`+listText+`.includes('new')`))
	})
	t.Run("keys", func(t *testing.T) {
		f := newFake(t, "/x")
		f.with(func() { f.list = someLogs })
		ctx := open(t, f, sumText+` === '9 logs'`)
		focused := func(name string) chromedp.Action[chromedp.Void] {
			return poll(`document.activeElement.querySelector?.('.name')?.textContent === '` + name + `'`)
		}
		do(t, ctx, press("?"), poll(`document.querySelector('#keys').matches(':popover-open')`), chromedp.KeyEvent(kb.Escape), poll(`!document.querySelector('#keys').matches(':popover-open')`))
		do(t, ctx, chromedp.KeyEvent(kb.ArrowDown), focused("slow.log"), press("j"), focused("next.log"), press("k"), focused("slow.log"),
			press("/"), poll(`document.activeElement.id === 'filter'`))
		// Switched off, characters do nothing by themselves; what is no character still does.
		do(t, ctx, run(`document.activeElement.blur()`), chromedp.Click(`footer [popovertarget]`), chromedp.Click(`#characters`), chromedp.KeyEvent(kb.Escape), run(`document.activeElement.blur()`))
		do(t, ctx, press("n"), press("?"), press("/"), chromedp.KeyEvent(kb.ArrowDown), focused("slow.log"), press("j"), chromedp.KeyEvent(kb.ArrowDown), focused("next.log"))
		if value[bool](t, ctx, `document.querySelector('#filter').value !== '' || document.querySelector('#keys').matches(':popover-open')`) {
			t.Error("a key that is switched off did something")
		}
	})
	t.Run("an answer that something holds back is replaced by asking", func(t *testing.T) {
		f := newFake(t, "/x")
		f.with(func() { f.list, f.mutter = oneLog(""), true })
		ctx := browser.Tab(t, root)
		// The page's patience is shortened, not what it does: twice 12 s are too long for a test that waits 25.
		do(t, ctx, run(`0`), chromedp.Navigate(f.URL+"/x/jstest/run?module=held.js"), poll(`window.results`))
		if got := value[string](t, ctx, `JSON.stringify(window.results)`); !strings.Contains(got, `"error":""`) {
			t.Error(got)
		}
		f.mu.Lock()
		defer f.mu.Unlock()
		if f.asked["/api/v1/logs/live"] < 2 || f.asked["/api/v1/logs"] < 2 { // the page counts which of them began
			t.Errorf("asked %v", f.asked)
		}
	})
}

// withoutLocks makes all further pages of a tab believe that there are no Web Locks.
var withoutLocks = chromedp.Func(func(ctx context.Context, tab *chromedp.Target) error {
	_, err := cdp.Call(ctx, tab, page.AddScriptToEvaluateOnNewDocument, page.AddScriptToEvaluateOnNewDocumentParams{
		Source: `Object.defineProperty(navigator, 'locks', { value: undefined })`,
	})
	return err
})

// TestOneListForAllTabs: however many tabs there are, one of them listens, and one that nobody looks at never does.
func TestOneListForAllTabs(t *testing.T) {
	f := newFake(t, "/x")
	f.with(func() { f.list = oneLog("") })
	root := browser.New(t)
	var tabs []context.Context
	for range 12 {
		tab := browser.Tab(t, root)
		do(t, tab, chromedp.Navigate(f.URL+"/x/"), hide(false), poll(sumText+` === '1 log'`))
		tabs = append(tabs, tab)
	}
	all := func(what string) {
		t.Helper()
		for i, tab := range tabs {
			if err := browser.Do(tab, poll(listText+`.includes('`+what+`')`)); err != nil {
				t.Errorf("tab %d: %v", i, err)
			}
		}
	}
	f.tell(`{"say":"change","logs":[` + logJSON("m", `,"size":2048`) + `]}`)
	all("2.0 KB")
	f.mu.Lock()
	if f.asked["/api/v1/logs/live"] != 1 || f.lists != 1 || f.asked["/api/v1/logs"] != 0 {
		t.Errorf("%d live lists, asked %v", f.lists, f.asked)
	}
	f.mu.Unlock()
	// The one that listens goes; another one listens, and all hear.
	do(t, tabs[0], chromedp.Navigate("about:blank"))
	tabs = tabs[1:]
	f.until("another tab listens", func() bool { return f.asked["/api/v1/logs/live"] == 2 && f.lists == 1 })
	f.tell(`{"say":"change","logs":[` + logJSON("m", `,"size":3072`) + `]}`)
	all("3.0 KB")
	// The one that listens goes while nobody looks at any other: none of them takes its part, and all let go of the lock. Only when
	// that is so can no request be on its way any more.
	for _, tab := range tabs[1:] {
		do(t, tab, hide(true))
	}
	do(t, tabs[0], chromedp.Navigate("about:blank"))
	tabs = tabs[1:]
	do(t, tabs[3], run(`for (let some = 1; some > 0; await new Promise((soon) => setTimeout(soon, 20))) {
		const { held, pending } = await navigator.locks.query()
		some = held.length + pending.length
	}`))
	f.until("nobody listens", func() bool { return f.lists == 0 })
	f.mu.Lock()
	if n := f.asked["/api/v1/logs/live"]; n != 2 {
		t.Errorf("%d live lists were asked for: a tab that nobody looks at did", n)
	}
	f.mu.Unlock()
	f.with(func() { f.list, f.news = oneLog(`,"size":4096`), nil })
	do(t, tabs[3], hide(false), poll(listText+`.includes('4.0 KB')`))
	f.mu.Lock()
	if n := f.asked["/api/v1/logs/live"]; n != 3 || f.lists != 1 {
		t.Errorf("looked at again, %d live lists were asked for in all and %d are open", n, f.lists)
	}
	f.mu.Unlock()
	// The one that listens is hidden itself, and gives its part up.
	do(t, tabs[3], hide(true))
	f.until("the tab that was hidden listens no more", func() bool { return f.lists == 0 })
	do(t, tabs[3], hide(false))
	f.until("it listens again", func() bool { return f.lists == 1 })
	// Without locks, as on plain http, each window that somebody looks at listens itself.
	alone := browser.Tab(t, root)
	do(t, alone, chromedp.Navigate(f.URL+"/x/signin"), poll(`document.querySelector('#signin')`))
	do(t, alone, withoutLocks, chromedp.Navigate(f.URL+"/x/"), poll(listText+`.includes('4.0 KB')`))
	f.until("it listens itself", func() bool { return f.lists == 2 })
}
