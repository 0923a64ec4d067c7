package templates

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"livetail/internal/browser"
)

const (
	passes = `document.querySelector('.passes').textContent`
	count  = `document.querySelector('[data-search=count]').textContent`
)

// TestFinding: filter, search and times, over the whole history.
func TestFinding(t *testing.T) {
	root := browser.New(t)
	open := func(t *testing.T) (*fake, context.Context) {
		f := newFake(t, "/x")
		longLog(f)
		ctx := viewer(t, root, f)
		do(t, ctx, poll(logText+`.includes('line 11999 ')`))
		return f, ctx
	}
	t.Run("a filter at the live edge", func(t *testing.T) {
		f, ctx := open(t)
		do(t, ctx, chromedp.KeyEvent("/"), poll(`document.activeElement.dataset.filter === 'include'`), typed("LINE 1199"))
		do(t, ctx, poll(seenLines+`.length === 11 && `+seenLines+`.every(text => text.includes('line 1199') )`), poll(passes+`.startsWith('11 of ')`))
		f.write(0, numbered("live", 12_000, 12_010)+"line 1199 again\n")
		do(t, ctx, poll(seenLines+`.at(-1) === 'line 1199 again'`))
		do(t, ctx, chromedp.KeyEvent(kb.Escape), poll(seenLines+`.length > 20 && `+seenLines+`.at(-2).includes('line 12009')`), poll(passes+` === ''`))
		// The field is empty: the next Escape leads back to the log, as Enter does, which does not wait for a pause in typing either.
		do(t, ctx, chromedp.KeyEvent(kb.Escape), poll(`document.activeElement.id === 'log'`), chromedp.KeyEvent("/"), poll(`document.activeElement.dataset.filter === 'include'`))
		do(t, ctx, typed("line 12009"), chromedp.KeyEvent(kb.Enter), poll(`document.activeElement.id === 'log'`), poll(passes+`.startsWith('1 of ')`))
		do(t, ctx, chromedp.KeyEvent(kb.Escape), poll(passes+` === ''`))
	})
	t.Run("Escape takes away what was typed just now, before it was filtered by", func(t *testing.T) {
		f, ctx := open(t)
		field := func(name string) string { return `document.querySelector('[data-filter=` + name + `]')` }
		// Nobody pauses: what is typed is not applied by itself.
		do(t, ctx, run(`const wait = setTimeout; window.setTimeout = (act, ms) => ms === 300 ? 0 : wait(act, ms)`))
		for _, name := range []string{"include", "exclude"} {
			do(t, ctx, chromedp.Focus(`[data-filter=`+name+`]`), typed("unapplied"), poll(field(name)+`.value === 'unapplied'`))
			do(t, ctx, chromedp.KeyEvent(kb.Escape), poll(field(name)+`.value === ''`), poll(`document.activeElement === `+field(name)))
			// And from the log, where Escape takes the filter away: also one that is only written.
			do(t, ctx, typed("unapplied"), poll(field(name)+`.value === 'unapplied'`), run(`document.querySelector('#log').focus()`), chromedp.KeyEvent(kb.Escape), poll(field(name)+`.value === ''`), poll(`document.activeElement.id === 'log'`))
		}
		f.write(0, "unapplied\n")
		do(t, ctx, poll(seenLines+`.at(-1) === 'unapplied'`), poll(seenLines+`.length > 20`), poll(passes+` === ''`), poll(`!document.querySelector('.filtered')`))
		f.mu.Lock()
		defer f.mu.Unlock()
		if said := strings.Join(f.said, ""); strings.Contains(said, "unapplied") {
			t.Errorf("the worker was asked for it: %s", said)
		}
	})
	t.Run("what lines passed for is marked, and what they are not to have is not", func(t *testing.T) {
		f := newFake(t, "/x")
		f.write(0, "one order=17 Order=18\ntwo \x1b[31morder\x1b[0m=9 \x1b[1;32morder=4\x1b[0m2 drop\nthree order=20\n")
		ctx := viewer(t, root, f)
		marked := `[...document.querySelectorAll('#log .row:not(.rule)')].map(row => [...row.querySelectorAll('mark.passed')].map(mark => mark.textContent).join('') + '/' + row.querySelectorAll('mark').length).join(' ')`
		do(t, ctx, poll(logText+`.includes('three')`), chromedp.KeyEvent("/"), typed("order="), poll(marked+` === 'order=Order=/2 order=order=/3 order=/1'`))
		looks := value[[]string](t, ctx, `(mark => [mark.textDecorationLine, mark.textDecorationColor, mark.backgroundColor])(getComputedStyle(document.querySelector('mark.passed')))`)
		if looks[0] != "underline" || looks[1] == "" || strings.HasSuffix(looks[2], " 0)") {
			t.Errorf("a mark is drawn with %q", looks)
		}
		do(t, ctx, chromedp.Click(`[data-filter=regex]`), chromedp.Focus(`[data-filter=include]`), typed(`order=(\d)`), poll(marked+` === 'order=1Order=1/2 order=9order=4/3 order=2/1'`))
		do(t, ctx, chromedp.Click(`[data-filter=case]`), poll(marked+` === 'order=1/1 order=9order=4/3 order=2/1'`))
		// No browser knows this one; the lines pass all the same.
		do(t, ctx, chromedp.Focus(`[data-filter=include]`), typed(`\Aone`), poll(marked+` === '/0' && `+logText+`.includes('one order=17')`))
		do(t, ctx, chromedp.Focus(`[data-filter=include]`), typed(``), chromedp.KeyEvent(kb.Backspace), chromedp.Focus(`[data-filter=exclude]`), typed(`drop`), poll(marked+` === '/0 /0'`))
	})
	t.Run("include and exclude, patterns and case", func(t *testing.T) {
		_, ctx := open(t)
		const none = `/^0 of 1[2-6],000 pass, still live$/.test(` + passes + `)`
		do(t, ctx, chromedp.KeyEvent("/"), typed(`LINE 119\d0 `), poll(none), chromedp.Click(`[data-filter=regex]`))
		do(t, ctx, poll(seenLines+`.length === 10 && `+seenLines+`.every(text => /line 119\d0 /.test(text))`), poll(passes+`.startsWith('10 of ')`))
		do(t, ctx, chromedp.Focus(`[data-filter=exclude]`), typed(`9[13579]0|nothing`), poll(seenLines+`.length === 5 && `+seenLines+`.every(text => /line 119[02468]0 /.test(text))`))
		do(t, ctx, chromedp.Click(`[data-filter=case]`), poll(none), chromedp.Focus(`[data-filter=include]`), typed(`line 119\d0 `), poll(seenLines+`.length === 5`))
		do(t, ctx, poll(`location.search === '?' + new URLSearchParams({ q: 'line 119\\d0 ', not: '9[13579]0|nothing', as: 'rc' })`), chromedp.Reload(), poll(seenLines+`.length === 5 && `+passes+`.startsWith('5 of ')`))
		// Chips add to each other, and are one with the words.
		do(t, ctx, chromedp.Click(`[data-level=error]`), poll(none), chromedp.Click(`[data-level=info]`), poll(seenLines+`.length === 5`))
	})
	t.Run("changing it keeps the line at the top", func(t *testing.T) {
		_, ctx := open(t)
		letGo := drag(t, ctx, 0.5)
		do(t, ctx, poll(topRow+`.includes(' older line ')`))
		letGo()
		do(t, ctx, settled)
		// A line that will pass is brought to the top; again, if older lines came in at that moment.
		bring := func(px int) {
			do(t, ctx, run(fmt.Sprintf(`
				const log = document.querySelector('#log')
				const edge = () => log.getBoundingClientRect().top
				const rows = () => [...document.querySelectorAll('#log .row')].map(row => ({ text: row.textContent, top: Math.round(row.getBoundingClientRect().top - edge()) - %d }))
				for (let still = 0; still < 20;) {
					const row = rows().find(({ text, top }) => top >= 0 && text.includes('ERROR'))
					still = row?.top === 0 ? still + 1 : 0
					log.scrollTop += row?.top ?? 0
					await new Promise(done => requestAnimationFrame(done))
				}`, px)))
		}
		bring(0)
		before := value[string](t, ctx, topRow)
		if !strings.Contains(before, "ERROR") {
			t.Fatalf("at the top is %q", before)
		}
		do(t, ctx, chromedp.Click(`[data-level=error]`), poll(seenLines+`.length > 20 && `+seenLines+`.every(text => text.includes('ERROR'))`), poll(topRow+` === `+quote(before)))
		// By steps: what is above comes in parts, and nobody scrolls further than there is something.
		do(t, ctx, poll(`document.querySelector('#log .row').textContent !== `+topRow), run(`for (let i = 0; i < 10; i++) { document.querySelector('#log').scrollTop -= 200`+drawn+` }`), poll(topRow+` !== `+quote(before)), poll(seenLines+`.every(text => text.includes('ERROR'))`))
		do(t, ctx, run(`document.querySelector('#log').scrollTop += 2000`), poll(topRow+` === `+quote(before)))
		do(t, ctx, chromedp.Click(`[data-level=error]`), poll(seenLines+`.some(text => text.includes('INFO'))`), poll(topRow+` === `+quote(before)))
		// To the pixel, where some of it is above the screen.
		bring(-7)
		before = value[string](t, ctx, topRow)
		do(t, ctx, chromedp.Click(`[data-level=error]`), poll(seenLines+`.length > 20 && `+seenLines+`.every(text => text.includes('ERROR'))`), poll(placeOf(before)+` === -7`))
		do(t, ctx, chromedp.Click(`[data-level=error]`), poll(seenLines+`.some(text => text.includes('INFO'))`), poll(placeOf(before)+` === -7`))
		// Of the line before, which will not pass, some px are left: they are not all that is seen of the next.
		bring(3)
		before = value[string](t, ctx, topRow)
		do(t, ctx, chromedp.Click(`[data-level=error]`), poll(seenLines+`.length > 20 && `+seenLines+`.every(text => text.includes('ERROR'))`), poll(topRow+` === `+quote(before)))
	})
	t.Run("fields of any name and value are in the link", func(t *testing.T) {
		f := newFake(t, "/x")
		for i := range 40 {
			f.write(0, fmt.Sprintf("{\"n\":%d,\"a=b!\":\"x!=%d\",\"back\\\\\":\"=\"}\n", i, i%2))
		}
		f.write(0, "words only\n")
		ctx := viewer(t, root, f)
		lines := `[...document.querySelectorAll('#log .row:not(.rule)')].map(row => row.textContent)`
		do(t, ctx, poll(logText+`.includes('"n":39')`), twoFrames, chromedp.KeyEvent("kk"), poll(atRow+`.includes('"n":39,')`), enter, poll(`document.activeElement.ariaLabel === 'only lines with n = 39'`), settled)
		clickOn(t, ctx, `document.querySelector('[aria-label="only lines with a=b! = x!=1"]')`)
		do(t, ctx, poll(lines+`.length === 20 && `+lines+`.every(text => text.includes('x!=1'))`), poll(`document.querySelector('[aria-label="a=b! as a column"]')`), settled)
		clickOn(t, ctx, `document.querySelector('[aria-label="a=b! as a column"]')`)
		chips := `[...document.querySelectorAll('[data-part=fields] .chip')].map(chip => chip.textContent).join()`
		do(t, ctx, poll(chips+` === 'a=b! = x!=1'`), poll(`location.search.includes('field=') && location.search.includes('column=')`))
		// Whoever gets the link sees the same.
		do(t, ctx, chromedp.Reload(), poll(chips+` === 'a=b! = x!=1'`), poll(lines+`.length === 20 && `+lines+`.every(text => text.includes('x!=1'))`), poll(`document.querySelector('[data-part=columns]').textContent === 'a=b!'`))
		do(t, ctx, poll(`document.querySelector('#log .row.columned > .cell').textContent === 'x!=1'`))
	})
	t.Run("nothing passes, and it is still live", func(t *testing.T) {
		f, ctx := open(t)
		do(t, ctx, chromedp.KeyEvent("/"), typed("no such thing"), poll(`/^0 of 1[2-6],000 pass, still live$/.test(`+passes+`)`))
		f.write(0, "but no such thing came\n")
		do(t, ctx, poll(logText+`.includes('but no such thing came')`), poll(passes+`.startsWith('1 of ')`))
		do(t, ctx, typed("nor such"), poll(passes+`.endsWith(' pass, still live')`), chromedp.Click("#stop"), poll(`/^0 of [\d,]+ pass$/.test(`+passes+`)`))
	})
	t.Run("a bad pattern leaves the old filter", func(t *testing.T) {
		f, ctx := open(t)
		do(t, ctx, chromedp.Click(`[data-filter=regex]`), chromedp.KeyEvent("/"), typed("ERROR"))
		f.until("the pattern is in force", func() bool { return strings.Contains(strings.Join(f.said, ""), `"text":"ERROR","regex":true`) })
		do(t, ctx, poll(seenLines+`.every(text => text.includes('ERROR'))`), settled)
		before := value[int](t, ctx, `parseInt(`+passes+`.replace(',', ''))`)
		// One key: after two the first could be a filter of its own, which counts anew.
		do(t, ctx, chromedp.Focus(`[data-filter=include]`), chromedp.KeyEvent("("), poll(`document.querySelector('.wrong').textContent === 'the pattern has an unclosed ( at character 6; what was in force stays'`))
		f.write(0, numbered("live", 12_000, 12_008))
		do(t, ctx, poll(seenLines+`.at(-1).includes('line 12007 ') && `+seenLines+`.every(text => text.includes('ERROR'))`))
		do(t, ctx, poll(fmt.Sprintf(`parseInt(%s.replace(',', '')) > %d`, passes, before))) // what it has counted stays too
		if got := value[string](t, ctx, `document.querySelector('[data-filter=include]').ariaInvalid`); got != "true" {
			t.Errorf("the pattern is marked %q", got)
		}
		// What is said of lines that are taken away is what they passed.
		do(t, ctx, run(`document.querySelector('#log').focus()`), press("k"), poll(atRow+`.includes('ERROR')`), press("Y"), poll(takes+` === '1 line copied'`))
		if got := strings.Split(pasted(t, root, f), "\n"); !strings.HasSuffix(got[0], " · only lines with /ERROR/") || !strings.Contains(got[1], "?q=ERROR&as=r&line=") {
			t.Errorf("pasted %q", got)
		}
		do(t, ctx, chromedp.Focus(`[data-filter=include]`))
		do(t, ctx, chromedp.KeyEvent(kb.Backspace), poll(`document.querySelector('.wrong').hidden`))
		// It is said which of the two it is.
		marked := `[...document.querySelectorAll('input[data-filter]')].map(input => input.dataset.filter + ' ' + input.ariaInvalid).join()`
		do(t, ctx, chromedp.Focus(`[data-filter=exclude]`), typed("a("), poll(marked+` === 'include false,exclude true'`), poll(`document.querySelector('.wrong').textContent.startsWith('the pattern has an unclosed ( at character 2;')`))
	})
	t.Run("a bad pattern in a link shows each line once", func(t *testing.T) {
		f := newFake(t, "/x")
		longLog(f)
		ctx := browser.Tab(t, root)
		do(t, ctx, chromedp.EmulateViewport(1000, 600), chromedp.Navigate(f.URL+"/x/log/web-01/nginx/access.log?q=(&as=r"), poll(`!document.querySelector('.wrong').hidden`), poll(seenLines+`.length > 10`), settled)
		if rows := value[[]string](t, ctx, seenLines); len(slices.Compact(slices.Clone(rows))) != len(rows) || !strings.Contains(rows[len(rows)-1], "line 11999 ") {
			t.Errorf("the rows are %q", rows)
		}
	})
	t.Run("a pattern in a link that a browser would try for ever does not stop the page", func(t *testing.T) {
		f := newFake(t, "/x")
		f.write(0, "one "+strings.Repeat("a", 60)+"!\n")
		ctx := browser.Tab(t, root)
		do(t, ctx, chromedp.Navigate(f.URL+"/x/log/web-01/nginx/access.log?find=(a%2B)%2B%24&find-as=r"), poll(`document.querySelector('[data-search=count]')?.textContent.includes('0 lines')`))
		f.write(0, "two\n")
		do(t, ctx, poll(logText+`.includes('two')`))
	})
	t.Run("search over the whole history", func(t *testing.T) {
		_, ctx := open(t)
		do(t, ctx, chromedp.KeyEvent("f", chromedp.KeyModifiers(kb.ModifierCtrl)), poll(`document.activeElement.dataset.search === 'text'`), typed("9 of it"))
		do(t, ctx, poll(count+` === '1,200 lines'`), poll(currentHit+`.includes('line 11999 ')`))
		do(t, ctx, chromedp.KeyEvent(kb.Enter, chromedp.KeyModifiers(kb.ModifierShift)), poll(currentHit+`.includes('line 11989 ')`), chromedp.KeyEvent(kb.Enter), poll(currentHit+`.includes('line 11999 ')`))
		do(t, ctx, chromedp.Click(`[data-search=first]`), poll(currentHit+`.includes('oldest line 9 ')`), chromedp.Click(`[data-search=next]`), poll(currentHit+`.includes('oldest line 19 ')`))
		do(t, ctx, run(`document.querySelector('#log').focus()`), chromedp.KeyEvent("n"), poll(currentHit+`.includes('oldest line 29 ')`), chromedp.KeyEvent("N"), poll(currentHit+`.includes('oldest line 19 ')`))
		do(t, ctx, chromedp.Click(`[data-search=last]`), poll(currentHit+`.includes('live line 11999 ')`), chromedp.Click(`[data-search=next]`), poll(`document.querySelector('[data-search=said]').textContent === 'no more lines have it'`))
		if n := value[int](t, ctx, `document.querySelectorAll('.tick.hit').length`); n < 60 {
			t.Errorf("%d ticks beside the log", n)
		}
		do(t, ctx, chromedp.Click(`.chart`), poll(topRow+`.includes('older line ')`))
		// Where there is one, there is one tick.
		ticks := `[...document.querySelectorAll('.tick.hit')].map(tick => ((at, { top, height }) => (at - top) / height)(tick.getBoundingClientRect().top, document.querySelector('#track').getBoundingClientRect()))`
		do(t, ctx, chromedp.Focus(`[data-search=text]`), typed("line 11998 "), poll(count+` === '1 line'`), poll(`(ticks => ticks.length === 1 && ticks[0] > 0.95)(`+ticks+`)`))
		// Pressed once it is ours, pressed at once again it is the browser's.
		ours := value[[]bool](t, ctx, `(() => {
			const now = performance.now.bind(performance)
			performance.now = () => now() + 60_000
			const press = () => !document.querySelector('#log').dispatchEvent(new KeyboardEvent('keydown', { key: 'f', ctrlKey: true, bubbles: true, cancelable: true }))
			return [press(), press()]
		})()`)
		if !slices.Equal(ours, []bool{true, false}) {
			t.Errorf("Ctrl+F twice was taken for ours: %v", ours)
		}
	})
	t.Run("a search begins where one reads", func(t *testing.T) {
		_, ctx := open(t)
		drag(t, ctx, 0.5)()
		do(t, ctx, poll(topRow+`.includes(' older line ')`), settled)
		top := value[string](t, ctx, topRow)
		do(t, ctx, chromedp.KeyEvent("f", chromedp.KeyModifiers(kb.ModifierCtrl)), typed("9 of it"), poll(count+` === '1,200 lines'`), poll(seenLines+`.findLast(text => text.includes('9 of it')) === `+currentHit), poll(topRow+` === `+quote(top)))
	})
	t.Run("what is selected is searched for", func(t *testing.T) {
		_, ctx := open(t)
		ctrlF := chromedp.KeyEvent("f", chromedp.KeyModifiers(kb.ModifierCtrl))
		later := run(`performance.now = (now => () => now() + 60_000)(performance.now.bind(performance))`) // pressed twice at once it is the browser's
		const text = `document.querySelector('[data-search=text]')`
		do(t, ctx, settled)
		twice(t, ctx, "line 11990 ", "DEBUG")
		do(t, ctx, poll(`String(getSelection()).trim() === 'DEBUG'`), ctrlF, poll(`document.activeElement === `+text), poll(text+`.value.trim() === 'DEBUG'`), poll(count+` === '3,000 lines'`), poll(currentHit+`.includes('line 11998 ')`))
		// Another is searched for instead; lines are not, nor is what is selected elsewhere.
		do(t, ctx, chromedp.KeyEvent(kb.Escape), settled, later)
		twice(t, ctx, "line 11995 ", "11995")
		do(t, ctx, ctrlF, poll(text+`.value.trim() === '11995'`), poll(count+` === '1 line'`), chromedp.KeyEvent(kb.Escape), settled, later)
		pull(t, ctx, beforeText("line 11980 "), behindText("line 11982 "))
		do(t, ctx, poll(takes+` === 'lines selected'`), ctrlF, poll(`document.activeElement === `+text), twoFrames, poll(text+`.value.trim() === '11995'`))
	})
	t.Run("a hit beyond the side of the screen comes onto it", func(t *testing.T) {
		f, ctx := open(t)
		f.write(0, strings.Repeat("far ", 300)+"away\n"+strings.Repeat("near ", 30)+"\n")
		do(t, ctx, poll(logText+`.includes('away')`), chromedp.KeyEvent("f", chromedp.KeyModifiers(kb.ModifierCtrl)), typed("away"))
		seen := `(({ left, right }, screen) => left >= screen.left && right <= screen.right)([...CSS.highlights.get('hit-current')][0].getBoundingClientRect(), document.querySelector('#log').getBoundingClientRect())`
		do(t, ctx, poll(currentHit+`.endsWith('away')`), poll(seen))
		do(t, ctx, typed("line 11998"), poll(currentHit+`.includes('line 11998 ')`), poll(seen))
	})
	t.Run("a search on a busy host says that it is slowed", func(t *testing.T) {
		f, ctx := open(t)
		f.with(func() { f.holdCounts, f.slow = true, true })
		said := `document.querySelector('[data-search=said]').textContent`
		do(t, ctx, chromedp.KeyEvent("f", chromedp.KeyModifiers(kb.ModifierCtrl)), typed("9 of it"), poll(said+` === 'slowed: the host is busy'`), poll(`/^0 lines so far, \d+ % looked at$/.test(document.querySelector('[data-search=count]').textContent)`))
		f.with(func() { f.holdCounts = false })
		do(t, ctx, poll(`document.querySelector('[data-search=count]').textContent === '1,200 lines'`), poll(said+` === ''`))
	})
	t.Run("a search is cancelled", func(t *testing.T) {
		f, ctx := open(t)
		f.with(func() { f.holdAnswers = true })
		do(t, ctx, chromedp.KeyEvent("f", chromedp.KeyModifiers(kb.ModifierCtrl)), typed("9 of it"), poll(`!document.querySelector('[data-search=stop]').hidden`), chromedp.Click(`[data-search=stop]`), poll(`document.querySelector('[data-search=stop]').hidden`))
		f.until("the page has given up", func() bool { return strings.Contains(strings.Join(f.said, ""), `"cancel"`) })
		// What it found till then is not all that there is. Opened anew it looks for all.
		f.with(func() { f.holdAnswers = false })
		do(t, ctx, twoFrames, poll(count+` === '0 lines so far, 0 % looked at'`), chromedp.KeyEvent(kb.Escape), poll(`!document.querySelector('[data-part=search]').checkVisibility()`), run(`performance.now = (now => () => now() + 60_000)(performance.now.bind(performance))`))
		do(t, ctx, chromedp.KeyEvent("f", chromedp.KeyModifiers(kb.ModifierCtrl)), poll(`document.activeElement.dataset.search === 'text'`), chromedp.KeyEvent(kb.Enter), poll(count+` === '1,200 lines'`), poll(currentHit+`.includes('line 11999 ')`))
	})
	t.Run("a search goes with the filter", func(t *testing.T) {
		_, ctx := open(t)
		do(t, ctx, chromedp.KeyEvent("f", chromedp.KeyModifiers(kb.ModifierCtrl)), typed("9 of it"), poll(count+` === '1,200 lines'`), poll(currentHit+`.includes('line 11999 ')`))
		do(t, ctx, chromedp.Click(`[data-level=error]`), poll(count+` === '600 lines'`), poll(currentHit+`.includes('line 11999 ')`), chromedp.Click(`[data-search=before]`), poll(currentHit+`.includes('line 11979 ')`))
		do(t, ctx, chromedp.Focus(`[data-filter=include]`), typed("live"), poll(count+` === '200 lines'`), chromedp.Focus(`[data-filter=include]`), chromedp.KeyEvent(kb.Escape), poll(count+` === '600 lines'`))
		// One that cannot be changes nothing, and a pattern that cannot be searched for has no number of lines.
		do(t, ctx, chromedp.Click(`[data-filter=regex]`), chromedp.Focus(`[data-filter=include]`), typed("("), poll(`!document.querySelector('.wrong').hidden`), poll(count+` === '600 lines'`), typed(""), chromedp.KeyEvent(kb.Backspace), poll(`document.querySelector('.wrong').hidden`), poll(count+` === '600 lines'`))
		do(t, ctx, chromedp.Click(`[data-search=regex]`), chromedp.Focus(`[data-search=text]`), typed("9 of ("), poll(`document.querySelector('[data-search=said]').textContent === 'the pattern has an unclosed ( at character 6'`), poll(count+` === ''`), poll(`document.querySelector('[data-search=text]').ariaInvalid === 'true'`))
	})
	t.Run("go to a time", func(t *testing.T) {
		_, ctx := open(t)
		said := `document.querySelector('[data-part=time] output').textContent`
		do(t, ctx, chromedp.KeyEvent("t"), poll(`document.activeElement.closest('[data-part=time]')`), poll(said+`.startsWith('as the lines have it: UTC;')`), typed("2026-11-21T00:30:00Z"), chromedp.KeyEvent(kb.Enter))
		do(t, ctx, poll(seenLines+`.some(text => text.includes('oldest line 1800 '))`), poll(said+`.startsWith('from 2026-11-21 ')`), poll(atRow+`.includes('oldest line 1800 ')`))
		do(t, ctx, run(`document.querySelector('[data-part=time] input').value = 'noon'`), chromedp.KeyEvent(kb.Enter), poll(said+`.startsWith('not a time that is understood; write ')`))
		do(t, ctx, run(`document.querySelector('[data-part=time] input').value = '2027-01-01T00:00:00Z'`), chromedp.KeyEvent(kb.Enter), poll(said+` === '2027-01-01 00:00:00 UTC: the log ends earlier'`), poll(logText+`.includes('line 11999 ')`))
		do(t, ctx, run(`document.querySelector('[data-part=time] input').value = '2025-01-01T00:00:00Z'`), chromedp.KeyEvent(kb.Enter), poll(said+` === '2025-01-01 00:00:00 UTC: the log begins later'`), poll(logText+`.includes('oldest line 0 ')`))
	})
}

