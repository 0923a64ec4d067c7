package templates

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"livetail/internal/browser"
)

// decide stops the log, or lets it go on, as web does.
func (f *fake) decide(w http.ResponseWriter, r *http.Request) {
	words := fmt.Sprintf("stopped by admin: %q", r.PostFormValue("reason"))
	stops := strings.Contains(r.URL.Path, "/stop/")
	unkept := ""
	f.with(func() {
		if unkept = f.unkept; unkept != "" {
			return
		}
		f.asked[strings.TrimPrefix(r.URL.Path, f.base)]++
		f.status, f.refusal = 0, ""
		if stops {
			f.status, f.refusal = http.StatusLocked, fmt.Sprintf(`{"error":%q,"retry":5,"stop":{"by":"root","age_ms":750000}}`, words)
		}
	})
	if unkept != "" {
		w.WriteHeader(http.StatusServiceUnavailable)
		fmt.Fprintf(w, `{"error":%q}`, unkept)
		return
	}
	if stops {
		go f.cut(4023, words) // a close waits for its answer
	}
	fmt.Fprint(w, `{}`)
}

const (
	heldWords = `■ stopped by admin: "disk work, back at 15:00"`
	stopForm  = `document.querySelector('[data-part=stopping]')`
)

// What a person does: an administrator stops the log by the keyboard alone, and lets it go on. A page of somebody else says the
// words, keeps its lines, asks now and then, and goes on where it was; it has nothing to stop logs with.
func TestStoppedForAll(t *testing.T) {
	root := browser.New(t)
	f := newFake(t, "/x")
	f.write(0, "one\ntwo\n")
	viewer := browser.Tab(t, root)
	do(t, viewer, chromedp.Navigate(f.URL+"/x/log/web-01/nginx/access.log"), poll(logText+`.includes('two')`))
	if n := value[int](t, viewer, `document.querySelectorAll('[data-part^=stopping]').length`); n != 0 {
		t.Errorf("who is no administrator has %d parts to stop a log with", n)
	}
	admin := browser.Tab(t, root)
	do(t, admin, chromedp.Navigate(f.URL+"/x/log/web-01/nginx/access.log?admin"), poll(logText+`.includes('two')`),
		chromedp.Focus(`[data-part=menu-button]`), chromedp.KeyEvent(kb.Enter), chromedp.Focus(`[data-part=stopping-button]`), chromedp.KeyEvent(kb.Enter),
		poll(`document.activeElement === `+stopForm+`.querySelector('input')`), chromedp.KeyEvent(kb.Enter))
	if f.told("/api/v1/stop/web-01/nginx/access.log") {
		t.Error("a log is stopped without a reason")
	}
	do(t, admin, typed("disk work, back at 15:00"), chromedp.KeyEvent(kb.Enter), poll(truth+`.startsWith(`+fmt.Sprintf("%q", heldWords)+`)`), poll(stopForm+`.hidden`))
	do(t, viewer, poll(truth+`.startsWith(`+fmt.Sprintf("%q", heldWords)+`)`))
	if lines := value[string](t, viewer, logText); !strings.Contains(lines, "one") || !strings.Contains(lines, "two") {
		t.Errorf("the lines are gone: %q", lines)
	}
	f.write(0, "three\n")
	before := f.opened()
	do(t, admin, chromedp.Focus(`[data-part=menu-button]`), chromedp.KeyEvent(kb.Enter), chromedp.Focus(`[data-part=stopping-button]`), chromedp.KeyEvent(kb.Enter),
		poll(`document.activeElement.dataset.stopping === 'letgo'`), chromedp.KeyEvent(kb.Enter), poll(logText+`.includes('three')`), poll(truth+`.startsWith('● live')`))
	f.write(0, "four\n")
	do(t, viewer, poll(logText+`.includes('four')`), poll(truth+`.startsWith('● live')`))
	for _, ctx := range []string{"one", "two", "three", "four"} {
		if n := value[int](t, viewer, logText+`.split('`+ctx+`').length - 1`); n != 1 {
			t.Errorf("%s is there %d times", ctx, n)
		}
	}
	if n := f.opened() - before; n != 2 {
		t.Errorf("two pages went on with %d sockets", n)
	}
}

