package journal

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"livetail/internal/wire"
	"livetail/tailer"
)

func TestBacklogThenLive(t *testing.T) {
	w := newWorld(t)
	w.lines(nginx, 30)
	w.lines("db.service", 30)
	w.settled()
	f := follow(t, w.follower(nginx), tailer.Start{Lines: 5}, wire.MaxPayload)
	w.until("the backlog and its end", func() bool { return f.marks(wire.MarkLive) == 1 })
	all := strings.SplitAfter(w.text(nginx), "\n")
	if want := strings.Join(all[25:], ""); f.text() != want {
		t.Fatalf("got\n%swant\n%s", f.text(), want)
	}
	w.lines("db.service", 3)
	w.lines(nginx, 3)
	all = strings.SplitAfter(w.text(nginx), "\n")
	want := strings.Join(all[25:], "")
	w.until("the new lines", func() bool { return len(f.text()) >= len(want) })
	if f.text() != want {
		t.Fatalf("got\n%swant\n%s", f.text(), want)
	}
}

func TestEmptyJournalIsWaitedFor(t *testing.T) {
	w := newWorld(t)
	f := follow(t, w.follower(""), tailer.Start{Lines: 5}, wire.MaxPayload)
	w.until("the live edge of nothing", func() bool { return f.marks(wire.MarkLive) == 1 })
	w.lines(nginx, 2)
	w.until("its first lines", func() bool { return f.text() == w.text("") })
}

// Whatever dies, wherever it was: from each line's own place, and behind each frame, it goes on exactly.
func TestResumeFromEveryLine(t *testing.T) {
	w := newWorld(t)
	varied(w)
	w.settled()
	f := w.follower("")
	text := w.text("")
	for _, room := range []int{200, wire.MaxPayload} {
		whole := ask(t, f, wire.Question{Ask: wire.AskRead}, room)
		if whole.text() != text {
			t.Fatalf("room %d: got %d bytes, want %d", room, len(whole.text()), len(text))
		}
		lines, at := strings.SplitAfter(text, "\n"), 0
		places := whole.places()
		if len(places) != len(lines)-1 {
			t.Fatalf("room %d: %d places of %d lines", room, len(places), len(lines)-1)
		}
		for i, place := range places {
			if i%7 == 0 || len(lines[i]) > 1000 {
				resumed := follow(t, f, tailer.Start{From: place, Stop: true}, room)
				if err := <-resumed.done; err != nil {
					t.Fatal(err)
				}
				resumed.done <- nil
				if got := resumed.text(); got != text[at:] {
					t.Fatalf("from line %d: got %.80q…, want %.80q…", i, got, text[at:])
				}
				if back := ask(t, f, wire.Question{Ask: wire.AskRead, Back: true, From: place}, room); back.backText() != text[:at] {
					t.Fatalf("back from line %d: got %d bytes, want %d", i, len(back.backText()), at)
				}
			}
			at += len(lines[i])
		}
		sent := 0
		for i, fr := range whole.frames {
			if sent += len(fr.Payload); fr.Kind == wire.Lines && i%11 == 0 {
				if rest := ask(t, f, wire.Question{Ask: wire.AskRead, From: fr.After}, room); rest.text() != text[sent:] {
					t.Fatalf("behind frame %d: got %d bytes, want %d", i, len(rest.text()), len(text)-sent)
				}
			}
		}
	}
}

// varied writes what makes places hard: several lines an entry, bytes that are no text, entries larger than a frame.
func varied(w *world) {
	for i := range 40 {
		s := sample{unit: []string{nginx, "db.service"}[i%2], message: fmt.Sprintf("line %d", i), priority: i % 8}
		switch i % 10 {
		case 3:
			s.message = "panic: oh\n\tat one\n\n\tat two\nend"
		case 5:
			s.message = "\xff\x00\xfe no text"
		case 7:
			s.message = strings.Repeat("long ", 1000+i*30)
		}
		w.write(s)
	}
	w.write(sample{unit: nginx, message: strings.Repeat("x", 300_000)}, sample{unit: nginx, message: ""})
}

func TestMessageOverTheLimitIsCutAndSaysSo(t *testing.T) {
	w := newWorld(t)
	w.write(sample{unit: nginx, message: strings.Repeat("y", 3<<20), priority: 3})
	w.lines(nginx, 1)
	w.until("both", func() bool {
		return strings.HasSuffix(ask(t, w.follower(""), wire.Question{Ask: wire.AskRead}, wire.MaxPayload).text(), "line 2\n")
	})
	got := ask(t, w.follower(""), wire.Question{Ask: wire.AskRead}, wire.MaxPayload).text()
	long, _, _ := strings.Cut(got, "\n")
	if len(long) > maxEntry || !strings.HasSuffix(long, "(cut here: the message has 3145728 bytes)") {
		t.Errorf("a line of %d bytes that ends in %q", len(long), long[len(long)-60:])
	}
}

