package templates

import (
	"context"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"livetail/internal/browser"
	"livetail/internal/wire"
)

// halfMinute lets the page's long waits pass at once.
var halfMinute = run(`const wait = setTimeout; window.setTimeout = (act, ms) => wait(act, ms === 30_000 ? 0 : ms)`)

// TestPage: what is the page's: who looks at it, its address, its marks, and the logs beside each other.
func TestPage(t *testing.T) {
	root := browser.New(t)
	t.Run("hidden it takes counts only, and is at the live edge when it is looked at", func(t *testing.T) {
		f := newFake(t, "/x")
		longLog(f)
		ctx := viewer(t, root, f)
		do(t, ctx, poll(logText+`.includes('line 11999 ')`), halfMinute, hide(true))
		f.until("it wants counts only", func() bool { return strings.Contains(strings.Join(f.said, ""), `"quiet":true`) })
		do(t, ctx, run(`window.footer = new MutationObserver(() => {}); footer.observe(document.querySelector('.status'), { subtree: true, childList: true, characterData: true, attributes: true })`))
		f.write(0, numbered("unseen", 12_000, 12_003))
		do(t, ctx, poll(`document.title.startsWith('(3) ')`), run(`document.querySelector('#truth').textContent = 'old'; footer.takeRecords()`))
		if value[bool](t, ctx, logText+`.includes('unseen')`) {
			t.Error("lines came though nobody looks")
		}
		for i := range 6 { // more than is fetched rather than skipped
			f.write(0, numbered("unseen", 12_003+i*1000, 13_003+i*1000))
		}
		do(t, ctx, poll(`document.title.startsWith('(999+, 999+ errors) ')`))
		if n := value[int](t, ctx, `footer.takeRecords().length`); n > 0 {
			t.Errorf("the status line changed %d times though nobody looks", n)
		}
		do(t, ctx, hide(false), poll(`document.querySelector('#truth').textContent.startsWith('● live')`))
		do(t, ctx, poll(seenLines+`.at(-1).includes('unseen line 18002 ')`), poll(`!document.title.startsWith('(')`))
		// What was skipped is there for who scrolls back, and where one was is marked.
		do(t, ctx, run(`
			const log = document.querySelector('#log')
			window.around = []
			window.beside = ''
			for (let i = 0, waited = 0; i < 3000 && around.length === 0; i++) {
				const rows = [...log.querySelectorAll('.row')].map(row => row.textContent)
				const at = rows.findIndex(text => text.startsWith('you were here '))
				beside = at >= 0 ? rows.slice(Math.max(0, at - 2), at + 3).join(' / ') : 'not seen, up to ' + rows[0] + ' / ' + rows.at(-1) + ', at ' + log.scrollTop + ' of ' + log.scrollHeight + ', of marks ' + localStorage.getItem('livetail.marks.web-01/nginx/access.log')
				// What is beside the mark may not have come yet: that is waited for where it will stand.
				if (rows[at - 1]?.includes(' line ') && rows[at + 1]?.includes(' line ')) around = rows.slice(at - 1, at + 2)
				else if (at <= 0 || waited++ > 100) log.scrollTop -= at < 0 ? 900 : 100`+drawn+`
			}`))
		if got := value[[]string](t, ctx, `around`); len(got) != 3 || !strings.Contains(got[0], "live line 11999 ") || !strings.Contains(got[2], "unseen line 12000 ") {
			t.Errorf("around the mark is %q; %s", got, value[string](t, ctx, `beside`))
		}
	})
	t.Run("hidden for a moment it goes on", func(t *testing.T) {
		f := newFake(t, "/x")
		f.write(0, "one\n")
		ctx := viewer(t, root, f)
		do(t, ctx, poll(logText+`.includes('one')`), run(`const wait = setTimeout; window.setTimeout = (act, ms) => wait(act, ms === 30_000 ? 50 : ms)`))
		// Timers end in their order: what was to be after half a minute would have been.
		do(t, ctx, run(`for (const hidden of [true, false]) {
				Object.defineProperty(document, 'hidden', { value: hidden, configurable: true })
				document.dispatchEvent(new Event('visibilitychange'))
			}
			await new Promise(done => setTimeout(done, 100))`))
		f.write(0, "two\n")
		do(t, ctx, poll(logText+`.includes('two')`))
	})
	t.Run("back through the browser's history it is where it was, and goes on", func(t *testing.T) {
		f := newFake(t, "/x")
		longLog(f)
		ctx := viewer(t, root, f)
		do(t, ctx, poll(logText+`.includes('line 11999 ')`), settled, run(`document.querySelector('#log').scrollTop -= 3000`), poll(more), poll(`location.search.includes('at=')`), settled)
		top := value[string](t, ctx, cutRow)
		do(t, ctx, chromedp.Click(`a.back`), poll(`location.pathname === '/x/'`))
		f.until("its socket is closed", func() bool { return f.closed == 1 })
		f.write(0, numbered("live", 12_000, 12_003))
		do(t, ctx, run(`history.back()`), poll(`document.querySelector('#log') && `+cutRow+` === `+quote(top)), chromedp.KeyEvent("G"), poll(seenLines+`.at(-1).includes('line 12002 ')`))
		f.write(0, numbered("live", 12_003, 12_004))
		do(t, ctx, poll(seenLines+`.at(-1).includes('line 12003 ')`), poll(truth+`.startsWith('● live')`))
		// And as browsers say it that kept the page meanwhile.
		do(t, ctx, run(`dispatchEvent(new PageTransitionEvent('pagehide', { persisted: true }))`))
		f.until("its socket is closed", func() bool { return f.closed == 2 })
		f.write(0, numbered("live", 12_004, 12_005))
		do(t, ctx, run(`dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true }))`), poll(seenLines+`.at(-1).includes('line 12004 ')`))
	})
	t.Run("lines do not wait for what the API says of the log", func(t *testing.T) {
		f := newFake(t, "/x")
		f.with(func() { f.hold = true })
		f.write(0, "one\n")
		ctx := viewer(t, root, f)
		do(t, ctx, poll(logText+`.includes('one')`))
		f.with(func() { f.hold = false })
		f.write(0, "two\n")
		do(t, ctx, poll(logText+`.includes('two')`))
		f.mu.Lock()
		defer f.mu.Unlock()
		if len(f.opens) != 1 {
			t.Errorf("%d sockets, want 1", len(f.opens))
		}
	})
	t.Run("lines are asked for before there is a page, once, and then those of its address", func(t *testing.T) {
		f := newFake(t, "/x")
		f.with(func() { f.lateScript = true })
		f.write(0, "one\n")
		ctx := viewer(t, root, f)
		do(t, ctx, poll(logText+`.includes('one')`))
		f.write(0, "two\n")
		do(t, ctx, poll(logText+`.includes('two')`))
		f.mu.Lock()
		opens := len(f.opens)
		f.mu.Unlock()
		if opens != 1 {
			t.Errorf("%d sockets, want 1", opens)
		}
		do(t, ctx, chromedp.Navigate(f.URL+"/x/log/web-01/nginx/access.log?q=two"), poll(logText+`.trim() === 'two'`))
	})
	t.Run("why its socket is refused the API says", func(t *testing.T) {
		f := newFake(t, "/x")
		f.with(func() { f.status, f.refusal = 503, `{"error":"Redis is away","retry":2}` })
		ctx := viewer(t, root, f)
		do(t, ctx, poll(`document.querySelector('#truth').textContent.includes('Redis is away')`))
		f.with(func() { f.status = 0 })
		f.write(0, "one\n")
		do(t, ctx, poll(logText+`.includes('one')`))
	})
	t.Run("the address has all that is looked at", func(t *testing.T) {
		f := newFake(t, "/x")
		longLog(f)
		ctx := viewer(t, root, f)
		do(t, ctx, poll(logText+`.includes('line 11999 ')`), chromedp.Click(`[data-level=error]`), poll(seenLines+`.every(text => text.includes('ERROR'))`))
		letGo := drag(t, ctx, 0.5)
		letGo()
		do(t, ctx, poll(topRow+`.includes(' older line ')`), settled)
		top := value[string](t, ctx, cutRow)
		do(t, ctx, poll(`location.search.includes('level=error') && new URLSearchParams(location.search).get('at') === `+quote(older(f, top))))
		address := value[string](t, ctx, `location.href`)
		other := browser.Tab(t, root)
		do(t, other, chromedp.EmulateViewport(1000, 600), chromedp.Navigate(address), poll(topRow+` === `+quote(top)))
		if !value[bool](t, other, seenLines+`.every(text => text.includes('ERROR')) && document.querySelector('[data-level=error]').ariaPressed === 'true'`) {
			t.Error("the filter is another")
		}
		do(t, ctx, chromedp.Focus("#log"), chromedp.KeyEvent("G"), poll(`!location.search.includes('at=')`))
	})
	t.Run("a link to lines opens them with their surroundings", func(t *testing.T) {
		f := newFake(t, "/x")
		longLog(f)
		ctx := browser.Tab(t, root)
		do(t, ctx, chromedp.EmulateViewport(1000, 600), chromedp.Navigate(f.URL+"/x/log/web-01/nginx/access.log?line="+older(f, "line 5000 ")+"~"+older(f, "line 5002 ")))
		do(t, ctx, poll(`[...document.querySelectorAll('.linked')].map(row => row.textContent.match(/line (\d+)/)[1]).join() === '5000,5001,5002'`))
		do(t, ctx, poll(seenLines+`[0].includes('line 49')`), poll(seenLines+`.at(-1).includes('line 50')`))
		// From one file into the next.
		f.mu.Lock()
		live := wire.Position{{File: "file", Offset: int64(strings.LastIndexByte(string(f.frames[0].Payload[:strings.Index(string(f.frames[0].Payload), "line 8001 ")]), '\n') + 1)}}.String()
		f.mu.Unlock()
		do(t, ctx, chromedp.Navigate(f.URL+"/x/log/web-01/nginx/access.log?line="+older(f, "line 7998 ")+"~"+live), poll(picked+` === '7998,7999,8000,8001'`), poll(seenLines+`[0].includes('line 79')`))
	})
	t.Run("Enter drops a mark, which stays", func(t *testing.T) {
		f := newFake(t, "/x")
		f.write(0, "one\ntwo\n")
		ctx := viewer(t, root, f)
		do(t, ctx, poll(logText+`.includes('two')`), chromedp.KeyEvent(kb.Enter), poll(`/two\n+mark, \d\d:\d\d:\d\d$/.test(`+logText+`.trim())`))
		f.write(0, "three\n")
		do(t, ctx, poll(logText+`.includes('three')`))
		if n := value[int](t, ctx, `[...document.querySelectorAll('.rule')].filter(rule => rule.textContent.startsWith('mark, ')).length`); n != 1 {
			t.Errorf("one mark stands there %d times", n)
		}
		do(t, ctx, chromedp.Reload(), poll(`/two\s+(you were here [\d:]+\s+)?mark, \d\d:\d\d:\d\d\s+(you were here [\d:]+\s+)?three/.test(`+logText+`)`))
	})
	t.Run("logs beside each other", func(t *testing.T) {
		f := newFake(t, "/x")
		f.write(0, "one\n")
		f.with(func() { f.list = someLogs })
		ctx := viewer(t, root, f)
		do(t, ctx, poll(logText+`.includes('one')`), chromedp.KeyEvent("["), poll(`document.activeElement.closest('.rail')`))
		do(t, ctx, typed("slow"), poll(`document.querySelectorAll('.rail a').length === 1`), chromedp.Click(`.rail li button`))
		do(t, ctx, poll(`document.querySelectorAll('.pane').length === 2 && document.querySelectorAll('.pane .log')[1].innerText.includes('one')`), poll(`location.search === '?with=db-01%2Fpostgres%2Fslow.log'`))
		f.write(0, "two\n")
		do(t, ctx, poll(`[...document.querySelectorAll('.pane .log')].every(log => log.innerText.includes('two'))`))
		// Asked for again, it is gone to.
		do(t, ctx, chromedp.KeyEvent("1"), poll(`document.activeElement.id === 'log'`), chromedp.Click(`.rail li button`), poll(`document.activeElement === document.querySelectorAll('.pane .log')[1]`), poll(`document.querySelectorAll('.pane').length === 2`))
		do(t, ctx, poll(`document.querySelectorAll('.truth.live').length === 2 && new Set([...document.querySelectorAll('.truth')].map(one => getComputedStyle(one).color)).size === 1`), chromedp.KeyEvent("1"), poll(`document.activeElement.id === 'log'`), chromedp.KeyEvent("2"), poll(`document.activeElement === document.querySelectorAll('.pane .log')[1]`))
		do(t, ctx, chromedp.Reload(), poll(`document.querySelectorAll('.pane').length === 2 && document.querySelectorAll('.pane .log')[1].innerText.includes('two')`))
		do(t, ctx, chromedp.Click(`.pane:last-child [data-part=close]`), poll(`document.querySelectorAll('.pane').length === 1 && location.search === ''`))
		f.until("its socket is closed", func() bool { return len(f.live) > 0 && f.closed >= 3 })
		// There are four at most.
		do(t, ctx, run(`const filter = document.querySelector('.rail input'); filter.value = ''; filter.dispatchEvent(new Event('input'))`), poll(`document.querySelectorAll('.rail li button').length === 9`),
			// Bars of ten minutes, where there is something to draw: missing and unreadable logs have none.
			poll(`[...document.querySelectorAll('.rail a')].filter(row => row.querySelector('.spark path:last-child')).length === 5`),
			poll(`[...document.querySelectorAll('.rail a')].find(row => row.innerText.includes('access.log')).querySelector('.spark path:last-child').getAttribute('d').split('M').length > 20`),
			// What is pinned in the list is on top here too.
			run(`localStorage.setItem('livetail.pins', '["web-01 app/nightly.log"]'); document.querySelector('.rail input').dispatchEvent(new Event('input'))`), poll(`[...document.querySelectorAll('.rail li')].slice(0, 3).map(row => row.innerText.replaceAll(/\s+/g, ' ')).join('|') === '★ pinned|nightly.log 14 h +|db-01 / postgres'`),
			run(`for (const button of [...document.querySelectorAll('.rail li button')]) button.click()`), poll(`document.querySelectorAll('.pane').length === 4`), poll(`document.querySelector('#hint').textContent === 'four logs are beside each other at most; close one first'`))
	})
	t.Run("the address has what is looked at in a log beside, too", func(t *testing.T) {
		f := newFake(t, "/x")
		longLog(f)
		ctx := browser.Tab(t, root)
		do(t, ctx, chromedp.EmulateViewport(1000, 600), chromedp.Navigate(f.URL+"/x/log/web-01/nginx/access.log?with=db-01/slow.log"))
		const second = `document.querySelectorAll('.pane')[1]`
		do(t, ctx, poll(second+`?.querySelector('h1').innerText.endsWith('slow.log')`), poll(second+`.querySelector('h1').title === 'db-01 / slow.log' && `+second+`.ariaLabel === 'slow.log on db-01'`))
		const lines = `[...` + second + `.querySelectorAll('.row:not(.rule)')].map(row => row.textContent)`
		const top = `((box, rows) => rows.find(row => row.getBoundingClientRect().bottom > box.top + 1)?.textContent)(` + second + `.querySelector('.log').getBoundingClientRect(), [...` + second + `.querySelectorAll('.row')])`
		do(t, ctx, poll(lines+`.at(-1)?.includes('line 11999 ')`), chromedp.KeyEvent("2"), chromedp.KeyEvent("/"), poll(`document.activeElement === `+second+`.querySelector('.include')`), typed("ERROR"), chromedp.KeyEvent(kb.Enter))
		do(t, ctx, poll(lines+`.length > 5 && `+lines+`.every(text => text.includes('ERROR'))`), chromedp.KeyEvent(kb.Home), poll(lines+`[0].includes('oldest line ')`), run(second+`.querySelector('.log').scrollTop += 300`), poll(top+`.includes('oldest line ')`))
		do(t, ctx, poll(`new URLSearchParams(new URLSearchParams(location.search).get('look')).get('at')`), settled)
		at := value[string](t, ctx, top)
		do(t, ctx, poll(`(sent => sent === document.body.sent || void (document.body.sent = sent))(location.href)`), chromedp.Reload(), poll(`!document.body?.sent && `+second), poll(top+` === `+quote(at)))
		if !value[bool](t, ctx, lines+`.every(text => text.includes('ERROR')) && `+second+`.querySelector('.include').value === 'ERROR' && document.querySelector('.include').value === ''`) {
			t.Error("the filters are others")
		}
	})
	t.Run("a connection that was lost is said where it came back", func(t *testing.T) {
		f := newFake(t, "/x")
		f.write(0, "one\n")
		ctx := viewer(t, root, f)
		do(t, ctx, poll(truth+`.startsWith('● live')`))
		lose := func() {
			f.with(func() { f.noSockets = true })
			f.cut(0, "")
			do(t, ctx, poll(truth+`.startsWith('◌ reconnecting in ')`), run(`Date.now = (now => () => now() + 72_000)(Date.now)`))
			f.with(func() { f.noSockets = false })
			do(t, ctx, run(`dispatchEvent(new Event('online'))`), poll(truth+`.startsWith('● live')`))
		}
		lose()
		lose()
		f.write(0, "two\n")
		do(t, ctx, poll(`/(^|\n)one\n+reconnected \d\d:\d\d:\d\d, after 1 min\n+two$/.test(`+logText+`.trim())`))
		// It is no line of the log.
		do(t, ctx, command("a", ""), poll(takes+` === '2 lines picked'`), command("c", "copy"))
		if got := pasted(t, root, f); got != "one\ntwo" {
			t.Errorf("pasted %q", got)
		}
	})
	t.Run("who does not see the page hears what happens, and not all the time", func(t *testing.T) {
		f := newFake(t, "/x")
		f.write(wire.Backlog, "one\n")
		ctx := browser.Tab(t, root)
		const heard = `window.heard.join('|')`
		do(t, ctx, chromedp.Func(func(ctx context.Context, tab *chromedp.Target) error {
			_, err := cdp.Call(ctx, tab, page.AddScriptToEvaluateOnNewDocument, page.AddScriptToEvaluateOnNewDocumentParams{Source: `
				window.seconds = [] // which the test lets pass
				window.setInterval = (act, ms) => seconds.push(act)
				window.heard = []
				const spoken = () => document.querySelector('#announce')?.textContent ?? ''
				let last = ''
				new MutationObserver(() => spoken() !== last && heard.push(last = spoken())).observe(document, { childList: true, characterData: true, subtree: true })`})
			return err
		}), chromedp.EmulateViewport(1000, 600), chromedp.Navigate(f.URL+"/x/log/web-01/nginx/access.log"), poll(heard+`.endsWith('reading the last lines')`))
		// That it is live is said once, as the status line says it then.
		f.mark(wire.Marker{Kind: wire.MarkLive})
		f.write(0, "two\n")
		const live = `/reading the last lines\|live(, last line 3 s ago)?$/.test(` + heard + `)`
		do(t, ctx, poll(logText+`.includes('two')`), poll(live), run(`Date.now = (now => () => now() + 72_000)(Date.now); seconds.forEach(act => act())`), poll(truth+` === '● live, last line 1 min ago'`), poll(live))
		if got := value[string](t, ctx, `['log', 'announce'].flatMap(id => ['role', 'aria-live'].map(name => document.getElementById(id).getAttribute(name))).join()`); got != "log,off,status,polite" {
			t.Errorf("the lines are read out as they come, or what is to be heard is not: %s", got)
		}
		f.write(0, strings.Repeat("more\n", 40))
		do(t, ctx, poll(logText+`.includes('more')`), run(`heard.length = 0; for (let i = 0; i < 28; i++) seconds.forEach(act => act())`), twoFrames)
		if got := value[string](t, ctx, heard); got != "" {
			t.Errorf("within half a minute it says %q", got)
		}
		do(t, ctx, run(`for (let i = 0; i < 31; i++) seconds.forEach(act => act())`), poll(heard+` === '41 new lines'`), run(`heard.length = 0`))
		// What another filter fetches is not new.
		do(t, ctx, press("/"), typed("o"), poll(passes+`.startsWith('42 of 42 ')`), run(`heard.length = 0; for (let i = 0; i < 31; i++) seconds.forEach(act => act())`), twoFrames)
		f.write(0, "more\n")
		do(t, ctx, poll(passes+`.startsWith('43 of 43 ')`), run(`for (let i = 0; i < 31; i++) seconds.forEach(act => act())`), poll(heard+` === '1 new line'`), run(`heard.length = 0`))
		f.with(func() { f.signedOut = true })
		f.cut(4001, "signed out")
		do(t, ctx, poll(heard+`.startsWith('signed out')`))
	})
	t.Run("what ends a connection for good is said, and lines stay", func(t *testing.T) {
		f := newFake(t, "/x")
		f.write(0, "one\n")
		ctx := viewer(t, root, f)
		do(t, ctx, poll(truth+`.startsWith('● live')`))
		f.cut(4000, `stopped by ada: "disk work, back at 15:00"`)
		do(t, ctx, poll(truth+` === '■ stopped by ada: "disk work, back at 15:00"'`), poll(`document.querySelector('#stop').textContent === 'try again'`))
		f.write(0, "two\n")
		do(t, ctx, run(`dispatchEvent(new Event('online'))`), twoFrames, poll(logText+`.includes('one') && !`+logText+`.includes('two')`), chromedp.Click("#stop"), poll(logText+`.includes('two')`), poll(truth+`.startsWith('● live')`))
	})
	t.Run("an older page comes again when nobody looks", func(t *testing.T) {
		f := newFake(t, "/x")
		longLog(f)
		f.with(func() { f.version = "newer" })
		ctx := viewer(t, root, f)
		do(t, ctx, poll(`document.querySelector('#hint').textContent.includes('updated')`))
		letGo := drag(t, ctx, 0.5)
		letGo()
		// Who scrolls and leaves at once comes back to where that led.
		do(t, ctx, poll(topRow+`.includes(' older line ')`), settled, run(`window.old = true
			document.querySelector('#log').scrollTop += 1000`+drawn+`
			sessionStorage.setItem('there', `+cutRow+`)
			setTimeout(() => {
				Object.defineProperty(document, 'hidden', { value: true, configurable: true })
				document.dispatchEvent(new Event('visibilitychange'))
			})`), poll(`!window.old`), poll(cutRow+` === sessionStorage.getItem('there')`))
		// Loaded anew it is as old as before: once is enough.
		do(t, ctx, poll(`document.querySelector('#hint').textContent.includes('updated')`), run(`window.old = true`), hide(true), twoFrames, poll(`window.old`))
	})
}

// cutRow is the row at the upper edge, also if less than half of it is seen.
const cutRow = `[...document.querySelectorAll('#log .row')].find(row => row.getBoundingClientRect().bottom > document.querySelector('#log').getBoundingClientRect().top + 1).textContent`

// older is the place of a line of longLog's middle file, as addresses name it.
func older(f *fake, line string) string {
	f.mu.Lock()
	defer f.mu.Unlock()
	data := string(f.past[1].data)
	at := strings.Index(data, line)
	return wire.Position{{File: "one", Offset: int64(strings.LastIndexByte(data[:at], '\n') + 1)}}.String()
}
