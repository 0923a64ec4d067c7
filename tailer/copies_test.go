package tailer

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"livetail/internal/wire"
)

// renameCopy is logrotate's renamecopy, step by step: between any two of them step is called.
func (b *bench) renameCopy(step func(string)) { b.Helper(); b.renameCopySteps(true, step) }

func (b *bench) renameCopySteps(create bool, step func(string)) {
	b.Helper()
	for n := 9; n > 0; n-- {
		os.Rename(b.at(fmt.Sprintf("f.%d", n)), b.at(fmt.Sprintf("f.%d", n+1)))
	}
	step("shifted")
	b.rename("f", "f.tmp")
	step("renamed")
	if create {
		b.append("f", "")
	}
	step("created")
	b.write("f.1", "")
	step("copy begun")
	text, err := os.ReadFile(b.at("f.tmp"))
	b.must(err)
	half := len(text) / 2
	b.append("f.1", string(text[:half]))
	step("copied half")
	text, err = os.ReadFile(b.at("f.tmp")) // it is read to its end
	b.must(err)
	b.append("f.1", string(text[half:])) // not written anew: a copy only grows
	step("copied")
	b.remove("f.tmp")
	step("removed")
}

var renameCopySteps = strings.Split("shifted,renamed,created,copy begun,copied half,copied,removed", ",")

// Wherever the follower is held up during one rotation and let go during the next, nothing comes twice.
func TestRow17_RenameCopy(t *testing.T) {
	for _, hold := range append(renameCopySteps, "") {
		for _, release := range renameCopySteps {
			t.Run(hold+" to "+release, func(t *testing.T) {
				b := live(t, "a\n")
				want := "a\n"
				for round := range 4 {
					text := fmt.Sprintf("%d\n", round) + strings.Repeat("x\n", 10*round)
					b.append("f", text)
					want += text
					if !b.isBlocked() {
						b.text(want)
					} else {
						// A log that nobody opened while it had its name is only f.tmp after that, which no rule says is of this
						// log; its copy, made beside a newer log, is told from the copy of a log that was read by nothing.
						b.until("the log is held", func() bool { return b.holds("f") || b.look() })
					}
					b.renameCopy(func(step string) {
						switch {
						case round == 1 && step == hold:
							b.sink.set(&b.sink.blocked, true)
						case round == 2 && step == release:
							b.sink.set(&b.sink.blocked, false)
							b.text(want)
						case !b.isBlocked():
							b.looks(1)
						}
					})
				}
				b.append("f", "end\n")
				b.text(want + "end\n")
				b.clock.advance(time.Minute)
				b.looks(2)
				b.renameCopy(func(string) { b.looks(1) })
				b.append("f", "after\n")
				b.text(want + "end\nafter\n")
				for _, k := range b.sink.marks() {
					if k == "gap" {
						t.Error("a gap is said")
					}
				}
			})
		}
	}
}

func (b *bench) isBlocked() bool {
	b.sink.mu.Lock()
	defer b.sink.mu.Unlock()
	return b.sink.blocked
}

// holds says whether the follower has the file of that name open.
func (b *bench) holds(name string) bool {
	var st unix.Stat_t
	b.must(unix.Stat(b.at(name), &st))
	b.follower.mu.Lock()
	defer b.follower.mu.Unlock()
	return slices.ContainsFunc(b.follower.held, func(h *file) bool { return h.same(&st) })
}

// look makes the follower look, and is false: it may be held up and not say that it did.
func (b *bench) look() bool {
	b.clock.advance(time.Second)
	return false
}

// Who goes on in an older file knows that the log was truncated since: its copy is not read again.
func TestRow09_ResumedInAnOlderFileBehindACopy(t *testing.T) {
	b := rotatedLog(t)
	b.append("f", "b\n")
	b.text("a\nb\n")
	b.rename("f.1", "f.2")
	b.must(copyFile(b.path, b.at("f.1")))
	b.must(os.Truncate(b.path, 0))
	b.mark(wire.MarkTruncated)
	b.append("f.2", "late\n")
	b.text("a\nb\nlate\n")
	from := b.after()
	b.pause()
	b.coldly()
	b.append("f", "c\n")
	b.resume(from)
	b.text("c\n")
}

