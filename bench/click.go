package main

import (
	"bufio"
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"time"
)

// backlog is how many lines a page gets if it names no number.
const backlog = 1000

// click measures from the click to the first line, for a small and for a large log.
func click(ctx context.Context, s *stack, z sizes, t *table) error {
	for _, log := range []struct {
		id   string
		size int64
	}{{smallLog, 1 << 10}, {bigLog, z.big}} {
		n, err := s.makeLog(ctx, log.id, log.size)
		if err != nil {
			return err
		}
		var took spread
		for range z.tries {
			d, err := s.clickOnce(ctx, log.id, n)
			if err != nil {
				return fmt.Errorf("try %d on %s: %w", len(took)+1, log.id, err)
			}
			took = append(took, d)
		}
		if err := os.Remove(s.log(log.id)); err != nil {
			return err
		}
		t.goal("click → first line, log of "+size(n*lineSize), took.String(), "p50 ≤ 100 ms, p99 ≤ 300 ms", took.at(.5) <= 100*time.Millisecond && took.at(.99) <= 300*time.Millisecond,
			fmt.Sprintf("%d tries: GET, WebSocket, `open`, the first frame with lines (of 1,000)", z.tries))
	}
	return nil
}

func size(n int64) string {
	switch {
	case n >= 1<<30-lineSize:
		return fmt.Sprintf("%.0f GiB", float64(n)/(1<<30))
	case n >= 1<<20:
		return fmt.Sprintf("%.0f MiB", float64(n)/(1<<20))
	}
	return fmt.Sprintf("%d bytes", n)
}

// makeLog makes a log without holes and says how many lines it has.
func (s *stack) makeLog(ctx context.Context, id string, size int64) (int64, error) {
	f, err := os.Create(s.log(id))
	if err != nil {
		return 0, err
	}
	defer f.Close()
	w := bufio.NewWriterSize(f, 1<<20)
	n, err := fill(ctx, w, size)
	if err != nil {
		return 0, err
	}
	if err := w.Flush(); err != nil {
		return 0, fmt.Errorf("writing %s: %w", id, err)
	}
	return n, nil
}

// clickOnce opens a log of n lines, and looks at all lines to its end.
func (s *stack) clickOnce(ctx context.Context, id string, n int64) (time.Duration, error) {
	ctx, cancel := bound(ctx)
	defer cancel()
	// People do not click in step with the worker's looks at its queue.
	if err := pause(ctx, rand.N(50*time.Millisecond)); err != nil {
		return 0, err
	}
	begin := time.Now()
	page, err := s.client.open(ctx, id, -1)
	if err != nil {
		return 0, err
	}
	defer page.close()
	if err := page.untilLines(ctx); err != nil {
		return 0, err
	}
	took := time.Since(begin)
	if err := page.untilLive(ctx); err != nil {
		return 0, err
	}
	if err := page.untilLine(ctx, n); err != nil {
		return 0, err
	}
	if want := max(0, n-backlog); page.first != want {
		return 0, fmt.Errorf("%w: the first was %d, and %d was due", errLines, page.first, want)
	}
	return took, nil
}

func pause(ctx context.Context, d time.Duration) error {
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(d):
		return nil
	}
}
