package templates

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"livetail/internal/browser"
	"livetail/internal/wire"
)

// command presses a key that the browser itself has a meaning for, such as copy.
func command(key, name string) chromedp.Action[chromedp.Void] {
	return chromedp.Func(func(ctx context.Context, tab *chromedp.Target) error {
		for _, kind := range []input.DispatchKeyEventType{input.DispatchKeyEventTypeRawKeyDown, input.DispatchKeyEventTypeKeyUp} {
			event := input.DispatchKeyEventParams{Type: kind, Key: key, Code: "Key" + strings.ToUpper(key), WindowsVirtualKeyCode: int64(strings.ToUpper(key)[0]), Modifiers: int64(kb.ModifierCtrl)}
			if kind == input.DispatchKeyEventTypeRawKeyDown {
				event.Commands = []string{name}
			}
			if _, err := cdp.Call(ctx, tab, input.DispatchKeyEvent, event); err != nil {
				return err
			}
		}
		return nil
	})
}

// pasted is what the next program gets: it is pasted, by a key, in a page of its own.
func pasted(t *testing.T, root context.Context, f *fake) string {
	t.Helper()
	ctx := browser.Tab(t, root)
	do(t, ctx, chromedp.Navigate(f.URL+"/x/problem"), run(`document.body.append(document.createElement('textarea')); document.querySelector('textarea').focus()`),
		command("v", "paste"), poll(`document.querySelector('textarea').value !== ''`))
	return value[string](t, ctx, `document.querySelector('textarea').value`)
}

// pull presses the left button at one place, goes to another in steps, and lets go. Places are functions that return [x, y].
func pull(t *testing.T, ctx context.Context, from, to string) {
	t.Helper()
	a, b := value[[]float64](t, ctx, from), value[[]float64](t, ctx, to)
	mouse := func(kind input.DispatchMouseEventType, x, y float64) {
		do(t, ctx, chromedp.Func(func(ctx context.Context, tab *chromedp.Target) error {
			_, err := cdp.Call(ctx, tab, input.DispatchMouseEvent, input.DispatchMouseEventParams{Type: kind, X: x, Y: y, Button: input.MouseButtonLeft, Buttons: 1, ClickCount: 1})
			return err
		}))
	}
	mouse(input.DispatchMouseEventTypeMousePressed, a[0], a[1])
	for step := 1.0; step <= 5; step++ {
		mouse(input.DispatchMouseEventTypeMouseMoved, a[0]+(b[0]-a[0])*step/5, a[1]+(b[1]-a[1])*step/5)
	}
	mouse(input.DispatchMouseEventTypeMouseReleased, b[0], b[1])
}

// inRow is a place in the row that has a text: so many px right of its left edge.
func inRow(text string, x int) string {
	return fmt.Sprintf(`(({ left, top, height }) => [left + %d, top + height / 2])((%s).getBoundingClientRect())`, x, rowWith(text))
}

// beforeText is the place just before the first character of a row, behindText just behind its last one.
func beforeText(text string) string { return inRow(text, 13) }

func behindText(text string) string {
	return `(() => { const range = document.createRange(); range.selectNodeContents(` + rowWith(text) + `); const { right, top, height } = range.getBoundingClientRect(); return [right - 1, top + height / 2] })()`
}

const (
	picked  = `[...document.querySelectorAll('#log .linked')].map(row => row.textContent.match(/line (\d+)/)?.[1]).join()`
	takes   = `document.querySelector('[data-taking=count]').textContent`
	strip   = `!document.querySelector('.taking').hidden`
	noStrip = `document.querySelector('.taking').hidden`
)

// withoutClipboard makes all further pages of a tab believe that they came by plain http.
var withoutClipboard = chromedp.Func(func(ctx context.Context, tab *chromedp.Target) error {
	_, err := cdp.Call(ctx, tab, page.AddScriptToEvaluateOnNewDocument, page.AddScriptToEvaluateOnNewDocumentParams{
		Source: `Object.defineProperty(navigator, 'clipboard', { value: undefined })`,
	})
	return err
})

