package tailer

import (
	"fmt"
	"os"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"livetail/internal/wire"
)

// live writes text to f, and follows it to the live edge.
func live(t *testing.T, text string, set ...setting) *bench {
	b := newBench(t, set...)
	b.write("f", text)
	b.follow().mark(wire.MarkLive)
	b.text(text[:strings.LastIndexByte(text, '\n')+1])
	return b
}

// whileBlocked does what cannot be seen line by line: the reader is stopped meanwhile.
func (b *bench) whileBlocked(do func()) {
	b.sink.set(&b.sink.blocked, true)
	do()
	b.sink.set(&b.sink.blocked, false)
}

// unseen does something while no Follow is under way, and goes on from the last position.
func (b *bench) unseen(do func()) {
	b.Helper()
	after := b.after()
	b.pause()
	do()
	b.resume(after)
}

func TestBacklogAndLive(t *testing.T) {
	b := newBench(t, lines(2))
	b.write("f", "1\n2\n3\n4")
	b.follow().text("2\n3\n")
	b.mark(wire.MarkLive)
	b.append("f", "\n5\n")
	b.text("2\n3\n4\n5\n")
	b.marked()
	if f := b.sink.frames[1]; f.Flags != wire.Backlog || f.Start != 2 {
		t.Errorf("first lines at %d with flags %b", f.Start, f.Flags)
	}
}

func TestRow01_CreateRotation(t *testing.T) {
	b := live(t, "a\n")
	b.append("f", "b\n")
	b.rename("f", "f.1")
	b.append("f", "c\n")
	b.text("a\nb\nc\n")
	if m := b.mark(wire.MarkRotated); m.Name != "f" || m.To != "f.1" {
		t.Errorf("got %+v", m)
	}
	b.marked("rotated")
}

func TestRow02_CreateAndSignalLag(t *testing.T) {
	b := live(t, "a\n")
	b.rename("f", "f.1")
	b.append("f", "n\n")
	b.text("a\nn\n")
	b.append("f.1", "late\n")
	b.text("a\nn\nlate\n")
	b.marked("rotated")
	if n := len(b.after()); n != 2 {
		t.Errorf("%d places while two files grow", n)
	}
	b.clock.advance(20 * time.Second)
	b.append("f.1", "later\n") // extends the grace
	b.text("a\nn\nlate\nlater\n")
	b.clock.advance(20 * time.Second)
	b.append("f.1", "latest\n")
	b.text("a\nn\nlate\nlater\nlatest\n")
	b.clock.advance(40 * time.Second)
	b.append("f", "x\n")
	b.text("a\nn\nlate\nlater\nlatest\nx\n")
	if n := len(b.after()); n != 1 {
		t.Errorf("%d places after the grace", n)
	}
}

// In one round, what a writer wrote to the old file comes before what it wrote to the new.
func TestRow02_OrderWithinAWriter(t *testing.T) {
	b := live(t, "0\n")
	b.whileBlocked(func() {
		b.append("f", "1\n")
		b.rename("f", "f.1")
		b.append("f", "other\n")
		b.append("f.1", "2\n")
		b.append("f", "3\n")
	})
	b.wait("all", func(s *sink) bool { return s.text.Len() >= len("0\n1\n2\nother\n3\n") })
	// The other writer's line comes before what is behind it in its file, and where it comes else is the moment's choice.
	if got := b.sink.text.String(); got != "0\n1\n2\nother\n3\n" && got != "0\n1\nother\n2\n3\n" {
		t.Errorf("got %q", got)
	}
}

// Whoever comes in the middle of a rotation gets the late lines too.
func TestRow02_OpenedDuringTheLag(t *testing.T) {
	b := newBench(t)
	b.write("f.1", "old\nha")
	b.write("f", "a\n")
	b.clock.advance(time.Second) // the fake clock stands still: let the file be older than now
	b.follow().mark(wire.MarkLive)
	b.append("f.1", "lf\n")
	b.text("a\nhalf\n")
	b.append("f", "b\n")
	b.text("a\nhalf\nb\n")
}

func TestRow03_RenameGapCreate(t *testing.T) {
	b := live(t, "a\n")
	b.rename("f", "f.1")
	b.append("f.1", "late\n")
	b.text("a\nlate\n")
	b.looks(3)
	b.mark(wire.MarkWaiting)
	b.append("f", "b\n")
	b.text("a\nlate\nb\n")
	b.append("f.1", "last\n")
	b.text("a\nlate\nb\nlast\n")
	b.marked("waiting", "rotated")
}

// A quiet log is rotated and only much later made anew.
func TestRow03_GapLongerThanTheGrace(t *testing.T) {
	b := live(t, "a\n")
	b.rename("f", "f.1")
	b.looks(2)
	b.clock.advance(time.Minute)
	b.until("the file is closed", func() bool { return len(opened(t, b.dir)) == 0 })
	b.append("f.1", "late\n")
	b.append("f", "b\n")
	b.text("a\nlate\nb\n")
}

func TestRow04_UnreadTailAtRotation(t *testing.T) {
	b := live(t, "a\n")
	b.whileBlocked(func() {
		b.append("f", strings.Repeat("b\n", 300_000))
		b.rename("f", "f.1")
		b.append("f", "c\n")
	})
	b.text("a\n" + strings.Repeat("b\n", 300_000) + "c\n")
}

