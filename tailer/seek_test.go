package tailer

import (
	"fmt"
	"os"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"pgregory.net/rapid"

	"livetail/internal/wire"
)

func seek(at time.Time) wire.Question {
	return wire.Question{Ask: wire.AskTime, At: at.UnixMilli(), Lines: 1}
}

// found is the marker of a seek for one line, and the line that it leads to, which is the first that is read.
func (r *reply) found() (m wire.Marker, f record, line string) {
	r.Helper()
	for _, f = range r.frames {
		if f.mark.Kind == wire.MarkFound {
			line = r.text(false)
			if again := r.ask(wire.Question{Ask: wire.AskRead, Lines: 1, From: f.After}).text(false); again != line {
				r.Fatalf("read on %q, and from the place that was found %q", line, again)
			}
			return f.mark, f, line
		}
	}
	r.Fatalf("nothing was found: %v %+v", r.kinds(), r.end)
	return m, f, ""
}

var formats = map[string]func(time.Time, int) string{
	"rfc3339": func(t time.Time, n int) string {
		return t.UTC().Format("2006-01-02T15:04:05.000Z07:00") + fmt.Sprintf(" line %d", n)
	},
	"syslog": func(t time.Time, n int) string {
		return t.Local().Format("Jan _2 15:04:05") + fmt.Sprintf(" host x[7]: line %d", n)
	},
	"access": func(t time.Time, n int) string {
		return fmt.Sprintf("::1 - - [%s] \"GET /%d\"", t.Format("02/Jan/2006:15:04:05 -0700"), n)
	},
	"json": func(t time.Time, n int) string {
		return fmt.Sprintf(`{"line":%d,"ts":%d.%03d}`, n, t.Unix(), t.Nanosecond()/1e6)
	},
	"klog": func(t time.Time, n int) string {
		return t.Local().Format("I0102 15:04:05.000000") + fmt.Sprintf(" 1 x.go:%d] line", n)
	},
	"python": func(t time.Time, n int) string {
		return strings.Replace(t.Local().Format("2006-01-02 15:04:05.000"), ".", ",", 1) + fmt.Sprintf(" INFO line %d", n)
	},
}

// TestAskTimeModel seeks times in chains of files of many forms: the line is the one that reading all of them finds.
func TestAskTimeModel(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		b := newBench(t)
		defer b.end()
		c := &chained{bench: b, t: rt, cuts: []int{0}}
		name := rapid.SampledFrom([]string{"rfc3339", "syslog", "access", "json", "klog", "python"}).Draw(rt, "form")
		start := time.Now().Truncate(time.Second).Add(-time.Duration(rapid.IntRange(3600, 3600*24*100).Draw(rt, "ago")) * time.Second)
		type stamped struct {
			at   time.Time
			line string
		}
		var lines []stamped
		now, step := start, rapid.SampledFrom([]time.Duration{time.Second, time.Hour, 20 * time.Hour}).Draw(rt, "step")
		var ends []time.Time // of files
		for i := range rapid.IntRange(1, 4).Draw(rt, "files") {
			if i > 0 {
				c.rotate()
			}
			var text strings.Builder
			for range rapid.IntRange(0, 3000).Draw(rt, "lines") {
				c.n++
				// Cheap on draws: the pattern of steps follows from the line's number.
				now = now.Add(time.Duration(c.n%3) * step)
				line := formats[name](now, c.n) + strings.Repeat(" x", c.n%90) + "\n"
				lines = append(lines, stamped{now, line})
				text.WriteString(line)
				if c.n%50 == 0 {
					text.WriteString("\tat a line without\n")
				}
			}
			b.append("f", text.String())
			c.all.WriteString(text.String())
			if rapid.IntRange(0, 2).Draw(rt, "pack") == 0 {
				c.compress()
			}
			// A file has the time of its last line, which compressing leaves as it is: lines without a year have theirs from it.
			ends = append(ends, now)
			for n, end := range ends {
				name := fmt.Sprintf("f.%d", len(ends)-1-n)
				for _, ext := range append([]string{""}, packings...) {
					os.Chtimes(b.at(strings.TrimSuffix(name, ".0")+ext), end, end)
				}
			}
		}
		for range 5 {
			at := start.Add(time.Duration(rapid.IntRange(-10, int(now.Sub(start).Seconds())+10).Draw(rt, "second")) * time.Second)
			m, f, got := b.ask(seek(at)).found()
			want, ms := "", int64(0)
			for _, l := range lines {
				if !l.at.Before(at) {
					want, ms = l.line, l.at.UnixMilli()
					break
				}
			}
			if got != want || f.Time != ms || len(lines) > 0 && m.Sure != wire.SureExact {
				rt.Fatalf("%s: at %v: %+v %q at %d, want %q at %d", name, at, m, got, f.Time, want, ms)
			}
		}
	})
}

