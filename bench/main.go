// Command bench measures livetail as it is built: web, worker and a real redis-server as processes of their own, real
// sockets, real files. Every line is numbered and looked at; a lost, repeated, reordered or changed one fails the run.
//
//	go run ./bench [-quick] [-only NAME,...] [-big SIZE] [-steady TIME] [-dir DIR] [-programs DIR]
//
// It prints one Markdown table to standard output, and what it is doing to standard error. Exit code 0: all lines were
// right, whether or not the figures are good; 1: they were not, or something did not work; 2: wrong usage.
// How each figure is made is in docs/BENCH.md. It runs on Linux only, since it reads /proc.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"

	"livetail/internal/browser"
	"livetail/tailer"
)

// sizes are how much is measured.
type sizes struct {
	latencyLines, burstLines, bursts, tries, tails, faults int
	idle                                                   time.Duration
	big                                                    int64

	pageLines, pageBursts, paints, pageTries, pageLogs int
	steady                                             time.Duration
	pageBig                                            int64
}

var (
	full = sizes{latencyLines: 600, burstLines: 2_000_000, bursts: 3, tries: 100, tails: 1000, faults: 20, idle: 20 * time.Second, big: 1 << 30,
		pageLines: 1_000_000, pageBursts: 10, paints: 300, pageTries: 10, pageLogs: 3000, steady: time.Minute, pageBig: 10 << 30}
	quick = sizes{latencyLines: 100, burstLines: 300_000, bursts: 1, tries: 20, tails: 100, faults: 2, idle: 5 * time.Second, big: 32 << 20,
		pageLines: 100_000, pageBursts: 2, paints: 40, pageTries: 3, pageLogs: 3000, steady: 5 * time.Second, pageBig: 32 << 20}
)

type options struct {
	sizes
	only     []string
	dir      string // for everything that is written
	programs string // where livetail-web, livetail-worker and floor already are; "": build them
}

// measure is one thing that can be asked for by name.
type measure struct {
	name     string
	patience time.Duration // bounds a hang, not a speed; writing a large log is in it
	run      func(context.Context, *stack, sizes, *table) error
}

var measures = []measure{
	{"latency", 2 * time.Minute, latency},
	{"burst", 5 * time.Minute, burst},
	{"click", 30 * time.Minute, click},
	{"close", 2 * time.Minute, closeTab},
	{"tails", 4 * time.Minute, manyTails},
	{"starts", 2 * time.Minute, starts},
	{"hidden", 2 * time.Minute, hidden},
	{"follow", 10 * time.Minute, following},
	{"filter", 10 * time.Minute, filters},
	{"search", 10 * time.Minute, searching},
	{"page-open", 2 * time.Minute, pageOpen},
	{"page-paint", 2 * time.Minute, pagePaint},
	{"page-burst", 10 * time.Minute, pageBurst},
	{"page-filter", 2 * time.Minute, pageFiltered},
	{"page-list", 3 * time.Minute, pageList},
	{"page-past", 20 * time.Minute, pagePast},
	{"page-steady", 3 * time.Minute, pageSteady}, // and the time that it is told
	{"faults", 30 * time.Minute, faults},
	{"stalled", 10 * time.Minute, stalled},
}

var errUsage = errors.New("usage")

func main() {
	o, err := parse(os.Args[1:])
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(2)
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err = run(ctx, o, os.Stdout)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func parse(args []string) (options, error) {
	o := options{sizes: full}
	var small bool
	var only, big string
	var steady time.Duration
	f := flag.NewFlagSet("bench", flag.ContinueOnError)
	f.BoolVar(&small, "quick", false, "small sizes, to see whether it works: the figures mean little")
	f.StringVar(&only, "only", "", "what to measure, of "+names()+"; "+inBrowser+" is all in a browser; the default is all")
	f.StringVar(&big, "big", "", "size of the large log, such as 10GB; the default is 1GB, and 10GB for page-past")
	f.DurationVar(&steady, "steady", 0, "how long page-steady looks, twice; the default is 1m")
	f.StringVar(&o.dir, "dir", "", "folder for logs and all else that is written; the default is the system's for temporary files")
	f.StringVar(&o.programs, "programs", "", "folder with livetail-web, livetail-worker and floor, instead of building them")
	if err := f.Parse(args); err != nil {
		return o, errUsage
	}
	if f.NArg() > 0 {
		return o, fmt.Errorf("what is %q? there are only flags", f.Arg(0))
	}
	if small {
		o.sizes = quick
	}
	if big != "" {
		n, err := parseSize(big)
		if err != nil {
			return o, err
		}
		o.big, o.pageBig = n, n
	}
	if steady > 0 {
		o.steady = steady
	}
	if only != "" {
		o.only = strings.Split(only, ",")
	}
	for _, name := range o.only {
		if !slices.ContainsFunc(measures, func(m measure) bool { return m.is(name) }) {
			return o, fmt.Errorf("-only %s: there is %s", name, names())
		}
	}
	return o, nil
}

// inBrowser is what all that is measured in a browser is called together.
const inBrowser = "page"

// is says whether a name of -only means this.
func (m measure) is(name string) bool { return m.name == name || strings.HasPrefix(m.name, name+"-") }

func (m measure) wanted(o options) bool {
	return len(o.only) == 0 || slices.ContainsFunc(o.only, m.is)
}

func names() string {
	var all []string
	for _, m := range measures {
		all = append(all, m.name)
	}
	return strings.Join(all, ", ")
}

// parseSize reads 64MB, 10GB or a number of bytes; the units are powers of 1,024.
func parseSize(s string) (int64, error) {
	unit := int64(1)
	number := s
	for i, u := range []string{"KB", "MB", "GB"} {
		if rest, ok := strings.CutSuffix(strings.ToUpper(s), u); ok {
			number, unit = rest, 1<<(10*(i+1))
		}
	}
	n, err := strconv.ParseInt(number, 10, 32)
	if unit == 1 {
		n, err = strconv.ParseInt(number, 10, 64)
	}
	if err != nil || n*unit < 1<<20 || n*unit > 1<<40 {
		return 0, fmt.Errorf("-big %s: write a size from 1MB to 1024GB", s)
	}
	return n * unit, nil
}

// run measures what o asks for. What was measured before an error is printed too.
func run(ctx context.Context, o options, out io.Writer) error {
	if slices.ContainsFunc(measures, func(m measure) bool { return m.wanted(o) && m.is(inBrowser) }) {
		if _, err := browser.Find(); err != nil {
			return err // now, not after minutes
		}
	}
	tailer.Headroom() // followers that are measured in this process have what a worker gives them
	said := others()
	s, err := start(ctx, o)
	if err != nil {
		return err
	}
	t := &table{machine: s.machine()}
	err = s.measure(ctx, o, t)
	s.stop()
	t.noise = said()
	t.write(out)
	return err
}

func (s *stack) measure(ctx context.Context, o options, t *table) error {
	for _, m := range measures {
		if !m.wanted(o) {
			continue
		}
		say("measuring %s", m.name)
		ctx, cancel := context.WithTimeout(ctx, m.patience+2*o.steady)
		err := m.run(ctx, s, o.sizes, t)
		cancel()
		if err == nil {
			err = s.alive()
		}
		if err != nil {
			return fmt.Errorf("measuring %s: %w", m.name, err)
		}
	}
	return nil
}

func say(format string, args ...any) { fmt.Fprintf(os.Stderr, "bench: "+format+"\n", args...) }
