package tailer

import (
	"os"
	"strings"
	"testing"
	"time"

	"livetail/internal/wire"
)

const pieceBytes = 100

// untilFollower is until, of what the follower knows.
func (b *bench) untilFollower(what string, ok func(*Follower) bool) {
	b.Helper()
	b.until(what, func() bool {
		b.follower.mu.Lock()
		defer b.follower.mu.Unlock()
		return ok(b.follower)
	})
}

// pieces has a frame take no more than pieceBytes.
func (b *bench) pieces() {
	b.sink.mu.Lock()
	defer b.sink.mu.Unlock()
	b.sink.room = func() int { return pieceBytes }
}

// beginLine begins a line that takes several frames and does not end yet: text is what of it has come.
func beginLine(b *bench, size int) (text string) {
	b.pieces()
	b.append("f", strings.Repeat("x", size))
	b.text("a\n" + strings.Repeat("x", size/pieceBytes*pieceBytes))
	return "a\n" + strings.Repeat("x", size)
}

// While the new file's line is being written, somebody writes to the old file: that line comes behind it.
func TestRow42_ALineIsEndedBeforeAnOlderFileGoesOn(t *testing.T) {
	b := live(t, "a\n")
	b.rename("f", "f.1")
	b.append("f", "")
	b.wait("the new file", func(s *sink) bool { return len(s.marks()) > 0 })
	text := beginLine(b, 250)
	b.append("f.1", "old\n")
	b.untilFollower("the old file's line is seen", func(f *Follower) bool { return f.held[0].size() == int64(len("a\nold\n")) })
	b.append("f", "yyy\nnew\n")
	b.text(text + "yyy\nold\nnew\n")
	b.marked(wire.MarkRotated)
}

// Nobody ends it: the old file is not kept back for ever.
func TestRow42_ALineThatNobodyEndsKeepsNoOlderFileBack(t *testing.T) {
	b := live(t, "a\n")
	b.rename("f", "f.1")
	b.append("f", "")
	b.wait("the new file", func(s *sink) bool { return len(s.marks()) > 0 })
	text := beginLine(b, 200)
	b.append("f.1", "old\n")
	b.looks(2)
	b.text(text + "old\n")
	b.append("f", "yyy\n")
	b.text(text + "old\nyyy\n")
}

// A page that took a frame slowly does not make a writer slow: what came meanwhile of a line is looked for before the new file's.
func TestRow42_ALineGrewWhileTheSinkWasBusy(t *testing.T) {
	b := live(t, "a\n")
	text := beginLine(b, 200)
	b.rename("f", "f.1")
	b.append("f", "new\n")
	b.until("the new file is held", func() bool { return b.holds("f") && b.holds("f.1") })
	b.sink.set(&b.sink.stuck, true)
	b.append("f.1", strings.Repeat("y", pieceBytes))
	b.until("it is being sent", b.follower.busy.Load)
	b.clock.add(10 * b.tailer.every)
	b.append("f.1", "z\n")
	b.sink.set(&b.sink.stuck, false)
	b.text(text + strings.Repeat("y", pieceBytes) + "z\nnew\n")
}

// rotatedLog is a log that was rotated: the old file is f.1.
func rotatedLog(t *testing.T, set ...setting) *bench {
	b := live(t, "a\n", set...)
	b.rename("f", "f.1")
	b.append("f", "")
	b.wait("the new file", func(s *sink) bool { return len(s.marks()) > 0 })
	return b
}

// Half a line was given up, and another file's line begun: the first one's rest does not come inside that.
func TestRow42_TwoLinesThatAreBegun(t *testing.T) {
	b := rotatedLog(t)
	text := "a\n" + strings.Repeat("o", 2*pieceBytes)
	b.pieces()
	b.append("f.1", strings.Repeat("o", 2*pieceBytes))
	b.text(text)
	b.looks(2)
	b.append("f", strings.Repeat("n", pieceBytes))
	text += strings.Repeat("n", pieceBytes)
	b.text(text)
	b.append("f.1", "ooo\n")
	b.untilFollower("the old file's rest is seen", func(f *Follower) bool { return f.held[0].size() == int64(len("a\nooo\n")+2*pieceBytes) })
	b.append("f", "nnn\n")
	b.text(text + "nnn\nooo\n")
}

