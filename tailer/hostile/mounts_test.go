//go:build linux && mounts

package hostile

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

// scripts/test-mounts runs these, in a mount namespace that is thrown away, and says what the machine cannot mount.

// has says whether this machine can mount that. If not, the script has said so.
func has(t *testing.T, kind string) bool {
	t.Helper()
	list, ok := os.LookupEnv("LIVETAIL_MOUNTS")
	if !ok {
		t.Fatal("run scripts/test-mounts: it gives these tests a namespace of their own")
	}
	return slices.Contains(strings.Fields(list), kind)
}

// mount mounts something at a folder or file until it is unmounted, or the test ends.
func mount(t *testing.T, what, at, kind string, flags uintptr, data string) {
	t.Helper()
	if err := unix.Mount(what, at, kind, flags, data); err != nil {
		t.Fatalf("mounting %s at %s: %v", kind, at, err)
	}
	t.Cleanup(func() { unix.Unmount(at, unix.MNT_DETACH) })
}

func unmount(t *testing.T, at string) {
	t.Helper()
	must(t, unix.Unmount(at, unix.MNT_DETACH))
}

// folder makes one below a folder of the test's own.
func folder(t *testing.T, parts ...string) string {
	t.Helper()
	at := filepath.Join(parts...)
	must(t, os.MkdirAll(at, 0o755))
	return at
}

// add appends to a file in one write.
func add(t *testing.T, path, text string) {
	t.Helper()
	f, err := os.OpenFile(path, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o644)
	must(t, err)
	_, err = f.WriteString(text)
	must(t, err)
	must(t, f.Close())
}

// prints waits until that, and nothing else, is printed.
func (s *site) prints(want string) {
	s.t.Helper()
	eventually(s.t, fmt.Sprintf("%d bytes are printed", len(want)), func() bool { return len(s.printed()) >= len(want) })
	if got := string(s.printed()); got != want {
		s.t.Fatalf("printed %.1000q, want %.1000q", got, want)
	}
}

// logrotate moves what it rotates to another device, which takes a copy.
func TestRow17_MountedOldFolder(t *testing.T) {
	if !has(t, "tmpfs") {
		return
	}
	for name, c := range map[string]struct{ how, left string }{
		"renamecopy":           {"create 0644\n\trenamecopy", "old/f.[0-9]"},
		"renamecopy, compress": {"create 0644\n\trenamecopy\n\tcompress", "old/f.*.gz"},
		"renamecopy, dateext":  {"create 0644\n\trenamecopy\n\tdateext\n\tdateformat -%Y%m%d-%s", "old/f-*"},
		"copytruncate":         {"copytruncate", "old/f.[0-9]"},
	} {
		t.Run(name, func(t *testing.T) {
			s := newSite(t, "")
			mount(t, "old", folder(t, s.dir, "old"), "tmpfs", 0, "size=64m")
			s.write("-torn")
			r := s.newLogrotate("olddir old\n\t" + c.how)
			s.follow()
			for range 4 {
				s.writers[0].more(between)
				if name == "copytruncate" { // or lines are lost between the copy and the cut
					s.writers[0].pause()
				}
				r.rotate()
				s.writers[0].goOn()
			}
			s.writers[0].more(between)
			s.exact()
			if r.left(c.left) != r.forced {
				t.Errorf("%d files are left of %d rotations", r.left(c.left), r.forced)
			}
		})
	}
}

// Something is mounted over the log's folder, of which nobody is told, and taken away again.
func TestRow28_MountedOver(t *testing.T) {
	if !has(t, "tmpfs") {
		return
	}
	s := newSite(t, "")
	add(t, s.log, "below 1\n")
	old, err := os.OpenFile(s.log, os.O_APPEND|os.O_WRONLY, 0)
	must(t, err)
	defer old.Close()
	s.follow()
	s.prints("below 1\n")
	mount(t, "over", s.dir, "tmpfs", 0, "size=1m")
	s.saying("is not there")
	old.WriteString("below 2\n")
	s.prints("below 1\nbelow 2\n")
	add(t, s.log, "over 1\n")
	s.prints("below 1\nbelow 2\nover 1\n")
	old.WriteString("below 3\n") // its writer knows nothing of the mount
	s.prints("below 1\nbelow 2\nover 1\nbelow 3\n")
	unmount(t, s.dir)
	old.WriteString("below 4\n")
	s.prints("below 1\nbelow 2\nover 1\nbelow 3\nbelow 4\n")
	s.rotate()
	add(t, s.log, "below 5\n")
	s.prints("below 1\nbelow 2\nover 1\nbelow 3\nbelow 4\nbelow 5\n")
	s.stop()
}

