//go:build linux

package hostile

import (
	"os"
	"path/filepath"
	"testing"

	"golang.org/x/sys/unix"
)

// fullDisk is writers on a small disk that is full again and again, in the middle of lines, and rotated. It mounts that disk.
func fullDisk(t *testing.T) {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "disk")
	must(t, os.Mkdir(dir, 0o755))
	must(t, unix.Mount("disk", dir, "tmpfs", 0, "size=32m"))
	t.Cleanup(func() { unix.Unmount(dir, unix.MNT_DETACH) })
	s := newSite(t, dir)
	ballast, err := os.Create(filepath.Join(dir, "ballast"))
	must(t, err)
	defer ballast.Close()
	size := int64(0)
	for {
		n, err := ballast.Write(make([]byte, 64<<10))
		if size += int64(n); err != nil {
			break
		}
	}
	free := func(room int64) {
		size -= room
		must(t, ballast.Truncate(size))
	}
	free(4 << 10)
	s.write()
	s.follow()
	for round := range 8 {
		eventually(t, "the disk is full", func() bool {
			var st unix.Statfs_t
			must(t, unix.Statfs(dir, &st))
			return st.Bfree == 0
		})
		eventually(t, "what there is of whole lines is printed", func() bool {
			text := s.printed()
			return len(text) > round*8<<10 && text[len(text)-1] == '\n'
		})
		if round%3 == 2 {
			s.rotate() // which takes no room there
			s.hup()
		}
		free(12 << 10)
	}
	free(size)
	s.writers[0].more(between)
	s.exact()
}
