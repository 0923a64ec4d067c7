//go:build linux && mounts

package hostile

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"
)

// newRemoteSite is a log that is written on a server and followed where it is mounted.
func newRemoteSite(t *testing.T) (*site, *remote) {
	t.Helper()
	r := newRemote(t)
	s := newSite(t, r.on)
	s.seen = filepath.Join(r.at, "f")
	return s, r
}

// Of what is done on a server no event tells here.
func TestRow31_MountedRemote(t *testing.T) {
	if !has(t, "fuse") {
		return
	}
	s, _ := newRemoteSite(t)
	s.write("-lag", "100ms")
	s.write()
	s.follow()
	for range 5 {
		s.writers[0].more(4 * between)
		s.rotate()
		s.hup()
	}
	s.exact()
}

// The server forgets what it gave numbers to, fails for a while, and goes away.
func TestRow65_MountedRemoteFails(t *testing.T) {
	if !has(t, "fuse") {
		return
	}
	s, r := newRemoteSite(t)
	add(t, s.log, "1\n")
	s.follow()
	want := "1\n"
	s.prints(want)
	for n, fault := range []syscall.Errno{unix.EIO, unix.ESTALE, unix.EACCES} {
		r.refuse(func(uint32, uint64) syscall.Errno { return fault })
		text := fmt.Sprintf("%d while it failed\n", n)
		add(t, s.log, text)
		s.saying("cannot be read: reading it failed: " + fault.Error())
		if n == 1 {
			s.rotate()
			text += "rotated meanwhile\n"
			add(t, s.log, "rotated meanwhile\n")
		}
		r.refuse(nil)
		want += text
		s.prints(want)
	}
	r.refuse(func(op uint32, _ uint64) syscall.Errno { // names and sizes are fine, and nothing can be read
		if op == fuseRead {
			return unix.EIO
		}
		return 0
	})
	add(t, s.log, "unread at first\n")
	s.saying("input/output error")
	r.refuse(nil)
	want += "unread at first\n"
	s.prints(want)
	for n := range 3 {
		r.forget() // every descriptor is stale
		text := fmt.Sprintf("%d after it forgot\n", n)
		add(t, s.log, text)
		want += text
		s.prints(want)
	}
	r.leave()
	s.saying(unix.ENOTCONN.Error())
	text := "while it was away\n"
	add(t, s.log, text)
	want += text
	must(t, unix.Unmount(r.at, unix.MNT_DETACH))
	r.mount()
	s.prints(want)
	s.rotate()
	add(t, s.log, "the end\n")
	s.prints(want + "the end\n")
	s.stop()
	if said := s.said.String(); strings.Contains(said, "lost") {
		t.Errorf("nothing was lost, and it said\n%s", said)
	}
}

// A server that does not answer stops its own logs, and no other.
func TestRow31_MountedRemoteHangs(t *testing.T) {
	if !has(t, "fuse") {
		return
	}
	s, r := newRemoteSite(t)
	here := filepath.Join(t.TempDir(), "here")
	add(t, s.log, "there 1\n")
	add(t, here, "here 1\n")
	out, err := os.OpenFile(s.out, os.O_APPEND|os.O_WRONLY, 0)
	must(t, err)
	defer out.Close()
	s.run(out, []string{program, "follow", "-n", "+1", s.seen, here})
	printed := func(text string) {
		t.Helper()
		eventually(t, text, func() bool { return strings.Contains(string(s.printed()), text) })
	}
	printed("there 1\n")
	printed("here 1\n")
	end := r.hang()
	add(t, s.log, "there 2\n")
	link := filepath.Join(t.TempDir(), "link") // who writes by that name is not heard in the other folder
	for n := range 4 {
		text := fmt.Sprintf("here %d, by event\n", n)
		add(t, here, text)
		printed(text)
		must(t, os.Rename(here, fmt.Sprint(here, ".", n)))
		add(t, here, "")
		os.Remove(link)
		must(t, os.Link(here, link))
		s.opens(here)
		text = fmt.Sprintf("here %d, by look\n", n)
		add(t, link, text)
		printed(text)
	}
	end()
	printed("there 2\n")
	s.stop()
	if got := strings.Count(string(s.printed()), "there 2"); got != 1 {
		t.Errorf("it is there %d times", got)
	}
}

