package tailer

import (
	"bytes"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"
	"pgregory.net/rapid"

	"livetail/internal/coding"
	"livetail/internal/wire"
)

// chained is a log whose whole past is known.
type chained struct {
	*bench
	t    *rapid.T
	all  bytes.Buffer // every byte ever, in order
	cuts []int        // where files begin in it
	n    int
	code coding.Coding
}

func (c *chained) line() string {
	c.n++
	switch size := rapid.IntRange(0, 40).Draw(c.t, "size"); {
	case size == 40:
		return fmt.Sprintf("long %d %s\n", c.n, strings.Repeat("0123456789", rapid.IntRange(1, 3000).Draw(c.t, "tens")))
	case size == 39 && c.code == coding.Bytes:
		return "\n" // in UTF-16, a file of nothing else looks like another
	case size == 38:
		return fmt.Sprintf("\tat %d\n", c.n)
	default:
		return fmt.Sprintf("%06d %s\n", c.n, strings.Repeat("\x00", size%3)+strings.Repeat("y", size)+[]string{"", "é世\u0a0a", "😀\u4e0a", "\u010a"}[size%4])
	}
}

func (c *chained) put(name string, lines int) {
	var text strings.Builder
	for range lines {
		text.WriteString(c.line())
	}
	c.bench.append(name, encoded(c.code, text.String()))
	c.all.WriteString(text.String())
}

func (c *chained) rotate() {
	for n := 12; n > 0; n-- {
		for _, ext := range append([]string{""}, packings...) {
			os.Rename(c.at(fmt.Sprintf("f.%d%s", n, ext)), c.at(fmt.Sprintf("f.%d%s", n+1, ext)))
		}
	}
	c.rename("f", "f.1")
	c.put("f", 0)
	c.cuts = append(c.cuts, c.all.Len())
}

// compress packs one of the rotated files, or gets half way: then it is there twice, the second time perhaps in part.
func (c *chained) compress() {
	var plain []string
	for n := 1; n < 14; n++ {
		if name := fmt.Sprintf("f.%d", n); !missing(unix.Access(c.at(name), unix.F_OK)) {
			plain = append(plain, name)
		}
	}
	if len(plain) == 0 {
		return
	}
	name := rapid.SampledFrom(plain).Draw(c.t, "compress")
	ext := rapid.SampledFrom(packings).Draw(c.t, "as")
	text, err := os.ReadFile(c.at(name))
	c.must(err)
	out := packed(c.bench, ext, text)
	for _, ext := range packings {
		c.bench.remove(name + ext) // an attempt before
	}
	switch rapid.IntRange(0, 3).Draw(c.t, "how far") {
	case 0:
		c.bench.write(name+ext, string(out))
	case 1:
		c.bench.write(name+ext, string(out[:rapid.IntRange(0, len(out)).Draw(c.t, "part")]))
	default:
		info, err := os.Stat(c.at(name))
		c.must(err)
		c.bench.write(name+ext, string(out))
		if rapid.Bool().Draw(c.t, "same time") {
			c.must(os.Chtimes(c.at(name+ext), info.ModTime(), info.ModTime()))
		}
		c.bench.remove(name)
	}
}

// question draws the limits of a page.
func (c *chained) question(back bool, at wire.Position) wire.Question {
	q := wire.Question{Ask: wire.AskRead, Back: back, From: at}
	switch rapid.IntRange(0, 3).Draw(c.t, "limit") {
	case 0:
		q.Lines = uint32(rapid.IntRange(1, 30).Draw(c.t, "lines"))
	case 1:
		q.Bytes = uint64(rapid.IntRange(1, 5000).Draw(c.t, "bytes"))
	case 2:
		// Of a compressed file only what is looked at is unpacked, and what is in it names it from minAlone bytes on.
		q.Look = uint64(rapid.IntRange(minAlone, 5000).Draw(c.t, "look"))
	}
	return q
}

func (c *chained) page(q wire.Question) *reply {
	return c.ask(q, func(r *reply) {
		room := rapid.SampledFrom([]int{64, 500, 4096, wire.MaxPayload}).Draw(c.t, "room")
		r.room = func() int { return room }
	})
}

// mishap is what happens to the log between two pages.
func (c *chained) mishap() {
	switch rapid.IntRange(0, 9).Draw(c.t, "mishap") {
	case 0:
		c.put("f", rapid.IntRange(1, 20).Draw(c.t, "more"))
	case 1:
		c.rotate()
		c.put("f", rapid.IntRange(0, 20).Draw(c.t, "more"))
	case 2:
		c.follower.Close() // a worker's restart
		c.follower = c.tailer.Open(c.follower.src)
	case 3:
		c.clock.advance(time.Minute)
	case 4:
		c.compress()
	}
}

// TestAskModel reads a chain of files back to its start and forward again, in pages of any size, while it goes on: what comes is
// what was written, every byte once, and each line's token leads back to it.
func TestAskModel(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		b := newBench(t)
		defer b.end()
		c := &chained{bench: b, t: rt, cuts: []int{0}, code: anyCoding(rt)}
		c.put("f", rapid.IntRange(0, 50).Draw(rt, "lines"))
		for range rapid.IntRange(0, 4).Draw(rt, "files") {
			c.rotate()
			c.put("f", rapid.IntRange(0, 50).Draw(rt, "lines"))
			if rapid.Bool().Draw(rt, "pack") {
				c.compress()
			}
		}
		b.clock.advance(time.Minute)

		want := c.all.String()
		got := ""
		var at wire.Position
		for n := 0; ; n++ {
			r := c.page(c.question(true, at))
			got = r.text(true) + got
			if !strings.HasSuffix(want, got) || n > 20_000 {
				rt.Fatalf("back: got %.300q, want the end of %.3000q", got, want)
			}
			at = r.after()
			c.tokens(r, len(want)-len(got), true)
			if r.end.End == wire.EndStart {
				break
			}
			c.mishap()
		}
		if got != want {
			rt.Fatalf("back: %d bytes of %d", len(got), len(want))
		}
		got = ""
		for n := 0; ; n++ {
			r := c.page(c.question(false, at))
			c.tokens(r, len(got), false)
			got += r.text(false)
			if want = c.all.String(); !strings.HasPrefix(want, got) || n > 20_000 {
				rt.Fatalf("forward: got %.300q, want the beginning of %.3000q", got, want)
			}
			at = r.after()
			if r.end.End == wire.EndEdge {
				break
			}
			c.mishap()
		}
		if got != want {
			rt.Fatalf("forward: %d bytes of %d", len(got), len(want))
		}
	})
}

// tokens asks again from a line of the answer, whose text begins at byte at of all.
func (c *chained) tokens(r *reply, at int, back bool) {
	frames := r.frames
	if back {
		at += len(r.text(true))
	}
	for _, f := range frames {
		if f.Kind != wire.Lines {
			continue
		}
		if back {
			at -= len(f.Payload)
		}
		if rapid.IntRange(0, 9).Draw(c.t, "try a token") == 0 {
			i := 1 + bytes.LastIndexByte(f.Payload[:len(f.Payload)-1], '\n')
			again := c.ask(wire.Question{Ask: wire.AskRead, Lines: 1, From: wire.Position{{File: f.After[f.Index].File, Offset: f.Start + int64(c.code.Width(f.Payload[:i]))}}})
			rest := c.all.String()[at+i:]
			if want := rest[:strings.IndexByte(rest, '\n')+1]; again.text(false) != want {
				c.t.Fatalf("a line's token: got %.100q, want %.100q", again.text(false), want)
			}
		}
		if !back {
			at += len(f.Payload)
		}
	}
}
