package templates

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"livetail/internal/browser"
	"livetail/internal/wire"
)

// structured is lines of JSON and logfmt, each fourth of them words.
func structured(from, to int) string {
	var text strings.Builder
	for i := from; i < to; i++ {
		switch i % 4 {
		case 0:
			fmt.Fprintf(&text, `{"level":"info","n":%d,"http":{"status":%d,"took":1.50},"msg":"a <b>bold</b> word\nand the next"}`+"\n", i, 200+100*(i%3))
		case 1, 2:
			fmt.Fprintf(&text, "level=warn n=%d user=u%d msg=\"slow answer\"\n", i, i%3)
		default:
			fmt.Fprintf(&text, "only words, number %d\n", i)
		}
	}
	return text.String()
}

// rowWith is the row that has a text, and placeOf its place in the log's window.
func rowWith(text string) string {
	return `[...document.querySelectorAll('#log .row:not([hidden])')].find(row => row.textContent.includes(` + quote(text) + `))`
}

func placeOf(text string) string {
	return `Math.round(` + rowWith(text) + `?.getBoundingClientRect().top - document.querySelector('#log').getBoundingClientRect().top)`
}

const atRow = `(document.querySelector('#log .row.at')?.textContent ?? '')`

// clickOn clicks in the middle of an element, as a hand does: once it no longer moves.
func clickOn(t *testing.T, ctx context.Context, element string) {
	t.Helper()
	at := value[[]float64](t, ctx, `(async () => {
		let at = []
		for (let still = 0; still < 10; await new Promise(done => requestAnimationFrame(done))) {
			const { left, top, width, height } = (`+element+`)?.getBoundingClientRect() ?? {}
			const now = [left + width / 2, top + height / 2]
			still = now.join() === at.join() && left !== undefined ? still + 1 : 0
			at = now
		}
		return at
	})()`)
	for _, kind := range []input.DispatchMouseEventType{input.DispatchMouseEventTypeMousePressed, input.DispatchMouseEventTypeMouseReleased} {
		do(t, ctx, chromedp.Func(func(ctx context.Context, tab *chromedp.Target) error {
			_, err := cdp.Call(ctx, tab, input.DispatchMouseEvent, input.DispatchMouseEventParams{Type: kind, X: at[0], Y: at[1], Button: input.MouseButtonLeft, Buttons: 1, ClickCount: 1})
			return err
		}))
	}
}

// enter is the key as a page gets it that takes it for itself: without what a browser does with it otherwise. (The tool that drives
// the browser does not ask.)
var enter = chromedp.Func(func(ctx context.Context, tab *chromedp.Target) error {
	for _, kind := range []input.DispatchKeyEventType{input.DispatchKeyEventTypeRawKeyDown, input.DispatchKeyEventTypeKeyUp} {
		if _, err := cdp.Call(ctx, tab, input.DispatchKeyEvent, input.DispatchKeyEventParams{Type: kind, Key: "Enter", Code: "Enter", WindowsVirtualKeyCode: 13}); err != nil {
			return err
		}
	}
	return nil
})

