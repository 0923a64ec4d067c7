package tailer

import (
	"bytes"
	"crypto/rand"
	"fmt"
	"os"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"livetail/internal/wire"
)

// onRead makes reading hear of each of its system calls before they are made; an error is what the call returns. It must be
// called before anything is followed.
func (b *bench) onRead(do func(n int) error) {
	var calls atomic.Int64
	b.tailer.files.pread = func(fd int, p []byte, off int64) (int, error) {
		if err := do(int(calls.Add(1))); err != nil {
			return 0, err
		}
		return unix.Pread(fd, p, off)
	}
}

// once does something the next time that a method of the follower asks what time it is.
func (b *bench) once(method string, do func()) {
	asked := func() bool {
		callers := make([]uintptr, 16)
		frames := runtime.CallersFrames(callers[:runtime.Callers(1, callers)])
		for {
			frame, more := frames.Next()
			if strings.HasSuffix(frame.Function, ".(*Follower)."+method) || !more {
				return more
			}
		}
	}
	var done sync.Once
	b.clock.mu.Lock()
	defer b.clock.mu.Unlock()
	b.clock.onNow = func() {
		if asked() {
			done.Do(do)
		}
	}
}

// Rows 36 and 37: no look helps here, the clock stands still. Whatever happens between two reads has its event.
func TestRow36_AppendedBetweenReadAndWatch(t *testing.T) {
	for at := 1; at <= 12; at++ {
		b := newBench(t)
		b.write("f", "a\n")
		b.onRead(func(n int) error {
			if n == at || n == at+1 {
				b.append("f", fmt.Sprintf("%d\n", n))
			}
			return nil
		})
		b.follow().mark(wire.MarkLive)
		b.append("f", "last\n") // it reads again, so that all the numbers come to pass
		b.until("what was written meanwhile", func() bool {
			want, err := os.ReadFile(b.path)
			b.must(err)
			b.sink.mu.Lock()
			defer b.sink.mu.Unlock()
			return b.sink.text.String() == string(want)
		})
		b.end()
	}
}

func TestRow37_ReplacedBetweenReadAndWatch(t *testing.T) {
	times := 0
	for at := 1; at <= 8; at++ {
		b := newBench(t)
		b.write("f", "a\n")
		b.write("new", "b\n")
		var done atomic.Bool
		b.onRead(func(n int) error {
			if n == at {
				b.rename("new", "f")
				done.Store(true)
			}
			return nil
		})
		b.follow().mark(wire.MarkLive)
		if done.Load() {
			times++
			b.wait("b", func(s *sink) bool { return strings.HasSuffix(s.text.String(), "b\n") })
			b.append("f", "c\n")
			b.wait("c", func(s *sink) bool { return strings.HasSuffix(s.text.String(), "b\nc\n") })
		}
		b.end()
	}
	if times < 2 {
		t.Errorf("it was replaced under %d reads", times)
	}
}

// A read fails for a while, as of a dying disk or a lost NFS server. The place is kept, what else can be read is, and nothing
// comes twice.
func TestRow65_ReadFails(t *testing.T) {
	for _, fault := range []error{unix.EIO, unix.ESTALE} {
		b := newBench(t)
		b.write("f", "a\n")
		var failing atomic.Bool
		var tries atomic.Int64
		b.onRead(func(int) error {
			if failing.Load() {
				tries.Add(1)
				return fault
			}
			return nil
		})
		b.follow().mark(wire.MarkLive)
		b.text("a\n")
		failing.Store(true)
		b.append("f", "b\n")
		if m := b.mark(wire.MarkUnreadable); !strings.Contains(m.Why, fault.Error()) {
			t.Errorf("got %+v", m)
		}
		b.looks(1)
		before := tries.Load()
		b.looks(5)
		if n := tries.Load() - before; n == 0 || n > 20 {
			t.Errorf("%d tries in 5 looks", n)
		}
		b.append("f", "c\n")
		b.text("a\n")
		failing.Store(false)
		b.looks(1)
		b.text("a\nb\nc\n")
		b.mark(wire.MarkReadable)
		b.append("f", "d\n")
		b.text("a\nb\nc\nd\n")
		b.marked("unreadable", "readable")
		b.until("it has one descriptor", func() bool { return len(opened(t, b.dir)) == 1 }) // and lists no folder at the moment
		b.end()
	}
}

// failing lets reads of the file fail whose inode number is stored in it.
func (b *bench) failing(with error) *atomic.Uint64 {
	var inode atomic.Uint64
	b.tailer.files.pread = func(fd int, p []byte, off int64) (int, error) {
		var st unix.Stat_t
		if unix.Fstat(fd, &st) == nil && st.Ino == inode.Load() {
			return 0, with
		}
		return unix.Pread(fd, p, off)
	}
	return &inode
}

