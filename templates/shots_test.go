package templates

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"

	"livetail/internal/browser"
	"livetail/internal/wire"
)

// shot is one state of one page, to be looked at.
type shot struct {
	name, path string
	prepare    func(*fake)
	ready      string // true when the page shows what the picture is of
	act        string // script run before
	heavy      bool   // too much for axe, and made of nothing that others are not
}

func someLines(f *fake) {
	f.mark(wire.Marker{Kind: wire.MarkOpened, Name: "access.log", Bytes: 1234})
	var text strings.Builder
	for i := range 120 {
		fmt.Fprintf(&text, "2026-11-21T14:02:%02d.%03dZ INFO  GET /api/orders/%d 200 %dms request=%x\n", i%60, i*7%1000, 1000+i, i%40, i*7919)
	}
	f.write(wire.Backlog, text.String())
	f.mark(wire.Marker{Kind: wire.MarkLive})
	f.mark(wire.Marker{Kind: wire.MarkRotated, Name: "access.log", To: "access.log.1"})
	f.write(0, "first line of the new file\n")
	f.mark(wire.Marker{Kind: wire.MarkGap, Bytes: 14 << 20, Why: "the file was truncated at 14:02:11"})
	f.write(0, "\x1b[31mERROR\x1b[0m upstream timed out (110: Connection timed out) <script>alert(1)</script>\n"+
		"control \x00\x07\x1b[2J override \u202eevil\u202c invalid \xff\xfe tab\there\r\n"+
		"日本語 – Ελληνικά – emoji 🦊 – العربية\n"+strings.Repeat("long ", 2000)+"\n"+
		"2026-11-21T14:02:12Z  WARN  the last line that there is\n")
}

// richLines is what services write: JSON, logfmt, and traces of what went wrong.
func richLines(f *fake) {
	f.mark(wire.Marker{Kind: wire.MarkOpened, Name: "access.log", Bytes: 1234})
	var text strings.Builder
	for i := range 120 {
		switch at := fmt.Sprintf("2026-11-21T14:02:%02d.%03dZ", i%60, i*7%1000); i % 6 {
		case 0, 3:
			fmt.Fprintf(&text, `{"time":"%s","level":"%s","msg":"request done","http":{"method":"GET","path":"/api/orders/%d","status":%d},"took_ms":%d.50,"user":"ada","tags":["shop","eu"]}`+"\n",
				at, []string{"info", "warn"}[i/3%2], 1000+i, []int{200, 404}[i/3%2], i%40)
		case 1, 2, 4:
			fmt.Fprintf(&text, "ts=%s level=info msg=\"took an order\" order=%d queue=eu-%d worker=%x\n", at, 1000+i, i%3, i*7919)
		default:
			fmt.Fprintf(&text, "%s ERROR orders: cannot charge order %d\njava.lang.IllegalStateException: the bank says no\n", at, 1000+i)
			for n := range 12 {
				fmt.Fprintf(&text, "\tat org.example.shop.orders.Charge$Step%d.run(Charge.java:%d)\n", n, 40+n)
			}
			text.WriteString("Caused by: java.net.SocketTimeoutException: Read timed out\n\t... 14 more\n")
		}
	}
	f.write(wire.Backlog, text.String())
	f.mark(wire.Marker{Kind: wire.MarkLive})
}

// adminStops is what a page sees when somebody stopped its log: it asks, and is told why it may not.
const adminStops = `await fetch('/x/api/v1/stop/web-01/nginx/access.log', { method: 'POST', body: new URLSearchParams({ reason: 'disk work, back at 15:00' }) })
	while (!document.querySelector('#truth').textContent.startsWith('■ stopped by admin')) await new Promise(done => requestAnimationFrame(done));`

const richReady = `document.querySelector('#log').textContent.includes('1.50') || document.querySelector('#log').textContent.includes('order 1119')`

