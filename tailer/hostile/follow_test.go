//go:build linux

package hostile

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
)

// site is a folder with a log that is followed, and what comes of it.
type site struct {
	t        testing.TB
	dir, log string
	seen     string // the log, as the follower sees it
	out      string // file of all that was printed
	said     said
	cmd      *exec.Cmd
	done     chan struct{}
	writers  []*writer
}

// said is standard error of all runs.
type said struct {
	mu   sync.Mutex
	text strings.Builder
}

func (s *said) Write(b []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.text.Write(b)
}

func (s *said) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.text.String()
}

// newSite makes one in dir; "": a folder of the test's own.
func newSite(t testing.TB, dir string) *site {
	t.Helper()
	beside := t.TempDir()
	if dir == "" {
		dir = filepath.Join(beside, "log")
		must(t, os.Mkdir(dir, 0o755))
	}
	s := &site{t: t, dir: dir, log: filepath.Join(dir, "f"), out: filepath.Join(beside, "out")}
	s.seen = s.log
	must(t, os.WriteFile(s.out, nil, 0o644))
	t.Cleanup(func() {
		s.kill()
		if t.Failed() {
			t.Logf("livetail follow said:\n%s", s.said.String())
		}
	})
	return s
}

// follow begins at the log's first byte and prints into s.out. Without a state to go on from, the log is open when it returns: what is
// rotated before that is no part of it.
func (s *site) follow(args ...string) *site {
	s.t.Helper()
	out, err := os.OpenFile(s.out, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o644)
	must(s.t, err)
	defer out.Close()
	s.run(out, append(append([]string{program, "follow", "-n", "+1"}, args...), s.seen))
	if len(args) == 0 && s.seen == s.log && exists(s.log) {
		s.holding()
	}
	return s
}

func (s *site) run(out *os.File, words []string) {
	s.t.Helper()
	s.cmd = exec.Command(words[0], words[1:]...)
	s.cmd.Stdout, s.cmd.Stderr = out, &s.said
	s.cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	must(s.t, s.cmd.Start())
	done := make(chan struct{})
	s.done = done
	go func(cmd *exec.Cmd) {
		defer close(done)
		cmd.Wait()
	}(s.cmd)
}

// kill is kill -9.
func (s *site) kill() {
	if s.cmd != nil {
		s.cmd.Process.Kill()
		<-s.done
		s.cmd = nil
	}
}

// stop is an interrupt, after which it must end by itself and well.
func (s *site) stop() {
	s.t.Helper()
	s.cmd.Process.Signal(syscall.SIGINT)
	<-s.done
	if code := s.cmd.ProcessState.ExitCode(); code != 0 {
		s.t.Errorf("exit code %d", code)
	}
	s.cmd = nil
}

func (s *site) suspend() { must(s.t, s.cmd.Process.Signal(syscall.SIGSTOP)) }
func (s *site) resume()  { must(s.t, s.cmd.Process.Signal(syscall.SIGCONT)) }

// write starts a writer.
func (s *site) write(flags ...string) *writer {
	s.t.Helper()
	w := startWriter(s.t, len(s.writers), s.log, flags...)
	s.writers = append(s.writers, w)
	return w
}

func (s *site) hup() {
	for _, w := range s.writers {
		w.hup()
	}
}

func (s *site) printed() []byte {
	text, err := os.ReadFile(s.out)
	must(s.t, err)
	return text
}

// saying waits for words on standard error.
func (s *site) saying(words string) {
	s.t.Helper()
	eventually(s.t, fmt.Sprintf("it says %q", words), func() bool { return strings.Contains(s.said.String(), words) })
}

// holding waits until it has the file open that has the log's name now.
func (s *site) holding() {
	s.t.Helper()
	s.holdingOf(s.cmd)
}

// holdingOf waits until a program has it open.
func (s *site) holdingOf(cmd *exec.Cmd) {
	s.t.Helper()
	want, err := os.Stat(s.log)
	must(s.t, err)
	fds := fmt.Sprintf("/proc/%d/fd", cmd.Process.Pid)
	eventually(s.t, "it holds the new file", func() bool {
		entries, err := os.ReadDir(fds)
		must(s.t, err)
		for _, e := range entries {
			if have, err := os.Stat(filepath.Join(fds, e.Name())); err == nil && os.SameFile(have, want) {
				return true
			}
		}
		return false
	})
}