// What grows for ever and never ends a line keeps others back as long as a rotated file is read, and not for ever.
func TestRow44_ALineWithoutAnEndKeepsNoNewerFileBack(t *testing.T) {
	b := live(t, "a\n", func(o *Options, _ *Source, _ *Start) { o.Grace = 5 * time.Second })
	b.pieces()
	grow := func(n int) {
		b.append("f.1", strings.Repeat(".", pieceBytes))
		b.wait("a piece", func(s *sink) bool { return strings.Count(s.text.String(), ".") == n*pieceBytes })
	}
	b.rename("f", "f.1")
	grow(1)
	b.append("f", "new\n")
	for n := 2; n < 20; n++ {
		b.clock.advance(time.Second / 2)
		grow(n)
	}
	b.wait("the new line", func(s *sink) bool { return strings.Contains(s.text.String(), "new\n") })
}

// A filter that does not let a long line through has nobody inside it.
func TestRow45_ALineThatDoesNotPassKeepsNobodyBack(t *testing.T) {
	b := rotatedLog(t, func(o *Options, _ *Source, s *Start) {
		o.MaxLine, s.Filter = 1000, []byte(`{"exclude":[{"text":"debug"}]}`)
	})
	b.append("f.1", "debug "+strings.Repeat("x", 4000))
	b.untilFollower("it is looked at", func(f *Follower) bool { return f.held[0].cut })
	b.append("f", "new\n")
	b.text("a\nnew\n")
}

// Who goes on writing after the grace of a rotated file, which half a line ended, does so in whole lines.
func TestRow43_LinesBehindAnEndedHalf(t *testing.T) {
	b := rotatedLog(t)
	b.append("f.1", "half")
	b.looks(1)
	b.clock.advance(b.tailer.grace)
	b.text("a\nhalf")
	b.append("f.1", "an")
	b.looks(2)
	b.text("a\nhalf")
	b.append("f", "new\n")
	b.text("a\nhalfnew\n")
	b.append("f.1", "other\n")
	b.text("a\nhalfnew\nanother\n")
}

// It is not ended by a sink that had no room until its rest was written.
func TestRow43_HalfALineIsLookedAtBeforeItIsEnded(t *testing.T) {
	b := rotatedLog(t)
	b.append("f.1", "half")
	b.untilFollower("it was read, and nothing of it is told", func(f *Follower) bool { return f.held[0].tried == int64(len("a\nhalf")) })
	b.sink.set(&b.sink.blocked, true)
	b.clock.advance(b.tailer.grace)
	b.untilFollower("it is to be ended", func(f *Follower) bool { return f.held[0].flush })
	b.append("f.1", " and whole\n")
	b.sink.set(&b.sink.blocked, false)
	b.text("a\nhalf and whole\n")
	for _, r := range b.sink.frames {
		if r.Kind == wire.Lines && r.Flags&wire.NoEOL != 0 {
			t.Errorf("%q is said to be ended", r.Payload)
		}
	}
}

// A line was given up, and ended before there was room for another one.
func TestRow42_ALineIsEndedWhileThereIsNoRoom(t *testing.T) {
	b := rotatedLog(t)
	text := beginLine(b, 200)
	b.sink.set(&b.sink.blocked, true)
	b.append("f.1", "old\n")
	b.clock.add(10 * b.tailer.every)
	b.looks(2)
	b.append("f", "yyy\n")
	b.sink.set(&b.sink.blocked, false)
	b.text(text + "yyy\nold\n")
}

