package tailer

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"livetail/internal/coding"
	"livetail/internal/wire"
)

// counted is what an answer said of each stretch: how many lines passed, and where the first of them is looked for.
type counted struct {
	n    int
	from wire.Position
}

// stretches adds up an answer as a page does: what says no time is of the stretch before it.
func (r *reply) stretches(q wire.Question) map[int64]counted {
	all := map[int64]counted{}
	a := &answer{q: q}
	var from wire.Position
	now := int64(0)
	for _, f := range r.frames {
		if f.Time != 0 {
			now = a.stretchOf(f.Time)
		}
		if f.Passed > 0 {
			c := all[now]
			if c.n == 0 {
				c.from = from
			}
			c.n += int(f.Passed)
			all[now] = c
		}
		from = f.After
	}
	return all
}

// Lines whose times go forward are counted in the stretch of time that each is of, whatever the pauses between them are, how the file is
// written and how much is judged at once; and from where a stretch begins its first line is found.
func TestCountingInStretchesOfTime(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		b := newBench(t)
		defer b.end()
		c := rapid.SampledFrom([]coding.Coding{coding.Bytes, coding.UTF16LE}).Draw(rt, "coding")
		step := time.Duration(rapid.SampledFrom([]int{1, 7, 60, 3600}).Draw(rt, "step")) * time.Second
		at := time.Date(2026, 11, 21, 3, 0, 0, 0, time.UTC)
		q := wire.Question{Ask: wire.AskRead, Quiet: true, At: at.Add(-90 * time.Minute).UnixMilli(), Step: uint64(step.Milliseconds()),
			Every: uint64(rapid.SampledFrom([]int{0, 1, 9000}).Draw(rt, "every")), Filter: []byte(`{"include":[{"text":"needle"}]}`)}
		form := rapid.SampledFrom([]string{"rfc3339", "syslog", "json"}).Draw(rt, "form")
		rare := rapid.SampledFrom([]int{1, 3, 50}).Draw(rt, "rare")
		want, first := map[int64]int{}, map[int64]string{}
		n := 0
		for _, name := range []string{"f.1", "f"} {
			var text strings.Builder
			for range rapid.IntRange(1, 12).Draw(rt, "bursts") {
				for range rapid.IntRange(1, 900).Draw(rt, "lines") {
					n++
					line, rest := formats[form](at, n), n%17/16 // which passes as its first line does
					if n%rare == 0 {
						line += " needle"
						k := (&answer{q: q}).stretchOf(at.UnixMilli())
						if want[k] == 0 {
							first[k] = line
						}
						want[k] += 1 + rest
					}
					text.WriteString(line + "\n" + strings.Repeat("\tat no time\n", rest))
					at = at.Add(time.Duration(n%3) * 10 * time.Millisecond)
				}
				at = at.Add(time.Duration(rapid.IntRange(0, 5000).Draw(rt, "pause")) * time.Second)
			}
			b.write(name, encoded(c, text.String()))
			b.written(name, at)
		}
		got := b.ask(q).stretches(q)
		for k, w := range want {
			g := got[k]
			if g.n != w {
				rt.Fatalf("stretch %d has %d lines, %d were counted; all %v, want %v", k, w, g.n, got, want)
			}
			one := b.ask(wire.Question{Ask: wire.AskRead, From: g.from, Lines: 1, Filter: q.Filter}).text(false)
			if strings.TrimSuffix(one, "\n") != first[k] {
				rt.Fatalf("stretch %d begins with %q, found %q", k, first[k], one)
			}
		}
		if len(got) != len(want) {
			rt.Fatalf("%d stretches, want %d", len(got), len(want))
		}
	})
}

// A stretch of time may begin where a chunk does, with lines before it that say no time.
func TestCountingWhereAChunkBeginsAStretch(t *testing.T) {
	const line = 64
	for _, rest := range []int{0, 3} {
		b := newBench(t)
		var text strings.Builder
		want := map[int64]int{}
		q := wire.Question{Ask: wire.AskRead, Quiet: true, Step: 60_000}
		a := &answer{q: q}
		for chunk := range 4 {
			at := time.Date(2026, 11, 21, 3, chunk, 0, 0, time.UTC)
			for i := range chunkBytes / line {
				stamp := at.Format(time.RFC3339)
				if chunk > 0 && i < rest {
					stamp = "\tno time"
					want[a.stretchOf(at.UnixMilli())-1]++
				} else {
					want[a.stretchOf(at.UnixMilli())]++
				}
				fmt.Fprintf(&text, "%-*s\n", line-1, stamp)
			}
		}
		b.write("f", text.String())
		for k, got := range b.ask(q).stretches(q) {
			if got.n != want[k] {
				t.Errorf("with %d lines without a time: stretch %d has %d, %d were counted", rest, k, want[k], got.n)
			}
		}
		b.end()
	}
}

// Times that go back and forth from line to line, or of which there are none, lose no line, and do not make an answer of any length.
func TestCountingWhereTimesJump(t *testing.T) {
	b := newBench(t)
	defer b.end()
	var text strings.Builder
	const lines = 40_000
	for i := range lines {
		at := time.Date(2026, 11, 21+i%2, 3, 0, i%60, 0, time.UTC)
		fmt.Fprintf(&text, "%s needle\n", at.Format(time.RFC3339))
	}
	b.write("f", text.String()+strings.Repeat("needle\n", lines))
	q := wire.Question{Ask: wire.AskRead, Quiet: true, Step: 1000, Every: 1 << 20}
	r := b.ask(q)
	sum := 0
	for _, c := range r.stretches(q) {
		sum += c.n
	}
	if sum != 2*lines || len(r.frames) < 10 || len(r.frames) > MostSteps+20 {
		t.Errorf("%d lines in %d frames", sum, len(r.frames))
	}
}

// An answer says what was counted after so many bytes at the latest, and a page cannot have it said after each line.
func TestCountingInStretchesOfBytes(t *testing.T) {
	b := newBench(t)
	defer b.end()
	b.write("f", strings.Repeat("a line that says no time\n", 40_000))
	for _, every := range []uint64{1, leastEvery, 100_000} {
		want := int64(max(every, leastEvery))
		last := int64(0)
		r := b.ask(wire.Question{Ask: wire.AskRead, Quiet: true, Every: every})
		for _, f := range r.frames {
			if f.Kind != wire.Lines {
				continue
			}
			off := f.After[0].Offset
			if got := off - last; got > want+leastEvery || off < 1_000_000-want && got < want-100 {
				t.Fatalf("every %d: %d bytes at once", every, got)
			}
			last = off
		}
		if want := 1_000_000 / want; int64(len(r.frames)) < want {
			t.Errorf("every %d: %d frames", every, len(r.frames))
		}
	}
}
