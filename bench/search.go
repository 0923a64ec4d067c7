package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/sys/unix"

	"livetail/internal/wire"
	"livetail/tailer"
)

// needles are texts that one line in a hundred has. What a search costs is how often it has to look closer: of the first, every
// letter is in all other lines too; of the second, one is in none.
var needles = []struct{ text, what string }{
	{"timed out", "a text whose letters are in every line"},
	{"giving up", "a text with a letter that is rare there"},
}

// searching measures searches through the whole of a log, and what they do to whoever else is on the host.
func searching(ctx context.Context, s *stack, z sizes, t *table) error {
	path := s.log("search")
	n, err := writeRequests(ctx, path, z.big)
	if err != nil {
		return err
	}
	defer os.Remove(path)
	for _, needle := range needles {
		if err := searchFor(ctx, path, n, needle.text, needle.what, t); err != nil {
			return err
		}
	}
	if err := besideTail(ctx, s, path, z, t); err != nil {
		return err
	}
	return coldSearch(ctx, path, n, t)
}

func searchFor(ctx context.Context, path string, n int64, text, what string, t *table) error {
	var ours, theirs, bare []float64
	for range 3 {
		var all drain
		took, err := askFile(ctx, tailer.Options{}, path, search(text), &all)
		if err != nil {
			return err
		}
		found, grepTook, err := grep(ctx, path, []string{"-F", text})
		if err != nil {
			return err
		}
		if all.passed != found || found == 0 {
			return fmt.Errorf("a search for %q finds %d lines, grep %d", text, all.passed, found)
		}
		readTook, err := readAll(path)
		if err != nil {
			return err
		}
		rate := func(d time.Duration) float64 { return float64(n) / d.Seconds() / 1e9 }
		ours, theirs, bare = append(ours, rate(took)), append(theirs, rate(grepTook)), append(bare, rate(readTook))
	}
	t.goal("search for "+what, fmt.Sprintf("%.2f GB/s, grep %.2f GB/s, only reading %.2f GB/s", median(ours), median(theirs), median(bare)), "≥ half of reading", median(ours) >= median(bare)/2,
		"count of "+strconv.Quote(text)+" in "+size(n)+" in the page cache; `grep -c -F`; pread(2) of 256 KiB; in turn, median of 3")
	return nil
}

func search(text string) wire.Question {
	return wire.Question{Ask: wire.AskRead, Quiet: true, Filter: []byte(`{"include":[{"text":"` + text + `","case":true}]}`)}
}

// askFile is one question about a log.
func askFile(ctx context.Context, o tailer.Options, path string, q wire.Question, to tailer.Sink) (time.Duration, error) {
	o.Key = make([]byte, 32)
	tail, err := tailer.New(o)
	if err != nil {
		return 0, err
	}
	f := tail.Open(tailer.Source{Path: path})
	defer f.Close()
	began := time.Now()
	err = f.Ask(ctx, q, to)
	return time.Since(began), err
}

func readAll(path string) (time.Duration, error) {
	f, err := os.Open(path)
	if err != nil {
		return 0, err
	}
	defer f.Close()
	b := make([]byte, 256<<10)
	began := time.Now()
	for at := int64(0); ; {
		n, err := unix.Pread(int(f.Fd()), b, at)
		if err != nil {
			return 0, err
		}
		if n == 0 {
			return time.Since(began), nil
		}
		at += int64(n)
	}
}

// besideTail is what a live tail takes while the same worker searches all the time.
func besideTail(ctx context.Context, s *stack, big string, z sizes, t *table) error {
	path := s.log("beside")
	defer os.Remove(path)
	var ratios []float64
	var alone, beside spread
	for range 3 {
		quiet, err := latencyOf(ctx, tailer.Options{}, path, z.latencyLines, nil)
		if err != nil {
			return err
		}
		busy, err := latencyOf(ctx, tailer.Options{}, path, z.latencyLines, func(ctx context.Context, tail *tailer.Tailer) error {
			f := tail.Open(tailer.Source{Path: big})
			defer f.Close()
			for {
				if err := f.Ask(ctx, search(needles[0].text), &drain{}); err != nil {
					return err
				}
			}
		})
		if err != nil {
			return err
		}
		alone, beside = append(alone, quiet...), append(beside, busy...)
		ratios = append(ratios, float64(busy.at(.5))/float64(quiet.at(.5)))
	}
	t.add("write → seen beside two searches", fmt.Sprintf("%s; alone %s; p50 %.2f times", beside, alone, median(ratios)),
		"followers of one process; the searches begin again and again; in turn, three times")
	return nil
}