// A jump into a large file reads little of it, holes and all.
func TestAskTimeReadsLittle(t *testing.T) {
	b := newBench(t)
	var text strings.Builder
	start := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	for n := range 400_000 {
		fmt.Fprintf(&text, "%s line %d %s\n", start.Add(time.Duration(n)*time.Second).Format(time.RFC3339), n, strings.Repeat("x", 60))
	}
	b.write("f", text.String())
	var read atomic.Int64
	pread := b.tailer.files.pread
	b.tailer.files.pread = func(fd int, p []byte, off int64) (int, error) {
		n, err := pread(fd, p, off)
		read.Add(int64(n))
		return n, err
	}
	m, f, line := b.ask(seek(start.Add(300_000 * time.Second))).found()
	if !strings.Contains(line, "line 300000 ") || m.Sure != wire.SureExact || f.Time != start.Unix()*1000+300_000_000 {
		t.Errorf("%+v %q", m, line)
	}
	if n := read.Load(); n > 1<<20 {
		t.Errorf("%d bytes of %d were read", n, text.Len())
	}
}

func TestAskTimeNotSure(t *testing.T) {
	b := newBench(t)
	at := func(n int) time.Time { return time.Date(2026, 11, 26, 5, 0, n, 0, time.UTC) }
	line := func(n int) string { return at(n).Format(time.RFC3339) + fmt.Sprintf(" %d\n", n) }
	if m, _, _ := b.ask(seek(at(1))).found(); m.Sure != wire.SureNone {
		t.Errorf("no log: %+v", m)
	}
	b.write("f", "no time\nnone at all\n")
	if m, _, line := b.ask(seek(at(1))).found(); m.Sure != wire.SureNone || m.Why == "" || line != "" {
		t.Errorf("no times: %+v %q", m, line)
	}
	b.write("f", line(10)+line(30)+line(20)+line(40))
	if m, _, got := b.ask(seek(at(20))).found(); m.Sure != wire.SureNear || got != line(30) {
		t.Errorf("back and forth: %+v %q", m, got)
	}
	if m, _, got := b.ask(seek(at(5))).found(); m.Sure != wire.SureExact || got != line(10) || m.Why != "the log begins later" {
		t.Errorf("before the first: %+v %q", m, got)
	}
	if m, _, got := b.ask(seek(at(10))).found(); m.Sure != wire.SureExact || got != line(10) || m.Why != "" {
		t.Errorf("at the first: %+v %q", m, got)
	}
	if m, _, got := b.ask(seek(at(50))).found(); m.Sure != wire.SureExact || got != "" || m.Why != "the log ends earlier" {
		t.Errorf("after the last: %+v %q", m, got)
	}
	b.write("f.1", "only words\n")
	b.write("f.2", line(1)+line(2)+line(2)+line(3))
	if m, _, got := b.ask(seek(at(2))).found(); m.Sure != wire.SureExact || got != line(2) {
		t.Errorf("the first of two: %+v %q", m, got)
	}
	if m, _, got := b.ask(seek(at(4))).found(); m.Name != "f" || got != line(10) {
		t.Errorf("between the files: %+v %q", m, got)
	}
}

