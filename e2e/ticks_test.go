//go:build linux

package e2e

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"livetail/internal/browser"
)

// calm is lines of one length; one of them reports an error.
func calm(name string, lines, bad int) string {
	var text strings.Builder
	for n := range lines {
		level := "INFO "
		if n == bad {
			level = "ERROR"
		}
		fmt.Fprintf(&text, "%s %-6s line %6d of what nobody looks at\n", level, name, n)
	}
	return text.String()
}

// Errors that were never on the screen, among what was there before and in a burst, have ticks at their places, also when the log was
// rotated and the page has let go of their lines; a tick leads to its line.
func TestTicksOfErrorsThatNobodySaw(t *testing.T) {
	s := newSite(t)
	app := filepath.Join(s.apps, "app.log")
	write(t, app, calm("before", 3000, 2300))
	w, _ := s.start()
	p := newTab(t, browser.New(t))
	p.visit(w.url + appPage)
	p.signIn(sre)
	p.path(appPage)
	p.shows("before line   2999 ")
	p.says("● live")
	value[bool](p, `(window.drawn = false, new MutationObserver(() => (drawn ||= document.querySelector('#log').textContent.includes('ERROR'))).observe(document.querySelector('#log'), { subtree: true, childList: true }), true)`)
	const ticks = `[...document.querySelectorAll('.tick.error')]`
	at := func(lines ...float64) {
		t.Helper()
		p.until(`((want) => { const at = %s.map((tick) => parseFloat(tick.style.top)).sort((a, b) => a - b); return at.length === want.length && at.every((one, i) => Math.abs(one - want[i]) < 0.1) })(%s)`,
			ticks, strings.ReplaceAll(fmt.Sprint(lines), " ", ","))
		if value[bool](p, `drawn`) {
			t.Error("an error was on the screen")
		}
	}
	at(100 * 2300. / 3000)
	appendTo(t, app, calm("burst", 50_000, 17_345))
	p.shows("burst  line  49999 ")
	at(100*2300./53_000, 100*20_345./53_000)
	if err := os.Rename(app, app+".1"); err != nil {
		t.Fatal(err)
	}
	write(t, app, calm("after", 150_000, -1))
	p.shows("after  line 149999 ")
	at(100*2300./203_000, 100*20_345./203_000)
	p.still()
	xy := value[[]float64](p, `(({ left, top, width, height }) => [left + width / 2, top + height / 2])(`+ticks+`.sort((a, b) => parseFloat(a.style.top) - parseFloat(b.style.top))[1].getBoundingClientRect())`)
	p.drag(xy[0], xy[1], xy[0], xy[1])
	p.shows("ERROR burst  line  17345 ")
	p.until(`((box) => [...document.querySelectorAll('#log .row')].find((row) => row.getBoundingClientRect().bottom > box.top + 5)?.textContent.startsWith('ERROR '))(document.querySelector('#log').getBoundingClientRect())`)
}