// currentHit is the row that the search stands at.
const currentHit = `([...(CSS.highlights.get('hit-current') ?? [])][0]?.startContainer.parentElement.closest('.row').textContent ?? '')`

// typed is text typed into what has the focus, in place of what is there. (The key that brought the focus there is typed too by
// the tool that drives the browser: unlike a keyboard, it does not ask whether the key was for the page.)
func typed(text string) chromedp.Action[chromedp.Void] {
	return chromedp.Func(func(ctx context.Context, _ *chromedp.Target) error {
		return browser.Do(ctx, run(`document.activeElement.select()`), chromedp.KeyEvent(text))
	})
}

// twice clicks twice on a word in the row that has a text, which selects the word.
func twice(t *testing.T, ctx context.Context, row, word string) {
	t.Helper()
	at := value[[]float64](t, ctx, `(() => { const range = document.createRange(), text = [...(`+rowWith(row)+`).childNodes].find(node => node.data?.includes(`+quote(word)+`)), from = text.data.indexOf(`+quote(word)+`)
		range.setStart(text, from); range.setEnd(text, from + `+fmt.Sprint(len(word))+`); const { left, top, width, height } = range.getBoundingClientRect(); return [left + width / 2, top + height / 2] })()`)
	do(t, ctx, chromedp.MouseClickXY(at[0], at[1], chromedp.ClickCount(2)))
}
