//go:build linux

package e2e

import (
	"context"
	"net/url"
	"strings"
	"sync"
	"testing"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"

	"livetail/internal/browser"
)

// firstPage is how many bytes of livetail's own a browser may get that has nothing in its cache, until it shows what was asked
// for: the page, its scripts and styles, each with its headers. What the page then asks for (the list, the lines) is not ours.
const firstPage = 100_000

// traffic is what a tab got from livetail itself.
type traffic struct {
	mu    sync.Mutex
	asked map[network.RequestID]string // paths of requests that are under way
	bytes map[string]int64             // by path
}

func (f *traffic) take(event any) {
	f.mu.Lock()
	defer f.mu.Unlock()
	switch e := event.(type) {
	case *network.EventRequestWillBeSent:
		if u, err := url.Parse(e.Request.URL); err == nil && !strings.HasPrefix(u.Path, "/api/") {
			f.asked[e.RequestID] = u.Path
		}
	case *network.EventLoadingFinished:
		if path, own := f.asked[e.RequestID]; own {
			f.bytes[path] += int64(e.EncodedDataLength)
			delete(f.asked, e.RequestID)
		}
	}
}

// sum is the number of files that came, and their bytes; ok is whether none is under way.
func (f *traffic) sum() (files int, bytes int64, ok bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, n := range f.bytes {
		bytes += n
	}
	return len(f.bytes), bytes, len(f.asked) == 0
}

func TestFirstPageIsSmall(t *testing.T) {
	s := newSite(t)
	w, _ := s.start()
	p := &tab{t, browser.New(t)}
	p.visit(w.url + "/")
	p.signIn(sre)
	p.path("/")
	for name, page := range map[string]struct{ path, shows string }{
		"list": {"/", `document.querySelectorAll('li .name').length === 3`},
		"log":  {otherPage, `document.querySelector('#log')?.innerText.includes('the only line')`},
	} {
		fresh := newTab(t, p.ctx)
		got := &traffic{asked: map[network.RequestID]string{}, bytes: map[string]int64{}}
		if err := chromedp.Listen(fresh.ctx, got.take); err != nil {
			t.Fatal(err)
		}
		fresh.do(chromedp.Func(func(ctx context.Context, tab *chromedp.Target) error {
			if _, err := cdp.Call(ctx, tab, network.Enable, network.EnableParams{}); err != nil {
				return err
			}
			_, err := cdp.Call(ctx, tab, network.ClearBrowserCache, cdp.Empty{})
			return err
		}))
		fresh.visit(w.url + page.path)
		fresh.until("%s", page.shows)
		var files int
		var bytes int64
		eventually(t, "all files of the "+name+" are here", func() (ok bool) {
			files, bytes, ok = got.sum()
			return ok
		})
		t.Logf("%s: %d bytes in %d files", name, bytes, files)
		if files < 3 || got.bytes[page.path] == 0 {
			t.Errorf("%s: only %v were seen to come", name, got.bytes)
		}
		if bytes > firstPage {
			t.Errorf("%s: %d bytes in %d files, more than %d", name, bytes, files, firstPage)
		}
		// It can be used: what is typed is heard.
		fresh.do(chromedp.KeyEvent("/"), chromedp.KeyEvent("x"))
		fresh.until(`document.activeElement.value?.endsWith('x')`)
	}
}
