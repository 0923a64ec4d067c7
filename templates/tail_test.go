package templates

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/coder/websocket"

	"livetail/internal/browser"
	"livetail/internal/wire"
)

// rig opens a tail in a page of its own; more is said to it in its address.
func rig(t *testing.T, root context.Context, f *fake, more string) context.Context {
	t.Helper()
	ctx := browser.Tab(t, root)
	do(t, ctx, chromedp.Navigate(f.URL+"/x/jstest/run?module=rig.js"+more), poll(`window.rig`), run(`rig.tail.start()`))
	return ctx
}

// shortSilence is for who waits for the end of one.
const shortSilence = "&silence=3000"

// TestTail drives the connection through all that may happen to it. Whatever happens, no line may be missing or come twice.
func TestTail(t *testing.T) {
	root := browser.New(t)
	each := map[string]func(*testing.T, *fake, func() context.Context){
		"goes on exactly after every kind of cut": func(t *testing.T, f *fake, open func() context.Context) {
			var want strings.Builder
			for i := range 60 {
				fmt.Fprintf(&want, "line %d\n", i)
			}
			f.with(func() { f.dropAfter = 15 })
			for i := range 60 {
				f.write(0, fmt.Sprintf("line %d\n", i))
			}
			ctx := open()
			wantLines(t, ctx, strings.TrimSuffix(want.String(), "\n"))
			f.mu.Lock()
			defer f.mu.Unlock()
			if len(f.opens) < 4 || f.opens[0].From != "" || f.opens[0].Replaces != "" || f.opens[3].Replaces != "tail-3" {
				t.Errorf("opened with %+v", f.opens)
			}
		},
		"a line in parts survives a cut": func(t *testing.T, f *fake, open func() context.Context) {
			f.with(func() { f.dropAfter = 1 })
			f.write(wire.Open, "begin")
			f.write(wire.Cont|wire.Open, " middle")
			f.write(wire.Cont, " end\nnext\n")
			wantLines(t, open(), "begin middle end\nnext")
		},
		"the server restarts": func(t *testing.T, f *fake, open func() context.Context) {
			f.write(0, "one\n")
			ctx := open()
			wantLines(t, ctx, "one")
			f.cut(websocket.StatusServiceRestart, "the server restarts")
			f.write(0, "two\n")
			wantLines(t, ctx, "one\ntwo")
			if wait := value[float64](t, ctx, `rig.saw('retry').wait`); wait > 1000 {
				t.Errorf("waited %v ms, want less than a second", wait)
			}
		},
		"an error of the server": func(t *testing.T, f *fake, open func() context.Context) {
			f.write(0, "one\n")
			ctx := open()
			wantLines(t, ctx, "one")
			f.cut(websocket.StatusInternalError, "failed")
			f.write(0, "two\n")
			wantLines(t, ctx, "one\ntwo")
		},
		"too slow": func(t *testing.T, f *fake, open func() context.Context) {
			f.write(0, "one\n")
			ctx := open()
			wantLines(t, ctx, "one")
			f.cut(4009, "this page was too slow")
			f.write(0, "two\n")
			wantLines(t, ctx, "one\ntwo")
		},
		"a limit, and too many messages: later": func(t *testing.T, f *fake, open func() context.Context) {
			ctx := open()
			for _, code := range []websocket.StatusCode{4029, 4008} {
				do(t, ctx, poll(`rig.tail.state.kind === 'following'`))
				f.cut(code, "at most 5 tails for one user")
				do(t, ctx, poll(`rig.tail.state.kind === 'retry'`))
				if wait := value[float64](t, ctx, `rig.saw('retry').wait`); wait < 9000 || wait > 10_000 {
					t.Errorf("%d: waits %v ms, want ten seconds", code, wait)
				}
				if words := value[string](t, ctx, `rig.saw('retry').words`); words != "at most 5 tails for one user" {
					t.Errorf("%d: says %q", code, words)
				}
				do(t, ctx, run(`rig.tail.nudge()`))
			}
		},
		"not to come back": func(t *testing.T, f *fake, open func() context.Context) {
			ctx := open()
			for i, code := range []websocket.StatusCode{4000, 4004, 1009, 1000} {
				do(t, ctx, poll(`rig.tail.state.kind === 'following'`))
				f.cut(code, "because")
				do(t, ctx, poll(`rig.tail.state.kind === 'over'`))
				if words := value[string](t, ctx, `rig.tail.state.words`); words != "because" {
					t.Errorf("%d: says %q", code, words)
				}
				do(t, ctx, run(`rig.tail.nudge()`))
				if n := value[int](t, ctx, `rig.states.length`); value[string](t, ctx, `rig.tail.state.kind`) != "over" {
					t.Errorf("%d: came back by itself, %d states", code, n)
				}
				f.mu.Lock()
				if len(f.opens) != i+1 {
					t.Errorf("%d: %d sockets", code, len(f.opens))
				}
				f.mu.Unlock()
				do(t, ctx, run(`rig.tail.start()`)) // the reader may ask again
			}
		},
		"a position that could not be used is said": func(t *testing.T, f *fake, open func() context.Context) {
			f.with(func() { f.edge = "it is of another log" })
			f.write(0, "one\n")
			ctx := open()
			wantLines(t, ctx, "edge\none")
		},
		"signed out, and in again": func(t *testing.T, f *fake, open func() context.Context) {
			f.write(0, "one\n")
			ctx := open()
			wantLines(t, ctx, "one")
			f.with(func() { f.signedOut = true })
			f.cut(4001, "signed out")
			do(t, ctx, poll(`rig.tail.state.kind === 'signedout'`))
			f.write(0, "two\n")
			f.with(func() { clear(f.asked) })
			f.until("the page has asked twice whether it is signed in", func() bool { return f.asked["/api/v1/log/web-01/app.log"] >= 2 })
			if got := value[string](t, ctx, `rig.all()`); got != "one" {
				t.Errorf("signed out it has %q", got)
			}
			f.with(func() { f.signedOut = false })
			wantLines(t, ctx, "one\ntwo")
		},
		"signed out, who signs in in another tab does not wait": func(t *testing.T, f *fake, open func() context.Context) {
			f.write(0, "one\n")
			f.with(func() { f.signedOut = true })
			ctx := browser.Tab(t, root)
			do(t, ctx, chromedp.Navigate(f.URL+"/x/jstest/run?module=rig.js&signedout=3600000"), poll(`window.rig`), run(`rig.tail.start()`), poll(`rig.tail.state.kind === 'signedout'`))
			f.with(func() { f.signedOut = false })
			do(t, ctx, run(`rig.tail.nudge()`))
			wantLines(t, ctx, "one")
		},
		"silence is a lost connection": func(t *testing.T, f *fake, open func() context.Context) {
			f.with(func() { f.mute = true })
			f.write(0, "one\n")
			ctx := rig(t, root, f, shortSilence)
			wantLines(t, ctx, "one")
			f.until("the page has opened another socket", func() bool { return len(f.opens) == 2 })
			f.with(func() { f.mute = false })
			f.write(0, "two\n")
			wantLines(t, ctx, "one\ntwo")
		},
		"nonsense": func(t *testing.T, f *fake, open func() context.Context) {
			f.with(func() { f.frames = append(f.frames, wire.Frame{Kind: wire.Mark, Payload: []byte("{")}) })
			ctx := open()
			do(t, ctx, poll(`rig.tail.state.kind === 'over' && rig.tail.state.words.includes('reload')`))
		},
		"beats are no silence": func(t *testing.T, f *fake, open func() context.Context) {
			ctx := rig(t, root, f, shortSilence)
			do(t, ctx, poll(`rig.tail.state.kind === 'following'`))
			f.until("it was spoken to for longer than a silence may last", func() bool { return f.beats > 8 })
			longest := value[float64](t, ctx, `rig.longest()`)
			f.mu.Lock()
			defer f.mu.Unlock()
			if len(f.opens) != 1 && longest < 3000 { // a busy machine may be silent for so long
				t.Errorf("%d sockets though it was spoken to", len(f.opens))
			}
		},
		"stop and start": func(t *testing.T, f *fake, open func() context.Context) {
			f.write(0, "one\n")
			ctx := open()
			wantLines(t, ctx, "one")
			do(t, ctx, run(`rig.tail.stop(); rig.tail.nudge()`))
			f.until("the socket is closed", func() bool { return f.closed == 1 })
			f.write(0, "two\n")
			if got := value[string](t, ctx, `rig.tail.state.kind + rig.all()`); got != "stoppedone" {
				t.Errorf("stopped: %s", got)
			}
			do(t, ctx, run(`rig.tail.start()`))
			wantLines(t, ctx, "one\ntwo")
			do(t, ctx, poll(`rig.tail.state.kind === 'following'`), run(`rig.tail.stop(); rig.tail.start()`))
			f.until("the sockets before are closed", func() bool { return f.closed == 2 && len(f.opens) == 3 })
			f.write(0, "three\n")
			wantLines(t, ctx, "one\ntwo\nthree")
			if value[bool](t, ctx, `!!rig.saw('retry')`) {
				t.Error("the end of a socket that was given up was taken for the end of the new one")
			}
		},
		"stopped while asking": func(t *testing.T, f *fake, open func() context.Context) {
			f.with(func() { f.hold = true })
			ctx := browser.Tab(t, root)
			do(t, ctx, chromedp.Navigate(f.URL+"/x/jstest/run?module=rig.js"), poll(`window.rig`), run(`void rig.tail.start()`))
			f.until("the page has asked", func() bool { return len(f.asked) > 0 })
			do(t, ctx, run(`rig.tail.stop()`))
			f.with(func() { f.hold = false })
			if got := value[string](t, ctx, `rig.tail.state.kind`); got != "stopped" {
				t.Errorf("then it is %q", got)
			}
		},
		"what is set is heard, and nothing of before": func(t *testing.T, f *fake, open func() context.Context) {
			f.write(0, "one a\ntwo b\nthree a\n")
			ctx := open()
			wantLines(t, ctx, "one a\ntwo b\nthree a")
			f.with(func() { f.late = "an older wish's\n" })
			do(t, ctx, run(`rig.tail.set({ filter: { include: [{ text: 'A', case: false }] } }, rig.tail.position)`))
			f.write(0, "four b\nfive a\n")
			wantLines(t, ctx, "one a\ntwo b\nthree a\nfive a")
			f.cut(websocket.StatusServiceRestart, "")
			f.write(0, "six b\nseven a\n")
			wantLines(t, ctx, "one a\ntwo b\nthree a\nfive a\nseven a")
			do(t, ctx, run(`rig.before = rig.passed(); rig.tail.set({ quiet: true }, rig.tail.position)`))
			f.write(0, "eight\nnine\n")
			do(t, ctx, poll(`rig.passed() === rig.before + 2`))
			do(t, ctx, run(`rig.tail.set({ lines: 2 }, '')`))
			wantLines(t, ctx, "one a\ntwo b\nthree a\nfive a\nseven a\neight\nnine")
		},
		"what is set while the first socket opens is heard": func(t *testing.T, f *fake, open func() context.Context) {
			f.write(0, "one a\ntwo b\nthree a\n")
			const set = `rig.tail.set({ filter: { include: [{ text: ' a' }] }, lines: 100 }, ''`
			for _, order := range []string{`void rig.begin(); ` + set + `)`, set + `); void rig.begin()`, `void rig.begin(); ` + set + `, undefined, true)`} {
				ctx := browser.Tab(t, root)
				do(t, ctx, chromedp.Navigate(f.URL+"/x/jstest/run?module=rig.js"), poll(`window.rig`), run(order))
				wantLines(t, ctx, "one a\nthree a")
				// Whatever was to be said later has been by then.
				do(t, ctx, run(`await new Promise(done => setTimeout(done, 100))`), run(`rig.ask({ ask: 'outline' })`), poll(`rig.answered`))
				f.with(func() {
					if n := strings.Count(strings.Join(f.said, ""), `"op":"set"`); n != 1 {
						t.Errorf("%s: the page said %d wishes", order, n)
					}
					f.said = nil
				})
			}
		},
		"a filter that cannot be leaves all as it was": func(t *testing.T, f *fake, open func() context.Context) {
			f.write(0, "one\n")
			ctx := open()
			wantLines(t, ctx, "one")
			do(t, ctx, run(`rig.tail.set({ filter: { include: [{ text: '(', regex: true }] } }, rig.tail.position)`))
			f.write(0, "two\n")
			do(t, ctx, poll(`rig.refusal?.words === 'the pattern has an unclosed ( at character 1'`))
			f.write(0, "three\n")
			wantLines(t, ctx, "one\ntwo\nthree")
		},
		"two filters in a row that cannot be leave what was before them": func(t *testing.T, f *fake, open func() context.Context) {
			f.write(0, "one\n")
			ctx := open()
			wantLines(t, ctx, "one")
			// The second is said before the first is refused; and one more time while there is no connection.
			do(t, ctx, run(`
				rig.undone = []
				rig.wish = (text) => rig.tail.set({ filter: { include: [{ text, regex: true }] } }, rig.tail.position, () => rig.undone.push(text))
				rig.wish('one|two|four')
				rig.wish('(')
				rig.wish('(a')`), poll(`rig.undone.join() === '('`))
			f.write(0, "two\nthree\n")
			wantLines(t, ctx, "one\ntwo")
			do(t, ctx, run(`rig.tail.stop(); rig.wish('(b'); rig.wish('(c'); await rig.tail.start()`))
			f.write(0, "four\nfive\n")
			wantLines(t, ctx, "one\ntwo\nfour")
			if got := value[string](t, ctx, `rig.undone.join()`); got != "(,(c,(b" {
				t.Errorf("undone were %q", got)
			}
			// One that can be is not given up for one before it that cannot.
			do(t, ctx, run(`rig.wish('(d'); rig.wish('six')`))
			f.write(0, "six one\nseven one\n")
			wantLines(t, ctx, "one\ntwo\nfour\nsix one")
			f.with(func() {
				if n := strings.Count(strings.Join(f.said, ""), `"op":"set"`); n > 8 {
					t.Errorf("the page said %d wishes", n)
				}
			})
		},
		"what nobody waits for is said later, unless something else is wished for, or the connection goes": func(t *testing.T, f *fake, open func() context.Context) {
			f.write(0, "one\n")
			ctx := open()
			wantLines(t, ctx, "one")
			do(t, ctx, run(`
				rig.later = (wish) => rig.tail.set(wish, rig.tail.position, undefined, true)
				rig.later({ quiet: true })`))
			f.until("it is said", func() bool { return strings.Contains(strings.Join(f.said, ""), `"quiet":true`) })
			do(t, ctx, run(`rig.later({ quiet: true }); rig.tail.set({}, rig.tail.position); rig.later({}); rig.tail.stop(); await rig.tail.start()`))
			f.write(0, "two\n")
			wantLines(t, ctx, "one\ntwo")
			do(t, ctx, run(`await new Promise((done) => setTimeout(done, 100))`)) // what would be said late would be said by then
			f.with(func() {
				if n := strings.Count(strings.Join(f.said, ""), `"op":"set"`); n != 2 {
					t.Errorf("the page said %d wishes, want the first and the third: %s", n, f.said)
				}
			})
		},
		"questions outlive a connection": func(t *testing.T, f *fake, open func() context.Context) {
			var text strings.Builder
			for i := range 3000 {
				fmt.Fprintf(&text, "line %d\n", i)
			}
			f.with(func() {
				f.past = []fakeFile{{name: "app.log.1", file: "old", data: []byte(text.String())}}
				f.dropAfter, f.chunk = 7, 100
			})
			ctx := open()
			do(t, ctx, poll(`rig.tail.state.kind === 'following'`), run(`rig.ask({ ask: 'read', lines: 2500 })`), poll(`rig.answered`))
			if got, want := value[string](t, ctx, `rig.answer`), strings.Join(strings.SplitAfterN(text.String(), "\n", 2501)[:2500], ""); got != want {
				t.Errorf("the answer has %d bytes, want %d", len(got), len(want))
			}
		},
		"a question given up is not answered": func(t *testing.T, f *fake, open func() context.Context) {
			f.write(0, "one\n")
			f.with(func() { f.holdAnswers = true })
			ctx := open()
			do(t, ctx, poll(`rig.tail.state.kind === 'following'`), run(`rig.ask({ ask: 'read' })()`))
			f.until("the page has given up", func() bool { return len(f.said) == 2 && strings.Contains(f.said[1], "cancel") })
			f.with(func() { f.holdAnswers = false })
			do(t, ctx, run(`rig.ask({ ask: 'outline' })`), poll(`rig.answered`))
			if got := value[string](t, ctx, `rig.answer`); got != "" {
				t.Errorf("answered with %q", got)
			}
		},
		"no such log": func(t *testing.T, f *fake, open func() context.Context) {
			f.with(func() { f.status, f.refusal = 404, `{"error":"no such log for you"}` })
			ctx := open()
			do(t, ctx, poll(`rig.tail.state.kind === 'over' && rig.tail.state.words === 'no such log for you'`))
		},
		"refused for a while": func(t *testing.T, f *fake, open func() context.Context) {
			f.with(func() { f.status, f.refusal = 503, `{"error":"Redis is away","retry":2}` })
			f.write(0, "one\n")
			ctx := open()
			do(t, ctx, poll(`rig.tail.state.kind === 'retry' && rig.tail.state.words === 'Redis is away'`))
			if wait := value[float64](t, ctx, `rig.saw('retry').wait`); wait < 1500 {
				t.Errorf("waits %v ms, want two seconds", wait)
			}
			f.with(func() { f.status = 0 })
			wantLines(t, ctx, "one")
		},
		"sockets that never open": func(t *testing.T, f *fake, open func() context.Context) {
			f.with(func() { f.noSockets = true })
			ctx := open()
			do(t, ctx, poll(`rig.saw('retry')?.words.includes('proxy')`))
			f.with(func() { f.noSockets = false })
			f.write(0, "one\n")
			wantLines(t, ctx, "one")
		},
		"what the server says": func(t *testing.T, f *fake, open func() context.Context) {
			f.with(func() { f.state, f.words = "waiting", "no worker is running for web-01" })
			ctx := open()
			do(t, ctx, poll(`rig.tail.state.kind === 'waiting' && rig.tail.state.words.includes('no worker')`))
			f.with(func() { f.state, f.words = "queued", "" })
			do(t, ctx, poll(`rig.tail.state.kind === 'queued'`))
			f.with(func() { f.state = "following" })
			f.write(0, "one\n")
			wantLines(t, ctx, "one")
			f.with(func() { f.state = "reconnecting" })
			do(t, ctx, poll(`rig.tail.state.kind === 'reconnecting'`))
		},
	}
	for name, test := range each {
		t.Run(name, func(t *testing.T) {
			t.Parallel() // they wait most of the time
			f := newFake(t, "/x")
			test(t, f, func() context.Context { return rig(t, root, f, "") })
		})
	}
}

func wantLines(t *testing.T, ctx context.Context, want string) {
	t.Helper()
	if err := browser.Do(ctx, poll(fmt.Sprintf(`rig.all() === %q`, want))); err != nil {
		t.Fatalf("got %q, want %q: %v", value[string](t, ctx, `rig.all()`), want, err)
	}
}
