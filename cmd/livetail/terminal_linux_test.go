package main

import (
	"bufio"
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"livetail/auth"
)

// terminal is a pseudo-terminal, and what was shown on it.
type terminal struct {
	t            *testing.T
	person, tool *os.File // its two ends

	mu    sync.Mutex
	shown bytes.Buffer
}

func newTerminal(t *testing.T) *terminal {
	t.Helper()
	fd, err := unix.Open("/dev/ptmx", unix.O_RDWR|unix.O_NOCTTY|unix.O_CLOEXEC, 0)
	if err != nil {
		t.Fatal(err)
	}
	n, err := unix.IoctlGetInt(fd, unix.TIOCGPTN)
	if err == nil {
		err = unix.IoctlSetPointerInt(fd, unix.TIOCSPTLCK, 0)
	}
	if err != nil {
		t.Fatal(err)
	}
	tool, err := os.OpenFile(fmt.Sprintf("/dev/pts/%d", n), os.O_RDWR|syscall.O_NOCTTY, 0)
	if err != nil {
		t.Fatal(err)
	}
	term := &terminal{t: t, person: os.NewFile(uintptr(fd), "/dev/ptmx"), tool: tool}
	reading := make(chan struct{})
	go func() {
		defer close(reading)
		for in := bufio.NewReader(term.person); ; {
			b, err := in.ReadByte()
			if err != nil {
				return
			}
			term.mu.Lock()
			term.shown.WriteByte(b)
			term.mu.Unlock()
		}
	}()
	t.Cleanup(func() {
		term.tool.Close() // when all programs on it have ended too, reading ends
		<-reading
		term.person.Close()
	})
	return term
}

func (term *terminal) text() string {
	term.mu.Lock()
	defer term.mu.Unlock()
	return strings.ReplaceAll(term.shown.String(), "\r\n", "\n")
}

func (term *terminal) until(words string) {
	term.t.Helper()
	eventually(term.t, fmt.Sprintf("%q on the terminal", words), func() bool { return strings.Contains(term.text(), words) })
}

// run starts a program on the terminal.
func (term *terminal) run(cmd *exec.Cmd) *exec.Cmd {
	term.t.Helper()
	cmd.Stdin, cmd.Stdout, cmd.Stderr = term.tool, term.tool, term.tool
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Setctty: true}
	if err := cmd.Start(); err != nil {
		term.t.Fatal(err)
	}
	term.t.Cleanup(func() { cmd.Process.Kill(); cmd.Wait() })
	return cmd
}

var shownLink = regexp.MustCompile(`(?m)^sign in once, within 10 minutes, with http://\S+/signin#link=(\S+)$`)
var shownPassword = regexp.MustCompile(`(?m)^sign in as admin with the password (\S+) \(it is not shown again\), or$`)

// On a terminal somebody is there to read: the password once, a fresh link at each start, and neither in a file.
func TestFirstRunOnATerminal(t *testing.T) {
	h := newHome(t)
	h.env = append(h.env, "SSH_CONNECTION=10.0.0.9 50000 10.0.0.5 22")
	var links, passwords []string
	for range 2 {
		term := newTerminal(t)
		cmd := term.run(h.command("-listen", "127.0.0.1:0"))
		term.until("with http")
		eventually(t, "the whole link", func() bool { return shownLink.MatchString(term.text()) })
		term.until(servingPages)
		eventually(t, "the administrator is kept", func() bool { _, err := os.Stat(h.state("admin.json")); return err == nil })
		cmd.Process.Signal(syscall.SIGINT)
		if err := cmd.Wait(); err != nil {
			t.Errorf("%v, saying %s", err, term.text())
		}
		links = append(links, shownLink.FindStringSubmatch(term.text())[1])
		if m := shownPassword.FindStringSubmatch(term.text()); m != nil {
			passwords = append(passwords, m[1])
		}
		if !regexp.MustCompile(`(?m)^from your own machine: ssh -L (\d+):127\.0\.0\.1:(\d+) \S+@10\.0\.0\.5, then`).MatchString(term.text()) {
			t.Errorf("over ssh there is no way shown:\n%s", term.text())
		}
	}
	if len(passwords) != 1 || links[0] == links[1] {
		t.Fatalf("in two starts it showed the passwords %q and the links %q", passwords, links)
	}
	if hash := regexp.MustCompile(`\$argon2id[^"]*`).FindString(h.read("admin.json")); !auth.Verify(hash, []byte(passwords[0])) {
		t.Errorf("the password does not fit %s", h.read("admin.json"))
	}
	files, err := os.ReadDir(h.state(""))
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		if f.Name() == firstSignIn {
			t.Error("it also left a file with the password")
		}
		for _, secret := range append(links, passwords...) {
			if strings.Contains(h.read(f.Name()), secret) {
				t.Errorf("a secret is in %s", f.Name())
			}
		}
	}
}

func TestHashPasswordOnATerminal(t *testing.T) {
	term := newTerminal(t)
	cmd := term.run(newHome(t).command("hash-password"))
	for _, prompt := range []string{"password: ", "again: "} {
		term.until(prompt)
		term.waitEcho(false)
		fmt.Fprint(term.person, "open sesame\n")
	}
	if err := cmd.Wait(); err != nil {
		t.Fatalf("%v, showing %s", err, term.text())
	}
	eventually(t, "the hash", func() bool { return strings.HasSuffix(term.text(), "\n") && strings.Contains(term.text(), "$argon2id") })
	if strings.Contains(term.text(), "sesame") {
		t.Errorf("the password is shown:\n%s", term.text())
	}
	hash := regexp.MustCompile(`\$argon2id\S+`).FindString(term.text())
	if !auth.Verify(hash, []byte("open sesame")) {
		t.Errorf("the password does not fit %s", hash)
	}
}

func TestHashPasswordTypedWrong(t *testing.T) {
	term := newTerminal(t)
	cmd := term.run(newHome(t).command("hash-password"))
	for i, prompt := range []string{"password: ", "again: "} {
		term.until(prompt)
		term.waitEcho(false)
		fmt.Fprintf(term.person, "sesame%d\n", i)
	}
	if err := cmd.Wait(); err == nil {
		t.Error("it took it")
	}
	term.until("the two passwords differ")
	if strings.Contains(term.text(), "argon2id") {
		t.Error(term.text())
	}
}

// Who gives up with ^C must not be left on a terminal that shows nothing of what is typed.
func TestHashPasswordInterrupted(t *testing.T) {
	term := newTerminal(t)
	cmd := term.run(newHome(t).command("hash-password"))
	term.until("password: ")
	term.waitEcho(false)
	fmt.Fprint(term.person, "\x03")
	hang := time.AfterFunc(patience, func() { cmd.Process.Kill() })
	defer hang.Stop()
	if err := cmd.Wait(); err == nil || cmd.ProcessState.ExitCode() < 0 {
		t.Errorf("%v, showing %s", err, term.text())
	}
	term.waitEcho(true)
}

// waitEcho waits until what is typed is shown, or not.
func (term *terminal) waitEcho(on bool) {
	term.t.Helper()
	eventually(term.t, fmt.Sprintf("echo is %t", on), func() bool {
		state, err := unix.IoctlGetTermios(int(term.tool.Fd()), unix.TCGETS)
		return err == nil && (state.Lflag&unix.ECHO != 0) == on
	})
}
