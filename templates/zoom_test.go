package templates

import (
	"slices"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"livetail/internal/browser"
)

// controls is what can be pressed or written into, and words that stand alone; not what is in a line, or above the page until Escape.
const controls = `[...document.querySelectorAll('button, a[href], input:not([type=hidden]), select, .truth, .what, .passes, .hint, .number, h1, h2, output, [role=scrollbar]')].filter(e => e.checkVisibility() && e.getBoundingClientRect().width > 0 && !e.closest('[popover], #log, .unseen'))`

// controlName is how they are told apart.
const controlName = `((e) => e.dataset.part ?? e.dataset.filter ?? e.dataset.level ?? e.dataset.search ?? e.dataset.taking ?? e.dataset.rail ?? (e.ariaLabel || e.name || e.textContent))`

// misplaced is what lies beyond the page, below something else or on it, and whether the page can be moved sideways.
const misplaced = `(() => {
	const bad = [], name = ` + controlName + `
	const all = ` + controls + `
	const boxes = all.map(e => { if (getComputedStyle(document.body).overflowY !== 'hidden') e.scrollIntoView({ block: 'center', behavior: 'instant' })
		const { left, right, top, bottom } = e.getBoundingClientRect()
		if (left < -0.5 || right > innerWidth + 0.5 || top < -0.5 || bottom > innerHeight + 0.5) bad.push(name(e) + ' lies beyond the page: ' + [left, right, top, bottom])
		const over = document.elementFromPoint((left + right) / 2, (top + bottom) / 2)
		if (e.matches('button, a, input, select') && !e.contains(over)) bad.push(name(e) + ' lies below ' + over?.outerHTML.slice(0, 80))
		return { left: left + scrollX, right: right + scrollX, top: top + scrollY, bottom: bottom + scrollY } })
	boxes.forEach((a, i) => boxes.forEach((b, j) => { if (i < j && !all[i].contains(all[j]) && !all[j].contains(all[i]) && Math.min(a.right, b.right) - Math.max(a.left, b.left) > 1 && Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top) > 1) bad.push(name(all[i]) + ' and ' + name(all[j]) + ' lie on each other') }))
	scrollBy(100, 0)
	if (scrollX !== 0 || document.documentElement.scrollWidth > innerWidth) bad.push('the page is ' + document.documentElement.scrollWidth + ' px wide')
	return bad
})()`

// instead is what is pressed where there is no room for another.
var instead = map[string]string{"keys-button": "keys", "zone": "times"}

// TestTwiceTheSize: at 200 % on a laptop all that is there at 100 % can be reached, nothing lies on something else, and no page moves
// sideways, in whatever state it is.
func TestTwiceTheSize(t *testing.T) {
	root := browser.New(t)
	f := newFake(t, "/x")
	longLog(f)
	f.with(func() { f.list = someLogs })
	const menu = `[data-part="menu-button"]`
	log := "/log/web-01/nginx/access.log"
	twice := chromedp.EmulateViewport(640, 360, chromedp.EmulateScale(2))
	opened := func(name string) chromedp.Action[chromedp.Void] {
		return poll(`document.querySelector('[data-part=` + name + `]').checkVisibility()`)
	}
	type steps = []chromedp.Action[chromedp.Void]
	for name, c := range map[string]struct {
		path  string
		ready string
		do    steps
	}{
		"log":           {log, logText + `.includes('line 11999 ')`, nil},
		"log, reading":  {log, logText + `.includes('line 11999 ')`, steps{chromedp.KeyEvent(kb.Home), poll(more)}},
		"log, filtered": {log + "?q=no+such+line&level=error&mark=line&field=status%3D500", passes + `.startsWith('0 of')`, nil},
		"log, menu":     {log, logText + `.includes('line 11999 ')`, steps{chromedp.Click(menu)}},
		"log, search":   {log, logText + `.includes('line 11999 ')`, steps{chromedp.KeyEvent("f", chromedp.KeyModifiers(kb.ModifierCtrl)), opened("search"), typed("9 of it"), poll(`document.querySelector('[data-search=count]').textContent === '1,200 lines'`)}},
		"log, time":     {log, logText + `.includes('line 11999 ')`, steps{chromedp.KeyEvent("t"), opened("time"), typed("noon"), chromedp.KeyEvent(kb.Enter), poll(`document.querySelector('[data-part=time] output').textContent.startsWith('not a time')`)}},
		"log, colour":   {log, logText + `.includes('line 11999 ')`, steps{chromedp.KeyEvent("h"), opened("highlight")}},
		"log, picked":   {log, logText + `.includes('line 11999 ')`, steps{press("k"), press("K"), poll(strip)}},
		"log, stopping": {log + "?admin", logText + `.includes('line 11999 ')`, steps{chromedp.Click(menu), chromedp.Click(`[data-part=stopping-button]`), opened("stopping")}},
		"list":          {"/", sumText + ` === '9 logs'`, nil},
		"signin":        {"/signin", `document.querySelector('#signin')`, nil},
		"problem":       {"/problem", `document.querySelector('h1')`, nil},
	} {
		t.Run(name, func(t *testing.T) {
			ctx := browser.Tab(t, root)
			do(t, ctx, twice, chromedp.Navigate(f.URL+"/x"+c.path), poll(c.ready), twoFrames)
			do(t, ctx, c.do...)
			do(t, ctx, twoFrames)
			for _, what := range value[[]string](t, ctx, misplaced) {
				t.Error(what)
			}
		})
	}
	t.Run("all is there", func(t *testing.T) {
		ctx := browser.Tab(t, root)
		pressed := `(` + controls + `).filter(e => e.matches('button, a, input, select')).map(` + controlName + `)`
		do(t, ctx, chromedp.EmulateViewport(1280, 720), chromedp.Navigate(f.URL+"/x"+log), poll(logText+`.includes('line 11999 ')`), chromedp.Click(menu))
		all := value[[]string](t, ctx, pressed)
		do(t, ctx, twice, twoFrames)
		here := value[[]string](t, ctx, pressed)
		do(t, ctx, chromedp.Click(menu), twoFrames)
		here = append(here, value[[]string](t, ctx, pressed)...)
		if len(all) < 25 {
			t.Errorf("at 100 %% there are only %q", all)
		}
		for _, one := range all {
			if !slices.Contains(here, one) && !slices.Contains(here, instead[one]) {
				t.Errorf("%s cannot be reached", one)
			}
		}
	})
}
