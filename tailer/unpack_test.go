package tailer

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"livetail/internal/wire"
	"livetail/tailer/spool"
)

var packings = []string{".gz", ".zst", ".xz", ".bz2"}

// pack compresses a file as its rotator does: it is there twice for a moment, and keeps its time.
func (b *bench) pack(name, ext string) {
	b.Helper()
	text, err := os.ReadFile(b.at(name))
	b.must(err)
	info, err := os.Stat(b.at(name))
	b.must(err)
	b.write(name+ext, string(packed(b, ext, text)))
	b.must(os.Chtimes(b.at(name+ext), info.ModTime(), info.ModTime()))
	b.remove(name)
}

// shiftAll makes room for a new f.1, compressed or not.
func (b *bench) shiftAll() {
	for n := 40; n > 0; n-- {
		for _, ext := range append([]string{""}, packings...) {
			os.Rename(b.at(fmt.Sprintf("f.%d%s", n, ext)), b.at(fmt.Sprintf("f.%d%s", n+1, ext)))
		}
	}
}

func (b *bench) rotateAll() {
	b.Helper()
	b.shiftAll()
	b.rename("f", "f.1")
	b.append("f", "")
}

// numbered are n lines that are like no others.
func numbered(what string, n int) string {
	var text strings.Builder
	for i := range n {
		fmt.Fprintf(&text, "%s %06d of the lines\n", what, i)
	}
	return text.String()
}

// tokens of all lines that came: following from each must give what came from there on.
func (b *bench) eachToken(step int, want string) {
	b.Helper()
	b.pause()
	frames, at := b.sink.frames, 0
	for _, r := range frames {
		if r.Kind != wire.Lines {
			continue
		}
		for i := 0; i < len(r.Payload); i += 1 + strings.IndexByte(string(r.Payload[i:]), '\n') {
			if at%step == 0 {
				b.coldly()
				b.resume(wire.Position{{File: r.After[r.Index].File, Offset: r.Start + int64(i)}})
				b.text(want[len(want)-b.rest(frames, r, i):])
				b.marksNoGap()
				b.pause()
			}
			at++
		}
	}
}

// rest is how many bytes came from byte i of frame r on.
func (b *bench) rest(frames []record, r record, i int) (n int) {
	for _, f := range slices.Backward(frames) {
		if f.Kind == wire.Lines {
			n += len(f.Payload)
		}
		if f.Kind == r.Kind && f.Start == r.Start && f.After[f.Index].File == r.After[r.Index].File && string(f.Payload) == string(r.Payload) {
			return n - i
		}
	}
	return n
}

func (b *bench) marksNoGap() {
	b.Helper()
	b.sink.mu.Lock()
	defer b.sink.mu.Unlock()
	if slices.Contains(b.sink.marks(), wire.MarkGap) {
		b.Errorf("a gap is said: %v", b.sink.marks())
	}
}

// A position in a file that was compressed before it was read to its end, and whole files compressed after it: all of it comes,
// once and in order, and each line's token leads back to it.
func TestRow06_CompressedWhileAway(t *testing.T) {
	for _, ext := range packings {
		for files := range 4 {
			first := numbered("first", 300)
			b := live(t, first)
			from, half := b.after(), numbered("more", 200)
			b.pause()
			b.append("f", half)
			want := half
			for n := range files + 1 {
				b.rotateAll()
				b.pack("f.1", ext)
				text := numbered(fmt.Sprintf("next %d", n), 100*n)
				b.append("f", text)
				want += text
			}
			b.coldly()
			b.resume(from)
			b.mark(wire.MarkLive)
			b.text(want)
			b.append("f", "and on\n")
			want += "and on\n"
			b.text(want)
			b.marksNoGap()
			b.marked(slices.Repeat([]string{"rotated"}, files+1)...)
			b.eachToken(97, want)
			b.end()
		}
	}
}

// The last line of a compressed file has no newline: nobody will ever write one.
func TestRow06_HalfALineAtItsEnd(t *testing.T) {
	b := live(t, numbered("first", 10))
	b.unseen(func() {
		b.append("f", "half")
		b.rotateAll()
		b.pack("f.1", ".gz")
		b.append("f", "on\n")
		b.coldly()
	})
	b.text("halfon\n")
	b.marksNoGap()
	if r := b.sink.frames[slices.IndexFunc(b.sink.frames, func(r record) bool { return r.Kind == wire.Lines })]; r.Flags&wire.NoEOL == 0 {
		t.Errorf("flags %b of %q", r.Flags, r.Payload)
	}
}

