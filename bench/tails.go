package main

import (
	"context"
	"fmt"
	"os"
	"sync"
	"sync/atomic"
	"time"
)

const manyLines = 100 // of each log when the tails open

// watcher is one of many tails, with the goroutine that reads it.
type watcher struct {
	log     int
	page    *tail
	first   time.Duration // from the start of all to its first line
	live    atomic.Bool
	lines   atomic.Int64 // that came whole
	closing atomic.Bool
	failed  error // its own until it has ended
}

// crowd is many tails on few logs.
type crowd struct {
	s       *stack
	logs    [manyLogs]*os.File
	written [manyLogs]int64
	all     []*watcher
	working sync.WaitGroup
	ended   chan *watcher // before it was told to
}

// manyTails opens many tails at once, lets them idle, sees whether all still live, and closes them at once.
func manyTails(ctx context.Context, s *stack, z sizes, t *table) error {
	c := &crowd{s: s, ended: make(chan *watcher, z.tails)}
	ctx, cancel := context.WithCancel(ctx)
	defer c.close()
	defer cancel()
	for i := range c.logs {
		n, err := s.makeLog(ctx, manyLog(i), manyLines*lineSize)
		if err != nil {
			return err
		}
		if c.logs[i], err = os.OpenFile(s.log(manyLog(i)), os.O_APPEND|os.O_WRONLY, 0); err != nil {
			return err
		}
		c.written[i] = n
	}
	nobody := s.usage()
	if err := pause(ctx, z.idle/2); err != nil {
		return err
	}
	words, _, err := nobody()
	if err != nil {
		return err
	}
	t.add("no tails, processor", words, short(z.idle/2))
	took, err := c.open(ctx, z.tails)
	if err != nil {
		return err
	}
	n := count(float64(z.tails))
	t.add(n+" tails opened at once → all have a line", fmt.Sprintf("%s (p50 of each %s)", short(took.at(1)), short(took.at(.5))),
		fmt.Sprintf("on %d logs of %d lines; GET, WebSocket, `open` of all at once, from one client process", manyLogs, manyLines))
	if err := c.idle(ctx, z, t); err != nil {
		return err
	}
	if err := c.untilAll(ctx); err != nil {
		return fmt.Errorf("after idling: %w", err)
	}
	begin := time.Now()
	for _, w := range c.all {
		w.closing.Store(true)
		c.working.Go(w.page.close)
	}
	at, looks, err := s.untilClosed(ctx)
	if err != nil {
		return err
	}
	d := at.Sub(begin)
	t.goal(n+" tabs closed at once → all files closed", short(d), "≤ 2 s", d <= 2*time.Second,
		"until /proc/&lt;worker&gt;/fd has none of the logs; looked at every "+short(d/time.Duration(looks)))
	return nil
}

// open opens n tails at once and waits until all are at the live edge.
func (c *crowd) open(ctx context.Context, n int) (spread, error) {
	signal := make(chan struct{})
	var begin time.Time
	for i := range n {
		w := &watcher{log: i % manyLogs}
		c.all = append(c.all, w)
		c.working.Go(func() {
			<-signal
			if w.failed = w.read(ctx, c.s.client, begin); !w.closing.Load() {
				c.ended <- w
			}
		})
	}
	begin = time.Now()
	close(signal)
	if err := c.untilAll(ctx); err != nil {
		return nil, err
	}
	var took spread
	for _, w := range c.all {
		took = append(took, w.first)
	}
	return took, nil
}

// read opens the tail and reads it until it ends.
func (w *watcher) read(ctx context.Context, c *client, begin time.Time) (err error) {
	if w.page, err = c.open(ctx, manyLog(w.log), -1); err != nil {
		return err
	}
	defer w.page.gone()
	if err := w.page.untilLines(ctx); err != nil {
		return err
	}
	w.first = time.Since(begin)
	for {
		if err := w.page.wrong(); err != nil {
			return err
		}
		if w.page.first != 0 {
			return fmt.Errorf("%w: the first was %d", errLines, w.page.first)
		}
		w.lines.Store(w.page.want) // what was stored before is seen by who loads this
		w.live.Store(w.page.live)
		if _, err := w.page.next(ctx); err != nil {
			return err
		}
	}
}

// untilAll waits until each tail has every line of its log.
func (c *crowd) untilAll(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	for {
		missing := 0
		for _, w := range c.all {
			if !w.live.Load() || w.lines.Load() != c.written[w.log] {
				missing++
			}
		}
		if missing == 0 {
			return nil
		}
		select {
		case w := <-c.ended:
			return fmt.Errorf("a tail on log %d ended: %w", w.log, w.failed)
		case <-ctx.Done():
			return fmt.Errorf("%d of %d tails do not have all lines: %w", missing, len(c.all), ctx.Err())
		case <-time.After(2 * time.Millisecond):
		}
	}
}

// append adds a line to a log.
func (c *crowd) append(log int) error {
	if _, err := c.logs[log].Write(lines(c.written[log], 1, 0)); err != nil {
		return fmt.Errorf("appending a line: %w", err)
	}
	c.written[log]++
	return nil
}

// idle measures what the tails cost while each gets a line every 10 s.
func (c *crowd) idle(ctx context.Context, z sizes, t *table) error {
	if err := pause(ctx, z.idle/4); err != nil { // what opening left is done then
		return err
	}
	began := c.s.usage()
	begin := time.Now()
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	for i := 0; time.Since(begin) < z.idle; i++ {
		select {
		case w := <-c.ended:
			return fmt.Errorf("a tail on log %d ended while it was idle: %w", w.log, w.failed)
		case <-ctx.Done():
			return ctx.Err()
		case <-tick.C:
		}
		if err := c.append(i % manyLogs); err != nil {
			return err
		}
	}
	words, sum, err := began()
	if err != nil {
		return err
	}
	m, err := c.s.memories(false)
	if err != nil {
		return err
	}
	for i := range c.logs { // a last line for each, to see that all still live
		if err := c.append(i); err != nil {
			return err
		}
	}
	n := count(float64(len(c.all)))
	t.goal(n+" idle tails, processor", words, "≤ 5 %", sum <= 5,
		fmt.Sprintf("%s; on %d logs, each log gets a line every 10 s; afterwards each tail still gets an appended line", short(time.Since(begin)), manyLogs))
	t.add(n+" idle tails, memory", fmt.Sprintf("web %s, worker %s, redis %s", mib(m[0].now), mib(m[1].now), mib(m[2].now)), "VmRSS at the end of that")
	return nil
}

// close waits for what was started; the context must have ended.
func (c *crowd) close() {
	c.working.Wait()
	for _, f := range c.logs {
		if f != nil {
			f.Close()
		}
	}
}
