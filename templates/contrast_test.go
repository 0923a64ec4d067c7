package templates

import (
	"fmt"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"livetail/internal/browser"
	"livetail/internal/wire"
)

// contrasts is each piece of text in the rows, with the contrast of its colour to what is painted behind it, as the browser has computed them.
const contrasts = `(() => {
	const paint = document.createElement('canvas').getContext('2d', { willReadFrequently: true })
	const over = (...colours) => { // each over the one before
		paint.clearRect(0, 0, 1, 1)
		for (const colour of colours) { paint.fillStyle = colour; paint.fillRect(0, 0, 1, 1) }
		const [r, g, b] = [...paint.getImageData(0, 0, 1, 1).data].map(c => c / 255 <= 0.04045 ? c / 255 / 12.92 : ((c / 255 + 0.055) / 1.055) ** 2.4)
		return 0.2126 * r + 0.7152 * g + 0.0722 * b
	}
	return [...document.querySelectorAll('#log .row:not(.rule)')].flatMap(row => {
		const texts = document.createTreeWalker(row, NodeFilter.SHOW_TEXT), all = []
		while (texts.nextNode()) {
			const behind = []
			for (let one = texts.currentNode.parentElement; one; one = one.parentElement) behind.unshift(getComputedStyle(one).backgroundColor)
			const [low, high] = [over(...behind), over(...behind, getComputedStyle(texts.currentNode.parentElement).color)].sort((a, b) => a - b)
			all.push({ Text: texts.currentNode.data, Of: row.className + ' / ' + texts.currentNode.parentElement.className, Ratio: (high + 0.05) / (low + 0.05) })
		}
		return all
	})
})()`

// TestContrast: whatever is in a line can be read, in both themes: signs that are shown instead of obeyed, terminals' colours and those
// that a log names itself, on whatever a row has behind it.
func TestContrast(t *testing.T) {
	const aa = 4.5
	var text strings.Builder
	for _, level := range []string{"INFO ", "WARN ", "ERROR"} {
		fmt.Fprintf(&text, "2026-11-21 %s shown \a \x1b[2J \u202e signs\n", level)
		for _, own := range []string{"0;0;0", "255;255;255", "255;255;0", "0;0;255", "255;0;0", "128;128;128"} {
			fmt.Fprintf(&text, "2026-11-21 %s \x1b[38;2;%sma colour of its own\x1b[0m\n", level, own)
		}
		for n := range 8 {
			fmt.Fprintf(&text, "2026-11-21 %s \x1b[3%dma colour of terminals\x1b[0m and \x1b[4%dmbehind text\x1b[0m\n", level, n, n)
		}
	}
	f := newFake(t, "/x")
	f.write(0, text.String()+"the end\n")
	f.mark(wire.Marker{Kind: wire.MarkLive})
	ctx := viewer(t, browser.New(t), f)
	do(t, ctx, chromedp.EmulateViewport(1000, 1200), poll(logText+`.includes('the end')`), settled)
	for _, look := range []string{"light", "dark"} {
		do(t, ctx, scheme(look), twoFrames)
		signs, own := 0, 0
		for _, piece := range value[[]struct {
			Text, Of string
			Ratio    float64
		}](t, ctx, contrasts) {
			if piece.Ratio < aa {
				t.Errorf("%s: %q (%s) has %.2f to 1, at least %v", look, piece.Text, piece.Of, piece.Ratio, aa)
			}
			if strings.HasSuffix(piece.Of, "special") {
				signs++
			}
			if strings.HasSuffix(piece.Of, "fg-own") {
				own++
			}
		}
		if signs != 9 || own != 18 {
			t.Errorf("%s: %d signs and %d own colours were looked at, want 9 and 18", look, signs, own)
		}
	}
}
