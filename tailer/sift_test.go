package tailer

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"livetail/internal/filter"
	"livetail/internal/wire"
)

// passing is what of all a filter lets pass, judged line by line, and how many lines that and all are.
func (c *chained) passing(f *filter.Filter) (text string, passed, looked int) {
	var out strings.Builder
	all := c.all.String()
	for i, cut := range c.cuts {
		end := len(all)
		if i+1 < len(c.cuts) {
			end = c.cuts[i+1]
		}
		m := f.NewMatcher()
		for _, line := range strings.SplitAfter(all[cut:end], "\n") {
			if line == "" {
				continue
			}
			if looked++; m.Line([]byte(line)) {
				passed++
				out.WriteString(line)
			}
		}
	}
	return out.String(), passed, looked
}

// gapped checks that every line of a frame is where the frame says.
func (c *chained) gapped(f record) {
	if f.Kind != wire.Lines || len(f.Payload) == 0 {
		return
	}
	gaps, at := f.Gaps, f.Start
	var gap int64
	for _, line := range bytes.SplitAfter(f.Payload, []byte("\n")) {
		if len(line) == 0 {
			continue
		}
		gap, gaps = wire.NextGap(gaps)
		at += gap
		if rapid.IntRange(0, 19).Draw(c.t, "try a token") == 0 {
			q := wire.Question{Ask: wire.AskRead, Bytes: uint64(c.code.Width(line)), From: wire.Position{{File: f.After[f.Index].File, Offset: at}}}
			got := c.ask(q).text(false)
			if c.code.Wide() && len(got) > len(line) { // so much is a whole character
				got = got[:len(line)]
			}
			if got != string(line) {
				c.t.Fatalf("a token of a line that passed: got %.100q, want %.100q", got, line)
			}
		}
		at += int64(len(line))
	}
}

// TestAskSiftModel looks for lines in a chain of files, forward and back in pages of any size: those that pass line by line,
// every one once.
func TestAskSiftModel(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		b := newBench(t)
		defer b.end()
		c := &chained{bench: b, t: rt, cuts: []int{0}, code: anyCoding(rt)}
		for i := range rapid.IntRange(1, 4).Draw(rt, "files") {
			if i > 0 {
				c.rotate()
			}
			c.put("f", rapid.IntRange(0, 60).Draw(rt, "lines"))
			if rapid.IntRange(0, 3).Draw(rt, "pack") == 0 {
				c.compress()
			}
		}
		b.clock.advance(time.Minute)
		want := rapid.SampledFrom([]string{`{"include":[{"text":"7"}]}`, `{"include":[{"text":"long"}]}`, `{"exclude":[{"text":"yyyyyyyyyyyyyyyyyyyy"}]}`,
			`{"include":[{"text":"at [0-9]*5","regex":true}]}`, `{"include":[{"text":"nowhere"}]}`, ``}).Draw(rt, "filter")
		f, err := filter.Parse([]byte(want))
		b.must(err)
		quiet := rapid.IntRange(0, 4).Draw(rt, "quiet") == 0
		back := rapid.Bool().Draw(rt, "back")
		got := ""
		passed, looked := 0, 0
		var at wire.Position
		for n := 0; ; n++ {
			q := c.question(back, at)
			q.Filter, q.Quiet = []byte(want), quiet
			r := c.page(q)
			if back {
				got = r.text(true) + got
			} else {
				got += r.text(false)
			}
			for _, f := range r.frames {
				passed += int(f.Passed)
				looked += int(f.Looked)
				c.gapped(f)
			}
			at = r.after()
			if r.end.End == wire.EndStart || r.end.End == wire.EndEdge {
				break
			}
			if n > 20_000 {
				rt.Fatal("no end")
			}
			if !back {
				c.mishap()
			} else if rapid.IntRange(0, 9).Draw(rt, "rotate") == 0 {
				c.rotate()
			}
		}
		text, wantPassed, wantLooked := c.passing(f)
		if quiet {
			text = ""
		}
		if got != text {
			n := 0
			for n < len(got) && n < len(text) && got[n] == text[n] {
				n++
			}
			rt.Fatalf("after %d of %d bytes: got %.300q, want %.300q", n, len(text), got[n:], text[n:])
		}
		if (f != nil || quiet) && (passed != wantPassed || looked != wantLooked) {
			rt.Fatalf("%d of %d lines passed, not %d of %d", passed, looked, wantPassed, wantLooked)
		}
	})
}

