package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"os/exec"
	"runtime"
	"slices"
	"strings"
	"time"

	"livetail/internal/wire"
	"livetail/tailer"
)

// following measures a follower in this process, without anything around it, beside GNU tail on the same files.
func following(ctx context.Context, s *stack, z sizes, t *table) error {
	path := s.log("follow")
	n, err := writeRequests(ctx, path, z.big)
	if err != nil {
		return err
	}
	defer os.Remove(path)
	if err := followBurst(ctx, path, n, t); err != nil {
		return err
	}
	if err := lastLines(ctx, s, z, t); err != nil {
		return err
	}
	if err := seekTime(ctx, path, n, t); err != nil {
		return err
	}
	return writeSeen(ctx, s, z, t)
}

// followBurst reads all of a log that is in the page cache.
func followBurst(ctx context.Context, path string, n int64, t *table) error {
	var ours, theirs, allocs []float64
	var grown int64
	for range 3 {
		var all drain
		self := seen{name: "bench", pid: os.Getpid()}
		runtime.GC()
		if err := self.forgetPeak(); err != nil {
			return err
		}
		rss, _, err := self.memory()
		if err != nil {
			return err
		}
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		took, err := follow(ctx, path, tailer.Start{Lines: math.MaxInt, Stop: true}, &all)
		if err != nil {
			return err
		}
		runtime.ReadMemStats(&after)
		_, peak, err := self.memory()
		if err != nil {
			return err
		}
		if all.bytes != n {
			return fmt.Errorf("following %s: %d bytes of %d came", path, all.bytes, n)
		}
		theirTook, err := command(ctx, n, "tail", "-n", "+1", path)
		if err != nil {
			return err
		}
		grown = max(grown, peak-rss)
		ours, theirs = append(ours, float64(n)/took.Seconds()/1e9), append(theirs, float64(n)/theirTook.Seconds()/1e9)
		allocs = append(allocs, float64(after.Mallocs-before.Mallocs)/float64(all.frames))
	}
	t.goal("follow "+size(n)+" of 120-byte lines", fmt.Sprintf("%.2f GB/s, GNU tail %.2f GB/s", median(ours), median(theirs)), "≥ 1 GB/s", median(ours) >= 1,
		"page-cached file, a follower to a sink that discards; `tail -n +1` into a pipe that is read and discarded, in turn, median of 3")
	t.goal("allocations a frame in that", fmt.Sprintf("%.3f", median(allocs)), "0", median(allocs) < .1, "`runtime.MemStats.Mallocs`, what opening the log takes in it; frames of up to 256 KiB")
	t.goal("memory in that (growth)", mib(grown), "flat", grown < 8<<20, "VmHWM, begun anew before it, against VmRSS; the largest of 3")
	return nil
}

// follow is one Follow of a log, from its beginning to its end.
func follow(ctx context.Context, path string, start tailer.Start, to tailer.Sink) (time.Duration, error) {
	tail, err := tailer.New(tailer.Options{Key: make([]byte, 32)})
	if err != nil {
		return 0, err
	}
	f := tail.Open(tailer.Source{Path: path})
	defer f.Close()
	began := time.Now()
	err = f.Follow(ctx, start, to)
	return time.Since(began), err
}

// command is how long a command takes to write out n bytes.
func command(ctx context.Context, n int64, name string, args ...string) (time.Duration, error) {
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Env = append(os.Environ(), "LC_ALL=C")
	out, err := cmd.StdoutPipe()
	if err != nil {
		return 0, err
	}
	began := time.Now()
	if err := cmd.Start(); err != nil {
		return 0, err
	}
	got, err := io.CopyBuffer(struct{ io.Writer }{io.Discard}, struct{ io.Reader }{out}, make([]byte, 1<<20))
	took := time.Since(began)
	if err = errors.Join(err, cmd.Wait()); err == nil && got != n {
		err = fmt.Errorf("it wrote %d bytes, not %d", got, n)
	}
	if err != nil {
		return 0, fmt.Errorf("running %s %s: %w", name, strings.Join(args, " "), err)
	}
	return took, nil
}

// lastLines reads the end of a log that is large, the front of which is a hole: nobody reads it, whatever is there.
func lastLines(ctx context.Context, s *stack, z sizes, t *table) error {
	path := s.log("last")
	defer os.Remove(path)
	whole := 10 * z.big
	end := min(z.big, 256<<20)
	if err := hollow(ctx, path, whole-end, end); err != nil {
		return err
	}
	for _, c := range []struct {
		lines int64
		reach time.Duration
	}{{10, time.Millisecond}, {1_000_000, 50 * time.Millisecond}} {
		if c.lines*120 > end {
			continue
		}
		var ours, theirs spread
		for range 11 {
			var all drain
			took, err := follow(ctx, path, tailer.Start{Lines: int(c.lines), MaxBytes: math.MaxInt64, Stop: true}, &all)
			if err == nil && all.bytes != c.lines*120 {
				err = fmt.Errorf("the last %d lines: %d bytes came", c.lines, all.bytes)
			}
			if err != nil {
				return err
			}
			ours = append(ours, took)
			if took, err = command(ctx, c.lines*120, "tail", "-n", fmt.Sprint(c.lines), path); err != nil {
				return err
			}
			theirs = append(theirs, took)
		}
		t.goal(fmt.Sprintf("last %s lines of a log of %s", count(float64(c.lines)), size(whole)), fmt.Sprintf("%s, GNU tail %s", short(ours.at(.5)), short(theirs.at(.5))),
			"≤ "+short(c.reach), ours.at(.5) <= c.reach, "from opening the log until the sink has all of them; `tail -n` into a pipe, in turn, starting the program in it; median of 11")
	}
	return theHole(ctx, s, whole, t)
}

