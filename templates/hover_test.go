package templates

import (
	"context"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"livetail/internal/browser"
)

// TestHover: a pointer that rests on the scrollbar has the lines there come before it presses.
func TestHover(t *testing.T) {
	root := browser.New(t)
	begin := func(t *testing.T) (*fake, context.Context, []float64) {
		f := newFake(t, "/x")
		longLog(f)
		ctx := viewer(t, root, f)
		do(t, ctx, poll(logText+`.includes('line 11999 ')`), poll(`document.querySelector('.thumb').offsetHeight < 100`), settled)
		return f, ctx, value[[]float64](t, ctx, `(({ left, top, width, height }) => [left + width / 2, top + height / 2])(document.querySelector('#track').getBoundingClientRect())`)
	}
	const there = topRow + `.match(/older line (5|6)\d\d\d /)`
	count := func(f *fake, what string) func() bool { // with the lock held
		return func() bool { return strings.Count(strings.Join(f.said, ""), what) == 1 }
	}
	const place, cancel = `"ask":"place"`, `"op":"cancel"`

	t.Run("the press asks for nothing more, and shows them at once", func(t *testing.T) {
		f, ctx, at := begin(t)
		do(t, ctx, chromedp.MouseEvent(chromedp.MouseMoved, at[0], at[1]))
		f.until("the page asked for the place before it is pressed", count(f, place))
		f.write(0, "behind the answer\n")
		do(t, ctx, poll(seenLines+`.at(-1) === 'behind the answer'`))
		f.with(func() { f.holdAnswers = true }) // what is shown now was here
		do(t, ctx, chromedp.MouseClickXY(at[0], at[1]), poll(there), poll(seenRows+`.length >= Math.floor(document.querySelector('#log').clientHeight / 19) - 1`))
		f.with(func() {
			f.holdAnswers = false
			if !count(f, place)() {
				t.Error("the place was asked for again")
			}
		})
		do(t, ctx, settled)
		whole(t, ctx)
	})
	t.Run("a press before they are here waits for them", func(t *testing.T) {
		f, ctx, at := begin(t)
		f.with(func() { f.holdAnswers = true })
		do(t, ctx, chromedp.MouseEvent(chromedp.MouseMoved, at[0], at[1]))
		f.until("the page asked for the place", count(f, place))
		do(t, ctx, chromedp.MouseClickXY(at[0], at[1]), poll(`Math.abs(document.querySelector('#track').ariaValueNow - 50) <= 3`))
		f.with(func() { f.holdAnswers = false })
		do(t, ctx, poll(there), settled)
		whole(t, ctx)
		f.with(func() {
			if !count(f, place)() {
				t.Error("the place was asked for again")
			}
		})
	})
	t.Run("who leaves the track has them asked for no more, and nothing moved", func(t *testing.T) {
		f, ctx, at := begin(t)
		f.with(func() { f.holdAnswers = true })
		do(t, ctx, chromedp.MouseEvent(chromedp.MouseMoved, at[0], at[1]))
		f.until("the page asked for the place", count(f, place))
		do(t, ctx, chromedp.MouseEvent(chromedp.MouseMoved, 300, 300))
		f.until("it gave that up", count(f, cancel))
		f.with(func() { f.holdAnswers = false })
		f.write(0, "the last\n")
		do(t, ctx, poll(seenLines+`.at(-1) === 'the last'`))
	})
}

// whole looks whether the lines that are seen are those of the log, one after the other.
func whole(t *testing.T, ctx context.Context) {
	t.Helper()
	if holes := value[string](t, ctx, `(() => {
		const numbers = `+seenLines+`.map(text => Number(text.match(/line (\d+) /)?.[1]))
		return numbers.every((n, i) => i === 0 || n === numbers[i - 1] + 1) ? '' : numbers.join()
	})()`); holes != "" {
		t.Errorf("the lines that are seen: %s", holes)
	}
}
