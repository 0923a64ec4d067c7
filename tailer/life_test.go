package tailer

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"strings"
	"syscall"
	"testing"
	"time"

	"livetail/internal/wire"
)

// Close must end a Follow wherever it is, and leave no descriptor and no watch.
func TestCloseWhereverItIs(t *testing.T) {
	for name, block := range map[string]func(*sink){
		"waiting": func(*sink) {},
		"room":    func(s *sink) { s.set(&s.blocked, true) },
		"send":    func(s *sink) { s.set(&s.stuck, true) },
	} {
		b := live(t, "a\n")
		block(b.sink)
		b.append("f", "b\n")
		b.rename("f", "f.1")
		b.append("f", "c\n")
		b.until("the file is open", func() bool { return len(opened(t, b.dir)) > 0 })
		b.must(b.follower.Close())
		if left := opened(t, b.dir); len(left) > 0 {
			t.Errorf("%s: %q still open", name, left)
		}
		b.tailer.mu.Lock()
		if len(b.tailer.dirs) > 0 || len(b.tailer.spots) > 0 {
			t.Errorf("%s: watches are left", name)
		}
		b.tailer.mu.Unlock()
		if err := b.stop(); err != ErrClosed {
			t.Errorf("%s: Follow ended with %v", name, err)
		}
		b.stop = nil
		if err := b.follower.Follow(t.Context(), Start{}, b.sink); err != ErrClosed {
			t.Errorf("%s: a closed follower follows: %v", name, err)
		}
	}
}

func TestContextEndsFollow(t *testing.T) {
	for _, flag := range []func(*sink) *bool{func(s *sink) *bool { return &s.blocked }, func(s *sink) *bool { return &s.stuck }} {
		b := live(t, "a\n")
		b.sink.set(flag(b.sink), true)
		b.append("f", "b\n")
		if err := b.stop(); !errors.Is(err, context.Canceled) {
			t.Errorf("ended with %v", err)
		}
		b.stop = nil
		if len(opened(t, b.dir)) != 1 {
			t.Error("the file is not held between two Follows")
		}
	}
}

func TestSinkFails(t *testing.T) {
	b := live(t, "a\n")
	failed := errors.New("failed")
	b.sink.mu.Lock()
	b.sink.fail = failed
	b.sink.mu.Unlock()
	b.append("f", "b\n")
	done := make(chan error, 1)
	stop := b.stop
	b.until("Follow ends", func() bool { b.follower.mu.Lock(); defer b.follower.mu.Unlock(); return b.follower.stop == nil })
	go func() { done <- stop() }()
	if err := <-done; err != failed {
		t.Errorf("ended with %v", err)
	}
	b.stop = nil
}

func TestFollowTwiceAtOnce(t *testing.T) {
	b := live(t, "a\n")
	if err := b.follower.Follow(t.Context(), Start{}, newSink()); err == nil {
		t.Error("two Follows at once")
	}
}

// A file that was rotated and deleted between two Follows is still held, so there is no gap.
func TestHeldBetweenFollows(t *testing.T) {
	b := live(t, "a\n")
	b.unseen(func() {
		b.append("f", "b\n")
		b.rename("f", "f.1")
		b.remove("f.1")
		b.write("f", "c\n")
	})
	b.text("b\nc\n")
	b.marked("replaced")
}

func TestPositionThatIsNonsense(t *testing.T) {
	for _, file := range []wire.File{"x", wire.File(strings.Repeat("\xff", 40)), ""} {
		b := newBench(t, lines(1))
		b.write("f", "a\nb\n")
		b.resume(wire.Position{{File: file, Offset: 2}})
		b.mark(wire.MarkEdge)
		b.mark(wire.MarkLive)
		b.text("b\n")
	}
}

