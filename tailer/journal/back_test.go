package journal

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"livetail/internal/wire"
)

var readBack = wire.Question{Ask: wire.AskRead, Back: true}

// A journal goes on behind a reboot in the same numbering: entries of both boots are read back.
func TestBackAcrossABoot(t *testing.T) {
	w := newWorld(t)
	for i := range 12 {
		w.write(sample{unit: nginx, message: fmt.Sprintf("line %d", i), priority: 6, boot: i / 4})
	}
	w.settled()
	f := w.follower("")
	for _, room := range []int{150, wire.MaxPayload} {
		back := ask(t, f, readBack, room)
		if back.backText() != w.text("") {
			t.Fatalf("room %d: back\n%swant\n%s", room, back.backText(), w.text(""))
		}
		if forward := ask(t, f, wire.Question{Ask: wire.AskRead}, room); forward.text() != w.text("") {
			t.Fatalf("room %d: forward\n%s", room, forward.text())
		}
	}
}

// A search forward comes far before it says where it is: what lies between is read back all the same.
func TestBackFromFarBehindAFrame(t *testing.T) {
	w := newWorld(t)
	w.lines(nginx, 40_000)
	w.settled()
	now := time.Now() // a clock that stands still: nothing is said before the end
	f := w.journal(Options{Clock: func() time.Time { return now }}).Open(Source{Directory: w.dir})
	defer f.Close()
	end := ask(t, f, wire.Question{Ask: wire.AskRead, Filter: []byte(`{"include":[{"text":"nowhere"}]}`)}, wire.MaxPayload)
	q := readBack
	q.From, q.Lines = end.frames[len(end.frames)-1].After, 700
	lines := strings.SplitAfter(w.text(""), "\n")
	if got, want := ask(t, f, q, wire.MaxPayload).backText(), strings.Join(lines[len(lines)-1-700:], ""); got != want {
		t.Errorf("got %d lines that end with %q, want %q", strings.Count(got, "\n"), last(got), last(want))
	}
	if q.Lines = 0; ask(t, f, q, wire.MaxPayload).backText() != w.text("") {
		t.Error("not all comes back")
	}
}

// The entry that a place counts from is gone, and older ones are there: all of those are read back.
func TestBackFromBehindWhatIsGone(t *testing.T) {
	w := newWorld(t)
	w.lines(nginx, 5)
	w.settled()
	want := w.text("")
	w.open("later.journal")
	w.lines(nginx, 5)
	w.settled()
	f := w.follower("")
	q := readBack
	q.From = ask(t, f, readBack, wire.MaxPayload).places()[2]
	if err := os.Remove(filepath.Join(w.dir, "later.journal")); err != nil {
		t.Fatal(err)
	}
	back := ask(t, f, q, wire.MaxPayload)
	if back.backText() != want || back.marks(wire.MarkGap) != 1 {
		t.Errorf("got\n%swant\n%s%d gaps", back.backText(), want, back.marks(wire.MarkGap))
	}
}

func last(text string) string { return text[max(0, len(text)-80):] }

// A page that goes back until a place can be gone back from again, whatever lies between the entries of its unit.
func TestBackUntilAndOn(t *testing.T) {
	w := newWorld(t)
	for range 6 {
		w.lines(nginx, 1)
		w.lines("db.service", 1)
	}
	w.settled()
	f := w.follower(nginx)
	lines := strings.SplitAfter(w.text(nginx), "\n")
	for n := 1; n < 6; n++ {
		first := ask(t, f, wire.Question{Ask: wire.AskRead, Lines: uint32(n)}, 1000)
		q := readBack
		q.Until = first.frames[len(first.frames)-1].After
		back := ask(t, f, q, 1000)
		if want := strings.Join(lines[n:], ""); back.backText() != want || !strings.Contains(back.end(), wire.EndUntil) {
			t.Errorf("until behind line %d: %q, want %q, %s", n, back.backText(), want, back.end())
		}
		q = readBack
		q.From = back.frames[len(back.frames)-1].After
		if got, want := ask(t, f, q, 1000).backText(), strings.Join(lines[:n], ""); got != want {
			t.Errorf("on from there: %q, want %q", got, want)
		}
	}
}

// Of an entry that is larger than a frame only those lines come back that pass, each whole where there is room for it: what is looked for,
// in the middle of it, and what follows.
func TestBackThroughALargeEntry(t *testing.T) {
	w := newWorld(t)
	var message strings.Builder
	for i := range 60 {
		fmt.Fprintf(&message, "%s %d %s\n", map[bool]string{true: "keep", false: "line"}[i == 25], i, strings.Repeat("x", i*i%500))
	}
	w.write(sample{unit: nginx, message: "before keep", priority: 6}, sample{unit: nginx, message: message.String(), priority: 6},
		sample{unit: nginx, message: "first\n" + strings.Repeat("y", 3000) + " keep\nlast", priority: 6}, sample{unit: nginx, message: "no", priority: 6})
	w.settled()
	f := w.follower("")
	for _, room := range []int{100, 700, 5000, wire.MaxPayload} {
		q := wire.Question{Ask: wire.AskRead, Filter: []byte(`{"include":[{"text":"keep"}]}`)}
		forward := ask(t, f, q, wire.MaxPayload)
		want := forward.text()
		q.Back = true
		back := ask(t, f, q, room)
		if got := back.backText(); got != want {
			t.Fatalf("room %d: got\n%.3000s\nwant\n%.3000s", room, got, want)
		}
		if back.passed != forward.passed || back.looked != forward.looked {
			t.Errorf("room %d: %d of %d lines, forward %d of %d", room, back.passed, back.looked, forward.passed, forward.looked)
		}
		at := len(want)
		for _, frame := range back.frames {
			if frame.Kind != wire.Lines || len(frame.Payload) == 0 {
				continue
			}
			if len(frame.Payload)+len(frame.Gaps) > room {
				t.Errorf("room %d: a frame of %d bytes", room, len(frame.Payload)+len(frame.Gaps))
			}
			ends := want[at-1] == '\n'
			at -= len(frame.Payload)
			if begins := at == 0 || want[at-1] == '\n'; begins == (frame.Flags&wire.Cont != 0) || ends == (frame.Flags&wire.Open != 0) {
				t.Errorf("room %d: flags %b of %.40q", room, frame.Flags, frame.Payload)
			}
			// Whatever was come to is gone on from.
			q.From = frame.After
			if got := ask(t, f, q, wire.MaxPayload).backText(); got != want[:at] {
				t.Fatalf("room %d: on from byte %d: %d bytes that end with %q, want %q", room, at, len(got), last(got), last(want[:at]))
			}
		}
	}
}