// A server falls silent at any moment while one of its logs is opened: beside it another log is opened and followed all the same.
func TestRow31_MountedRemoteHangsWhileItIsOpened(t *testing.T) {
	if !has(t, "fuse") {
		return
	}
	s, r := newRemoteSite(t)
	must(t, os.Mkdir(filepath.Join(r.on, "d"), 0o755)) // a folder that the kernel asks for each time that it is named
	there := filepath.Join(r.at, "d", "f")
	add(t, filepath.Join(r.on, "d", "f"), "there 1\n")
	here := filepath.Join(t.TempDir(), "here")
	out, err := os.OpenFile(s.out, os.O_APPEND|os.O_WRONLY, 0)
	must(t, err)
	defer out.Close()
	printed := func(text string) bool { return strings.Contains(string(s.printed()), text) }
	// What is named on a command line is looked at once before anything begins; so much of it is not tried.
	before := r.asked.Load()
	if err := exec.Command(program, "follow", "-n", "nonsense", there).Run(); err == nil {
		t.Fatal("nonsense was taken")
	}
	parsed, tried, all := r.asked.Load()-before, int64(0), false
	for n := parsed + 1; !all; n++ {
		must(t, out.Truncate(0))
		must(t, os.WriteFile(here, []byte("here 1\n"), 0o644))
		reached, end := r.hangAt(n)
		s.run(out, []string{program, "follow", "-n", "+1", there, here})
		eventually(t, "it asks the server, or has all that it wants", func() bool {
			select {
			case <-reached:
				return true
			default:
				all = printed("there 1\n") // so many requests are not needed to open it
				return all
			}
		})
		eventually(t, "the other log is opened", func() bool { return printed("here 1\n") })
		add(t, here, "here 2\n")
		eventually(t, "the other log is followed", func() bool { return printed("here 2\n") })
		end()
		eventually(t, "the log of the server is there", func() bool { return printed("there 1\n") })
		s.stop()
		tried = n - parsed
		if n > parsed+200 {
			t.Fatal("it asks and asks")
		}
	}
	t.Logf("%d requests to begin, %d behind it", parsed, tried)
}

// A worker stops in order though a server does not answer, and says what it leaves behind.
func TestRow31_MountedRemoteHangsAtTheEnd(t *testing.T) {
	if !has(t, "fuse") {
		return
	}
	r := newRemote(t)
	add(t, filepath.Join(r.on, "f"), "a\n")
	here := t.TempDir()
	config := filepath.Join(here, "config.yaml")
	add(t, config, fmt.Sprintf("web: {listen: \"127.0.0.1:0\"}\nstate_dir: %s\nlogs: [{id: l, folder: %s}]\n", here, r.at))
	said, err := os.Create(filepath.Join(here, "said"))
	must(t, err)
	defer said.Close()
	says := func(text string) func() bool {
		return func() bool {
			b, err := os.ReadFile(said.Name())
			return err == nil && strings.Contains(string(b), text)
		}
	}
	cmd := exec.Command(program, "-config", config)
	cmd.Dir, cmd.Stdout, cmd.Stderr = here, said, said
	must(t, cmd.Start())
	defer cmd.Process.Kill()
	eventually(t, "it serves logs", says("serving pages"))
	end := r.hang()
	before := r.asked.Load()
	eventually(t, "it waits for the server", func() bool { return r.asked.Load() > before })
	must(t, cmd.Process.Signal(unix.SIGTERM))
	eventually(t, "it says what it leaves behind", says("left behind"))
	end() // the kernel ends no thread that waits for an answer
	if err := cmd.Wait(); err != nil {
		b, _ := os.ReadFile(said.Name())
		t.Errorf("it ended with %v, saying\n%s", err, b)
	}
}

// opens waits until it has a file of that name open, without asking what may not answer.
func (s *site) opens(name string) {
	s.t.Helper()
	eventually(s.t, "it opens "+name, func() bool {
		fds, err := filepath.Glob(fmt.Sprintf("/proc/%d/fd/*", s.cmd.Process.Pid))
		must(s.t, err)
		return slices.ContainsFunc(fds, func(fd string) bool { to, _ := os.Readlink(fd); return to == name })
	})
}

// The server's clock is another one than ours, and is set forth and back.
func TestRow58_MountedRemoteClock(t *testing.T) {
	if !has(t, "fuse") {
		return
	}
	s, r := newRemoteSite(t)
	state := filepath.Join(filepath.Dir(s.out), "state")
	s.write("-torn")
	s.follow("-state", state, "-out", s.out)
	const day = 24 * 3600
	for n, late := range []int64{-day, day, -365 * day, 0, 20 * 365 * day, -30} {
		s.writers[0].more(between)
		r.late.Store(late)
		s.writers[0].more(between)
		s.rotate()
		s.hup()
		if n%2 == 1 {
			s.stop()
			s.follow("-state", state, "-out", s.out)
		}
	}
	s.exact()
}