func TestRow34_TooManyOpenFiles(t *testing.T) {
	b := live(t, "a\n")
	var old syscall.Rlimit
	b.must(syscall.Getrlimit(syscall.RLIMIT_NOFILE, &old))
	f, err := os.OpenFile(b.path, os.O_APPEND|os.O_WRONLY, 0)
	b.must(err)
	defer f.Close()
	b.write("new", "c\n")
	low := old
	low.Cur = 64
	b.must(syscall.Setrlimit(syscall.RLIMIT_NOFILE, &low))
	defer syscall.Setrlimit(syscall.RLIMIT_NOFILE, &old)
	var fill []int
	for {
		fd, err := syscall.Open("/dev/null", syscall.O_RDONLY|syscall.O_CLOEXEC, 0)
		if err != nil {
			break
		}
		fill = append(fill, fd)
	}
	b.rename("f", "f.1")
	b.rename("new", "f")
	m := b.mark(wire.MarkUnreadable)
	f.WriteString("b\n") // what is held is still read
	b.text("a\nb\n")
	b.looks(2)
	b.marked("unreadable")
	for _, fd := range fill {
		syscall.Close(fd)
	}
	b.looks(1)
	b.text("a\nb\nc\n")
	if !strings.Contains(m.Why, "too many") {
		t.Errorf("got %+v", m)
	}
}

func TestSymlinkOutOfTheFolder(t *testing.T) {
	other := t.TempDir()
	for _, allowed := range []bool{false, true} {
		b := newBench(t, func(_ *Options, s *Source, _ *Start) {
			if allowed {
				s.FollowLinksTo = []string{other}
			}
		})
		b.must(os.WriteFile(other+"/secret", []byte("s\n"), 0o644))
		b.must(os.Symlink(other+"/secret", b.path))
		b.follow()
		if allowed {
			b.text("s\n")
			continue
		}
		if m := b.mark(wire.MarkUnreadable); !strings.Contains(m.Why, "link") {
			t.Errorf("got %+v", m)
		}
		b.looks(3)
		b.text("")
		b.marked("unreadable")
	}
}

// Swapping the file for a link is refused too, and what was being read goes on.
func TestSymlinkSwappedIn(t *testing.T) {
	b := live(t, "a\n")
	other := t.TempDir() + "/secret"
	b.must(os.WriteFile(other, []byte("s\n"), 0o644))
	b.must(os.Symlink(other, b.at("x")))
	b.rename("x", "f")
	b.mark(wire.MarkUnreadable)
	b.looks(2)
	b.text("a\n")
}

func TestRow32_QueueOverflow(t *testing.T) {
	b := live(t, "a\n")
	b.tailer.mu.Lock() // events are not taken
	x, err := os.Create(b.at("x"))
	b.must(err)
	y, err := os.Create(b.at("y"))
	b.must(err)
	for range 30_000 {
		x.WriteString("x")
		y.WriteString("y")
	}
	x.Close()
	y.Close()
	b.append("f", "b\n")
	b.tailer.mu.Unlock()
	b.text("a\nb\n")
}

func TestRow33_NoInotify(t *testing.T) {
	b := live(t, "a\n")
	b.deaf()
	b.append("f", "b\n")
	b.looks(1)
	b.text("a\nb\n")
	b.rename("f", "f.1")
	b.append("f.1", "c\n")
	b.append("f", "d\n")
	b.looks(1)
	b.text("a\nb\nc\nd\n")
}

func TestRow61_Churn(t *testing.T) {
	b := live(t, "a\n")
	for i := range 200 {
		b.append("g", fmt.Sprintf("%d\n", i))
		b.rename("g", "f")
	}
	b.wait("the last", func(s *sink) bool { return strings.HasSuffix(s.text.String(), "199\n") })
	b.clock.advance(time.Minute)
	b.until("only the last is open", func() bool { return len(opened(t, b.dir)) == 1 })
	b.tailer.mu.Lock()
	defer b.tailer.mu.Unlock()
	if len(b.tailer.dirs) != 1 {
		t.Errorf("%d folders are watched", len(b.tailer.dirs))
	}
}

