package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"sync"
	"time"

	"livetail/internal/wire"
)

// hidden measures what a page costs that nobody looks at, beside one that somebody does, while 1,000 lines a second are written.
func hidden(ctx context.Context, s *stack, z sizes, t *table) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	log, err := os.Create(s.log("hidden"))
	if err != nil {
		return err
	}
	defer log.Close()
	var pages [2]*tail
	for i := range pages {
		if pages[i], err = s.client.open(ctx, "hidden", 0); err != nil {
			return err
		}
		defer pages[i].gone()
		if err := pages[i].untilLive(ctx); err != nil {
			return err
		}
		pages[i].from(0)
	}
	looked, rests := pages[0], pages[1]
	if err := rests.say(ctx, map[string]any{"op": "set", "rev": 1, "from": rests.position, "quiet": true}); err != nil {
		return err
	}
	looked.received, rests.received = 0, 0
	n := int64(z.idle / time.Millisecond)
	began := time.Now()
	var wrong [2]error
	var reading sync.WaitGroup
	reading.Go(func() { wrong[0] = looked.untilLine(ctx, n) })
	reading.Go(func() { wrong[1] = rests.untilCounted(ctx, n) })
	for at := int64(0); at < n; at += 10 {
		if err := pause(ctx, time.Until(began.Add(time.Duration(at)*time.Millisecond))); err != nil {
			return err
		}
		if _, err := log.Write(lines(at, 10, 0)); err != nil {
			cancel()
			return fmt.Errorf("appending lines: %w", err)
		}
	}
	reading.Wait()
	if err := errors.Join(wrong[:]...); err != nil {
		return err
	}
	each := func(p *tail) float64 { return float64(p.received) / time.Since(began).Seconds() }
	t.goal("a hidden page gets, of 1,000 lines a second", count(each(rests))+" bytes/s", "≤ 1,024 bytes/s", each(rests) <= 1024,
		fmt.Sprintf("all messages of its socket, for %s; one that is looked at gets %s bytes/s; the hidden one's counts are right", short(z.idle), count(each(looked))))
	return nil
}

// untilCounted reads until n lines were counted. A line among them is an error.
func (t *tail) untilCounted(ctx context.Context, n int64) error {
	for counted := int64(0); counted < n; {
		f, err := t.next(ctx)
		switch {
		case err != nil:
			return fmt.Errorf("%d of %d lines were counted: %w", counted, n, err)
		case f.Rev == 0: // from before the page was hidden
			continue
		case f.Kind == wire.Lines && len(f.Payload) > 0:
			return fmt.Errorf("%w: a page that rests got one", errLines)
		}
		if counted += int64(f.Looked); counted > n || f.Looked != f.Passed {
			return fmt.Errorf("%w: %d were counted, %d passed of the last %d, and %d were written", errLines, counted, f.Passed, f.Looked, n)
		}
	}
	return nil
}