// What is read through its open descriptor is compressed meanwhile, again and again: nothing of that is new.
func TestRow06_CompressedWhileItIsRead(t *testing.T) {
	for _, ext := range packings {
		b := live(t, numbered("first", 10))
		want := numbered("first", 10)
		b.sink.set(&b.sink.stuck, true)
		for n := range 6 {
			text := numbered(fmt.Sprintf("next %d", n), n%3)
			b.append("f", text)
			want += text
			b.rotateAll()
			if n%2 == 0 {
				b.pack("f.1", ext)
			}
		}
		b.append("f", "and on\n")
		b.sink.set(&b.sink.stuck, false)
		b.text(want + "and on\n")
		b.clock.advance(time.Minute)
		b.looks(2)
		b.text(want + "and on\n")
		b.marksNoGap()
		b.end()
	}
}

// The log is gone for longer than the grace, so that its file is closed, and compressed then: it is not a new one.
func TestRow06_CompressedAfterTheGrace(t *testing.T) {
	b := live(t, "first line of them\n") // too little to be known by its text alone
	b.rename("f", "f.1")
	b.looks(1)
	b.clock.advance(time.Minute)
	b.looks(2)
	b.pack("f.1", ".gz")
	b.append("f.1.gz", string(packed(b, ".gz", []byte("written after\n")))) // by somebody who had it open
	b.append("f", "next\n")
	b.text("first line of them\nwritten after\nnext\n")
	b.marksNoGap()
}

// While it is compressed it is there twice, the second time perhaps in part: it is read once.
func TestRow06_BeingCompressed(t *testing.T) {
	for _, part := range []int{0, 5, 40, 1 << 20} {
		b := live(t, numbered("first", 10))
		want := ""
		b.unseen(func() {
			for n := range 3 {
				b.rotateAll()
				text := numbered(fmt.Sprintf("next %d", n), 20)
				b.append("f", text)
				want += text
			}
			for _, name := range []string{"f.3", "f.2", "f.1"} {
				text, err := os.ReadFile(b.at(name))
				b.must(err)
				out := packed(b, ".gz", text)
				b.write(name+".gz", string(out[:min(part, len(out))]))
			}
			b.coldly()
		})
		b.mark(wire.MarkLive)
		b.text(want)
		b.marksNoGap()
		b.end()
	}
}

func small(n int64) setting {
	return func(o *Options, _ *Source, _ *Start) {
		o.Spool, _ = spool.New(spool.Options{MaxBytes: n})
	}
}

// The spool has no room: as much comes as fits, then a gap that says so, then what is newer.
func TestRow06_NoRoomToUnpack(t *testing.T) {
	first, rest := numbered("first", 300), numbered("more", 100_000)
	for _, fits := range []int64{2 << 20, 4 << 10} { // for a beginning behind the position; not even for the position
		b := newBench(t, lines(1000), small(fits))
		b.write("f", first)
		b.follow().mark(wire.MarkLive)
		b.unseen(func() {
			b.append("f", rest)
			b.rotateAll()
			b.pack("f.1", ".gz")
			b.append("f", "next\n")
			b.coldly()
		})
		b.wait("what is newer", func(s *sink) bool { return strings.HasSuffix(s.text.String(), "next\n") })
		b.mark(wire.MarkLive)
		if m := b.mark(wire.MarkGap); m.Bytes != -1 || m.Name != "f.1.gz" || m.Why != spool.ErrFull.Error() {
			t.Errorf("got %+v", m)
		}
		got := strings.TrimSuffix(b.sink.text.String(), "next\n")
		if !strings.HasPrefix(rest, got) || fits > int64(len(first)) && int64(len(got)) < fits/2 || len(got) == len(rest) {
			t.Errorf("with room for %d: %d bytes of %d came, %.100q", fits, len(got), len(rest), got)
		}
		b.end()
	}
}

// compressedWhileAway has read first and was away while rest came, all of it was compressed, and "next" begins the new file.
func compressedWhileAway(t *testing.T, first, rest string) *bench {
	t.Helper()
	b := newBench(t, func(_ *Options, _ *Source, s *Start) { s.Lines, s.MaxBytes = 1e6, 1<<30 })
	b.write("f", first)
	b.follow().text(first)
	from := b.after()
	b.pause()
	b.append("f", rest)
	b.rotateAll()
	b.pack("f.1", ".gz")
	b.append("f", "next\n")
	b.coldly()
	b.start.From, b.sink = from, newSink()
	return b
}

