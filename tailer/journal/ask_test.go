package journal

import (
	"bytes"
	"io"
	"livetail/tailer"
	"maps"
	"strings"
	"testing"
	"time"

	"livetail/internal/wire"
)

func TestPagesBackAndForward(t *testing.T) {
	w := newWorld(t)
	varied(w)
	w.settled()
	f := w.follower(nginx)
	text, got := w.text(nginx), ""
	var from wire.Position
	for range 1000 {
		page := ask(t, f, wire.Question{Ask: wire.AskRead, Back: true, From: from, Lines: 3}, 4096)
		if n := strings.Count(page.text(), "\n"); n > 3 && !strings.Contains(page.text(), "xxx") {
			t.Fatalf("a page of %d lines, 3 were asked for", n)
		}
		got = page.backText() + got
		from = page.frames[len(page.frames)-1].After
		if strings.Contains(page.end(), wire.EndStart) {
			break
		}
	}
	if got != text {
		t.Fatalf("page by page: %d bytes, want %d\n%.300s", len(got), len(text), got)
	}
	if page := ask(t, f, wire.Question{Ask: wire.AskRead, From: from, Lines: 2}, 4096); page.text() != strings.Join(strings.SplitAfter(text, "\n")[:2], "") ||
		!strings.Contains(page.end(), wire.EndLines) {
		t.Errorf("forward from the beginning: %q, %s", page.text(), page.end())
	}
}

func TestUntil(t *testing.T) {
	w := newWorld(t)
	w.lines(nginx, 20)
	w.settled()
	f := w.follower("")
	places := ask(t, f, wire.Question{Ask: wire.AskRead}, 150).places()
	want := strings.Join(strings.SplitAfter(w.text(""), "\n")[5:12], "")
	forward := ask(t, f, wire.Question{Ask: wire.AskRead, From: places[5], Until: places[12]}, 150)
	back := ask(t, f, wire.Question{Ask: wire.AskRead, Back: true, From: places[12], Until: places[5]}, 150)
	if forward.text() != want || back.backText() != want {
		t.Errorf("forward\n%sback\n%swant\n%s", forward.text(), back.backText(), want)
	}
}

func TestGoToATime(t *testing.T) {
	w := newWorld(t)
	w.lines(nginx, 20)
	w.settled()
	f := w.follower("")
	for _, c := range []struct {
		at   time.Time
		line int // behind which to go on
		sure string
	}{
		{epoch.Add(-time.Hour), 0, wire.SureExact}, {epoch.Add(5 * time.Second), 4, wire.SureExact},
		{epoch.Add(5*time.Second + time.Millisecond), 5, wire.SureExact}, {epoch.Add(time.Hour), 20, wire.SureExact},
	} {
		q := wire.Question{Ask: wire.AskTime, At: c.at.UnixMilli(), Lead: 1 << 10}
		found := ask(t, f, q, 1000)
		from := found.frames[0].After
		lines := strings.SplitAfter(w.text(""), "\n")
		want := strings.Join(lines[c.line:], "")
		if got := ask(t, f, wire.Question{Ask: wire.AskRead, From: from}, 1000); got.text() != want || found.text() != want || found.frames[0].Start != from[0].Offset {
			t.Errorf("%v: read on %q, and from the place that was found %q, want %q", c.at, found.text(), got.text(), want)
		}
		if q.Back = true; ask(t, f, q, 1000).backText() != strings.Join(lines[:c.line], "") {
			t.Errorf("%v: back from there is %q", c.at, ask(t, f, q, 1000).backText())
		}
		q.Back, q.Lines = false, 2
		if got, want := ask(t, f, q, 1000).text(), strings.Join(lines[c.line:min(len(lines), c.line+2)], ""); got != want {
			t.Errorf("%v: two lines are %q, want %q", c.at, got, want)
		}
		if !strings.Contains(string(found.frames[0].Payload), `"sure":"`+c.sure) {
			t.Errorf("%v: %s", c.at, found.frames[0].Payload)
		}
	}
}

func TestOutlineAndPlace(t *testing.T) {
	w := newWorld(t)
	w.lines(nginx, 100)
	w.settled()
	f := w.follower("")
	outline := string(ask(t, f, wire.Question{Ask: wire.AskOutline}, 1000).frames[0].Payload)
	if !strings.Contains(outline, `"size":`) || !strings.Contains(outline, `"from":1795658401000`) {
		t.Errorf("outline %s", outline)
	}
	found := ask(t, f, wire.Question{Ask: wire.AskPlace, Behind: 4 << 20}, 1000) // a new journal takes 8 MiB
	rest := ask(t, f, wire.Question{Ask: wire.AskRead, From: found.frames[0].After}, 1000)
	if n := strings.Count(rest.text(), "\n"); n < 40 || n > 60 {
		t.Errorf("the middle has %d of 100 lines behind it", n)
	}
}

func TestUsage(t *testing.T) {
	for said, want := range map[string]int64{
		"Archived and active journals take up 8.0M in the file system.": 8 << 20,
		"… take up 1.5G on disk.":                                       3 << 29, "… take up 512B in the file system.": 512, "nothing": 0,
	} {
		if got := parseUsage(said); got != want {
			t.Errorf("%q: %d, want %d", said, got, want)
		}
	}
}

func FuzzEntries(f *testing.F) {
	f.Add([]byte("__CURSOR=s=" + strings.Repeat("0", 32) + ";i=1;b=" + strings.Repeat("0", 32) + ";m=1;t=1;x=1\nMESSAGE\n\x03\x00\x00\x00\x00\x00\x00\x00a\nb\n\n"))
	f.Fuzz(func(t *testing.T, b []byte) {
		in := newReader(bytes.NewReader(b))
		for {
			e, err := in.next()
			if err != nil {
				if err == io.EOF && len(bytes.Trim(b, "\n")) > 0 && bytes.IndexByte(b, '=') < 0 && bytes.Count(b, []byte("\n")) == 0 {
					t.Errorf("%q ended well", b)
				}
				return
			}
			if text := e.text(nil); len(text) > maxEntry || text[len(text)-1] != '\n' {
				t.Errorf("a text of %d bytes", len(text))
			}
		}
	})
}

func FuzzPlace(f *testing.F) {
	log := [3]byte{1, 2, 3}
	f.Add(string(file(log, cursor{seqnum: 5})), int64(1<<20+3))
	f.Fuzz(func(t *testing.T, token string, offset int64) {
		p, wrong := parsePlace(log, wire.Position{{File: wire.File(token), Offset: offset}})
		if wrong == "" && (file(log, p.base) != wire.File(token) || p.at < 0 || p.at >= 1<<entryBits) {
			t.Errorf("%q at %d is read as %+v", token, offset, p)
		}
	})
}

// What is counted is told for each stretch of time by itself.
func TestCountingInStretchesOfTime(t *testing.T) {
	w := newWorld(t)
	w.lines(nginx, 40)
	w.settled()
	q := wire.Question{Ask: wire.AskRead, Quiet: true, At: epoch.Add(-2 * time.Second).UnixMilli(), Step: 7000}
	got := map[int64]uint32{}
	for _, f := range ask(t, w.follower(""), q, 1000).frames {
		if f.Passed > 0 {
			got[tailer.Stretch(&q, f.Time)] += f.Passed
		}
	}
	want := map[int64]uint32{}
	for i := range 40 { // a second apart, the first after one
		want[tailer.Stretch(&q, epoch.Add(time.Duration(i+1)*time.Second).UnixMilli())]++
	}
	if len(want) < 6 || !maps.Equal(got, want) {
		t.Errorf("counted %v, want %v", got, want)
	}
}
