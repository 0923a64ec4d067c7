package templates

import (
	"context"
	"testing"

	"livetail/internal/browser"
)

// painted looks at the upper 500 px of the screen: each line that is there has dark pixels, on a light page.
func painted(t *testing.T, ctx context.Context) {
	t.Helper()
	img := screen(t, ctx)
	tops := value[[]int](t, ctx, `[...document.querySelectorAll('#log .row:not([hidden])')].map(row => row.getBoundingClientRect()).filter(({ top, bottom }) => top > document.querySelector('#log').getBoundingClientRect().top && bottom < 500).map(({ top }) => Math.round(top))`)
	for _, top := range tops {
		dark := 0
		for y := top; y < top+19; y++ {
			for x := 30; x < 300; x++ {
				if r, g, b, _ := img.At(x, y).RGBA(); r+g+b < 3*0x7000 {
					dark++
				}
			}
		}
		if dark < 100 {
			t.Errorf("the line at %d px has %d dark pixels", top, dark)
		}
	}
	if len(tops) < 15 {
		t.Errorf("%d lines are on the screen", len(tops))
	}
}

// TestPainted: lines that came in a first frame and were moved by the next ones are on the screen, not only on the page.
// Chromium lost them in most runs, until whoever looked scrolled.
func TestPainted(t *testing.T) {
	root := browser.New(t)
	menu := shot{path: "/log/web-01/nginx/access.log", prepare: someLines, ready: logText + `.includes('the last line')`,
		act: `document.querySelector('[data-part=menu-button]').click()`}
	for range 4 {
		ctx := menu.show(t, root)
		do(t, ctx, scheme("light"), twoFrames)
		painted(t, ctx)
	}
}
