package templates

import (
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"livetail/internal/browser"
	"livetail/internal/wire"
)

// seenRules is the rows of words that are shown, among those that begin so.
func seenRules(begin string) string {
	return `[...document.querySelectorAll('#log .rule:not([hidden])')].map(row => row.textContent).filter(text => text.startsWith(` + quote(begin) + `))`
}

// around is what stands before and behind the rows of words that begin so: the last signs of each.
func around(begin string) string {
	return `[...document.querySelectorAll('#log .row:not([hidden])')].map((row, i, rows) => row.textContent.startsWith(` + quote(begin) + `) ? (rows[i - 1]?.textContent.match(/line \d+/)?.[0] ?? '') + ' | ' + (rows[i + 1]?.textContent.match(/line \d+/)?.[0] ?? '') : '').filter(Boolean).join()`
}

// TestMarks: a mark stands where it was made, once, wherever one is meanwhile.
func TestMarks(t *testing.T) {
	root := browser.New(t)
	t.Run("where one was is one place, however often one goes and comes back", func(t *testing.T) {
		f := newFake(t, "/x")
		f.write(0, numbered("live", 0, 100))
		f.mark(wire.Marker{Kind: wire.MarkLive})
		ctx := viewer(t, root, f)
		do(t, ctx, poll(logText+`.includes('line 99 ')`), halfMinute)
		for i, want := range []string{"line 99 | line 100", "line 102 | line 103", "line 105 | line 106"} {
			f.with(func() { f.said = nil })
			do(t, ctx, hide(true))
			f.until("it wants counts only", func() bool { return strings.Contains(strings.Join(f.said, ""), `"quiet":true`) })
			f.write(0, numbered("live", 100+3*i, 103+3*i))
			do(t, ctx, hide(false), poll(seenLines+`.at(-1).includes('line `+[]string{"102", "105", "108"}[i]+` ')`), poll(around("you were here")+` === `+quote(want)))
		}
		// Nor is it told again by whoever leaves and comes to where one was, or by another filter.
		do(t, ctx, press("/"), typed("live"), poll(passes+`.startsWith('109 of ')`), poll(around("you were here")+` === 'line 105 | line 106'`))
		do(t, ctx, chromedp.Reload(), poll(logText+`?.includes('line 108 ')`), settled, poll(seenRules("you were here")+`.length <= 1`))
		f.write(0, numbered("live", 109, 111))
		do(t, ctx, poll(around("you were here")+` === 'line 108 | line 109'`))
	})
	t.Run("dropped while one reads above, it is behind the newest line of then, and stays there", func(t *testing.T) {
		f := newFake(t, "/x")
		longLog(f)
		ctx := viewer(t, root, f)
		const hint = `document.querySelector('#hint').textContent`
		do(t, ctx, poll(logText+`.includes('line 11999 ')`), settled, run(`document.querySelector('#log').scrollTop -= 2000`), poll(more), settled)
		top := value[string](t, ctx, cutRow)
		do(t, ctx, enter, poll(hint+` === 'marked behind the newest line'`))
		f.write(0, numbered("live", 12_000, 12_003))
		do(t, ctx, poll(endText+` === '↓ 3 new'`), settled)
		if got := value[string](t, ctx, cutRow); got != top {
			t.Errorf("what is read moved from %q to %q", top, got)
		}
		is := poll(around("mark, ") + ` === 'line 11999 | line 12000'`)
		do(t, ctx, chromedp.KeyEvent(kb.End), poll(seenLines+`.at(-1).includes('line 12002 ')`), is)
		// Where the rows do not reach the newest line, none can be made: that is said, and there is none.
		do(t, ctx, chromedp.KeyEvent(kb.Home), poll(seenLines+`[0]?.includes('oldest line 0 ')`), settled, enter, poll(hint+`.startsWith('marks are made behind the newest line')`))
		if n := value[int](t, ctx, seenRules("mark, ")+`.length`); n != 0 {
			t.Errorf("%d marks stand at the beginning", n)
		}
		do(t, ctx, chromedp.KeyEvent(kb.End), poll(seenLines+`.at(-1).includes('line 12002 ')`), is)
		f.write(0, numbered("live", 12_003, 12_006))
		do(t, ctx, poll(seenLines+`.at(-1).includes('line 12005 ')`), is, poll(`!location.search.includes('at=')`), chromedp.Reload(), poll(logText+`?.includes('line 12005 ')`), settled, is)
	})
}
