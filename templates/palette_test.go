package templates

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"livetail/internal/browser"
)

const (
	paletteOpen = `document.querySelector('#palette').matches(':popover-open')`
	keysOpen    = `document.querySelector('#keys').matches(':popover-open')`
	offered     = `[...document.querySelectorAll('#palette .name')].map(name => name.textContent).join()`
	chosen      = `document.querySelector('#palette [aria-selected="true"] .name')?.textContent`
	does        = `document.querySelector('#palette [aria-selected="true"] .does')?.textContent`
	paletteSaid = `document.querySelector('#palette output').textContent`
)

var ctrlK = chromedp.KeyEvent("k", chromedp.KeyModifiers(kb.ModifierCtrl))

// TestPalette: any log is a few letters away.
func TestPalette(t *testing.T) {
	ctx := oneLine(t)
	if value[bool](t, ctx, `performance.getEntriesByType('resource').some(({ name }) => name.endsWith('/palette.js'))`) {
		t.Error("the palette is fetched before anybody asks for it")
	}
	do(t, ctx, ctrlK, poll(paletteOpen), poll(paletteSaid+`.startsWith('9 logs, ')`))
	do(t, ctx, chromedp.KeyEvent("log"), poll(`document.querySelector('#palette input').value === 'log'`), chromedp.KeyEvent(" NGINX"), poll(offered+` !== '' && !`+offered+`.includes('slow')`))
	do(t, ctx, chromedp.KeyEvent(kb.Escape), poll(`!`+paletteOpen), poll(`document.activeElement.id === 'log'`))
	// A character of the log's own keys opens it too, and is not written into it.
	do(t, ctx, press("o"), poll(paletteOpen), poll(`document.querySelector('#palette input').value === ''`))
	do(t, ctx, chromedp.KeyEvent("error"), poll(chosen+` === 'error.log'`), chromedp.KeyEvent(kb.Enter), poll(`location.pathname === '/x/log/web-01/nginx/error.log'`), poll(logText+`?.includes('one')`))
	do(t, ctx, ctrlK, poll(offered+` !== ''`), chromedp.KeyEvent("slow"), poll(chosen+` === 'slow.log'`), chromedp.KeyEvent(kb.Enter, chromedp.KeyModifiers(kb.ModifierCtrl)), poll(`document.querySelectorAll('.pane').length === 2`), poll(`!`+paletteOpen))
	do(t, ctx, ctrlK, poll(paletteOpen), chromedp.KeyEvent("no such log"), poll(paletteSaid+`.startsWith('no log has')`), chromedp.KeyEvent(kb.Enter), poll(paletteOpen))
	do(t, ctx, chromedp.KeyEvent(kb.Escape), run(`document.querySelector('[data-part="menu-button"]').click()`), chromedp.Click(`[data-part="palette-button"]`), poll(paletteOpen), poll(offered+` !== ''`))
	clickOn(t, ctx, `[...document.querySelectorAll('#palette li')].find(row => row.textContent.includes('orders.log'))`)
	do(t, ctx, poll(`location.pathname.endsWith('/orders.log')`), poll(logText+`?.includes('one')`))
	// What was open last comes first.
	do(t, ctx, ctrlK, poll(`/^(slow.log,error.log|error.log,slow.log),access.log,/.test(`+offered+`)`))
}

// choose opens the palette and types, until the command that begins with words is the one that Enter runs.
func choose(t *testing.T, ctx context.Context, typed, words string) {
	t.Helper()
	do(t, ctx, ctrlK, poll(paletteOpen), chromedp.KeyEvent(typed), poll(does+`?.startsWith(`+quote(words)+`)`))
}

