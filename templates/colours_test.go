package templates

import (
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"livetail/internal/browser"
	"livetail/internal/wire"
)

// TestColours: texts are seen in colours without a filter, by whoever gets the link too.
func TestColours(t *testing.T) {
	root := browser.New(t)
	f := newFake(t, "/x")
	f.write(0, structured(0, 400))
	f.mark(wire.Marker{Kind: wire.MarkLive})
	ctx := viewer(t, root, f)
	do(t, ctx, poll(logText+`.includes('number 399')`), twoFrames)
	marked := func(n, text string) chromedp.Action[chromedp.Void] {
		return poll(`(marks => marks.length > 3 && marks.every(mark => mark.textContent.toLowerCase() === ` + quote(text) + `))([...document.querySelectorAll('#log mark.mark-` + n + `')])`)
	}
	do(t, ctx, chromedp.KeyEvent("h"), poll(`document.activeElement.closest('[data-part=highlight]')`), typed("WORDS"), chromedp.KeyEvent(kb.Enter), marked("1", "words"))
	do(t, ctx, typed("slow answer"), chromedp.KeyEvent(kb.Enter), marked("2", "slow answer"), chromedp.KeyEvent(kb.Escape), poll(`document.activeElement.id === 'log'`))
	// Two that are told apart, and from what they stand on, in pixels.
	colours := `[...document.querySelectorAll('#log mark')].map(mark => getComputedStyle(mark).backgroundColor)`
	do(t, ctx, poll(`new Set(`+colours+`).size === 2 && !`+colours+`.includes('rgba(0, 0, 0, 0)')`))
	// All lines are here, and new ones have it too.
	f.write(0, "a few words more\n")
	do(t, ctx, poll(`document.querySelector('#log .row:last-child mark')?.textContent === 'words'`), poll(seenLines+`.some(text => text.includes('"level":"info"'))`))
	// A selection is taken at once.
	do(t, ctx, run(`const row = [...document.querySelectorAll('#log .row')].findLast(row => row.textContent.startsWith('level=warn')); const range = new Range(); range.setStart(row.childNodes[1], 0); range.setEnd(row.childNodes[1], 5); getSelection().removeAllRanges(); getSelection().addRange(range)`))
	do(t, ctx, chromedp.KeyEvent("h"), marked("3", "level"))
	do(t, ctx, poll(`location.search.includes('mark=WORDS&mark=slow+answer&mark=level')`), chromedp.Reload(), marked("1", "words"), marked("2", "slow answer"), marked("3", "level"))
	// Taken away, the others keep their colours, in the link too.
	clickOn(t, ctx, `document.querySelector('[data-part=highlighted] .mark-2')`)
	do(t, ctx, poll(`!document.querySelector('#log mark.mark-2')`), marked("3", "level"), poll(`location.search.includes('mark=WORDS&mark=&mark=level')`))
	// There are six.
	do(t, ctx, chromedp.Click(`[data-part=highlight-button]`))
	for _, text := range []string{"a", "b", "c", "d", "e"} {
		do(t, ctx, typed(text), chromedp.KeyEvent(kb.Enter))
	}
	do(t, ctx, poll(`document.querySelector('[data-part=highlight] output').textContent.startsWith('there are 6 colours')`), poll(`document.querySelectorAll('[data-part=highlighted] .chip').length === 6`))
}

