package main

import (
	"context"
	"fmt"
	"os"

	"github.com/chromedp/chromedp"
)

const (
	pageFilterLog = "page-filter"
	pageFilter    = "9999 0" // one number in ten thousand ends like that
	mostFiltered  = 200_000
)

// pageFiltered writes very many lines of which few pass the filter of a page, and counts what its socket carries.
func pageFiltered(ctx context.Context, s *stack, z sizes, t *table) error {
	return s.onScreen(ctx, pageFilterLog, func(p *screen, log *os.File) error {
		const said = `document.querySelector('[data-part=passes]').textContent`
		if err := chromedp.Do(p.ctx, chromedp.SendKeys(`[data-filter=include]`, pageFilter)); err != nil {
			return err
		}
		if _, err := p.until(said + `.startsWith('0 of 0 pass')`); err != nil {
			return err
		}
		end, err := p.watch(false)
		if err != nil {
			return err
		}
		n := int64(z.pageLines)
		if _, err := log.Write(lines(0, n, 0)); err != nil {
			return err
		}
		passed := fmt.Sprintf("%s of %s pass", count(float64(n/10_000)), count(float64(n)))
		if _, err := p.until(fmt.Sprintf(`%s === %q && watch.shown().at(-1) === %d`, said, passed, n-1)); err != nil {
			return err
		}
		did, err := end()
		if err != nil {
			return err
		}
		t.goal("a filter in a browser, "+passed, fmt.Sprintf("%.1f KB, %.0f messages", did.Bytes/1000, did.Messages), "≤ 200 KB", did.Bytes <= mostFiltered, "all that its socket brings from the first line to the last; the page says the same numbers")
		return nil
	})
}
