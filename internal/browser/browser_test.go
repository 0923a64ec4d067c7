package browser

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
)

// recorder takes what a page's complaints would have done to its test.
type recorder struct {
	testing.TB
	mu     sync.Mutex
	errors []string
}

func (r *recorder) Errorf(format string, args ...any) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.errors = append(r.errors, fmt.Sprintf(format, args...))
}

func (r *recorder) all() string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return strings.Join(r.errors, "\n")
}

// TestComplaints: whoever relies on this package relies on its seeing what goes wrong in a page.
func TestComplaints(t *testing.T) {
	pages := map[string]struct{ body, complaint string }{
		"/good":   {`<p>good</p><script src="/static/fetch.js"></script>`, ""},
		"/policy": {`<p>inline</p><script>document.title = "x"</script>`, "Content Security Policy"},
		"/style":  {`<p style="color:red">inline</p>`, "Content Security Policy"},
		"/throws": {`<p>throws</p><script src="/static/throw.js"></script>`, "thrown on purpose"},
		"/error":  {`<p>says</p><script src="/static/error.js"></script>`, "said on purpose"},
		"/lost":   {`<p>lost</p><script src="/static/lost.js"></script>`, "/static/lost.js"},
	}
	scripts := map[string]string{
		"/static/fetch.js": `fetch("/api/refused")`,
		"/static/throw.js": `throw new Error("thrown on purpose")`,
		"/static/error.js": `console.error("said on purpose")`,
	}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Security-Policy", "default-src 'none'; script-src 'self'; connect-src 'self'; style-src 'self'; img-src 'self' data:")
		if body, ok := scripts[r.URL.Path]; ok {
			w.Header().Set("Content-Type", "text/javascript")
			fmt.Fprint(w, body)
		} else if page, ok := pages[r.URL.Path]; ok {
			fmt.Fprintf(w, `<!doctype html><title>t</title><link rel="icon" href="data:,">%s`, page.body)
		} else {
			http.Error(w, "refused", http.StatusTeapot)
		}
	}))
	t.Cleanup(server.Close)
	root := New(t)
	for path, want := range pages {
		t.Run(path[1:], func(t *testing.T) {
			heard := &recorder{TB: t}
			ctx := Tab(heard, root)
			// The console is told in order: what was before this call's answer has been heard with it.
			if err := Do(ctx, chromedp.Navigate(server.URL+path), chromedp.WaitReady("p")); err != nil {
				t.Fatal(err)
			}
			if _, err := Run(ctx, chromedp.Evaluate[bool](`fetch("/api/refused").then(() => true)`, chromedp.EvalAwaitPromise)); err != nil {
				t.Fatal(err)
			}
			got := heard.all()
			if want.complaint == "" && got != "" || !strings.Contains(got, want.complaint) {
				t.Errorf("complaints %q, want %q", got, want.complaint)
			}
		})
	}
}

// What hangs ends by itself, and the tab goes on: the end is each step's, not that of all that a test does.
func TestEachStepHasItsEnd(t *testing.T) {
	root := New(t)
	if end, has := root.Deadline(); has {
		t.Errorf("all that is run on it ends at %v", end)
	}
	err := Do(root, func(ctx context.Context, _ *chromedp.Target) (chromedp.Void, error) {
		if _, has := ctx.Deadline(); !has {
			t.Error("what hangs would have no end")
		}
		ctx, stop := context.WithTimeout(ctx, 50*time.Millisecond)
		defer stop()
		_, err := Run(ctx, chromedp.Evaluate[bool](`new Promise(() => {})`, chromedp.EvalAwaitPromise))
		return chromedp.Void{}, err
	})
	if !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("what never ends ended with %v", err)
	}
	if got, err := Run(root, chromedp.Evaluate[int](`7`)); got != 7 || err != nil {
		t.Errorf("then the tab says %d, %v", got, err)
	}
}