// TestFields: a line opens below itself into its fields, and they are filtered by.
func TestFields(t *testing.T) {
	root := browser.New(t)
	open := func(t *testing.T) (*fake, context.Context) {
		f := newFake(t, "/x")
		f.write(0, structured(0, 400))
		f.mark(wire.Marker{Kind: wire.MarkLive})
		ctx := viewer(t, root, f)
		do(t, ctx, poll(logText+`.includes('number 399')`), twoFrames)
		return f, ctx
	}
	const below = `document.querySelector('.below')`
	t.Run("by keys, while lines come in", func(t *testing.T) {
		f, ctx := open(t)
		do(t, ctx, chromedp.KeyEvent("k"), poll(atRow+`.includes('number 399')`), chromedp.KeyEvent("k"), poll(atRow+`.includes('n=398 ')`))
		do(t, ctx, chromedp.KeyEvent("kk"), poll(atRow+`.includes('"n":396')`), enter, poll(below))
		got := value[string](t, ctx, `JSON.stringify([...document.querySelectorAll('.below tr')].map(row => [row.querySelector('th').textContent, row.querySelector('.value').textContent]))`)
		if want := `[["level","info"],["n","396"],["http.status","200"],["http.took","1.50"],["msg","a <b>bold</b> word\nand the next"]]`; got != want {
			t.Errorf("the fields are %s, want %s", got, want)
		}
		do(t, ctx, poll(`document.activeElement.ariaLabel === 'only lines with level = info'`), poll(below+`.getBoundingClientRect().bottom <= document.querySelector('#log').getBoundingClientRect().bottom`))
		before := value[float64](t, ctx, placeOf(`"n":396`))
		f.write(0, strings.Repeat("more\n", 500))
		do(t, ctx, poll(`document.querySelector('#end').textContent === '↓ 500 new'`))
		if got := value[float64](t, ctx, placeOf(`"n":396`)); got != before {
			t.Errorf("the open line moved from %v to %v px", before, got)
		}
		// From the table to the line, from the line to the log, and on.
		do(t, ctx, chromedp.KeyEvent(kb.Escape), poll(`!`+below), poll(`document.activeElement.id === 'log'`))
		if got := value[float64](t, ctx, placeOf(`"n":396`)); got != before {
			t.Errorf("the closed line moved from %v to %v px", before, got)
		}
		do(t, ctx, chromedp.KeyEvent(kb.Escape), poll(atRow+` === ''`), chromedp.KeyEvent(kb.End), poll(logText+`.endsWith('more')`))
		f.write(0, "the last\n")
		do(t, ctx, poll(logText+`.endsWith('the last')`))
	})
	t.Run("closed at the live edge it goes on", func(t *testing.T) {
		f, ctx := open(t)
		do(t, ctx, chromedp.KeyEvent("kk"), enter, poll(below), chromedp.KeyEvent(kb.Escape), chromedp.KeyEvent(kb.Escape), poll(`document.querySelector('#more').hidden`))
		f.write(0, "the last\n")
		do(t, ctx, poll(logText+`.endsWith('the last')`))
	})
	t.Run("left at the live edge it goes on", func(t *testing.T) {
		f, ctx := open(t)
		// The strip that says that the end is not followed hides lines that were seen: that the reader left them is not so.
		do(t, ctx, chromedp.KeyEvent("kk"), poll(atRow+`.includes('n=398 ')`), poll(`!document.querySelector('#more').hidden`), settled)
		do(t, ctx, chromedp.KeyEvent(kb.Escape), poll(atRow+` === ''`), poll(`document.querySelector('#more').hidden`))
		f.write(0, "the last\n")
		do(t, ctx, poll(logText+`.endsWith('the last')`))
	})
	t.Run("include and exclude by value", func(t *testing.T) {
		f, ctx := open(t)
		// Away from the end, so that there are lines enough on either side.
		do(t, ctx, run(`document.querySelector('#log').scrollTop -= 3000`), poll(`!document.querySelector('#more').hidden`), settled)
		for !value[bool](t, ctx, atRow+`.includes('n=229 ')`) {
			do(t, ctx, chromedp.KeyEvent("j"), twoFrames)
		}
		do(t, ctx, enter, poll(below))
		// level, n, user: down, down, and to the right is "no lines with".
		do(t, ctx, chromedp.KeyEvent(kb.ArrowDown), chromedp.KeyEvent(kb.ArrowDown), poll(`document.activeElement.ariaLabel === 'only lines with user = u1'`))
		before := value[float64](t, ctx, placeOf("n=229 "))
		do(t, ctx, chromedp.KeyEvent(kb.Enter), poll(`document.querySelector('.fields').textContent === 'user = u1'`), poll(seenLines+`.length > 5 && `+seenLines+`.every(text => text.includes('user=u1'))`))
		do(t, ctx, poll(seenLines+`.some(text => text.includes('n=229 '))`), settled) // what leads to it may be here first
		if got := value[float64](t, ctx, placeOf("n=229 ")); got != before {
			t.Errorf("the line that was read moved from %v to %v px", before, got)
		}
		do(t, ctx, poll(`document.querySelector('.row.open')?.textContent.includes('n=229 ')`), poll(`document.querySelector('.below [aria-pressed=true]').ariaLabel === 'only lines with user = u1'`))
		f.until("the worker was asked", func() bool {
			return strings.Contains(strings.Join(f.said, ""), `"fields":[{"name":"user","value":"u1","not":false}]`)
		})
		do(t, ctx, poll(`location.search.includes('field=user')`))
		// Once more takes it away; then the same by the mouse.
		do(t, ctx, chromedp.Click(`.fields .chip`), poll(`document.querySelector('.fields').textContent === ''`), poll(seenLines+`.some(text => text.includes('only words'))`))
		do(t, ctx, poll(below)) // the line is open still, once its row is here again
		clickOn(t, ctx, `document.querySelector('[aria-label="no lines with user = u1"]')`)
		do(t, ctx, poll(`document.querySelector('.fields').textContent === 'user ≠ u1'`), poll(seenLines+`.length > 5 && !`+seenLines+`.some(text => text.includes('user=u1'))`))
		// Words that are typed then are asked for besides.
		do(t, ctx, chromedp.Focus(`[data-filter=include]`), chromedp.KeyEvent("n=23"), poll(seenLines+`.length > 1 && `+seenLines+`.every(text => text.includes('n=23') && !text.includes('user=u1'))`), poll(`document.querySelector('.fields').textContent === 'user ≠ u1'`))
	})
	t.Run("by the mouse", func(t *testing.T) {
		_, ctx := open(t)
		chevron := `[...document.querySelectorAll('.row')].find(row => row.textContent.startsWith('level=warn n=378 ')).querySelector('.chevron')`
		if n := value[int](t, ctx, `[...document.querySelectorAll('.row')].filter(row => row.textContent.startsWith('only words') && row.querySelector('.chevron')).length`); n != 0 {
			t.Errorf("%d lines of words look as if they had fields", n)
		}
		before := value[float64](t, ctx, placeOf("n=378 "))
		clickOn(t, ctx, chevron)
		do(t, ctx, poll(below+`?.textContent.includes('slow answer')`), poll(chevron+`.ariaExpanded === 'true'`))
		if got := value[float64](t, ctx, placeOf("n=378 ")); got != before {
			t.Errorf("the line moved from %v to %v px", before, got)
		}
		clickOn(t, ctx, chevron)
		do(t, ctx, poll(`!`+below), poll(chevron+`.ariaExpanded === 'false'`))
		// A line of words says that it has none.
		do(t, ctx, chromedp.KeyEvent("j"), poll(atRow+`.includes('number 379')`), enter, poll(below+`.textContent.includes('neither JSON nor logfmt')`))
	})
	t.Run("the keys come back when the row goes", func(t *testing.T) {
		_, ctx := open(t)
		do(t, ctx, chromedp.KeyEvent("kk"), enter, poll(`document.activeElement.closest('.below')`), run(`document.querySelector('#log').scrollTop = 0`), poll(`document.activeElement.id === 'log'`))
		do(t, ctx, chromedp.KeyEvent("G"), poll(`document.querySelector('#more').hidden`))
	})
}