func TestRow05_SeveralRotationsBetweenTwoReads(t *testing.T) {
	for _, cold := range []bool{false, true} {
		b := live(t, "a\n")
		b.unseen(func() {
			b.append("f", "b\n")
			b.rename("f", "f.1")
			b.write("f", "c\n")
			b.rename("f.1", "f.2")
			b.rename("f", "f.1")
			b.write("f", "d\n")
			if cold {
				b.coldly()
			}
		})
		b.text("b\nc\nd\n")
		b.marked("rotated", "rotated")
	}
}

func TestRow05_SeveralRotationsWhileTheSinkIsFull(t *testing.T) {
	b := live(t, "a\n")
	b.whileBlocked(func() {
		b.append("f", "b\n")
		for i := 4; i > 0; i-- {
			for n := 9; n > 0; n-- {
				os.Rename(b.at(fmt.Sprintf("f.%d", n)), b.at(fmt.Sprintf("f.%d", n+1)))
			}
			b.rename("f", "f.1")
			b.write("f", fmt.Sprintf("c%d\n", i))
		}
	})
	b.text("a\nb\nc4\nc3\nc2\nc1\n")
}

func TestRow05_DatedNames(t *testing.T) {
	b := live(t, "a\n")
	b.unseen(func() {
		b.rename("f", "f-20261119")
		b.write("f-20261120", "b\n")
		b.write("f-20261121", "c\n")
		b.write("f", "d\n")
		b.coldly()
	})
	b.text("b\nc\nd\n")
}

// While the sink waits, what is rotated is opened before it can be deleted.
func TestRow55_RotatedFileDeletedWhileTheSinkIsFull(t *testing.T) {
	b := live(t, "a\n")
	b.sink.set(&b.sink.blocked, true)
	b.append("f", "b\n")
	for _, text := range []string{"c\n", "d\n"} {
		b.rename("f", "f.1")
		b.write("f", text)
		b.looks(1)
	}
	b.remove("f.1")
	b.sink.set(&b.sink.blocked, false)
	b.text("a\nb\nc\nd\n")
}

// More files than may be held come and go while the sink is full: what nobody had room to hold is a gap that says so, and of what
// was compressed meanwhile nothing is lost.
func TestRow55_MoreFilesThanCanBeHeld(t *testing.T) {
	for _, how := range []string{"deleted", "deleted as they are opened", "compressed", "kept"} {
		b := live(t, "a\n", lines(1e6))
		b.sink.set(&b.sink.blocked, true)
		b.append("f", "b\n")
		want, lost := "a\nb\n", int64(0)
		for i := range maxHeld + 5 {
			b.shiftAll()
			b.rename("f", "f.1")
			text := numbered(fmt.Sprint("file ", i), 5)
			b.append("f", text)
			if held := i+2 <= maxHeld; held {
				b.until("the new file is held", func() bool { return b.holds("f") || b.look() })
			} else {
				b.looks(2)
			}
			gone := strings.HasPrefix(how, "deleted") && i+2 > maxHeld && i < maxHeld+3
			if gone {
				lost += int64(len(text))
			} else {
				want += text
			}
		}
		if how == "deleted as they are opened" {
			b.once("sayGone", func() {
				for n := 2; n < 5; n++ {
					b.remove(fmt.Sprintf("f.%d", n))
				}
			})
			b.remove("f.5")
		}
		for n := range 4 { // those for which there was no room, and the newest of them stays
			switch name := fmt.Sprintf("f.%d", n+2); how {
			case "deleted":
				b.remove(name)
			case "compressed":
				b.pack(name, ".gz")
			}
		}
		b.looks(2)
		b.sink.set(&b.sink.blocked, false)
		b.text(want)
		b.sink.mu.Lock()
		said := int64(0)
		for _, r := range b.sink.frames {
			if r.mark.Kind == wire.MarkGap {
				said += r.mark.Bytes
			}
		}
		b.sink.mu.Unlock()
		if said != lost {
			t.Errorf("%s: %d bytes are lost, and %d are said to be", how, lost, said)
		}
		b.end()
	}
}

// The same while the sink keeps a frame, as when Redis is away.
func TestRow54_SinkOutageAndRotations(t *testing.T) {
	b := live(t, "a\n")
	b.sink.set(&b.sink.stuck, true)
	b.append("f", "b\n")
	want := "a\nb\n"
	b.until("the sink has a frame", b.follower.busy.Load)
	for i := range 5 {
		b.rename("f", "f.1")
		text := fmt.Sprintf("c%d\n", i)
		b.write("f", text)
		want += text
		b.until("the new file is held", func() bool {
			b.clock.advance(time.Second)
			b.follower.mu.Lock()
			defer b.follower.mu.Unlock()
			return len(b.follower.held) == i+2
		})
		b.remove("f.1")
	}
	b.sink.set(&b.sink.stuck, false)
	b.text(want)
}

func TestRow06_CompressedBeforeItWasRead(t *testing.T) {
	b := live(t, "a\n")
	b.unseen(func() {
		b.rename("f", "f.3")
		b.write("f.2.gz", "x")
		b.write("f.1", "c\n")
		b.write("f", "d\n")
		b.coldly()
	})
	b.text("c\nd\n")
	if m := b.mark(wire.MarkGap); m.Bytes != -1 || m.Name != "f.2.gz" {
		t.Errorf("got %+v", m)
	}
	b.marked("rotated", "gap", "rotated", "rotated")
}

