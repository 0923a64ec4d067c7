package boot

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"livetail/internal/config"
)

// prog is a program as livetail-worker is one; BEHAVE says what its part does.
func prog() {
	Program{Name: "prog", Source: "// Prog is a program.\n//\n//\tprog [-config FILE]\npackage main\n", Kind: config.ForWorker, Run: behave}.Main()
}

func behave(ctx context.Context, p Parts) error {
	switch os.Getenv("BEHAVE") {
	case "fail":
		return errors.New("opening the thing:\nit is not there")
	case "log":
		p.Log.Warn("careful", "n", 1)
		return nil
	case "pipe": // the reader of standard output is gone
		for range 100 {
			fmt.Println(strings.Repeat("x", 1<<10))
		}
		fmt.Fprintln(os.Stderr, "still here")
		return nil
	}
	fmt.Println("ready", p.Config.Worker.Host, string(p.Secret[:2]), p.Redis.Addr)
	<-ctx.Done()
	if os.Getenv("BEHAVE") == "stuck" {
		fmt.Println("stuck")
		select {}
	}
	fmt.Println("stopped")
	return fmt.Errorf("waiting: %w", ctx.Err())
}

func TestMain(m *testing.M) {
	os.Setenv("GORACE", raceExit)
	testscript.Main(m, map[string]func(){"prog": prog})
}

// raceExit keeps the race detector from sleeping for a second at each exit of a program.
const raceExit = "atexit_sleep_ms=0"

func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{Dir: "testdata", Setup: func(e *testscript.Env) error {
		e.Setenv("GORACE", raceExit)
		return nil
	}})
}

// process is a running prog.
type process struct {
	*exec.Cmd
	stdout *bufio.Reader
	stderr *strings.Builder
}

// start runs prog with a good config until it says that it is ready.
func start(t *testing.T, behave string, under ...string) process {
	t.Helper()
	dir := t.TempDir()
	for name, text := range map[string]string{
		"secret":      strings.Repeat("s", 32),
		"config.yaml": "redis: {url: \"redis://127.0.0.1:6379/0\"}\nsecret_file: " + dir + "/secret\nworker: {host: h}\nlogs: [{id: a, file: /a}]\n",
	} {
		if err := os.WriteFile(dir+"/"+name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	args := append(under, "prog", "-config", dir+"/config.yaml")
	p := process{exec.Command(args[0], args[1:]...), nil, new(strings.Builder)}
	p.Env = append(os.Environ(), "BEHAVE="+behave)
	p.Stderr = p.stderr
	out, err := p.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := p.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { p.Process.Kill(); p.Wait() })
	p.stdout = bufio.NewReader(out)
	p.expect(t, "ready h ss 127.0.0.1:6379")
	return p
}

func (p process) expect(t *testing.T, want string) {
	t.Helper()
	hang := time.AfterFunc(30*time.Second, func() { p.Process.Kill() })
	defer hang.Stop()
	line, err := p.stdout.ReadString('\n')
	if strings.TrimSpace(line) != want {
		t.Fatalf("it said %q (%v), want %q", line, err, want)
	}
}

// end waits for the process and gives how it ended.
func (p process) end(t *testing.T) syscall.WaitStatus {
	t.Helper()
	hang := time.AfterFunc(30*time.Second, func() { p.Process.Kill() })
	defer hang.Stop()
	io.Copy(io.Discard, p.stdout)
	p.Wait()
	return p.ProcessState.Sys().(syscall.WaitStatus)
}

func TestSignalsStopInOrder(t *testing.T) {
	heard := make(chan os.Signal, 1) // else its children are born deaf to it when these tests are under nohup
	signal.Notify(heard, syscall.SIGHUP)
	defer signal.Stop(heard)
	for _, sig := range []os.Signal{syscall.SIGTERM, syscall.SIGINT, syscall.SIGHUP} {
		p := start(t, "wait")
		p.Process.Signal(sig)
		p.expect(t, "stopped")
		if s := p.end(t); !s.Exited() || s.ExitStatus() != 0 || p.stderr.Len() > 0 {
			t.Errorf("%v: ended with %v, saying %q", sig, s, p.stderr)
		}
	}
}

// A program under nohup outlives its terminal.
func TestNohup(t *testing.T) {
	p := start(t, "wait", "sh", "-c", `trap "" HUP; exec "$0" "$@"`)
	p.Process.Signal(syscall.SIGHUP)
	p.Process.Signal(syscall.SIGTERM)
	p.expect(t, "stopped")
	if s := p.end(t); s.ExitStatus() != 0 {
		t.Errorf("ended with %v, saying %q", s, p.stderr)
	}
}

func TestSecondSignalEndsAtOnce(t *testing.T) {
	p := start(t, "stuck")
	p.Process.Signal(syscall.SIGTERM)
	p.expect(t, "stuck")
	p.Process.Signal(syscall.SIGTERM)
	if s := p.end(t); !s.Exited() || s.ExitStatus() != 128+int(syscall.SIGTERM) {
		t.Errorf("ended with %v, saying %q", s, p.stderr)
	}
}

func TestStoppingHasAnEnd(t *testing.T) {
	t.Parallel()
	p := start(t, "stuck")
	p.Process.Signal(syscall.SIGTERM)
	if s := p.end(t); !s.Exited() || s.ExitStatus() != 1 || !strings.Contains(p.stderr.String(), "not everything stopped within") {
		t.Errorf("ended with %v, saying %q", s, p.stderr)
	}
}