// tally is what a user of tail counts.
type tally struct{ missing, repeated, malformed, disordered int }

var form = regexp.MustCompile(`^w([0-9]) ([0-9]+) (x*)\n$`)

// tally compares what was printed with what the writers wrote.
func (s *site) tally() (t tally) {
	next := make([]int, len(s.writers)) // one more than the largest number seen
	seen := make([]map[int]bool, len(s.writers))
	for i := range seen {
		seen[i] = map[int]bool{}
	}
	for text := range bytes.Lines(s.printed()) {
		m := form.FindSubmatch(text)
		if m == nil {
			s.t.Logf("malformed: %q", text)
			t.malformed++
			continue
		}
		id := int(m[1][0] - '0')
		n, err := strconv.Atoi(string(m[2]))
		switch {
		case err != nil || id >= len(s.writers) || n >= s.writers[id].stop() || line(id, n) != string(text):
			s.t.Logf("malformed: %q", text)
			t.malformed++
			continue
		case seen[id][n]:
			t.repeated++
		case n < next[id]:
			s.t.Logf("writer %d: %d after %d", id, n, next[id]-1)
			t.disordered++
		}
		seen[id][n] = true
		next[id] = max(next[id], n+1)
	}
	for id, w := range s.writers {
		t.missing += w.stop() - len(seen[id])
	}
	return t
}

// written stops the writers and says how many lines there are.
func (s *site) written() (n int) {
	for _, w := range s.writers {
		n += w.stop()
	}
	return n
}

// exact stops the writers and wants every line once, whole and in order.
func (s *site) exact() {
	s.t.Helper()
	total := s.written()
	whole := false
	defer func() {
		if !whole {
			s.t.Logf("missing are\n%s", s.missing())
		}
	}()
	eventually(s.t, fmt.Sprintf("%d lines are printed; %d were", total, bytes.Count(s.printed(), newline)), func() bool {
		return bytes.Count(s.printed(), newline) >= total
	})
	whole = true
	s.stop()
	if got := s.tally(); got != (tally{}) {
		s.t.Errorf("of %d lines: %+v", total, got)
	}
	if said := s.said.String(); strings.Contains(said, "lost") || strings.Contains(said, "cannot") {
		s.t.Errorf("nothing was lost, and it said\n%s", said)
	}
	s.t.Logf("%d lines", total)
}

var newline = []byte("\n")

// missing says which lines are missing, in which files they are, and between which lines.
func (s *site) missing() string {
	var out strings.Builder
	printed := string(s.printed())
	seen := map[string]bool{}
	for text := range strings.Lines(printed) {
		seen[text] = true
	}
	files, err := filepath.Glob(s.log + "*")
	must(s.t, err)
	for _, file := range files {
		data, err := exec.Command("gzip", "-dcf", file).Output() // what is not compressed as it is
		must(s.t, err)
		var were []string
		n := 0
		for text := range strings.Lines(string(data)) {
			if n++; !seen[text] && form.MatchString(text) {
				words := strings.Fields(text)
				were = append(were, fmt.Sprintf("%s %s (line %d)", words[0], words[1], n))
			}
		}
		if len(were) > 0 {
			st, err := os.Stat(file)
			must(s.t, err)
			fmt.Fprintf(&out, "%s, inode %d, %d lines: %d, from %s to %s\n", filepath.Base(file), st.Sys().(*syscall.Stat_t).Ino, n, len(were), were[0], were[len(were)-1])
		}
	}
	return out.String()
}

// shift makes room for a new f.1.
func (s *site) shift() {
	for n := 300; n > 0; n-- {
		os.Rename(fmt.Sprintf("%s.%d", s.log, n), fmt.Sprintf("%s.%d", s.log, n+1))
	}
}

// rotate is mv f f.1; : >f
func (s *site) rotate() {
	s.t.Helper()
	s.shift()
	must(s.t, os.Rename(s.log, s.log+".1"))
	f, err := os.OpenFile(s.log, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o644)
	must(s.t, err)
	must(s.t, f.Close())
}
