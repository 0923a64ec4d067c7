package templates

import (
	"context"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"livetail/internal/browser"
	"livetail/internal/wire"
)

// TestTimeBar: what is no time, and what cannot be answered, is said where it was asked; what is read stays meanwhile.
func TestTimeBar(t *testing.T) {
	root := browser.New(t)
	const (
		bar     = `document.querySelector('[data-part=time]')`
		said    = bar + `.querySelector('output').textContent`
		invalid = bar + `.querySelector('input').ariaInvalid === 'true'`
		// All of it is seen, below the words that are asked about.
		inPlace = `(({ top, bottom, left, right }, box) => top >= box.top && bottom <= box.bottom && left >= box.left && right <= box.right && right > left)(` + bar + `.querySelector('output').getBoundingClientRect(), ` + bar + `.getBoundingClientRect())`
	)
	const lastRow = seenLines + `.at(-1)` // the bar takes room from the first ones
	ask := func(t *testing.T, ctx context.Context, text string) {
		t.Helper()
		do(t, ctx, chromedp.KeyEvent("t"), poll(`document.activeElement === `+bar+`.querySelector('input')`), poll(said+` !== ''`), typed(text), chromedp.KeyEvent(kb.Enter))
	}
	again := func(text string) chromedp.Action[chromedp.Void] {
		return chromedp.Func(func(ctx context.Context, _ *chromedp.Target) error {
			return browser.Do(ctx, typed(text), chromedp.KeyEvent(kb.Enter))
		})
	}
	stays := func(t *testing.T, ctx context.Context, before string) {
		t.Helper()
		do(t, ctx, settled)
		if got := value[string](t, ctx, lastRow); got != before {
			t.Errorf("what is read moved from %q to %q", before, got)
		}
		if !value[bool](t, ctx, inPlace+` && !`+bar+`.hidden && `+bar+`.contains(document.activeElement)`) {
			t.Errorf("%q is not said in place", value[string](t, ctx, said))
		}
	}
	open := func(t *testing.T) (*fake, context.Context, string) {
		f := newFake(t, "/x")
		longLog(f)
		ctx := viewer(t, root, f)
		do(t, ctx, poll(logText+`.includes('line 11999 ')`), settled)
		return f, ctx, value[string](t, ctx, lastRow)
	}
	t.Run("what is no time", func(t *testing.T) {
		_, ctx, before := open(t)
		for _, text := range []string{"noon", "25:00", "2026-02-30", "line"} {
			ask(t, ctx, text)
			do(t, ctx, poll(said+`.startsWith('not a time that is understood; write 14:02, ')`), poll(invalid))
			stays(t, ctx, before)
			do(t, ctx, chromedp.KeyEvent(kb.Escape), poll(bar+`.hidden && document.activeElement.id === 'log'`), settled)
		}
		ask(t, ctx, "2026-11-21T00:30:00Z")
		do(t, ctx, poll(said+`.startsWith('from 2026-11-21 ')`), poll(`!(`+invalid+`)`), poll(atRow+`.includes('oldest line 1800 ')`))
	})
	t.Run("what cannot be answered", func(t *testing.T) {
		f, ctx, before := open(t)
		f.with(func() { f.fails = "permission denied" })
		ask(t, ctx, "2026-11-21T00:30:00Z")
		do(t, ctx, poll(said+` === 'it could not be looked for: permission denied; try again'`))
		stays(t, ctx, before)
		f.with(func() { f.fails = "" })
		do(t, ctx, chromedp.KeyEvent(kb.Enter), poll(said+`.startsWith('from 2026-11-21 ')`), poll(atRow+`.includes('oldest line 1800 ')`))
	})
	t.Run("of a log whose lines say no times", func(t *testing.T) {
		f := newFake(t, "/x")
		for range 30 {
			f.write(0, "words, and no time\nmore of them\n")
		}
		f.write(0, "the end\n")
		f.mark(wire.Marker{Kind: wire.MarkLive})
		ctx := viewer(t, root, f)
		do(t, ctx, poll(logText+`.includes('the end')`), settled)
		before := value[string](t, ctx, lastRow)
		ask(t, ctx, "2026-11-21T00:30:00Z")
		do(t, ctx, poll(said+` === 'no line has a time that is understood'`))
		stays(t, ctx, before)
		f.write(0, "and it goes on\n")
		do(t, ctx, poll(seenLines+`.at(-1) === 'and it goes on'`))
	})
	t.Run("given up for the end, it is not looked for any more", func(t *testing.T) {
		f, ctx, _ := open(t)
		f.with(func() { f.holdAnswers = true })
		ask(t, ctx, "2026-11-21T00:30:00Z")
		do(t, ctx, poll(said+` === 'looking for it'`), again("2026-11-21T00:40:00Z"), twoFrames, poll(said+` === 'looking for it'`))
		do(t, ctx, chromedp.Focus("#log"), chromedp.KeyEvent(kb.End), poll(said+`.startsWith('as the lines have it: UTC;')`))
		f.with(func() { f.holdAnswers = false })
		f.write(0, "and it goes on\n")
		do(t, ctx, poll(seenLines+`.at(-1) === 'and it goes on'`))
	})
}
