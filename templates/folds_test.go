package templates

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"livetail/internal/browser"
	"livetail/internal/wire"
)

// trace is an error with so many frames.
func trace(name string, frames int) string {
	var text strings.Builder
	fmt.Fprintf(&text, "2026-11-21 ERROR %s went wrong\njava.lang.IllegalStateException: %s\n", name, name)
	for i := range frames {
		fmt.Fprintf(&text, "\tat org.example.%s.Frame%d.run(Frame.java:%d)\n", name, i, i)
	}
	return text.String()
}

// TestFolds: of a trace two lines are seen until somebody opens it, or a search leads into it.
func TestFolds(t *testing.T) {
	root := browser.New(t)
	open := func(t *testing.T) (*fake, context.Context) {
		f := newFake(t, "/x")
		f.write(0, numbered("before", 0, 100)+trace("first", 23)+numbered("between", 100, 110)+trace("second", 9)+numbered("behind", 110, 115))
		f.mark(wire.Marker{Kind: wire.MarkLive})
		ctx := viewer(t, root, f)
		do(t, ctx, poll(logText+`.includes('line 114 ')`), settled)
		return f, ctx
	}
	// The rows from one text to another, as they are seen.
	between := func(from, to string) string {
		return `(() => { const all = ` + seenLines + `; return all.slice(all.findIndex(text => text.includes(` + quote(from) + `)), all.findIndex(text => text.includes(` + quote(to) + `)) + 1) })()`
	}
	const folded = "java.lang.IllegalStateException: first… 23 more lines"
	t.Run("folded, and opened by keys", func(t *testing.T) {
		_, ctx := open(t)
		do(t, ctx, poll(between("line 99 ", "line 100 ")+`.length === 4`))
		if got := value[string](t, ctx, between("line 99 ", "line 100 ")+`[2]`); got != folded {
			t.Errorf("the fold says %q", got)
		}
		if n := value[int](t, ctx, seenLines+`.length`); n < 20 {
			t.Errorf("only %d lines are on the screen: it is not full", n)
		}
		// The keys go over what is folded away, from the line behind it to the fold.
		do(t, ctx, chromedp.KeyEvent("k"), twoFrames)
		for range 40 {
			if value[bool](t, ctx, atRow+`.includes('line 100 ')`) {
				break
			}
			do(t, ctx, chromedp.KeyEvent("k"), twoFrames)
		}
		do(t, ctx, chromedp.KeyEvent("k"), poll(atRow+` === `+quote(folded)))
		before := value[float64](t, ctx, placeOf("IllegalStateException: first"))
		do(t, ctx, enter, poll(logText+`.includes('first.Frame9.run')`), poll(atRow+`.endsWith('fold 23 lines')`))
		if got := value[float64](t, ctx, placeOf("IllegalStateException: first")); got != before {
			t.Errorf("the line that was opened moved from %v to %v px", before, got)
		}
		// From within it, it folds, and the keys are at the fold.
		do(t, ctx, chromedp.KeyEvent("jjj"), poll(atRow+`.includes('first.Frame2.run')`), enter, poll(`!`+logText+`.includes('first.Frame9.run')`), poll(atRow+` === `+quote(folded)))
		if got := value[float64](t, ctx, placeOf("IllegalStateException: first")); got != before {
			t.Errorf("the line that was folded moved from %v to %v px", before, got)
		}
	})
	t.Run("by the mouse, and all of them", func(t *testing.T) {
		_, ctx := open(t)
		button := `[...document.querySelectorAll('.more-lines')].find(button => button.parentElement.textContent.includes('second'))`
		clickOn(t, ctx, button)
		do(t, ctx, poll(logText+`.includes('second.Frame8.run')`), poll(button+`.textContent === 'fold 9 lines'`), poll(`!`+logText+`.includes('first.Frame8.run')`))
		clickOn(t, ctx, button)
		do(t, ctx, poll(`!`+logText+`.includes('second.Frame8.run')`))
		do(t, ctx, chromedp.KeyEvent("z"), poll(logText+`.includes('first.Frame8.run')`), poll(`document.querySelector('[data-part=traces]').textContent === 'traces whole'`))
		do(t, ctx, chromedp.Reload(), poll(logText+`.includes('first.Frame8.run')`), chromedp.Click(`[data-part=traces]`), poll(`!`+logText+`.includes('first.Frame8.run')`))
	})
	t.Run("a search leads into it", func(t *testing.T) {
		_, ctx := open(t)
		do(t, ctx, chromedp.KeyEvent("f", chromedp.KeyModifiers(2)), typed("first.Frame17"), poll(`document.querySelector('[data-search=count]').textContent === '1 line'`))
		do(t, ctx, poll(currentHit+`.includes('first.Frame17.run')`), poll(seenLines+`.some(text => text.includes('first.Frame17.run'))`))
	})
	t.Run("what is there is painted", func(t *testing.T) {
		f := newFake(t, "/x")
		richLines(f)
		ctx := viewer(t, root, f)
		do(t, ctx, scheme("light"), poll(`document.querySelectorAll('.more-lines').length > 3`), settled)
		painted(t, ctx)
		// Drawn anew, the end is still the end.
		for range 4 {
			do(t, ctx, chromedp.KeyEvent("T"), settled, poll(`document.querySelector('#more').hidden`), poll(seenLines+`.at(-2).includes('order 1119')`))
		}
	})
	t.Run("one that is being written", func(t *testing.T) {
		f, ctx := open(t)
		lines := strings.SplitAfter(trace("third", 9), "\n")
		for _, line := range lines[:3] {
			f.write(0, line)
			do(t, ctx, poll(logText+`.includes(`+quote(strings.TrimSpace(line))+`)`))
		}
		// At the live edge it folds as soon as it is one;
		f.write(0, lines[3]+lines[4])
		do(t, ctx, poll(seenLines+`.at(-1) === 'java.lang.IllegalStateException: third… 3 more lines'`))
		f.write(0, strings.Join(lines[5:], "")+"the end\n")
		do(t, ctx, poll(seenLines+`.at(-2) === 'java.lang.IllegalStateException: third… 9 more lines'`))
		// under somebody's eyes it does not.
		lines = strings.SplitAfter(trace("fourth", 9), "\n")
		f.write(0, lines[0]+lines[1]+lines[2])
		do(t, ctx, poll(logText+`.includes('fourth.Frame0.run')`), chromedp.KeyEvent("k"), poll(atRow+`.includes('fourth.Frame0.run')`), poll(`!document.querySelector('#more').hidden`), settled)
		before := value[float64](t, ctx, placeOf("fourth.Frame0.run"))
		f.write(0, strings.Join(lines[3:], "")+"the end\n")
		do(t, ctx, poll(`document.querySelector('#end').textContent === '↓ 9 new'`))
		if got := value[float64](t, ctx, placeOf("fourth.Frame0.run")); got != before {
			t.Errorf("the line that was read moved from %v to %v px", before, got)
		}
		do(t, ctx, chromedp.KeyEvent("G"), poll(seenLines+`.at(-2).includes('fourth.Frame8.run')`))
	})
	t.Run("a filter does not join what was apart", func(t *testing.T) {
		_, ctx := open(t)
		do(t, ctx, chromedp.KeyEvent("/"), typed(".Frame1"), poll(seenLines+`.length >= 12 && `+seenLines+`.every(text => text.includes('.Frame1'))`))
		// With their first lines they are what they were.
		do(t, ctx, run(`document.querySelector('[data-filter=regex]').click()`), chromedp.KeyEvent("/"), typed("second|went"), poll(seenLines+`.at(-1) === 'java.lang.IllegalStateException: second… 9 more lines'`))
		do(t, ctx, poll(seenLines+`.length === 3`))
		// One's frames do not go on with the other's first line.
		do(t, ctx, chromedp.KeyEvent("/"), typed("first went|second.Frame"), poll(seenLines+`.length === 10 && `+seenLines+`[0].includes('first went') && `+seenLines+`[9].includes('second.Frame8')`))
	})
	t.Run("far up, thousands of them", func(t *testing.T) {
		f := newFake(t, "/x")
		var text strings.Builder
		for i := range 400 {
			text.WriteString(trace(fmt.Sprint("e", i), 120))
		}
		all := strings.SplitAfter(text.String(), "\n")
		for ; len(all) > 1; all = all[min(2000, len(all)):] {
			f.write(0, strings.Join(all[:min(2000, len(all))], ""))
		}
		ctx := viewer(t, root, f)
		do(t, ctx, poll(logText+`.includes('e399 went wrong')`), settled)
		if n := value[int](t, ctx, seenLines+`.length`); n < 20 {
			t.Errorf("only %d lines are on the screen: it is not full", n)
		}
		for range 40 {
			if wheel(t, ctx, -300); value[bool](t, ctx, `+/e(\d+)/.exec(`+topRow+`)?.[1] < 330`) {
				break
			}
		}
		do(t, ctx, settled, poll(`+/e(\d+)/.exec(`+topRow+`)[1] < 330`))
		// Nothing was left out on the way: each trace has its two lines.
		if got := value[string](t, ctx, seenLines+`.map(text => text.replace(/^(2026|java)/, '').match(/e(\d+)/)[1]).map((n, i, all) => i > 1 && all[i - 2] - n !== -1 ? 'not ' + n : '').join('')`); got != "" {
			t.Errorf("the traces on the screen are %s in their row", got)
		}
		top := value[string](t, ctx, topRow)
		f.write(0, "new\n")
		do(t, ctx, poll(`document.querySelector('#end').textContent === '↓ 1 new'`))
		if got := value[string](t, ctx, topRow); got != top {
			t.Errorf("the line at the top was %q and is %q", top, got)
		}
	})
}
