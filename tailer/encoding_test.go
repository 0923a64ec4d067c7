package tailer

import (
	"io"
	"os"
	"strings"
	"testing"

	"livetail/internal/wire"
)

// A log that was truncated under a writer who does not append begins with a hole, and without a mark.
func TestRow48_UTF16BehindAHole(t *testing.T) {
	for name, c := range wides {
		for _, n := range []int{1, 10, 3000} {
			t.Run(name, func(t *testing.T) {
				old, fresh := bom+strings.Repeat("old 世\n", n), "new 世\nand ઊ on\n"
				b := newBench(t, lines(1e6))
				w, err := os.Create(b.path)
				b.must(err)
				defer w.Close()
				put := func(text string) { _, err := io.WriteString(w, encoded(c, text)); b.must(err) }
				put(old)
				b.follow().text(old)
				b.mark(wire.MarkLive)
				b.whileBlocked(func() {
					b.must(os.Truncate(b.path, 0))
					put(fresh)
				})
				b.text(old + fresh)
				if m := b.mark(wire.MarkGap); m.Bytes != int64(len(encoded(c, old))) {
					t.Errorf("got %+v", m)
				}
				put("more 世\n")
				b.text(old + fresh + "more 世\n")
				if n == 3000 { // else there is no hole: an answer gives NULs as they are
					q := wire.Question{Ask: wire.AskRead, Filter: []byte(`{"include":[{"text":"^(new|more) 世","regex":true}]}`)}
					b.ask(q).is(false, "new 世\nmore 世\n", wire.EndEdge)
				}
				b.pause()
				b.coldly()
				b.start.Lines = 2
				b.resume(nil)
				b.text("and ઊ on\nmore 世\n")
			})
		}
	}
}

// What no first bytes tell, the config does.
func TestRow48_EncodingOfTheConfig(t *testing.T) {
	for name, c := range wides {
		t.Run(name, func(t *testing.T) {
			text := "где 世\nтут one\n"
			b := newBench(t, func(_ *Options, s *Source, _ *Start) { s.Encoding = "utf-16" + strings.ToLower(name) })
			b.append("f", encoded(c, text))
			b.follow().text(text)
			b.must(copyFile(b.path, b.at("f.1")))
			b.must(os.Truncate(b.path, 0))
			b.append("f", encoded(c, "ещё\n"))
			b.text(text + "ещё\n")
			b.pack("f.1", ".gz")
			b.ask(wire.Question{Ask: wire.AskRead}).is(false, text+"ещё\n", wire.EndEdge)
			b.ask(wire.Question{Ask: wire.AskRead, Back: true}).is(true, text+"ещё\n", wire.EndStart)
			b.ask(wire.Question{Ask: wire.AskRead, Filter: []byte(`{"include":[{"text":"тут"}]}`)}).is(false, "тут one\n", wire.EndEdge)
		})
	}
	text := "a\x00b\x00\n" // which would be taken for UTF-16
	b := newBench(t, func(_ *Options, s *Source, _ *Start) { s.Encoding = "utf-8" })
	b.write("f", text)
	b.follow().text(text)
}

func TestRow48_UTF32IsSaid(t *testing.T) {
	b := newBench(t)
	b.write("f", "\xff\xfe\x00\x00a\x00\x00\x00\n\x00\x00\x00")
	b.follow()
	if m := b.mark(wire.MarkOpened); !strings.Contains(m.Why, "UTF-32") {
		t.Errorf("it says nothing: %+v", m)
	}
	b.mark(wire.MarkLive)
}
