package templates

import (
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"livetail/internal/browser"
)

// TestTypedEarly: what is typed before a part of the page is here is meant for that part, and not for the log.
func TestTypedEarly(t *testing.T) {
	root := browser.New(t)
	f := newFake(t, "/x")
	f.with(func() { f.list = someLogs })
	f.write(0, "one\n")
	for name, part := range map[string]struct {
		opens chromedp.Action[chromedp.Void]
		input string
		found string
	}{
		"palette": {ctrlK, `document.querySelector('#palette input')`, offered + ` === 'slow.log'`},
		"rail":    {press("["), `document.querySelector('.rail input')`, `[...document.querySelectorAll('.rail a > :first-child')].map(name => name.textContent).join() === 'slow.log'`},
	} {
		t.Run(name, func(t *testing.T) {
			ctx := viewer(t, root, f)
			do(t, ctx, poll(logText+`.includes('one')`))
			f.with(func() { f.holdScript = "/" + name + ".js" })
			do(t, ctx, part.opens, chromedp.KeyEvent("slow"), poll(part.input+`.value === 'slow'`))
			f.with(func() { f.holdScript = "" })
			do(t, ctx, poll(part.found))
			if got := value[string](t, ctx, part.input+`.value`); got != "slow" || value[bool](t, ctx, `document.querySelector('#log').matches('.wrap')`) {
				t.Errorf("typed is %q, or the log took a key", got)
			}
		})
	}
	t.Run("a search closed early", func(t *testing.T) {
		ctx := viewer(t, root, f)
		const away = `document.querySelector('.finder').hidden && document.activeElement.id === 'log'`
		do(t, ctx, poll(logText+`.includes('one')`))
		f.with(func() { f.holdScript = "/search.js" })
		do(t, ctx, command("f", ""), poll(`document.activeElement.dataset.search === 'text'`), chromedp.KeyEvent("one"), chromedp.KeyEvent(kb.Escape), poll(away))
		do(t, ctx, chromedp.Click(`[data-part="search-button"]`), chromedp.Click(`[data-search="close"]`), poll(away))
		do(t, ctx, run(`const wait = setTimeout; window.setTimeout = (act, ms) => wait(act, ms === 400 ? 0 : ms)`)) // what was typed is searched for at once
		f.with(func() { f.holdScript, f.said = "", nil })
		do(t, ctx, poll(`performance.getEntriesByType('resource').some(({ name }) => name.endsWith('/search.js'))`), twoFrames, poll(away), press("/"), typed("two"))
		f.until("it is filtered for what is typed behind that", func() bool { return strings.Contains(strings.Join(f.said, ""), `"two"`) })
		f.mu.Lock()
		defer f.mu.Unlock()
		if said := strings.Join(f.said, ""); strings.Contains(said, `"one"`) {
			t.Errorf("it is searched for: %s", said)
		}
	})
	t.Run("how to search, chosen early", func(t *testing.T) {
		f := newFake(t, "/x")
		f.write(0, numbered("live", 0, 30))
		ctx := viewer(t, root, f)
		do(t, ctx, poll(logText+`.includes('line 29 ')`))
		f.with(func() { f.holdScript = "/search.js" })
		do(t, ctx, command("f", ""), poll(`document.activeElement.dataset.search === 'text'`), typed("LINE 1[23] "))
		for _, toggle := range []string{"regex", "case", "case"} {
			pressed := `document.querySelector('[data-search=` + toggle + `]').ariaPressed`
			was := value[string](t, ctx, pressed)
			do(t, ctx, chromedp.Click(`[data-search=`+toggle+`]`), poll(pressed+` !== `+quote(was)))
		}
		f.with(func() { f.holdScript = "" })
		do(t, ctx, poll(`document.querySelector('[data-search=count]').textContent === '2 lines'`), poll(`document.querySelector('[data-search=regex]').ariaPressed === 'true'`))
		// And since the search is here.
		do(t, ctx, chromedp.Click(`[data-search=case]`), poll(`document.querySelector('[data-search=count]').textContent === '0 lines'`))
	})
	t.Run("a log stopped for all early", func(t *testing.T) {
		f := newFake(t, "/x")
		f.write(0, "one\n")
		ctx := browser.Tab(t, root)
		do(t, ctx, chromedp.EmulateViewport(1000, 600), chromedp.Navigate(f.URL+"/x/log/web-01/nginx/access.log?admin"), poll(logText+`.includes('one')`))
		f.with(func() { f.holdScript = ".js" })
		do(t, ctx, chromedp.Click(`[data-part=menu-button]`), chromedp.Click(`[data-part=stopping-button]`), poll(`document.activeElement === `+stopForm+`.querySelector('input')`))
		do(t, ctx, chromedp.KeyEvent("disk work, back at 15:00"), chromedp.KeyEvent(kb.Enter), poll(truth+`.startsWith(`+quote(heldWords)+`)`))
		f.with(func() { f.holdScript = "" })
	})
	t.Run("folded away early", func(t *testing.T) {
		f := newFake(t, "/x") // and a browser that remembers nothing of it
		f.with(func() { f.list = someLogs })
		f.write(0, "one\n")
		ctx := viewer(t, root, f)
		const away = `document.querySelector('.rail').hidden`
		do(t, ctx, poll(logText+`.includes('one')`))
		f.with(func() { f.holdScript = "/rail.js" })
		do(t, ctx, press("["), poll(`!`+away), chromedp.Click(`[data-rail="close"]`), poll(away))
		f.with(func() { f.holdScript = "" })
		do(t, ctx, poll(`performance.getEntriesByType('resource').some(({ name }) => name.endsWith('/rail.js'))`), twoFrames, poll(away), press("["), poll(`document.querySelectorAll('.rail a').length === 9`))
	})
}

