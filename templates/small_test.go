package templates

import (
	"context"
	"fmt"
	"testing"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"livetail/internal/browser"
)

// finger makes a tab one of a telephone.
var finger = chromedp.Func(func(ctx context.Context, tab *chromedp.Target) error {
	_, err := cdp.Call(ctx, tab, emulation.SetTouchEmulationEnabled, emulation.SetTouchEmulationEnabledParams{Enabled: true, MaxTouchPoints: 1})
	return err
})

// swipe puts a finger down at one place, moves it to another and lifts it.
func swipe(t *testing.T, ctx context.Context, x0, y0, x1, y1 float64) {
	t.Helper()
	touch := func(kind input.DispatchTouchEventType, points ...*input.TouchPoint) {
		do(t, ctx, chromedp.Func(func(ctx context.Context, tab *chromedp.Target) error {
			_, err := cdp.Call(ctx, tab, input.DispatchTouchEvent, input.DispatchTouchEventParams{Type: kind, TouchPoints: points})
			return err
		}))
	}
	touch("touchStart", &input.TouchPoint{X: x0, Y: y0})
	for step := 1.0; step <= 8 && (x0 != x1 || y0 != y1); step++ {
		touch("touchMove", &input.TouchPoint{X: x0 + (x1-x0)*step/8, Y: y0 + (y1-y0)*step/8})
	}
	touch("touchEnd")
}

// tap is a finger on the middle of an element; again, as long as the browser takes it for one that stops what was flung.
func tap(t *testing.T, ctx context.Context, element string) {
	t.Helper()
	do(t, ctx, run(`window.tapped = false; (`+element+`).addEventListener('click', () => { window.tapped = true }, { capture: true, once: true })`))
	for range 20 {
		at := value[[]float64](t, ctx, `(({ left, top, width, height }) => [left + width / 2, top + height / 2])((`+element+`).getBoundingClientRect())`)
		swipe(t, ctx, at[0], at[1], at[0], at[1])
		do(t, ctx, run(`for (let frames = 0; frames < 30 && !window.tapped; frames++) await new Promise(done => requestAnimationFrame(done))`))
		if value[bool](t, ctx, `window.tapped`) {
			return
		}
	}
	t.Fatalf("a tap on %s does nothing", element)
}

// TestTouch: a log is read with one finger.
func TestTouch(t *testing.T) {
	f := newFake(t, "/x")
	longLog(f)
	ctx := browser.New(t)
	do(t, ctx, finger, chromedp.EmulateViewport(390, 700), chromedp.Navigate(f.URL+"/x/log/web-01/nginx/access.log"), poll(logText+`.includes('line 11999 ')`), settled)
	swipe(t, ctx, 200, 200, 200, 600)
	do(t, ctx, poll(more), settled)
	before := value[string](t, ctx, topRow)
	f.write(0, numbered("live", 12_000, 12_040))
	do(t, ctx, poll(endText+` === '↓ 40 new'`))
	if got := value[string](t, ctx, topRow); got != before {
		t.Errorf("what is read moved from %q to %q", before, got)
	}
	tap(t, ctx, `document.querySelector('#end')`)
	do(t, ctx, poll(seenLines+`.at(-1).includes('line 12039 ')`), poll(`!(`+more+`)`))
	// The way through the log is a finger wide.
	track := value[[]float64](t, ctx, `(({ left, top, bottom }) => [left - 6, top, bottom])(document.querySelector('#track').getBoundingClientRect())`)
	swipe(t, ctx, track[0], track[2]-20, track[0], track[1]+10)
	do(t, ctx, poll(seenLines+`[0]?.includes('oldest line ')`), settled)
	tap(t, ctx, `document.querySelector('[data-part="rail-button"]')`)
	do(t, ctx, poll(`!document.querySelector('.rail').hidden`))
	tap(t, ctx, `document.querySelector('[data-rail="close"]')`)
	do(t, ctx, poll(`document.querySelector('.rail').hidden`))
	tap(t, ctx, `document.querySelector('[data-part="menu-button"]')`)
	do(t, ctx, poll(`document.querySelector('.exclude').checkVisibility()`))
	tap(t, ctx, `document.querySelector('[data-level="error"]')`)
	do(t, ctx, poll(seenLines+`.length > 5 && `+seenLines+`.every(text => text.includes('ERROR'))`))
}

