package tailer

import (
	"strings"
	"testing"

	"livetail/internal/wire"
)

const pieceBytes = 100

// beginLine begins a line that takes several frames and does not end yet: text is what of it has come.
func beginLine(b *bench, size int) (text string) {
	b.sink.room = func() int { return pieceBytes }
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
	b.until("the old file's line is seen", func() bool {
		b.follower.mu.Lock()
		defer b.follower.mu.Unlock()
		return b.follower.held[0].size() == int64(len("a\nold\n"))
	})
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
