//go:build linux

package hostile

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"
)

// inside names the program to the same test in namespaces of its own.
const inside = "LIVETAIL_WITHIN"

// within runs the test again in a process of its own, in namespaces in which it is root and may mount and set limits that
// nobody else feels; there, it is true. Where the machine lets us make none, scripts/test says so.
func within(t *testing.T) bool {
	t.Helper()
	if os.Getenv(inside) != "" {
		at := t.TempDir()
		if err := unix.Mount("probe", at, "tmpfs", 0, ""); err != nil {
			t.Logf("a namespace gives no rights here: %v", err)
			return false
		}
		must(t, unix.Unmount(at, 0))
		return true
	}
	t.Parallel()
	self, err := os.Executable()
	must(t, err)
	cmd := exec.Command(self, "-test.run=^"+t.Name()+"$", "-test.v", "-test.timeout=5m")
	cmd.Env = append(os.Environ(), inside+"="+program)
	cmd.SysProcAttr = &syscall.SysProcAttr{
		Cloneflags:  unix.CLONE_NEWUSER | unix.CLONE_NEWNS,
		UidMappings: []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Getuid(), Size: 1}},
		GidMappings: []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Getgid(), Size: 1}},
		Pdeathsig:   syscall.SIGKILL,
	}
	out := new(strings.Builder)
	cmd.Stdout, cmd.Stderr = out, out
	if err := cmd.Start(); err != nil {
		t.Logf("no namespace can be made here: %v", err)
		return false
	}
	if err := cmd.Wait(); err != nil || !strings.Contains(out.String(), "--- PASS: "+t.Name()) {
		t.Errorf("%v\n%s", err, out)
	}
	return false
}

// limit sets a limit of the user namespace.
func limit(t *testing.T, name string, to int) {
	t.Helper()
	must(t, os.WriteFile("/proc/sys/user/"+name, []byte(fmt.Sprint(to)), 0))
}

// watched says how many folders it watches.
func (s *site) watched() (n int) {
	s.t.Helper()
	infos, err := filepath.Glob(fmt.Sprintf("/proc/%d/fdinfo/*", s.cmd.Process.Pid))
	must(s.t, err)
	for _, info := range infos {
		text, _ := os.ReadFile(info)
		n += strings.Count(string(text), "inotify wd:")
	}
	return n
}

// Neither an instance of inotify nor a watch is to be had, or only for some folders. It says so, and looks.
func TestRow33_Limits(t *testing.T) {
	if !within(t) {
		return
	}
	for _, c := range []struct {
		limit   string
		to      int
		says    string
		watches int // then, and once there may be more
		later   int
	}{
		{"max_inotify_instances", 0, "fs.inotify.max_user_instances", 0, 0},
		{"max_inotify_watches", 0, "fs.inotify.max_user_watches", 0, 1},
		{"max_inotify_watches", 1, "", 1, 1},
	} {
		t.Run(fmt.Sprintf("%s %d", c.limit, c.to), func(t *testing.T) {
			limit(t, c.limit, c.to)
			defer limit(t, c.limit, 1000)
			s := newSite(t, "")
			s.write("-torn", "-lag", "50ms")
			s.follow()
			if c.says != "" {
				s.saying(c.says)
			}
			for range 4 {
				s.writers[0].more(between)
				s.rotate()
				s.hup()
			}
			if n := s.watched(); n != c.watches {
				t.Errorf("%d folders are watched", n)
			}
			limit(t, c.limit, 1000)
			eventually(t, "it watches what it may", func() bool { return s.watched() == c.later })
			s.writers[0].more(between)
			s.exact()
		})
	}
}

// The limit is reached within a process: the log in a second folder is looked at, and both are followed.
func TestRow33_SomeWatched(t *testing.T) {
	if !within(t) {
		return
	}
	limit(t, "max_inotify_watches", 1)
	s := newSite(t, "")
	second := filepath.Join(t.TempDir(), "g")
	must(t, os.WriteFile(s.log, []byte("f 0\n"), 0o644))
	must(t, os.WriteFile(second, []byte("g 0\n"), 0o644))
	out, err := os.OpenFile(s.out, os.O_APPEND|os.O_WRONLY, 0)
	must(t, err)
	defer out.Close()
	s.run(out, []string{program, "follow", "-n", "+1", s.log, second})
	s.saying("fs.inotify.max_user_watches")
	want := 1
	for n := range 3 {
		for _, path := range []string{s.log, second} {
			text := fmt.Sprintf("%s %d\n", filepath.Base(path), n+1)
			must(t, os.Rename(path, fmt.Sprint(path, ".", n)))
			must(t, os.WriteFile(path, []byte(text), 0o644))
			eventually(t, text, func() bool { return strings.Count(string(s.printed()), text) == 1 })
			want++
		}
	}
	if n := s.watched(); n != 1 {
		t.Errorf("%d folders are watched", n)
	}
	s.stop()
}

// A process that may open few files, or none for a while, while the log is rotated.
func TestRow34_FewDescriptors(t *testing.T) {
	t.Parallel()
	s := newSite(t, "")
	s.write("-torn", "-lag", "50ms")
	s.follow()
	s.writers[0].more(between)
	s.holding()
	fds := func(n uint64) {
		t.Helper()
		must(t, unix.Prlimit(s.cmd.Process.Pid, unix.RLIMIT_NOFILE, &unix.Rlimit{Cur: n, Max: 1024}, nil))
	}
	held := func() (least uint64) { // a look has one more open for a moment
		for i := range 100 {
			entries, err := os.ReadDir(fmt.Sprintf("/proc/%d/fd", s.cmd.Process.Pid))
			must(t, err)
			if n := uint64(len(entries)); i == 0 || n < least {
				least = n
			}
		}
		return least
	}
	fds(held()) // not one more
	s.rotate()
	s.hup()
	s.saying("too many files are open")
	s.writers[0].more(between)
	fds(1024)
	s.saying("can be read again")
	s.holding()
	fds(held() + 2)
	for range rotations { // each would hold a file more for its grace
		s.writers[0].more(4 * between)
		s.rotate()
		s.hup()
	}
	s.writers[0].more(between)
	total := s.written()
	eventually(t, "all is printed", func() bool { return strings.Count(string(s.printed()), "\n") >= total })
	s.stop()
	if got := s.tally(); got != (tally{}) {
		t.Errorf("of %d lines: %+v", total, got)
	}
	if strings.Contains(s.said.String(), "lost") {
		t.Error("nothing was lost, and it said so")
	}
}

// A real disk that is full in the middle of lines.
func TestRow59_SmallDisk(t *testing.T) {
	if within(t) {
		fullDisk(t)
	}
}
