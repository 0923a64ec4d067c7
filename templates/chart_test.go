package templates

import (
	"context"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"livetail/internal/browser"
	"livetail/internal/wire"
)

// burst is a log that says something every ten minutes for six hours, and thirty times as much in one minute of them.
func burst(layout string) string {
	var text strings.Builder
	for i := range 37 {
		at := time.Date(2026, 11, 21, 0, 10*i, 0, 0, time.UTC)
		fmt.Fprintf(&text, "%s needle, as ever %d\n", at.Format(layout), i)
		for n := range 1200 {
			if i == 13 {
				fmt.Fprintf(&text, "%s needle in the burst %d\n", at.Add(time.Duration(n)*50*time.Millisecond).Format(layout), n)
			}
		}
	}
	return text.String()
}

// part is a part of the bar of hits, or a word below it, as it is drawn: where it begins and ends in fractions of the bar.
type part struct {
	Says       string
	Left, To   float64
	Height     float64
	Top, Below float64
}

func chartOf(t *testing.T, ctx context.Context, what string) []part {
	t.Helper()
	return value[[]part](t, ctx, `(() => {
		const { left, width, height, top } = document.querySelector('.parts').getBoundingClientRect()
		return [...document.querySelectorAll(`+quote(what)+`)].map(one => {
			const box = (one.querySelector('i') ?? one).getBoundingClientRect()
			return { Says: one.ariaLabel ?? one.textContent, Left: (box.left - left) / width, To: (box.right - left) / width, Height: box.height / height, Top: box.top - top, Below: box.bottom - top }
		})
	})()`)
}

