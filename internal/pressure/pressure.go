// Package pressure tells whether tasks of this host have to wait for its processors, disks or memory, as Linux counts it.
package pressure

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"strconv"
	"sync"
	"time"
)

// lookEvery is how old what is known may be; the kernel's own figures are of the last ten seconds.
const lookEvery = time.Second

// Options of a Gauge.
type Options struct {
	// Above how many percent of the time the host is busy, if so long at least one task waits for a processor, for a disk or
	// for memory. 0: 40. 100: never.
	Above int
	// Files are cpu, io and memory. nil: those of /proc/pressure; where there are none, the host is never busy.
	Files fs.FS
	// Now is the time. nil: the system's.
	Now func() time.Time
}

// DefaultAbove is what Above is unless told otherwise.
const DefaultAbove = 40

// Gauge looks at most once a second. Safe for concurrent use.
type Gauge struct {
	o Options

	mu   sync.Mutex
	seen time.Time // zero: never
	busy bool
}

// New checks o.
func New(o Options) (*Gauge, error) {
	if o.Above < 0 || o.Above > 100 {
		return nil, errors.New("making a gauge of pressure: Above is a percentage")
	}
	if o.Above == 0 {
		o.Above = DefaultAbove
	}
	if o.Files == nil {
		o.Files = os.DirFS("/proc/pressure")
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	return &Gauge{o: o}, nil
}

// Busy says whether tasks of the host have to wait.
func (g *Gauge) Busy() bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	if now := g.o.Now(); g.seen.IsZero() || now.Sub(g.seen) >= lookEvery {
		g.seen, g.busy = now, g.look()
	}
	return g.busy
}

func (g *Gauge) look() bool {
	for _, name := range []string{"cpu", "io", "memory"} {
		if text, err := fs.ReadFile(g.o.Files, name); err == nil && waiting(text) > float64(g.o.Above) {
			return true
		}
	}
	return false
}

// waiting is in how many percent of the last ten seconds at least one task waited; 0 where the text does not say it.
func waiting(text []byte) float64 {
	for line := range bytes.Lines(text) {
		fields := bytes.Fields(line)
		if len(fields) < 2 || string(fields[0]) != "some" {
			continue
		}
		if value, ok := bytes.CutPrefix(fields[1], []byte("avg10=")); ok {
			percent, _ := strconv.ParseFloat(string(value), 64)
			return percent
		}
	}
	return 0
}
