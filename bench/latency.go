package main

import (
	"context"
	"fmt"
	"os"
	"time"
)

const lineEvery = 50 * time.Millisecond

// latency writes 20 lines a second, each with the time in it, and reads them on the same clock: through livetail, then
// through the floor, which says how much of it is the machine's.
func latency(ctx context.Context, s *stack, z sizes, t *table) error {
	log, err := os.Create(s.log("latency"))
	if err != nil {
		return err
	}
	defer log.Close()
	page, err := s.client.open(ctx, "latency", 0)
	if err != nil {
		return err
	}
	took, err := page.latency(ctx, log, int64(z.latencyLines))
	page.gone()
	if err != nil {
		return err
	}
	t.goal("append → received, 20 lines/s", took.String(), "p50 ≤ 1 ms, p99 ≤ 5 ms", took.at(.5) <= time.Millisecond && took.at(.99) <= 5*time.Millisecond,
		fmt.Sprintf("%s lines in %s; the time before write(2) is in the line, the same process reads the socket; all count", count(float64(len(took))),
			time.Duration(z.latencyLines)*lineEvery))
	f, err := s.startFloor(ctx)
	if err != nil {
		return err
	}
	defer f.end()
	if took, err = f.page.latency(ctx, f.log, int64(z.latencyLines)); err != nil {
		return fmt.Errorf("the floor: %w", err)
	}
	t.add("the same through the floor", took.String(), "right after it; what is slow here too is the machine")
	return nil
}

// latency appends n lines to log, which page follows and which is empty.
func (page *tail) latency(ctx context.Context, log *os.File, n int64) (took spread, err error) {
	if err := page.untilLive(ctx); err != nil {
		return nil, err
	}
	begin := time.Now()
	page.from(0)
	page.stamped = func(_, stamp int64) { took = append(took, time.Since(begin)-time.Duration(stamp)) }

	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	written := make(chan error, 1)
	go func() {
		err := trickle(ctx, log, n, begin)
		if err != nil {
			cancel()
		}
		written <- err
	}()
	err = page.untilLine(ctx, n)
	cancel()
	if failed := <-written; failed != nil {
		err = failed
	}
	return took, err
}

// trickle appends n lines, one at a time.
func trickle(ctx context.Context, log *os.File, n int64, begin time.Time) error {
	tick := time.NewTicker(lineEvery)
	defer tick.Stop()
	for i := range n {
		select {
		case <-ctx.Done():
			return nil // who ended it says why
		case <-tick.C:
		}
		if _, err := log.Write(lines(i, 1, int64(time.Since(begin)))); err != nil {
			return fmt.Errorf("appending a line: %w", err)
		}
	}
	return nil
}