// hollow makes a log that begins with a hole.
func hollow(ctx context.Context, path string, hole, lines int64) error {
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	defer f.Close()
	if _, err := f.Seek(hole, io.SeekStart); err != nil {
		return err
	}
	if _, err := f.WriteString("\n"); err != nil {
		return err
	}
	w := bufio.NewWriterSize(f, 1<<20)
	for at := int64(0); at < lines; at += 120 {
		fmt.Fprintf(w, "%-119d\n", at/120)
	}
	return errors.Join(ctx.Err(), w.Flush())
}

// theHole asks for the last lines of a log that is nothing but a hole before its only line.
func theHole(ctx context.Context, s *stack, hole int64, t *table) error {
	path := s.log("hole")
	defer os.Remove(path)
	if err := hollow(ctx, path, hole, 1); err != nil {
		return err
	}
	var all drain
	took, err := follow(ctx, path, tailer.Start{Lines: 10, MaxBytes: math.MaxInt64, Stop: true}, &all)
	if err != nil {
		return err
	}
	theirs, err := command(ctx, hole+121, "tail", "-n", "10", path)
	if err != nil {
		return err
	}
	t.goal("last 10 lines of a log that is a hole of "+size(hole)+" and one line", fmt.Sprintf("%s, GNU tail %s", short(took), short(theirs)), "≤ 1.00 ms", took <= time.Millisecond,
		"once each; the hole is a gap, GNU tail writes its NULs")
	return nil
}

// seekTime counts what is read to find a time.
func seekTime(ctx context.Context, path string, n int64, t *table) error {
	at := time.Date(2026, 1, 2, 10, 30, 0, 0, time.UTC).UnixMilli()
	self := seen{name: "bench", pid: os.Getpid()}
	before, err := self.read()
	if err != nil {
		return err
	}
	var all drain
	took, err := askFile(ctx, tailer.Options{}, path, wire.Question{Ask: wire.AskTime, At: at, Lines: 1}, &all)
	if err != nil {
		return err
	}
	after, err := self.read()
	if err != nil {
		return err
	}
	t.add("go to a time in a log of "+size(n), fmt.Sprintf("%s, %.0f KiB read", short(took), float64(after-before)/1024), "`rchar` of /proc/self/io; bisection over the lines' times")
	return nil
}

// writeSeen is how long a line takes from write(2) to the sink of a follower.
func writeSeen(ctx context.Context, s *stack, z sizes, t *table) error {
	path := s.log("seen")
	defer os.Remove(path)
	ours, err := latencyOf(ctx, tailer.Options{}, path, z.latencyLines, nil)
	if err != nil {
		return err
	}
	theirs, err := tailLatency(ctx, path, z.latencyLines)
	if err != nil {
		return err
	}
	t.goal("write → seen", fmt.Sprintf("%s; GNU tail %s", ours, theirs), "p50 ≤ 0.20 ms", ours.at(.5) <= 200*time.Microsecond,
		fmt.Sprintf("%d lines, one each 5 ms, from before write(2) to the follower's sink; `tail -F`: to the read(2) of its pipe", z.latencyLines))
	return nil
}

// each5ms writes n lines to a log that is there, and takes the time before each.
func each5ms(ctx context.Context, path string, n int, wrote func(time.Time)) error {
	log, err := os.OpenFile(path, os.O_WRONLY|os.O_APPEND, 0)
	if err != nil {
		return err
	}
	defer log.Close()
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for range n {
		select {
		case <-tick.C:
		case <-ctx.Done():
			return ctx.Err()
		}
		wrote(time.Now())
		if _, err := log.WriteString("a line of a quiet log\n"); err != nil {
			return err
		}
	}
	return nil
}

// tailLatency is the same with GNU tail.
func tailLatency(ctx context.Context, path string, n int) (took spread, err error) {
	cmd := exec.CommandContext(ctx, "tail", "-n", "1", "-F", path)
	out, err := cmd.StdoutPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		return nil, fmt.Errorf("running tail: %w", err)
	}
	defer func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	}()
	in := bufio.NewReader(out)
	if _, err := in.ReadString('\n'); err != nil { // it follows
		return nil, fmt.Errorf("reading what tail writes: %w", err)
	}
	wrote := make(chan time.Time, n)
	failed := make(chan error, 1)
	go func() { failed <- each5ms(ctx, path, n, func(at time.Time) { wrote <- at }) }()
	for range n {
		if _, err := in.ReadString('\n'); err != nil {
			return nil, errors.Join(fmt.Errorf("reading what tail writes: %w", err), <-failed)
		}
		took = append(took, time.Since(<-wrote))
	}
	return slices.Clip(took), <-failed
}
