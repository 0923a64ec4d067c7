package templates

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"

	"livetail/internal/browser"
	"livetail/internal/wire"
)

// TestTimes: a second column of times, for lines of any zone.
func TestTimes(t *testing.T) {
	root := browser.New(t)
	open := func(t *testing.T, zone, text string, entry ...string) (*fake, context.Context) {
		f := newFake(t, "/x")
		for i := 0; i < len(entry); i += 2 {
			f.entry[entry[i]] = entry[i+1]
		}
		f.write(0, text)
		ctx := browser.Tab(t, root)
		do(t, ctx, chromedp.Func(func(ctx context.Context, tab *chromedp.Target) error {
			_, err := cdp.Call(ctx, tab, emulation.SetTimezoneOverride, emulation.SetTimezoneOverrideParams{TimezoneID: zone})
			return err
		}), chromedp.EmulateViewport(1000, 600), chromedp.Navigate(f.URL+"/x/log/web-01/nginx/access.log"))
		do(t, ctx, poll(logText+`.includes('the last line')`), run(`localStorage.clear()`))
		return f, ctx
	}
	// What is painted before each line, which is no text of it.
	const column = `[...document.querySelectorAll('#log .row:not(.rule)')].map(row => row.querySelector('.time') && getComputedStyle(row.querySelector('.time'), '::before').content.replaceAll('"', '')).join('|')`
	const zone = `document.querySelector('#zone').textContent`
	t.Run("lines that say their zone", func(t *testing.T) {
		now := time.Now().Add(-3*time.Minute - 10*time.Second).UTC().Format(time.RFC3339)
		_, ctx := open(t, "Asia/Tokyo", "2026-11-21T23:02:11.5Z one\n\tgoes on\n127.0.0.1 - - [21/Nov/2026:14:02:11 -0500] \"GET / HTTP/1.1\" 200 1\n"+now+" the last line\n")
		do(t, ctx, poll(zone+` === 'local time, UTC+9'`), poll(column+` === '|||'`))
		do(t, ctx, chromedp.KeyEvent("T"), poll(column+`.startsWith('11-22 08:02:11||11-22 04:02:11|')`), poll(zone+` === 'times: local, UTC+9'`))
		if got := value[string](t, ctx, `document.querySelector('#log .row:not(.rule)').textContent`); got != "2026-11-21T23:02:11.5Z one" {
			t.Errorf("the line's own text is %q", got)
		}
		do(t, ctx, chromedp.Click("#zone"), poll(column+`.startsWith('11-21 23:02:11||11-21 19:02:11|')`), poll(zone+` === 'times: UTC'`))
		do(t, ctx, chromedp.KeyEvent("T"), poll(`/\|[34] min ago$/.test(`+column+`)`), poll(zone+` === 'times: ago'`))
		// It goes on by itself.
		do(t, ctx, run(`const now = Date.now; Date.now = () => now() + 120_000`), poll(`/\|[56] min ago$/.test(`+column+`)`))
		do(t, ctx, chromedp.Reload(), poll(`/\|[34] min ago$/.test(`+column+`)`))
		do(t, ctx, chromedp.Click("#zone"), poll(column+` === '|||'`), poll(zone+` === 'local time, UTC+9'`))
	})
	t.Run("lines that do not", func(t *testing.T) {
		var text strings.Builder
		for i := range 200 {
			fmt.Fprintf(&text, "2026-11-21 01:%02d:%02d,250 INFO number %d\n", i/60, i%60, i)
		}
		// The worker's host is two hours ahead of UTC, and was three in summer.
		_, ctx := open(t, "America/New_York", text.String()+"2026-07-21 02:00:00 in summer\n2026-11-21 02:00:00 the last line\n", "zone", "Europe/Helsinki")
		do(t, ctx, chromedp.KeyEvent("T"), poll(column+`.endsWith('|07-20 19:00:00|11-20 19:00:00')`), poll(zone+` === 'times: local, UTC-5 (web-01: Europe/Helsinki)'`))
		do(t, ctx, chromedp.KeyEvent("T"), poll(column+`.endsWith('|07-20 23:00:00|11-21 00:00:00')`))
	})
	t.Run("a zone without a name, and one that nobody knows", func(t *testing.T) {
		f, ctx := open(t, "America/New_York", "2026-11-21 02:00:00 the last line\n", "zone", "+02:00")
		do(t, ctx, chromedp.KeyEvent("T"), poll(column+` === '11-20 19:00:00'`), poll(zone+` === 'times: local, UTC-5 (web-01: UTC+02:00)'`))
		f.with(func() { f.entry["zone"] = "Nowhere/Land" })
		f.cut(0, "")
		do(t, ctx, poll(column+` === '?'`), poll(`document.querySelector('.time').title.includes('that of web-01 is not known')`))
	})
	t.Run("lines of a layout of their own", func(t *testing.T) {
		// Read as forms that are known, this would be the third of April, and the number in it a time.
		_, ctx := open(t, "Asia/Tokyo", "04/03/26 06:00:01 the third of April\nno time\n2026-11-21T02:00:00Z not its own\n13/11/26 06:00:01 the last line\n", "zone", "UTC", "layout", "02/01/06 15:04:05")
		do(t, ctx, chromedp.KeyEvent("T"), poll(column+` === '03-04 15:00:01|||11-13 15:00:01'`))
	})
	t.Run("a time that is typed is meant as the times on the screen are", func(t *testing.T) {
		const said = `document.querySelector('[data-part="time"] output').textContent`
		lines := func(form string, from time.Time) string {
			var text strings.Builder
			for i := range 3000 {
				fmt.Fprintf(&text, "%s line %d of all\n", from.Add(time.Duration(i)*time.Second).Format(form), i)
			}
			return text.String() + "the last line\n"
		}
		typed := func(ctx context.Context, text string) {
			do(t, ctx, run(`
				const form = document.querySelector('[data-part=time]')
				form.querySelector('input').value = `+quote(text)+`
				form.requestSubmit()`))
		}
		at := time.Date(2026, 11, 21, 14, 0, 0, 0, time.UTC)
		_, ctx := open(t, "Asia/Tokyo", lines("2006-01-02T15:04:05Z", at))
		do(t, ctx, chromedp.KeyEvent("t"), poll(said+`.startsWith('as the lines have it: UTC;')`))
		typed(ctx, "2026-11-21 14:20")
		do(t, ctx, poll(logText+`.includes('line 1200 of')`), poll(said+` === 'from 2026-11-21 14:20:00 UTC on'`))
		// The column of times is on the screen too, and is what one reads: in Tokyo it is nine hours later.
		do(t, ctx, chromedp.Click("#zone"), poll(said+`.startsWith('as in the column of times: UTC+9;')`))
		typed(ctx, "2026-11-21 23:10")
		do(t, ctx, poll(logText+`.includes('line 600 of')`), poll(said+` === 'from 2026-11-21 23:10:00 UTC+9 on'`))
		typed(ctx, "2026-11-21 14:40Z")
		do(t, ctx, poll(logText+`.includes('line 2400 of')`))
		typed(ctx, "tea time")
		do(t, ctx, poll(said+`.startsWith('not a time that is understood; write 14:02,')`), poll(`document.querySelector('[data-part="time"] input').ariaInvalid === 'true'`))
		// Lines that do not say their zone are of the host's clock, which is two hours ahead of UTC.
		_, ctx = open(t, "Asia/Tokyo", lines("2006-01-02 15:04:05", at), "zone", "Europe/Helsinki")
		do(t, ctx, chromedp.KeyEvent("t"), poll(said+`.startsWith('as the lines have it: Europe/Helsinki;')`))
		typed(ctx, "2026-11-21 14:20:00 line 1200")
		do(t, ctx, poll(logText+`.includes('line 1200 of')`), poll(said+` === 'from 2026-11-21 14:20:00 Europe/Helsinki on'`))
		_, ctx = open(t, "Asia/Tokyo", "no times at all, the last line\n", "zone", "Europe/Helsinki")
		do(t, ctx, chromedp.KeyEvent("t"), poll(said+`.startsWith('in your time: UTC+9;')`))
	})
	t.Run("lines without a year, of a file of years ago", func(t *testing.T) {
		f, ctx := open(t, "UTC", "Nov 21 14:02:11 web-01 one\nthe last line\n", "zone", "UTC")
		year := time.Now().Year() - 3
		f.with(func() {
			f.add(wire.Frame{Kind: wire.Lines, Payload: []byte("Dec 31 23:59:58 web-01 of long ago\nJan  1 00:00:01 web-01 and after\n"), Time: time.Date(year, 12, 31, 23, 59, 58, 0, time.UTC).UnixMilli()})
		})
		do(t, ctx, chromedp.KeyEvent("T"), poll(column+`.endsWith('|12-31 23:59:58|01-01 00:00:01')`))
		do(t, ctx, poll(fmt.Sprintf(`[...document.querySelectorAll('.time')].slice(-2).map(({ title }) => title.slice(0, 10)).join() === '%d-12-31,%d-01-01'`, year, year+1)))
	})
	t.Run("with a finger", func(t *testing.T) {
		f := newFake(t, "/x")
		f.entry["zone"] = "Europe/Helsinki"
		f.write(0, "2026-11-21T14:02:11Z the last line\n")
		ctx := browser.Tab(t, root)
		do(t, ctx, finger, chromedp.EmulateViewport(390, 700), chromedp.Navigate(f.URL+"/x/log/web-01/nginx/access.log"), poll(logText+`.includes('the last line')`), run(`localStorage.clear()`))
		tap(t, ctx, `document.querySelector('[data-part="menu-button"]')`)
		for _, want := range []string{"local, ", "UTC (web-01", "ago (web-01", "off"} {
			tap(t, ctx, `document.querySelector('[data-part="times"]')`)
			do(t, ctx, poll(`document.querySelector('[data-part="times"]').innerText.startsWith('times: `+want+`')`))
		}
	})
}