// TestTouchHoldsTheList: where the next touch will be nobody can tell, so rows stay where they are until they are asked to move.
func TestTouchHoldsTheList(t *testing.T) {
	f := newFake(t, "/x")
	f.with(func() { f.list = oneLog("") })
	ctx := browser.New(t)
	do(t, ctx, chromedp.EmulateViewport(390, 700, chromedp.EmulateTouch), chromedp.Navigate(f.URL+"/x/"), poll(names+` === 'm'`), poll(`matchMedia('(pointer: coarse)').matches`))
	f.tell(`{"say":"change","logs":[` + logJSON("b", "") + `]}`)
	do(t, ctx, poll(`document.querySelector('#changes').checkVisibility()`))
	if got := value[string](t, ctx, names); got != "m" {
		t.Errorf("under the finger the list became %q", got)
	}
	tap(t, ctx, `document.querySelector('#changes')`)
	do(t, ctx, poll(names+` === 'b m'`))
}

// TestTouchHasAll: whatever a key does, a finger does too.
func TestTouchHasAll(t *testing.T) {
	f := newFake(t, "/x")
	longLog(f)
	f.with(func() { f.list = someLogs })
	ctx := browser.New(t)
	do(t, ctx, finger, chromedp.EmulateViewport(390, 700), chromedp.Navigate(f.URL+"/x/log/web-01/nginx/access.log"), poll(logText+`.includes('line 11999 ')`), settled)
	menu := `document.querySelector('[data-part="menu-button"]')`
	from := func(part string) {
		t.Helper()
		tap(t, ctx, menu)
		tap(t, ctx, `document.querySelector('[data-part="`+part+`"]')`)
	}
	// Enter marks the place behind the newest line.
	from("mark")
	do(t, ctx, poll(`document.querySelector('#log .row:last-child').textContent.startsWith('mark, ')`), poll(menu+`.ariaExpanded === 'false'`))
	// J and K pick lines: a finger on the gutter of one, and of another.
	row := func(text string) string { return rowWith(text) + `.getBoundingClientRect()` }
	for _, text := range []string{"line 11995 ", "line 11991 "} {
		do(t, ctx, settled)
		at := value[[]float64](t, ctx, `(({ left, top, height }) => [left + 6, top + height / 2])(`+row(text)+`)`)
		swipe(t, ctx, at[0], at[1], at[0], at[1])
	}
	do(t, ctx, poll(`document.querySelector('[data-taking="count"]').textContent === '5 lines picked'`))
	tap(t, ctx, `document.querySelector('[data-taking="clear"]')`)
	do(t, ctx, poll(`document.querySelector('.taking').hidden`))
	// Ctrl+F searches the whole log.
	from("search-button")
	do(t, ctx, poll(`document.activeElement.dataset.search === 'text'`), typed("oldest line 19 "), poll(`document.querySelector('[data-search=count]').textContent === '1 line'`))
	tap(t, ctx, `document.querySelector('[data-search="close"]')`)
	// Home is the first line, where no mark can be made, and that is said.
	from("begin")
	do(t, ctx, poll(logText+`.includes('beginning of')`), poll(seenLines+`.some(text => text.includes('oldest line 0 '))`), settled)
	from("mark")
	do(t, ctx, poll(`document.querySelector('#hint').textContent.startsWith('marks are made behind the newest line')`))
	// The keys themselves, and any log.
	from("keys")
	do(t, ctx, poll(keysOpen), chromedp.KeyEvent(kb.Escape), poll(`!`+keysOpen))
	from("palette-button")
	do(t, ctx, poll(paletteOpen), poll(offered+` !== ''`))
	// There, what has no button that is seen; and a log beside the other. Its rows may be made anew under the finger.
	touch := func(element string) {
		t.Helper()
		at := value[[]float64](t, ctx, `(({ left, top, width, height }) => [left + width / 2, top + height / 2])((`+element+`).getBoundingClientRect())`)
		swipe(t, ctx, at[0], at[1], at[0], at[1])
	}
	do(t, ctx, chromedp.KeyEvent("time col"), poll(does+`?.startsWith('time column')`))
	touch(`document.querySelector('#palette .command')`)
	do(t, ctx, poll(`document.querySelector('#log .time.beside')`), poll(`!`+paletteOpen+` && document.activeElement.id === 'log'`))
	from("beside-button")
	do(t, ctx, poll(paletteOpen), poll(offered+`.includes('slow.log')`))
	do(t, ctx, chromedp.KeyEvent("slow"), poll(chosen+` === 'slow.log'`))
	touch(`document.querySelector('#palette li')`)
	do(t, ctx, poll(`document.querySelectorAll('.pane').length === 2`))
}

