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

// BenchmarkIdle says what share of a core 1,000 followers of quiet logs take.
func BenchmarkIdle(b *testing.B) {
	dir := b.TempDir()
	t, err := New(Options{Key: make([]byte, 32)})
	if err != nil {
		b.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	var all sync.WaitGroup
	all.Go(func() { t.Run(ctx) })
	for i := range 1000 {
		path := fmt.Sprintf("%s/log%d", dir, i)
		os.WriteFile(path, []byte("a\n"), 0o644)
		f := t.Open(Source{Path: path})
		all.Go(func() { f.Follow(ctx, Start{Lines: 1}, &discard{done: make(chan struct{})}); f.Close() })
	}
	time.Sleep(time.Second) // scenario: idle for a while, whose cost is measured
	used := func() time.Duration {
		var r syscall.Rusage
		syscall.Getrusage(syscall.RUSAGE_SELF, &r)
		return time.Duration(r.Utime.Nano() + r.Stime.Nano())
	}
	for b.Loop() {
		before := used()
		time.Sleep(3 * time.Second)
		b.ReportMetric(float64(used()-before)/float64(3*time.Second)*100, "%core")
	}
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
