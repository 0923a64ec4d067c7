package tailer

import (
	"fmt"
	"math"
	"os"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"
)

// crowded makes each look at the log's folder take long enough for somebody to rotate the log meanwhile.
func (b *bench) crowded() {
	for i := range 3000 {
		b.must(os.WriteFile(b.at(fmt.Sprintf("other.%d", i)), nil, 0o644))
	}
}

// rotations rotates the log several times, writes a line to each new one, and says what was written.
func (b *bench) rotations(round, n int) string {
	var all strings.Builder
	for i := range n {
		b.remove("f.9")
		for k := 9; k > 1; k-- {
			os.Rename(b.at(fmt.Sprintf("f.%d", k-1)), b.at(fmt.Sprintf("f.%d", k)))
		}
		b.rename("f", "f.1")
		line := fmt.Sprintf("line %d of round %d\n", i, round)
		b.append("f", line)
		all.WriteString(line)
	}
	return all.String()
}

// Whatever is rotated between the opening of the log and the look at its folder is newer than what was opened.
func TestRow56_RotatedWhileItIsResumed(t *testing.T) {
	b := newBench(t)
	b.crowded()
	b.write("f", "the first line\n")
	b.follow().text("the first line\n")
	for round := range 20 {
		b.clock.advance(time.Minute) // rotated files are let go of
		b.until("one file is left", func() bool { return len(opened(t, b.dir)) == 1 })
		b.append("f", "the last line\n") // its position names no rotated file
		b.wait("the last line", func(s *sink) bool { return strings.HasSuffix(s.text.String(), "the last line\n") })
		after := b.after()
		b.pause()
		if round%2 == 0 {
			b.coldly()
		}
		b.resume(after)
		b.text(b.rotations(round, 2+round%3))
		b.marked(strings.Fields(strings.Repeat("rotated ", 2+round%3))...)
	}
}

func TestRow38_RotatedWhileItIsOpened(t *testing.T) {
	b := newBench(t, lines(math.MaxInt))
	b.crowded()
	for round := range 40 {
		b.write("f", "the first line\n")
		b.clock.add(time.Second) // the writer's files are not of the future
		b.coldly()
		b.resume(nil)
		for !slices.Contains(opened(t, b.dir), b.path) {
			runtime.Gosched()
		}
		written := "the first line\n" + b.rotations(round, 2+round%3)
		b.wait("the last line", func(s *sink) bool {
			return strings.HasSuffix(s.text.String(), fmt.Sprintf("line %d of round %d\n", 1+round%3, round))
		})
		if got := b.sink.text.String(); !strings.HasSuffix(written, got) {
			t.Errorf("got %q of %q", got, written)
		}
		b.pause()
	}
}
