package tailer

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"livetail/internal/wire"
)

func filtered(json string) setting {
	return func(_ *Options, _ *Source, s *Start) { s.Filter = []byte(json) }
}

// empties are the frames without lines that came, and how many lines all frames say were looked at and passed.
func (b *bench) counts() (empties, looked, passed int) {
	b.sink.mu.Lock()
	defer b.sink.mu.Unlock()
	for _, r := range b.sink.frames {
		looked, passed = looked+int(r.Looked), passed+int(r.Passed)
		if r.Kind == wire.Lines && len(r.Payload) == 0 {
			empties++
		}
	}
	return empties, looked, passed
}

// TestFilterBacklog: with a filter the tail begins with the last lines that pass, however far apart they are.
func TestFilterBacklog(t *testing.T) {
	b := newBench(t, lines(3), filtered(`{"include":[{"text":"hit"}]}`))
	var all, want strings.Builder
	for i := range 100_000 {
		line := fmt.Sprintf("%06d nothing here but words to fill a line\n", i)
		if i%20_000 == 7 {
			line = fmt.Sprintf("%06d a hit\n\tand what belongs to it\n", i)
			if i > 60_000 {
				want.WriteString(line)
			}
		}
		all.WriteString(line)
	}
	b.write("f", all.String()+"half a hit")
	b.follow()
	b.mark(wire.MarkLive)
	b.text(want.String()[strings.Index(want.String(), "\tand"):]) // three lines: two hits are four
	b.marked()
	b.append("f", " is whole now\n")
	b.text(want.String()[strings.Index(want.String(), "\tand"):] + "half a hit is whole now\n")
}

// TestFilterBacklogHasAnEnd: what is older than 64 MB is not looked at, and that is said.
func TestFilterBacklogHasAnEnd(t *testing.T) {
	b := newBench(t, lines(3), filtered(`{"include":[{"text":"hit"}]}`))
	filler := strings.Repeat(strings.Repeat("x", 99)+"\n", 10_000)
	b.write("f", "1 a hit that is too old\n")
	for range 67 {
		b.append("f", filler)
	}
	b.append("f", "2 a hit\n")
	b.append("f", filler)
	b.follow()
	b.mark(wire.MarkLive)
	b.text("2 a hit\n")
	b.marked(wire.MarkLooked)
	if m := b.mark(wire.MarkLooked); m.Bytes > 64<<20 || m.Bytes < 63<<20 || !strings.Contains(m.Why, "1 line passes the filter;") {
		t.Errorf("%+v", m)
	}
}

// TestFilterSaysHowFar: a filter that lets nothing pass says how far it looked once a second, not for each line.
func TestFilterSaysHowFar(t *testing.T) {
	b := newBench(t, lines(10), filtered(`{"include":[{"text":"hit"}]}`))
	b.write("f", "")
	b.follow()
	b.mark(wire.MarkLive)
	for i := range 50 {
		b.append("f", fmt.Sprintf("line %d\n", i))
	}
	b.looks(3)
	b.until("all were looked at", func() bool { _, looked, _ := b.counts(); return looked == 50 })
	if empties, _, passed := b.counts(); empties > 4 || passed != 0 {
		t.Errorf("%d frames without lines, %d passed", empties, passed)
	}
	from := b.after()
	b.sink.set(&b.sink.blocked, true)
	b.append("f", strings.Repeat("a stretch of lines\n", 10_000))
	b.sink.set(&b.sink.blocked, false)
	b.until("the edge is said at once", func() bool { _, looked, _ := b.counts(); return looked == 10_050 })
	b.append("f", "a hit\n")
	b.text("a hit\n")
	b.pause()
	b.resume(from)
	b.text("a hit\n")
	b.until("the same again", func() bool { _, looked, passed := b.counts(); return looked == 10_001 && passed == 1 })
}

// TestQuiet: a page that nobody looks at gets counts.
func TestQuiet(t *testing.T) {
	b := newBench(t, lines(1000), func(_ *Options, _ *Source, s *Start) { s.Quiet = true })
	b.write("f", strings.Repeat("line\n", 100))
	b.follow()
	b.mark(wire.MarkLive)
	b.append("f", strings.Repeat("line\n", 20_000))
	b.until("all are counted", func() bool { _, looked, passed := b.counts(); return looked == 20_100 && passed == 20_100 })
	b.text("")
}

