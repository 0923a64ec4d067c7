package templates

import (
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"livetail/internal/browser"
	"livetail/internal/wire"
)

// TestEachLineCountsOnce: how many lines pass is told of each line once, also by whoever reads the past and comes down to the live edge
// again, or looked away for a while.
func TestEachLineCountsOnce(t *testing.T) {
	f := newFake(t, "/x")
	f.with(func() { f.past = []fakeFile{{"access.log.1", "one", []byte(numbered("older", 0, 1500))}} })
	f.write(0, numbered("live", 1500, 3000))
	f.mark(wire.Marker{Kind: wire.MarkLive})
	ctx := viewer(t, browser.New(t), f)
	count := func(want string) chromedp.Action[chromedp.Void] { return poll(passes + ` === ` + quote(want)) }
	do(t, ctx, poll(logText+`.includes('line 2999 ')`), press("/"), typed("error"), poll(passes+`.endsWith(' pass')`), poll(seenLines+`.every(text => text.includes('ERROR'))`), run(`document.querySelector('#log').focus()`))
	do(t, ctx, chromedp.KeyEvent(kb.Home), poll(seenLines+`[0]?.includes('older line 3 ')`))
	f.write(0, numbered("live", 3000, 3040))
	do(t, ctx, poll(endText+` === '↓ 10 new'`), run(`
		const log = document.querySelector('#log')
		for (let i = 0; i < 3000 && !log.innerText.includes('line 3039 '); i++) {
			log.scrollTop += 900
			await new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))
		}`), poll(`document.querySelector('#more').hidden`), count("760 of 3,040 pass"))
	f.write(0, numbered("live", 3040, 3060))
	do(t, ctx, poll(seenLines+`.at(-1).includes('line 3059 ')`), count("765 of 3,060 pass"), halfMinute)
	f.with(func() { f.said = nil })
	do(t, ctx, hide(true))
	f.until("it wants counts only", func() bool { return strings.Contains(strings.Join(f.said, ""), `"quiet":true`) })
	f.write(0, numbered("live", 3060, 3100))
	do(t, ctx, poll(`document.title.startsWith('(10, ')`), hide(false), poll(seenLines+`.at(-1).includes('line 3099 ')`), count("775 of 3,100 pass"))
	// Elsewhere it is what was looked at there, and what is written.
	do(t, ctx, chromedp.KeyEvent(kb.Home), poll(seenLines+`[0]?.includes('older line 3 ')`), settled, chromedp.KeyEvent(kb.End), poll(seenLines+`.at(-1).includes('line 3099 ')`), poll(`/^(\d+) of ([\d,]+) pass/.exec(`+passes+`)?.slice(1).map(n => Number(n.replace(',', ''))).every((n, i) => n <= [775, 3100][i])`))
}