// coldSearch is how much of a log that nobody read is in the page cache after it was searched.
func coldSearch(ctx context.Context, path string, n int64, t *table) error {
	kept := func(look func() error) (float64, error) {
		if err := forget(path); err != nil {
			return 0, err
		}
		if err := look(); err != nil {
			return 0, err
		}
		cached, err := inCache(path)
		return 100 * float64(cached) / float64(n), err
	}
	ours, err := kept(func() error {
		_, err := askFile(ctx, tailer.Options{}, path, search(needles[0].text), &drain{})
		return err
	})
	if err != nil {
		return err
	}
	theirs, err := kept(func() error {
		_, _, err := grep(ctx, path, []string{"-F", needles[0].text})
		return err
	})
	if err != nil {
		return err
	}
	t.goal("of a log that was not in the page cache, in it after a search", fmt.Sprintf("%.1f %%; grep %.1f %%", ours, theirs), "≤ 5 %", ours <= 5, "of "+size(n)+"; mincore(2)")
	return nil
}

// forget takes a file out of the page cache.
func forget(path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	if err := f.Sync(); err != nil {
		return err
	}
	return drop(int(f.Fd()))
}

// inCache is how many bytes of a file are in the page cache.
func inCache(path string) (n int64, err error) {
	f, err := os.Open(path)
	if err != nil {
		return 0, err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return 0, err
	}
	page := os.Getpagesize()
	mapped, err := unix.Mmap(int(f.Fd()), 0, int(info.Size()), unix.PROT_READ, unix.MAP_SHARED)
	if err != nil {
		return 0, err
	}
	defer unix.Munmap(mapped)
	there := make([]byte, (len(mapped)+page-1)/page)
	if err := mincore(mapped, there); err != nil {
		return 0, err
	}
	return int64(bytes.Count(there, []byte{1}) * page), nil
}

// latencyOf is write → seen of a follower, with others of its tailer beside it.
func latencyOf(ctx context.Context, o tailer.Options, path string, n int, other func(context.Context, *tailer.Tailer) error) (spread, error) {
	if err := os.WriteFile(path, []byte("the first line\n"), 0o600); err != nil {
		return nil, err
	}
	ctx, stop := context.WithCancel(ctx)
	var under sync.WaitGroup
	defer under.Wait()
	defer stop()
	o.Key = make([]byte, 32)
	tail, err := tailer.New(o)
	if err != nil {
		return nil, err
	}
	failed := make(chan error, 8)
	start := func(do func() error) {
		under.Go(func() {
			if err := do(); err != nil && ctx.Err() == nil {
				failed <- err
			}
		})
	}
	start(func() error { return tail.Run(ctx) })
	f := tail.Open(tailer.Source{Path: path})
	defer f.Close()
	to := &stopwatch{live: make(chan struct{}), took: make(chan time.Duration, n)}
	start(func() error { return f.Follow(ctx, tailer.Start{}, to) })
	if other != nil {
		for range 2 {
			start(func() error { return other(ctx, tail) })
		}
	}
	select {
	case <-to.live:
	case err := <-failed:
		return nil, err
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	start(func() error { return each5ms(ctx, path, n, func(at time.Time) { to.wrote.Store(&at) }) })
	var all spread
	for len(all) < n {
		select {
		case took := <-to.took:
			all = append(all, took)
		case err := <-failed:
			return nil, err
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-time.After(20 * time.Second):
			return nil, errors.New("a line does not come")
		}
	}
	return all, nil
}

// stopwatch takes the time when lines come.
type stopwatch struct {
	drain
	live  chan struct{}
	wrote atomic.Pointer[time.Time]
	took  chan time.Duration
}

func (w *stopwatch) Send(ctx context.Context, f *wire.Frame) error {
	switch at := w.wrote.Load(); {
	case f.Kind == wire.Mark && bytes.Contains(f.Payload, []byte(`"live"`)):
		close(w.live)
	case f.Kind == wire.Lines && at != nil:
		for range bytes.Count(f.Payload, []byte{'\n'}) {
			w.took <- time.Since(*at)
		}
	}
	return nil
}