// TestColumns: chosen fields stand below each other.
func TestColumns(t *testing.T) {
	root := browser.New(t)
	f := newFake(t, "/x")
	f.write(0, structured(0, 400))
	f.mark(wire.Marker{Kind: wire.MarkLive})
	ctx := viewer(t, root, f)
	do(t, ctx, poll(logText+`.includes('number 399')`), twoFrames, chromedp.KeyEvent("kk"), poll(atRow+`.includes('n=398 ')`), enter, poll(`document.activeElement.ariaLabel === 'only lines with level = warn'`))
	// To the right is "as a column", below is the next field.
	do(t, ctx, chromedp.KeyEvent(kb.ArrowRight), chromedp.KeyEvent(kb.ArrowRight), poll(`document.activeElement.ariaLabel === 'level as a column'`), chromedp.KeyEvent(kb.Enter))
	do(t, ctx, poll(`document.querySelector('[data-part=columns]').textContent === 'level'`), poll(`document.querySelector('.below [aria-label="level as a column"]').ariaPressed === 'true'`), poll(`document.activeElement.ariaLabel === 'level as a column'`))
	clickOn(t, ctx, `document.querySelector('[aria-label="msg as a column"]')`)
	do(t, ctx, poll(`document.querySelector('[data-part=columns]').textContent === 'levelmsg'`), poll(`document.querySelector('[aria-label="user as a column"]')`)) // the rows are drawn again
	clickOn(t, ctx, `document.querySelector('[aria-label="user as a column"]')`)
	cells := func(text string) string {
		return `[...` + rowWith(text) + `.querySelectorAll(':scope > .cell')].map(cell => cell.textContent).join('|')`
	}
	do(t, ctx, poll(cells("n=397 ")+` === 'warn|slow answer|u1'`), poll(cells(`"n":396`)+` === 'info|a <b>bold</b> word^Jand the next|'`))
	// A column is as wide as what is in it.
	do(t, ctx, poll(`(cell => cell.scrollWidth <= cell.clientWidth)(`+rowWith("n=397 ")+`.querySelectorAll(':scope > .cell')[1])`))
	// All of a column stand below its head, to the pixel, and the line itself is still there.
	do(t, ctx, poll(`[0, 1, 2].every(i => new Set([document.querySelectorAll('[data-part=columns] .cell')[i], ...[...document.querySelectorAll('#log .row.columned')].map(row => row.querySelectorAll(':scope > .cell')[i])].map(cell => Math.round(cell.getBoundingClientRect().left))).size === 1)`))
	do(t, ctx, poll(rowWith("n=397 ")+`.textContent.endsWith('level=warn n=397 user=u1 msg="slow answer"')`), poll(rowWith("number 399")+`.querySelector('.cell') === null`))
	do(t, ctx, run(`document.querySelector('#log').scrollLeft = 50`), poll(`Math.abs(document.querySelector('[data-part=columns] .cell').getBoundingClientRect().left - document.querySelector('#log .row.columned > .cell').getBoundingClientRect().left) < 1`))
	do(t, ctx, poll(`location.search.includes('column=level&column=msg&column=user')`), chromedp.Reload(), poll(`document.querySelector('[data-part=columns]').textContent === 'levelmsguser'`), poll(cells("n=397 ")+` === 'warn|slow answer|u1'`))
	// With times before them, heads and cells are still in line; a click on a head takes its column away.
	do(t, ctx, chromedp.KeyEvent("T"), poll(`document.querySelector('.time')`), poll(`Math.abs(document.querySelector('[data-part=columns] .cell').getBoundingClientRect().left - document.querySelector('#log .row.columned > .cell').getBoundingClientRect().left) < 1`))
	clickOn(t, ctx, `document.querySelectorAll('[data-part=columns] .cell')[1]`)
	do(t, ctx, poll(cells("n=397 ")+` === 'warn|u1'`))
	// Only the columns: what else a line has is out of sight, but a line without any of them stands there still.
	button := `document.querySelector('[data-part=only]')`
	seen := func(text string) string {
		return `(() => { const range = document.createRange(); range.selectNodeContents(` + rowWith(text) + `.querySelector('.raw') ?? ` + rowWith(text) + `); return [...range.getClientRects()].some(rect => rect.width > 0) })()`
	}
	do(t, ctx, poll(button+`.checkVisibility() && `+button+`.ariaPressed === 'false'`), poll(seen("n=397 ")))
	clickOn(t, ctx, button)
	do(t, ctx, poll(button+`.ariaPressed === 'true'`), poll(`!`+seen("n=397 ")), poll(seen("number 399")), poll(cells("n=397 ")+` === 'warn|u1'`), poll(`location.search.includes('only=columns')`))
	do(t, ctx, chromedp.Reload(), poll(cells("n=397 ")+` === 'warn|u1'`), poll(`!`+seen("n=397 ")), poll(button+`.ariaPressed === 'true'`), settled)
	// Nothing is left to scroll to beside them, and what is copied is the lines.
	if beyond := value[float64](t, ctx, `(log => log.scrollWidth - log.clientWidth)(document.querySelector('#log'))`); beyond > 0 {
		t.Errorf("the lines go on %v px beyond the screen", beyond)
	}
	// What is searched for is seen where it is, and only where it is not in a cell with what is around it; it is not copied with the line.
	found := `[...document.querySelectorAll('#log .row > .found')].map(one => one.textContent)`
	inFound := func(name string) string {
		return `[...(CSS.highlights.get('` + name + `') ?? [])].filter(range => range.startContainer.parentElement.closest('.found') && range.getBoundingClientRect().width > 20 && String(range) === 'slow answer')`
	}
	do(t, ctx, chromedp.KeyEvent("f", chromedp.KeyModifiers(kb.ModifierCtrl)), poll(`document.activeElement.dataset.search === 'text'`), typed("slow answer"), poll(currentHit+`.includes('slow answer')`))
	do(t, ctx, poll(found+`.includes('…warn n=398 user=u2 msg="slow answer"')`), poll(rowWith("n=398 ")+`.querySelector('.found').title.endsWith(': level=warn n=398 user=u2 msg="slow answer"')`), poll(rowWith(`"n":396`)+`.querySelector('.found') === null`))
	do(t, ctx, poll(inFound("hit-current")+`.length === 1`), poll(inFound("hit")+`.length > 5`))
	do(t, ctx, typed("u1"), poll(found+`.length === 0`), poll(`[...CSS.highlights.get('hit')].some(range => range.startContainer.parentElement.closest('.cell'))`))
	do(t, ctx, typed("slow answer"), poll(found+`.length > 5`), run(`document.querySelector('#log').focus()`), settled)
	do(t, ctx, run(`const [from, to] = [`+rowWith("n=393 ")+`, `+rowWith("n=394 ")+`].map(row => row.querySelector('.cell').firstChild); getSelection().setBaseAndExtent(from, 1, to, 2)`), press("y"), poll(`document.querySelector('[data-taking=count]').textContent === '2 lines copied'`))
	if got := pasted(t, root, f); got != "level=warn n=393 user=u0 msg=\"slow answer\"\nlevel=warn n=394 user=u1 msg=\"slow answer\"" {
		t.Errorf("pasted %q", got)
	}
	do(t, ctx, chromedp.Click(`[data-search=close]`), poll(found+`.length === 0`))
	do(t, ctx, run(`getSelection().removeAllRanges(); document.querySelector('#log').focus()`), press("c"), poll(button+`.ariaPressed === 'false'`), poll(seen("n=397 ")), poll(`!location.search.includes('only=')`))
	// Without columns the key says where they come from.
	for range 2 {
		clickOn(t, ctx, `document.querySelector('[data-part=columns] .cell')`)
		do(t, ctx, settled)
	}
	do(t, ctx, poll(`!`+button+`.checkVisibility()`), press("c"), poll(`document.querySelector('#hint').textContent.startsWith('there are no columns')`))
}
