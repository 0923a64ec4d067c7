//go:build linux

package storm

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// process is one run of a program. It dies with the test, and with the test binary.
type process struct {
	t    testing.TB
	name string
	said string // file with what it wrote
	cmd  *exec.Cmd
	done chan struct{}
}

// launch starts a program; what it says is appended to a file.
func launch(t testing.TB, name, said string, args ...string) *process {
	t.Helper()
	out, err := os.OpenFile(said, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o644)
	if err != nil {
		t.Fatal(err)
	}
	defer out.Close()
	p := &process{t: t, name: name, said: said, cmd: exec.Command(args[0], args[1:]...), done: make(chan struct{})}
	p.cmd.Stdout, p.cmd.Stderr = out, out
	p.cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	if err := p.cmd.Start(); err != nil {
		t.Fatalf("starting %s: %v", name, err)
	}
	go func() {
		defer close(p.done)
		p.cmd.Wait()
	}()
	return p
}

func (p *process) pid() int { return p.cmd.Process.Pid }

func (p *process) alive() bool {
	select {
	case <-p.done:
		return false
	default:
		return true
	}
}

// kill is kill -9.
func (p *process) kill() {
	p.cmd.Process.Kill()
	<-p.done
}

// stop is SIGTERM: it must go by itself, within the 5 s that it gives itself.
func (p *process) stop() {
	p.cmd.Process.Signal(syscall.SIGTERM)
	select {
	case <-p.done:
	case <-time.After(patience):
		p.t.Errorf("%s does not stop", p.name)
		p.kill()
	}
	if code := p.cmd.ProcessState.ExitCode(); code != 0 {
		p.t.Errorf("%s: exit code %d after SIGTERM", p.name, code)
	}
}

func (p *process) freeze() { p.cmd.Process.Signal(syscall.SIGSTOP) }
func (p *process) thaw()   { p.cmd.Process.Signal(syscall.SIGCONT) }

// holds are the files below dir that the process has open. A process that is gone has none.
func (p *process) holds(dir string) (held []string) {
	fds := fmt.Sprintf("/proc/%d/fd", p.pid())
	entries, _ := os.ReadDir(fds)
	for _, entry := range entries {
		path, err := os.Readlink(filepath.Join(fds, entry.Name()))
		if err == nil && strings.HasPrefix(path, dir+"/") {
			held = append(held, path)
		}
	}
	return held
}

// memory is the resident memory in bytes, now or at most so far.
func (p *process) memory(key string) (n int64) {
	b, _ := os.ReadFile(fmt.Sprintf("/proc/%d/status", p.pid()))
	for line := range bytes.Lines(b) {
		if rest, ok := bytes.CutPrefix(line, []byte(key+":")); ok {
			fmt.Sscan(string(rest), &n)
		}
	}
	return n << 10
}

// lastWords is the end of what it said.
func lastWords(said string) string {
	b, _ := os.ReadFile(said)
	return string(b[max(0, len(b)-6000):])
}
