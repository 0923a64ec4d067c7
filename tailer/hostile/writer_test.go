//go:build linux

package hostile

import (
	"bufio"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// writerCommand is this test binary as a program that logs.
const writerCommand = "write-a-log"

// line is line n of writer id.
func line(id, n int) string {
	return fmt.Sprintf("w%d %d %s\n", id, n, strings.Repeat("x", (n*37+id)%200))
}

// writeLog appends numbered lines to a log until it is told to stop. At a HUP it opens the log's name anew, after a lag. What a
// full disk does not take of a line it writes later, as a program does that cares.
func writeLog(args []string) {
	var id int
	var every, lag time.Duration
	var torn bool
	flags := flag.NewFlagSet(writerCommand, flag.ExitOnError)
	flags.IntVar(&id, "id", 0, "")
	flags.DurationVar(&every, "every", time.Millisecond, "")
	flags.DurationVar(&lag, "lag", 0, "")
	flags.BoolVar(&torn, "torn", false, "") // some lines take two writes
	flags.Parse(args)
	path := flags.Arg(0)

	hup := make(chan os.Signal, 16)
	signal.Notify(hup, syscall.SIGHUP)
	commands := make(chan string)
	go func() {
		for in := bufio.NewScanner(os.Stdin); in.Scan(); {
			commands <- in.Text()
		}
		os.Exit(1) // the test is gone
	}()
	open := func() *os.File {
		f, err := os.OpenFile(path, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o644)
		if err != nil {
			fmt.Println(err)
			os.Exit(1)
		}
		return f
	}
	f, n, rest := open(), 0, ""
	put := func() {
		if rest == "" {
			rest = line(id, n)
			n++
		}
		size := len(rest)
		if torn && n%50 == 0 && size > 10 {
			size = 10
		}
		wrote, err := f.WriteString(rest[:size])
		if err != nil && !isFull(err) {
			fmt.Println(err)
			os.Exit(1)
		}
		rest = rest[wrote:]
	}
	tick := time.NewTicker(every)
	defer tick.Stop()
	running := tick.C
	var turn <-chan time.Time
	fmt.Println("ready")
	for {
		select {
		case <-running:
			for range 4 { // a tick is a millisecond at least
				put()
			}
		case <-hup:
			turn = time.After(lag)
		case <-turn:
			turn = nil
			for rest != "" {
				put()
			}
			f.Close()
			f = open()
		case command := <-commands:
			switch command {
			case "pause":
				for rest != "" {
					put()
				}
				running = nil
			case "go":
				running = tick.C
			}
			fmt.Println(n)
			if command == "stop" {
				return
			}
		}
	}
}

func isFull(err error) bool {
	return strings.Contains(err.Error(), syscall.ENOSPC.Error())
}

// writer is a running writeLog.
type writer struct {
	t    testing.TB
	id   int
	cmd  *exec.Cmd
	in   io.WriteCloser
	out  *bufio.Reader
	last int // lines, when it stopped
}

func startWriter(t testing.TB, id int, log string, flags ...string) *writer {
	t.Helper()
	self, err := os.Executable()
	must(t, err)
	args := append([]string{writerCommand, "-id", strconv.Itoa(id)}, flags...)
	w := &writer{t: t, id: id, cmd: exec.Command(self, append(args, log)...), last: -1}
	w.cmd.Stderr = os.Stderr
	w.cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	w.in, err = w.cmd.StdinPipe()
	must(t, err)
	out, err := w.cmd.StdoutPipe()
	must(t, err)
	w.out = bufio.NewReader(out)
	must(t, w.cmd.Start())
	t.Cleanup(func() { w.cmd.Process.Kill(); w.cmd.Wait() })
	if said := w.says(); said != "ready" {
		t.Fatalf("writer: %s", said)
	}
	return w
}

func (w *writer) says() string {
	hang := time.AfterFunc(patience, func() { w.cmd.Process.Kill() })
	defer hang.Stop()
	said, err := w.out.ReadString('\n')
	if err != nil {
		w.t.Fatalf("writer %d ended: %v", w.id, err)
	}
	return strings.TrimSpace(said)
}

// tell gives a command and returns how many lines were begun.
func (w *writer) tell(command string) int {
	w.t.Helper()
	fmt.Fprintln(w.in, command)
	said := w.says()
	n, err := strconv.Atoi(said)
	if err != nil {
		w.t.Fatalf("writer %d: %s", w.id, said)
	}
	return n
}

func (w *writer) pause() { w.tell("pause") }
func (w *writer) goOn()  { w.tell("go") }

// stop ends it at a whole line, and returns how many it wrote.
func (w *writer) stop() int {
	if w.last < 0 {
		w.pause()
		w.last = w.tell("stop")
	}
	return w.last
}

func (w *writer) hup() { must(w.t, w.cmd.Process.Signal(syscall.SIGHUP)) }

// more waits until so many more lines were written.
func (w *writer) more(n int) {
	w.t.Helper()
	want := w.tell("count") + n
	eventually(w.t, "the writer writes", func() bool { return w.tell("count") >= want })
}
