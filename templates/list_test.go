package templates

import (
	"regexp"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"livetail/internal/browser"
)

const sumText = `document.querySelector('#sum').textContent`

func TestList(t *testing.T) {
	root := browser.New(t)
	t.Run("says what is", func(t *testing.T) {
		f := newFake(t, "/x")
		f.with(func() { f.list = someLogs })
		ctx := browser.Tab(t, root)
		do(t, ctx, chromedp.EmulateViewport(1000, 700), chromedp.Navigate(f.URL+"/x/"), poll(sumText+` === '9 logs'`), poll(listText+`.includes('usually')`))
		got := strings.Join(strings.Fields(value[string](t, ctx, `document.querySelector('#list').innerText`)), " ")
		got = regexp.MustCompile(`\d+ s ago`).ReplaceAllString(got, "seconds ago") // it goes on while the test looks
		for _, want := range []string{
			"db-01 is away since", "db-01 / postgres", "web-01 / nginx", "orders.log 513 B/s seconds ago 897 KB 2.1 GB free on its disk (2 %)", "silent for 14 h 71 KB usually 2.1 KB/s",
			"next.log not there yet", "24 errors/min 420 lines/s · 2 watching", "slow.log host away 3.2 MB", "× auth.log permission denied", "12 files that are not text are left out × auth.log",
		} {
			if !strings.Contains(strings.ReplaceAll(got, "\n", " "), want) {
				t.Errorf("%q is not said in %q", want, got)
			}
		}
		// Which files these are is folded away below the words.
		const more = `document.querySelector('.notes details p')`
		do(t, ctx, poll(`!`+more+`.checkVisibility({ contentVisibilityAuto: true })`), chromedp.Click(`.notes summary`), poll(more+`.innerText === 'wtmp, shot.png, core\\u202e.db, and 9 more'`))
		if href := value[string](t, ctx, `document.querySelector('li a').getAttribute('href')`); href != "/x/log/db-01/postgres/slow.log" {
			t.Errorf("the first log leads to %q", href)
		}
	})
	t.Run("an empty log has no line that could be old", func(t *testing.T) {
		f := newFake(t, "/x")
		f.with(func() {
			f.list = `{"hosts":[],"logs":[{"host":"a","id":"m","name":"m","group":"g","size":0,"age_ms":240000,"rate":0,"state":"ok","tails":0},{"host":"a","id":"n","name":"n","group":"g","size":0,"age_ms":1000,"rate":0,"state":"ok","tails":0},{"host":"a","id":"unit","name":"unit","group":"g","size":0,"age_ms":-1,"rate":0,"state":"ok","tails":0}]}`
		})
		ctx := browser.Tab(t, root)
		do(t, ctx, chromedp.EmulateViewport(1000, 700), chromedp.Navigate(f.URL+"/x/"), poll(sumText+` === '3 logs'`), poll(`[...document.querySelectorAll('li .age')].map(age => age.textContent.replace(/\d+ s/, 's')).join('|') === 'empty, 4 min ago|empty, s ago|'`))
		if kinds := value[string](t, ctx, `[...document.querySelectorAll('li')].map(row => row.dataset.kind).join()`); kinds != "quiet,quiet,quiet" {
			t.Errorf("they look as %s", kinds)
		}
	})
	t.Run("filters at once, and goes by keys", func(t *testing.T) {
		f := newFake(t, "/x")
		list := manyLogs()
		f.with(func() { f.list = list })
		ctx := browser.Tab(t, root)
		do(t, ctx, chromedp.EmulateViewport(1000, 700), chromedp.Navigate(f.URL+"/x/"), poll(sumText+` === '3,000 logs'`))
		// Nothing has the focus, and the first letter is not lost.
		do(t, ctx, press("a"), press("p"), chromedp.KeyEvent("p-299"), poll(`document.activeElement.id === 'filter'`), poll(sumText+` === '11 of 3,000 logs'`))
		// Words may be of the host, the group and the name, in any order.
		do(t, ctx, typed("299 g5 WEB-09"), poll(sumText+` === '10 of 3,000 logs'`), typed("app-299"), poll(sumText+` === '11 of 3,000 logs'`))
		if n := value[int](t, ctx, `[...document.querySelectorAll('section')].filter(s => s.checkVisibility()).length`); n > 8 {
			t.Errorf("%d groups are shown for 11 logs", n)
		}
		do(t, ctx, chromedp.KeyEvent(kb.ArrowDown), chromedp.KeyEvent(kb.ArrowDown))
		first := value[string](t, ctx, `document.activeElement.textContent`)
		do(t, ctx, chromedp.KeyEvent(kb.ArrowUp), poll(`document.activeElement.textContent !== `+quote(first)), chromedp.KeyEvent(kb.ArrowUp), poll(`document.activeElement.id === 'filter'`))
		do(t, ctx, chromedp.KeyEvent(kb.Escape), poll(sumText+` === '3,000 logs'`), chromedp.KeyEvent("nothing like it"), poll(`document.querySelector('#empty').textContent.includes('nothing like it')`))
		do(t, ctx, chromedp.KeyEvent(kb.Escape), poll(`location.search === ''`), chromedp.KeyEvent("app-2999"), poll(`location.search === '?q=app-2999'`), chromedp.KeyEvent(kb.Enter), poll(`location.pathname === '/x/log/web-09/g5/app-2999.log'`))
	})
	t.Run("changes words in place, and no order under the pointer", func(t *testing.T) {
		f := newFake(t, "/x")
		log := func(id, age string) string {
			return `{"host":"a","id":"` + id + `","name":"` + id + `","group":"g","size":1,"age_ms":` + age + `,"rate":0,"state":"ok","tails":0}`
		}
		set := func(logs ...string) {
			f.with(func() { f.list = `{"hosts":[],"logs":[` + strings.Join(logs, ",") + `]}` })
		}
		set(log("m", "1000"), log("z", "1000"))
		ctx := browser.Tab(t, root)
		do(t, ctx, chromedp.EmulateViewport(1000, 700), chromedp.Navigate(f.URL+"/x/"), poll(sumText+` === '2 logs'`))
		do(t, ctx, run(`window.row = document.querySelector('li'); window.node = row.querySelector('.name').firstChild`))
		do(t, ctx, chromedp.MouseEvent(chromedp.MouseMoved, 100, 80), poll(`document.querySelector('#list').matches(':hover')`))
		set(log("m", "5000"), log("b", "1000"))
		do(t, ctx, poll(`row.innerText.includes('5 s ago')`), poll(`!document.querySelector('#changes').hidden`))
		if got := value[string](t, ctx, names); got != "m z" {
			t.Errorf("under the pointer the list became %q", got)
		}
		// Of one that went nothing is said that was true before.
		if got := strings.Join(strings.Fields(value[string](t, ctx, `document.querySelectorAll('li')[1].innerText`)), " "); got != "◌ z no longer announced ☆" {
			t.Errorf("the log that went says %q", got)
		}
		do(t, ctx, chromedp.MouseEvent(chromedp.MouseMoved, 100, 5), poll(names+` === 'b m'`))
		if !value[bool](t, ctx, `document.querySelectorAll('li')[1] === row && row.querySelector('.name').firstChild === node`) {
			t.Error("a row that stayed was made anew")
		}
	})
	t.Run("no answer, then one", func(t *testing.T) {
		f := newFake(t, "/x")
		f.with(func() { f.status, f.refusal = 503, `{"error":"Redis is away","retry":1}` })
		ctx := browser.Tab(t, root)
		do(t, ctx, chromedp.Navigate(f.URL+"/x/"), poll(truth+`.startsWith('◌ Redis is away; trying again in ')`), poll(sumText+` === ''`)) // how many logs there are is not known
		f.with(func() { f.status, f.list = 0, someLogs })
		do(t, ctx, poll(sumText+` === '9 logs'`), poll(truth+` === '● up to date'`))
		f.with(func() { f.status, f.refusal = 500, "no JSON" })
		do(t, ctx, poll(truth+`.includes('does not answer; trying again')`), poll(sumText+` === '9 logs'`))
	})
	t.Run("signed out leads to sign-in and back", func(t *testing.T) {
		f := newFake(t, "/x")
		f.with(func() { f.signedOut = true })
		ctx := browser.Tab(t, root)
		do(t, ctx, chromedp.Navigate(f.URL+"/x/"), poll(`location.pathname === '/x/signin'`))
		if got := value[string](t, ctx, `document.querySelector('[name=next]').value`); got != "/x/" {
			t.Errorf("it comes back to %q", got)
		}
	})
	t.Run("says what to do when there is nothing", func(t *testing.T) {
		f := newFake(t, "/x")
		ctx := browser.Tab(t, root)
		do(t, ctx, chromedp.Navigate(f.URL+"/x/?admin"), poll(`document.querySelector('#empty').innerText.includes('configuration of a worker')`))
		do(t, ctx, chromedp.Navigate(f.URL+"/x/"), poll(`document.querySelector('#empty').innerText.includes('An administrator')`))
	})
}

const listText = `document.querySelector('#list').innerText`

const names = `[...document.querySelectorAll('.name')].map(n => n.textContent).join(' ')`

// TestSignInLink: the secret is posted, and gone from the address.
func TestSignInLink(t *testing.T) {
	f := newFake(t, "/x")
	ctx := browser.New(t)
	// The page goes on before it is loaded, which Navigate takes for a failure.
	_ = browser.Do(ctx, chromedp.Navigate(f.URL+"/x/signin?next=/x/log/a/b#link=s3cr-et_"))
	do(t, ctx, poll(`document.querySelector('h1').textContent === 'posted'`))
	if got := value[string](t, ctx, `document.querySelector('p:not(.number)').textContent`); got != "s3cr-et_ /x/log/a/b" {
		t.Errorf("posted %q", got)
	}
	history, err := browser.Run(ctx, chromedp.NavigationEntries())
	if err != nil {
		t.Fatal(err)
	}
	for _, entry := range history.Entries {
		if strings.Contains(entry.URL+entry.UserTypedURL, "s3cr") {
			t.Errorf("the browser remembers %q", entry.URL)
		}
	}
}

func quote(s string) string { return "`" + s + "`" }