var shots = []shot{
	{name: "signin", path: "/signin", ready: `document.querySelector('#signin')`},
	{name: "signin-problem", path: "/signin?name=ada&problem=wrong+name+or+password", ready: `document.querySelector('#problem')`},
	{name: "signin-insecure", path: "/signin?insecure=livetail+is+to+be+opened+as+https://logs.example.org,+over+http+nobody+can+sign+in.", ready: `document.querySelector('.problem')`},
	{name: "problem", path: "/problem", ready: `document.querySelector('h1')`},
	{name: "list", path: "/", prepare: func(f *fake) { f.with(func() { f.list = someLogs }) }, ready: `document.querySelectorAll('li').length === 9`},
	{name: "list-notes", path: "/?admin", prepare: func(f *fake) { f.with(func() { f.list = manyUnread() }) }, ready: `document.querySelector('.notes summary')`, act: `document.querySelector('.notes summary').click(); document.querySelector('.notes details').scrollIntoView()`},
	{name: "list-filter", path: "/", prepare: func(f *fake) { f.with(func() { f.list = someLogs }) }, ready: `document.querySelectorAll('li').length === 9`,
		act: `const q = document.querySelector('#filter'); q.value = 'app'; q.dispatchEvent(new Event('input')); q.focus()`},
	{name: "list-empty", path: "/?admin", ready: `document.querySelector('#empty').textContent`},
	{name: "list-three", path: "/", prepare: func(f *fake) { list := fewLogs(); f.with(func() { f.list = list }) }, ready: `document.querySelectorAll('li').length === 3`},
	{name: "list-rate", path: "/?sort=rate", prepare: func(f *fake) { f.with(func() { f.list = someLogs }) }, ready: `document.querySelectorAll('li').length === 9`,
		act: `document.querySelector('li .pin').click(); document.querySelectorAll('li .pin')[3].click()`},
	{name: "list-many-rate", path: "/?sort=rate", heavy: true, prepare: func(f *fake) { list := manyLogs(); f.with(func() { f.list = list }) }, ready: `document.querySelectorAll('li').length === 3000`},
	{name: "list-keys", path: "/", prepare: func(f *fake) { f.with(func() { f.list = someLogs }) }, ready: `document.querySelectorAll('li').length === 9`,
		act: `document.querySelector('[popovertarget]').click()`},
	{name: "list-many", path: "/", heavy: true, prepare: func(f *fake) { list := manyLogs(); f.with(func() { f.list = list }) }, ready: `document.querySelectorAll('li').length === 3000`},
	{name: "list-away", path: "/", prepare: func(f *fake) {
		f.with(func() { f.status, f.refusal = 503, `{"error":"Redis is away","retry":2}` })
	}, ready: `document.querySelector('#truth').textContent.includes('Redis')`},
	{name: "viewer", path: "/log/web-01/nginx/access.log?group=nginx", prepare: someLines, ready: `document.querySelector('#log').textContent.includes('the last line')`},
	{name: "viewer-up", path: "/log/web-01/nginx/sites/a-rather-long-folder-name/another-one/access.log", prepare: someLines, ready: `document.querySelector('#log').textContent.includes('the last line')`,
		act: `document.querySelector('#log').scrollTop = 200`},
	{name: "viewer-past", path: "/log/web-01/nginx/access.log", prepare: longLog, ready: `document.querySelector('#log').textContent.includes('line 11999 ')`,
		act: `document.querySelector('#log').dispatchEvent(new KeyboardEvent('keydown', { key: 'Home', bubbles: true })); while (!document.querySelector('#log').textContent.includes('beginning of')) await new Promise(done => requestAnimationFrame(done))`},
	{name: "viewer-filter", path: "/log/web-01/nginx/access.log?q=line+11&level=error,warn&not=nothing&field=status%3D500", prepare: longLog, ready: `document.querySelector('.passes').textContent.includes(' of ')`},
	{name: "viewer-passed", path: "/log/web-01/nginx/access.log?q=order%5B+%3D%5D1%5Cd&as=r&mark=IllegalState", prepare: richLines, ready: richReady},
	{name: "viewer-ticks", path: "/log/web-01/nginx/access.log?find=bank", prepare: richLines, ready: `document.querySelector('.tick.error') && document.querySelector('.tick.hit')`},
	{name: "viewer-wrong", path: "/log/web-01/nginx/access.log?q=(&as=r", prepare: longLog, ready: `!document.querySelector('.wrong').hidden`},
	{name: "viewer-search", path: "/log/web-01/nginx/access.log?find=119", prepare: longLog, ready: `document.querySelector('[data-search=count]').textContent.endsWith(' lines')`,
		act: `document.querySelector('[data-search=before]').click(); while (!CSS.highlights.get('hit-current')?.size) await new Promise(done => requestAnimationFrame(done))`},
	{name: "viewer-hits", path: "/log/web-01/nginx/access.log?find=needle", prepare: func(f *fake) {
		f.write(0, burst(time.RFC3339))
		f.mark(wire.Marker{Kind: wire.MarkLive})
	}, ready: `document.querySelector('[data-search=count]').textContent === '1,237 lines'`, act: `document.querySelector('.parts button:nth-child(14)').click(); while (!CSS.highlights.get('hit-current')?.size) await new Promise(done => requestAnimationFrame(done))`},
	{name: "viewer-hits-of-bytes", path: "/log/web-01/nginx/access.log?find=needle", prepare: func(f *fake) {
		f.write(0, burst("no time"+strings.Repeat(" at all", 40)))
		f.mark(wire.Marker{Kind: wire.MarkLive})
	}, ready: `document.querySelector('[data-search=count]').textContent === '1,237 lines'`},
	{name: "viewer-time", path: "/log/web-01/nginx/access.log", prepare: longLog, ready: `document.querySelector('#log').textContent.includes('line 11999 ')`, act: `document.querySelector('[data-part=go-to-time]').click()`},
	{name: "viewer-split", path: "/log/web-01/nginx/access.log?with=web-01/nginx/error.log&with=db-01/slow.log", prepare: someLines, ready: `document.querySelectorAll('.pane').length === 3 && document.querySelector('#log').textContent.includes('the last line')`},
	{name: "viewer-rail", path: "/log/web-01/nginx/access.log", prepare: func(f *fake) { someLines(f); f.with(func() { f.list = someLogs }) }, ready: `document.querySelector('#log').textContent.includes('the last line')`,
		act: `document.querySelector('[data-part=rail-button]').click(); while (document.querySelectorAll('.rail a').length < 9) await new Promise(done => requestAnimationFrame(done))`},
	{name: "viewer-fields", path: "/log/web-01/nginx/access.log", prepare: richLines, ready: richReady, act: `const log = document.querySelector('#log'), press = key => log.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true }))
		while (!document.querySelector('.row.at')?.textContent.startsWith('{')) { press('k'); await new Promise(done => requestAnimationFrame(done)) }
		press('Enter')`},
	{name: "viewer-folds", path: "/log/web-01/nginx/access.log", prepare: richLines, ready: richReady, act: `const buttons = document.querySelectorAll('.more-lines'); buttons[buttons.length - 2].click()`},
	{name: "viewer-colours", path: "/log/web-01/nginx/access.log?mark=order&mark=bank&mark=&mark=eu-1&mark=ada&mark=14:02", prepare: richLines, ready: richReady, act: `document.querySelector('[data-part=highlight-button]').click()`},
	{name: "viewer-columns", path: "/log/web-01/nginx/access.log?column=level&column=msg&column=order&column=http.path", prepare: richLines, ready: richReady, act: `const log = document.querySelector('#log'); log.dispatchEvent(new KeyboardEvent('keydown', { key: 'T', bubbles: true }))`},
	{name: "viewer-columns-only", path: "/log/web-01/nginx/access.log?column=level&column=msg&column=order&column=http.path&only=columns", prepare: richLines, ready: richReady},
	{name: "viewer-columns-found", path: "/log/web-01/nginx/access.log?column=level&column=msg&column=order&only=columns&find=7", prepare: richLines, ready: `document.querySelector('.found')`},
	{name: "viewer-waiting", path: "/log/web-01/nginx/access.log", prepare: func(f *fake) { f.with(func() { f.state = "waiting" }) }, ready: `document.querySelector('#truth').textContent.includes('no worker')`},
	{name: "viewer-away", path: "/log/web-01/nginx/access.log", prepare: func(f *fake) {
		f.with(func() { f.state, f.entry["host_state"], f.entry["away_ms"] = "waiting", "away", 5_400_000 })
	}, ready: `document.querySelector('#nothing').textContent.includes('is away since')`},
	{name: "viewer-empty", path: "/log/web-01/nginx/access.log", prepare: func(f *fake) {
		f.with(func() { f.entry["size"], f.entry["age_ms"] = 0, -1 })
		f.mark(wire.Marker{Kind: wire.MarkOpened, Name: "access.log"})
		f.mark(wire.Marker{Kind: wire.MarkLive})
	}, ready: `document.querySelector('#nothing').textContent.includes('no lines yet')`},
	{name: "viewer-old", path: "/log/web-01/nginx/access.log", prepare: func(f *fake) { someLines(f); f.with(func() { f.version = "newer" }) }, ready: `document.querySelector('#hint').textContent.includes('updated') && document.querySelector('#log').textContent.includes('the last line')`},
	{name: "viewer-ended", path: "/log/web-01/nginx/access.log", prepare: someLines, ready: `document.querySelector('#log').textContent.includes('the last line')`,
		act: `const real = fetch; window.fetch = (url, options) => String(url).includes('/api/v1/log/') ? Promise.resolve(new Response('{"error":"signed out"}', { status: 401 })) : real(url, options)
			document.querySelector('#stop').click(); document.querySelector('#stop').click(); while (!document.querySelector('#truth a')) await new Promise(done => requestAnimationFrame(done))`},
	{name: "viewer-four", path: "/log/web-01/nginx/access.log?with=web-01/nginx/error.log&with=db-01/slow.log&with=web-01/app/orders.log", prepare: richLines, ready: `document.querySelectorAll('.pane').length === 4 && [...document.querySelectorAll('.pane .log')].every(log => log.textContent.includes('order 1119'))`},
	{name: "viewer-missing", path: "/log/web-01/nginx/access.log", prepare: func(f *fake) { f.mark(wire.Marker{Kind: wire.MarkWaiting, Name: "nginx/access.log"}) },
		ready: `document.querySelector('#truth').textContent.includes('to appear')`},
	{name: "viewer-whole", path: "/log/web-01/nginx/access.log", prepare: someLines, ready: `document.querySelector('.all')`, act: `document.querySelector('.all').click()`},
	{name: "viewer-taking", path: "/log/web-01/nginx/access.log", prepare: longLog, ready: `document.querySelector('#log').textContent.includes('line 11999 ')`,
		act: `const log = document.querySelector('#log'); log.focus(); for (const key of ['k', 'K', 'K', 'K']) log.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true })); while (document.querySelector('.taking').hidden) await new Promise(done => requestAnimationFrame(done))`},
	{name: "viewer-keys", path: "/log/web-01/nginx/access.log", prepare: someLines, ready: `document.querySelector('#log').textContent.includes('the last line')`, act: `document.querySelector('[data-part="keys-button"]').click()`},
	{name: "viewer-palette", path: "/log/web-01/nginx/access.log", prepare: func(f *fake) { someLines(f); f.with(func() { f.list = someLogs }) }, ready: `document.querySelector('#log').textContent.includes('the last line')`,
		act: `dispatchEvent(new KeyboardEvent('keydown', { key: 'k', ctrlKey: true })); while (document.querySelectorAll('#palette li').length < 9) await new Promise(done => requestAnimationFrame(done))`},
	{name: "viewer-commands", path: "/log/web-01/nginx/access.log?admin", prepare: func(f *fake) { someLines(f); f.with(func() { f.list = someLogs }) }, ready: `document.querySelector('#log').textContent.includes('the last line')`,
		act: `dispatchEvent(new KeyboardEvent('keydown', { key: 'k', ctrlKey: true })); while (document.querySelectorAll('#palette .name').length < 9) await new Promise(done => requestAnimationFrame(done))
			const text = document.querySelector('#palette input'); text.value = 'l'; text.dispatchEvent(new Event('input')); for (let n = 0; n < 12; n++) text.dispatchEvent(new KeyboardEvent('keydown', { key: 'ArrowDown', bubbles: true }))`},
	{name: "viewer-menu", path: "/log/web-01/nginx/access.log", prepare: someLines, ready: `document.querySelector('#log').textContent.includes('the last line')`, act: `document.querySelector('[data-part=menu-button]').click()`},
	{name: "viewer-out", path: "/log/web-01/nginx/access.log", prepare: func(f *fake) { f.with(func() { f.signedOut = true }) }, ready: `document.querySelector('#truth a')`},
	{name: "viewer-stopped", path: "/log/web-01/nginx/access.log", prepare: someLines, ready: `document.querySelector('#log').textContent.includes('the last line')`, act: adminStops},
	{name: "viewer-stopping", path: "/log/web-01/nginx/access.log?admin", prepare: someLines, ready: `document.querySelector('#log').textContent.includes('the last line')`,
		act: `document.querySelector('[data-part=menu-button]').click(); document.querySelector('[data-part=stopping-button]').click(); while (document.querySelector('[data-part=stopping]').hidden) await new Promise(done => requestAnimationFrame(done))`},
	{name: "viewer-letgo", path: "/log/web-01/nginx/access.log?admin", prepare: someLines, ready: `document.querySelector('#log').textContent.includes('the last line')`,
		act: adminStops + `document.querySelector('[data-part=stopping-button]').click(); while (document.querySelector('[data-stopping=letgo]').offsetWidth === 0) await new Promise(done => requestAnimationFrame(done))`},
	{name: "list-stopped", path: "/?admin", prepare: func(f *fake) {
		list := strings.Replace(fewLogs(), `"state":"ok"`, `"state":"stopped","why":"stopped by admin: \"disk work, back at 15:00\"","stop":{"by":"root","age_ms":750000}`, 1)
		list = strings.Replace(list, `"state":"ok"`, `"state":"stopped","why":"stopped by admin: \"the old disk is read for the last time, and then taken out; ask the people of the storage team\"","stop":{"by":"root","age_ms":260000000,"left":true}`, 1)
		f.with(func() { f.list = list })
	}, ready: `document.querySelectorAll('li').length === 3 && document.body.textContent.includes('disk work')`},
	{name: "viewer-gone", path: "/log/web-01/nginx/access.log", prepare: func(f *fake) { f.with(func() { f.status, f.refusal = 404, `{"error":"no such log for you"}` }) },
		ready: `document.querySelector('#truth').classList.contains('over')`},
}

