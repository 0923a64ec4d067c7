package tailer

import (
	"os"
	"strings"
	"testing"

	"livetail/internal/wire"
)

// What was seen and not yet read when a file is emptied in place is lost, and said to be, by its exact number of bytes.
func TestTruncatedBeforeItWasRead(t *testing.T) {
	b := newBench(t, lines(1e6))
	const line = "0123456789abcde\n"
	b.write("f", line)
	b.follow().mark(wire.MarkLive)
	b.sink.mu.Lock()
	b.sink.room = func() int { b.sink.blocked = true; return 4 * len(line) } // room for one frame, then for none
	b.sink.mu.Unlock()
	b.append("f", strings.Repeat(line, 20))
	b.text(strings.Repeat(line, 5))
	b.must(os.Truncate(b.path, 0))
	b.sink.mu.Lock()
	b.sink.room = func() int { return wire.MaxPayload }
	b.sink.mu.Unlock()
	b.sink.set(&b.sink.blocked, false)
	if m := b.mark(wire.MarkGap); m.Bytes != int64(16*len(line)) || m.Why == "" {
		t.Errorf("got %+v", m)
	}
	b.mark(wire.MarkTruncated)
	b.append("f", "new\n")
	b.text(strings.Repeat(line, 5) + "new\n")
}