// TestMarkedStaysMarked: Enter opens what is marked, also when the list comes anew between an arrow and Enter.
func TestMarkedStaysMarked(t *testing.T) {
	f := newFake(t, "/x")
	f.with(func() { f.list = someLogs })
	f.write(0, "one\n")
	ctx := viewer(t, browser.New(t), f)
	do(t, ctx, poll(logText+`.includes('one')`), ctrlK, poll(offered+` !== ''`), chromedp.KeyEvent(kb.Escape), poll(`!`+paletteOpen))
	f.with(func() { f.hold = true })
	do(t, ctx, ctrlK, poll(offered+` !== ''`), chromedp.KeyEvent(kb.ArrowDown), chromedp.KeyEvent(kb.ArrowDown))
	marked := value[string](t, ctx, chosen)
	do(t, ctx, run(`document.querySelector('#palette li').dataset.before = 'here'`))
	f.with(func() { f.hold = false })
	do(t, ctx, poll(`document.querySelector('#palette li:not([data-before])') && !document.querySelector('#palette [data-before]')`))
	if got := value[string](t, ctx, chosen); got != marked || marked == value[string](t, ctx, `document.querySelector('#palette .name').textContent`) {
		t.Errorf("marked is %q, and was %q", got, marked)
	}
}

// TestQuick: what one does before the page has drawn what one did before, or has asked for it, goes on from there all the same.
func TestQuick(t *testing.T) {
	root := browser.New(t)
	// Within one task nothing is drawn.
	const tools = `
		const log = document.querySelector('#log')
		const keys = (...all) => all.forEach(key => log.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true })));`
	open := func(t *testing.T) (*fake, func(steps ...chromedp.Action[chromedp.Void])) {
		f := newFake(t, "/x")
		f.write(0, structured(0, 400))
		ctx := viewer(t, root, f)
		return f, func(steps ...chromedp.Action[chromedp.Void]) { t.Helper(); do(t, ctx, steps...) }
	}
	t.Run("keys", func(t *testing.T) {
		_, do := open(t)
		do(poll(logText+`.includes('number 399')`), settled, run(`document.querySelector('#log').scrollTop -= 2000`), poll(more), press("j"), poll(atRow+` !== ''`))
		do(run(tools+`keys('End', 'k')`), poll(atRow+`.includes('number 399')`), settled, poll(atRow+`.includes('number 399')`))
		do(press("g"), poll(seenLines+`[0]?.includes('"n":0,')`), settled, press("j"), poll(atRow+` !== ''`))
		do(run(tools+`keys('Escape', 'G', 'k', 'k', 'k', 'g', 'j', 'j')`), settled, poll(atRow+`.includes('n=1 ')`))
	})
	t.Run("a field, and words that were typed just now", func(t *testing.T) {
		_, do := open(t)
		do(poll(logText+`.includes('number 399')`), settled, press("k"), poll(atRow+`.includes('number 399')`), press("k"), poll(atRow+`.includes('n=398 ')`), enter, poll(`document.querySelector('[aria-label="only lines with user = u2"]')`))
		do(run(`
			const words = document.querySelector('[data-filter=include]')
			words.value = 'n=39'
			words.dispatchEvent(new Event('input', { bubbles: true }))
			document.querySelector('[aria-label="only lines with user = u2"]').click()`))
		do(poll(seenLines+`.length === 1 && `+seenLines+`.every(text => text.includes('n=398 ') && text.includes('user=u2'))`), poll(`document.querySelector('[data-filter=include]').value === 'n=39'`))
	})
}
