package tailer

import (
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"livetail/internal/coding"
	"livetail/internal/wire"
)

// gaps are how many bytes an answer says that nobody wrote.
func (r *reply) gaps() (n int64) {
	for _, f := range r.frames {
		if f.mark.Kind == wire.MarkGap {
			n += f.mark.Bytes
		}
	}
	return n
}

// A hole is passed over in whatever direction the past is read, and said: ten sparse gigabytes are no trap, and no lines.
func TestRow51_HolesInThePast(t *testing.T) {
	for _, c := range []coding.Coding{coding.Bytes, coding.UTF16LE, coding.UTF16BE} {
		t.Run(fmt.Sprint(c), func(t *testing.T) {
			b := newBench(t)
			before, between, behind := numbered("before", 300), numbered("between", 200), numbered("behind", 300)
			b.append("f", encoded(c, before))
			b.must(os.Truncate(b.path, 5<<30))
			b.append("f", encoded(c, between))
			b.must(os.Truncate(b.path, 10<<30))
			b.append("f", encoded(c, behind))
			b.clock.advance(time.Minute)
			clean := func(r *reply, back bool) string { return strings.ReplaceAll(r.text(back), "\x00", "") }
			all, q := before+between+behind, wire.Question{Ask: wire.AskRead}
			for _, back := range []bool{false, true} {
				for _, f := range []string{"", `{"exclude":[{"text":"nowhere"}]}`} {
					q.Back, q.Filter = back, []byte(f)
					r := b.ask(q)
					if got := clean(r, back); got != all {
						t.Errorf("back %v, filter %q: %d bytes of %d: %.300q", back, f, len(got), len(all), got)
					}
					if n := r.gaps(); n < 10<<30-8<<20 || n > 10<<30 {
						t.Errorf("back %v, filter %q: %d bytes are said to be a hole", back, f, n)
					}
				}
				// In pages: whatever was come to is gone on from.
				got, p := "", wire.Question{Ask: wire.AskRead, Back: back, Lines: 70}
				for n := 0; n < 100; n++ {
					r := b.ask(p)
					if back {
						got = clean(r, true) + got
					} else {
						got += clean(r, false)
					}
					if p.From = r.after(); r.end.End == wire.EndStart || r.end.End == wire.EndEdge {
						break
					}
				}
				if got != all {
					t.Errorf("back %v: %d bytes of %d in pages: %.300q", back, len(got), len(all), got)
				}
				q.Filter = []byte(`{"include":[{"text":"between 000100"}]}`)
				if got := clean(b.ask(q), back); got != "between 000100 of the lines\n" {
					t.Errorf("back %v: found %q", back, got)
				}
			}
		})
	}
}

// A file that was deleted and is still held can be asked about: its bytes exist.
func TestRow60_DeletedFileCanBeAskedAbout(t *testing.T) {
	for _, rotated := range []bool{false, true} {
		first, next := numbered("first", 300), ""
		b := live(t, first, lines(1e6))
		at := wire.Position{{File: b.after()[0].File}}
		if rotated {
			b.rename("f", "f.1")
			next = numbered("next", 100)
			b.append("f", next)
			b.text(first + next)
			b.remove("f.1")
		} else {
			b.remove("f")
		}
		b.looks(1)
		end, start := wire.EndEdge, wire.EndStart
		b.ask(wire.Question{Ask: wire.AskRead}).is(false, first+next, end)
		b.ask(wire.Question{Ask: wire.AskRead, From: at}).is(false, first+next, end)
		b.ask(wire.Question{Ask: wire.AskRead, Back: true}).is(true, first+next, start)
		b.ask(wire.Question{Ask: wire.AskRead, Back: true, Filter: []byte(`{"include":[{"text":"first 000123"}]}`)}).is(true, "first 000123 of the lines\n", start)
		got, q := "", wire.Question{Ask: wire.AskRead, Back: true, Lines: 70}
		for n := 0; n < 100; n++ {
			r := b.ask(q)
			got = r.text(true) + got
			if q.From = r.after(); r.end.End == wire.EndStart {
				break
			}
		}
		if got != first+next {
			t.Errorf("%d bytes of %d in pages", len(got), len(first+next))
		}
		// Compressed and removed, it is there once.
		if rotated {
			b.write("f.1.gz", string(packed(b, ".gz", []byte(first))))
			b.ask(wire.Question{Ask: wire.AskRead}).is(false, first+next, end)
			b.ask(wire.Question{Ask: wire.AskRead, Back: true}).is(true, first+next, start)
			b.remove("f.1.gz")
		}
		b.clock.advance(time.Minute)
		b.until("it is let go of", func() bool { return len(opened(t, b.dir)) == bit(rotated) })
		b.end()
	}
}