// TestSinceWhenStopped: by whom and since when is said as the page says times: by the reader's clock, and how long ago.
func TestSinceWhenStopped(t *testing.T) {
	f := newFake(t, "/x")
	f.with(func() {
		f.status, f.refusal = http.StatusLocked, `{"error":"stopped by admin: \"disk work\"","retry":5,"stop":{"by":"root","age_ms":750000}}`
		f.list = `{"hosts":[],"logs":[` + logJSON("m", `,"state":"stopped","why":"stopped by admin: \"disk work\"","stop":{"by":"root","age_ms":750000}`) + `]}`
	})
	ctx := browser.New(t)
	zone := chromedp.Func(func(ctx context.Context, tab *chromedp.Target) error {
		_, err := cdp.Call(ctx, tab, emulation.SetTimezoneOverride, emulation.SetTimezoneOverrideParams{TimezoneID: "Asia/Kathmandu"})
		return err
	})
	told := func(of string) {
		t.Helper()
		do(t, ctx, poll(`(([, day, time, ago] = []) => ['', new Date().toLocaleDateString('sv') + ' ', new Date(Date.now() - 864e5).toLocaleDateString('sv') + ' '].includes(day) && ago.startsWith('12 min') &&
			[750000, 752000, 780000].some(ms => new Date(Date.now() - ms).toLocaleTimeString('sv', { hour: '2-digit', minute: '2-digit', timeZone: 'Asia/Kathmandu' }) === time))(/stopped by admin: "disk work" \(root, since (.*)(\d\d:\d\d), (.*) ago\)$/.exec(`+of+`.textContent)?.slice() ?? [])`),
			poll(of+`.title.endsWith(' UTC+5:45')`))
	}
	do(t, ctx, zone, chromedp.Navigate(f.URL+"/x/log/web-01/nginx/access.log"), poll(truth+`.includes('since')`))
	told(`document.querySelector('#truth')`)
	f.with(func() { f.status = 0 })
	do(t, ctx, chromedp.Navigate(f.URL+"/x/"), poll(`document.querySelector('li .why')?.textContent`))
	told(`document.querySelector('li .why')`)
}

// TestLetGoFromTheList: an administrator lets a log go on from its row, also where that is all that is left of the log. Others cannot.
func TestLetGoFromTheList(t *testing.T) {
	const stop = `"state":"stopped","why":"stopped by admin: \"disk work\"","stop":{"by":"root","age_ms":750000,"left":true}`
	row := func(more string) string {
		return `{"host":"a","id":"left.log","name":"left.log","group":"","size":0,"age_ms":-1,"rate":0,"tails":0,` + more + `}`
	}
	root := browser.New(t)
	f := newFake(t, "/x")
	f.with(func() { f.list = `{"hosts":[],"logs":[` + row(stop) + `,` + logJSON("m", "") + `]}` })
	const button, why = `document.querySelector('.letgo')`, `document.querySelector('li .why').textContent`
	ann := browser.Tab(t, root)
	do(t, ann, chromedp.Navigate(f.URL+"/x/"), poll(why+`.endsWith('; its host has it no more')`))
	if value[bool](t, ann, button+` !== null`) {
		t.Error("who is no administrator may let a log go on")
	}
	for _, width := range []int64{1200, 320} {
		admin := browser.Tab(t, root)
		f.with(func() { f.unkept, f.asked = "livetail cannot reach Redis", map[string]int{} })
		do(t, admin, chromedp.EmulateViewport(width, 500), chromedp.Navigate(f.URL+"/x/?admin"), poll(button))
		if seen := value[bool](t, admin, `(r => r.left >= 0 && r.right <= innerWidth && document.elementFromPoint(r.left + r.width / 2, r.top + r.height / 2) === `+button+`)(`+button+`.getBoundingClientRect())`); !seen || value[int](t, admin, `document.querySelectorAll('.letgo').length`) != 1 {
			t.Errorf("at %d px the stopped log alone has a way to let it go on that is seen: %v", width, seen)
		}
		do(t, admin, chromedp.Focus(`.letgo`), chromedp.KeyEvent(kb.Enter), poll(why+`.endsWith(' · it stays so: livetail cannot reach Redis')`), poll(button+`.ariaDisabled === 'false'`))
		f.with(func() { f.unkept = "" })
		do(t, admin, chromedp.Focus(`.letgo`), chromedp.KeyEvent(kb.Enter))
		f.until("it is let go on", func() bool { return f.asked["/api/v1/letgo/a/left.log"] == 1 })
		f.tell(`{"say":"change","logs":[` + row(`"state":"ok"`) + `]}`)
		do(t, admin, poll(`!`+button), poll(why+` === ''`), poll(`document.activeElement === document.querySelector('li a')`))
		f.tell(`{"say":"change","logs":[` + row(stop) + `]}`)
	}
}

func (f *fake) told(path string) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.asked[path] > 0
}

func (f *fake) opened() int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return len(f.opens)
}