func TestRow07_DeleteAndRecreate(t *testing.T) {
	b := live(t, "a\n")
	b.append("f", "b\n")
	b.text("a\nb\n")
	b.remove("f")
	b.append("f", "c\n")
	b.text("a\nb\nc\n")
	b.marked("replaced")
}

func TestRow08_InodeReusedWhileDown(t *testing.T) {
	b := live(t, strings.Repeat("old line\n", 100))
	var before, now unix.Stat_t
	b.unseen(func() {
		b.coldly()
		b.must(unix.Stat(b.path, &before))
		for range 50 { // most file systems give it again at once
			b.remove("f")
			b.write("f", strings.Repeat("new line\n", 200))
			b.must(unix.Stat(b.path, &now))
			if now.Ino == before.Ino {
				break
			}
		}
	})
	b.text(strings.Repeat("new line\n", 200))
	b.marked("gap")
}

// Of a line far into a large frame its token knows the file's head only; a file saved anew still has it.
func TestRow19_ResumedInsideAFrame(t *testing.T) {
	all := ""
	for n := range 200 {
		all += fmt.Sprintf("line %d of a file\n", n)
	}
	for _, same := range []bool{true, false} {
		b := newBench(t, lines(1000))
		b.write("f", all)
		b.follow().text(all)
		at := strings.Index(all, "line 150")
		from := b.lineAt(int64(at))
		b.pause()
		text := all + "saved\n"
		if !same { // with the same head, and no line where the position is
			text = all[:2000] + strings.Repeat("x", 4000) + "\n"
		}
		b.write("t", text)
		b.rename("t", "f")
		b.coldly()
		b.resume(from)
		if same {
			b.text(text[at:])
			b.marked()
		} else {
			b.text(text)
			b.marked("gap")
		}
		b.end()
	}
}

// lineAt is the place of a line of the newest file, as it is in the frame that the line came in.
func (b *bench) lineAt(off int64) wire.Position {
	b.Helper()
	tok, err := parseToken(b.after()[0].File)
	b.must(err)
	tok.checkAt, tok.check = 0, b.tailer.mac('c', nil)
	return wire.Position{{File: tok.encode(), Offset: off}}
}

// A copy that took the original's place may get its inode number, once that is deleted: what is in it says that it goes on.
func TestRow08_CopyWithTheInodeOfTheOriginal(t *testing.T) {
	first := strings.Repeat("a line that is long enough\n", 10)
	b := live(t, first)
	from := b.after()
	b.pause()
	tok, err := parseToken(from[0].File)
	b.must(err)
	tok.gen++
	from[0].File = tok.encode()
	b.coldly()
	b.append("f", "and on\n")
	b.resume(from)
	b.text("and on\n")
	b.marked()
}

// The same text under a reused inode number is told by the generation, where the file system has one; else it is taken for the same.
func TestRow08_Generation(t *testing.T) {
	for _, has := range []bool{true, false} {
		b := newBench(t)
		b.tailer.files.generation = func(int, *unix.Stat_t) uint32 { return uint32(bit(has)) }
		b.write("f", "a\n")
		b.follow().text("a\n")
		from := b.after()
		b.pause()
		b.coldly()
		b.append("f", "b\n")
		b.tailer.files.generation = func(int, *unix.Stat_t) uint32 { return uint32(2 * bit(has)) }
		b.resume(from)
		if has {
			b.text("a\nb\n")
			b.marked("gap")
		} else {
			b.text("b\n")
			b.marked()
		}
		b.end()
	}
}

// The kernel's own answer: a file that gets the inode number of a deleted one is another.
func TestRow08_GenerationOfTheKernel(t *testing.T) {
	b := newBench(t)
	know := func(name string) (st unix.Stat_t, gen uint32) {
		f, err := os.Open(b.at(name))
		b.must(err)
		defer f.Close()
		b.must(unix.Fstat(int(f.Fd()), &st))
		return st, generation(int(f.Fd()), &st)
	}
	for range 50 {
		b.write("g", "a\n")
		old, gen := know("g")
		b.remove("g")
		b.write("g", "a\n")
		if st, now := know("g"); st.Ino == old.Ino && gen != 0 && gen == now {
			t.Errorf("inode %d has the generation %d twice", st.Ino, gen)
		}
	}
}

func TestRow09_Copytruncate(t *testing.T) {
	b := live(t, "a\n")
	b.write("f.1", "a\n")
	b.must(os.Truncate(b.path, 0))
	b.mark(wire.MarkTruncated)
	b.append("f", "b\n")
	b.text("a\nb\n")
	b.marked("truncated")
	if n := len(b.after()); n != 1 {
		t.Errorf("%d places: the copy must not stay", n)
	}
}

func TestRow09_CopytruncateWithUnreadTail(t *testing.T) {
	copytruncate := func(b *bench) {
		b.append("f", "b\nhalf")
		b.must(copyFile(b.path, b.at("f.1")))
		b.must(os.Truncate(b.path, 0))
		b.append("f", "c\n")
	}
	b := live(t, "a\n")
	b.whileBlocked(func() { copytruncate(b) })
	b.text("a\nb\nhalfc\n")
	if b.marked("truncated"); b.mark(wire.MarkTruncated).To != "f.1" {
		t.Error("the copy is not named")
	}
	for _, cold := range []bool{false, true} {
		b = live(t, strings.Repeat("a long enough line to be told from a header\n", 3))
		b.unseen(func() {
			copytruncate(b)
			if cold {
				b.coldly()
			}
		})
		b.wait("c", func(s *sink) bool { return strings.HasSuffix(s.text.String(), "c\n") })
		if got := b.sink.text.String(); !strings.HasPrefix(got, "b\n") {
			t.Errorf("got %q", got)
		}
	}
}