// The same with the rest of a file that was rotated meanwhile: it is read as soon as it can be, or given up in words.
func TestRow65_ReadFailsAfterARotation(t *testing.T) {
	for _, mended := range []bool{true, false} {
		b := newBench(t)
		b.write("f", "a\n")
		failing := b.failing(unix.EIO)
		b.follow().mark(wire.MarkLive)
		var st unix.Stat_t
		b.must(unix.Stat(b.path, &st))
		b.whileBlocked(func() {
			b.append("f", "lost?\n")
			b.rename("f", "f.1")
			b.append("f", "b\n")
			failing.Store(st.Ino)
		})
		b.text("a\nb\n")
		b.looks(3)
		b.text("a\nb\n")
		if mended {
			failing.Store(0)
			b.looks(1)
			b.text("a\nb\nlost?\n")
			// Whether the failure or the rotation is seen first is the scheduler's choice; a gap is never said.
			if said := b.sink.marks(); !slices.Contains(said, "rotated") || slices.Contains(said, "gap") {
				t.Errorf("markers %q", said)
			}
		} else {
			b.clock.advance(time.Minute)
			if m := b.mark(wire.MarkGap); m.Bytes != 6 || m.Name != "f.1" {
				t.Errorf("got %+v", m)
			}
			b.append("f", "c\n")
			b.text("a\nb\nc\n")
		}
		b.end()
	}
}

// What is given up is said to be lost only if there is something, also if it came after the last time that it could be read.
func TestRow65_NothingIsLostOfWhatWasRead(t *testing.T) {
	for late, marks := range map[string]string{"": "rotated", "late\n": "rotated gap"} {
		b := newBench(t)
		b.write("f", "a\n")
		failing := b.failing(unix.ESTALE)
		b.follow().mark(wire.MarkLive)
		b.rename("f", "f.1")
		b.append("f", "b\n")
		b.text("a\nb\n")
		b.looks(2) // the end of its last round
		b.follower.mu.Lock()
		old := b.follower.held[0]
		failing.Store(old.ino)
		b.follower.broken(old, unix.ESTALE) // as where not even its size can be had
		b.follower.mu.Unlock()
		b.append("f.1", late)
		b.looks(2)
		b.clock.advance(time.Minute)
		b.looks(1)
		b.append("f", "c\n")
		b.text("a\nb\nc\n")
		b.marked(strings.Fields(marks)...)
		if late != "" {
			if m := b.mark(wire.MarkGap); m.Bytes != int64(len(late)) || m.Name != "f.1" {
				t.Errorf("got %+v", m)
			}
		}
		b.end()
	}
}

// A file that cannot be read and is rotated then is no other file: it goes on where it was.
func TestRow65_ReadFailsBeforeARotation(t *testing.T) {
	b := newBench(t)
	b.write("f", "a\n")
	var failing atomic.Uint64 // inode
	b.tailer.files.pread = func(fd int, p []byte, off int64) (int, error) {
		var st unix.Stat_t
		if unix.Fstat(fd, &st) == nil && st.Ino == failing.Load() {
			return 0, unix.EIO
		}
		return unix.Pread(fd, p, off)
	}
	b.follow().mark(wire.MarkLive)
	var st unix.Stat_t
	b.must(unix.Stat(b.path, &st))
	failing.Store(st.Ino)
	b.append("f", "late\n")
	b.mark(wire.MarkUnreadable)
	b.rename("f", "f.1")
	b.append("f", "b\n")
	b.text("a\nb\n")
	b.looks(2)
	failing.Store(0)
	b.looks(1)
	b.text("a\nb\nlate\n")
	b.marked("unreadable", "rotated", "readable")
}

// The file is cut while its last lines are looked for.
func TestRow52_TruncatedDuringTheBackwardScan(t *testing.T) {
	b := newBench(t, lines(100_000), bytesOf(1<<30))
	b.write("f", strings.Repeat("0123456789\n", 300_000))
	b.onRead(func(n int) error {
		if n == 3 {
			b.must(os.Truncate(b.path, 0))
			b.append("f", "new\n")
		}
		return nil
	})
	b.follow().text("new\n")
	b.mark(wire.MarkLive)
	b.append("f", "more\n")
	b.text("new\nmore\n")
}

// The bytes of no text at all come as they are, and take no more room than others.
func TestRow49_Binary(t *testing.T) {
	b := live(t, "\n")
	noise := make([]byte, 1<<20)
	rand.Read(noise)
	want := append([]byte("\n"), noise...)
	want = append(want, make([]byte, 1<<20)...)
	want = append(want, '\n')
	b.append("f", string(noise))
	b.append("f", string(want[1+len(noise):]))
	b.wait("all", func(s *sink) bool { return s.text.Len() >= len(want) })
	if !bytes.Equal(b.sink.text.Bytes(), want) {
		t.Error("it came out otherwise")
	}
	b.marked()
}

