package main

import (
	"bytes"
	"context"
	"fmt"
	"os/exec"
	"strconv"
	"strings"
	"time"
)

// within is how soon pages must go on after a fault, where something was promised.
var within = map[string]time.Duration{
	"worker kill -9, another serves the host": 6 * time.Second,
	"worker stopped in order, another serves": time.Second,
}

// faults measures how long pages stand still after each fault.
func faults(ctx context.Context, _ *stack, z sizes, t *table) error {
	results, err := storm(ctx, "Fault", z.faults)
	for _, r := range results {
		p50, most := seconds(r.figures["p50-s"]), seconds(r.figures["max-s"])
		reach, limited := within[r.name]
		result := fmt.Sprintf("p50 %s, max %s", short(p50), short(most))
		how := fmt.Sprintf("%d tries, 10 pages, a line every 20 ms; the age of the oldest line when it came, of the page that waited longest", z.faults)
		if limited {
			t.goal("pause: "+r.name, result, "max ≤ "+short(reach), most <= reach, how)
		} else {
			t.add("pause: "+r.name, result, how)
		}
	}
	return err
}

// stalled measures what pages cost that stop reading while a log grows by 120 MB.
func stalled(ctx context.Context, _ *stack, _ sizes, t *table) error {
	results, err := storm(ctx, "Stalled", 1)
	for _, r := range results {
		web, worker := r.figures["web-MiB"], r.figures["worker-MiB"]
		t.goal("growth with "+r.name+" pages that read nothing", fmt.Sprintf("web %.1f MiB, worker %.1f MiB", web, worker), "≤ 32 MiB + 6 MiB of credit, each", web <= 38 && worker <= 38,
			fmt.Sprintf("VmHWM against VmRSS before, while 2,000,000 lines are written; a page that reads had all after %.1f s; the kernel held %.0f KiB for one page at most",
				r.figures["reader-s"], r.figures["queue-KiB"]))
	}
	return err
}

// result is one line of what go test -bench says.
type result struct {
	name    string
	figures map[string]float64
}

// storm runs a benchmark of chaos/storm, which has an installation of its own.
func storm(ctx context.Context, name string, times int) (all []result, err error) {
	c := exec.CommandContext(ctx, "go", "test", "-buildvcs=false", "-run", "^$", "-bench", "^Benchmark"+name+"$", "-benchtime", fmt.Sprint(times, "x"), "-timeout", "1h", "livetail/chaos/storm")
	c.WaitDelay = 10 * time.Second
	out, err := c.CombinedOutput()
	for line := range bytes.Lines(out) {
		if r, ok := parseResult(string(line), "Benchmark"+name+"/"); ok {
			all = append(all, r)
		}
	}
	if err != nil {
		return all, fmt.Errorf("%w:\n%s", err, out[max(0, len(out)-4000):])
	}
	if len(all) == 0 {
		return nil, fmt.Errorf("no figures in:\n%s", out[max(0, len(out)-4000):])
	}
	return all, nil
}

// parseResult reads "BenchmarkFault/NAME-2 20 4.7 p50-s 5.0 max-s", with underscores for the name's spaces.
func parseResult(line, prefix string) (r result, ok bool) {
	f := strings.Fields(line)
	if len(f) < 4 || len(f)%2 != 0 || !strings.HasPrefix(f[0], prefix) {
		return r, false
	}
	name := strings.TrimPrefix(f[0], prefix)
	if at := strings.LastIndexByte(name, '-'); at > 0 {
		if _, err := strconv.Atoi(name[at+1:]); err == nil {
			name = name[:at]
		}
	}
	r = result{strings.ReplaceAll(name, "_", " "), map[string]float64{}}
	for i := 2; i < len(f); i += 2 {
		v, err := strconv.ParseFloat(f[i], 64)
		if err != nil {
			return r, false
		}
		r.figures[f[i+1]] = v
	}
	return r, true
}

func seconds(s float64) time.Duration { return time.Duration(s * float64(time.Second)) }