// What a file begins with is learned only while it has what was read of it: else its copy would not be told by that.
func TestRow09_CopytruncateBeforeACutWasTold(t *testing.T) {
	b := live(t, "line 1\nline 2\n")
	b.sink.set(&b.sink.blocked, true)
	b.must(os.Truncate(b.path, 7))
	b.until("the cut is seen", func() bool {
		b.follower.mu.Lock()
		defer b.follower.mu.Unlock()
		return b.follower.last().off == 7
	})
	b.append("f", "unread\n")
	b.must(copyFile(b.path, b.at("f.1")))
	b.must(os.Truncate(b.path, 0))
	b.append("f", numbered("new", 50))
	b.sink.set(&b.sink.blocked, false)
	b.text("line 1\nline 2\nunread\n" + numbered("new", 50))
}

// The copy of an empty log was never looked at; what comes after it in the list of names is not newer for that.
func TestRow09_CopyOfAnEmptyLogBesideARealOne(t *testing.T) {
	b := live(t, "")
	b.write("f.1", "")
	b.append("f", "one\n")
	b.text("one\n")
	b.whileBlocked(func() {
		b.rename("f.1", "f.2")
		b.must(copyFile(b.path, b.at("f.1")))
		b.must(os.Truncate(b.path, 0))
		b.remove("f")
		b.append("f", "two\n")
	})
	b.text("one\ntwo\n")
}

func copyFile(from, to string) error {
	data, err := os.ReadFile(from)
	if err != nil {
		return err
	}
	return os.WriteFile(to, data, 0o644)
}

func TestRow10_HoleOfAWriterWithoutAppend(t *testing.T) {
	b := newBench(t, lines(1e6))
	w, err := os.Create(b.path)
	b.must(err)
	defer w.Close()
	w.WriteString(strings.Repeat("0123456789abcde\n", 4096)) // 64 KiB: the hole is whole blocks
	b.follow().mark(wire.MarkLive)
	b.must(os.Truncate(b.path, 0))
	b.mark(wire.MarkTruncated)
	w.WriteString("new\n")
	b.text(strings.Repeat("0123456789abcde\n", 4096) + "new\n")
	if m := b.mark(wire.MarkGap); m.Bytes != 64<<10 {
		t.Errorf("got %+v", m)
	}
}

// The hole ends within a block, or is none at all: its NULs are not of the new line.
func TestRow10_NULsBeforeTheLine(t *testing.T) {
	for _, n := range []int{10, 100, 3000, 10_000} {
		b := newBench(t, lines(1e6))
		w, err := os.Create(b.path)
		b.must(err)
		old := strings.Repeat("0123456789\n", n)
		w.WriteString(old)
		b.follow().mark(wire.MarkLive)
		b.whileBlocked(func() {
			b.must(os.Truncate(b.path, 0))
			w.WriteString("new\n")
		})
		b.text(old + "new\n")
		if m := b.mark(wire.MarkGap); m.Bytes != int64(len(old)) {
			t.Errorf("%d: got %+v", n, m)
		}
		w.WriteString("\x00\x00written\n") // NULs that somebody wrote are left alone
		b.text(old + "new\n\x00\x00written\n")
		w.Close()
	}
}

func TestRow11_TruncatedAndGrownPastTheOffset(t *testing.T) {
	for _, n := range []int{3, 1000, 100_000} {
		old, fresh := strings.Repeat("A1\n", n), strings.Repeat("B1\n", 2*n)
		b := live(t, old, lines(1e6), bytesOf(1e9))
		b.whileBlocked(func() { b.write("f", fresh) })
		b.text(old + fresh)
		b.marked("truncated")
		b.unseen(func() { b.coldly(); b.write("f", strings.Repeat("C1\n", 3*n)) })
		b.text(strings.Repeat("C1\n", 3*n))
		b.marked("gap")
	}
}

func bytesOf(n int64) setting { return func(_ *Options, _ *Source, s *Start) { s.MaxBytes = n } }

func TestRow12_TruncatedToTheSameSize(t *testing.T) {
	b := live(t, "A1\nA2\n")
	b.write("f", "B1\nB2\n")
	b.text("A1\nA2\nB1\nB2\n")
	b.marked("truncated")
}

// At no moment is the file smaller than it was: only its times tell that it is worth a look, and one of them may be set back.
func TestRow12_OverwrittenInPlace(t *testing.T) {
	overwrite := func(b *bench, text string, setBack bool) {
		var st unix.Stat_t
		b.must(unix.Stat(b.path, &st))
		f, err := os.OpenFile(b.path, os.O_WRONLY, 0)
		b.must(err)
		_, err = f.WriteString(text)
		b.must(err)
		b.must(f.Close())
		if setBack { // as rsync --inplace --times does
			at := time.Unix(st.Mtim.Unix())
			b.must(os.Chtimes(b.path, at, at))
		}
	}
	for _, setBack := range []bool{false, true} {
		for _, how := range []string{"by event", "by look", "blocked"} {
			b := live(t, "A1\nA2\n")
			switch how {
			case "by event":
				b.watched()
				overwrite(b, "B1\nB2\n", setBack)
			case "by look":
				b.deaf()
				overwrite(b, "B1\nB2\n", setBack)
				b.looks(1)
			case "blocked":
				b.whileBlocked(func() { overwrite(b, "B1\nB2\n", setBack) })
			}
			b.text("A1\nA2\nB1\nB2\n")
			b.marked("truncated")
			b.unseen(func() { b.coldly(); overwrite(b, "C1\nC2\n", setBack) })
			b.text("C1\nC2\n")
			b.marked("gap")
			b.end()
		}
	}
}

