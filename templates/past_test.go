package templates

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"livetail/internal/browser"
	"livetail/internal/wire"
)

// numbered is lines that say which they are, a second apart.
func numbered(name string, from, to int) string {
	var text strings.Builder
	for i := from; i < to; i++ {
		at := time.Date(2026, 11, 21, 0, 0, i, 0, time.UTC)
		level := []string{"INFO ", "INFO ", "DEBUG", "ERROR"}[i%4]
		fmt.Fprintf(&text, "%s %s %s line %d of it all\n", at.Format("2006-01-02T15:04:05Z"), level, name, i)
	}
	return text.String()
}

// longLog is three files of 4,000 lines, the last of which is live.
func longLog(f *fake) {
	f.with(func() {
		f.past = []fakeFile{
			{"access.log.2.gz", "two", []byte(numbered("oldest", 0, 4_000))},
			{"access.log.1", "one", []byte(numbered("older", 4_000, 8_000))},
		}
	})
	live := strings.SplitAfter(numbered("live", 8_000, 12_000), "\n")
	for ; len(live) > 1; live = live[min(1000, len(live)):] {
		f.write(0, strings.Join(live[:min(1000, len(live))], ""))
	}
	f.mark(wire.Marker{Kind: wire.MarkLive})
}

// seen is the rows that are on screen, each at least half.
const seenRows = `(() => {
	const box = document.querySelector('#log').getBoundingClientRect()
	return [...document.querySelectorAll('#log .row')].filter(row => { const { top, bottom } = row.getBoundingClientRect(); return (top + bottom) / 2 > box.top && (top + bottom) / 2 < box.bottom }).map(row => row.textContent)
})()`

// seenLines leaves out rows of words.
const seenLines = `(() => {
	const box = document.querySelector('#log').getBoundingClientRect()
	return [...document.querySelectorAll('#log .row:not(.rule)')].filter(row => { const { top, bottom } = row.getBoundingClientRect(); return (top + bottom) / 2 > box.top && (top + bottom) / 2 < box.bottom }).map(row => row.textContent)
})()`

const topRow = `(` + seenRows + `[0] ?? '')`

// wheel turns the wheel over the log, as a hand does: in steps.
func wheel(t *testing.T, ctx context.Context, dy float64) {
	t.Helper()
	do(t, ctx, chromedp.Func(func(ctx context.Context, tab *chromedp.Target) error {
		_, err := cdp.Call(ctx, tab, input.DispatchMouseEvent, input.DispatchMouseEventParams{Type: "mouseWheel", X: 400, Y: 300, DeltaX: 0.001, DeltaY: dy})
		return err
	}), twoFrames)
}

// drag pulls the thumb of the scrollbar to a fraction of the track, and holds it there.
func drag(t *testing.T, ctx context.Context, fraction float64) (letGo func()) {
	t.Helper()
	do(t, ctx, poll(`document.querySelector('.thumb').offsetHeight < 100`), settled) // the page has heard how long its past is
	at := value[[]float64](t, ctx, `(() => { const t = document.querySelector('.thumb').getBoundingClientRect(), b = document.querySelector('#track').getBoundingClientRect(); return [t.left + t.width / 2, t.top + t.height / 2, b.top + t.height / 2, b.height - t.height] })()`)
	mouse := func(kind input.DispatchMouseEventType, y float64) {
		do(t, ctx, chromedp.Func(func(ctx context.Context, tab *chromedp.Target) error {
			_, err := cdp.Call(ctx, tab, input.DispatchMouseEvent, input.DispatchMouseEventParams{Type: kind, X: at[0], Y: y, Button: input.MouseButtonLeft, Buttons: 1, ClickCount: 1})
			return err
		}))
	}
	to := at[2] + fraction*at[3]
	mouse(input.DispatchMouseEventTypeMousePressed, at[1])
	for step := 1; step <= 10; step++ {
		mouse(input.DispatchMouseEventTypeMouseMoved, at[1]+(to-at[1])*float64(step)/10)
	}
	return func() { mouse(input.DispatchMouseEventTypeMouseReleased, to) }
}

// drawn is a part of a script that scrolls up: it waits until rows are where it has scrolled to, so that none is passed unseen.
const drawn = `
	await new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))
	while (document.querySelector('#log .row').getBoundingClientRect().top > document.querySelector('#log').getBoundingClientRect().top + 1) await new Promise(done => requestAnimationFrame(done))`

// settled waits until the view stands still.
var settled = run(`
	const top = () => document.querySelector('#log .row')?.textContent + document.querySelector('#log').scrollTop
	for (let before = '', still = 0; still < 20; still = top() === before ? still + 1 : 0) {
		before = top()
		await new Promise(done => requestAnimationFrame(done))
	}`)

