package tailer

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf16"

	"pgregory.net/rapid"

	"livetail/internal/coding"
	"livetail/internal/wire"
)

// encoded is text as a file has it.
func encoded(c coding.Coding, text string) string {
	if c == coding.Bytes {
		return text
	}
	var b []byte
	for _, u := range utf16.Encode([]rune(text)) {
		if c == coding.UTF16LE {
			b = append(b, byte(u), byte(u>>8))
		} else {
			b = append(b, byte(u>>8), byte(u))
		}
	}
	return string(b)
}

func anyCoding(t *rapid.T) coding.Coding {
	return coding.Coding(rapid.IntRange(0, 2).Draw(t, "coding"))
}

const bom = "\ufeff"

var wides = map[string]coding.Coding{"LE": coding.UTF16LE, "BE": coding.UTF16BE}

// Characters that have a newline's byte in them, and those of two units, are torn by no way of writing and by no room.
func TestRow48_UTF16(t *testing.T) {
	for name, c := range wides {
		t.Run(name, func(t *testing.T) {
			text := bom + "first ઊ \u0a0a\u010a\u4e0a\n\n😀😀\r\nlast " + strings.Repeat("世😀\u0a00", 100) + "\n"
			b := newBench(t)
			b.sink.room = func() int { return 80 }
			b.follow()
			b.mark(wire.MarkWaiting)
			raw := encoded(c, text)
			for i := range len(raw) {
				b.append("f", raw[i:i+1])
			}
			b.text(text)
			b.marked(wire.MarkWaiting)
			if m := b.mark(wire.MarkOpened); m.Kind != wire.MarkOpened {
				t.Errorf("%+v", m)
			}
			// Each line's token leads to it.
			b.sink.mu.Lock()
			frames := slices.Clone(b.sink.frames)
			b.sink.mu.Unlock()
			for _, r := range frames {
				if r.Kind != wire.Lines || r.Flags&(wire.Cont|wire.Open) != 0 {
					continue
				}
				at, gaps, gap := r.Start, r.Gaps, int64(0)
				for line := range strings.Lines(string(r.Payload)) {
					gap, gaps = wire.NextGap(gaps)
					at += gap
					q := wire.Question{Ask: wire.AskRead, Lines: 1, From: wire.Position{{File: r.After[r.Index].File, Offset: at}}}
					if got := b.ask(q).text(false); got != line {
						t.Errorf("the token of %q leads to %q", line, got)
					}
					at += int64(len(line))
				}
			}
			b.pause()
			b.start.Lines = 2
			b.coldly()
			b.resume(nil)
			b.text(text[strings.Index(text, "😀"):])
			if m := b.mark(wire.MarkOpened); !strings.Contains(m.Why, "UTF-16") {
				t.Errorf("it says nothing: %+v", m)
			}
		})
	}
}

// Whatever happens to a UTF-16 log, its lines come as those of another would.
func TestRow48_UTF16ThroughItsLife(t *testing.T) {
	for name, c := range wides {
		t.Run(name, func(t *testing.T) {
			put := func(b *bench, name, text string) { b.append(name, encoded(c, text)) }
			b := newBench(t)
			put(b, "f", bom+"2026-11-26T10:00:00Z one\n")
			b.follow().mark(wire.MarkLive)
			want := bom + "2026-11-26T10:00:00Z one\n"
			put(b, "f", "2026-11-26T10:00:01Z ERROR two 世\n\tat stack\n")
			want += "2026-11-26T10:00:01Z ERROR two 世\n\tat stack\n"
			b.text(want)
			b.must(copyFile(b.path, b.at("f.1"))) // copytruncate: no mark is written again
			b.write("f", "")
			put(b, "f", "2026-11-26T10:00:02Z three\n")
			want += "2026-11-26T10:00:02Z three\n"
			b.text(want)
			b.marked(wire.MarkTruncated)
			b.rename("f.1", "f.2")
			b.rename("f", "f.1")
			put(b, "f", bom+"2026-11-26T10:00:03Z ERROR four\n")
			want += bom + "2026-11-26T10:00:03Z ERROR four\n"
			b.text(want)
			b.clock.advance(time.Minute)
			packed := packed(b, ".gz", []byte(encoded(c, want[:strings.Index(want, "2026-11-26T10:00:02Z")])))
			b.write("f.2.gz", string(packed))
			b.remove("f.2")
			b.ask(wire.Question{Ask: wire.AskRead}).is(false, want, wire.EndEdge)
			b.ask(wire.Question{Ask: wire.AskRead, Back: true}).is(true, want, wire.EndStart)
			q := wire.Question{Ask: wire.AskRead, Filter: []byte(`{"levels":["error"]}`)}
			b.ask(q).is(false, "2026-11-26T10:00:01Z ERROR two 世\n\tat stack\n"+bom+"2026-11-26T10:00:03Z ERROR four\n", wire.EndEdge)
			q.Filter = []byte(`{"include":[{"text":"^2026.*世$","regex":true}]}`)
			b.ask(q).is(false, "2026-11-26T10:00:01Z ERROR two 世\n\tat stack\n", wire.EndEdge)
			for i, line := range []string{"one", "ERROR two 世", "three", "ERROR four"} {
				at := time.Date(2026, 11, 26, 10, 0, i, 0, time.UTC).UnixMilli()
				_, f, text := b.ask(wire.Question{Ask: wire.AskTime, At: at, Lines: 1}).found()
				if f.Time != at {
					t.Errorf("%s was found at %d, not %d", line, f.Time, at)
				}
				if got := strings.TrimPrefix(text, bom); got != fmt.Sprintf("2026-11-26T10:00:0%dZ %s\n", i, line) {
					t.Errorf("at the time of %s there is %q", line, got)
				}
			}
			put(b, "f", "cut off later\nfive\n")
			want += "cut off later\nfive\n"
			b.text(want)
			b.pause()
			b.coldly()
			b.start.Filter, b.start.Lines = []byte(`{"include":[{"text":"^2026","regex":true}]}`), 100
			b.resume(nil)
			b.text(bom + "2026-11-26T10:00:03Z ERROR four\n")
			b.pause()
			b.coldly()
			b.start.Filter = nil
			b.rename("f", "f.1")
			put(b, "f", "half a l")
			b.start.Stop, b.start.Halves, b.start.Lines = true, true, math.MaxInt
			s := newSink()
			b.must(b.follower.Follow(t.Context(), b.start, s))
			if got := s.text.String(); got != "half a l" {
				t.Errorf("at a stop: %q", got)
			}
		})
	}
}

