package journal

import (
	"strings"
	"testing"

	"livetail/internal/wire"
	"livetail/tailer"
)

// What a filter lets pass is the same live, forward and back, and each line's place goes on exactly.
func TestFilter(t *testing.T) {
	w := newWorld(t)
	varied(w)
	w.settled()
	rule := []byte(`{"include":[{"text":"line 1"}]}`)
	want := ""
	for _, line := range strings.SplitAfter(w.text(""), "\n") {
		if strings.Contains(line, "line 1") {
			want += line
		}
	}
	f := w.follower("")
	lines := uint32(strings.Count(w.text(""), "\n"))
	for _, room := range []int{200, wire.MaxPayload} {
		forward := ask(t, f, wire.Question{Ask: wire.AskRead, Filter: rule}, room)
		back := ask(t, f, wire.Question{Ask: wire.AskRead, Back: true, Filter: rule}, room)
		live := follow(t, f, tailer.Start{Filter: rule, Lines: 100, Stop: true}, room)
		if err := <-live.done; err != nil {
			t.Fatal(err)
		}
		live.done <- nil
		if forward.text() != want || back.backText() != want || live.text() != want {
			t.Fatalf("forward\n%sback\n%slive\n%swant\n%s", forward.text(), back.backText(), live.text(), want)
		}
		if passed := uint32(strings.Count(want, "\n")); forward.looked != lines || forward.passed != passed || back.passed != passed {
			t.Errorf("%d of %d lines forward, %d of %d back; want %d of %d", forward.passed, forward.looked, back.passed, back.looked, passed, lines)
		}
		at := 0
		for i, place := range forward.places() {
			rest := ask(t, f, wire.Question{Ask: wire.AskRead, From: place, Filter: rule}, room)
			if rest.text() != want[at:] {
				t.Fatalf("from line %d: %q, want %q", i, rest.text(), want[at:])
			}
			at += strings.Index(want[at:], "\n") + 1
		}
	}
	quiet := ask(t, f, wire.Question{Ask: wire.AskRead, Filter: rule, Quiet: true}, 200)
	if quiet.text() != "" || quiet.passed != uint32(strings.Count(want, "\n")) {
		t.Errorf("quiet: %q, %d passed", quiet.text(), quiet.passed)
	}
	if bad := ask(t, f, wire.Question{Ask: wire.AskRead, Filter: []byte(`{"include":[{"text":"(","regex":true}]}`)}, 200); !strings.Contains(bad.end(), wire.EndFailed) {
		t.Errorf("a bad filter ends with %s", bad.end())
	}
}

func TestLevelsAreJournaldsPriorities(t *testing.T) {
	w := newWorld(t)
	for p := range 8 {
		w.write(sample{unit: nginx, message: "something", priority: p})
	}
	w.settled()
	got := ask(t, w.follower(""), wire.Question{Ask: wire.AskRead, Filter: []byte(`{"levels":["error"]}`)}, 1000)
	if n := strings.Count(got.text(), "\n"); n != 4 { // emerg, alert, crit, err
		t.Errorf("%d errors:\n%s", n, got.text())
	}
	got = ask(t, w.follower(""), wire.Question{Ask: wire.AskRead, Filter: []byte(`{"levels":["warn"]}`)}, 1000)
	live := follow(t, w.follower(""), tailer.Start{Quiet: true, Lines: 100, Stop: true}, 1000)
	if err := <-live.done; err != nil {
		t.Fatal(err)
	}
	live.done <- nil
	errors := 0
	for _, frame := range live.frames {
		errors += int(frame.Errors)
	}
	if live.text() != "" || errors != 4 {
		t.Errorf("where only counts are wanted %d errors, and %q", errors, live.text())
	}
	if n := strings.Count(got.text(), "\n"); n != 1 {
		t.Errorf("%d warnings:\n%s", n, got.text())
	}
}