// TestCommands: what the key sheet says is what the palette offers, each with its keys; it does what its key or its button does, where
// one was, and what was selected still is.
func TestCommands(t *testing.T) {
	root := browser.New(t)
	f := newFake(t, "/x")
	f.with(func() { f.list = someLogs })
	f.write(0, numbered("live", 0, 300))
	ctx := viewer(t, root, f)
	do(t, ctx, poll(logText+`.includes('line 299 ')`), ctrlK, poll(paletteSaid+`.startsWith('9 logs, ')`))
	if first := value[string](t, ctx, chosen); first == "" {
		t.Error("a command comes before the logs")
	}
	// One list: the rows of the sheet that name a control, in their order, with their keys; controls that are not there now are not offered.
	const rows = `[...document.querySelectorAll('#keys [data-press]')].filter(row => !/next|before|close|stopping/.test(row.dataset.press))`
	if value[bool](t, ctx, `JSON.stringify(`+rows+`.map(row => row.querySelector('dt kbd') ? row.querySelector('dd').textContent : row.querySelector('dt').textContent + ': ' + row.querySelector('dd').textContent)) !==
		JSON.stringify([...document.querySelectorAll('#palette .does')].map(does => does.textContent).slice(0, `+rows+`.length))`) {
		t.Errorf("offered are %s", value[string](t, ctx, `[...document.querySelectorAll('#palette .does')].map(does => does.textContent).join('\n')`))
	}
	if keys := value[string](t, ctx, `[...document.querySelectorAll('#palette .command')].find(row => row.textContent.startsWith('follow')).querySelector('.by').innerText`); keys != "End G f" {
		t.Errorf("beside following stands %q", keys)
	}
	if value[bool](t, ctx, `document.querySelector('#palette').innerText.includes('stop for all')`) {
		t.Error("who is no administrator is offered to stop the log for all")
	}
	do(t, ctx, chromedp.KeyEvent(kb.ArrowUp), poll(does+` === 'theme: light'`), chromedp.KeyEvent(kb.ArrowDown), poll(chosen+` !== undefined`), chromedp.KeyEvent(kb.Escape), poll(`document.activeElement.id === 'log'`))

	choose(t, ctx, "wrap", "wrap long lines")
	do(t, ctx, chromedp.KeyEvent(kb.Enter), poll(`document.querySelector('#log').matches('.wrap') && !`+paletteOpen+` && document.activeElement.id === 'log'`))
	choose(t, ctx, "LINES long", "wrap long lines")
	do(t, ctx, chromedp.KeyEvent(kb.Enter), poll(`!document.querySelector('#log').matches('.wrap')`))
	choose(t, ctx, "first", "go to the first line")
	do(t, ctx, chromedp.KeyEvent(kb.Enter), poll(seenLines+`[0].includes('line 0 ')`))
	choose(t, ctx, "follow", "follow")
	do(t, ctx, chromedp.KeyEvent(kb.Enter), poll(seenLines+`.at(-1).includes('line 299 ')`))
	choose(t, ctx, "time", "time column")
	do(t, ctx, chromedp.KeyEvent(kb.Enter), poll(`document.querySelector('[data-part=zone]').textContent !== 'local time'`), poll(`document.querySelector('#log .time.beside')`))
	choose(t, ctx, "go to a", "go to a time")
	do(t, ctx, chromedp.KeyEvent(kb.Enter), poll(`document.activeElement.closest('[data-part=time]')`), chromedp.KeyEvent(kb.Escape))
	choose(t, ctx, "filter", "filter")
	do(t, ctx, chromedp.KeyEvent(kb.Enter), poll(`document.activeElement.matches('.include')`), run(`document.querySelector('#log').focus()`))
	choose(t, ctx, "mark", "mark")
	do(t, ctx, chromedp.KeyEvent(kb.Enter), poll(`[...document.querySelectorAll('.rule')].some(rule => rule.textContent.startsWith('mark, '))`))
	choose(t, ctx, "columns", "columns only")
	do(t, ctx, chromedp.KeyEvent(kb.Enter), poll(`document.querySelector('#hint').textContent !== ''`))
	choose(t, ctx, "keys", "keys: this")
	do(t, ctx, chromedp.KeyEvent(kb.Enter), poll(keysOpen), chromedp.KeyEvent(kb.Escape))
	choose(t, ctx, "theme dark", "theme: dark")
	do(t, ctx, chromedp.KeyEvent(kb.Enter), poll(`document.documentElement.style.colorScheme === 'dark' && document.querySelector('#theme').value === 'dark'`))
	choose(t, ctx, "theme", "theme: as the system")
	do(t, ctx, chromedp.KeyEvent(kb.Enter), poll(`document.documentElement.style.colorScheme === ''`))
	choose(t, ctx, "characters", "keys that are characters: off")
	do(t, ctx, chromedp.KeyEvent(kb.Enter), poll(`!document.querySelector('#characters').checked`))
	choose(t, ctx, "characters", "keys that are characters: on")
	do(t, ctx, chromedp.KeyEvent(kb.Enter), poll(`document.querySelector('#characters').checked`))

	// Of what is selected: it stays so, and without anything it is said.
	do(t, ctx, run(`window.copied = []; Object.defineProperty(navigator, 'clipboard', { value: { writeText: async text => void copied.push(text) }, configurable: true }); Object.defineProperty(window, 'isSecureContext', { value: true, configurable: true })`))
	choose(t, ctx, "copy sel", "copy the selected lines")
	do(t, ctx, chromedp.KeyEvent(kb.Enter), poll(`document.querySelector('#hint').textContent.startsWith('no line is selected')`))
	do(t, ctx, run(`const [a, b] = [...document.querySelectorAll('#log .row:not(.rule)')].slice(-3); getSelection().setBaseAndExtent(a, 0, b, b.childNodes.length)`), poll(`!document.querySelector('.taking').hidden`))
	choose(t, ctx, "copy sel", "copy the selected lines")
	do(t, ctx, chromedp.KeyEvent(kb.Enter), poll(`copied.length === 1 && /line 297 .*\n.*line 298 /.test(copied[0])`), run(`getSelection().empty()`))
	choose(t, ctx, "copy link", "copy link")
	do(t, ctx, chromedp.KeyEvent(kb.Enter), poll(`copied.length === 2 && copied[1].startsWith(location.origin + location.pathname)`))

	// While the logs are on their way, what is chosen stays so.
	f.with(func() { f.hold = true })
	do(t, ctx, chromedp.Reload(), poll(`document.querySelector('#keys')`), poll(`document.activeElement?.id === 'log'`), ctrlK, poll(paletteOpen), chromedp.KeyEvent("o"), poll(does+` !== undefined`))
	before := value[string](t, ctx, does)
	f.with(func() { f.hold = false })
	do(t, ctx, poll(offered+`.includes('access.log')`))
	if got := value[string](t, ctx, does); got != before {
		t.Errorf("Enter would have been %q, and is %q since the logs came", before, got)
	}
	do(t, ctx, chromedp.KeyEvent(kb.Escape))

	// A log beside, and then that one goes again: of both, the one that has the focus is meant.
	choose(t, ctx, "split", "split")
	do(t, ctx, chromedp.KeyEvent(kb.Enter), poll(paletteOpen), poll(`!document.querySelector('#palette .command')`), chromedp.KeyEvent("slow"), poll(chosen+` === 'slow.log'`), chromedp.KeyEvent(kb.Enter), poll(`document.querySelectorAll('.pane').length === 2`))
	do(t, ctx, poll(`document.activeElement.closest('.pane') === document.querySelectorAll('.pane')[1]`))
	choose(t, ctx, "stop", "stop")
	do(t, ctx, chromedp.KeyEvent(kb.Enter), poll(`document.querySelectorAll('.truth')[1].textContent.startsWith('■ stopped')`))
	if value[bool](t, ctx, truth+`.startsWith('■')`) {
		t.Error("the other log is stopped")
	}
	choose(t, ctx, "close", "close")
	do(t, ctx, chromedp.KeyEvent(kb.Enter), poll(`document.querySelectorAll('.pane').length === 1`))
	choose(t, ctx, "all logs", "all logs")
	do(t, ctx, chromedp.KeyEvent(kb.Enter), poll(`location.pathname === '/x/'`))
	if left := value[string](t, ctx, `JSON.stringify(localStorage)`); strings.Contains(left, "all logs") || strings.Contains(left, "split") || strings.Contains(left, "for all") {
		t.Errorf("what was typed is remembered: %s", left)
	}
}