// Unpacking may take long: the page hears how far it is, at the place where it is, and what is deleted meanwhile is held.
func TestRow06_SaysHowFar(t *testing.T) {
	rest := numbered("more", 100_000)
	b := compressedWhileAway(t, numbered("first", 100_000), rest)
	deleted := false
	b.sink.onTurn = func() {
		b.clock.add(time.Second)
		if !deleted && len(b.sink.frames) > 0 {
			deleted = true
			os.Remove(b.path)
			os.WriteFile(b.path, []byte("newest\n"), 0o644)
		}
	}
	b.follow()
	b.text(rest + "next\nnewest\n")
	b.marksNoGap()
	var before int
	for _, r := range b.sink.frames {
		if r.Kind == wire.Lines {
			break
		}
		if r.mark.Kind == wire.MarkProgress && r.mark.Why == "unpacking" && r.mark.Name == "f.1.gz" && r.mark.Done > 0 && r.mark.Done <= r.mark.Bytes {
			if r.After.String() == b.start.From.String() {
				before++
			}
		}
	}
	if before == 0 {
		t.Errorf("nothing is said while the place is looked for: %v", b.sink.marks())
	}
}

// While something is unpacked the log is looked after: what is there only until the next rotation is held too.
func TestRow06_LogIsLookedAfterWhileItUnpacks(t *testing.T) {
	rest := numbered("more", 1000)
	b := compressedWhileAway(t, numbered("first", 200_000), rest)
	texts := []string{"there for a moment\n", "newest\n"}
	held, follower := 0, b.follower
	b.sink.onTurn = func() { // the follower is locked
		if len(texts) == 0 || len(follower.held) == held || !follower.searching {
			return // what is held since is to be deleted while the place is still looked for
		}
		held = len(follower.held)
		os.Remove(b.path)
		os.WriteFile(b.path, []byte(texts[0]), 0o644)
		texts = texts[1:]
		follower.poke(true) // as the watch does, sooner or later
	}
	b.follow()
	b.text(rest + "next\nthere for a moment\nnewest\n")
	b.marksNoGap()
}

// It ends at once, with nothing left open, wherever it is while it unpacks.
func TestRow06_ClosedWhileItUnpacks(t *testing.T) {
	first, rest := numbered("first", 50_000), numbered("more", 100_000)
	b := newBench(t, func(_ *Options, _ *Source, s *Start) { s.Lines, s.MaxBytes = 1e6, 1<<30 })
	b.write("f", first)
	b.follow().text(first)
	from := b.after()
	b.pause()
	b.append("f", rest)
	b.rotateAll()
	b.pack("f.1", ".xz")
	for n := range 40 {
		b.coldly()
		b.start.From, b.sink = from, newSink()
		done := make(chan struct{})
		turns, follower := 0, b.follower
		b.sink.onTurn = func() {
			if turns++; turns == n {
				go func() { follower.Close(); close(done) }()
			}
		}
		b.follow()
		if n > 0 {
			b.wait("a turn", func(s *sink) bool { return turns >= n || s.text.Len() == len(rest) })
		}
		b.follower.Close()
		b.pause()
		if turns >= n && n > 0 {
			<-done
		}
	}
	files, err := filepath.Glob("/proc/self/fd/*")
	b.must(err)
	for _, fd := range files {
		if to, _ := os.Readlink(fd); strings.HasPrefix(to, b.dir) && !strings.HasSuffix(to, "/boot") && to != b.dir {
			t.Errorf("%s is left open", to)
		}
	}
}

// A file that is older than the log, and closed, is compressed just when the log is deleted: it is as old as before.
func TestRow06_CompressedWhenTheLogIsDeleted(t *testing.T) {
	for _, copied := range []bool{true, false} {
		b := live(t, numbered("first", 10))
		if copied {
			b.must(copyFile(b.path, b.at("f.1")))
			b.must(os.Truncate(b.path, 0))
		} else {
			b.rotateAll()
		}
		b.looks(2)
		b.clock.advance(time.Minute)
		b.looks(2)
		b.follower.mu.Lock() // nobody sees one without the other
		b.pack("f.1", ".gz")
		b.remove("f")
		b.append("f", "last\n")
		b.follower.mu.Unlock()
		b.text(numbered("first", 10) + "last\n")
		b.looks(2)
		b.text(numbered("first", 10) + "last\n")
		b.end()
	}
}

