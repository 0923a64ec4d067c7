package templates

import (
	"context"
	"strings"
	"testing"

	cdpbrowser "github.com/chromedp/cdproto/browser"
	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"livetail/internal/browser"
)

// TestNothingMoves: whoever asks for less motion has none, and misses nothing: what jumps elsewhere jumps here.
func TestNothingMoves(t *testing.T) {
	const moves = `JSON.stringify({ running: document.getAnimations().length, timed: [...document.querySelectorAll('*')].filter(element => { const style = getComputedStyle(element); return [...style.transitionDuration.split(','), ...style.animationDuration.split(',')].some(time => parseFloat(time) > 0) || style.scrollBehavior !== 'auto' }).length })`
	root := browser.New(t)
	f := newFake(t, "/x")
	longLog(f)
	f.with(func() { f.list = someLogs })
	for _, preference := range []string{"reduce", "no-preference"} {
		t.Run(preference, func(t *testing.T) {
			ctx := browser.Tab(t, root)
			do(t, ctx, chromedp.EmulateViewport(1000, 600), chromedp.Func(func(ctx context.Context, tab *chromedp.Target) error {
				_, err := cdp.Call(ctx, tab, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{{Name: "prefers-reduced-motion", Value: preference}}})
				return err
			}))
			still := func(where string) {
				t.Helper()
				if got := value[string](t, ctx, moves); got != `{"running":0,"timed":0}` {
					t.Errorf("%s: %s", where, got)
				}
			}
			do(t, ctx, chromedp.Navigate(f.URL+"/x/"), poll(sumText+` === '9 logs'`), chromedp.Click(`[popovertarget]`))
			still("the list and its keys")
			do(t, ctx, chromedp.Navigate(f.URL+"/x/log/web-01/nginx/access.log"), poll(logText+`.includes('line 11999 ')`), settled)
			do(t, ctx, press("k"), press("K"), poll(strip), press("?"), poll(keysOpen))
			still("lines that are picked, and keys")
			do(t, ctx, press("?"), poll(`!`+keysOpen), press("["), poll(`document.querySelector('.rail').checkVisibility()`))
			still("logs beside")
			// There and back, each at once.
			do(t, ctx, chromedp.Focus("#log"), press("["), poll(`document.querySelector('.rail').hidden`), chromedp.KeyEvent(kb.Home), poll(seenLines+`[0]?.includes('oldest line 0 ')`))
			still("the first line")
			do(t, ctx, chromedp.KeyEvent(kb.End), poll(seenLines+`.at(-1).includes('line 11999 ')`))
			still("the end")
		})
	}
}

// TestHiddenWindow: a window that is really put away, and taken out again.
func TestHiddenWindow(t *testing.T) {
	root := browser.New(t)
	f := newFake(t, "/x")
	longLog(f)
	ctx := viewer(t, root, f)
	window := func(state cdpbrowser.WindowState) chromedp.Action[chromedp.Void] {
		return chromedp.Func(func(ctx context.Context, tab *chromedp.Target) error {
			of, err := cdp.Call(ctx, tab, cdpbrowser.GetWindowForTarget, cdpbrowser.GetWindowForTargetParams{})
			if err != nil {
				return err
			}
			_, err = cdp.Call(ctx, tab, cdpbrowser.SetWindowBounds, cdpbrowser.SetWindowBoundsParams{WindowID: of.WindowID, Bounds: &cdpbrowser.Bounds{WindowState: state}})
			return err
		})
	}
	do(t, ctx, poll(logText+`.includes('line 11999 ')`), halfMinute, window(cdpbrowser.WindowStateMinimized), poll(`document.hidden`))
	f.until("it wants counts only", func() bool { return strings.Contains(strings.Join(f.said, ""), `"quiet":true`) })
	f.write(0, numbered("unseen", 12_000, 12_003))
	do(t, ctx, poll(`document.title.startsWith('(3) ')`))
	if value[bool](t, ctx, logText+`.includes('unseen')`) {
		t.Error("lines came though nobody looks")
	}
	do(t, ctx, window(cdpbrowser.WindowStateNormal), poll(`!document.hidden`), poll(seenLines+`.at(-1).includes('unseen line 12002 ')`), poll(`!document.title.startsWith('(')`))
	// What was skipped is there, each line once.
	do(t, ctx, poll(`['live line 11999 ', 'unseen line 12000 ', 'unseen line 12001 ', 'unseen line 12002 '].every(text => `+logText+`.split(text).length === 2)`))
}
