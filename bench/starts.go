package main

import (
	"context"
	"fmt"
	"sync"
	"time"
)

// startsAtOnce is how many tails are being started at any moment.
const startsAtOnce = 32

// starts measures how many tails can be started a second: each is all that a click is, and is closed when it is at the live edge.
func starts(ctx context.Context, s *stack, z sizes, t *table) error {
	n, err := s.makeLog(ctx, "starts", 1<<10)
	if err != nil {
		return err
	}
	var (
		mu     sync.Mutex
		took   spread
		failed error
	)
	used := s.usage()
	began := time.Now()
	var working sync.WaitGroup
	for range startsAtOnce {
		working.Go(func() {
			for time.Since(began) < z.idle/2 {
				d, err := s.startOnce(ctx, n)
				mu.Lock()
				took = append(took, d)
				if failed == nil {
					failed = err
				}
				stop := failed != nil
				mu.Unlock()
				if stop {
					return
				}
			}
		})
	}
	working.Wait()
	if failed != nil {
		return fmt.Errorf("start %d: %w", len(took), failed)
	}
	lasted := time.Since(began)
	words, _, err := used()
	if err != nil {
		return err
	}
	if _, _, err := s.untilClosed(ctx); err != nil {
		return err
	}
	t.add("tails started, and closed at the live edge, a second", fmt.Sprintf("%s (p50 of each %s)", count(float64(len(took))/lasted.Seconds()), short(took.at(.5))),
		fmt.Sprintf("%d at a time for %s: GET, WebSocket, `open`, all lines; %s; afterwards no file is open", startsAtOnce, short(lasted), words))
	return nil
}

// startOnce opens a log of n lines, reads all of it, and closes it.
func (s *stack) startOnce(ctx context.Context, n int64) (time.Duration, error) {
	ctx, cancel := bound(ctx)
	defer cancel()
	begin := time.Now()
	page, err := s.client.open(ctx, "starts", -1)
	if err != nil {
		return 0, err
	}
	defer page.close()
	if err := page.untilLive(ctx); err != nil {
		return 0, err
	}
	return time.Since(begin), page.untilLine(ctx, n)
}