// show opens a page in its state.
func (s *shot) show(t *testing.T, root context.Context) context.Context {
	t.Helper()
	f := newFake(t, "/x")
	if s.prepare != nil {
		s.prepare(f)
	}
	ctx := browser.Tab(t, root)
	do(t, ctx, chromedp.EmulateViewport(1280, 720), chromedp.Navigate(f.URL+"/x"+s.path), poll(s.ready), twoFrames)
	if s.act != "" {
		do(t, ctx, run(s.act))
	}
	return ctx
}

// TestShots shows every page in its states, light and dark, wide and narrow: none may complain, lose its way in 320 px or
// scroll sideways. With LIVETAIL_SHOTS set, the pictures stay there to be looked at.
func TestShots(t *testing.T) {
	dir := os.Getenv("LIVETAIL_SHOTS")
	if dir == "" {
		dir = t.TempDir()
	}
	root := browser.New(t)
	for _, s := range shots {
		t.Run(s.name, func(t *testing.T) {
			ctx := s.show(t, root)
			for _, look := range []struct {
				scheme        string
				width, height int64
			}{{"light", 1280, 720}, {"dark", 1280, 720}, {"light", 390, 700}, {"dark", 390, 700}, {"light", 320, 560}, {"light", 640, 360}, {"dark", 2560, 1440}} {
				if look.width > 2000 && !strings.HasPrefix(s.name, "list") {
					continue // only the list is for walls
				}
				do(t, ctx, chromedp.EmulateViewport(look.width, look.height), scheme(look.scheme), twoFrames)
				if wide := value[float64](t, ctx, `document.documentElement.scrollWidth - innerWidth`); wide > 0 {
					t.Errorf("at %d px the page is %v px too wide", look.width, wide)
				}
				picture, err := browser.Run(ctx, quickPicture)
				if err != nil {
					t.Fatal(err)
				}
				name := fmt.Sprintf("%s-%s-%d.png", s.name, look.scheme, look.width)
				if err := os.WriteFile(filepath.Join(dir, name), picture, 0o644); err != nil {
					t.Fatal(err)
				}
			}
		})
	}
}

