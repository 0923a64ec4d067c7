package tailer

import (
	"context"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"

	"livetail/internal/wire"
)

func TestRow39_PermissionLostAndRestored(t *testing.T) {
	b := newBench(t)
	b.must(os.Chmod(filepath.Dir(b.dir), 0o755))
	b.write("f", "a\n")
	b.must(os.Chmod(b.path, 0))
	start := b.start
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() {
		runtime.LockOSThread() // not unlocked: the thread ends with its loss of rights
		if os.Getuid() == 0 {
			syscall.RawSyscall(syscall.SYS_SETFSUID, 65534, 0, 0)
		}
		done <- b.follower.Follow(ctx, start, b.sink)
	}()
	b.stop = func() error { cancel(); return <-done }
	if m := b.mark(wire.MarkUnreadable); !strings.Contains(m.Why, "permission") {
		t.Errorf("got %+v", m)
	}
	b.looks(3)
	b.must(os.Chmod(b.path, 0o644))
	b.text("a\n")
	b.mark(wire.MarkReadable)
	b.must(os.Chmod(b.path, 0)) // the descriptor stays good
	b.append("f", "b\n")
	b.text("a\nb\n")
	b.must(os.Chmod(b.path, 0o644))
	b.append("f", "c\n")
	b.text("a\nb\nc\n")
	b.marked("unreadable", "readable")
}
