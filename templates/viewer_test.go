package templates

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
	"github.com/coder/websocket"

	"livetail/internal/browser"
	"livetail/internal/wire"
)

const (
	logText = `document.querySelector('#log').innerText`
	truth   = `document.querySelector('#truth').textContent`
)

func viewer(t *testing.T, root context.Context, f *fake) context.Context {
	t.Helper()
	ctx := browser.Tab(t, root)
	do(t, ctx, chromedp.EmulateViewport(1000, 600), chromedp.Navigate(f.URL+f.base+"/log/web-01/nginx/access.log"))
	return ctx
}

// oneLine is the page of a log of one line, beside some others.
func oneLine(t *testing.T) context.Context {
	t.Helper()
	f := newFake(t, "/x")
	f.with(func() { f.list = someLogs })
	f.write(0, "one\n")
	ctx := viewer(t, browser.New(t), f)
	do(t, ctx, poll(logText+`.includes('one')`))
	return ctx
}

func TestViewer(t *testing.T) {
	root := browser.New(t)
	for _, base := range []string{"", "/x"} {
		t.Run("shows lines as they come, base "+base, func(t *testing.T) {
			f := newFake(t, base)
			f.mark(wire.Marker{Kind: wire.MarkOpened, Name: "access.log", Bytes: 9})
			f.write(wire.Backlog, "old <b>line</b>\n")
			ctx := viewer(t, root, f)
			do(t, ctx, poll(logText+`.includes('old <b>line</b>')`), poll(truth+`.includes('reading the last lines')`))
			f.mark(wire.Marker{Kind: wire.MarkLive})
			do(t, ctx, poll(truth+`.startsWith('● live')`))
			f.write(0, "new line\n")
			f.mark(wire.Marker{Kind: wire.MarkRotated, Name: "access.log", To: "access.log.1"})
			do(t, ctx, poll(logText+`.includes('new line')`), poll(logText+`.includes('rotated 14:02:11: access.log → access.log.1')`))
			if got := value[string](t, ctx, `document.querySelector('.rule').title`); !strings.HasPrefix(got, "2026-11-21 14:02:11 UTC") {
				t.Errorf("the marker's time is %q", got)
			}
		})
	}
	t.Run("hostile lines stay text", func(t *testing.T) {
		f := newFake(t, "/x")
		f.write(0, "<img src=x onerror=\"document.title='pwned'\"><script>document.title='pwned'</script>\n\xff\xfe\x00\n")
		f.mark(wire.Marker{Kind: wire.MarkGap, Bytes: -1, Why: "<img src=x onerror=alert(1)>"})
		f.write(0, "end\n")
		ctx := viewer(t, root, f)
		do(t, ctx, poll(logText+`.includes('end')`))
		if n := value[int](t, ctx, `document.querySelectorAll('#log img, #log script').length`); n != 0 {
			t.Errorf("%d elements came out of the log", n)
		}
		if got := value[string](t, ctx, logText); !strings.Contains(got, `<script>document.title='pwned'</script>`) || !strings.Contains(got, "gone, <img src=x onerror=alert(1)>") {
			t.Errorf("shown as %q", got)
		}
	})
	t.Run("reading back, and back to the end", func(t *testing.T) {
		f := newFake(t, "/x")
		f.write(0, numbered("old", 0, 500))
		ctx := viewer(t, root, f)
		do(t, ctx, poll(logText+`.includes('old line 499 ')`), twoFrames, run(`document.querySelector('#log').scrollTop -= 1000`), poll(`!document.querySelector('#more').hidden`))
		before := value[string](t, ctx, seenRows+`.join()`)
		f.write(0, strings.Repeat("new\n", 37))
		do(t, ctx, poll(`document.querySelector('#end').textContent === '↓ 37 new'`))
		if got := value[string](t, ctx, seenRows+`.join()`); got != before {
			t.Errorf("the view moved from %v to %v", before, got)
		}
		do(t, ctx, chromedp.Click("#end"), poll(logText+`.includes('new')`), poll(`document.querySelector('#more').hidden`))
		do(t, ctx, run(`document.querySelector('#log').scrollTop = 0`), poll(`!document.querySelector('#more').hidden`))
		do(t, ctx, chromedp.KeyEvent(kb.End), poll(logText+`.includes('new')`), poll(`document.querySelector('#more').hidden`))
	})
	t.Run("stop and start", func(t *testing.T) {
		f := newFake(t, "/x")
		f.write(0, "one\n")
		ctx := viewer(t, root, f)
		do(t, ctx, poll(logText+`.includes('one')`), chromedp.Click("#stop"), poll(truth+`.includes('stopped')`))
		f.until("the socket is closed", func() bool { return f.closed == 1 })
		f.write(0, "two\n")
		do(t, ctx, poll(`document.querySelector('#stop').textContent === 'start'`), chromedp.Click("#stop"), poll(logText+`.includes('two')`))
		if n := value[int](t, ctx, `document.querySelectorAll('.row:not(.rule)').length`); n != 2 {
			t.Errorf("%d rows of 2 lines", n)
		}
	})
	t.Run("signed out keeps the lines, and goes on when another tab signs in", func(t *testing.T) {
		f := newFake(t, "/x")
		f.write(0, "one\n")
		ctx := viewer(t, root, f)
		do(t, ctx, poll(logText+`.includes('one')`))
		f.with(func() { f.signedOut = true })
		f.cut(4001, "signed out")
		do(t, ctx, poll(truth+`.includes('signed out')`), poll(logText+`.includes('one')`))
		if got, want := value[string](t, ctx, `document.querySelector('#truth a').getAttribute('href')`), "/x/signin?next=%2Fx%2Flog%2Fweb-01%2Fnginx%2Faccess.log"; got != want {
			t.Errorf("the link is %q, want %q", got, want)
		}
		if got := value[string](t, ctx, `document.querySelector('#truth a').target`); got != "_blank" {
			t.Errorf("whoever signs in leaves the lines: the link opens in %q", got)
		}
		f.write(0, "two\n")
		f.with(func() { f.signedOut = false })
		// The page asks again after half a minute; the list in another tab tells it at once.
		other := browser.Tab(t, root)
		do(t, other, chromedp.Navigate(f.URL+"/x/"))
		do(t, ctx, poll(logText+`.includes('two')`))
	})
	t.Run("no worker", func(t *testing.T) {
		f := newFake(t, "/x")
		f.with(func() { f.state, f.words = "waiting", "waiting for a worker on web-01; this page goes on by itself" })
		do(t, viewer(t, root, f), poll(truth+` === '◌ waiting for a worker on web-01; this page goes on by itself'`))
		f.with(func() { f.entry["host_state"], f.entry["away_ms"] = "away", 60_000 })
		ctx := viewer(t, root, f)
		do(t, ctx, poll(truth+`.startsWith('◌ web-01 is away since ')`), poll(logText+`.includes('web-01 is away since ')`))
		// Also in the middle of the page, where everybody looks first.
		do(t, ctx, poll(`(({ top, bottom, width }) => width > 100 && top >= 0 && bottom < innerHeight && document.elementFromPoint(20, (top + bottom) / 2)?.id === 'nothing')(document.querySelector('#nothing').getBoundingClientRect())`))
		f.with(func() { f.state = "following" })
		f.write(0, "one\n")
		do(t, ctx, poll(seenLines+` + '' === 'one'`)) // and where the log begins, once that is told
	})
	t.Run("a newer server", func(t *testing.T) {
		f := newFake(t, "/x")
		f.with(func() { f.version = "newer" })
		ctx := viewer(t, root, f)
		do(t, ctx, poll(`document.querySelector('#hint').textContent.includes('updated')`))
		f.with(func() { f.version = "test" })
		f.cut(websocket.StatusServiceRestart, "")
		do(t, ctx, poll(`document.querySelector('#hint').textContent === ''`))
	})
	t.Run("trouble of the log", func(t *testing.T) {
		f := newFake(t, "/x")
		f.mark(wire.Marker{Kind: wire.MarkWaiting, Name: "nginx/access.log"})
		ctx := viewer(t, root, f)
		do(t, ctx, poll(truth+` === '◌ waiting for nginx/access.log to appear'`))
		f.mark(wire.Marker{Kind: wire.MarkOpened})
		f.mark(wire.Marker{Kind: wire.MarkLive})
		do(t, ctx, poll(truth+`.startsWith('● live')`))
		f.mark(wire.Marker{Kind: wire.MarkUnreadable, Why: "permission denied"})
		do(t, ctx, poll(truth+`.includes('permission denied')`))
		f.mark(wire.Marker{Kind: wire.MarkReadable})
		do(t, ctx, poll(truth+`.startsWith('● live')`))
		f.with(func() { f.add(wire.Frame{Kind: wire.Lines, Payload: []byte("x\n"), Behind: 12 << 20}) })
		do(t, ctx, poll(truth+` === '▲ 12 MB behind, catching up'`))
	})
	t.Run("a megabyte in one line", func(t *testing.T) {
		f := newFake(t, "/x")
		part := strings.Repeat("0123456789abcdef", wire.MaxPayload/16)
		f.write(wire.Open, "\a"+part[1:])
		for range 6 {
			f.write(wire.Cont|wire.Open, part)
		}
		f.write(wire.Cont, part+"\nafter\n")
		ctx := viewer(t, root, f)
		do(t, ctx, poll(`document.querySelector('.all')?.textContent === '… 1.0 MB, show all'`), poll(logText+`.includes('after')`))
		do(t, ctx, settled, chromedp.Click(".all"), poll(`document.querySelector('#whole .text').textContent.length === 65537 && document.querySelector('#whole .text').textContent.startsWith('^G1234')`))
		do(t, ctx, run(`document.querySelector('#whole .part button:last-child').click()`), poll(`document.querySelector('#whole .part').textContent.includes('bytes 65,536 to 131,072 of 1,048,576')`))
		do(t, ctx, run(`[...document.querySelectorAll('#whole .part button')].find(({ textContent }) => textContent === 'before').click()`), poll(`document.querySelector('#whole .part').textContent.includes('bytes 0 to 65,536 of 1,048,576')`))
		do(t, ctx, chromedp.KeyEvent(kb.Escape), poll(`document.querySelector('#whole').hidden && document.activeElement.closest('#log')`)) // the keys are the log's again
	})
}

