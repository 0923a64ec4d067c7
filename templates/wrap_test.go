package templates

import (
	"fmt"
	"testing"

	"github.com/chromedp/chromedp"

	"livetail/internal/browser"
)

// TestWrapsWhereItIsNarrow: on a telephone long lines go on below, as long as nobody chose; what was chosen stays, on any width.
func TestWrapsWhereItIsNarrow(t *testing.T) {
	const wraps = `document.querySelector('#log').matches('.wrap')`
	f := newFake(t, "/x")
	f.write(0, numbered("live", 0, 100))
	address := f.URL + "/x/log/web-01/nginx/access.log"
	ctx := browser.New(t)
	open := func(width int64, want bool) {
		t.Helper()
		do(t, ctx, chromedp.EmulateViewport(width, 600), chromedp.Navigate(address), poll(logText+`.includes('line 99 ')`), twoFrames)
		if got := value[bool](t, ctx, wraps); got != want {
			t.Errorf("%d px wide, lines are wrapped: %v", width, got)
		}
		do(t, ctx, poll(`document.querySelector('[data-part="wrap"]').textContent === '`+map[bool]string{true: "wrap on", false: "wrap off"}[want]+`'`))
	}
	open(1000, false)
	open(390, true)
	if wide := value[string](t, ctx, `localStorage.getItem('livetail.wrap') ?? ''`); wide != "" {
		t.Errorf("nobody chose, and %q is remembered", wide)
	}
	open(1000, false)
	open(390, true)
	for _, on := range []bool{false, true} {
		do(t, ctx, chromedp.Click(`[data-part="wrap"]`), poll(fmt.Sprintf(`%s === %v`, wraps, on)))
		open(1000, on)
		open(390, on)
	}
}
