package tailer

import (
	"bytes"
	"os"
	"testing"

	"golang.org/x/sys/unix"
)

// The kernel's page cache is asked without a trace: the text is right, and no descriptor stays.
func TestSkimmingWithTheKernel(t *testing.T) {
	b := newBench(t)
	text := bytes.Repeat([]byte("a line of the log\n"), 200_000)
	b.write("f", string(text))
	open := func() int {
		all, err := os.ReadDir("/proc/self/fd")
		b.must(err)
		return len(all)
	}
	before := open()
	h, err := b.tailer.openFile(b.path, openPlain)
	b.must(err)
	b.must(unix.Fsync(h.fd))
	b.must(unix.Fadvise(h.fd, 0, 0, unix.FADV_DONTNEED))
	for off := 0; off < len(text); off += 1 << 20 {
		got := make([]byte, 1<<20)
		n, err := h.skim(got, int64(off))
		if want := text[off:min(off+1<<20, len(text))]; err != nil || !bytes.Equal(got[:n], want) {
			t.Fatalf("%d bytes of %d at %d: %v", n, len(want), off, err)
		}
	}
	h.close()
	if after := open(); after != before {
		t.Errorf("%d descriptors were open, %d are", before, after)
	}
}
