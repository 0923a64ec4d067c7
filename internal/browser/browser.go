// Package browser starts a real, headless Chromium for tests and drives it.
// A page that writes an error, throws, or breaks its Content-Security-Policy fails the test that opened it.
package browser

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

// patience is for a browser that hangs, not for one that is slow: it is for each thing that is asked of one, however many those
// are, on a machine however busy.
const patience = 3 * time.Minute

// Run is chromedp.Run with an end.
func Run[T any](ctx context.Context, action chromedp.Action[T]) (T, error) {
	ctx, stop := context.WithTimeout(ctx, patience)
	defer stop()
	return chromedp.Run(ctx, action)
}

// Do is chromedp.Do with an end.
func Do(ctx context.Context, actions ...chromedp.Action[chromedp.Void]) error {
	ctx, stop := context.WithTimeout(ctx, patience)
	defer stop()
	return chromedp.Do(ctx, actions...)
}

// Type gives an element the focus and presses keys there. chromedp.SendKeys does too, but reads the element's attributes while
// another goroutine of its own may write them.
func Type(selector, keys string) chromedp.Action[chromedp.Void] {
	return chromedp.Steps(chromedp.WaitVisible(selector), chromedp.Focus(selector), chromedp.KeyEvent(keys))
}

// New starts a browser with an empty profile and one tab, and ends it with the test. The context is for Run and Do, and is
// one tab's: run nothing on it at the same time. more is as in Start.
func New(t testing.TB, more ...chromedp.ExecAllocatorOption) context.Context {
	t.Helper()
	return started(t, context.Background(), more...)
}

// Lasting is New for what does not bound each thing that it asks, but all of them.
func Lasting(t testing.TB, limit time.Duration) context.Context {
	t.Helper()
	ctx, stop := context.WithTimeout(context.Background(), limit)
	t.Cleanup(stop)
	return started(t, ctx)
}

func started(t testing.TB, ctx context.Context, more ...chromedp.ExecAllocatorOption) context.Context {
	t.Helper()
	ctx, end, err := Start(ctx, more...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(end)
	return Tab(t, ctx)
}

// Tab opens a tab: another one of the same browser, with the same cookies and storage, when ctx is from New.
func Tab(t testing.TB, ctx context.Context) context.Context {
	t.Helper()
	ctx, stop := chromedp.NewContext(ctx)
	t.Cleanup(stop)
	if err := watch(ctx, t); err != nil {
		t.Fatalf("starting the browser: %v", err)
	}
	return ctx
}

// watch fails the test for what a page complains of. The browser may tell it after the test's end, when it is too late.
func watch(ctx context.Context, t testing.TB) error {
	var mu sync.Mutex
	over := false
	t.Cleanup(func() {
		mu.Lock()
		defer mu.Unlock()
		over = true
	})
	return chromedp.Listen(ctx, func(event any) {
		mu.Lock()
		defer mu.Unlock()
		if words := Complaint(event); words != "" && !over {
			t.Errorf("the page complains: %s", words)
		}
	})
}

// Complaint is what an event says that must not happen; "" when all is well. A request or a socket that is refused or gets
// no answer is the page's daily bread, and only wrong when it is for a file of the page itself.
func Complaint(event any) string {
	switch e := event.(type) {
	case *runtime.EventExceptionThrown:
		words := e.ExceptionDetails.Text
		if x := e.ExceptionDetails.Exception; x != nil {
			words += " " + x.Description
		}
		return words
	case *runtime.EventConsoleAPICalled:
		if e.Type != runtime.ConsoleAPICalledTypeError && e.Type != runtime.ConsoleAPICalledTypeAssert {
			return ""
		}
		var words []string
		for _, arg := range e.Args {
			words = append(words, strings.TrimSpace(string(arg.Value)+" "+arg.Description))
		}
		return strings.Join(words, " ")
	case *log.EventEntryAdded:
		refused := e.Entry.Source == log.EntrySourceNetwork &&
			(!strings.Contains(e.Entry.URL, "/static/") || strings.HasPrefix(e.Entry.Text, "WebSocket connection to"))
		// Over plain http from another machine one header has no effect, and a browser says so.
		plain := strings.HasPrefix(e.Entry.Text, "The Cross-Origin-Opener-Policy header has been ignored, because the URL's origin was untrustworthy")
		if e.Entry.Level == log.EntryLevelError && !refused && !plain {
			return fmt.Sprintf("%s: %s %s", e.Entry.Source, e.Entry.Text, e.Entry.URL)
		}
	}
	return ""
}
