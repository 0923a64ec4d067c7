package templates

import (
	"fmt"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"livetail/internal/browser"
)

// TestErrorTicks: an error that was on the screen has a tick at its place in the whole history, which leads back to it.
func TestErrorTicks(t *testing.T) {
	f := newFake(t, "/x")
	f.write(0, strings.Repeat("a line of this log\n", 100)+"ERROR it broke now\n")
	ctx := viewer(t, browser.New(t), f)
	tick := `document.querySelector('.tick.error')`
	// As painted, beside the track, from 0 to 100.
	at := `(({ top }, track) => 100 * (top - track.top) / track.height)(` + tick + `.getBoundingClientRect(), document.querySelector('#track').getBoundingClientRect())`
	do(t, ctx, poll(logText+`.includes('it broke')`), poll(tick+` && `+at+` > 95`), poll(`document.querySelector('#track').title.startsWith('red, at 1 place: errors among the lines that came here')`), poll(`document.querySelector('#track').ariaDescription === document.querySelector('#track').title`))
	f.write(0, strings.Repeat("a line of this log\n", 299))
	do(t, ctx, poll(`Math.abs(`+at+` - 25) < 2`))
	f.write(0, strings.Repeat("a line of this log\n", 600))
	do(t, ctx, poll(`Math.abs(`+at+` - 10) < 2`), poll(`!`+logText+`.includes('it broke')`), settled)
	if n := value[int](t, ctx, `document.querySelectorAll('.tick').length`); n != 1 {
		t.Errorf("%d ticks of one error", n)
	}
	clickOn(t, ctx, tick)
	do(t, ctx, poll(topRow+` === 'ERROR it broke now'`), settled, run(`document.querySelector('#log').scrollTop += 30`), settled)
	// The thumb is where the tick is now: that is clicked all the same.
	if !value[bool](t, ctx, `(([tick, thumb]) => thumb.top < tick.top && tick.bottom < thumb.bottom)([`+tick+`, document.querySelector('.thumb')].map(one => one.getBoundingClientRect())) && `+topRow+` !== 'ERROR it broke now'`) {
		t.Error("the thumb is elsewhere")
	}
	clickOn(t, ctx, tick)
	do(t, ctx, poll(topRow+` === 'ERROR it broke now'`))
}

// TestErrorTickOfABurst: an error that was never on the screen has a tick, which leads to it, also when the page has let go of its line.
func TestErrorTickOfABurst(t *testing.T) {
	f := newFake(t, "/x")
	burst := func(from, to int) {
		for ; from < to; from += 2000 {
			text := calm(from, min(from+2000, to))
			f.write(0, strings.Replace(text, "INFO line 17345 ", "ERROR line 17345 ", 1))
		}
	}
	burst(0, 100)
	ctx := viewer(t, browser.New(t), f)
	const tick = `document.querySelector('.tick.error')`
	do(t, ctx, poll(logText+`.includes('line 99 ')`), run(`
		window.drawn = false
		new MutationObserver(() => (drawn ||= document.querySelector('#log').textContent.includes('ERROR line'))).observe(document.querySelector('#log'), { subtree: true, childList: true })`))
	// Ticks are drawn once a second: one that was drawn before the last lines came would lead to another one than its own.
	one := func(percent float64) {
		t.Helper()
		do(t, ctx, poll(fmt.Sprintf(`parseFloat(`+tick+`?.style.top) === %v`, percent)))
		if n := value[int](t, ctx, `document.querySelectorAll('.tick').length`); n != 1 || value[bool](t, ctx, `drawn`) {
			t.Errorf("%d ticks of one error, drawn before: %v", n, value[bool](t, ctx, `drawn`))
		}
	}
	burst(100, 50_000)
	do(t, ctx, poll(logText+`.includes('line 49999 ')`))
	one(34.69)
	burst(50_000, 200_000)
	do(t, ctx, poll(logText+`.includes('line 199999 ')`), settled)
	one(8.67)
	clickOn(t, ctx, tick)
	do(t, ctx, poll(topRow+`.startsWith('ERROR line 17345 ')`))
}

// TestErrorTickOfAGrowingLog: ticks are drawn once a second; one leads to its error also when the log has grown since.
func TestErrorTickOfAGrowingLog(t *testing.T) {
	f := newFake(t, "/x")
	f.write(0, strings.Replace(calm(0, 2000), "INFO line 700 ", "ERROR line 700 ", 1))
	ctx := viewer(t, browser.New(t), f)
	const drawn = `parseFloat(document.querySelector('.tick.error')?.style.top) === 35`
	do(t, ctx, poll(logText+`.includes('line 1999 ')`), poll(drawn), run(`for (let id = setTimeout(() => {}); id > 0; id--) clearInterval(id)`))
	f.write(0, calm(2000, 6000))
	do(t, ctx, poll(logText+`.includes('line 5999 ')`), settled)
	if !value[bool](t, ctx, drawn) {
		t.Error("it was drawn anew")
	}
	clickOn(t, ctx, `document.querySelector('.tick.error')`)
	do(t, ctx, poll(topRow+`.startsWith('ERROR line 700 ')`))
}

// TestErrorTicksWhileHidden: what is only counted has a tick too, and the title says how many there were.
func TestErrorTicksWhileHidden(t *testing.T) {
	f := newFake(t, "/x")
	f.write(0, calm(0, 2000))
	ctx := viewer(t, browser.New(t), f)
	do(t, ctx, poll(logText+`.includes('line 1999 ')`), halfMinute, hide(true))
	f.until("it wants counts only", func() bool { return strings.Contains(strings.Join(f.said, ""), `"quiet":true`) })
	f.write(0, calm(2000, 20_000))
	f.write(0, strings.Replace(calm(20_000, 20_500), "INFO line 20300 ", "ERROR line 20300 ", 1))
	f.write(0, calm(20_500, 40_000))
	do(t, ctx, poll(`document.title.startsWith('(999+, 1 error) ')`), hide(false), poll(`!document.title.startsWith('(')`))
	const tick = `document.querySelector('.tick.error')`
	do(t, ctx, poll(logText+`.includes('line 39999 ')`), poll(`parseFloat(`+tick+`?.style.top) === 50`), settled)
	clickOn(t, ctx, tick)
	do(t, ctx, poll(topRow+`.startsWith('INFO line 20000 ')`))
	// Now its line is here, and the tick is at it.
	do(t, ctx, poll(`parseFloat(`+tick+`.style.top) === 50.75`), chromedp.KeyEvent(kb.End), poll(logText+`.includes('line 39999 ')`), settled)
	clickOn(t, ctx, tick)
	do(t, ctx, poll(topRow+`.startsWith('ERROR line 20300 ')`))
}

// calm is lines of one length, none of which is an error.
func calm(from, to int) string {
	var text strings.Builder
	for i := from; i < to; i++ {
		line := fmt.Sprintf("INFO line %d ", i)
		text.WriteString(line + strings.Repeat(".", 40-len(line)) + "\n")
	}
	return text.String()
}