// A rotated file was written to once more, which its folder does not tell. At the end of its grace it is moved on and compressed, when the
// log is deleted: it is held until it is known that the compressed one is the same.
func TestRow06_CompressedAtTheEndOfItsGrace(t *testing.T) {
	first := numbered("first", 10)
	b := live(t, first)
	b.rotateAll()
	b.mark(wire.MarkRotated)
	long := time.Now().Add(-time.Hour)
	b.must(os.Chtimes(b.dir, long, long))
	b.looks(2)
	b.append("f.1", "late\n")
	b.text(first + "late\n")
	b.follower.mu.Lock() // nobody sees one without the other
	b.clock.add(time.Minute)
	b.rename("f.1", "f.2")
	b.pack("f.2", ".gz")
	b.remove("f")
	b.append("f", "last\n")
	b.follower.mu.Unlock()
	b.text(first + "late\nlast\n")
	b.looks(2)
	b.text(first + "late\nlast\n")
	b.marksNoGap()
}

// What rotation made of a log is its past, told by its name, and no other log's, though that is called alike.
func TestRow67_SiblingsAreThePastOfTheirLogOnly(t *testing.T) {
	b := newBench(t)
	old := numbered("oldest", 5)
	b.write("f.2.gz", string(packed(b, ".gz", []byte(old))))
	b.write("f.1", "older\n")
	b.write("f", "now\n")
	for _, name := range []string{"ff", "ff.1", "f.log", "f.log.1", "f-b.1", "f.1.bak", "f.3.d", "f.x.gz"} {
		b.write(name, "another log's\n")
	}
	b.clock.advance(time.Minute)
	b.ask(read(0)).is(false, old+"older\nnow\n", wire.EndEdge)
	b.ask(back(0)).is(true, old+"older\nnow\n", wire.EndStart)
}

// Who goes on from further back, in the same follower, reads again what was old to it, though it was compressed meanwhile.
func TestRow06_CompressedAndReadAgain(t *testing.T) {
	first, next := numbered("first", 10), numbered("next", 10)
	b := live(t, first)
	from := wire.Position{{File: b.after()[0].File, Offset: 0}}
	b.rotateAll()
	b.append("f", next)
	b.text(first + next)
	b.rotateAll()
	b.looks(2)
	b.clock.advance(time.Minute)
	b.looks(2)
	b.pause()
	b.pack("f.1", ".gz")
	b.resume(from)
	b.mark(wire.MarkLive)
	b.text(first + next)
	b.marksNoGap()
}

// The log is compressed while nobody reads it but its file is held, after a copy of it was that is older: the copy is not newer.
func TestRow06_CopyIsOlderThanWhatIsHeld(t *testing.T) {
	b := live(t, "half 1\n", lines(1e6))
	b.must(copyFile(b.path, b.at("f.1")))
	b.must(os.Truncate(b.path, 0))
	b.mark(wire.MarkTruncated)
	text := numbered("line", 7)
	b.append("f", text)
	b.text("half 1\n" + text)
	b.pause()
	first := b.sink.frames[len(b.sink.frames)-1]
	b.pack("f.1", ".gz")
	b.rotateAll()
	b.pack("f.1", ".zst")
	b.resume(wire.Position{{File: first.After[0].File, Offset: first.Start}})
	b.append("f", "next\n")
	b.wait("the next line", func(s *sink) bool { return strings.HasSuffix(s.text.String(), "next\n") })
	b.text(string(first.Payload) + "next\n")
	b.marksNoGap()
}

// What was read long ago is being compressed when the log is deleted and made anew: it is there plain too, and nothing new.
func TestRow06_OldOneBeingCompressedWhenTheLogIsDeleted(t *testing.T) {
	for _, ext := range packings {
		old, next := numbered("old", 300), numbered("next", 20)
		b := live(t, old, lines(1e6))
		b.rotateAll()
		b.append("f", next)
		b.text(old + next)
		b.clock.advance(time.Minute)
		b.looks(2) // the end of its grace
		b.write("f.1"+ext, string(packed(b, ext, []byte(old))))
		b.remove("f")
		b.append("f", "last\n")
		b.text(old + next + "last\n")
		b.looks(3)
		b.text(old + next + "last\n")
		b.marksNoGap()
		b.end()
	}
}