// A page would show two rows for a line with a marker inside.
func TestRow42_NoMarkerInsideALine(t *testing.T) {
	b := live(t, "a\n")
	beginLine(b, 200)
	b.follower.mu.Lock()
	b.follower.marks = append(b.follower.marks, b.follower.marker(wire.Marker{Kind: wire.MarkGap}))
	b.follower.mu.Unlock()
	b.append("f", "yyy\n")
	b.mark(wire.MarkGap)
	b.sink.mu.Lock()
	defer b.sink.mu.Unlock()
	for i, r := range b.sink.frames {
		if r.mark.Kind == wire.MarkGap && b.sink.frames[i-1].Flags&wire.Open != 0 {
			t.Error("the marker came inside the line")
		}
	}
}

// The rest of a line that a copytruncate moved away is in the copy: lines of an older file come behind it.
func TestRow09_ALineGoesOnInItsCopy(t *testing.T) {
	b := rotatedLog(t)
	text := beginLine(b, 200)
	b.sink.set(&b.sink.blocked, true)
	b.append("f", "yyy\n")
	b.rename("f.1", "f.2")
	b.must(copyFile(b.path, b.at("f.1")))
	b.must(os.Truncate(b.path, 0))
	b.append("f.2", "old\n")
	b.append("f", "new\n")
	b.sink.set(&b.sink.blocked, false)
	b.text(text + "yyy\nold\nnew\n")
}

// An editor saves the log under a new inode while one of its lines is being written.
func TestRow19_ALineGoesOnInWhatAnEditorSaved(t *testing.T) {
	b := rotatedLog(t)
	text := beginLine(b, 200)
	b.sink.set(&b.sink.blocked, true)
	b.append("f.1", "old\n")
	b.write("t", text[len("a\n"):]+"yyy\n")
	b.rename("t", "f")
	b.until("it is held", func() bool { return b.holds("f") })
	b.sink.set(&b.sink.blocked, false)
	b.text(text + "yyy\nold\n")
}

// Who goes on within a line gets its rest first, also if an older file got lines meanwhile.
func TestRow42_ResumedInsideALine(t *testing.T) {
	for _, cold := range []bool{false, true} {
		b := rotatedLog(t)
		beginLine(b, 200)
		from := b.after()
		b.pause()
		if cold {
			b.coldly()
		}
		b.append("f.1", "old\n")
		b.through = func(s *sink) Sink { s.room = func() int { return pieceBytes }; return s }
		b.resume(from)
		b.untilFollower("it waits", func(f *Follower) bool { return f.halted })
		b.append("f", "yyy\nnew\n")
		b.text("yyy\nold\nnew\n")
		b.end()
	}
}

// Of a compressed file no line is torn either, which is unpacked piece by piece, when an older one is still written to.
func TestRow42_ALineOfACompressedFile(t *testing.T) {
	b := live(t, "a\n")
	b.sink.set(&b.sink.blocked, true)
	b.rename("f", "f.2")
	long := strings.ReplaceAll(numbered("long", 300_000), "\n", " ") + "\n"
	b.write("f.1", long)
	b.pack("f.1", ".gz")
	b.append("f", "new\n")
	b.until("all are held", func() bool { return b.holds("f.2") && b.holds("f.1.gz") && b.holds("f") })
	once := false
	b.sink.mu.Lock()
	b.sink.room = func() int {
		if !once && b.sink.text.Len() > 1<<20 {
			once = true
			b.append("f.2", "old\n")
		}
		return wire.MaxPayload
	}
	b.sink.mu.Unlock()
	b.sink.set(&b.sink.blocked, false)
	b.wait("all", func(s *sink) bool { return s.text.Len() >= len("a\n"+long+"old\nnew\n") })
	if got := b.sink.text.String(); got != "a\n"+long+"old\nnew\n" {
		t.Errorf("old comes at %d, new at %d, of %d", strings.Index(got, "old\n"), strings.Index(got, "new\n"), len(got))
	}
}
