package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"slices"
	"strconv"
	"time"

	"livetail/internal/wire"
	"livetail/tailer"
)

const filterLog = "filter.log"

// filters measures how fast a follower lets the lines of a log pass that has been read before, beside grep on the same file.
func filters(ctx context.Context, s *stack, z sizes, t *table) error {
	path := s.log(filterLog)
	n, err := writeRequests(ctx, path, z.big)
	if err != nil {
		return err
	}
	defer os.Remove(path)
	for _, c := range []struct {
		what, filter string
		grep         []string
		floor        float64 // GB/s; 0: as fast as grep
	}{
		{"a text", `{"include":[{"text":"timed out","case":true}]}`, []string{"-F", "timed out"}, 1},
		{"a text in any case", `{"include":[{"text":"timed out"}]}`, []string{"-i", "-F", "timed out"}, 1},
		{"an RE2 pattern", `{"include":[{"text":"timed out after [0-9]+ms","regex":true,"case":true}]}`, []string{"-E", "timed out after [0-9]+ms"}, 0},
		{"an RE2 pattern without a text in it", `{"include":[{"text":"[0-9]{4}[a-z]","regex":true,"case":true}]}`, []string{"-E", "[0-9]{4}[a-z]"}, 0},
	} {
		var ours, theirs []float64
		for range 3 {
			passed, took, err := sift(ctx, path, c.filter)
			if err != nil {
				return err
			}
			found, grepTook, err := grep(ctx, path, c.grep)
			if err != nil {
				return err
			}
			if passed != found {
				return fmt.Errorf("%s: %d lines passed, grep finds %d", c.what, passed, found)
			}
			ours, theirs = append(ours, float64(n)/took.Seconds()/1e9), append(theirs, float64(n)/grepTook.Seconds()/1e9)
		}
		slices.Sort(ours)
		slices.Sort(theirs)
		least, reach := theirs[1], "as fast as grep"
		if c.floor > 0 {
			least, reach = c.floor, fmt.Sprintf("≥ %.0f GB/s", c.floor)
		}
		t.goal("filter by "+c.what, fmt.Sprintf("%.2f GB/s, grep %.2f GB/s", ours[1], theirs[1]), reach, ours[1] >= least,
			fmt.Sprintf("follower of %s to a sink that discards; `grep -c %s` in turn, median of 3", size(n), c.grep[0]))
	}
	return nil
}

// writeRequests makes a log of 120-byte lines, one in a hundred of which timed out.
func writeRequests(ctx context.Context, path string, size int64) (n int64, err error) {
	f, err := os.Create(path)
	if err != nil {
		return 0, err
	}
	w := bufio.NewWriterSize(f, 1<<20)
	for i := 0; n < size; i++ {
		text := "served from the cache in due time"
		if i%100 == 99 {
			text = "timed out after 3000ms, giving up"
		}
		m, _ := fmt.Fprintf(w, "%-119s\n", fmt.Sprintf("2026-01-02T10:%02d:%02d.%03dZ INFO server: request id=%09d path=/api/v1/items/%03d %s", i/60%60, i%60, i%1000, i, i%977, text))
		if n += int64(m); i%10_000 == 0 && ctx.Err() != nil {
			break
		}
	}
	return n, errors.Join(ctx.Err(), w.Flush(), f.Close())
}

// drain takes all frames; once it has a place in the file, it ends the Follow if it is only asked for that.
type drain struct {
	passed, bytes, frames int64
	begin                 wire.Position
	once                  bool
}

var errEnough = errors.New("enough")

func (d *drain) Room(ctx context.Context) (int, error) { return wire.MaxPayload, ctx.Err() }
func (d *drain) Turn()                                 {}
func (d *drain) Send(_ context.Context, f *wire.Frame) error {
	d.passed += int64(f.Passed)
	if f.Kind == wire.Lines {
		d.bytes += int64(len(f.Payload))
		d.frames++
	}
	if f.Kind == wire.Lines && d.once {
		d.begin = wire.Position{{File: f.After[f.Index].File, Offset: f.Start}}
		return errEnough
	}
	return nil
}

// sift follows the whole of a log with a filter, up to its end.
func sift(ctx context.Context, path, filter string) (passed int64, took time.Duration, err error) {
	tail, err := tailer.New(tailer.Options{Key: make([]byte, 32)})
	if err != nil {
		return 0, 0, err
	}
	f := tail.Open(tailer.Source{Path: path})
	defer f.Close()
	first := drain{once: true}
	if err := f.Follow(ctx, tailer.Start{Lines: 1 << 40, MaxBytes: 1 << 50}, &first); !errors.Is(err, errEnough) {
		return 0, 0, fmt.Errorf("finding the first line: %w", err)
	}
	var all drain
	began := time.Now()
	err = f.Follow(ctx, tailer.Start{From: first.begin, Filter: []byte(filter), Stop: true}, &all)
	return all.passed, time.Since(began), err
}

func grep(ctx context.Context, path string, args []string) (found int64, took time.Duration, err error) {
	cmd := exec.CommandContext(ctx, "grep", append(append([]string{"-c"}, args...), path)...)
	cmd.Env = append(os.Environ(), "LC_ALL=C")
	began := time.Now()
	out, err := cmd.Output()
	took = time.Since(began)
	if code := cmd.ProcessState.ExitCode(); err != nil && code != 1 { // 1: nothing found
		return 0, took, fmt.Errorf("running grep: %w", err)
	}
	found, err = strconv.ParseInt(string(bytes.TrimSpace(out)), 10, 64)
	return found, took, err
}
