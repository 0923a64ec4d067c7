package tailer

import (
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"livetail/internal/wire"
)

// logger is a program that writes numbered lines and reopens its log when told.
type logger struct {
	id, n int
	f     *os.File
	path  string
}

func (l *logger) open() {
	f, err := os.OpenFile(l.path, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o644)
	if err != nil {
		panic(err)
	}
	if l.f != nil {
		l.f.Close()
	}
	l.f = f
}

func (l *logger) write() {
	fmt.Fprintf(l.f, "w%d %d %s\n", l.id, l.n, strings.Repeat("x", l.size(l.n)))
	l.n++
}

// size of a line: now and then one takes several frames, and is seen half written.
func (l *logger) size(n int) int {
	if n%50 == 25 {
		return 3 * wire.MaxPayload
	}
	return (n*37 + l.id) % 200
}

func systemTime(o *Options, _ *Source, _ *Start) { o.Clock = nil; o.Look = 100 * time.Millisecond }

const loggerCount = 4

// runWriters lets four loggers write while rotate does its worst, and counts what is missing, repeated, malformed or out of
// order: nothing may be.
func runWriters(t *testing.T, rotations int, rotate func(b *bench, round int, reopen func(loggers ...int))) {
	b := newBench(t, systemTime)
	b.write("f", "")
	b.follow().mark("live")
	loggers := make([]*logger, loggerCount)
	stop := make(chan struct{})
	var all sync.WaitGroup
	var pause sync.RWMutex // a rotator that destroys bytes holds it
	for i := range loggers {
		l := &logger{id: i, path: b.path}
		l.open()
		loggers[i] = l
		all.Go(func() {
			for {
				select {
				case <-stop:
					return
				case <-time.After(time.Duration(100+50*i) * time.Microsecond):
				}
				pause.RLock()
				l.write()
				pause.RUnlock()
			}
		})
	}
	reopen := func(some ...int) {
		pause.Lock()
		defer pause.Unlock()
		for i, l := range loggers {
			if len(some) == 0 || slices.Contains(some, i) {
				l.open()
			}
		}
	}
	for round := range rotations {
		time.Sleep(30 * time.Millisecond) // scenario: the writers write between rotations
		rotate(b, round, reopen)
	}
	close(stop)
	all.Wait()
	total := 0
	for _, l := range loggers {
		l.f.Close()
		total += l.n
	}
	b.wait(fmt.Sprintf("%d lines", total), func(s *sink) bool { return strings.Count(s.text.String(), "\n") >= total })
	next := make([]int, len(loggers))
	for line := range strings.Lines(b.sink.text.String()) {
		parts := strings.Split(line, " ")
		if len(parts) != 3 || len(parts[0]) != 2 {
			t.Fatalf("malformed %.100q", line)
		}
		id := int(parts[0][1] - '0')
		n, err := strconv.Atoi(parts[1])
		if err != nil || n != next[id] || len(parts[2]) != loggers[id].size(n)+1 {
			t.Fatalf("writer %d: got %.100q, want number %d", id, line, next[id])
		}
		next[id]++
	}
	for id, l := range loggers {
		if next[id] != l.n {
			t.Errorf("writer %d: %d of %d lines came", id, next[id], l.n)
		}
	}
	t.Logf("%d lines", total)
}

func shiftNames(b *bench) {
	for n := 12; n > 0; n-- {
		os.Rename(b.at(fmt.Sprintf("f.%d", n)), b.at(fmt.Sprintf("f.%d", n+1)))
	}
}

func TestWriters_PlainAppend(t *testing.T) { runWriters(t, 10, func(*bench, int, func(...int)) {}) }

func TestWriters_RenameAndCreate(t *testing.T) {
	runWriters(t, 10, func(b *bench, _ int, reopen func(...int)) {
		shiftNames(b)
		b.rename("f", "f.1")
		reopen()
	})
}

func TestWriters_RenameCreateAndKeepTheOldDescriptor(t *testing.T) {
	runWriters(t, 10, func(b *bench, round int, reopen func(...int)) {
		shiftNames(b)
		b.rename("f", "f.1")
		b.append("f", "")
		for i := range loggerCount {
			time.Sleep(30 * time.Millisecond) // scenario: writers keep the old descriptor, each longer, as between logrotate and their signals
			reopen((i + round) % loggerCount)
		}
	})
}

func TestWriters_DeleteAndCreate(t *testing.T) {
	runWriters(t, 10, func(b *bench, _ int, reopen func(...int)) {
		b.remove("f")
		reopen()
		// What nobody holds when it is deleted again is lost to everybody: each logger holds it, and the follower must.
		b.until("the new file is held", func() bool {
			held := 0
			for _, path := range opened(b.T, b.dir) {
				if path == b.at("f") {
					held++
				}
			}
			return held > loggerCount
		})
	})
}

func TestWriters_TruncateAndRegrow(t *testing.T) {
	b := newBench(t, systemTime)
	b.write("f", "")
	b.follow().mark("live")
	want := ""
	for round := range 20 {
		var text strings.Builder
		for i := range 200 * (round + 1) {
			fmt.Fprintf(&text, "%04d %06d\n", round, i) // fixed width: only the content tells
		}
		b.write("f", text.String()) // cut and grown past the old offset at once
		want += text.String()
		b.text(want)
	}
}