func TestAskPlaceAndOutline(t *testing.T) {
	b := newBench(t)
	old := strings.Repeat("2026-11-26T05:00:00Z old\n", 1000)
	b.write("f.2.gz", string(packed(b, ".gz", []byte(old))))
	b.write("f.1", "2026-11-26T05:00:01Z 1\n2026-11-26T05:00:02Z 2\n")
	b.write("f", "2026-11-26T05:00:03Z 3\nhalf")
	b.clock.advance(time.Minute)
	for _, c := range []struct {
		behind int64
		line   string
	}{{0, ""}, {4, ""}, {5, ""}, {27, "2026-11-26T05:00:03Z 3\n"}, {28, "2026-11-26T05:00:03Z 3\n"}, {50, "2026-11-26T05:00:02Z 2\n"}, {73, "2026-11-26T05:00:01Z 1\n"},
		{73 + 25, "2026-11-26T05:00:00Z old\n"}, {1 << 40, "2026-11-26T05:00:00Z old\n"}} {
		m, f, line := b.ask(wire.Question{Ask: wire.AskPlace, Behind: c.behind, Lines: 1}).found()
		if line != c.line || m.Sure != wire.SureExact || f.Behind > max(c.behind, 4) && c.behind < 1<<40 {
			t.Errorf("%d behind: %q, %d behind, %+v", c.behind, line, f.Behind, m)
		}
	}
	r := b.ask(wire.Question{Ask: wire.AskOutline})
	at := time.Date(2026, 11, 26, 5, 0, 0, 0, time.UTC).UnixMilli()
	files := r.frames[0].mark.Files
	if len(files) != 3 || files[0].Name != "f.2.gz" || files[0].From != at || files[0].Size != int64(len(old)) ||
		files[1] != (wire.FileInfo{Name: "f.1", Size: 46, From: at + 1000, To: at + 2000}) || files[2] != (wire.FileInfo{Name: "f", Size: 27, From: at + 3000, To: at + 3000}) {
		t.Errorf("%+v", files)
	}
	r = b.ask(wire.Question{Ask: wire.AskOutline}, func(r *reply) { r.room = func() int { return 200 } })
	var again []wire.FileInfo
	for _, f := range r.frames {
		again = append(again, f.mark.Files...)
	}
	if fmt.Sprint(again) != fmt.Sprint(files) || len(r.frames) < 3 {
		t.Errorf("in parts: %+v", again)
	}
}

// What is asked for from a time or a place is read on at once as from a position: with what leads up to it, through a filter, no further
// than was asked for, and from one file into the next.
func TestAskTimeReadsOn(t *testing.T) {
	b := newBench(t)
	at := time.Date(2026, 11, 26, 5, 0, 0, 0, time.UTC)
	var lines []string
	for n := range 300 {
		lines = append(lines, fmt.Sprintf("%s %s line %d\n", at.Add(time.Duration(n)*time.Second).Format(time.RFC3339), []string{"INFO", "ERROR"}[n%2], n))
	}
	b.write("f.2.gz", string(packed(b, ".gz", []byte(strings.Join(lines[:100], "")))))
	b.write("f.1", strings.Join(lines[100:200], ""))
	b.write("f", strings.Join(lines[200:], ""))
	size := func(from, to int) (n int64) { return int64(len(strings.Join(lines[from:to], ""))) }
	for name, q := range map[string]wire.Question{
		"time":  {Ask: wire.AskTime, At: at.Add(150 * time.Second).UnixMilli()},
		"place": {Ask: wire.AskPlace, Behind: size(150, 300)},
		"read":  {Ask: wire.AskRead, From: b.ask(seek(at.Add(150 * time.Second))).frames[0].After},
	} {
		b.ask(q).is(false, strings.Join(lines[150:], ""), wire.EndEdge)
		q.Lines = 80
		b.ask(q).is(false, strings.Join(lines[150:230], ""), wire.EndLines)
		for _, c := range []struct {
			lead uint32
			from int
		}{{uint32(size(140, 150)), 140}, {uint32(size(140, 150) + 5), 140}, {uint32(size(140, 150) - 1), 141}, {1 << 20, 110}} { // no more than half of the lines
			lead := q
			lead.Lead = c.lead
			r := b.ask(lead).is(false, strings.Join(lines[c.from:c.from+80], ""), wire.EndLines)
			if f := r.frames[0]; q.Ask != wire.AskRead && (f.mark.Kind != wire.MarkFound || f.Start != size(100, 150) || f.After[0].Offset != size(100, c.from) || f.Behind != size(c.from, 300)) {
				t.Errorf("%s, %d bytes before: found at %d, read from %d, %+v", name, c.lead, f.Start, f.After[0].Offset, f.mark)
			}
		}
		back := q
		back.Back, back.Lead = true, 1<<20
		b.ask(back).is(true, strings.Join(lines[70:150], ""), wire.EndLines)
		until := q
		until.Until = b.ask(seek(at.Add(160 * time.Second))).frames[0].After
		b.ask(until).is(false, strings.Join(lines[150:160], ""), wire.EndUntil)
		sift := q
		sift.Lines, sift.Filter, sift.Lead = 10, []byte(`{"levels":["error"]}`), uint32(size(145, 150))
		var errors string
		for n := 145; n < 165; n += 2 {
			errors += lines[n]
		}
		b.ask(sift).is(false, errors, wire.EndLines)
		q.Look, q.Lines = uint64(size(150, 160)), 0
		b.ask(q).is(false, strings.Join(lines[150:160], ""), wire.EndLooked)
	}
}