// TestBurst: a quarter of a million lines at once neither freeze nor fill the page, and the last ones are right.
func TestBurst(t *testing.T) {
	f := newFake(t, "/x")
	var frames, n int
	var text strings.Builder
	for n < 250_000 {
		text.Reset()
		for text.Len() < wire.MaxPayload-200 {
			fmt.Fprintf(&text, "%07d %s\n", n, strings.Repeat("x", 111))
			n++
		}
		f.write(0, text.String())
		frames++
	}
	root := browser.New(t)
	do(t, root, chromedp.Navigate("about:blank"), chromedp.Func(func(ctx context.Context, tab *chromedp.Target) error {
		// Else each frame would be told to the test as well, which costs more than all the rest.
		_, err := cdp.Call(ctx, tab, network.Disable, cdp.Empty{})
		return err
	}))
	do(t, root, chromedp.EmulateViewport(1000, 600), chromedp.Navigate(f.URL+"/x/log/web-01/nginx/access.log"))
	do(t, root, poll(fmt.Sprintf(logText+`.includes('%07d')`, n-1)))
	if rows := value[int](t, root, `document.querySelectorAll('.row').length`); rows > 100 {
		t.Errorf("%d rows are drawn", rows)
	}
	if height := value[float64](t, root, `document.querySelector('#log').scrollHeight`); height > 100_000*19+40_000 || height < 90_000*19 {
		t.Errorf("the log is %v px high", height)
	}
}
