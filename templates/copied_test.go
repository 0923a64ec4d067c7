package templates

import (
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"livetail/internal/browser"
	"livetail/internal/wire"
)

// TestCopiedWhole: a line that came in several parts is one line elsewhere, whatever came between its parts.
func TestCopiedWhole(t *testing.T) {
	root := browser.New(t)
	f := newFake(t, "/x")
	long := strings.Repeat("a long line in parts ", 3000) // 63,000 bytes
	f.write(0, "line 0 before\n")
	f.write(wire.Open, "line 1 begins "+long)
	f.write(wire.Cont|wire.Open, long)
	f.write(wire.Cont, "and ends\nline 2 begins ")
	f.with(func() { f.frames[len(f.frames)-1].Flags |= wire.Open })
	f.mark(wire.Marker{Kind: wire.MarkRotated, Name: "access.log", To: "access.log.1"})
	f.write(wire.Cont, "and goes on behind a row of words\nline 3 behind\n")
	f.mark(wire.Marker{Kind: wire.MarkLive})
	ctx := viewer(t, root, f)
	do(t, ctx, poll(logText+`.includes('line 3 behind')`), settled)
	one, two := "line 1 begins "+long+long+"and ends", "line 2 begins and goes on behind a row of words"
	type steps = []chromedp.Action[chromedp.Void]
	for name, c := range map[string]struct {
		pick steps
		said string
		want string
	}{
		"picked":   {steps{run(`const { left, top } = ` + rowWith("line 1 ") + `.getBoundingClientRect(); document.elementFromPoint(left + 6, top + 4).dispatchEvent(new MouseEvent('click', { bubbles: true, cancelable: true, clientX: left + 6, clientY: top + 4 }))`)}, "1 line", one},
		"by keys":  {steps{press("k"), poll(atRow + `.startsWith('line 3')`), press("K"), press("K"), press("K"), press("K")}, "3 lines", one + "\n" + two + "\nline 3 behind"},
		"all":      {steps{command("a", "")}, "4 lines", "line 0 before\n" + one + "\n" + two + "\nline 3 behind"},
		"selected": {steps{run(`getSelection().setBaseAndExtent(` + rowWith("line 1 ") + `, 0, ` + rowWith("line 3 ") + `, 1)`)}, "3 lines", one + "\n" + two + "\nline 3 behind"},
	} {
		t.Run(name, func(t *testing.T) {
			do(t, ctx, run(`document.querySelector('#log').focus()`))
			do(t, ctx, c.pick...)
			do(t, ctx, poll(strip), press("y"), poll(takes+` === `+quote(c.said+" copied")))
			if got := pasted(t, root, f); got != c.want {
				t.Errorf("pasted %d bytes, want %d: %.60q … %.80q", len(got), len(c.want), got, got[max(0, len(got)-80):])
			}
			do(t, ctx, run(`getSelection().empty()`), chromedp.KeyEvent(kb.Escape), chromedp.KeyEvent(kb.Escape), poll(noStrip))
		})
	}
}

// TestCopiedOverPlainHTTP: from another machine, without TLS, a browser has no navigator.clipboard. What is copied is in the clipboard all the same.
func TestCopiedOverPlainHTTP(t *testing.T) {
	root := browser.New(t, chromedp.Flag("host-resolver-rules", "MAP logs.example 127.0.0.1"))
	f := newFake(t, "/x")
	f.URL = strings.Replace(f.URL, "127.0.0.1", "logs.example", 1)
	f.write(0, numbered("live", 0, 100))
	f.mark(wire.Marker{Kind: wire.MarkLive})
	ctx := viewer(t, root, f)
	do(t, ctx, poll(logText+`.includes('line 99 ')`), poll(truth+`.startsWith('● live')`), settled)
	if value[bool](t, ctx, `isSecureContext || navigator.clipboard !== undefined`) {
		t.Fatal("it is as on this machine")
	}
	want := strings.TrimSuffix(numbered("live", 98, 100), "\n")
	is := func(how, want string) {
		t.Helper()
		if got := pasted(t, root, f); got != want {
			t.Errorf("%s: pasted %q, want %q", how, got, want)
		}
	}
	do(t, ctx, press("k"), poll(atRow+`.includes('line 99 ')`), press("K"), press("K"), poll(takes+` === '2 lines picked'`), press("y"), poll(takes+` === '2 lines copied'`))
	is("by a key", want)
	do(t, ctx, chromedp.Click(`[data-taking=link]`), poll(takes+` === 'link copied'`), poll(`location.search.startsWith('?line=')`))
	is("its link", value[string](t, ctx, `location.href`))
	do(t, ctx, chromedp.Click(`[data-taking=chat]`), poll(takes+` === '2 lines copied'`), poll(picked+` === '98,99'`)) // what is picked stays so
	if got := pasted(t, root, f); !strings.Contains(got, "\n"+f.URL+"/x/log/web-01/nginx/access.log?line=") || !strings.HasSuffix(got, "\n```\n"+want+"\n```\n") {
		t.Errorf("for a chat: pasted %q", got)
	}
	do(t, ctx, command("c", "copy"), poll(takes+` === '2 lines copied'`))
	is("by the browser's key", want)
	do(t, ctx, chromedp.Click(`[data-taking=clear]`), poll(noStrip), settled)
	pull(t, ctx, beforeText("line 90 "), behindText("line 91 "))
	do(t, ctx, poll(takes+` === 'lines selected'`), chromedp.Click(`[data-taking=copy]`), poll(takes+` === '2 lines copied'`), poll(`String(getSelection()).includes('line 91 ')`))
	is("selected", strings.TrimSuffix(numbered("live", 90, 92), "\n"))
}