// TestTaking: lines become text elsewhere.
func TestTaking(t *testing.T) {
	root := browser.New(t)
	open := func(t *testing.T, steps ...chromedp.Action[chromedp.Void]) (*fake, context.Context) {
		f := newFake(t, "/x")
		longLog(f)
		ctx := browser.Tab(t, root)
		do(t, ctx, steps...)
		do(t, ctx, chromedp.EmulateViewport(1000, 600), chromedp.Navigate(f.URL+"/x/log/web-01/nginx/access.log"), poll(logText+`.includes('line 11999 ')`), twoFrames)
		return f, ctx
	}
	t.Run("ten lines are selected and copied while thousands come", func(t *testing.T) {
		f := newFake(t, "/x")
		f.write(0, "before\n\x1b[31mline 0\x1b[0m red\n")
		f.mark(wire.Marker{Kind: wire.MarkRotated, Name: "access.log", To: "access.log.1"})
		f.write(0, "\x1b[32mline 1\x1b[0m \x07 bell\n")
		f.mark(wire.Marker{Kind: wire.MarkGap, Bytes: 14 << 20, Why: "the file was truncated"})
		f.write(0, "line 2 "+strings.Repeat("long ", 2000)+"end\n"+strings.Repeat("line 3\tx\n", 6)+"line 9 last\nbehind\n")
		f.mark(wire.Marker{Kind: wire.MarkLive})
		ctx := viewer(t, root, f)
		do(t, ctx, poll(logText+`.includes('behind')`), twoFrames)
		pull(t, ctx, beforeText("line 0"), behindText("line 9"))
		selected := value[string](t, ctx, `String(getSelection())`)
		place := value[int](t, ctx, placeOf("line 9"))
		for i := range 12 {
			f.write(0, numbered("live", 10_000*i, 10_000*(i+1)))
		}
		f.mark(wire.Marker{Kind: wire.MarkRotated, Name: "access.log", To: "access.log.1"})
		f.cut(0, "")
		f.write(0, "line 120000, at last\n")
		do(t, ctx, poll(`document.querySelector('#end').textContent === '↓ 120,001 new'`))
		if got := value[string](t, ctx, `String(getSelection())`); got != selected || !strings.Contains(got, "line 3") {
			t.Errorf("what is selected became %.200q", got)
		}
		if got := value[int](t, ctx, placeOf("line 9")); got != place {
			t.Errorf("it moved from %d px to %d", place, got)
		}
		do(t, ctx, command("c", "copy"))
		want := "line 0 red\nline 1 ^G bell\n[gap: 14 MB are gone, the file was truncated]\nline 2 " + strings.Repeat("long ", 2000) + "end\n" + strings.Repeat("line 3\tx\n", 6) + "line 9 last"
		if got := pasted(t, root, f); got != want {
			t.Errorf("pasted %.300q\nwant   %.300q", got, want)
		}
	})
	t.Run("a part of two lines is a part", func(t *testing.T) {
		f, ctx := open(t)
		do(t, ctx, run(`const rows = [...document.querySelectorAll('#log .row')].filter(row => /line 1199[89] /.test(row.textContent))
			const [a, b] = rows.map(row => document.createTreeWalker(row, NodeFilter.SHOW_TEXT).nextNode())
			getSelection().setBaseAndExtent(a, a.data.indexOf('line'), b, b.data.indexOf(' of it'))`), command("c", "copy"))
		if got := pasted(t, root, f); got != "line 11998 of it all\n2026-11-21T03:19:59Z ERROR live line 11999" {
			t.Errorf("pasted %q", got)
		}
	})
	t.Run("picked in the gutter, and copied although they are no longer here", func(t *testing.T) {
		f, ctx := open(t, withoutClipboard)
		clickAt := func(text string, keys int64) {
			do(t, ctx, settled) // the strip of what is picked moves all rows
			at := value[[]float64](t, ctx, inRow(text, 5))
			for _, kind := range []input.DispatchMouseEventType{input.DispatchMouseEventTypeMousePressed, input.DispatchMouseEventTypeMouseReleased} {
				do(t, ctx, chromedp.Func(func(ctx context.Context, tab *chromedp.Target) error {
					_, err := cdp.Call(ctx, tab, input.DispatchMouseEvent, input.DispatchMouseEventParams{Type: kind, X: at[0], Y: at[1], Button: input.MouseButtonLeft, Buttons: 1, ClickCount: 1, Modifiers: keys})
					return err
				}))
			}
		}
		clickAt("line 11990 ", 0)
		do(t, ctx, poll(picked+` === '11990'`), poll(takes+` === '1 line picked'`))
		clickAt("line 11992 ", 8)
		do(t, ctx, poll(picked+` === '11990,11991,11992'`), poll(takes+` === '3 lines picked'`))
		do(t, ctx, chromedp.Click(`[data-taking=copy]`), poll(takes+` === '3 lines copied'`))
		want := strings.TrimSuffix(numbered("live", 11_990, 11_993), "\n")
		if got := pasted(t, root, f); got != want {
			t.Errorf("pasted %q", got)
		}
		// From the line that the keys are at.
		do(t, ctx, chromedp.KeyEvent(kb.Escape), poll(picked+` === ''`), chromedp.KeyEvent("kk"), poll(atRow+`.includes('line 11998 ')`))
		clickAt("line 11995 ", 8)
		do(t, ctx, poll(picked+` === '11995,11996,11997,11998'`))
		do(t, ctx, settled)
		pull(t, ctx, inRow("line 11985 ", 5), inRow("line 11981 ", 5))
		do(t, ctx, poll(picked+` === '11981,11982,11983,11984,11985'`), poll(`getSelection().type !== 'Range'`))
		// The page is elsewhere, and its rows are others.
		do(t, ctx, chromedp.KeyEvent(kb.Home), poll(seenLines+`[0].includes('oldest line 0 ')`), poll(strip))
		do(t, ctx, chromedp.Click(`[data-taking=copy]`), poll(takes+` === '5 lines copied'`))
		if got, want := pasted(t, root, f), strings.TrimSuffix(numbered("live", 11_981, 11_986), "\n"); got != want {
			t.Errorf("pasted %q", got)
		}
		href := value[string](t, ctx, `document.querySelector('[data-taking=file]').getAttribute('href')`)
		from, until := value[string](t, ctx, `new URLSearchParams(`+quote(href)+`.split('?')[1]).get('from')`), value[string](t, ctx, `new URLSearchParams(`+quote(href)+`.split('?')[1]).get('until')`)
		if size := offsetOf(t, until) - offsetOf(t, from); size != int64(len(want)+1)*5/3 || !strings.HasPrefix(href, "/x/api/v1/download/web-01/nginx/access.log?") {
			t.Errorf("%s is of %d bytes", href, size)
		}
		do(t, ctx, chromedp.KeyEvent(kb.Escape), poll(noStrip), poll(`!location.search.includes('line=')`))
	})
	t.Run("selected, then gone on, it is still what is copied", func(t *testing.T) {
		f, ctx := open(t)
		do(t, ctx, settled)
		pull(t, ctx, beforeText("line 11980 "), behindText("line 11985 "))
		do(t, ctx, poll(takes+` === 'lines selected'`), chromedp.KeyEvent(kb.Home), poll(seenLines+`[0]?.includes('oldest line 0 ')`), poll(`getSelection().type !== 'Range'`), poll(takes+`.endsWith('lines picked')`))
		do(t, ctx, press("y"), poll(takes+` === '6 lines copied'`))
		if got := pasted(t, root, f); got != strings.TrimSuffix(numbered("live", 11_980, 11_986), "\n") {
			t.Errorf("pasted %q", got)
		}
	})
	t.Run("for a chat, with a link that a colleague opens", func(t *testing.T) {
		f, ctx := open(t)
		do(t, ctx, chromedp.KeyEvent("/"), typed("line 119"), poll(`/^1\d\d of /.test(`+passes+`)`), chromedp.KeyEvent(kb.Tab), run(`document.querySelector('#log').focus()`))
		do(t, ctx, settled, press("k"), poll(atRow+`.includes('line 11999 ')`), settled, press("K"), poll(picked+` === '11999'`), press("K"))
		do(t, ctx, poll(picked+` === '11998,11999'`), press("Y"), poll(takes+` === '2 lines copied'`))
		got := pasted(t, root, f)
		link := strings.Split(got, "\n")[1]
		want := "web-01 / nginx/access.log · " + value[string](t, ctx, `new Intl.DateTimeFormat('en', { timeZoneName: 'shortOffset' }).formatToParts().find(p => p.type === 'timeZoneName').value.replace('GMT', 'UTC').replace('\u2212', '-').replace(/\+0$/, '')`) +
			" · only lines with \"line 119\"\n" + link + "\n```\n" + numbered("live", 11_998, 12_000) + "```\n"
		want = strings.Replace(want, "nginx/access.log", "access.log", 1)
		if got != want {
			t.Errorf("pasted %q\nwant   %q", got, want)
		}
		// What is downloaded of them is what passes.
		for _, file := range []string{`[data-taking=file]`, `[data-part=download]`} {
			do(t, ctx, poll(`JSON.parse(new URLSearchParams(document.querySelector('`+file+`').search).get('filter')).include[0].text === 'line 119'`))
		}
		do(t, ctx, poll(`document.querySelector('[data-part=download]').textContent === 'download what passes'`))
		other := browser.Tab(t, root)
		do(t, other, chromedp.EmulateViewport(1000, 600), chromedp.Navigate(link), poll(picked+` === '11998,11999'`), poll(takes+` === '2 lines picked'`), poll(`document.querySelector('[data-filter=include]').value === 'line 119'`))
		do(t, other, chromedp.Click(`[data-taking=link]`), poll(takes+` === 'link copied'`))
		if got := pasted(t, root, f); got != link {
			t.Errorf("the link %q became %q", link, got)
		}
	})
	t.Run("selected on plain http, and lines that have a fence in them", func(t *testing.T) {
		f := newFake(t, "/x")
		long := "one" + strings.Repeat(" long", 3000) + " end" // of which not all is drawn
		f.write(0, "before\n"+long+"\n```go\ntwo````\nbehind\n")
		ctx := browser.Tab(t, root)
		do(t, ctx, withoutClipboard, chromedp.Navigate(f.URL+"/x/log/web-01/nginx/access.log"), poll(logText+`.includes('behind')`), twoFrames)
		pull(t, ctx, beforeText("one"), behindText("two"))
		selected := value[string](t, ctx, `String(getSelection())`)
		do(t, ctx, press("y"), poll(takes+` === '3 lines copied'`))
		if got := pasted(t, root, f); got != long+"\n```go\ntwo````" {
			t.Errorf("pasted %.300q", got)
		}
		if got := value[string](t, ctx, `String(getSelection())`); got != selected || !strings.Contains(got, "two") {
			t.Errorf("what is selected became %.300q", got)
		}
		do(t, ctx, press("Y"), poll(takes+` === '3 lines copied'`))
		if got := pasted(t, root, f); !strings.HasSuffix(got, "\n`````\n"+long+"\n```go\ntwo````\n`````\n") {
			t.Errorf("pasted %.300q", got)
		}
	})
	t.Run("everything that is here, and the keys switched off", func(t *testing.T) {
		f, ctx := open(t)
		do(t, ctx, command("a", ""), poll(takes+`.endsWith(' lines picked')`))
		do(t, ctx, command("c", "copy"), poll(takes+`.endsWith(' lines copied')`))
		if got := pasted(t, root, f); !strings.HasSuffix(got, strings.TrimSuffix(numbered("live", 11_000, 12_000), "\n")) {
			t.Errorf("pasted %d bytes that end in %.100q", len(got), got[max(0, len(got)-100):])
		}
		do(t, ctx, chromedp.KeyEvent(kb.Escape), poll(noStrip), run(`localStorage.setItem('livetail.keys', 'false')`), press("k"), press("K"), press("y"), twoFrames)
		if value[bool](t, ctx, strip+` || `+atRow+` !== ''`) {
			t.Error("a key that is switched off did something")
		}
		do(t, ctx, run(`localStorage.removeItem('livetail.keys')`))
	})
}

// offsetOf is the offset that a line's token names.
func offsetOf(t *testing.T, token string) int64 {
	t.Helper()
	p, err := wire.ParsePosition(token)
	if err != nil || len(p) != 1 {
		t.Fatalf("%q is no token (%v)", token, err)
	}
	return p[0].Offset
}
