package templates

import (
	"bytes"
	"context"
	"fmt"
	"image"
	"image/png"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"livetail/internal/browser"
	"livetail/internal/wire"
)

// screen is what the browser has painted.
func screen(t *testing.T, ctx context.Context) image.Image {
	t.Helper()
	picture, err := browser.Run(ctx, chromedp.CaptureScreenshot())
	if err != nil {
		t.Fatal(err)
	}
	img, err := png.Decode(bytes.NewReader(picture))
	if err != nil {
		t.Fatal(err)
	}
	return img
}

// hue is, roughly, which of its colours a pixel has more of than of the others.
func hue(img image.Image, x, y int) string {
	red, green, blue, _ := img.At(x, y).RGBA()
	r, g, b := int(red>>8), int(green>>8), int(blue>>8)
	const much = 4
	switch {
	case r > g+much && r > b+much && g > b+6*much:
		return "yellow"
	case r > g+much && r > b+much:
		return "red"
	case g > r+much && g > b+much:
		return "green"
	case b > r+much && b > g+much:
		return "blue"
	}
	return "grey"
}

// at is a place in an element: a fraction of the way from its left edge, in the middle of its height.
func at(t *testing.T, ctx context.Context, element string, x float64) (int, int) {
	t.Helper()
	p := value[[]float64](t, ctx, fmt.Sprintf(`(({ left, top, width, height }) => [left + width * %v, top + height / 2])((%s).getBoundingClientRect())`, x, element))
	return int(p[0]), int(p[1])
}

// TestSeen: what is in a line is seen: levels, colours of terminals, writing of all kinds, addresses.
func TestSeen(t *testing.T) {
	f := newFake(t, "/x")
	f.with(func() { f.list = someLogs })
	wide := ""
	for range 150 {
		wide += "日本語"
	}
	f.write(0, "2026-11-21 INFO  all is well\n2026-11-21 WARN  soon it is not\n2026-11-21 ERROR it is not\n\tat org.example.First.run(First.java:1)\n"+
		"\x1b[31m███\x1b[0m\x1b[38;5;46m███\x1b[38;2;20;20;255m███\x1b[0m\x1b[42m   \x1b[41m   \x1b[48;5;21m   \x1b[0m sixteen, 256, true, behind\n"+
		"a \u202elive\u202c word \x07 bell \x1b[2J\n"+wide+"末\n"+
		"see "+f.URL+"/x/api/v1/log/clicked, or javascript:alert(1) or ftp://example.org/x\n"+
		"the end\n")
	f.mark(wire.Marker{Kind: wire.MarkLive})
	ctx := viewer(t, browser.New(t), f)
	do(t, ctx, scheme("light"), poll(logText+`.includes('the end')`), settled)

	picture := screen(t, ctx)
	for text, want := range map[string]string{"INFO ": "grey", "WARN ": "yellow", "ERROR": "red", "First.run": "red"} {
		x, y := at(t, ctx, rowWith(text), 0)
		r, g, b, _ := picture.At(x+1, y).RGBA()
		if got := hue(picture, x+1, y); got != want || (want != "grey") != (r+g+b < 3*0xa000) { // a tint is no bar
			t.Errorf("the bar of the line with %s is %s, %x %x %x", text, got, r, g, b)
		}
	}
	for i, want := range []string{"red", "green", "blue", "green", "red", "blue"} {
		x, y := at(t, ctx, rowWith("sixteen")+`.querySelectorAll('span')[`+fmt.Sprint(i)+`]`, 0.5)
		if got := hue(picture, x, y); got != want {
			t.Errorf("colour %d of a terminal is %s, want %s", i, got, want)
		}
	}
	// Nothing changes the order of what is read, rings, or clears.
	if got := value[string](t, ctx, rowWith("bell")+`.textContent`); got != `a \u202elive\u202c word ^G bell ^[[2J` {
		t.Errorf("signs that are not for the eye are shown as %q", got)
	}
	order := value[[]float64](t, ctx, `(() => { const walker = document.createTreeWalker(`+rowWith("bell")+`, NodeFilter.SHOW_TEXT); const out = []
		while (walker.nextNode()) { const at = walker.currentNode.data.indexOf('live'); if (at >= 0) for (let i = at; i < at + 4; i++) { const range = new Range(); range.setStart(walker.currentNode, i); range.setEnd(walker.currentNode, i + 1); out.push(range.getBoundingClientRect().left) } }
		return out })()`)
	if len(order) != 4 || order[0] >= order[1] || order[1] >= order[2] || order[2] >= order[3] {
		t.Errorf("the letters of a word stand at %v", order)
	}
	// Wide writing is whole: its last sign can be scrolled to, and is as far to the left as the screen reaches.
	do(t, ctx, run(`document.querySelector('#log').scrollLeft = 1e6`), twoFrames, poll(`(() => { const row = `+rowWith("末")+`, range = new Range(); range.selectNodeContents(row.lastChild); const { right } = range.getBoundingClientRect(), log = document.querySelector('#log').getBoundingClientRect(); return right > log.left + 200 && right <= log.right })()`))
	do(t, ctx, run(`document.querySelector('#log').scrollLeft = 0`), twoFrames)

	// An address leads out, in a tab of its own, and nothing else does.
	if got := value[[]string](t, ctx, `[...`+rowWith("see ")+`.querySelectorAll('a')].map(a => a.textContent + ' ' + a.target + ' ' + a.rel)`); len(got) != 1 || got[0] != f.URL+"/x/api/v1/log/clicked _blank noopener noreferrer" {
		t.Errorf("the addresses are %q", got)
	}
	// The keys get there too: of all addresses on the screen, Tab goes to those of the line that they are at.
	do(t, ctx, run(`document.querySelector('#log').focus()`))
	for range 100 {
		if value[bool](t, ctx, atRow+`.includes('see ')`) {
			break
		}
		do(t, ctx, chromedp.KeyEvent("k"), twoFrames)
	}
	do(t, ctx, chromedp.KeyEvent(kb.Tab), poll(`document.activeElement === `+rowWith("see ")+`.querySelector('a') && document.activeElement.matches(':focus-visible')`))
	do(t, ctx, chromedp.KeyEvent("k"), poll(`!`+atRow+`.includes('see ')`))
	if n := value[int](t, ctx, `document.querySelectorAll('#log .row a[tabindex="0"]').length`); n != 0 {
		t.Errorf("Tab goes to %d addresses of other lines", n)
	}
	do(t, ctx, run(`document.querySelector('#log').focus()`), chromedp.KeyEvent(kb.End), poll(`document.querySelector('#more').hidden`))

	clickOn(t, ctx, rowWith("see ")+`.querySelector('a')`)
	f.until("somebody came", func() bool { return f.asked["/api/v1/log/clicked"] == 1 })
	if !value[bool](t, ctx, logText+`.includes('the end') && document.querySelector('#more').hidden`) {
		t.Error("the page is not where it was")
	}
}