// A burst does not wait in memory for a slow sink: it stays in the file.
func TestRow53_BurstFasterThanTheSink(t *testing.T) {
	const size = 96 << 20
	b := newBench(t, lines(10))
	b.write("f", "")
	b.sink.room = func() int { return 4 << 10 }
	b.follow().mark(wire.MarkLive)
	heap := func() int64 {
		var m runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&m)
		return int64(m.HeapAlloc)
	}
	b.sink.set(&b.sink.blocked, true)
	before := heap()
	part := strings.Repeat(strings.Repeat("x", 119)+"\n", 1<<20/120)
	written := 0
	for written < size {
		b.append("f", part)
		written += len(part)
	}
	b.looks(3)
	if grown := heap() - before - int64(2*len(part)); grown > 4<<20 {
		t.Errorf("%d bytes are held for %d that wait in the file", grown, written)
	}
	b.sink.mu.Lock()
	b.sink.room = func() int { return wire.MaxPayload }
	b.sink.mu.Unlock()
	b.sink.set(&b.sink.blocked, false)
	b.wait("all of it", func(s *sink) bool { return s.text.Len() == written })
}

// A full disk makes a writer stop within a line, and go on much later, or never.
func TestRow59_FullDisk(t *testing.T) {
	b := live(t, "a\n")
	b.append("f", "half a li")
	b.looks(5)
	b.clock.advance(time.Hour)
	b.looks(1)
	b.text("a\n")
	b.append("f", "ne\nb\n")
	b.text("a\nhalf a line\nb\n")
	b.append("f", "again ha")
	b.looks(1)
	b.append("f", "new line after the disk had room\n") // the rest was lost to the writer
	b.text("a\nhalf a line\nb\nagain hanew line after the disk had room\n")
	b.marked()
}

// A position that is further than the file goes, as after a loss of power: the oldest bytes that there are, and a word.
func TestRow57_PositionPastTheEnd(t *testing.T) {
	b := live(t, "1\n2\n3\n")
	from := b.after()
	b.pause()
	b.coldly()
	from[0].Offset += 1000
	b.resume(from)
	b.text("1\n2\n3\n")
	if m := b.mark(wire.MarkGap); m.Why == "" {
		t.Errorf("got %+v", m)
	}
	b.marked("gap")
}

// Cut far before what was read last: what stays is not told again, back to a checkpoint that is neither the newest nor near.
func TestRow13_ShrunkFarBack(t *testing.T) {
	var text strings.Builder
	for i := range 400_000 {
		fmt.Fprintf(&text, "line %06d\n", i)
	}
	for _, keep := range []int{text.Len() - 6000, text.Len() / 2, text.Len() / 10, 12_000} {
		b := live(t, text.String(), lines(1e6), bytesOf(1e9))
		b.sink.mu.Lock()
		b.sink.text.Reset()
		b.sink.mu.Unlock()
		b.must(os.Truncate(b.path, int64(keep)))
		if m := b.mark(wire.MarkTruncated); m.Why == "" {
			t.Errorf("%d: got %+v", keep, m)
		}
		b.append("f", "<\nnew\n")
		b.text(text.String()[keep-keep%12:keep] + "<\nnew\n")
		b.end()
	}
}

// Without a single look: each rotation's event has the new file held before anybody can delete it.
func TestRow05_OpenedAtOnceOnEvents(t *testing.T) {
	b := live(t, "a\n")
	b.sink.set(&b.sink.blocked, true)
	b.append("f", "b\n")
	want := "a\nb\n"
	for i := range 5 {
		b.rename("f", "f.1")
		b.write("f", fmt.Sprintf("c%d\n", i))
		want += fmt.Sprintf("c%d\n", i)
		b.until("the new file is held", func() bool {
			b.follower.mu.Lock()
			defer b.follower.mu.Unlock()
			return len(b.follower.held) == i+2
		})
		b.remove("f.1")
	}
	b.sink.set(&b.sink.blocked, false)
	b.text(want)
}

// The carriage return and the newline of one line may come in two writes, and a progress bar returns without one: the bytes
// stay as they are, and only a newline ends a line.
func TestRow46_CarriageReturns(t *testing.T) {
	b := live(t, "\n")
	for _, part := range []string{"crlf\r", "\n", "10 %\r20 %\r", "done\r\n", "\r", "\r\n"} {
		b.append("f", part)
		b.looks(1)
	}
	b.text("\ncrlf\r\n10 %\r20 %\rdone\r\n\r\r\n")
	for _, r := range b.sink.frames {
		if r.Kind == wire.Lines && r.Flags&^wire.Backlog != 0 {
			t.Errorf("%q went out with flags %b", r.Payload, r.Flags)
		}
	}
}

// What is not UTF-8 is not mended, nor is a rune that comes in two writes or is cut by the room of a frame.
func TestRow47_NotUTF8(t *testing.T) {
	b := newBench(t)
	b.sink.room = func() int { return 64 }
	b.write("f", "\xc5\n")
	b.follow().text("\xc5\n")
	b.append("f", "\xe2\x82")
	b.looks(1)
	b.append("f", "\xac\n\xf0\x9f\xff\xfe\n")
	long := "x" + strings.Repeat("\u20ac", 500) + "\n"
	b.append("f", long)
	b.text("\xc5\n\u20ac\n\xf0\x9f\xff\xfe\n" + long)
}