// TestPast: the page is a window on the whole history of the log.
func TestPast(t *testing.T) {
	root := browser.New(t)
	open := func(t *testing.T) (*fake, context.Context) {
		f := newFake(t, "/x")
		longLog(f)
		ctx := viewer(t, root, f)
		do(t, ctx, poll(logText+`.includes('line 11999 ')`))
		return f, ctx
	}
	t.Run("scrolled up without end, and every line is there once", func(t *testing.T) {
		f, ctx := open(t)
		do(t, ctx, run(`
			const log = document.querySelector('#log')
			window.got = new Map()
			window.bad = []
			let still = 0
			for (let before = ''; still < 2000;) {
				log.scrollTop -= 1000`+drawn+`
				const rows = [...document.querySelectorAll('#log .row')]
				for (const row of rows) {
					const n = row.textContent.match(/line (\d+) /)?.[1]
					if (n === undefined) continue
					if (got.has(n) && got.get(n) !== row.dataset.n) bad.push(n + ' is also row ' + row.dataset.n)
					got.set(n, row.dataset.n)
				}
				const top = rows[0]?.textContent
				still = top === before ? still + 1 : 0
				before = top
				if (top === 'beginning of access.log.2.gz') break
			}`))
		if got := value[string](t, ctx, topRow); got != "beginning of access.log.2.gz" {
			t.Errorf("at the top stands %q", got)
		}
		if bad := value[[]string](t, ctx, `bad.slice(0, 10)`); len(bad) > 0 {
			t.Errorf("rows changed: %v", bad)
		}
		if n := value[int](t, ctx, `document.querySelectorAll('#log .row').length`); n > 120 {
			t.Errorf("%d rows are drawn", n)
		}
		if rows := value[int](t, ctx, `Number(got.get('8000')) - Number(got.get('1'))`); rows != 7_999+2 { // and a row between files
			t.Errorf("from line 1 to 8,000 it is %d rows", rows)
		}
		f.write(0, "one more\n")
		do(t, ctx, poll(`document.querySelector('#end').textContent === '↓ 1 new'`), chromedp.KeyEvent(kb.End), poll(logText+`.includes('one more')`), poll(`document.querySelector('#more').hidden`))
	})
	for _, filter := range []struct {
		text string
		all  bool // so few pass that all of them are here
	}{{"9 of it", false}, {"99 of it", true}} {
		t.Run("how far the end is, from what is seen and not from what is here: "+filter.text, func(t *testing.T) {
			_, ctx := open(t)
			do(t, ctx, chromedp.KeyEvent("/"), typed(filter.text), poll(seenLines+`.every(text => text.includes(`+quote(filter.text)+`))`))
			if filter.all {
				do(t, ctx, poll(passes+`.startsWith('120 of ')`))
			}
			do(t, ctx, run(`document.querySelector('#log').focus()`), chromedp.KeyEvent(kb.Home), poll(seenLines+`[0].includes('oldest line `+strings.Fields(filter.text)[0]+` ')`), settled)
			do(t, ctx, poll(`parseInt(document.querySelector('.back-by')?.textContent) >= 400`), poll(`document.querySelector('#track').ariaValueNow <= 2`))
			do(t, ctx, chromedp.KeyEvent(kb.End), poll(`document.querySelector('#more').hidden`))
		})
	}
	t.Run("the first byte, and back", func(t *testing.T) {
		f, ctx := open(t)
		do(t, ctx, chromedp.KeyEvent(kb.Home), poll(topRow+` === 'beginning of access.log.2.gz'`), poll(logText+`.includes('oldest line 0 ')`))
		f.write(0, "while away\nand more\n")
		do(t, ctx, poll(`document.querySelector('#end').textContent === '↓ 2 new'`), poll(`document.querySelector('.back-by').textContent.includes('before the live edge')`))
		if got := value[string](t, ctx, topRow); got != "beginning of access.log.2.gz" {
			t.Errorf("the view moved to %q", got)
		}
		do(t, ctx, chromedp.KeyEvent("G"), poll(logText+`.includes('and more')`), poll(`document.querySelector('#more').hidden`))
		f.write(0, "live again\n")
		do(t, ctx, poll(logText+`.includes('live again')`))
	})
	t.Run("from the past down to the live edge, by scrolling", func(t *testing.T) {
		f, ctx := open(t)
		letGo := drag(t, ctx, 0.88)
		letGo()
		do(t, ctx, settled)
		if got := value[string](t, ctx, topRow); !strings.Contains(got, " live line 10") {
			t.Fatalf("at the top is %q", got)
		}
		do(t, ctx, run(`
			const log = document.querySelector('#log')
			window.last = 0
			window.bad = []
			for (let i = 0; i < 2000; i++) {
				log.scrollTop += 400
				await new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))
				const all = [...document.querySelectorAll('#log .row')].map(row => Number(row.textContent.match(/line (\d+) /)?.[1])).filter(n => n >= 0)
				all.forEach((n, i) => { if (i > 0 && n !== all[i - 1] + 1) bad.push(all[i - 1] + ' before ' + n) })
				if (all.at(-1) === 11999) break
			}`))
		if bad := value[[]string](t, ctx, `bad.slice(0, 10)`); len(bad) > 0 {
			t.Errorf("out of order: %v", bad)
		}
		do(t, ctx, run(`document.querySelector('#log').scrollTop = 1e9`), poll(`document.querySelector('#more').hidden`))
		f.write(0, "and it goes on\n")
		do(t, ctx, poll(logText+`.includes('and it goes on')`))
	})
	t.Run("dragged to the middle, with the time there", func(t *testing.T) {
		_, ctx := open(t)
		letGo := drag(t, ctx, 0.5)
		do(t, ctx, poll(topRow+`.match(/older line (5|6)\d\d\d /)`), poll(`/^2026-11-21 01:[34]\d:\d\d UTC · [\d.]+ KB before the end$/.test(document.querySelector('.bubble').textContent)`))
		if got := value[bool](t, ctx, `document.querySelector('.bubble').hidden`); got {
			t.Error("the bubble is not to be seen")
		}
		letGo()
		// On the way the hand was at 55 % too.
		do(t, ctx, poll(`Math.abs(document.querySelector('#track').ariaValueNow - 50) <= 3`), settled)
		before := value[string](t, ctx, topRow)
		wheel(t, ctx, -1900)
		do(t, ctx, poll(topRow+` !== `+quote(before)), poll(topRow+`.includes(' older line ')`))
	})
	t.Run("dragged within what is here: the time is that of the line there", func(t *testing.T) {
		_, ctx := open(t)
		letGo := drag(t, ctx, 0.9)
		do(t, ctx, poll(topRow+`.match(/live line 10[78]\d\d /)`), poll(`/^2026-11-21 (02:5[89]|03:0[01]):\d\d UTC · [\d.]+ KB before the end$/.test(document.querySelector('.bubble').textContent)`))
		letGo()
	})
	t.Run("what is read and selected stays while the past and a burst come in", func(t *testing.T) {
		f, ctx := open(t)
		wheel(t, ctx, -700)
		do(t, ctx, run(`
			const rows = [...document.querySelectorAll('#log .row')].filter(row => row.textContent.includes('line 119'))
			window.at = rows[5]
			window.place = at.getBoundingClientRect().top
			getSelection().setBaseAndExtent(rows[5].firstChild, 0, rows[14].lastChild, 5)
			window.selected = String(getSelection())`))
		f.write(0, numbered("burst", 12_000, 14_000))
		f.mark(wire.Marker{Kind: wire.MarkRotated, Name: "access.log", To: "access.log.1"})
		f.cut(0, "")
		f.write(0, numbered("after", 14_000, 15_000))
		do(t, ctx, poll(`document.querySelector('#end').textContent === '↓ 3,000 new'`), twoFrames)
		if !value[bool](t, ctx, `at.isConnected && at.getBoundingClientRect().top === place && String(getSelection()) === selected && selected.split('\n').length === 10`) {
			t.Errorf("what was selected moved or changed")
		}
	})
	t.Run("wrapped, at 320 px and twice the size", func(t *testing.T) {
		f := newFake(t, "/x")
		for i := range 200 {
			f.write(0, fmt.Sprintf("line %d %s\n", i, strings.Repeat("word ", i%30)))
		}
		ctx := viewer(t, root, f)
		do(t, ctx, poll(logText+`.includes('line 199 ')`), chromedp.EmulateViewport(320, 560), chromedp.KeyEvent("w"), poll(`document.querySelector('#log').classList.contains('wrap')`), twoFrames)
		if wide := value[float64](t, ctx, `document.querySelector('#log').scrollWidth - document.querySelector('#log').clientWidth`); wide > 0 {
			t.Errorf("wrapped lines are %v px too wide", wide)
		}
		do(t, ctx, poll(seenRows+`.at(-1).startsWith('line 199 ')`), chromedp.KeyEvent("w"), poll(`!document.querySelector('#log').classList.contains('wrap')`), poll(seenRows+`.at(-1).startsWith('line 199 ')`))
	})
}
