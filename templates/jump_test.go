package templates

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"livetail/internal/browser"
	"livetail/internal/wire"
)

const (
	endText = `document.querySelector('#end').textContent`
	more    = `!document.querySelector('#more').hidden`
	folded  = `document.querySelector('.load')?.closest('.row').textContent`
)

// far is lines whose worker says that so many bytes lie between them and the live edge.
func (f *fake) far(text string, behind int64) {
	f.with(func() { f.add(wire.Frame{Kind: wire.Lines, Payload: []byte(text), Behind: behind}) })
}

// TestJump: to the live edge, and back to what was skipped.
func TestJump(t *testing.T) {
	root := browser.New(t)
	t.Run("a page that is far behind may jump, and says what it skipped", func(t *testing.T) {
		f := newFake(t, "/x")
		f.write(0, numbered("old", 0, 3000))
		f.mark(wire.Marker{Kind: wire.MarkLive})
		ctx := viewer(t, root, f)
		do(t, ctx, poll(logText+`.includes('line 2999 ')`), poll(`document.querySelector('#more').hidden`))
		f.far("on its way\n", 12<<20)
		do(t, ctx, poll(truth+` === '▲ 12 MB behind, catching up'`), poll(more), poll(endText+` === '↓ jump to live'`))
		// What comes meanwhile is not sent before the page has jumped: the fake sends frames in their order, so it is held back by a cut.
		f.with(func() { f.state = "waiting" })
		f.far(numbered("between", 3000, 9000), 0)
		f.write(0, numbered("new", 9000, 12_000))
		do(t, ctx, chromedp.Click("#end"))
		f.until("the page asked for the live edge", func() bool { return strings.Contains(strings.Join(f.said, ""), `"lines":1000`) })
		f.with(func() { f.state = "following" })
		do(t, ctx, poll(seenLines+`.at(-1)?.includes('line 11999 ')`), poll(truth+`.startsWith('● live')`), poll(`document.querySelector('#more').hidden`))
		do(t, ctx, poll(`/^\d+ KB skipped; scroll up to load them$/.test(document.querySelector('#hint').textContent)`))
		skipped := len("on its way\n" + numbered("between", 3000, 9000) + numbered("new", 9000, 11_000))
		if got := value[int](t, ctx, `parseInt(document.querySelector('#hint').textContent)`); got < skipped/1024-1 || got > skipped/1024+1 {
			t.Errorf("it says that it skipped %d KB, which are %d bytes", got, skipped)
		}
		// The row that says it is where the lines are missing, while they do not come.
		f.with(func() { f.holdAnswers = true })
		do(t, ctx, run(`document.querySelector('#log').scrollTop -= 990 * 19`), poll(folded+`?.includes('KB skipped')`))
		f.with(func() { f.holdAnswers = false })
		do(t, ctx, poll(folded+` === undefined`), poll(`document.querySelector('#log').innerText.includes('line 10999 ')`), settled)
		// Every line that was skipped is there, once.
		do(t, ctx, run(fmt.Sprintf(`
			const log = document.querySelector('#log')
			window.got = new Set()
			for (let still = 0; still < 600 && !got.has(%d); still++) {
				for (const row of document.querySelectorAll('#log .row')) {
					const n = Number(row.textContent.match(/line (\d+) /)?.[1] ?? -1)
					if (!got.has(n)) still = 0
					got.add(n)
				}
				log.scrollTop -= 900 // rows are drawn 400 px beyond the 600 that are seen, on either side`+drawn+`
			}`, 2990)))
		if missing := value[int](t, ctx, `Array.from({ length: 10000 - 2991 }, (_, i) => 2991 + i).filter(n => !got.has(n)).length`); missing > 0 {
			t.Errorf("%d lines that were skipped are not there", missing)
		}
	})
	t.Run("a page too busy to paint between two frames of a burst stays at the live edge", func(t *testing.T) {
		f := newFake(t, "/x")
		f.write(0, numbered("old", 0, 3000))
		f.mark(wire.Marker{Kind: wire.MarkLive})
		ctx := viewer(t, root, f)
		do(t, ctx, poll(logText+`.includes('line 2999 ')`), poll(`document.querySelector('#more').hidden`))
		f.far("on its way\n", 12<<20)
		do(t, ctx, poll(more))
		// It is not far any more, and the strip goes: the log gets higher. Then nothing is painted while more lines come.
		do(t, ctx, run(`
			const paint = requestAnimationFrame
			const due = []
			const gone = new MutationObserver(() => (window.requestAnimationFrame = (act) => due.push(act)))
			gone.observe(document.querySelector('#more'), { attributes: true })
			window.release = () => {
				gone.disconnect()
				window.requestAnimationFrame = paint
				due.forEach((act) => paint(act))
			}`))
		f.far("nearly there\n", 1000)
		do(t, ctx, poll(`document.querySelector('#more').hidden`))
		f.write(0, numbered("burst", 3000, 6000))
		do(t, ctx, poll(`document.querySelector('#count').textContent === '6,002 lines'`), run(`release()`))
		do(t, ctx, poll(seenLines+`.at(-1)?.includes('line 5999 ')`), poll(`document.querySelector('#more').hidden`))
		f.write(0, "the last\n")
		do(t, ctx, poll(seenLines+`.at(-1) === 'the last'`))
	})
	t.Run("a click loads what was skipped", func(t *testing.T) {
		f := newFake(t, "/x")
		longLog(f)
		ctx := viewer(t, root, f)
		do(t, ctx, poll(logText+`.includes('line 11999 ')`), chromedp.KeyEvent(kb.Home), poll(seenLines+`[0]?.includes('oldest line 0 ')`), settled)
		do(t, ctx, chromedp.KeyEvent(kb.End), poll(seenLines+`.at(-1)?.includes('line 11999 ')`), settled)
		f.with(func() { f.holdAnswers = true })
		do(t, ctx, run(`document.querySelector('#log').scrollTop -= 990 * 19`), poll(folded+`?.includes('KB skipped')`))
		skipped := len(numbered("oldest", 1000, 4000) + numbered("older", 4000, 8000) + numbered("live", 8000, 11_000))
		if got := value[int](t, ctx, `parseInt(`+folded+`)`); got < skipped/1024-1 || got > skipped/1024+1 {
			t.Errorf("it says that it skipped %d KB, which are %d bytes", got, skipped)
		}
		do(t, ctx, run(`document.querySelector('.load').click()`))
		f.with(func() { f.holdAnswers = false })
		do(t, ctx, poll(folded+` === undefined`), poll(logText+`.includes('live line 10999 ')`))
	})
	t.Run("a press on the track asks for its place once", func(t *testing.T) {
		f := newFake(t, "/x")
		longLog(f)
		ctx := viewer(t, root, f)
		do(t, ctx, poll(logText+`.includes('line 11999 ')`), poll(`document.querySelector('.thumb').offsetHeight < 100`))
		at := value[[]float64](t, ctx, `(({ left, top, width, height }) => [left + width / 2, top + height / 2])(document.querySelector('#track').getBoundingClientRect())`)
		do(t, ctx, chromedp.MouseClickXY(at[0], at[1]), poll(`Math.abs(document.querySelector('#track').ariaValueNow - 50) <= 3`), settled)
		f.with(func() {
			if n := strings.Count(strings.Join(f.said, ""), `"ask":"place"`); n != 1 {
				t.Errorf("the page asked for %d places", n)
			}
			if !strings.Contains(strings.Join(f.said, ""), `"ask":"place","lines":250`) {
				t.Errorf("the page asked for more than a screen: %s", f.said)
			}
		})
	})
	t.Run("a press draws nothing before its lines are there, unless they are late, and leads there although it is let go", func(t *testing.T) {
		f := newFake(t, "/x")
		longLog(f)
		ctx := viewer(t, root, f)
		do(t, ctx, poll(logText+`.includes('line 11999 ')`), poll(`document.querySelector('.thumb').offsetHeight < 100`), settled)
		f.with(func() { f.holdAnswers = true })
		drawn := value[string](t, ctx, `(() => {
			const track = document.querySelector('#track')
			track.setPointerCapture = () => {}
			const frame = requestAnimationFrame
			let frames = 0
			const sets = new MutationObserver(() => {})
			sets.observe(track, { attributes: true, subtree: true }) // also to what it is: the browser draws a frame for that
			window.requestAnimationFrame = (act) => (frames++, frame(act))
			const { left, top, height } = track.getBoundingClientRect()
			const look = () => track.className + track.querySelector('.thumb').style.cssText + track.querySelector('.bubble').hidden
			const before = look()
			for (const kind of ['pointerdown', 'pointerup']) track.dispatchEvent(new PointerEvent(kind, { button: 0, clientX: left + 4, clientY: top + 0.5 * height, bubbles: true }))
			window.requestAnimationFrame = frame
			return frames + ' frames, ' + sets.takeRecords().length + ' sets, ' + (look() === before ? 'the same' : before + ' became ' + look())
		})()`)
		if drawn != "0 frames, 0 sets, the same" {
			t.Errorf("a press draws before its lines are there: %s", drawn)
		}
		const middle = `Math.abs(document.querySelector('#track').ariaValueNow - 50) <= 3`
		do(t, ctx, poll(middle))
		f.write(0, "written meanwhile\n")
		do(t, ctx, poll(seenLines+`.at(-1) === 'written meanwhile'`), twoFrames)
		if !value[bool](t, ctx, middle) {
			t.Error("the thumb does not stay where it leads")
		}
		f.with(func() { f.holdAnswers = false })
		do(t, ctx, poll(topRow+`.match(/older line (5|6)\d\d\d /)`), poll(middle))
	})
	t.Run("whoever goes to the end before a press is answered stays there", func(t *testing.T) {
		f := newFake(t, "/x")
		longLog(f)
		ctx := viewer(t, root, f)
		do(t, ctx, poll(logText+`.includes('line 11999 ')`), poll(`document.querySelector('.thumb').offsetHeight < 100`), settled)
		f.with(func() { f.holdAnswers = true })
		at := value[[]float64](t, ctx, `(({ left, top, width, height }) => [left + width / 2, top + height / 2])(document.querySelector('#track').getBoundingClientRect())`)
		do(t, ctx, chromedp.MouseClickXY(at[0], at[1]), poll(`Math.abs(document.querySelector('#track').ariaValueNow - 50) <= 3`))
		do(t, ctx, chromedp.KeyEvent(kb.End), poll(`document.querySelector('#track').ariaValueNow === '100'`))
		f.with(func() { f.holdAnswers = false })
		f.write(0, "the last\n")
		do(t, ctx, poll(seenLines+`.at(-1) === 'the last'`), settled)
		if got := value[string](t, ctx, seenLines+`.at(-1)`); got != "the last" {
			t.Errorf("it ends with %q", got)
		}
	})
	t.Run("a time brings its lines along, and what leads up to them", func(t *testing.T) {
		f := newFake(t, "/x")
		longLog(f)
		ctx := viewer(t, root, f)
		do(t, ctx, poll(logText+`.includes('line 11999 ')`), settled)
		f.with(func() { f.noOlder = true }) // so all that is seen came with the one answer
		do(t, ctx, chromedp.KeyEvent("t"), run(`
			const form = document.querySelector('[data-part=time]')
			form.querySelector('input').value = '2026-11-21T01:40:00Z'
			form.requestSubmit()`))
		do(t, ctx, poll(logText+`.includes('older line 6000 ')`))
		do(t, ctx, poll(`(() => {
			const box = document.querySelector('#log').getBoundingClientRect()
			const row = [...document.querySelectorAll('#log .row')].find(row => row.textContent.includes('line 6000 '))
			return Math.abs((row.getBoundingClientRect().top - box.top) / box.height - 1 / 3) < 0.05
		})()`), poll(seenRows+`.length >= Math.floor(document.querySelector('#log').clientHeight / 19) - 1`), poll(topRow+`.includes('older line 59')`))
	})
	t.Run("a hand that drags the thumb about for long is not too much for the server", func(t *testing.T) {
		f := newFake(t, "/x")
		longLog(f)
		ctx := viewer(t, root, f)
		do(t, ctx, poll(logText+`.includes('line 11999 ')`), settled)
		f.with(func() { f.said = nil })
		begun := time.Now()
		do(t, ctx, run(`
			const track = document.querySelector('#track')
			track.setPointerCapture = () => {}
			const { left, top, height } = track.getBoundingClientRect()
			const at = (kind, share) => track.dispatchEvent(new PointerEvent(kind, { button: 0, clientX: left + 4, clientY: top + share * height, bubbles: true }))
			at('pointerdown', 0.5)
			for (let i = 0; i < 120; i++) {
				at('pointermove', 0.3 + 0.4 * Math.abs(Math.sin(i / 10)))
				await new Promise(done => requestAnimationFrame(done))
			}
			at('pointermove', 0.5)
			at('pointerup', 0.5)`), poll(topRow+`.match(/older line (5|6)\d\d\d /)`), settled)
		f.with(func() {
			// The server hears 20 a second, and 20 at once.
			if n, most := len(f.said), 20+int(18*time.Since(begun).Seconds()); n > most || n < 6 {
				t.Errorf("the page said %d messages in %v", n, time.Since(begun))
			}
		})
	})
	t.Run("37 new, also while behind", func(t *testing.T) {
		f := newFake(t, "/x")
		f.write(0, numbered("old", 0, 500))
		f.mark(wire.Marker{Kind: wire.MarkLive})
		ctx := viewer(t, root, f)
		do(t, ctx, poll(logText+`.includes('line 499 ')`), twoFrames, run(`document.querySelector('#log').scrollTop -= 2000`), poll(more))
		f.far(strings.Repeat("new\n", 37), 14<<20)
		do(t, ctx, poll(endText+` === '↓ 37 new'`), poll(truth+`.startsWith('▲ 14 MB behind')`))
		f.write(0, "the last\n")
		do(t, ctx, chromedp.Click("#end"), poll(seenLines+`.at(-1) === 'the last'`))
	})
	t.Run("quiet is told from dead", func(t *testing.T) {
		f := newFake(t, "/x")
		f.with(func() { f.entry["age_ms"], f.entry["usual"] = 3*60_000+500, 2150 })
		f.write(wire.Backlog, "one\n")
		f.mark(wire.Marker{Kind: wire.MarkLive})
		ctx := viewer(t, root, f)
		do(t, ctx, poll(truth+` === '● live, last line 3 min ago, usually 2.1 KB/s'`))
		f.write(0, "two\n")
		do(t, ctx, poll(truth+` === '● live'`))
		// Where lines are seen, it is lines that it is said in.
		f.write(0, strings.Repeat("a line of fifty bytes, and the next of fifty more\n", 100))
		do(t, ctx, poll(seenLines+`.length > 10`), run(`Date.now = (now => () => now() + 20 * 60_000)(Date.now)`), poll(truth+` === '● live, last line 20 min ago, usually about 44 lines/s'`))
	})
}