// quickPicture is a screenshot that is packed quickly, not small.
var quickPicture = chromedp.Action[[]byte](func(ctx context.Context, tab *chromedp.Target) ([]byte, error) {
	quick, surface := true, true
	picture, err := cdp.Call(ctx, tab, page.CaptureScreenshot, page.CaptureScreenshotParams{OptimizeForSpeed: &quick, FromSurface: &surface})
	return picture.Data, err
})

// twoFrames waits until what was changed has been painted.
var twoFrames = run(`await new Promise(done => requestAnimationFrame(() => requestAnimationFrame(() => done())))`)

func do(t *testing.T, ctx context.Context, steps ...chromedp.Action[chromedp.Void]) {
	t.Helper()
	if err := browser.Do(ctx, steps...); err != nil {
		t.Fatal(err)
	}
}

func value[T any](t *testing.T, ctx context.Context, expression string) T {
	t.Helper()
	v, err := browser.Run(ctx, chromedp.Evaluate[T](expression, chromedp.EvalAwaitPromise))
	if err != nil {
		t.Fatalf("%s: %v", expression, err)
	}
	return v
}

// run runs a script and waits for its promise, if it is one.
func run(script string) chromedp.Action[chromedp.Void] {
	return chromedp.Func(func(ctx context.Context, _ *chromedp.Target) error {
		_, err := browser.Run(ctx, chromedp.Evaluate[bool](`(async () => { await (async () => {`+script+`})(); return true })()`, chromedp.EvalAwaitPromise))
		return err
	})
}

// patience is for what never comes. It is shorter than the half minute after which a page that is signed out asks by itself:
// what is to happen at once must not pass because of that.
const patience = 25 * time.Second

// poll waits until an expression is true, through whatever pages come meanwhile.
func poll(expression string) chromedp.Action[chromedp.Void] {
	return chromedp.Func(func(ctx context.Context, _ *chromedp.Target) error {
		for deadline := time.Now().Add(patience); ; time.Sleep(10 * time.Millisecond) {
			ok, err := browser.Run(ctx, chromedp.Evaluate[bool](`!!(`+expression+`)`))
			if ok {
				return nil
			}
			if time.Now().After(deadline) {
				shown, _ := browser.Run(ctx, chromedp.Evaluate[string](`location.href + '\n' + document.body.innerText`))
				return fmt.Errorf("waited in vain until %s (%v); the page shows\n%.3000s", expression, err, shown)
			}
		}
	})
}

func scheme(name string) chromedp.Action[chromedp.Void] {
	return media("prefers-color-scheme", name)
}

func media(feature, value string) chromedp.Action[chromedp.Void] {
	return chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		_, err := cdp.Call(ctx, t, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
			Features: []*emulation.MediaFeature{{Name: feature, Value: value}},
		})
		return err
	})
}