// A few bytes are enough to be found by, as long as no other compressed file of the log begins with them.
func TestRow06_FewBytesAreFoundAgain(t *testing.T) {
	for _, ext := range packings {
		for _, alike := range []bool{false, true} {
			b := live(t, "a\nb\n")
			from := b.after()
			b.pause()
			b.append("f", "c\n")
			b.rotateAll()
			b.pack("f.1", ext)
			want, other := "c\n", "other\n"
			if alike {
				want, other = "", "a\nb\nother\n"
			}
			b.append("f", other)
			b.rotateAll()
			b.pack("f.1", ext)
			b.append("f", "d\n")
			b.coldly()
			b.resume(from)
			b.mark(wire.MarkLive)
			if alike {
				b.wait("what is surely newer", func(s *sink) bool { return strings.HasSuffix(s.text.String(), "d\n") })
				b.mark(wire.MarkGap)
			} else {
				b.text(want + other + "d\n")
				b.marksNoGap()
			}
			b.end()
		}
	}
}

// A compressed file that ends early may still be written: it is waited for, and is no damage.
func TestRow06_ResumedWhileItIsCompressed(t *testing.T) {
	for _, ext := range packings {
		first, half, next := numbered("first", 300), numbered("more", 20_000), numbered("next", 100)
		b := live(t, first)
		from := b.after()
		b.pause()
		b.append("f", half)
		b.rotateAll()
		b.append("f", next)
		all := packed(b, ext, []byte(first+half))
		b.write("f.1"+ext, string(all[:len(all)/3]))
		b.remove("f.1")
		b.coldly()
		b.resume(from)
		b.wait("it is unpacked", func(s *sink) bool { return s.turns > 0 })
		b.append("f.1"+ext, string(all[len(all)/3:]))
		b.text(half + next)
		b.marksNoGap()
		b.end()
	}
}

// Of a line far into a large frame its token knows the file's head only, which other compressed files may share.
func TestRow06_AlikeCompressed(t *testing.T) {
	all := numbered("all", 100)
	at := strings.Index(all, "all 000080")
	for _, texts := range [][]string{
		{all + "one\n"},
		{all + "one\n", all + "two\n"},                  // it may be either
		{all[:1500] + strings.Repeat("x", 4000) + "\n"}, // no line begins there
		{all[:1500] + "short\n", all[:1500] + strings.Repeat("x", 4000) + "\n", all + "one\n"}, // only one can be it
	} {
		b := live(t, all)
		from := b.lineAt(int64(at))
		b.pause()
		for _, text := range texts {
			b.write("t", text)
			b.rename("t", "f")
			b.rotateAll()
			b.pack("f.1", ".gz")
		}
		b.append("f", "on\n")
		b.coldly()
		b.resume(from)
		want := strings.Join(texts, "") + "on\n"
		if last := len(texts) - 1; texts[last] == all+"one\n" {
			for _, text := range texts[:last] {
				want = want[len(text):] // it is older
			}
			b.text(want[at:])
			b.marksNoGap()
		} else { // the oldest bytes that there are
			b.text(want)
			b.mark(wire.MarkGap)
		}
		b.end()
	}
}

// rotatedOnce is a log that was left at from, of which want came since, some of it in f.1. An older file is compressed, so the place is
// looked for among those too.
func rotatedOnce(t *testing.T) (b *bench, from wire.Position, want string) {
	half, next := numbered("more", 300), numbered("next", 1000)
	b = newBench(t)
	b.write("f.1", numbered("older", 300))
	b.pack("f.1", ".gz")
	b.write("f", numbered("first", 300))
	b.follow().mark(wire.MarkLive)
	from = b.after()
	b.pause()
	b.append("f", half)
	b.rotateAll()
	b.append("f", next)
	return b, from, half + next
}

// However the moment falls at which it is compressed, or at which its plain file is removed, or renamed with all others: while the
// position's files are looked for, each is there, under some name.
func TestRow06_CompressedWhileItIsLookedFor(t *testing.T) {
	for name, c := range map[string]struct{ before, at, always func(b *bench) }{
		"compressed": {at: func(b *bench) { b.pack("f.1", ".gz") }},
		"removed, compressed before": {
			before: func(b *bench) {
				text, err := os.ReadFile(b.at("f.1"))
				b.must(err)
				b.pack("f.1", ".gz")
				b.write("f.1", string(text))
			},
			at: func(b *bench) { b.remove("f.1") }},
		"renamed all the time": {
			before: func(b *bench) { b.pack("f.1", ".gz") },
			always: func(b *bench) { b.shiftAll() }},
	} {
		t.Run(name, func(t *testing.T) {
			met := 0
			for at := 1; at <= 12; at++ {
				b, from, want := rotatedOnce(t)
				if c.before != nil {
					c.before(b)
				}
				b.coldly()
				b.onRead(func(n int) error {
					if n == at && c.at != nil {
						c.at(b)
					}
					if n >= at && n < at+15 && c.always != nil {
						c.always(b)
					}
					if n == at {
						met++
					}
					return nil
				})
				b.resume(from)
				b.text(want)
				b.marksNoGap()
				b.end()
			}
			if met < 6 {
				t.Errorf("only %d moments are met", met)
			}
		})
	}
}

