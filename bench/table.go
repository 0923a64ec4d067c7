package main

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"math"
	"os"
	"runtime"
	"slices"
	"strings"
	"time"
)

// row is one figure. ok is nil where nothing has to be reached.
type row struct {
	what, result, reach string
	ok                  *bool
	how                 string
}

type table struct {
	machine string
	rows    []row
	noise   string // how busy others kept the machine
}

// add adds a figure with no goal.
func (t *table) add(what, result, how string) {
	t.rows = append(t.rows, row{what: what, result: result, how: how})
}

// goal adds a figure that should reach something. Missing it is said, and fails nothing.
func (t *table) goal(what, result, reach string, ok bool, how string) {
	t.rows = append(t.rows, row{what, result, reach, &ok, how})
}

func (t *table) write(w io.Writer) {
	out := bufio.NewWriter(w)
	defer out.Flush()
	fmt.Fprintf(out, "%s\n\n| what | measured | to reach | how |\n| --- | --- | --- | --- |\n", t.machine)
	for _, r := range t.rows {
		reach := r.reach
		switch {
		case r.ok == nil:
			reach = ""
		case !*r.ok:
			reach += ": **missed**"
		}
		fmt.Fprintf(out, "| %s | %s | %s | %s |\n", r.what, r.result, reach, r.how)
	}
	fmt.Fprintf(out, "\n%s\n", t.noise)
}

// spread is a set of times.
type spread []time.Duration

// at is the time that a part of all, 0 to 1, did not pass.
func (s spread) at(part float64) time.Duration {
	sorted := slices.Sorted(slices.Values(s))
	return sorted[max(0, int(math.Ceil(part*float64(len(sorted))))-1)]
}

func (s spread) String() string {
	return fmt.Sprintf("p50 %s, p99 %s, max %s", short(s.at(.5)), short(s.at(.99)), short(s.at(1)))
}

func median(all []float64) float64 { return slices.Sorted(slices.Values(all))[len(all)/2] }

// short is a time with as many digits as matter.
func short(d time.Duration) string {
	switch {
	case d < 10*time.Millisecond:
		return fmt.Sprintf("%.2f ms", float64(d)/1e6)
	case d < 100*time.Millisecond:
		return fmt.Sprintf("%.1f ms", float64(d)/1e6)
	case d < time.Second:
		return fmt.Sprintf("%.0f ms", float64(d)/1e6)
	}
	return fmt.Sprintf("%.2f s", d.Seconds())
}

func mib(n int64) string { return fmt.Sprintf("%.1f MiB", float64(n)/(1<<20)) }

// count is a number with commas.
func count(n float64) string {
	s := fmt.Sprintf("%.0f", n)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}

// machine says on what all was measured, and how busy that was before.
func (s *stack) machine() string {
	cpu := "unknown processor"
	info, _ := os.ReadFile("/proc/cpuinfo")
	for line := range bytes.Lines(info) {
		if key, value, ok := strings.Cut(string(line), ":"); ok && strings.TrimSpace(key) == "model name" {
			cpu = strings.TrimSpace(value)
			break
		}
	}
	memory, _ := os.ReadFile("/proc/meminfo")
	kernel, _ := os.ReadFile("/proc/sys/kernel/osrelease")
	load, _ := os.ReadFile("/proc/loadavg")
	version := "?"
	server, _ := s.ask.Info(context.Background(), "server").Result()
	for line := range strings.Lines(server) {
		if v, ok := strings.CutPrefix(strings.TrimSpace(line), "redis_version:"); ok {
			version = v
		}
	}
	busy := "?"
	if f := strings.Fields(string(load)); len(f) > 0 {
		busy = f[0]
	}
	return fmt.Sprintf("%s: %d cores of %s, %.0f GiB RAM, Linux %s, %s, Redis %s, load %s before.", time.Now().Format(time.DateOnly), runtime.NumCPU(), cpu,
		float64(kilobytes(memory, "MemTotal:"))/(1<<30), strings.TrimSpace(string(kernel)), runtime.Version(), version, busy)
}
