//go:build linux

package e2e

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"livetail/internal/browser"
)

// comes is so many lines of what comes while somebody reads.
func comes(from, to int) string {
	var text strings.Builder
	for n := from; n < to; n++ {
		fmt.Fprintf(&text, "comes %d while somebody reads\n", n)
	}
	return text.String()
}

// Ten lines are selected with the mouse. Then a million come, the log is rotated, and its worker dies: what is selected stands
// where it stood, and is what is pasted.
func TestReadingWhileAMillionCome(t *testing.T) {
	s := newSite(t)
	app := filepath.Join(s.apps, "app.log")
	var text, ten strings.Builder
	for n := range 300 {
		line := fmt.Sprintf("\x1b[3%dmread\x1b[0m line %d of what is read\n", n%8, n)
		text.WriteString(line)
		if n >= 275 && n < 285 {
			fmt.Fprintf(&ten, "read line %d of what is read\n", n)
		}
	}
	write(t, app, text.String())
	w, worker := s.start()
	p := &tab{t, browser.New(t)}
	p.do(chromedp.EmulateViewport(1000, 700))
	p.visit(w.url + appPage)
	p.signIn(sre)
	p.path(appPage)
	p.shows("read line 299 ")
	p.says("● live")

	row := func(n int) string {
		return fmt.Sprintf(`[...document.querySelectorAll('#log .row')].find(row => row.textContent.startsWith('read line %d '))`, n)
	}
	place := func(n int) float64 { return value[float64](p, row(n)+`?.getBoundingClientRect().top ?? -1`) }
	p.still()
	edge := func(n int, side string) (x, y float64) {
		at := value[[]float64](p, `(() => { const range = document.createRange(); range.selectNodeContents(`+row(n)+`); const { left, right, top, height } = range.getBoundingClientRect(); return [`+side+`, top + height / 2] })()`)
		return at[0], at[1]
	}
	x0, y0 := edge(275, "left + 1")
	x1, y1 := edge(284, "right - 1")
	p.drag(x0, y0, x1, y1)
	const selection = `String(getSelection())`
	selected, stood := value[string](p, selection), place(280)
	if strings.Count(selected, "\n") != 9 || !strings.HasPrefix(selected, "read line 275 ") || !strings.HasSuffix(selected, "line 284 of what is read") {
		t.Fatalf("selected is %q", selected)
	}
	as := func(when string) {
		t.Helper()
		if got := value[string](p, selection); got != selected {
			t.Errorf("%s, what is selected is %q", when, got)
		}
		if at := place(280); at != stood {
			t.Errorf("%s, what is read stands at %v px, not at %v", when, at, stood)
		}
	}

	const all, part = 1_000_000, 250_000
	appendTo(t, app, comes(0, part))
	p.until(`parseInt(document.querySelector('#end').textContent.replaceAll(/\D/g, '')) > 0`)
	as("while they come")
	if err := os.Rename(app, app+".1"); err != nil {
		t.Fatal(err)
	}
	write(t, app, comes(part, 2*part))
	worker.kill()
	appendTo(t, app, comes(2*part, 3*part))
	p.says("◌ reconnecting")
	as("without a worker")
	worker = s.launchWorker()
	appendTo(t, app, comes(3*part, all))
	p.until(`document.querySelector('#end').textContent === '↓ 1,000,000 new'`)
	p.says("● live")
	as("when all have come")

	p.command("c", "copy")
	other := newTab(t, p.ctx)
	other.visit(w.url + "/")
	other.until(`document.querySelector('#list li')`)
	value[bool](other, `(document.body.append(document.createElement('textarea')), document.querySelector('textarea').focus(), true)`)
	other.command("v", "paste")
	const box = `document.querySelector('textarea').value`
	other.until(box + ` !== ''`)
	if got := value[string](other, box) + "\n"; got != ten.String() {
		t.Errorf("pasted is %q", got)
	}
	other.close()

	// And all that came is there.
	p.do(chromedp.Click("#end"))
	p.shows(fmt.Sprintf("comes %d ", all-1))
	p.until(`document.querySelector('#more').hidden`)
	p.close()
	eventually(t, "the worker holds no file", func() bool { return len(worker.open(s.apps)) == 0 })
}
