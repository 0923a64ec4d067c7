package tailer

import (
	"strings"
	"testing"

	"livetail/internal/wire"
)

// What the kernel makes when it is read has no size, and reading some of it takes it from others.
func TestRow31_MadeByTheKernel(t *testing.T) {
	for _, path := range []string{"/proc/version", "/sys/kernel/uevent_seqnum"} {
		b := newBench(t, func(_ *Options, s *Source, _ *Start) { s.Path = path })
		b.follow()
		if m := b.mark(wire.MarkUnreadable); !strings.Contains(m.Why, "the kernel makes it") {
			t.Errorf("%s: got %+v", path, m)
		}
		b.looks(2)
		b.text("")
		b.marked("unreadable")
	}
}
