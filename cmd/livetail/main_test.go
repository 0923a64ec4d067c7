package main

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"livetail/internal/dial"
)

// patience bounds a hang, not a speed.
const patience = 30 * time.Second

func TestMain(m *testing.M) {
	os.Setenv("GORACE", raceExit)
	dial.Quiet()
	testscript.Main(m, map[string]func(){"livetail": main})
}

// raceExit keeps the race detector from sleeping for a second at each exit of a program.
const raceExit = "atexit_sleep_ms=0"

func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir: "testdata",
		Setup: func(e *testscript.Env) error {
			e.Setenv("GORACE", raceExit)
			e.Setenv("XDG_STATE_HOME", filepath.Join(e.WorkDir, "state"))
			return nil
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){"until": until, "until-larger": untilLarger, "until-same": untilSame},
	})
}

// until waits until a file holds a match: until PATTERN FILE.
func until(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: until PATTERN FILE")
	}
	pattern := regexp.MustCompile("(?m)" + args[0])
	var held []byte
	for deadline := time.Now().Add(patience); time.Now().Before(deadline); time.Sleep(5 * time.Millisecond) {
		if held, _ = os.ReadFile(ts.MkAbs(args[1])); pattern.Match(held) {
			return
		}
	}
	ts.Fatalf("%s never held %s; it holds\n%s", args[1], args[0], held)
}

// untilLarger waits until a file is larger than another: until-larger FILE OTHER.
func untilLarger(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: until-larger FILE OTHER")
	}
	for deadline := time.Now().Add(patience); time.Now().Before(deadline); time.Sleep(5 * time.Millisecond) {
		if len(ts.ReadFile(args[0])) > len(ts.ReadFile(args[1])) {
			return
		}
	}
	ts.Fatalf("%s did not become larger than %s", args[0], args[1])
}

// untilSame waits until two files are equal: until-same FILE OTHER.
func untilSame(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: until-same FILE OTHER")
	}
	for deadline := time.Now().Add(patience); time.Now().Before(deadline); time.Sleep(5 * time.Millisecond) {
		if a, err := os.ReadFile(ts.MkAbs(args[0])); err == nil && string(a) == ts.ReadFile(args[1]) {
			return
		}
	}
	ts.Fatalf("%s did not become equal to %s", args[0], args[1])
}

// eventually polls until ok.
func eventually(t *testing.T, what string, ok func() bool) {
	t.Helper()
	for deadline := time.Now().Add(patience); !ok(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("never: %s", what)
		}
	}
}

// home is where a test's livetails keep their state, and what they find in the environment.
type home struct {
	t   *testing.T
	dir string
	env []string
}

func newHome(t *testing.T) home {
	h := home{t: t, dir: t.TempDir()}
	for _, v := range os.Environ() {
		if name, _, _ := strings.Cut(v, "="); name != "SSH_CONNECTION" && name != "LIVETAIL_CONFIG" && name != "XDG_STATE_HOME" {
			h.env = append(h.env, v)
		}
	}
	h.env = append(h.env, "XDG_STATE_HOME="+h.dir)
	return h
}

func (h home) state(name string) string { return filepath.Join(h.dir, "livetail", name) }

func (h home) read(name string) string {
	h.t.Helper()
	data, err := os.ReadFile(h.state(name))
	if err != nil {
		h.t.Fatal(err)
	}
	return string(data)
}

// started is a livetail whose standard output is a pipe.
type started struct {
	*exec.Cmd
	t      *testing.T
	stdout *bufio.Reader
	said   strings.Builder // what of stdout was read
	stderr heard
	ended  bool
}

// heard is what a program has said so far.
type heard struct {
	mu   sync.Mutex
	text strings.Builder
}

func (h *heard) Write(b []byte) (int, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.text.Write(b)
}

func (h *heard) String() string {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.text.String()
}

func (h home) command(args ...string) *exec.Cmd {
	cmd := exec.Command("livetail", args...)
	cmd.Env, cmd.Dir = h.env, h.dir
	return cmd
}

// start runs livetail and waits until it said all its first lines, and serves: with the race detector it reads its own files for
// seconds on a busy machine, which is as long as a stop may take.
func (h home) start(args ...string) *started {
	h.t.Helper()
	s := h.launch(args...)
	s.until("how to sign in: ")
	eventually(h.t, "it serves", func() bool { return strings.Contains(s.stderr.String(), servingPages) })
	return s
}

const servingPages = "livetail: serving pages"

// launch runs livetail without waiting for anything.
func (h home) launch(args ...string) *started {
	h.t.Helper()
	s := &started{Cmd: h.command(args...), t: h.t}
	s.Stderr = &s.stderr
	out, err := s.StdoutPipe()
	if err != nil {
		h.t.Fatal(err)
	}
	s.stdout = bufio.NewReader(out)
	if err := s.Start(); err != nil {
		h.t.Fatal(err)
	}
	h.t.Cleanup(func() { s.Process.Kill(); s.end() })
	return s
}

// until reads standard output up to a line that begins like that.
func (s *started) until(prefix string) string {
	s.t.Helper()
	hang := time.AfterFunc(patience, func() { s.Process.Kill() })
	defer hang.Stop()
	for {
		line, err := s.stdout.ReadString('\n')
		s.said.WriteString(line)
		if strings.HasPrefix(line, prefix) {
			return line
		}
		if err != nil {
			s.end()
			s.t.Fatalf("livetail ended (%v) without saying %q; it said\n%s%s", s.ProcessState, prefix, &s.said, &s.stderr)
		}
	}
}

// stop asks it to stop and gives its exit code.
func (s *started) stop() int {
	s.Process.Signal(syscall.SIGTERM)
	return s.end()
}

func (s *started) end() int {
	if !s.ended {
		hang := time.AfterFunc(patience, func() { s.Process.Kill() })
		defer hang.Stop()
		io.Copy(&s.said, s.stdout)
		s.Wait()
		s.ended = true
	}
	return s.ProcessState.ExitCode()
}

// url is where it says that the page is.
func (s *started) url() string {
	m := regexp.MustCompile(`(?m)^open (http://\S+)/$`).FindStringSubmatch(s.said.String())
	if m == nil {
		s.t.Fatalf("no address in\n%s", &s.said)
	}
	return m[1]
}

// fails runs livetail to its end and gives its exit code and what it said on standard error.
func (h home) fails(args ...string) (int, string) {
	h.t.Helper()
	ctx, cancel := context.WithTimeout(h.t.Context(), patience)
	defer cancel()
	cmd := h.command(args...)
	var stderr strings.Builder
	cmd.Stderr = &stderr
	if err := cmd.Start(); err != nil {
		h.t.Fatal(err)
	}
	defer context.AfterFunc(ctx, func() { cmd.Process.Kill() })()
	cmd.Wait()
	return cmd.ProcessState.ExitCode(), stderr.String()
}

// config writes a config file with that text, and %s for a directory.
func (h home) config(format string, args ...any) string {
	h.t.Helper()
	path := filepath.Join(h.t.TempDir(), "config.yaml")
	if err := os.WriteFile(path, fmt.Appendf(nil, format, args...), 0o600); err != nil {
		h.t.Fatal(err)
	}
	return path
}
