package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"
	"sync"
	"time"
)

// burst writes very many lines at once to a log that one page follows, through livetail and through the floor in turn.
func burst(ctx context.Context, s *stack, z sizes, t *table) error {
	data := lines(0, int64(z.burstLines), 0)
	idle, err := s.memories(false)
	if err != nil {
		return err
	}
	before, err := s.times()
	if err != nil {
		return err
	}
	var product, floor, ratio []float64 // lines a second
	var peak [3]int64
	var waiting int64
	var floorCPU time.Duration
	for i := range z.bursts {
		stop := s.sampleBuffers(ctx)
		if _, err := s.memories(true); err != nil {
			return err
		}
		took, err := s.burst(ctx, burstLog(i), data)
		waiting = max(waiting, stop())
		if errors.Is(err, errLines) {
			t.goal("lines", err.Error(), "as they were written", false, "burst "+strconv.Itoa(i+1))
		}
		if err != nil {
			return err
		}
		now, err := s.memories(false)
		if err != nil {
			return err
		}
		for p := range peak {
			peak[p] = max(peak[p], now[p].peak)
		}
		bare, cpu, err := s.floorBurst(ctx, data)
		floorCPU += cpu
		if err != nil {
			return fmt.Errorf("the floor: %w", err)
		}
		say("burst %d: livetail %s, floor %s", i+1, short(took), short(bare))
		n := float64(z.burstLines)
		product, floor, ratio = append(product, n/took.Seconds()), append(floor, n/bare.Seconds()), append(ratio, bare.Seconds()/took.Seconds())
	}
	after, err := s.times()
	if err != nil {
		return err
	}
	n, rate := float64(z.burstLines), median(product)
	of := "median of " + strconv.Itoa(z.bursts)
	t.goal(count(n)+" lines of 120 bytes at once, one page", fmt.Sprintf("%.2f s: %s lines/s, %.0f MB/s", n/rate, count(rate), rate*lineSize/1e6),
		"≥ 1,000,000 lines/s", rate >= 1e6, "from the first write(2) to the last line read; "+of+" ("+each(product)+" lines/s)")
	t.goal("of these lost / repeated or reordered / changed", "0 / 0 / 0", "0", true, "every byte is compared with what was written; else the run fails")
	t.add("the same through the floor", fmt.Sprintf("%.2f s: %s lines/s, %.0f MB/s", n/median(floor), count(median(floor)), median(floor)*lineSize/1e6),
		"follower and socket in one process, no Redis, same client; in turn with the above, "+of+" ("+each(floor)+" lines/s)")
	t.add("livetail / floor", fmt.Sprintf("%.2f", median(ratio)), "lines/s; each run with the one right after it, "+of)
	used := func(d time.Duration) string { return short(d / time.Duration(z.bursts)) }
	t.add("processor time for one burst", fmt.Sprintf("web %s, worker %s, redis %s; the floor %s", used(after[0]-before[0]), used(after[1]-before[1]), used(after[2]-before[2]), used(floorCPU)),
		"user and system time of each process, from /proc; mean of "+strconv.Itoa(z.bursts)+"; the client and the writer are not in it")
	const most = 38 << 20
	var growth []string
	ok := true
	for p, name := range []string{"web", "worker", "redis"} {
		grown := peak[p] - idle[p].now
		growth = append(growth, fmt.Sprintf("%s %s (+%s)", name, mib(peak[p]), mib(grown)))
		ok = ok && grown <= most
	}
	t.goal("memory at most during it (growth)", strings.Join(growth, ", "), "≤ +32 MiB + 6 MiB of credit, each", ok, "VmHWM, begun anew before each burst, against VmRSS before the first; the largest")
	t.add("largest pub/sub output buffer in Redis", mib(waiting), "`omem` in CLIENT LIST TYPE pubsub every 5 ms; Redis ends a subscriber at 32 MB")
	return nil
}

func each(rates []float64) string {
	var all []string
	for _, r := range rates {
		all = append(all, count(r))
	}
	return strings.Join(all, "; ")
}

// burst gives the time from the first byte written to the last line read.
func (s *stack) burst(ctx context.Context, id string, data []byte) (time.Duration, error) {
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	log, err := os.Create(s.log(id))
	if err != nil {
		return 0, err
	}
	defer log.Close()
	defer os.Remove(log.Name())
	page, err := s.client.open(ctx, id, 0)
	if err != nil {
		return 0, err
	}
	defer page.gone()
	return page.burst(ctx, log, data)
}

// burst writes data to log, which page follows and which is empty, and reads it all.
func (page *tail) burst(ctx context.Context, log *os.File, data []byte) (time.Duration, error) {
	if err := page.untilLive(ctx); err != nil {
		return 0, err
	}
	page.from(0)
	written := make(chan error, 1)
	begin := time.Now()
	go func() {
		_, err := log.Write(data)
		written <- err
	}()
	err := page.untilLine(ctx, int64(len(data)/lineSize))
	took := time.Since(begin)
	return took, errors.Join(err, <-written)
}

// floorBurst is burst without livetail, with the processor time that it took.
func (s *stack) floorBurst(ctx context.Context, data []byte) (took, cpu time.Duration, err error) {
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	f, err := s.startFloor(ctx)
	if err != nil {
		return 0, 0, err
	}
	defer f.end()
	if took, err = f.page.burst(ctx, f.log, data); err != nil {
		return 0, 0, err
	}
	cpu, err = f.process.cpu()
	return took, cpu, err
}

// sampleBuffers looks at what Redis holds back for its subscribers until stop, which gives the largest.
func (s *stack) sampleBuffers(ctx context.Context) (stop func() int64) {
	ctx, cancel := context.WithCancel(ctx)
	var largest int64
	var sampling sync.WaitGroup
	sampling.Go(func() {
		tick := time.NewTicker(5 * time.Millisecond)
		defer tick.Stop()
		for {
			select {
			case <-ctx.Done():
				return
			case <-tick.C:
			}
			list, _ := s.ask.Do(ctx, "client", "list", "type", "pubsub").Text()
			for word := range strings.FieldsSeq(list) {
				if n, ok := strings.CutPrefix(word, "omem="); ok {
					bytes, _ := strconv.ParseInt(n, 10, 64)
					largest = max(largest, bytes)
				}
			}
		}
	})
	return func() int64 {
		cancel()
		sampling.Wait()
		return largest
	}
}
