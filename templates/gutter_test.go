package templates

import (
	"context"
	"fmt"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"livetail/internal/browser"
	"livetail/internal/wire"
)

// TestGutter: a click in it picks a line also where the line has fields; only the chevron opens these.
func TestGutter(t *testing.T) {
	const (
		below = `document.querySelector('.below')`
		// Of the lines that are picked, their numbers.
		numbers = `[...document.querySelectorAll('#log .linked')].map(row => row.textContent.match(/(?:n=|"n":|number )(\d+)/)?.[1]).join()`
	)
	root := browser.New(t)
	open := func(t *testing.T, before ...chromedp.Action[chromedp.Void]) context.Context {
		f := newFake(t, "/x")
		f.write(0, structured(0, 400))
		f.mark(wire.Marker{Kind: wire.MarkLive})
		ctx := browser.Tab(t, root)
		do(t, ctx, before...)
		do(t, ctx, chromedp.Navigate(f.URL+"/x/log/web-01/nginx/access.log"), poll(logText+`.includes('number 399')`), settled)
		return ctx
	}
	chevron := func(text string) string { return rowWith(text) + `.querySelector('.chevron')` }
	t.Run("by the mouse", func(t *testing.T) {
		ctx := open(t, chromedp.EmulateViewport(1000, 600))
		for text, n := range map[string]string{"n=390 ": "390", `"n":392,`: "392", "number 391": "391"} {
			do(t, ctx, settled)
			pull(t, ctx, inRow(text, 6), inRow(text, 6)) // a click
			do(t, ctx, poll(numbers+` === `+quote(n)))
			if value[bool](t, ctx, below+` !== null`) {
				t.Errorf("a click in the gutter of %q opened fields", text)
			}
		}
		do(t, ctx, settled)
		clickOn(t, ctx, chevron("n=390 "))
		do(t, ctx, poll(below+`?.textContent.includes('slow answer')`), poll(`document.querySelectorAll('#log .linked').length === 1`)) // what is picked stays
		// All texts begin at one place, with fields or without.
		if n := value[int](t, ctx, `new Set([...document.querySelectorAll('#log .row:not(.rule)')].map(row => getComputedStyle(row).paddingLeft)).size`); n != 1 {
			t.Errorf("texts begin at %d places", n)
		}
		// Back by keys: the fields, the line, what is picked.
		do(t, ctx, chromedp.KeyEvent(kb.Escape), poll(`!`+below), chromedp.KeyEvent(kb.Escape), poll(atRow+` === ''`), chromedp.KeyEvent(kb.Escape), poll(noStrip))
	})
	t.Run("by a finger", func(t *testing.T) {
		ctx := open(t, chromedp.EmulateViewport(390, 700, chromedp.EmulateTouch))
		do(t, ctx, poll(`matchMedia('(pointer: coarse)').matches`))
		for _, wrapped := range []bool{true, false} {
			size := value[[]float64](t, ctx, `(({ left, width, height }) => [left, width, height])((`+chevron("n=390 ")+`).getBoundingClientRect())`)
			if size[1] < 24 || size[2] < 24 || size[0] < 12 {
				t.Errorf("wrapped %v: the chevron begins at %v, %v by %v px", wrapped, size[0], size[1], size[2])
			}
			// Every px of it is its own: no other row lies above it.
			for _, y := range []int{1, 12, 23} {
				hit := `(({ left, top }) => document.elementFromPoint(left + 12, top + %d))((%s).getBoundingClientRect()) === %[2]s`
				if !value[bool](t, ctx, fmt.Sprintf(hit, y, chevron("n=390 "))) {
					t.Errorf("wrapped %v: %d px below its top the chevron is covered", wrapped, y)
				}
			}
			tap(t, ctx, chevron("n=390 "))
			do(t, ctx, poll(below+`?.textContent.includes('slow answer')`), poll(noStrip), settled)
			tap(t, ctx, chevron("n=390 "))
			do(t, ctx, poll(`!`+below), settled)
			at := value[[]float64](t, ctx, inRow("n=390 ", 7))
			swipe(t, ctx, at[0], at[1], at[0], at[1])
			do(t, ctx, poll(numbers+` === '390'`))
			tap(t, ctx, `document.querySelector('[data-taking=clear]')`)
			do(t, ctx, poll(noStrip))
			tap(t, ctx, `document.querySelector('[data-part="wrap"]')`)
			do(t, ctx, settled)
		}
	})
}