// What is only counted says how many errors were among it; with a filter, among what passes.
func TestQuietCountsErrors(t *testing.T) {
	for rule, want := range map[string]int{"": 12, `{"include":[{"text":"1"}]}`: 11} {
		b := newBench(t, lines(1000), filtered(rule), func(_ *Options, _ *Source, s *Start) { s.Quiet = true })
		b.write("f", "ERROR 1\n\tat x\nERROR 2\n")
		b.follow()
		b.mark(wire.MarkLive)
		b.append("f", strings.Repeat(strings.Repeat("INFO 3\n", 20_000)+"ERROR 1\n", 10))
		b.until("all are counted", func() bool {
			errors := 0
			b.sink.mu.Lock()
			defer b.sink.mu.Unlock()
			for _, r := range b.sink.frames {
				errors += int(r.Errors)
			}
			return errors == want
		})
		b.text("")
	}
}

// TestFilterAcrossRotation: lines that continue one at the end of the old file share its verdict in the new one.
func TestFilterAcrossRotation(t *testing.T) {
	b := newBench(t, lines(10), filtered(`{"include":[{"text":"hit"}]}`))
	b.write("f", "1 a hit\n")
	b.follow()
	b.mark(wire.MarkLive)
	b.text("1 a hit\n")
	b.rename("f", "f.1")
	b.write("f", "\tat x\n2 no\n\tat y\n")
	b.text("1 a hit\n\tat x\n")
	from := b.sink.frames[0].After.Clone() // before all
	for _, cold := range []bool{false, true} {
		b.pause()
		if cold {
			b.coldly()
		}
		b.resume(from)
		b.text("1 a hit\n\tat x\n")
	}
}

// TestFilterLongLines: a line longer than MaxLine is judged by its beginning, and all its parts share the verdict.
func TestFilterLongLines(t *testing.T) {
	b := newBench(t, lines(10), filtered(`{"include":[{"text":"hit"}]}`))
	b.write("f", "")
	b.follow()
	b.mark(wire.MarkLive)
	long := "hit " + strings.Repeat("x", 3<<20) + "\n"
	miss := "miss" + strings.Repeat("x", 3<<20) + " hit\n"
	edge := strings.Repeat("x", 1<<20-4) + " hit" + strings.Repeat("y", 1<<20) + "\n"
	b.append("f", miss+long+miss+"hit\n"+edge)
	b.text(long + "hit\n" + edge)
	b.until("each counts once", func() bool { _, looked, passed := b.counts(); return looked == 5 && passed == 3 })
	var mid wire.Position // inside the long line
	rest := 0
	b.sink.mu.Lock()
	for _, r := range b.sink.frames {
		if r.Kind == wire.Lines && r.Flags&wire.Open != 0 && mid == nil {
			mid, rest = r.After.Clone(), len(r.Payload)
		}
	}
	b.sink.mu.Unlock()
	b.pause()
	b.coldly()
	b.resume(mid)
	b.text(long[rest:] + "hit\n" + edge)
}

// TestFilterRefused: what is no filter is an error, not a tail of everything.
func TestFilterRefused(t *testing.T) {
	b := newBench(t)
	if err := b.follower.Follow(t.Context(), Start{Filter: []byte(`{"include":[{"text":"(","regex":true}]}`)}, b.sink); err == nil || !strings.Contains(err.Error(), "unclosed (") {
		t.Errorf("%v", err)
	}
}

// TestFilterEndsAtTheEdge: a Follow that stops there has said how far it looked.
func TestFilterEndsAtTheEdge(t *testing.T) {
	b := newBench(t, lines(1000), filtered(`{"include":[{"text":"hit"}]}`))
	b.write("f", "hit\n"+strings.Repeat("no\n", 10))
	b.start.Stop = true
	b.sink.start = b.start
	done := make(chan error, 1)
	go func() { done <- b.follower.Follow(t.Context(), b.start, b.sink) }()
	select {
	case err := <-done:
		b.must(err)
	case <-time.After(patience):
		t.Fatal("it does not end")
	}
	if _, looked, passed := b.counts(); looked != 11 || passed != 1 {
		t.Errorf("%d looked at, %d passed", looked, passed)
	}
}