// TestZoom: at 200 % on a laptop, and as narrow as 320 px, all is there and nothing lies outside of the page.
func TestZoom(t *testing.T) {
	root := browser.New(t)
	f := newFake(t, "/x")
	longLog(f)
	f.with(func() { f.list = someLogs })
	for _, size := range [][2]int64{{640, 360}, {320, 400}} {
		t.Run(fmt.Sprintf("%d px", size[0]), func(t *testing.T) {
			ctx := browser.Tab(t, root)
			do(t, ctx, chromedp.EmulateViewport(size[0], size[1], chromedp.EmulateScale(2)), chromedp.Navigate(f.URL+"/x/log/web-01/nginx/access.log"), poll(logText+`.includes('line 11999 ')`), settled)
			// Each is on the page and can be hit: nothing lies above it.
			hit := func(element string) {
				t.Helper()
				do(t, ctx, poll(`(() => { const e = `+element+`, r = e?.getBoundingClientRect()
					return r?.width > 0 && r.left >= 0 && r.right <= innerWidth && r.top >= 0 && r.bottom <= innerHeight && e.contains(document.elementFromPoint(r.left + r.width / 2, r.top + r.height / 2)) })()`))
			}
			for _, part := range []string{`[data-part="rail-button"]`, `.include`, `.what`, `[data-part="menu-button"]`, `#truth`, `[data-part="wrap"]`} {
				hit(`document.querySelector('` + part + `')`)
			}
			// Lines are wrapped there: each may have several of these.
			if n := value[float64](t, ctx, `(screen => [...document.querySelectorAll('#log .row')].map(row => row.getBoundingClientRect()).reduce((sum, { top, bottom }) => sum + Math.max(0, Math.min(bottom, screen.bottom) - Math.max(top, screen.top)), 0) / 19)(document.querySelector('#log').getBoundingClientRect())`); n < 10 {
				t.Errorf("only %v lines of text are seen", n)
			}
			do(t, ctx, run(`document.querySelector('[data-part="menu-button"]').click()`))
			for _, part := range []string{`.exclude`, `[data-level="error"]`, `[data-level="other"]`, `[data-part="search-button"]`, `[data-part="highlight-button"]`, `[data-part="go-to-time"]`, `[data-part="stop"]`,
				`[data-part="palette-button"]`, `[data-part="beside-button"]`, `[data-part="begin"]`, `[data-part="mark"]`, `[data-part="times"]`, `[data-part="download"]`, `[data-part="keys"]`, `.who button`} {
				hit(`document.querySelector('` + part + `')`)
			}
			do(t, ctx, run(`document.querySelector('[data-part="menu-button"]').click(); document.querySelector('#log').focus()`), press("k"), press("K"), poll(strip))
			for _, part := range []string{"copy", "chat", "link", "file", "clear"} {
				hit(`document.querySelector('[data-taking="` + part + `"]')`)
			}
			do(t, ctx, ctrlK, poll(paletteOpen), poll(offered+` !== ''`))
			hit(`document.querySelector('#palette li')`)
			if wide := value[float64](t, ctx, `document.documentElement.scrollWidth - innerWidth`); wide > 0 {
				t.Errorf("the page is %v px too wide", wide)
			}
		})
	}
}