// TestHitsOverTime: the bar of hits says when they were, however many bytes that is of.
func TestHitsOverTime(t *testing.T) {
	root := browser.New(t)
	open := func(t *testing.T, zone, layout string, entry ...string) context.Context {
		f := newFake(t, "/x")
		for i := 0; i < len(entry); i += 2 {
			f.entry[entry[i]] = entry[i+1]
		}
		f.write(0, burst(layout))
		f.mark(wire.Marker{Kind: wire.MarkLive})
		ctx := browser.Tab(t, root)
		do(t, ctx, chromedp.Func(func(ctx context.Context, tab *chromedp.Target) error {
			_, err := cdp.Call(ctx, tab, emulation.SetTimezoneOverride, emulation.SetTimezoneOverrideParams{TimezoneID: zone})
			return err
		}), chromedp.EmulateViewport(1280, 600), chromedp.Navigate(f.URL+"/x/log/web-01/nginx/access.log"), poll(logText+`.includes('as ever 36')`), run(`localStorage.clear()`))
		do(t, ctx, chromedp.KeyEvent("f", chromedp.KeyModifiers(kb.ModifierCtrl)), poll(`document.activeElement.dataset.search === 'text'`), typed("needle"))
		do(t, ctx, poll(`document.querySelector('[data-search=count]').textContent === '1,237 lines'`), poll(currentHit+`.includes('as ever 36')`), twoFrames)
		return ctx
	}
	// In the bar's 73 parts of five minutes each, every other is empty.
	drawn := func(t *testing.T, ctx context.Context, first, tallest string) {
		t.Helper()
		parts := chartOf(t, ctx, ".parts button")
		if len(parts) != 37 || parts[0].Says != first || parts[13].Says != tallest {
			t.Fatalf("%d parts, %+v", len(parts), parts)
		}
		for i, p := range parts {
			if want := float64(2*i) / 73; math.Abs(p.Left-want) > 0.003 || math.Abs(p.To-want-1./73) > 0.003 {
				t.Errorf("%q is drawn from %.3f to %.3f, want it at %.3f", p.Says, p.Left, p.To, want)
			}
			if tall := p.Height > 0.9; tall != (i == 13) || p.Height < 0.08 {
				t.Errorf("%q is %.2f high", p.Says, p.Height)
			}
		}
	}
	axis := func(t *testing.T, ctx context.Context) (said []string) {
		t.Helper()
		labels := chartOf(t, ctx, ".axis span")
		for i, l := range labels {
			said = append(said, l.Says)
			if l.Left < -0.003 || l.To > 1.003 || l.Top < 20 || i > 0 && l.Left <= labels[i-1].To {
				t.Errorf("the words %+v lie badly: %+v", l, labels)
			}
			if i > 0 && i < len(labels)-1 && len(l.Says) == 5 { // it stands below its time
				hour, minute := 0, 0
				fmt.Sscanf(l.Says, "%d:%d", &hour, &minute)
				begin := 0
				fmt.Sscanf(labels[0].Says, "2026-11-21 %d:", &begin)
				want := float64((hour-begin)*60+minute) / 365
				if at := (l.Left + l.To) / 2; math.Abs(at-want) > 0.01 {
					t.Errorf("%s stands at %.3f, want %.3f", l.Says, at, want)
				}
			}
		}
		return said
	}
	// What is between them depends on how wide the words are.
	is := func(t *testing.T, got []string, first, between, last string) {
		t.Helper()
		if len(got) < 3 || got[0] != first || !slices.Contains(got, between) || got[len(got)-1] != last {
			t.Errorf("the axis says %q, want from %q over %q to %q", got, first, between, last)
		}
	}
	const bar = `document.querySelectorAll('.parts button')`
	t.Run("in UTC", func(t *testing.T) {
		ctx := open(t, "UTC", "2006-01-02T15:04:05.000Z07:00")
		drawn(t, ctx, "1 line, 00:00 – 00:05", "1,201 lines, 02:10 – 02:15")
		is(t, axis(t, ctx), "2026-11-21 00:00", "03:00", "06:05 UTC")
		// The one that the current hit is of is marked, in all looks.
		const current = `[...document.querySelectorAll('.parts [aria-current=true]')].map(part => part.title).join()`
		do(t, ctx, poll(current+` === '1 line, 06:00 – 06:05'`))
		for _, look := range []chromedp.Action[chromedp.Void]{scheme("light"), scheme("dark"), media("forced-colors", "active")} {
			do(t, ctx, look, twoFrames)
			if !value[bool](t, ctx, `(() => {
				const [one, other] = ['[aria-current]', ':not([aria-current])'].map(which => document.querySelector('.parts button' + which)).map(part => [part, part.firstChild].map(box => getComputedStyle(box).backgroundColor))
				return one[0] !== other[0] && one[1] !== other[1] && one[0] !== one[1]
			})()`) {
				t.Error("the part of the current hit looks like any other")
			}
		}
		clickOn(t, ctx, bar+`[13]`)
		do(t, ctx, poll(current+` === '1,201 lines, 02:10 – 02:15'`), poll(currentHit+`.includes('as ever 13')`), poll(seenLines+`.some(text => text.includes('as ever 13'))`))
		clickOn(t, ctx, bar+`[13]`) // stays there
		do(t, ctx, settled, poll(currentHit+`.includes('as ever 13')`), chromedp.Click(`[data-search=next]`), poll(currentHit+`.includes('in the burst 0')`))
		clickOn(t, ctx, bar+`[0]`)
		do(t, ctx, poll(currentHit+`.includes('as ever 0')`))
		// By keys: one stop, and arrows.
		do(t, ctx, run(`document.querySelector('.parts [tabindex="0"]').focus()`), chromedp.KeyEvent(kb.ArrowRight), chromedp.KeyEvent(kb.ArrowRight), poll(`document.activeElement.title === '1 line, 00:20 – 00:25'`), chromedp.KeyEvent(kb.Enter), poll(currentHit+`.includes('as ever 2')`))
		if n := value[int](t, ctx, `document.querySelectorAll('.parts [tabindex="0"]').length`); n != 1 {
			t.Errorf("%d stops for Tab", n)
		}
		// Where there is none it is the time that is gone to; nothing else is marked as found.
		clickOn(t, ctx, `({ getBoundingClientRect: () => { const { left, width, top, height } = document.querySelector('.parts').getBoundingClientRect(); return new DOMRect(left + width * 67.5 / 73 - 1, top, 2, height) } })`)
		do(t, ctx, poll(seenLines+`.some(text => text.includes('as ever 34'))`))
		// A phone has room for both ends.
		do(t, ctx, chromedp.EmulateViewport(390, 700), twoFrames, poll(`document.querySelectorAll('.axis span').length < 5`))
		if said := axis(t, ctx); len(said) < 2 || said[0] != "2026-11-21 00:00" || said[len(said)-1] != "06:05 UTC" {
			t.Errorf("a phone's axis says %q", said)
		}
	})
	empty := func(t *testing.T, ctx context.Context, fraction float64) {
		t.Helper()
		clickOn(t, ctx, fmt.Sprintf(`({ getBoundingClientRect: () => { const { left, width, top, height } = document.querySelector('.parts').getBoundingClientRect(); return new DOMRect(left + width * %v - 1, top, 2, height) } })`, fraction))
	}
	only := func(t *testing.T, ctx context.Context, text, lines string) {
		t.Helper()
		do(t, ctx, chromedp.Focus(`[data-search=text]`), typed(text), poll(`document.querySelector('[data-search=count]').textContent === `+quote(lines)), chromedp.Click(`[data-search=last]`), poll(currentHit+`.includes(`+quote(text)+`)`), poll(bar+`.length === 1`), settled)
	}
	t.Run("where nothing was found, its time is gone to", func(t *testing.T) {
		ctx := open(t, "UTC", "2006-01-02T15:04:05.000Z07:00")
		only(t, ctx, "in the burst 70", "11 lines")
		for minute, want := range map[int]string{302: "as ever 31", 32: "as ever 4"} {
			empty(t, ctx, (float64(minute)+0.5)/365)
			do(t, ctx, poll(seenLines+`.some(text => text.includes(`+quote(want)+`))`), settled, poll(`!`+seenLines+`.some(text => text.includes('in the burst 70'))`), poll(bar+`.length === 1`))
		}
		empty(t, ctx, 0.36) // near enough to the only bar: it is narrow
		do(t, ctx, poll(currentHit+`.endsWith('in the burst 70')`), poll(seenLines+`.some(text => text.endsWith('in the burst 70'))`))
	})
	t.Run("by the clock that the lines are of", func(t *testing.T) {
		ctx := open(t, "Asia/Tokyo", "2006-01-02 15:04:05", "zone", "Europe/Helsinki")
		drawn(t, ctx, "1 line, 00:00 – 00:05", "1,201 lines, 02:10 – 02:15")
		is(t, axis(t, ctx), "2026-11-21 00:00", "03:00", "06:05 Europe/Helsinki")
		// Another clock for the times on the screen is another for these.
		do(t, ctx, run(`document.querySelector('#log').focus()`), chromedp.KeyEvent("T"), poll(`document.querySelector('.axis').textContent.includes('UTC+9')`))
		drawn(t, ctx, "1 line, 07:00 – 07:05", "1,201 lines, 09:10 – 09:15")
		is(t, axis(t, ctx), "2026-11-21 07:00", "10:00", "13:05 UTC+9")
		clickOn(t, ctx, bar+`[20]`)
		do(t, ctx, poll(currentHit+`.includes('as ever 20')`))
	})
	t.Run("where lines say no times", func(t *testing.T) {
		ctx := open(t, "UTC", "no time"+strings.Repeat(" at all", 40))
		parts := chartOf(t, ctx, ".parts button")
		if len(parts) < 20 || !strings.HasSuffix(parts[0].Says, " % of the way through the log") {
			t.Errorf("the parts are %+v", parts)
		}
		is(t, axis(t, ctx), "oldest", "by bytes: its lines say no times", "newest")
		clickOn(t, ctx, bar+`[1]`)
		do(t, ctx, poll(currentHit+` !== '' && !`+currentHit+`.includes('as ever 36')`))
		// Where nothing was found, it is so far through the log.
		only(t, ctx, "as ever 36", "1 line")
		empty(t, ctx, 0.5)
		do(t, ctx, poll(seenLines+`.some(text => text.includes('in the burst 5') || text.includes('in the burst 6'))`), poll(bar+`.length === 1`))
	})
}