func TestRow13_ShrunkToAPrefix(t *testing.T) {
	b := live(t, "line 1\nline 2\nline 3\nline 4\n")
	b.must(os.Truncate(b.path, 16)) // "line 1\nline 2\nli"
	b.mark(wire.MarkTruncated)
	b.append("f", "NE\nmore\n")
	b.text("line 1\nline 2\nline 3\nline 4\nliNE\nmore\n")
	b.marked("truncated")
}

func TestRow14_SameHeaderAfterRotation(t *testing.T) {
	header := strings.Repeat("date,host,what\n", 100)
	b := live(t, header+"1\n", lines(1e6))
	b.rename("f", "f.1")
	b.append("f", header+"2\n")
	b.text(header + "1\n" + header + "2\n")
	b.unseen(func() {
		b.rename("f.1", "f.2")
		b.rename("f", "f.1")
		b.append("f", header+"2\n"+header+"3\n")
		b.coldly()
	})
	b.text(header + "2\n" + header + "3\n")
}

func TestRow15_TruncatedWhileDown(t *testing.T) {
	b := live(t, strings.Repeat("old\n", 100))
	b.unseen(func() { b.coldly(); b.write("f", "new\n") })
	b.text("new\n")
	if m := b.mark(wire.MarkGap); m.Why == "" {
		t.Errorf("got %+v", m)
	}
}

func TestRow15_TruncatedToAPrefixWhileDown(t *testing.T) {
	b := live(t, "1\n2\n3\n")
	b.append("f", "4\n")
	b.text("1\n2\n3\n4\n")
	b.unseen(func() { b.coldly(); b.must(os.Truncate(b.path, 4)) })
	b.text("1\n2\n")
	b.marked("gap")
}

func TestRow16_RotatedCopiesAreNotTheLog(t *testing.T) {
	b := live(t, "a\n")
	for _, name := range []string{"f.1", "f.2", "f-20261121", "f.log", "ff"} {
		b.append(name, "x\n")
	}
	b.looks(2)
	b.append("f", "b\n")
	b.text("a\nb\n")
	b.marked()
}

func TestRow18_MovedAwayAndBack(t *testing.T) {
	for _, grace := range []time.Duration{0, time.Minute} {
		b := live(t, "a\n")
		b.rename("f", "g")
		b.looks(2)
		b.mark(wire.MarkWaiting)
		b.clock.advance(grace)
		b.looks(2)
		b.rename("g", "f")
		b.append("f", "b\n")
		b.text("a\nb\n")
		b.marked("waiting")
	}
}

// Only what was written meanwhile comes, also after its grace: so it is under a mount that is taken away.
func TestRow18_MovedBackAfterTheGrace(t *testing.T) {
	b := live(t, "a\n")
	want := "a\n"
	for n := range 3 {
		b.rename("f", "hidden")
		b.append("f", fmt.Sprintf("over %d\n", n))
		want += fmt.Sprintf("over %d\n", n)
		b.text(want)
		b.clock.advance(time.Minute)
		b.until("the hidden file is closed", func() bool { return len(opened(t, b.dir)) == 1 })
		b.append("hidden", "unseen\n")
		b.rename("hidden", "f")
		b.append("f", fmt.Sprintf("back %d\n", n))
		want += fmt.Sprintf("unseen\nback %d\n", n)
		b.text(want)
	}
	b.rename("f", "f.1")
	b.append("f", "end\n")
	b.text(want + "end\n")
}

func TestRow19_AtomicSave(t *testing.T) {
	b := live(t, "A1\nA2\n")
	b.write("t", "A1\nA2\nA3\n")
	b.rename("t", "f")
	b.text("A1\nA2\nA3\n")
	b.append("f", "A4\n")
	b.text("A1\nA2\nA3\nA4\n")
	b.marked()

	long := strings.Repeat("a long enough line to be told from a header\n", 3)
	b = live(t, long)
	b.unseen(func() { b.coldly(); b.write("t", long+"x\n"); b.rename("t", "f") })
	b.text("x\n")
	b.marked()
}

func TestRow20_InPlaceOverwrite(t *testing.T) {
	b := live(t, "A1\nA2\n")
	b.write("t", "B1\nB2\nB3\n")
	b.must(copyFile(b.at("t"), b.path)) // cp
	b.text("A1\nA2\nB1\nB2\nB3\n")
	b.write("t", "C1\n")
	b.rename("t", "f") // sed -i
	b.text("A1\nA2\nB1\nB2\nB3\nC1\n")
	b.marked("truncated", "replaced")
}