// A line that fits into no frame comes in parts whose ends tear no character, live, forward, back and with a filter.
func TestRow48_UTF16LongLine(t *testing.T) {
	for name, c := range wides {
		t.Run(name, func(t *testing.T) {
			long := strings.Repeat("0😀世\u0a0a", 400_000)
			want := "a needle\n" + "needle " + long + "\n" + "nothing " + long + "\n" + "needle, the end\n"
			b := newBench(t)
			put := encoded(c, want)
			b.write("f", encoded(c, "a n"))
			b.follow().mark(wire.MarkLive)
			b.append("f", put[len(encoded(c, "a n")):])
			b.text(want)
			b.ask(wire.Question{Ask: wire.AskRead}).is(false, want, wire.EndEdge)
			b.ask(wire.Question{Ask: wire.AskRead, Back: true}).is(true, want, wire.EndStart)
			pass := "a needle\n" + "needle " + long + "\n" + "needle, the end\n"
			q := wire.Question{Ask: wire.AskRead, Filter: []byte(`{"include":[{"text":"needle"}]}`)}
			b.ask(q).is(false, pass, wire.EndEdge)
			q.Back = true
			b.ask(q).is(true, pass, wire.EndStart)
			b.pause()
			b.start.Filter, b.start.MaxBytes, b.start.Lines = q.Filter, 1<<30, 1000
			b.resume(nil)
			b.text(pass)
		})
	}
}

// A byte order mark of UTF-8 is one of the file's bytes, but of no line: what is looked for at a line's beginning is found, and
// so are its level, its time and what continues it.
func TestRow48_UTF8ByteOrderMark(t *testing.T) {
	for _, f := range []string{`{"include":[{"text":"^2026","regex":true}]}`, `{"levels":["error"]}`, `{"include":[{"text":"^2026","regex":true},{"text":"ERROR"}]}`} {
		text := bom + "2026-11-26T10:00:00Z ERROR a\n\tat b\n"
		b := newBench(t, func(_ *Options, _ *Source, s *Start) { s.Filter = []byte(f) })
		b.write("f", text)
		b.follow().text(text)
		q := wire.Question{Ask: wire.AskRead, Filter: []byte(f)}
		b.ask(q).is(false, text, wire.EndEdge)
		q.Back = true
		b.ask(q).is(true, text, wire.EndStart)
		at := time.Date(2026, 11, 26, 10, 0, 0, 0, time.UTC).UnixMilli()
		if _, f, _ := b.ask(wire.Question{Ask: wire.AskTime, At: at, Lines: 1}).found(); f.Time != at {
			t.Errorf("the first line's time is not read: %+v", f)
		}
		b.end()
	}
	// A continuation behind a mark is one: two files with marks were put one behind the other.
	b := newBench(t)
	b.write("f", "ERROR a\n"+bom+"\tat b\n"+bom+"{} INFO c\n")
	b.ask(wire.Question{Ask: wire.AskRead, Filter: []byte(`{"levels":["error"]}`)}).is(false, "ERROR a\n"+bom+"\tat b\n", wire.EndEdge)
}
