package main

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// pollEvery is how often /proc is asked whether a file is still open; how often it really was is measured.
const pollEvery = 50 * time.Microsecond

// closeTab measures from a tab's close to its file's, with one tail.
func closeTab(ctx context.Context, s *stack, z sizes, t *table) error {
	n, err := s.makeLog(ctx, "close", 1<<10)
	if err != nil {
		return err
	}
	var took, polls spread
	for range z.tries {
		d, gap, err := s.closeOnce(ctx, n)
		if err != nil {
			return fmt.Errorf("try %d: %w", len(took)+1, err)
		}
		took, polls = append(took, d), append(polls, gap)
	}
	t.goal("closed tab → file closed", took.String(), "p99 ≤ 100 ms", took.at(.99) <= 100*time.Millisecond,
		fmt.Sprintf("%d tries, from a browser's close frame until /proc/&lt;worker&gt;/fd has the log no more; looked at every %s", z.tries, short(polls.at(.5))))
	return nil
}

func (s *stack) closeOnce(ctx context.Context, n int64) (took, gap time.Duration, err error) {
	ctx, cancel := bound(ctx)
	defer cancel()
	page, err := s.client.open(ctx, "close", -1)
	if err != nil {
		return 0, 0, err
	}
	defer page.gone()
	if err := page.untilLive(ctx); err != nil {
		return 0, 0, err
	}
	if err := page.untilLine(ctx, n); err != nil {
		return 0, 0, err
	}
	held, err := s.worker.holds(s.log("close"))
	if err != nil {
		return 0, 0, err
	}
	if len(held) != 1 {
		return 0, 0, fmt.Errorf("the worker holds the log %d times, with one tail", len(held))
	}
	closed := make(chan struct{})
	begin := time.Now()
	go func() {
		page.close()
		close(closed)
	}()
	looks := 0
	for ; isBelow(held[0], s.log("close")); looks++ {
		if err := pause(ctx, pollEvery); err != nil {
			return 0, 0, fmt.Errorf("the log is still open: %w", err)
		}
	}
	took = time.Since(begin)
	<-closed
	held, err = s.worker.holds(s.log("close"))
	if err == nil && len(held) > 0 {
		err = errStillOpen
	}
	return took, took / time.Duration(looks+1), err
}

var errStillOpen = errors.New("a file is open that nobody follows")

// untilClosed waits until the worker holds no log, and says when, and how often it looked.
func (s *stack) untilClosed(ctx context.Context) (at time.Time, looks int, err error) {
	for looks = 1; ; looks++ {
		held, err := s.worker.holds(s.logs)
		at = time.Now()
		if err != nil || len(held) == 0 {
			return at, looks, err
		}
		if err := pause(ctx, 5*time.Millisecond); err != nil {
			return at, looks, fmt.Errorf("%d: %w: %w", len(held), errStillOpen, err)
		}
	}
}