// What the log is on vanishes while it is read, and comes back.
func TestRow28_MountedVanishes(t *testing.T) {
	if !has(t, "tmpfs") {
		return
	}
	s := newSite(t, "")
	disk := folder(t, t.TempDir(), "disk")
	mount(t, "disk", disk, "tmpfs", 0, "size=1m")
	bind := func() { mount(t, disk, s.dir, "", unix.MS_BIND, "") }
	bind()
	add(t, s.log, "1\n")
	s.follow()
	s.prints("1\n")
	want := "1\n"
	for n := range 3 {
		unmount(t, s.dir)
		text := fmt.Sprintf("while it was away %d\n", n)
		add(t, filepath.Join(disk, "f"), text) // it is held, and read
		want += text
		s.prints(want)
		bind()
		text = fmt.Sprintf("back %d\n", n)
		add(t, s.log, text)
		want += text
		s.prints(want)
	}
	s.rotate()
	add(t, s.log, "the end\n")
	s.prints(want + "the end\n")
	s.stop()
}

// One file is mounted, as into a container. That another one takes its name outside cannot be seen inside, which is said; what
// is done to the file itself is.
func TestRow29_MountedAlone(t *testing.T) {
	s := newSite(t, "")
	outside := filepath.Join(t.TempDir(), "host.log")
	add(t, outside, "1\n")
	must(t, os.WriteFile(s.log, nil, 0o644))
	mount(t, outside, s.log, "", unix.MS_BIND, "")
	s.follow()
	s.saying("mounted by itself")
	s.prints("1\n")
	add(t, outside, "2\n")
	s.prints("1\n2\n")
	must(t, os.Truncate(outside, 0)) // copytruncate works
	s.saying("truncated")
	add(t, outside, "3\n")
	s.prints("1\n2\n3\n")
	must(t, os.Rename(outside, outside+".1"))
	add(t, outside, "unseen\n")
	add(t, outside+".1", "4\n")
	s.prints("1\n2\n3\n4\n")
	unmount(t, s.log) // then it is the empty file below
	add(t, s.log, "below\n")
	s.prints("1\n2\n3\n4\nbelow\n")
	s.stop()
	if n := strings.Count(s.said.String(), "mounted by itself"); n != 1 {
		t.Errorf("it is said %d times", n)
	}
}

// Appended to for the first time, a file of the lower layer is copied to the upper one. It stays the same file, and so do
// those that are rotated.
func TestRow30_MountedOverlay(t *testing.T) {
	if !has(t, "overlay") {
		return
	}
	for _, upper := range []string{"same", "tmpfs"} {
		t.Run(upper, func(t *testing.T) {
			s := newSite(t, "")
			at := t.TempDir()
			if upper == "tmpfs" {
				mount(t, "upper", at, "tmpfs", 0, "size=16m")
			}
			lower := t.TempDir()
			add(t, filepath.Join(lower, "f"), "lower 1\nlower 2\n")
			add(t, filepath.Join(lower, "f.1"), "long ago\n")
			mount(t, "overlay", s.dir, "overlay", 0, fmt.Sprintf("lowerdir=%s,upperdir=%s,workdir=%s", lower, folder(t, at, "u"), folder(t, at, "w")))
			state := filepath.Join(filepath.Dir(s.out), "state")
			s.follow("-state", state, "-out", s.out)
			want := "lower 1\nlower 2\n"
			s.prints(want)
			add(t, s.log, "upper 1\n")
			want += "upper 1\n"
			s.prints(want)
			s.stop()
			s.follow("-state", state, "-out", s.out)
			for n := range 3 {
				must(t, os.Chmod(s.log+".1", 0o600)) // copied up too
				s.rotate()
				text := fmt.Sprintf("rotated %d\n", n)
				add(t, s.log+".1", text)
				add(t, s.log, "new "+text)
				want += text + "new " + text
				s.prints(want)
			}
			s.stop()
		})
	}
	t.Run("rotated from below", func(t *testing.T) {
		s := newSite(t, "")
		at, lower := t.TempDir(), t.TempDir()
		add(t, filepath.Join(lower, "f"), "lower\n")
		mount(t, "overlay", s.dir, "overlay", 0, fmt.Sprintf("lowerdir=%s,upperdir=%s,workdir=%s", lower, folder(t, at, "u"), folder(t, at, "w")))
		s.follow()
		s.prints("lower\n")
		s.rotate()
		add(t, s.log+".1", "late\n")
		add(t, s.log, "new\n")
		s.prints("lower\nlate\nnew\n")
		s.stop()
	})
}

// The folder is mounted elsewhere too, and written to and rotated there.
func TestRow30_MountedTwice(t *testing.T) {
	s := newSite(t, "")
	there := folder(t, t.TempDir(), "there")
	mount(t, s.dir, there, "", unix.MS_BIND, "")
	s.seen = filepath.Join(there, "f")
	s.write("-torn", "-lag", "20ms")
	s.follow()
	for range rotations {
		s.writers[0].more(between)
		s.rotate()
		s.hup()
	}
	s.exact()
}

// The disk is full, again and again, in the middle of lines.
func TestRow59_MountedAndFull(t *testing.T) {
	if has(t, "tmpfs") {
		fullDisk(t)
	}
}