func TestRow21_SymlinkSwap(t *testing.T) {
	b := newBench(t)
	b.write("t1", "a\n")
	b.write("t2", "b\n")
	b.must(os.Symlink("t1", b.path))
	b.follow().mark(wire.MarkLive)
	b.append("t1", "a2\n")
	b.text("a\na2\n")
	b.must(os.Symlink("t2", b.at("x")))
	b.rename("x", "f")
	b.text("a\na2\nb\n")
	b.append("t2", "b2\n")
	b.text("a\na2\nb\nb2\n")
	b.marked("rotated")
}

func TestRow22_DataDirectoriesSwapTwice(t *testing.T) {
	b := newBench(t)
	swap := func(dir, text string) {
		b.must(os.Mkdir(b.at(dir), 0o755))
		b.write(dir+"/f", text)
		b.must(os.Symlink(dir, b.at("..data_tmp")))
		b.rename("..data_tmp", "..data")
	}
	swap("..1", "a\n")
	b.must(os.Symlink("..data/f", b.path))
	b.follow().text("a\n")
	swap("..2", "b\n")
	b.remove("..1")
	b.text("a\nb\n")
	swap("..3", "c\n")
	b.remove("..2")
	b.text("a\nb\nc\n")
	b.append("..3/f", "d\n")
	b.text("a\nb\nc\nd\n")
}

func TestRow23_DanglingLink(t *testing.T) {
	b := newBench(t)
	b.must(os.Symlink("t", b.path))
	b.follow().mark(wire.MarkWaiting)
	b.append("t", "x\n")
	b.text("x\n")
	b.marked("waiting")
}

// calmly looks n times, and wants the follower to try no more often than that tells it to.
func (b *bench) calmly(n int) {
	b.Helper()
	b.watched()
	b.looks(1)
	b.sink.mu.Lock()
	before := b.sink.turns
	b.sink.mu.Unlock()
	b.looks(n)
	b.sink.mu.Lock()
	defer b.sink.mu.Unlock()
	if turns := b.sink.turns - before; turns > 4*n {
		b.Errorf("%d turns in %d looks", turns, n)
	}
}

func TestRow24_SymlinkLoop(t *testing.T) {
	b := newBench(t)
	b.must(os.Symlink("f", b.path))
	b.follow().mark(wire.MarkUnreadable)
	b.calmly(5)
	b.marked("unreadable")
	b.remove("f")
	b.append("f", "a\n")
	b.mark(wire.MarkLive)
}

func TestRow25_HardLinkWriter(t *testing.T) {
	b := live(t, "a\n")
	other := t.TempDir() + "/other"
	b.must(os.Link(b.path, other))
	f, err := os.OpenFile(other, os.O_APPEND|os.O_WRONLY, 0)
	b.must(err)
	f.WriteString("b\n")
	f.Close()
	b.looks(1)
	b.text("a\nb\n")
}

func inDir(dir string) setting {
	return func(_ *Options, s *Source, _ *Start) {
		s.Path = s.Path[:len(s.Path)-1] + dir + "/f"
	}
}

func TestRow26_ParentRemovedAndRecreated(t *testing.T) {
	b := newBench(t, inDir("d"))
	b.must(os.Mkdir(b.at("d"), 0o755))
	b.append("d/f", "a\n")
	b.follow().text("a\n")
	want := "a\n"
	for i := range 3 {
		b.remove("d")
		b.must(os.Mkdir(b.at("d"), 0o755))
		b.append("d/f", fmt.Sprintf("b%d\n", i))
		b.looks(2)
		want += fmt.Sprintf("b%d\n", i)
		b.text(want)
	}
	b.append("d/f", "c\n") // the watch is back: nobody looks
	b.text(want + "c\n")
}

func TestRow27_GrandparentRenamedAndRecreated(t *testing.T) {
	b := newBench(t, inDir("gg/dd"))
	b.must(os.MkdirAll(b.at("gg/dd"), 0o755))
	b.append("gg/dd/f", "a\n")
	b.follow().text("a\n")
	b.rename("gg", "gg.old")
	b.must(os.MkdirAll(b.at("gg/dd"), 0o755))
	b.append("gg/dd/f", "b\n")
	b.looks(2)
	b.text("a\nb\n")
	b.append("gg/dd/f", "c\n")
	b.text("a\nb\nc\n")
}

func TestRow35_MmapWriter(t *testing.T) {
	b := live(t, "a\n")
	b.must(os.Truncate(b.path, 4))
	f, err := os.OpenFile(b.path, os.O_RDWR, 0)
	b.must(err)
	defer f.Close()
	m, err := syscall.Mmap(int(f.Fd()), 0, 4, syscall.PROT_READ|syscall.PROT_WRITE, syscall.MAP_SHARED)
	b.must(err)
	defer syscall.Munmap(m)
	copy(m[2:], "b\n")
	b.looks(1)
	b.text("a\nb\n")
}

func TestRow38_MissingAtStart(t *testing.T) {
	b := newBench(t, lines(1), inDir("d"))
	b.follow().mark(wire.MarkWaiting)
	b.looks(3)
	b.must(os.Mkdir(b.at("d"), 0o755))
	b.append("d/f", "a\nb\n")
	b.looks(2)
	b.text("a\nb\n")
	b.marked("waiting")
}

// A page that heard of no file yet still misses nothing when its tail is replaced.
func TestRow38_MissingAtStartAndResumed(t *testing.T) {
	b := newBench(t, lines(1))
	b.follow().mark(wire.MarkWaiting)
	b.unseen(func() { b.coldly(); b.append("f", "a\nb\n") })
	b.text("a\nb\n")
	b.marked()
}