// The log has no name when a position is looked for that is in a compressed file, and gets one meanwhile: what is taken with it is not
// what is found once more.
func TestRow06_LogComesWhileItIsLookedFor(t *testing.T) {
	met := 0
	for at := 1; at <= 12; at++ {
		b, from, want := rotatedOnce(t)
		b.pack("f.1", ".gz")
		b.shiftAll()
		b.rename("f", "f.1")
		b.coldly()
		b.onRead(func(n int) error {
			if n == at {
				met++
				b.append("f", "on\n")
				b.until("the follower hears of it", b.follower.due.Load)
			}
			return nil
		})
		b.resume(from)
		b.text(want + "on\n")
		b.marksNoGap()
		b.end()
	}
	if met < 6 {
		t.Errorf("only %d moments are met", met)
	}
}

// A copy that was there is compressed while the next log is opened: by its time, which it has once the plain one is gone, it is
// known again.
func TestRow06_CompressedAsItIsOpened(t *testing.T) {
	b := newBench(t)
	b.write("f", numbered("read", 100))
	var gz atomic.Uint64 // inode
	var done atomic.Bool
	var plain os.FileInfo
	b.tailer.files.pread = func(fd int, p []byte, off int64) (int, error) {
		var st unix.Stat_t
		if unix.Fstat(fd, &st) == nil && st.Ino == gz.Load() && !done.Swap(true) {
			b.must(os.Chtimes(b.at("f.1.gz"), plain.ModTime(), plain.ModTime()))
			b.remove("f.1")
		}
		return unix.Pread(fd, p, off)
	}
	b.follow().mark(wire.MarkLive)
	b.text(numbered("read", 100))
	b.must(copyFile(b.path, b.at("f.1")))
	b.must(os.Truncate(b.path, 0))
	b.mark(wire.MarkTruncated)
	b.looks(2)
	b.remove("f")
	b.looks(2)
	plain, _ = os.Stat(b.at("f.1"))
	b.write("made", string(packed(b, ".gz", []byte(numbered("read", 100)))))
	var st unix.Stat_t
	b.must(unix.Stat(b.at("made"), &st))
	gz.Store(st.Ino)
	b.rename("made", "f.1.gz")
	b.append("f", "on\n")
	b.text(numbered("read", 100) + "on\n")
	b.looks(2)
	b.text(numbered("read", 100) + "on\n")
	if !done.Load() {
		t.Error("the compressed file is not opened")
	}
}

// Who goes on in a log that was deleted, and whose older copy was compressed, is not told that copy.
func TestRow06_CompressedBesideADeletedLog(t *testing.T) {
	b := live(t, numbered("read", 100))
	b.must(copyFile(b.path, b.at("f.1")))
	b.must(os.Truncate(b.path, 0))
	b.mark(wire.MarkTruncated)
	b.append("f", "more\n")
	b.text(numbered("read", 100) + "more\n")
	from := b.after()
	b.remove("f")
	b.looks(2)
	b.pack("f.1", ".gz")
	b.pause()
	b.resume(from)
	b.looks(2)
	b.append("f", "on\n")
	b.text("on\n")
}

// While a position's files are opened, one of them is compressed: what is held and was deleted is not let go of for that.
func TestRow06_CompressedAsOneGoesOn(t *testing.T) {
	b := live(t, "a\n")
	from := b.after()
	b.rename("f", "f.1")
	b.append("f", "b\n")
	b.text("a\nb\n")
	b.remove("f")
	b.looks(1)
	b.pause()
	b.append("f", "c\n")
	b.rotateAll()
	b.append("f", "d\n")
	b.once("resolve", func() { b.pack("f.1", ".gz") })
	b.resume(from)
	b.text("b\nc\nd\n")
	b.marksNoGap()
}
