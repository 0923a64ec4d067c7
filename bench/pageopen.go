package main

import (
	"context"
	"fmt"
	"os"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/network"
)

const mostBytes = 100_000

// pageOpen opens the list and a log as somebody does who was never here: nothing is in the browser's cache.
func pageOpen(ctx context.Context, s *stack, z sizes, t *table) error {
	if _, err := s.makeLog(ctx, smallLog, 10<<10); err != nil {
		return err
	}
	defer os.Remove(s.log(smallLog))
	c, err := s.browse(ctx)
	if err != nil {
		return err
	}
	defer c.end()
	for _, page := range []struct{ name, path string }{{"the list", "/"}, {"a log", pagePath(smallLog)}} {
		var took, again spread
		var bytes float64
		for range z.pageTries {
			cold, n, err := c.openNew(page.path, true)
			if err != nil {
				return err
			}
			warm, _, err := c.openNew(page.path, false)
			if err != nil {
				return err
			}
			took, again, bytes = append(took, cold), append(again, warm), max(bytes, n)
		}
		t.goal("first visit of "+page.name+": bytes", fmt.Sprintf("%.1f KB", bytes/1000), "< 100 KB", bytes < mostBytes, "transferSize of the document and all that it loads, headers too; empty cache")
		t.goal("first visit of "+page.name+": usable", fmt.Sprintf("p50 %s, max %s", short(took.at(.5)), short(took.at(1))), "≤ 200 ms", took.at(.5) <= 200*time.Millisecond,
			fmt.Sprintf("from the beginning of the navigation until its first row is painted; %d visits, loopback; the next visits p50 %s", len(took), short(again.at(.5))))
	}
	return nil
}

// openNew visits a page in a new tab, and says how long it took to be usable and how much was transferred.
func (c *chromium) openNew(path string, cold bool) (time.Duration, float64, error) {
	p, err := c.open("")
	if err != nil {
		return 0, 0, err
	}
	defer p.close()
	if cold {
		if err := call(p, network.ClearBrowserCache, cdp.Empty{}); err != nil {
			return 0, 0, err
		}
	}
	if err := p.visit(path); err != nil {
		return 0, 0, err
	}
	took, err := ask[float64](p, `watch.usable`)
	if err != nil {
		return 0, 0, err
	}
	bytes, err := ask[float64](p, `[...performance.getEntriesByType('navigation'), ...performance.getEntriesByType('resource')].reduce((sum, { transferSize }) => sum + transferSize, 0)`)
	if err != nil {
		return 0, 0, err
	}
	return milliseconds(took), bytes, p.wrong()
}