func TestRow40_ReplacedByADirectory(t *testing.T) {
	b := live(t, "a\n")
	b.remove("f")
	b.must(os.Mkdir(b.path, 0o755))
	if m := b.mark(wire.MarkUnreadable); !strings.Contains(m.Why, "directory") {
		t.Errorf("got %+v", m)
	}
	b.calmly(5)
	b.remove("f")
	b.append("f", "b\n")
	b.text("a\nb\n")
	b.mark(wire.MarkReadable)
}

func TestRow41_ReplacedByAFIFO(t *testing.T) {
	b := live(t, "a\n")
	b.remove("f")
	b.must(unix.Mkfifo(b.path, 0o644))
	if m := b.mark(wire.MarkUnreadable); !strings.Contains(m.Why, "pipe") {
		t.Errorf("got %+v", m)
	}
	b.calmly(3)
	b.remove("f")
	b.append("f", "b\n")
	b.text("a\nb\n")
}

func TestRow42_PartialLine(t *testing.T) {
	b := live(t, "a\n")
	b.append("f", "par")
	b.looks(3)
	b.text("a\n")
	b.append("f", "tial")
	b.append("f", " line\nx")
	b.text("a\npartial line\n")
	from := b.after()
	b.pause()
	b.append("f", "y\n")
	b.resume(from)
	b.text("xy\n")
}

func TestRow43_LastLineWithoutNewlineAtRotation(t *testing.T) {
	b := live(t, "a\n")
	b.append("f", "par")
	b.rename("f", "f.1")
	b.append("f", "b\n")
	b.text("a\nb\n")
	b.looks(3)
	b.text("a\nb\n") // the writer may still end it
	b.clock.advance(time.Minute)
	b.text("a\nb\npar")
	last := b.sink.frames[len(b.sink.frames)-1]
	if last.Flags != wire.NoEOL {
		t.Errorf("flags %b", last.Flags)
	}
	b.looks(2)
	b.append("f", "c\n")
	b.text("a\nb\nparc\n")
}

func TestRow44_EndlessLine(t *testing.T) {
	b := live(t, "a\n")
	part := strings.Repeat("x", 10_000)
	for range 30 {
		b.append("f", part)
	}
	b.wait("parts", func(s *sink) bool { return s.text.Len() > 2+2*wire.MaxPayload-1 })
	b.append("f", "\n")
	b.text("a\n" + strings.Repeat(part, 30) + "\n")
}

func TestRow45_LineOverTheLimit(t *testing.T) {
	b := live(t, "\n", lines(10))
	long := strings.Repeat("x", 10<<20) + "\n"
	b.append("f", long+"y\n")
	b.text("\n" + long + "y\n")
	for i, r := range b.sink.frames {
		if r.Kind != wire.Lines || r.Flags&wire.Open == 0 && i+1 == len(b.sink.frames) {
			continue
		}
		if next := b.sink.frames[i+1]; next.Flags&wire.Cont != r.Flags&wire.Open/wire.Open*wire.Cont {
			t.Fatalf("flags %b, then %b", r.Flags, next.Flags)
		}
	}
}

// A long line that is still being written when the log is rotated is not torn apart by the new file's lines.
func TestRow45_LongLineGrowsAtARotation(t *testing.T) {
	for _, filter := range []string{"", `{"exclude":[{"text":"nowhere"}]}`} {
		long := strings.Repeat("x", 2<<20)
		b := newBench(t, func(_ *Options, _ *Source, s *Start) { s.Filter = []byte(filter) })
		b.write("f", "a\n")
		b.follow().mark(wire.MarkLive)
		b.append("f", long)
		b.wait("its first part", func(s *sink) bool { return s.text.Len() > 1<<20 })
		b.rename("f", "f.1")
		b.append("f", "c\n")
		b.until("the new file is open", func() bool { return len(opened(t, b.dir)) == 2 })
		b.append("f.1", long+"\n")
		b.text("a\n" + long + long + "\nc\n")
		// Nobody ends this one: then it is said where it goes on.
		b.append("f", long)
		b.wait("its first part", func(s *sink) bool { return s.text.Len() > 5<<20 })
		b.rename("f", "f.2")
		b.append("f", "d\n")
		b.until("the new file's line comes", func() bool {
			b.clock.advance(time.Second / 10) // for less than the grace
			b.sink.mu.Lock()
			defer b.sink.mu.Unlock()
			return strings.HasSuffix(b.sink.text.String(), "d\n")
		})
		b.append("f.2", "e\n")
		b.wait("its end", func(s *sink) bool { return strings.HasSuffix(s.text.String(), "e\n") })
		b.sink.mu.Lock()
		if last := b.sink.frames[len(b.sink.frames)-1]; last.Flags&wire.Cont == 0 {
			t.Errorf("flags %b", last.Flags)
		}
		b.sink.mu.Unlock()
		b.end()
	}
}

func TestRow45_ResumedInsideALongLineThatGrows(t *testing.T) {
	long := strings.Repeat("x", 3*wire.MaxPayload)
	b := live(t, "a\n")
	b.append("f", long)
	b.wait("its first parts", func(s *sink) bool { return s.text.Len() > 2*wire.MaxPayload })
	b.pause()
	after, come := b.after(), b.sink.text.Len()-len("a\n")
	b.coldly()
	b.rename("f", "f.1")
	b.append("f", "c\n")
	b.resume(after)
	b.until("both are open", func() bool { return len(opened(t, b.dir)) == 2 })
	b.append("f.1", "y\n")
	b.text(long[come:] + "y\nc\n")
}

