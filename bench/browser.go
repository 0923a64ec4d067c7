package main

import (
	"context"
	_ "embed"
	"errors"
	"fmt"
	"net/url"
	"os"
	"sync"
	"time"

	control "github.com/chromedp/cdproto/browser"
	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/systeminfo"
	"github.com/chromedp/chromedp"

	"livetail/internal/browser"
)

// watchJS says what a page does.
//
//go:embed watch.js
var watchJS string

// chromium is a real browser, signed in.
type chromium struct {
	stack *stack
	first context.Context // its first tab, which stays empty
	end   func()
}

// browse starts a browser. What it does beyond what one on a desk does is what tests need; a tab that nobody looks at is
// treated as it is there.
func (s *stack) browse(ctx context.Context) (*chromium, error) {
	as := func(name string) chromedp.ExecAllocatorOption { return chromedp.Flag(name, false) }
	all, stop, err := browser.Start(ctx, as("disable-background-timer-throttling"), as("disable-backgrounding-occluded-windows"),
		as("disable-renderer-backgrounding"), chromedp.Flag("disable-smooth-scrolling", true))
	if err != nil {
		return nil, err
	}
	first, cancel := chromedp.NewContext(all)
	c := &chromium{s, first, func() {
		cancel()
		stop()
	}}
	if err := c.signIn(); err != nil {
		c.end()
		return nil, fmt.Errorf("starting the browser: %w", err)
	}
	return c, nil
}

// signIn gives the browser the session that bench has.
func (c *chromium) signIn() error {
	base, err := url.Parse(c.stack.client.base)
	if err != nil {
		return err
	}
	return chromedp.Do(c.first, chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		for _, cookie := range c.stack.client.http.Jar.Cookies(base) {
			p := network.SetCookieParams{Name: cookie.Name, Value: cookie.Value, URL: base.String()}
			if _, err := cdp.Call(ctx, t, network.SetCookie, p); err != nil {
				return err
			}
		}
		return nil
	}))
}

// screen is a tab with a page of livetail.
type screen struct {
	ctx    context.Context
	cancel func()
	base   string

	mu         sync.Mutex
	complaints error
}

// open opens a tab, with a page if path is one.
func (c *chromium) open(path string) (*screen, error) {
	p := &screen{base: c.stack.client.base}
	p.ctx, p.cancel = chromedp.NewContext(c.first)
	err := errors.Join(chromedp.Listen(p.ctx, func(event any) {
		if words := browser.Complaint(event); words != "" {
			p.mu.Lock()
			p.complaints = errors.Join(p.complaints, errors.New(words))
			p.mu.Unlock()
		}
	}), call(p, page.AddScriptToEvaluateOnNewDocument, page.AddScriptToEvaluateOnNewDocumentParams{Source: watchJS}))
	if err == nil && path != "" {
		err = p.visit(path)
	}
	if err != nil {
		p.cancel()
		return nil, fmt.Errorf("opening %s in the browser: %w", path, err)
	}
	return p, nil
}

// onScreen shows a new and empty log in a browser, at its live edge, for as long as do takes.
func (s *stack) onScreen(ctx context.Context, name string, do func(p *screen, log *os.File) error) error {
	c, err := s.browse(ctx)
	if err != nil {
		return err
	}
	defer c.end()
	log, err := os.Create(s.log(name))
	if err != nil {
		return err
	}
	defer os.Remove(log.Name())
	defer log.Close()
	p, err := c.open(pagePath(name))
	if err != nil {
		return err
	}
	defer p.close()
	if err := p.live(); err != nil {
		return err
	}
	return do(p, log)
}

func (p *screen) visit(path string) error { return chromedp.Do(p.ctx, chromedp.Navigate(p.base+path)) }

// wrong is what the page complained of.
func (p *screen) wrong() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.complaints == nil {
		return nil
	}
	return fmt.Errorf("the page complains: %w", p.complaints)
}

