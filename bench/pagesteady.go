package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"
)

const (
	pageSteadyLog = "page-steady"
	pageSteadyGap = 10 * time.Millisecond // one write(2)
	pageSteadyOf  = 10                    // lines in each: 1,000 a second
	// pageRests is longer than a page is hidden before it takes counts only.
	pageRests = 35 * time.Second
)

// pageSteady has a page follow 1,000 lines a second, first looked at, then hidden.
func pageSteady(ctx context.Context, s *stack, z sizes, t *table) error {
	return s.onScreen(ctx, pageSteadyLog, func(p *screen, log *os.File) error {
		tab, err := p.renderer()
		if err != nil {
			return err
		}
		// What a page keeps is full before it is measured whether it grows.
		const first = 150_000
		if _, err := log.Write(lines(0, first, 0)); err != nil {
			return err
		}
		if _, err := p.until(fmt.Sprintf(`parseInt(document.querySelector('#log .rows').lastElementChild?.textContent) === %d`, first-1)); err != nil {
			return err
		}
		steady := begin(ctx, log, first)
		err = p.steady(ctx, z, t, tab)
		written, failed := steady()
		if err = errors.Join(err, failed); err != nil {
			return err
		}
		if err := p.hide(false); err != nil {
			return err
		}
		ctx, cancel := bound(ctx)
		defer cancel()
		if err := p.catches(ctx, written); err != nil {
			return err
		}
		return p.wrong()
	})
}

// catches waits until the page, which is looked at again, shows the last line.
func (p *screen) catches(ctx context.Context, written int64) error {
	for {
		last, err := ask[float64](p, `parseInt(document.querySelector('#log .rows').lastElementChild?.textContent) || 0`)
		if err != nil || int64(last) == written-1 {
			return err
		}
		if err := pause(ctx, 20*time.Millisecond); err != nil {
			return fmt.Errorf("the page ends at line %.0f of %d: %w", last, written, err)
		}
	}
}

// begin writes lines steadily until it is asked how many there are.
func begin(ctx context.Context, log *os.File, next int64) (stop func() (int64, error)) {
	ctx, cancel := context.WithCancel(ctx)
	done := make(chan error, 1)
	go func() {
		tick := time.NewTicker(pageSteadyGap)
		defer tick.Stop()
		// A tick that was missed is made up for.
		for start, n := time.Now(), 0; ; {
			select {
			case <-ctx.Done():
				done <- nil
				return
			case <-tick.C:
			}
			for ; n < int(time.Since(start)/pageSteadyGap); n++ {
				if _, err := log.Write(lines(next, pageSteadyOf, 0)); err != nil {
					done <- err
					return
				}
				next += pageSteadyOf
			}
		}
	}()
	return func() (int64, error) {
		cancel()
		err := <-done
		return next, err
	}
}

func (p *screen) steady(ctx context.Context, z sizes, t *table, tab seen) error {
	watchFor := func(d time.Duration) (did watched, cpu, grown float64, end int64, err error) {
		stop, err := p.watch(false)
		if err != nil {
			return did, 0, 0, 0, err
		}
		own, err := tab.own()
		before, err2 := tab.cpu()
		begin := time.Now()
		err3 := pause(ctx, d)
		after, err4 := tab.cpu()
		took := time.Since(begin).Seconds()
		end, err5 := tab.own()
		did, err6 := stop()
		did.Bytes, did.Messages = did.Bytes/took, did.Messages/took
		return did, 100 * (after - before).Seconds() / took, float64(end - own), end, errors.Join(err, err2, err3, err4, err5, err6)
	}
	did, cpu, grown, own, err := watchFor(z.steady)
	if err != nil {
		return err
	}
	t.goal("1,000 lines/s in a browser, processor", fmt.Sprintf("%.1f %% of a core", cpu), "< 25 %", cpu < 25, fmt.Sprintf("user and system time of the tab's process over %s; the page's rows are full before", z.steady))
	t.goal("memory grew meanwhile by", fmt.Sprintf("%s, to %s", mib(int64(grown)), mib(own)), "≤ 10 %", grown <= float64(own)/10, "RssAnon and VmSwap of the tab at the end and at the beginning of that")
	t.goal("longest task of the page meanwhile", short(longest(did.Tasks)), "≤ 100 ms", longest(did.Tasks) <= mostTask, fmt.Sprintf("PerformanceObserver longtask (0: none over 50 ms); %.0f messages/s, %.0f KB/s on the socket", did.Messages, did.Bytes/1000))

	if err := p.hide(true); err != nil {
		return err
	}
	if err := pause(ctx, pageRests); err != nil {
		return err
	}
	did, cpu, _, _, err = watchFor(z.steady)
	if err != nil {
		return err
	}
	t.goal("the same hidden", fmt.Sprintf("%.2f %% of a core", cpu), "< 1 %", cpu < 1, fmt.Sprintf("its window minimized for %s before; over %s", pageRests, z.steady))
	t.add("the socket of the hidden page", fmt.Sprintf("%.0f bytes/s, %.1f messages/s", did.Bytes, did.Messages), "counts only")
	return nil
}