// Whatever room there is, the same bytes come.
func TestRooms(t *testing.T) {
	want := "short\n" + strings.Repeat("a line of some length ", 30) + "\n\n\r\n" + strings.Repeat("é", 700) + "\nend\n"
	r := rand.New(rand.NewPCG(1, 2))
	for name, room := range map[string]func() int{
		"1": func() int { return 1 }, "7": func() int { return 7 }, "300": func() int { return 300 }, "any": func() int { return 1 + r.IntN(400) },
	} {
		b := newBench(t)
		b.sink.room = room
		b.write("f", want)
		b.follow().text(want)
		b.append("f", want)
		b.rename("f", "f.1")
		b.append("f", "new\n")
		b.text(want + want + "new\n")
		b.sink.mu.Lock()
		for i, f := range b.sink.frames {
			if len(f.Payload) > 400 || f.Kind == wire.Lines && name == "7" && len(f.Payload) > 7 || f.Kind == wire.Mark && name == "1" && len(f.Payload) > 48 {
				t.Errorf("room %s: frame %d has %d bytes", name, i, len(f.Payload))
			}
		}
		b.sink.mu.Unlock()
	}
}

func TestTurnsEvenWhenBlocked(t *testing.T) {
	b := live(t, "a\n")
	b.sink.set(&b.sink.blocked, true)
	b.append("f", "b\n")
	b.looks(5)
	b.sink.set(&b.sink.blocked, false)
	b.text("a\nb\n")
}

func TestMarkersNameNoPathUnlessAllowed(t *testing.T) {
	for _, paths := range []bool{false, true} {
		b := newBench(t, func(_ *Options, s *Source, start *Start) { s.Name = "app"; start.Paths = paths })
		b.write("f", "a\n")
		b.follow()
		want := "app"
		if paths {
			want = b.path
		}
		if m := b.mark(wire.MarkOpened); m.Name != want || m.Bytes != 2 {
			t.Errorf("got %+v", m)
		}
	}
}

func TestBacklogBounds(t *testing.T) {
	text := strings.Repeat("0123456789\n", 100_000)
	for _, c := range []struct{ lines, most, want int }{
		{0, 0, 0}, {1, 0, 11}, {10, 0, 110}, {1000, 0, 11000}, {60_000, 1 << 20, 660_000}, {1e6, 100, 99}, {1e6, 1e9, len(text)}, {1e6, 0, 256 << 10 / 11 * 11},
	} {
		b := newBench(t, lines(c.lines), bytesOf(int64(c.most)))
		b.write("f", text)
		b.follow().mark(wire.MarkLive)
		b.text(text[:c.want])
	}
}

func TestNewRefuses(t *testing.T) {
	for _, o := range []Options{{}, {Key: []byte("short")}, {Key: make([]byte, 16), Grace: -1}, {Key: make([]byte, 16), Look: -1}} {
		if _, err := New(o); err == nil {
			t.Errorf("%+v was taken", o)
		}
	}
}

func FuzzToken(f *testing.F) {
	f.Add(string(token{log: [3]byte{1, 2, 3}, ino: 1 << 40, gen: 7, headN: 1024, checkAt: 1 << 33, at: timeBase + 5}.encode()))
	f.Add(string(token{}.encode()))
	f.Fuzz(func(t *testing.T, s string) {
		tok, err := parseToken(wire.File(s))
		if err == nil && string(tok.encode()) != s {
			t.Errorf("%x came back as %x", s, tok.encode())
		}
	})
}

func TestTokenFitsTheHeader(t *testing.T) {
	usual := token{ino: 1 << 27, gen: 1 << 31, headN: 1024, checkAt: 1 << 33, at: timeBase + 3e8}
	if n := len(usual.encode()); n > 40 {
		t.Errorf("a usual token takes %d bytes", n)
	}
	worst := token{ino: 1<<64 - 1, gen: 1<<32 - 1, headN: 1024, checkAt: 1<<63 - 1, at: timeBase + 1<<32 - 1}
	f := wire.Frame{Kind: wire.Lines, After: wire.Position{{File: worst.encode(), Offset: 1}}}
	if n := len(f.AppendTo(nil)); n > wire.FrameCost {
		t.Errorf("the worst header takes %d bytes", n)
	}
	for _, want := range []token{usual, worst} {
		if got, err := parseToken(want.encode()); err != nil || got != want {
			t.Errorf("got %+v, %v", got, err)
		}
	}
}