// close closes the tab.
func (p *screen) close() { p.cancel() }

// call is a command of the DevTools protocol whose answer says nothing.
func call[P, R any](p *screen, command cdp.Command[P, R], params P) error {
	return chromedp.Do(p.ctx, chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		_, err := cdp.Call(ctx, t, command, params)
		return err
	}))
}

// ask is the value of an expression, or of what it promises.
func ask[T any](p *screen, format string, args ...any) (T, error) {
	expression := fmt.Sprintf(format, args...)
	v, err := chromedp.Run(p.ctx, chromedp.Evaluate[T](expression, chromedp.EvalAwaitPromise))
	if err != nil {
		err = errors.Join(fmt.Errorf("asking the page for %s: %w", expression, err), p.wrong())
	}
	return v, err
}

// hide has nobody look at the page any more, as its window is minimized, or somebody again.
func (p *screen) hide(hidden bool) error {
	id := chromedp.FromContext(p.ctx).Target.TargetID
	window, err := chromedp.CallBrowser(p.ctx, control.GetWindowForTarget, control.GetWindowForTargetParams{TargetID: id})
	if err != nil {
		return fmt.Errorf("hiding a page: %w", err)
	}
	state := control.WindowStateNormal
	if hidden {
		state = control.WindowStateMinimized
	}
	if _, err := chromedp.CallBrowser(p.ctx, control.SetWindowBounds, control.SetWindowBoundsParams{WindowID: window.WindowID, Bounds: &control.Bounds{WindowState: state}}); err != nil {
		return fmt.Errorf("hiding a page: %w", err)
	}
	_, err = ask[bool](p, `new Promise((done) => {
		const look = () => document.hidden === %t && done(true)
		document.addEventListener('visibilitychange', look)
		look()
	})`, hidden)
	return err
}

// run is ask where the value says nothing.
func (p *screen) run(format string, args ...any) error {
	_, err := ask[bool](p, `(() => { %s; return true })()`, fmt.Sprintf(format, args...))
	return err
}

// until waits until an expression is true and what made it so is painted, and says when that was.
func (p *screen) until(expression string) (time.Time, error) {
	at, err := ask[float64](p, `watch.until(() => %s)`, expression)
	return instant(at), err
}

// live waits for the live edge.
func (p *screen) live() error {
	_, err := p.until(`document.querySelector('#truth')?.textContent.startsWith('● ')`)
	return err
}

// instant is a time of the page's clock, which is the machine's.
func instant(ms float64) time.Time { return time.UnixMicro(int64(ms * 1000)) }

func milliseconds(ms float64) time.Duration { return time.Duration(ms * float64(time.Millisecond)) }

// watched is what a page did since watch.begin.
type watched struct {
	Tasks, Frames, Answers []float64 // ms
	Bytes, Messages        float64
}

// watch begins to watch the page. end says what it did.
func (p *screen) watch(frames bool) (end func() (watched, error), err error) {
	return func() (watched, error) {
		w, err := ask[watched](p, `watch.end()`)
		return w, errors.Join(err, p.wrong())
	}, p.run(`watch.begin(%t)`, frames)
}

func longest(tasks []float64) (most time.Duration) {
	for _, ms := range tasks {
		most = max(most, milliseconds(ms))
	}
	return most
}

func spreadOf(ms []float64) (s spread) {
	for _, one := range ms {
		s = append(s, milliseconds(one))
	}
	return s
}

// processes are the processor times of all pages' processes, in seconds.
func (p *screen) processes() (map[int]float64, error) {
	info, err := chromedp.CallBrowser(p.ctx, systeminfo.GetProcessInfo, cdp.Empty{})
	if err != nil {
		return nil, err
	}
	times := map[int]float64{}
	for _, one := range info.ProcessInfo {
		if one.Type == "renderer" {
			times[int(one.ID)] = one.CPUTime
		}
	}
	return times, nil
}
