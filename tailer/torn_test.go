package tailer

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"livetail/internal/wire"
)

// packCopy is copytruncate by a rotator that compresses at once.
func (b *bench) packCopy(ext string) {
	b.Helper()
	b.shiftAll()
	b.must(copyFile(b.path, b.at("f.1")))
	b.must(os.Truncate(b.path, 0))
	b.pack("f.1", ext)
}

// A copy that was compressed before a slow reader looked has all that the reader had not read, in whatever files begin alike.
func TestRow09_CopyIsCompressedAtOnce(t *testing.T) {
	header := numbered("header", 60)
	for _, ext := range packings {
		for _, n := range []int{1, 1000, 60_000} {
			t.Run(fmt.Sprint(ext, n), func(t *testing.T) {
				b := newBench(t, lines(1e6), bytesOf(1<<30))
				want := header + numbered("old", 1)
				b.write("f", want)
				b.packCopy(ext) // older ones begin alike
				b.append("f", header+numbered("read", n))
				b.follow().mark(wire.MarkLive)
				want = header + numbered("read", n)
				b.text(want)
				b.whileBlocked(func() {
					b.append("f", numbered("unread", n)+"half ")
					b.looks(1)
					b.follower.mu.Lock() // nobody looks before it is compressed
					b.packCopy(ext)
					b.follower.mu.Unlock()
					b.looks(2) // which knows the compressed one as past
					b.append("f", "line\nnew\n")
				})
				want += numbered("unread", n) + "half line\nnew\n"
				b.text(want)
				b.marked("truncated")
				if m := b.mark(wire.MarkTruncated); m.To != "f.1"+ext {
					t.Errorf("got %+v", m)
				}
				b.rename("f", "f.0")
				b.append("f", "end\n")
				b.text(want + "end\n")
				b.clock.advance(time.Minute)
				b.looks(2)
				b.append("f", "after\n")
				b.text(want + "end\nafter\n")
			})
		}
	}
}

// None of the compressed files is the copy: what was there is lost, and how much that is.
func TestRow09_NoCompressedCopy(t *testing.T) {
	header := numbered("header", 60)
	b := newBench(t, lines(1e6), bytesOf(1<<30))
	for n := range 3 {
		b.write("f", header+numbered(fmt.Sprint("old", n), 100))
		b.packCopy(".gz")
	}
	text := header + numbered("unread", 100)
	b.write("f", text)
	left := 10 // frames, of 64 bytes at most
	b.sink.room = func() int { return 64 }
	b.sink.onTurn = func() {
		if left--; left == 0 {
			b.sink.blocked = true
		}
	}
	b.follow()
	b.wait("it is held up", func(s *sink) bool { return s.blocked && s.text.Len() > 0 })
	b.must(os.Truncate(b.path, 0))
	b.looks(1)
	b.sink.mu.Lock()
	b.sink.room = func() int { return wire.MaxPayload }
	b.sink.mu.Unlock()
	b.sink.set(&b.sink.blocked, false)
	b.append("f", "new\n")
	b.wait("what is new", func(s *sink) bool { return strings.HasSuffix(s.text.String(), "new\n") })
	read := strings.TrimSuffix(b.sink.text.String(), "new\n")
	if !strings.HasPrefix(text, read) {
		t.Errorf("got %q", read)
	}
	b.marked("gap", "truncated")
	if m := b.mark(wire.MarkGap); m.Bytes != int64(len(text)-len(read)) || m.Why != unreadWords {
		t.Errorf("got %+v", m)
	}
}

// The same, with an older copy that is not compressed.
func TestRow09_OlderCopyIsNone(t *testing.T) {
	header := numbered("header", 60)
	b := newBench(t, lines(1e6))
	b.write("f", header+"old\n")
	b.must(copyFile(b.path, b.at("f.1")))
	b.write("f", header)
	b.follow().text(header)
	b.mark(wire.MarkLive)
	b.write("f", "new\n")
	b.text(header + "new\n")
	b.write("f", header)
	b.text(header + "new\n" + header)
	b.must(copyFile(b.path, b.at("f.1"))) // over the older one
	b.whileBlocked(func() {
		b.append("f", "unread\n")
		b.must(copyFile(b.path, b.at("f.1")))
		b.must(os.Truncate(b.path, 0))
		b.append("f", "end\n")
	})
	b.text(header + "new\n" + header + "unread\nend\n")
}

// While the copy is looked for, room for what waits comes free, the copy among it: it is read once.
func TestRow09_CompressedCopyWaits(t *testing.T) {
	for _, ext := range packings {
		b := live(t, "first\n")
		want := "first\n"
		put := func(text string) { b.append("f", text); want += text }
		for n := range maxHeld - 2 {
			put(numbered(fmt.Sprint("file ", n), 3))
			b.text(want)
			b.rotateAll()
			b.looks(1)
		}
		put(numbered("last", 10))
		b.text(want)
		b.follower.mu.Lock()
		b.pack("f.1", ext)
		b.must(os.Chtimes(b.at("f.1"+ext), time.Now(), time.Now())) // by its time it is new, and takes the room that there is
		b.packCopy(ext)                                             // for which there is none
		b.remove("f")
		put("new\n")
		b.clock.add(time.Minute)
		met := false
		b.sink.mu.Lock()
		b.sink.onTurn = func() {
			if slices.ContainsFunc(b.follower.held, func(h *file) bool { return h.torn != nil }) {
				met = true
				b.follower.poke(true)
			}
		}
		b.sink.mu.Unlock()
		b.follower.mu.Unlock()
		b.text(want)
		b.clock.advance(time.Minute)
		b.looks(2)
		put("end\n")
		b.text(want)
		b.marksNoGap()
		b.end()
		if !met {
			t.Error("the copy was not looked for")
		}
	}
}