func TestPositionOfAnotherLog(t *testing.T) {
	w := newWorld(t)
	w.lines("secret.service", 3)
	w.lines(nginx, 3)
	w.settled()
	place := ask(t, w.follower("secret.service"), wire.Question{Ask: wire.AskRead}, wire.MaxPayload).places()[1]
	f := follow(t, w.follower(nginx), tailer.Start{From: place, Lines: 2, Stop: true}, wire.MaxPayload)
	if err := <-f.done; err != nil {
		t.Fatal(err)
	}
	f.done <- nil
	if f.marks(wire.MarkEdge) != 1 || f.text() != "" {
		t.Errorf("got %q and %d edge markers", f.text(), f.marks(wire.MarkEdge))
	}
	if s := ask(t, w.follower(nginx), wire.Question{Ask: wire.AskRead, From: place}, wire.MaxPayload); !strings.Contains(s.end(), "another log") {
		t.Errorf("the answer ends with %s", s.end())
	}
}

func TestVacuumedPositionIsAGap(t *testing.T) {
	w := newWorld(t)
	w.lines(nginx, 10)
	w.settled()
	place := ask(t, w.follower(""), wire.Question{Ask: wire.AskRead}, wire.MaxPayload).places()[4]
	w.open("later.journal")
	w.lines(nginx, 10)
	w.settled()
	if err := os.Remove(filepath.Join(w.dir, "system.journal")); err != nil {
		t.Fatal(err)
	}
	w.written = w.written[10:]
	f := follow(t, w.follower(""), tailer.Start{From: place}, wire.MaxPayload)
	w.until("what is left", func() bool { return f.text() == w.text("") && f.marks(wire.MarkLive) == 1 })
	if f.marks(wire.MarkGap) != 1 {
		t.Errorf("%d gap markers", f.marks(wire.MarkGap))
	}
}

// wrapper is a journalctl that notes its process id, and fails while a file says so.
func wrapper(t *testing.T) (command, pids, fail string) {
	dir := t.TempDir()
	command, pids, fail = filepath.Join(dir, "journalctl"), filepath.Join(dir, "pids"), filepath.Join(dir, "fail")
	script := fmt.Sprintf("#!/bin/sh\nif [ -e %s ]; then echo 'no such thing' >&2; exit 1; fi\necho $$ >>%s\nexec journalctl \"$@\"\n", fail, pids)
	if err := os.WriteFile(command, []byte(script), 0o755); err != nil {
		t.Fatal(err)
	}
	return command, pids, fail
}

func newestPID(t *testing.T, pids string) int {
	b, err := os.ReadFile(pids)
	if err != nil {
		t.Fatal(err)
	}
	all := strings.Fields(string(b))
	pid, err := strconv.Atoi(all[len(all)-1])
	if err != nil {
		t.Fatal(err)
	}
	return pid
}

func TestJournalctlDiesAndFails(t *testing.T) {
	w := newWorld(t)
	w.lines(nginx, 50)
	w.settled()
	command, pids, fail := wrapper(t)
	follower := w.journal(Options{Command: command}).Open(Source{Directory: w.dir, Name: "journal"})
	f := follow(t, follower, tailer.Start{Lines: 10}, 300)
	w.until("the live edge", func() bool { return f.marks(wire.MarkLive) == 1 })
	if err := os.WriteFile(fail, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := syscall.Kill(newestPID(t, pids), syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	w.until("words about it", func() bool { return f.marks(wire.MarkUnreadable) > 0 })
	w.lines(nginx, 20)
	if err := os.Remove(fail); err != nil {
		t.Fatal(err)
	}
	want := strings.Join(strings.SplitAfter(w.text(""), "\n")[40:], "")
	w.until("all lines", func() bool { return len(f.text()) >= len(want) })
	if f.text() != want {
		t.Errorf("got\n%swant\n%s", f.text(), want)
	}
	if f.marks(wire.MarkReadable) == 0 {
		t.Error("nobody said that it is over")
	}
	pid := newestPID(t, pids)
	if err := follower.Close(); err != nil {
		t.Fatal(err)
	}
	if err := f.end(); !errors.Is(err, tailer.ErrClosed) {
		t.Errorf("a closed follower ends with %v", err)
	}
	if exists(fmt.Sprintf("/proc/%d", pid)) {
		t.Errorf("journalctl, process %d, is left", pid)
	}
}

func TestContextEndsAFollowerThatWaitsForRoom(t *testing.T) {
	w := newWorld(t)
	w.lines(nginx, 10)
	w.settled()
	f := w.follower("")
	ctx, cancel := context.WithCancel(context.Background())
	s := &sink{room: 100, hold: make(chan struct{})}
	done := make(chan error, 1)
	go func() { done <- f.Follow(ctx, tailer.Start{Lines: 10}, s) }()
	cancel()
	if err := <-done; !errors.Is(err, context.Canceled) {
		t.Errorf("it ended with %v", err)
	}
}
