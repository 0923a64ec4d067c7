package templates

import (
	"context"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"livetail/internal/browser"
)

// TestTheme: dark, light, or as the system, on all pages, in all tabs, from now on.
func TestTheme(t *testing.T) {
	root := browser.New(t)
	f := newFake(t, "/x")
	f.with(func() { f.list = someLogs })
	f.write(0, "one\n")
	ctx := viewer(t, root, f)
	do(t, ctx, scheme("light"), poll(logText+`.includes('one')`))
	other := browser.Tab(t, root)
	do(t, other, scheme("light"), chromedp.Navigate(f.URL+"/x/signin"), poll(`document.querySelector('#signin')`))
	is := func(ctx context.Context, want string) {
		t.Helper()
		do(t, ctx, poll(`getComputedStyle(document.documentElement).colorScheme === '`+map[string]string{"light": "light", "dark": "dark", "system's light": "light dark", "system's dark": "light dark"}[want]+`'`), twoFrames)
		r, g, b, _ := screen(t, ctx).At(500, 300).RGBA()
		if dark := want == "dark" || want == "system's dark"; dark != (r+g+b < 3*0x8000) {
			t.Errorf("the page is not %s: %x %x %x", want, r, g, b)
		}
	}
	choose := func(what string) {
		t.Helper()
		do(t, ctx, press("?"), poll(keysOpen), run(`const choice = document.querySelector('#theme'); choice.value = '`+what+`'; choice.dispatchEvent(new Event('change'))`), chromedp.KeyEvent(kb.Escape), poll(`!`+keysOpen))
	}
	is(ctx, "system's light")
	choose("dark")
	is(ctx, "dark")
	is(other, "dark")
	do(t, ctx, chromedp.Reload(), poll(logText+`?.includes('one')`))
	is(ctx, "dark")
	do(t, other, chromedp.Navigate(f.URL+"/x/"), poll(sumText+` === '9 logs'`), poll(`document.querySelector('#theme').value === 'dark'`))
	is(other, "dark")
	choose("light")
	do(t, ctx, scheme("dark"))
	is(ctx, "light")
	is(other, "light")
	choose("")
	is(ctx, "system's dark")
	is(other, "system's light")
}
