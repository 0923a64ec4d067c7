package templates

import (
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
)

var ctrlK = chromedp.KeyEvent("k", chromedp.KeyModifiers(kb.ModifierCtrl))

// TestPalette: any log is a few letters away.
func TestPalette(t *testing.T) {
	ctx := oneLine(t)
	if value[bool](t, ctx, `performance.getEntriesByType('resource').some(({ name }) => name.endsWith('/palette.js'))`) {
		t.Error("the palette is fetched before anybody asks for it")
	}
	do(t, ctx, ctrlK, poll(paletteOpen), poll(`document.querySelector('#palette output').textContent === '9 logs'`))
	do(t, ctx, chromedp.KeyEvent("log"), poll(`document.querySelector('#palette input').value === 'log'`), chromedp.KeyEvent(" NGINX"), poll(offered+` !== '' && !`+offered+`.includes('slow')`))
	do(t, ctx, chromedp.KeyEvent(kb.Escape), poll(`!`+paletteOpen), poll(`document.activeElement.id === 'log'`))
	// A character of the log's own keys opens it too, and is not written into it.
	do(t, ctx, press("o"), poll(paletteOpen), poll(`document.querySelector('#palette input').value === ''`))
	do(t, ctx, chromedp.KeyEvent("error"), poll(chosen+` === 'error.log'`), chromedp.KeyEvent(kb.Enter), poll(`location.pathname === '/x/log/web-01/nginx/error.log'`), poll(logText+`?.includes('one')`))
	do(t, ctx, ctrlK, poll(offered+` !== ''`), chromedp.KeyEvent("slow"), poll(chosen+` === 'slow.log'`), chromedp.KeyEvent(kb.Enter, chromedp.KeyModifiers(kb.ModifierCtrl)), poll(`document.querySelectorAll('.pane').length === 2`), poll(`!`+paletteOpen))
	do(t, ctx, ctrlK, poll(paletteOpen), chromedp.KeyEvent("no such log"), poll(`document.querySelector('#palette output').textContent.startsWith('no log has')`), chromedp.KeyEvent(kb.Enter), poll(paletteOpen))
	do(t, ctx, chromedp.KeyEvent(kb.Escape), run(`document.querySelector('[data-part="menu-button"]').click()`), chromedp.Click(`[data-part="palette-button"]`), poll(paletteOpen), poll(offered+` !== ''`))
	clickOn(t, ctx, `[...document.querySelectorAll('#palette li')].find(row => row.textContent.includes('orders.log'))`)
	do(t, ctx, poll(`location.pathname.endsWith('/orders.log')`), poll(logText+`?.includes('one')`))
	// What was open last comes first.
	do(t, ctx, ctrlK, poll(`/^(slow.log,error.log|error.log,slow.log),access.log,/.test(`+offered+`)`))
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
}