// TestCommandsOfAnAdministrator: none of the sheet's rows leads nowhere; stopping a log for everybody is among them.
func TestCommandsOfAnAdministrator(t *testing.T) {
	f := newFake(t, "/x")
	f.write(0, "one\n")
	ctx := browser.New(t)
	do(t, ctx, chromedp.Navigate(f.URL+"/x/log/web-01/nginx/access.log?admin"), poll(logText+`.includes('one')`))
	if dead := value[string](t, ctx, `[...document.querySelectorAll('#keys [data-press]')].filter(row => !document.querySelector('.pane [data-' + row.dataset.press.replace(':', '="') + '"]')).map(row => row.dataset.press).join()`); dead != "" {
		t.Errorf("these rows name no control: %s", dead)
	}
	choose(t, ctx, "for all", "stop for all")
	do(t, ctx, chromedp.KeyEvent(kb.Enter), poll(`document.activeElement === `+stopForm+`.querySelector('input')`))
}

// TestKeySheet: all keys are told, and those that are characters can be switched off for good (WCAG 2.1.4).
func TestKeySheet(t *testing.T) {
	root := browser.New(t)
	f := newFake(t, "/x")
	f.write(0, numbered("live", 0, 300))
	ctx := viewer(t, root, f)
	do(t, ctx, poll(logText+`.includes('line 299 ')`), press("?"), poll(keysOpen))
	told := value[string](t, ctx, `document.querySelector('#keys').innerText`)
	for _, key := range strings.Fields("Ctrl+K o [ 1 End G f Home g Space j k Enter / Ctrl+F n N t J K y Y w z Esc ?") {
		if !value[bool](t, ctx, `[...document.querySelectorAll('#keys kbd')].some(key => key.textContent === `+quote(key)+`)`) {
			t.Errorf("%s is not told in %q", key, told)
		}
	}
	do(t, ctx, press("?"), poll(`!`+keysOpen), press("w"), poll(`document.querySelector('#log').matches('.wrap')`), press("w"), poll(`!document.querySelector('#log').matches('.wrap')`))
	do(t, ctx, press("g"), poll(seenLines+`[0].includes('line 0 ')`), press("f"), poll(seenLines+`.at(-1).includes('line 299 ')`))
	do(t, ctx, chromedp.Click(`[data-part="keys-button"]`), poll(keysOpen), chromedp.Click(`#characters`), chromedp.KeyEvent(kb.Escape), poll(`!`+keysOpen))
	off := func() {
		t.Helper()
		do(t, ctx, run(`document.querySelector('#log').focus()`))
		for _, key := range strings.Split("?o[wgjkJyzt/n", "") {
			do(t, ctx, press(key))
		}
		do(t, ctx, twoFrames, poll(`document.activeElement.id === 'log'`))
		if value[bool](t, ctx, keysOpen+` || `+paletteOpen+` || document.querySelector('#log').matches('.wrap') || `+atRow+` !== '' || !document.querySelector('.rail').hidden || !document.querySelector('.taking').hidden`) {
			t.Error("a key that is switched off did something")
		}
		// What is no character still does.
		do(t, ctx, chromedp.KeyEvent(kb.Home), poll(seenLines+`[0].includes('line 0 ')`), chromedp.KeyEvent(kb.End), poll(seenLines+`.at(-1).includes('line 299 ')`), ctrlK, poll(paletteOpen), chromedp.KeyEvent(kb.Escape), poll(`!`+paletteOpen))
	}
	off()
	do(t, ctx, chromedp.Reload(), poll(logText+`?.includes('line 299 ')`))
	off()
	do(t, ctx, chromedp.Click(`[data-part="keys-button"]`), poll(`!document.querySelector('#characters').checked`), chromedp.Click(`#characters`), chromedp.KeyEvent(kb.Escape), run(`document.querySelector('#log').focus()`), press("w"), poll(`document.querySelector('#log').matches('.wrap')`))
	// How one likes it is remembered.
	do(t, ctx, chromedp.Reload(), poll(logText+`?.includes('line 299 ')`), poll(`document.querySelector('#log').matches('.wrap') && document.querySelector('[data-part="wrap"]').textContent === 'wrap on'`), press("w"), poll(`!document.querySelector('#log').matches('.wrap')`))
	// Space is a page on, as in less, and back.
	do(t, ctx, press("g"), poll(seenLines+`[0].includes('line 0 ')`), settled)
	page := value[int](t, ctx, seenLines+`.length`)
	do(t, ctx, press(" "), poll(fmt.Sprintf(`+/line (\d+) /.exec(`+seenLines+`[0])?.[1] > %d`, page/2)), settled)
	do(t, ctx, chromedp.KeyEvent(" ", chromedp.KeyModifiers(kb.ModifierShift)), poll(seenLines+`[0].includes('line 0 ')`))
}

