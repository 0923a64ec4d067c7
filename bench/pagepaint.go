package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"strconv"
	"time"
)

const pagePaintLog = "page-paint"

// pagePaint writes one line after the other, and has the page say when each was painted.
func pagePaint(ctx context.Context, s *stack, z sizes, t *table) error {
	return s.onScreen(ctx, pagePaintLog, func(p *screen, log *os.File) error {
		if err := p.run(`watch.begin(false); watch.note()`); err != nil {
			return err
		}
		written := make([]time.Time, z.paints)
		for i := range written {
			// Nobody writes in step with the frames of a screen.
			if err := pause(ctx, 40*time.Millisecond+rand.N(20*time.Millisecond)); err != nil {
				return err
			}
			written[i] = time.Now()
			if _, err := log.Write(lines(int64(i), 1, 0)); err != nil {
				return err
			}
		}
		if _, err := p.until(fmt.Sprintf(`watch.lines.has(%d)`, len(written)-1)); err != nil {
			return err
		}
		painted, err := ask[map[string]float64](p, `Object.fromEntries(watch.lines)`)
		if err != nil {
			return err
		}
		var took spread
		for i, at := range written {
			ms, ok := painted[strconv.Itoa(i)]
			if !ok {
				return fmt.Errorf("%w: line %d was never painted", errLines, i)
			}
			took = append(took, instant(ms).Sub(at))
		}
		t.goal("append → painted in a browser, 20 lines/s", took.String(), "p50 ≤ 30 ms", took.at(.5) <= 30*time.Millisecond,
			fmt.Sprintf("%d lines; from before write(2) until the frame with the row is made; at 60 frames a second, of which a line waits for half of one", len(took)))
		return p.wrong()
	})
}