// Who goes on in the oldest of three files, while nothing was written to the newest, knows that the one between was read and is over: it
// is not read again, however often it is gone on from there.
func TestRow02_ResumedInAnOlderFileBehindOneThatIsOver(t *testing.T) {
	for _, ext := range append([]string{""}, packings...) {
		b := rotatedLog(t)
		b.append("f", "b\n")
		b.text("a\nb\n")
		b.rename("f.1", "f.2")
		b.rename("f", "f.1")
		b.append("f", "")
		b.until("the newest is held", func() bool { return b.holds("f") || b.look() })
		want := "a\nb\n"
		for n := range 4 {
			text := fmt.Sprint("late ", n, "\n")
			b.append("f.2", text)
			want += text
			b.text(want)
			b.clock.advance(20 * time.Second)
			b.looks(1)
		}
		if ext != "" {
			b.pack("f.1", ext)
		}
		for n := range 3 {
			text := fmt.Sprint("later ", n, "\n")
			b.append("f.2", text)
			b.wait(text, func(s *sink) bool { return strings.HasSuffix(s.text.String(), text) })
			from := b.after()
			b.pause()
			b.coldly()
			b.resume(from)
			b.mark(wire.MarkOpened)
		}
		b.append("f", "c\n")
		b.text("c\n")
		b.end()
	}
}

// The log was truncated after it was copied, and deleted, and nobody looked in between: who goes on from before does so in the copy, and
// then in what was written to the log itself since.
func TestRow09_DeletedBehindACopy(t *testing.T) {
	for _, n := range []int{1, 3, 100} {
		for _, next := range []string{"", "next\n"} {
			b := live(t, numbered("read", n))
			from := b.after()
			b.pause()
			b.append("f", "unread\n")
			b.must(copyFile(b.path, b.at("f.1")))
			b.must(os.Truncate(b.path, 0))
			b.append("f", "after\n")
			b.remove("f")
			if next != "" {
				b.append("f", next)
			}
			b.resume(from)
			b.looks(2)
			b.append("f", "end\n")
			b.text("unread\nafter\n" + next + "end\n")
			b.end()
		}
	}
}

// The copy of a log that was truncated, and deleted later, is compressed while somebody goes on in the deleted one: the list has both the
// copy and what it becomes, and when that is opened the copy is gone. It is as old as that was.
func TestRow06_OldCopyIsCompressedWhileResuming(t *testing.T) {
	for _, ext := range packings {
		for _, parts := range []int{0, 1, 2} { // of two, are written when the list is made
			t.Run(fmt.Sprint(ext, parts), func(t *testing.T) {
				b := live(t, numbered("old", 100))
				b.must(copyFile(b.path, b.at("f.1")))
				b.must(os.Truncate(b.path, 0))
				b.append("f", "new\n")
				want := numbered("old", 100) + "new\n"
				b.text(want)
				b.until("its copy is known", func() bool { return b.knows("f.1") || b.look() })
				b.unseen(func() {
					b.remove("f")
					b.append("f", "next\n")
					info, err := os.Stat(b.at("f.1"))
					b.must(err)
					out := packed(b, ext, []byte(numbered("old", 100)))
					part := len(out) * parts / 2
					b.write("f.1"+ext, string(out[:part]))
					b.once("resolve", func() {
						b.append("f.1"+ext, string(out[part:]))
						b.must(os.Chtimes(b.at("f.1"+ext), info.ModTime(), info.ModTime()))
						b.remove("f.1")
					})
				})
				b.text("next\n")
				b.looks(2)
				b.append("f", "end\n")
				b.text("next\nend\n")
				b.marksNoGap()
				b.end()
			})
		}
	}
}

// knows says whether the follower takes the file of that name for one that has nothing new.
func (b *bench) knows(name string) bool {
	var st unix.Stat_t
	b.must(unix.Stat(b.at(name), &st))
	b.follower.mu.Lock()
	defer b.follower.mu.Unlock()
	return slices.ContainsFunc(b.follower.known, func(p past) bool { return p.ino == st.Ino })
}
