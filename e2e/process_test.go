//go:build linux

package e2e

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// process is a program that a test started. It dies with the test, and with the test binary.
type process struct {
	*exec.Cmd
	t      testing.TB
	name   string
	stdout said
	stderr said
	done   chan struct{} // closed when it has ended and all that it said was read
}

// said is what a program wrote so far.
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

// launch starts a program; prepare may change how.
func launch(t testing.TB, name string, prepare func(*exec.Cmd), args ...string) *process {
	t.Helper()
	if err := lookAtSources(); err != nil {
		t.Fatal(err)
	}
	p := &process{Cmd: exec.Command(filepath.Join(programs, name), args...), t: t, name: name, done: make(chan struct{})}
	p.Stdout, p.Stderr = &p.stdout, &p.stderr
	p.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	for _, v := range os.Environ() {
		if key, _, _ := strings.Cut(v, "="); key != "SSH_CONNECTION" && key != "LIVETAIL_CONFIG" && key != "XDG_STATE_HOME" {
			p.Env = append(p.Env, v)
		}
	}
	if prepare != nil {
		prepare(p.Cmd)
	}
	if err := p.Start(); err != nil {
		t.Fatalf("starting %s: %v", name, err)
	}
	go func() {
		defer close(p.done)
		p.Wait()
	}()
	t.Cleanup(func() {
		p.kill()
		if t.Failed() {
			t.Logf("%s %d (%v) said:\n%s%s", p.name, p.pid(), p.ProcessState, &p.stdout, &p.stderr)
		}
	})
	return p
}

func (p *process) pid() int { return p.Process.Pid }

// kill is kill -9.
func (p *process) kill() {
	p.Process.Kill()
	<-p.done
}

// stop is SIGTERM. The program must go by itself, with exit code 0: it gives itself less than 5 s, and says 1 if that is not
// enough.
func (p *process) stop() {
	p.t.Helper()
	began := time.Now()
	p.Process.Signal(syscall.SIGTERM)
	select {
	case <-p.done:
	case <-time.After(patience):
		p.t.Fatalf("%s does not stop", p.name)
	}
	if code := p.ProcessState.ExitCode(); code != 0 {
		p.t.Errorf("%s: exit code %d, %v after SIGTERM", p.name, code, time.Since(began))
	}
}

// saying waits for words on standard error.
func (p *process) saying(words string) {
	p.t.Helper()
	p.hears(&p.stderr, words)
}

// hears waits for words on one of its outputs: what was said on the other before them may come later.
func (p *process) hears(out *said, words string) {
	p.t.Helper()
	eventually(p.t, fmt.Sprintf("%s says %q", p.name, words), func() bool {
		select {
		case <-p.done:
			p.t.Fatalf("%s ended: %v", p.name, p.ProcessState)
		default:
		}
		return strings.Contains(out.String(), words)
	})
}

// open lists the files below dir that the process holds open, by the names that they have now.
func (p *process) open(dir string) []string {
	p.t.Helper()
	fds := fmt.Sprintf("/proc/%d/fd", p.pid())
	entries, err := os.ReadDir(fds)
	if err != nil {
		p.t.Fatalf("looking at the files of %s: %v", p.name, err)
	}
	var held []string
	for _, entry := range entries {
		path, err := os.Readlink(filepath.Join(fds, entry.Name()))
		if err != nil || !strings.HasPrefix(path, dir+"/") {
			continue // closed meanwhile, or no file
		}
		held = append(held, path)
	}
	return held
}

// holds says whether the process has path open.
func (p *process) holds(path string) bool {
	p.t.Helper()
	for _, held := range p.open(filepath.Dir(path)) {
		if held == path {
			return true
		}
	}
	return false
}
