package tailer

import (
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"livetail/internal/wire"
)

// yearless writes n lines that say no year, each so much later than the one before, and is when the last of them was.
func (b *bench) yearless(name string, from time.Time, n int, step time.Duration) (last time.Time) {
	b.Helper()
	var text strings.Builder
	for i := range n {
		last = from.Add(time.Duration(i) * step)
		text.WriteString(formats["syslog"](last, i) + strings.Repeat(" x", 40) + "\n")
	}
	b.write(name, text.String())
	b.written(name, last)
	return last
}

func (b *bench) written(name string, at time.Time) {
	b.Helper()
	b.must(os.Chtimes(b.at(name), at, at))
}

// seeks goes to a time, and wants the line of that time there, and that it is as sure.
func (b *bench) seeks(at time.Time, sure, why string) *reply {
	b.Helper()
	r := b.ask(seek(at))
	m, f, line := r.found()
	if want := at.Local().Format("Jan _2 15:04:05"); sure == wire.SureExact && (f.Time != at.UnixMilli() || !strings.HasPrefix(line, want)) {
		b.Errorf("to %v: %q of %v", at, line, time.UnixMilli(f.Time))
	}
	if m.Sure != sure || m.Why != why {
		b.Errorf("to %v: %s, %q", at, m.Sure, m.Why)
	}
	return r
}

// Lines that say no year are of the year that their order tells, in a file of many years, plain or compressed: for a jump, for
// what is read, in both directions and through a filter, and for the outline.
func TestLinesWithoutAYear(t *testing.T) {
	const n, step = 2500, 20 * time.Hour // nearly six years
	start := time.Date(2019, 3, 10, 1, 2, 3, 0, time.Local)
	for _, ext := range append([]string{""}, packings...) {
		b := newBench(t)
		last := b.yearless("f.1", start, n, step)
		b.yearless("f", last.Add(step), 3, step)
		if ext != "" {
			b.pack("f.1", ext)
		}
		for i := 1; i < n+3; i += 83 {
			b.seeks(start.Add(time.Duration(i)*step), wire.SureExact, "")
		}
		if m, _, line := b.ask(seek(start.Add(-time.Hour))).found(); m.Sure != wire.SureExact || !strings.Contains(line, "line 0 ") {
			t.Errorf("before the first: %+v %q", m, line)
		}
		if m, _, line := b.ask(seek(last.AddDate(1, 0, 0))).found(); m.Sure != wire.SureExact || line != "" {
			t.Errorf("behind the last: %+v %q", m, line)
		}
		if ext != "" {
			continue
		}
		for _, q := range []wire.Question{
			{Ask: wire.AskRead}, {Ask: wire.AskRead, Back: true},
			{Ask: wire.AskRead, Filter: []byte(`{"include":[{"text":"1 x x"}]}`)},
			{Ask: wire.AskRead, Back: true, Filter: []byte(`{"include":[{"text":"1 x x"}]}`)},
		} {
			for _, f := range b.ask(q, func(r *reply) { r.room = func() int { return 2000 } }).frames {
				if f.Kind != wire.Lines || len(f.Payload) == 0 {
					continue
				}
				var i int
				if at := strings.Index(string(f.Payload), ": line "); at < 0 {
					t.Fatalf("%q", f.Payload)
				} else if _, err := fmt.Sscanf(string(f.Payload[at:]), ": line %d ", &i); err != nil {
					t.Fatal(err)
				}
				want := start.Add(time.Duration(i) * step)
				if f.After[f.Index].Offset > 0 && f.Time != want.UnixMilli() && f.Time != last.Add(step+time.Duration(i)*step).UnixMilli() {
					t.Fatalf("back %v, filter %s: line %d of %v is of %v", q.Back, q.Filter, i, want, time.UnixMilli(f.Time))
				}
			}
		}
		files := b.ask(wire.Question{Ask: wire.AskOutline}).frames[0].mark.Files
		if files[0].From != start.UnixMilli() || files[0].To != last.UnixMilli() {
			t.Errorf("outline: %+v", files[0])
		}
		b.end()
	}
}

// A file's own time that is not that of its last line, as of one that was copied back from somewhere, leaves the year in doubt, which is
// said.
func TestLinesWithoutAYearInDoubt(t *testing.T) {
	start := time.Date(2022, 5, 1, 0, 0, 0, 0, time.Local)
	for _, ext := range append([]string{""}, packings...) {
		b := newBench(t)
		last := b.yearless("f.2", start, 500, time.Hour)
		middle := b.yearless("f.1", last.Add(time.Hour), 500, time.Hour)
		end := b.yearless("f", middle.Add(time.Hour), 500, time.Hour)
		if ext != "" {
			b.pack("f.2", ext)
			b.pack("f.1", ext)
		}
		for _, at := range []time.Time{start.Add(100 * time.Hour), last.Add(100 * time.Hour), middle.Add(100 * time.Hour)} {
			b.seeks(at, wire.SureExact, "")
		}
		now := end.AddDate(2, 3, 0) // they are copied back
		for _, name := range []string{"f.2" + ext, "f.1" + ext, "f"} {
			b.written(name, now)
		}
		for _, at := range []time.Time{start.Add(100 * time.Hour), last.Add(100 * time.Hour), middle.Add(100 * time.Hour), start, end} {
			for year := range 3 { // whichever it is looked for in
				b.seeks(at.AddDate(year, 0, 0), wire.SureNear, yearWords)
			}
		}
		b.append("f", now.Local().Format("Jan _2 15:04:05")+" host x[7]: and on\n")
		b.written("f", now)
		b.seeks(now, wire.SureExact, "") // the log goes on, and its own time is right
		b.end()
	}
}

// What is compressed is unpacked no further than needed where the file before it tells that it is of one year, and to its end where
// nothing does. If that cannot be, the year is in doubt.
func TestLinesWithoutAYearUnpackLittle(t *testing.T) {
	const n = 40_000 // more than the spool has room for
	start := time.Date(2025, 2, 1, 0, 0, 0, 0, time.Local)
	b := newBench(t, small(3<<20))
	b.write("f.2", formats["syslog"](start, 0)+"\n")
	b.written("f.2", start)
	last := b.yearless("f.1", start.Add(time.Minute), n, time.Minute)
	b.yearless("f", last.Add(time.Minute), 10, time.Minute)
	b.pack("f.1", ".gz")
	at := start.Add(100 * time.Minute)
	b.seeks(at, wire.SureExact, "")
	b.remove("f.2")
	b.seeks(at, wire.SureNear, yearWords)
}
