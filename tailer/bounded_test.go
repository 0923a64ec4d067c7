package tailer

import (
	"context"
	"fmt"
	"os"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"time"

	"livetail/internal/wire"
)

// used is what a process has of that which runs out: files are all that it has open, watches those of the kernel.
type used struct{ files, goroutines, watches, dirs, spots int }

// within says whether u is no more than before was. A goroutine of a test before may still have been ending then.
func (u used) within(before used) bool {
	few := u.goroutines <= before.goroutines
	u.goroutines, before.goroutines = 0, 0
	return few && u == before
}

func (b *bench) used() used {
	b.Helper()
	infos, err := os.ReadDir("/proc/self/fdinfo")
	b.must(err)
	watches := 0
	for _, info := range infos {
		text, _ := os.ReadFile("/proc/self/fdinfo/" + info.Name()) // the folder's own is closed by now
		watches += strings.Count(string(text), "inotify wd:")
	}
	b.tailer.mu.Lock()
	defer b.tailer.mu.Unlock()
	return used{len(infos), runtime.NumGoroutine(), watches, len(b.tailer.dirs), len(b.tailer.spots)}
}

// Ten thousand rotations leave nothing behind but what the last few need.
func TestBounded_Rotations(t *testing.T) {
	b := live(t, "0\n")
	b.watched()
	before := b.used()
	var want strings.Builder
	want.WriteString("0\n")
	for n := 1; n <= 10_000; n++ {
		for old := 10; old > 1; old-- {
			os.Rename(b.at(fmt.Sprintf("f.%d", old-1)), b.at(fmt.Sprintf("f.%d", old)))
		}
		b.rename("f", "f.1")
		line := fmt.Sprintf("%d\n", n)
		b.append("f", line)
		want.WriteString(line)
		if n%5 == 0 { // what is deleted before anybody looked is lost to everybody
			b.wait(line, func(s *sink) bool { return s.text.Len() >= want.Len() })
			b.clock.advance(time.Minute)
		}
		if n%1000 == 0 {
			b.until("old files are closed", func() bool { return b.used().within(before) })
			b.sink.mu.Lock()
			b.sink.frames = nil
			b.sink.mu.Unlock()
		}
	}
	b.text(want.String())
}

// Names that come and go faster than anybody can look: much is lost to everybody, but what comes is in order.
func TestBounded_OrderInAStorm(t *testing.T) {
	b := live(t, "0\n")
	for n := 1; n <= 3000; n++ {
		b.rename("f", "f.1")
		b.append("f", fmt.Sprintf("%d\n", n))
		if n%10 == 0 {
			last := fmt.Sprintf("\n%d\n", n)
			b.wait(last, func(s *sink) bool { return strings.HasSuffix(s.text.String(), last) })
			b.clock.advance(time.Minute)
		}
	}
	b.sink.mu.Lock()
	defer b.sink.mu.Unlock()
	last := -1
	for line := range strings.Lines(b.sink.text.String()) {
		n, err := strconv.Atoi(strings.TrimSpace(line))
		if err != nil || n <= last {
			t.Fatalf("%q came after %d", line, last)
		}
		last = n
	}
}

func TestBounded_OpensAndCloses(t *testing.T) {
	b := live(t, "a\n")
	b.must(os.Mkdir(b.at("d"), 0o755))
	b.watched()
	before := b.used()
	for n := range 1000 {
		f := b.tailer.Open(Source{Path: b.at([]string{"f", "g", "missing/h", "d/i"}[n%4])})
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan error, 1)
		s := newSink()
		go func() { done <- f.Follow(ctx, Start{Lines: 10}, s) }()
		if n%2 == 0 {
			b.until("it began", func() bool { s.mu.Lock(); defer s.mu.Unlock(); return len(s.frames) > 0 })
		}
		if n%5 == 0 {
			cancel()
			<-done
			f.Close()
		} else {
			f.Close()
			if err := <-done; err != ErrClosed {
				t.Fatalf("ended with %v", err)
			}
			cancel()
		}
	}
	b.until("all is as before", func() bool { return b.used().within(before) })
}

// steady is a follower in the middle of a large file, whose next steps a test may count.
func steady(tb testing.TB, path string, start Start) (step func()) {
	t, err := New(Options{Key: make([]byte, 32)})
	if err != nil {
		tb.Fatal(err)
	}
	f := t.Open(Source{Path: path})
	tb.Cleanup(func() { f.Close() })
	f.mu.Lock()
	defer f.mu.Unlock()
	f.start, f.sink = Start{Lines: 1 << 40, MaxBytes: 1 << 40}, &discard{want: -1}
	f.begin(true)
	f.start = start
	if err := f.strain.begin(start); err != nil {
		tb.Fatal(err)
	}
	f.survey()
	h := f.last()
	return func() {
		f.mu.Lock()
		defer f.mu.Unlock()
		if sent, err := f.step(context.Background(), h); err != nil || !sent {
			tb.Fatalf("sent %t, %v", sent, err)
		}
	}
}

// A frame allocates nothing, of all lines as of those that pass. What is left is a roll of tokens now and then.
func TestBounded_NoAllocations(t *testing.T) {
	const frames, runs = 64, 8
	path := t.TempDir() + "/f"
	lines := strings.Repeat(strings.Repeat("x", 119)+"\n", 99) + strings.Repeat("y", 119) + "\n"
	if err := os.WriteFile(path, []byte(strings.Repeat(lines, (runs+3)*frames*wire.MaxPayload/len(lines))), 0o644); err != nil {
		t.Fatal(err)
	}
	for name, start := range map[string]Start{
		"all":    {},
		"passed": {Filter: []byte(`{"include":[{"text":"y"},{"text":"[x-z]{9}","regex":true}],"levels":["other"]}`)},
		"quiet":  {Quiet: true},
	} {
		step := steady(t, path, start)
		for range frames {
			step()
		}
		most := 0.
		if raceEnabled {
			most = 3 * frames // the race detector has pools forget; scripts/test counts without it
		}
		if n := testing.AllocsPerRun(runs, func() {
			for range frames {
				step()
			}
		}); n > most {
			t.Errorf("%s: %v allocations for %d frames", name, n, frames)
		}
	}
}
