package tailer

import (
	"context"
	"fmt"
	"os"
	"sync"
	"syscall"
	"testing"
	"time"

	"livetail/internal/wire"
)

// BenchmarkIdle says what share of a core followers of quiet logs take, and how many files they hold open.
func BenchmarkIdle(b *testing.B) {
	for _, c := range []struct{ tails, logs int }{{1, 1}, {1000, 1}, {1000, 1000}} {
		b.Run(fmt.Sprintf("%d-of-%d", c.tails, c.logs), func(b *testing.B) { idle(b, c.tails, c.logs) })
	}
}

func idle(b *testing.B, tails, logs int) {
	dir := b.TempDir()
	t, err := New(Options{Key: make([]byte, 32)})
	if err != nil {
		b.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	var all sync.WaitGroup
	all.Go(func() { t.Run(ctx) })
	for i := range logs {
		os.WriteFile(fmt.Sprintf("%s/log%d", dir, i), []byte("a\n"), 0o644)
	}
	for i := range tails {
		f := t.Open(Source{Path: fmt.Sprintf("%s/log%d", dir, i%logs)})
		all.Go(func() { f.Follow(ctx, Start{Lines: 1}, &discard{done: make(chan struct{})}); f.Close() })
	}
	time.Sleep(2 * time.Second) // scenario: idle for a while, whose cost is measured
	entries, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		b.Fatal(err)
	}
	used := func() time.Duration {
		var r syscall.Rusage
		syscall.Getrusage(syscall.RUSAGE_SELF, &r)
		return time.Duration(r.Utime.Nano() + r.Stime.Nano())
	}
	for b.Loop() {
		before := used()
		time.Sleep(5 * time.Second) // scenario: as above
		b.ReportMetric(float64(used()-before)/float64(5*time.Second)*100, "%core")
	}
	b.ReportMetric(float64(len(entries)), "fds")
	cancel()
	all.Wait()
}

// arrivals notes when frames come.
type arrivals chan time.Time

func (arrivals) Room(context.Context) (int, error) { return wire.MaxPayload, nil }
func (arrivals) Turn()                             {}
func (a arrivals) Send(_ context.Context, f *wire.Frame) error {
	if f.Kind == wire.Lines {
		a <- time.Now()
	}
	return nil
}

// BenchmarkAppendToSend is the time from a write to the frame that carries it.
func BenchmarkAppendToSend(b *testing.B) {
	path := b.TempDir() + "/f"
	w, err := os.OpenFile(path, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o644)
	if err != nil {
		b.Fatal(err)
	}
	defer w.Close()
	t, err := New(Options{Key: make([]byte, 32)})
	if err != nil {
		b.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	var all sync.WaitGroup
	all.Go(func() { t.Run(ctx) })
	f := t.Open(Source{Path: path})
	got := make(arrivals, 1)
	all.Go(func() { f.Follow(ctx, Start{Lines: 1}, got); f.Close() })
	w.WriteString("first\n")
	<-got
	b.ReportAllocs()
	for b.Loop() {
		w.WriteString("a line of a log that is written now and then\n")
		<-got
	}
	cancel()
	all.Wait()
}
