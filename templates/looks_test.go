package templates

import (
	"testing"

	"github.com/chromedp/chromedp"

	"livetail/internal/browser"
	"livetail/internal/wire"
)

// TestForcedColours: where the system chooses the colours, what an error is, where one is, and what is pressed are still seen.
func TestForcedColours(t *testing.T) {
	f := newFake(t, "/x")
	longLog(f)
	f.write(0, "WARN one\nERROR two\n")
	ctx := browser.New(t)
	do(t, ctx, media("forced-colors", "active"), chromedp.EmulateViewport(1280, 600), chromedp.Navigate(f.URL+"/x/log/web-01/nginx/access.log"), poll(logText+`.includes('ERROR two')`), chromedp.Click(`[data-level=error]`), poll(`document.querySelector('[data-level=error]').ariaPressed === 'true'`))
	for what, colour := range map[string]string{
		"the bar of an error": `getComputedStyle(document.querySelector('.row.error'), '::before').backgroundColor`,
		"the thumb":           `getComputedStyle(document.querySelector('.thumb')).backgroundColor`,
		"a chip that is in":   `getComputedStyle(document.querySelector('[data-level=error]')).backgroundColor`,
	} {
		if got, ground := value[string](t, ctx, colour), value[string](t, ctx, `getComputedStyle(document.body).backgroundColor`); got == ground || got == "rgba(0, 0, 0, 0)" {
			t.Errorf("%s is %s on %s", what, got, ground)
		}
	}
}

// TestLooks: what a line has to be told by its colours is seen, in both themes, however it is drawn.
func TestLooks(t *testing.T) {
	root := browser.New(t)
	f := newFake(t, "/x")
	f.write(0, "\x1b[7mreversed\x1b[0m \x1b[41mfailed\x1b[0m \x1b[44mdeployed\x1b[0m\nWARN a line that goes on and on, over the edge of the screen: "+
		"it is long enough for three rows of it, where it is wrapped, and each of them belongs to the warning that it begins with, which one sees by the bar at its left edge, from its top to its bottom\n"+
		"2026-11-21T14:02:11Z ERROR k=v another=one\n")
	f.mark(wire.Marker{Kind: wire.MarkLive})
	// What a colour is on the screen: red, green, blue.
	const pixel = `const pixel = colour => { const paint = new OffscreenCanvas(1, 1).getContext('2d'); paint.fillStyle = colour; paint.fillRect(0, 0, 1, 1); return [...paint.getImageData(0, 0, 1, 1).data] }
		const look = text => getComputedStyle([...document.querySelectorAll('#log .row span')].find(span => span.textContent === text));`
	for _, theme := range []string{"light", "dark"} {
		t.Run(theme, func(t *testing.T) {
			ctx := browser.Tab(t, root)
			do(t, ctx, scheme(theme), chromedp.EmulateViewport(660, 600), chromedp.Navigate(f.URL+"/x/log/web-01/nginx/access.log"), poll(logText+`.includes('another=one')`))
			apart := value[float64](t, ctx, `(() => { `+pixel+` const { color, backgroundColor } = look('reversed'), [a, b] = [color, backgroundColor].map(pixel); return Math.max(...a.map((c, i) => Math.abs(c - b[i]))) })()`)
			if apart < 128 {
				t.Errorf("reversed text is %v of 255 apart from what it stands on", apart)
			}
			red := value[[]int](t, ctx, `(() => { `+pixel+` return pixel(look('failed').backgroundColor) })()`)
			blue := value[[]int](t, ctx, `(() => { `+pixel+` return pixel(look('deployed').backgroundColor) })()`)
			if red[0] <= red[2] || blue[0] >= blue[2] {
				t.Errorf("on red is %v, on blue is %v", red, blue)
			}
			const bar = `(row => [row.getBoundingClientRect().height, parseFloat(getComputedStyle(row, '::before').height)])(document.querySelector('.row.warn'))`
			do(t, ctx, run(`document.querySelector('#log').focus()`), poll(bar+`.every(height => height === 19)`), chromedp.KeyEvent("w"))
			do(t, ctx, poll(bar+`[0] > 50`), poll(`(([row, bar]) => row === bar)(`+bar+`)`), chromedp.KeyEvent("w"))
			// Below a line that is open the bar is as high as the line itself.
			do(t, ctx, chromedp.Click(`.row.error .chevron`), poll(`document.querySelector('.row.error .below')`), poll(`parseFloat(getComputedStyle(document.querySelector('.row.error'), '::before').height) === 19`))
		})
	}
}