// TestFocus: whoever goes by Tab sees where he is, on each page.
func TestFocus(t *testing.T) {
	root := browser.New(t)
	f := newFake(t, "/x")
	f.with(func() { f.list = someLogs })
	f.write(0, structured(0, 100))
	for path, ready := range map[string]string{"/log/web-01/nginx/access.log?mark=words&column=level&find=slow": logText + `.includes('number 99')`, "/": sumText + ` === '9 logs'`, "/signin": `document.querySelector('#signin')`, "/problem": `document.querySelector('h1')`} {
		ctx := browser.Tab(t, root)
		do(t, ctx, chromedp.EmulateViewport(1000, 600), chromedp.Navigate(f.URL+"/x"+path), poll(ready), run(`document.activeElement.blur()`))
		seen := 0
		for range 80 {
			do(t, ctx, chromedp.KeyEvent(kb.Tab))
			was := value[[]string](t, ctx, `(() => { const e = document.activeElement; if (e === document.body || e.dataset.was) return []; e.dataset.was = 'here'
				const { outlineStyle, outlineWidth, boxShadow } = getComputedStyle(e); return [e.outerHTML.slice(0, 200), outlineStyle !== 'none' && parseFloat(outlineWidth) > 0 || boxShadow !== 'none' ? 'seen' : ''] })()`)
			if len(was) == 0 {
				break
			}
			if seen++; was[1] == "" {
				t.Errorf("%s: nothing is seen around %s", path, was[0])
			}
		}
		if seen < 2 {
			t.Errorf("%s: Tab goes to %d places", path, seen)
		}
	}
}
