package main

import (
	"context"
	"errors"
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
		var took, cpu, again spread
		var bytes float64
		for range z.pageTries {
			cold, err := c.openNew(page.path, true)
			if err != nil {
				return err
			}
			warm, err := c.openNew(page.path, false)
			if err != nil {
				return err
			}
			took, cpu, again, bytes = append(took, cold.took), append(cpu, cold.cpu), append(again, warm.took), max(bytes, cold.bytes)
		}
		t.goal("first visit of "+page.name+": bytes", fmt.Sprintf("%.1f KB", bytes/1000), "< 100 KB", bytes < mostBytes, "transferSize of the document and all that it loads, headers too; empty cache")
		t.goal("first visit of "+page.name+": usable", fmt.Sprintf("p50 %s, max %s; on a processor p50 %s", short(took.at(.5)), short(took.at(1)), short(cpu.at(.5))), "≤ 200 ms", took.at(.5) <= 200*time.Millisecond,
			fmt.Sprintf("from the beginning of the navigation until its first row is painted; %d visits, loopback; all threads of the tab's process, its own start too; the next visits p50 %s", len(took), short(again.at(.5))))
	}
	return nil
}

// opening is how a page was opened.
type opening struct {
	took, cpu time.Duration
	bytes     float64
}

// openNew visits a page in a new tab.
func (c *chromium) openNew(path string, cold bool) (o opening, err error) {
	p, err := c.open("")
	if err != nil {
		return o, err
	}
	defer p.close()
	if cold {
		if err := call(p, network.ClearBrowserCache, cdp.Empty{}); err != nil {
			return o, err
		}
	}
	if err := p.visit(path); err != nil {
		return o, err
	}
	took, err := ask[float64](p, `watch.usable`)
	if err != nil {
		return o, err
	}
	used, err := p.processes()
	if err != nil {
		return o, err
	}
	bytes, err := ask[float64](p, `[...performance.getEntriesByType('navigation'), ...performance.getEntriesByType('resource')].reduce((sum, { transferSize }) => sum + transferSize, 0)`)
	if err != nil {
		return o, err
	}
	tab, err := p.renderer()
	return opening{milliseconds(took), milliseconds(1000 * used[tab.pid]), bytes}, errors.Join(err, p.wrong())
}
