//go:build linux && mounts

package hostile

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

// newImage is a file with an empty file system in it.
func newImage(t *testing.T, size int64, mkfs ...string) string {
	t.Helper()
	image := filepath.Join(t.TempDir(), "image")
	must(t, os.WriteFile(image, nil, 0o644))
	must(t, os.Truncate(image, size))
	run(t, append(mkfs, image)...)
	return image
}

func run(t *testing.T, words ...string) {
	t.Helper()
	if out, err := exec.Command(words[0], words[1:]...).CombinedOutput(); err != nil {
		t.Fatalf("%s: %v\n%s", strings.Join(words, " "), err, out)
	}
}

// attach mounts an image by way of a loop device.
func attach(t *testing.T, image, at string) {
	t.Helper()
	run(t, "mount", "-o", "loop", image, at)
	t.Cleanup(func() { unix.Unmount(at, unix.MNT_DETACH) })
}

// release unmounts it as soon as nobody has anything open there.
func release(t *testing.T, at string) {
	t.Helper()
	eventually(t, "nobody is at "+at, func() bool { return unix.Unmount(at, 0) == nil })
}

func device(t *testing.T, path string) uint64 {
	t.Helper()
	var st unix.Stat_t
	must(t, unix.Stat(path, &st))
	return st.Dev
}

// The same disk has another device number, as after a reboot. Who goes on from a place notices nothing.
func TestRow68_MountedAgain(t *testing.T) {
	for kind, mkfs := range map[string][]string{"loop": {"mkfs.ext4", "-q"}, "btrfs": {"mkfs.btrfs", "-q"}} {
		if !has(t, kind) {
			continue
		}
		t.Run(kind, func(t *testing.T) {
			s := newSite(t, "")
			image, other := newImage(t, 128<<20, mkfs...), newImage(t, 128<<20, mkfs...)
			attach(t, image, s.dir)
			state := filepath.Join(filepath.Dir(s.out), "state")
			was := device(t, s.dir)
			s.write()
			s.follow("-state", state, "-out", s.out)
			s.writers[0].more(between)
			s.rotate()
			s.hup()
			s.writers[0].more(between)
			s.stop()
			s.writers[0].more(between)
			s.rotate() // unread
			s.hup()
			s.writers[0].more(between)
			s.written()
			release(t, s.dir)
			attach(t, other, folder(t, t.TempDir(), "other")) // which has that number now
			attach(t, image, s.dir)
			if device(t, s.dir) == was {
				t.Fatal("it has the same device number")
			}
			s.follow("-state", state, "-out", s.out)
			s.exact()
		})
	}
}

// What was copied to another disk is the same log there.
func TestRow68_MountedCopy(t *testing.T) {
	if !has(t, "loop") || !has(t, "tmpfs") {
		return
	}
	s := newSite(t, "")
	image := newImage(t, 64<<20, "mkfs.ext4", "-q")
	attach(t, image, s.dir)
	state := filepath.Join(filepath.Dir(s.out), "state")
	s.write()
	s.follow("-state", state, "-out", s.out)
	s.writers[0].more(between)
	s.rotate()
	s.hup()
	s.writers[0].more(between)
	s.stop()
	s.writers[0].more(between)
	s.written()
	disk := folder(t, t.TempDir(), "disk")
	mount(t, "disk", disk, "tmpfs", 0, "size=64m")
	run(t, "cp", "-a", s.dir+"/.", disk)
	release(t, s.dir)
	mount(t, disk, s.dir, "", unix.MS_BIND, "")
	s.follow("-state", state, "-out", s.out)
	s.exact()
}

// A disk whose sectors cannot be read for a while: the end of what it is made of is missing.
func TestRow65_MountedDiskFails(t *testing.T) {
	if !has(t, "loop") {
		return
	}
	s := newSite(t, "")
	const size = 64 << 20
	image := newImage(t, size, "mkfs.ext4", "-q")
	attach(t, image, s.dir)
	first := strings.Repeat("what was read before\n", 1000)
	add(t, s.log, first)
	s.follow()
	s.prints(first)
	// The rest of the log is put where the disk will fail, and out of the page cache.
	rest := strings.Repeat("what is read when the disk is well again\n", 200_000)
	s.suspend()
	add(t, s.log, rest)
	f, err := os.OpenFile(s.log, os.O_RDWR, 0)
	must(t, err)
	must(t, f.Sync())
	must(t, unix.Fadvise(int(f.Fd()), 0, 0, unix.FADV_DONTNEED))
	must(t, f.Close())
	whole, err := os.ReadFile(image)
	must(t, err)
	last := bytes.LastIndex(whole, []byte("is well again\n"))
	if last < len(rest) {
		t.Fatal("the log is not on the disk")
	}
	missing := int64(last-len(rest)/2) &^ 4095
	must(t, os.Truncate(image, missing))
	s.resume()
	s.saying("cannot be read: reading it failed: input/output error")
	disk, err := os.OpenFile(image, os.O_WRONLY, 0)
	must(t, err)
	_, err = disk.WriteAt(whole[missing:], missing)
	must(t, err)
	must(t, disk.Close())
	s.prints(first + rest)
	s.saying("can be read again")
	s.stop()
}