// A line that is longer than what is judged at a time passes in parts, from its beginning or its end, wherever it is asked for.
func TestAskSiftLongLine(t *testing.T) {
	long := "needle " + strings.Repeat("0123456789", 300_000) + "\n"
	other := "nothing " + strings.Repeat("0123456789", 300_000) + "\n"
	b := newBench(t)
	b.write("f", "a\n"+other+long+"b needle\n"+long+other)
	want := long + "b needle\n" + long
	q := wire.Question{Ask: wire.AskRead, Filter: []byte(`{"include":[{"text":"needle"}]}`)}
	b.ask(q).is(false, want, wire.EndEdge)
	q.Back = true
	b.ask(q).is(true, want, wire.EndStart)
	got := ""
	for q.Bytes = 777_777; ; {
		r := b.ask(q)
		got = r.text(true) + got
		if q.From = r.after(); r.end.End == wire.EndStart {
			break
		}
	}
	if got != want {
		t.Errorf("%d bytes in pages, %d wanted", len(got), len(want))
	}
}

// Counts come although nothing passes, and a first hit does not wait for the next.
func TestAskSiftTells(t *testing.T) {
	b := newBench(t)
	b.write("f", "needle\n"+strings.Repeat("hay\n", 3<<20))
	q := wire.Question{Ask: wire.AskRead, Filter: []byte(`{"include":[{"text":"needle"}]}`)}
	r := b.ask(q, func(r *reply) { r.each = func(*wire.Frame) { b.clock.add(time.Second) } })
	if f := r.frames[0]; string(f.Payload) != "needle\n" || f.Behind < 10<<20 || f.Looked != 1 {
		t.Errorf("first frame: %d bytes, %d behind, %d looked at", len(f.Payload), f.Behind, f.Looked)
	}
	looked := 0
	for _, f := range r.frames {
		looked += int(f.Looked)
	}
	if looked != 3<<20+1 || len(r.frames) < 10 {
		t.Errorf("%d lines in %d frames", looked, len(r.frames))
	}
	if r = b.ask(wire.Question{Ask: wire.AskRead, Filter: []byte(`{"include":[{"text":"(","regex":true}]}`)}); r.end.End != wire.EndFailed || r.end.Why == "" {
		t.Errorf("a pattern that is none: %+v", r.end)
	}
}

// How much of a long line decides is the operator's to say: less or more than is judged at a time, for a tail and for answers alike.
func TestRow45_HowMuchOfALineDecides(t *testing.T) {
	far := strings.Repeat("0123456789", 250_000) // 2.5 MB
	text := "near " + far[:50_000] + " needle\n" + "middle " + far[:500_000] + " needle\n" + "far " + far + " needle" + far + "\n" + "needle\n"
	rows := strings.SplitAfter(text, "\n")
	for most, want := range map[int]string{64 << 10: rows[0] + rows[3], 0: rows[0] + rows[1] + rows[3], 4 << 20: text} {
		b := newBench(t, func(o *Options, _ *Source, s *Start) {
			o.MaxLine, s.Lines, s.MaxBytes, s.Filter = most, 100, 1<<30, []byte(`{"include":[{"text":"needle"}]}`)
		})
		b.write("f", text)
		q := wire.Question{Ask: wire.AskRead, Filter: b.start.Filter}
		b.ask(q).is(false, want, wire.EndEdge)
		q.Back = true
		b.ask(q).is(true, want, wire.EndStart)
		b.write("f", "")
		b.follow().mark(wire.MarkLive)
		b.append("f", text)
		b.text(want)
		b.end()
	}
}