func TestRow46_50_BytesAreLeftAlone(t *testing.T) {
	b := live(t, "\n")
	want := "\n"
	for _, part := range []string{"crlf\r", "\n", "a\rb\r\n", "\xc5\n", "\xe2\x82", "\xac\n", "\n\n\n", "\x00\x00\x01\n", "\x1b[31m<b>\n", strings.Repeat("\x00\xff", 5000), "\n"} {
		want += part
		b.append("f", part)
	}
	b.text(want)
}

func TestRow50_EmptyFile(t *testing.T) {
	b := newBench(t)
	b.write("f", "")
	b.follow().mark(wire.MarkLive)
	b.append("f", "\n\n")
	b.text("\n\n")
}

func TestRow51_SparseGigabytes(t *testing.T) {
	b := newBench(t, lines(10))
	b.write("f", "")
	b.must(os.Truncate(b.path, 10<<30))
	b.append("f", "t\n")
	var read atomic.Int64
	b.onRead(func(int) error { read.Add(1); return nil })
	b.follow().mark(wire.MarkLive)
	b.text("t\n")
	b.append("f", "u\n")
	b.text("t\nu\n")
	if n := read.Load(); n > 100 { // of 256 KiB at most
		t.Errorf("the hole is read: %d reads", n)
	}
}

func TestRow58_OldTimes(t *testing.T) {
	b := live(t, "a\n")
	old := time.Unix(1e9, 0)
	b.append("f", "b\n")
	b.must(os.Chtimes(b.path, old, old))
	b.rename("f", "f.1")
	b.append("f", "c\n")
	b.must(os.Chtimes(b.path, old, old))
	b.text("a\nb\nc\n")
	b.unseen(func() {
		b.append("f", "d\n")
		b.rename("f.1", "f.2")
		b.rename("f", "f.1")
		b.must(os.Chtimes(b.at("f.1"), old, old))
		b.append("f", "e\n")
		b.must(os.Chtimes(b.path, old, old))
		b.coldly()
	})
	b.text("d\ne\n")
}

func TestRow60_DeletedButOpen(t *testing.T) {
	b := live(t, "a\n")
	b.remove("f")
	b.looks(2)
	if n := len(opened(t, b.dir)); n != 1 {
		t.Errorf("%d descriptors within the grace", n)
	}
	b.clock.advance(time.Minute)
	b.until("the descriptor is closed", func() bool { return len(opened(t, b.dir)) == 0 })
	b.append("f", "b\n")
	b.text("a\nb\n")
}

func TestRow62_SameFileTwice(t *testing.T) {
	b := live(t, "a\n")
	b.must(os.Symlink("f", b.at("g")))
	first, other := b.sink, newSink()
	g := b.tailer.Open(Source{Path: b.at("g")})
	done := make(chan error)
	go func() { done <- g.Follow(t.Context(), Start{Lines: 1}, other) }()
	b.sink = other
	b.text("a\n")
	b.append("f", "b\n")
	b.text("a\nb\n")
	from := b.after()
	b.sink = first
	b.text("a\nb\n")
	if err := g.Close(); err != nil || <-done != ErrClosed {
		t.Error("not closed")
	}
	b.append("f", "c\n") // the one watch of the two is still there
	b.text("a\nb\nc\n")
	b.pause()
	b.resume(from) // a position of another log, though of the same file
	b.mark(wire.MarkEdge)
	b.mark(wire.MarkLive)
}

func TestRow63_ReaderSuspended(t *testing.T) {
	b := live(t, "a\n")
	want := "a\n"
	b.whileBlocked(func() {
		for i := range 500 {
			want += fmt.Sprintf("%d\n", i)
			b.append("f", fmt.Sprintf("%d\n", i))
		}
	})
	b.text(want)
}

func TestRow68_DeviceNumberChanges(t *testing.T) {
	b := live(t, "a\n")
	b.unseen(func() { b.coldly(); b.append("f", "b\n") })
	b.text("b\n") // no device number is in a token: nothing to compare
	b.marked()
}

func TestRow69_SmallFileGrows(t *testing.T) {
	b := live(t, "a\n")
	first := b.after()
	b.append("f", strings.Repeat("b\n", 300))
	b.text("a\n" + strings.Repeat("b\n", 300))
	second := b.after()
	b.append("f", strings.Repeat("c\n", 3000))
	b.text("a\n" + strings.Repeat("b\n", 300) + strings.Repeat("c\n", 3000))
	if first[0].File == second[0].File {
		t.Error("the fingerprint did not grow with the file")
	}
	b.pause()
	b.coldly()
	b.resume(first)
	b.text(strings.Repeat("b\n", 300) + strings.Repeat("c\n", 3000))
	b.pause()
	b.coldly()
	b.resume(second)
	b.text(strings.Repeat("c\n", 3000))
}

func opened(t *testing.T, dir string) (out []string) {
	entries, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if to, err := os.Readlink("/proc/self/fd/" + e.Name()); err == nil && strings.HasPrefix(to, dir) {
			out = append(out, to)
		}
	}
	return out
}
