package tailer

import (
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"livetail/internal/wire"
)

// dated follows f-*.log.
func dated(pattern string) setting {
	return func(_ *Options, s *Source, _ *Start) {
		s.Path, s.Latest, s.Name = s.Path[:len(s.Path)-1]+pattern, true, "shop"
	}
}

func liveDated(t *testing.T, set ...setting) *bench {
	b := newBench(t, append([]setting{dated("f-*.log")}, set...)...)
	b.write("f-2026-11-19.log", "old\n")
	b.write("f-2026-11-20.log", "a\n")
	b.clock.advance(time.Minute) // the older one is older than the grace
	b.follow().mark(wire.MarkLive)
	b.text("a\n")
	return b
}

// At midnight it goes on by itself, marked, and who still has the old day's file writes on for a while.
func TestRow66_Midnight(t *testing.T) {
	b := liveDated(t)
	if m := b.mark(wire.MarkOpened); m.Name != "f-2026-11-20.log" {
		t.Errorf("opened %+v", m)
	}
	b.append("f-2026-11-20.log", "b\n")
	b.append("f-2026-11-21.log", "c\n")
	b.text("a\nb\nc\n")
	if m := b.mark(wire.MarkRotated); m.Name != "f-2026-11-21.log" || m.To != "f-2026-11-20.log" {
		t.Errorf("rotated %+v", m)
	}
	b.append("f-2026-11-20.log", "late\n")
	b.text("a\nb\nc\nlate\n")
	if n := len(b.after()); n != 2 {
		t.Errorf("%d places while two days grow", n)
	}
	b.clock.advance(20 * time.Second)
	b.append("f-2026-11-20.log", "later\n")
	b.text("a\nb\nc\nlate\nlater\n")
	b.clock.advance(40 * time.Second)
	b.append("f-2026-11-21.log", "d\n")
	b.text("a\nb\nc\nlate\nlater\nd\n")
	if n := len(b.after()); n != 1 {
		t.Errorf("%d places after the grace", n)
	}
	b.marked("rotated")
}

// What no event told, a look finds.
func TestRow66_MidnightWithoutEvents(t *testing.T) {
	b := liveDated(t)
	b.deaf()
	b.append("f-2026-11-21.log", "c\n")
	b.looks(1)
	b.text("a\nc\n")
	b.append("f-2026-11-21.log", "d\n")
	b.looks(1)
	b.text("a\nc\nd\n")
}

// Several days pass between two looks, or while nobody reads; days on which nothing was written have no file.
func TestRow66_SeveralDaysAtOnce(t *testing.T) {
	days := func(b *bench) {
		b.append("f-2026-11-20.log", "b\n")
		b.append("f-2026-11-22.log", "c\n")
		b.append("f-2026-11-23.log", "")
		b.append("f-2026-12-01.log", "d\n")
	}
	b := liveDated(t)
	b.whileBlocked(func() { days(b) })
	b.text("a\nb\nc\nd\n")
	b.wait("the last change", func(s *sink) bool { return len(s.marks()) == 3 })
	b.marked("rotated", "rotated", "rotated")
	for _, cold := range []bool{false, true} {
		b = liveDated(t)
		first := b.after()
		b.unseen(func() {
			days(b)
			if cold {
				b.coldly()
			}
		})
		b.text("b\nc\nd\n")
		b.pause()
		b.append("f-2026-12-02.log", "e\n")
		b.coldly()
		b.resume(first)
		b.text("b\nc\nd\ne\n")
	}
}

func TestRow66_MissingAtStart(t *testing.T) {
	b := newBench(t, dated("f-*.log"))
	b.write("f-2026-11-18.log.gz", "x")
	b.write("g-2026-11-18.log", "x\n")
	b.follow()
	if m := b.mark(wire.MarkWaiting); m.Name != "shop" {
		t.Errorf("waiting %+v", m)
	}
	b.whileBlocked(func() {
		b.append("f-2026-11-20.log", "a\n")
		b.append("f-2026-11-21.log", "b\n")
	})
	b.text("a\nb\n")
	b.looks(2)
	b.append("f-2026-11-22.log", "c\n")
	b.text("a\nb\nc\n")
}

// Today's file is deleted: yesterday's is not the log again. A backfilled older day, a link and a compressed day are not either.
func TestRow66_NeverGoesBack(t *testing.T) {
	b := liveDated(t)
	b.append("f-2026-11-01.log", "backfilled\n")
	b.must(os.Symlink("f-2026-11-19.log", b.at("f-current.log")))
	b.write("f-2026-11-18.log.gz", "x")
	b.looks(2)
	b.remove("f-2026-11-20.log")
	b.looks(3)
	b.mark(wire.MarkWaiting)
	b.append("f-2026-11-20.log", "again\n")
	b.text("a\nagain\n")
	b.append("f-2026-11-21.log", "c\n")
	b.text("a\nagain\nc\n")
	b.marked("waiting", "replaced", "rotated")
}

// Within a day the file may be rotated by its size too, and old days are compressed.
func TestRow66_RotatedWithinTheDay(t *testing.T) {
	b := liveDated(t)
	b.unseen(func() {
		b.append("f-2026-11-20.log", "b\n")
		b.rename("f-2026-11-20.log", "f-2026-11-20.log.1")
		b.append("f-2026-11-20.log", "c\n")
		b.append("f-2026-11-21.log", "d\n")
		b.remove("f-2026-11-19.log")
		b.write("f-2026-11-19.log.gz", "x")
		b.coldly()
	})
	b.text("b\nc\nd\n")
	b.marked("rotated", "rotated")
}

// A folder for each day.
func TestRow66_DatedFolders(t *testing.T) {
	b := newBench(t, dated("day-*/app.log"))
	b.must(os.Mkdir(b.at("day-20"), 0o755))
	b.write("day-20/app.log", "a\n")
	b.follow().text("a\n")
	b.append("day-20/app.log", "b\n")
	b.text("a\nb\n")
	b.must(os.Mkdir(b.at("day-21"), 0o755))
	b.append("day-21/app.log", "c\n")
	b.looks(1)
	b.text("a\nb\nc\n")
	if m := b.mark(wire.MarkRotated); m.Name != "day-21/app.log" || m.To != "day-20/app.log" {
		t.Errorf("rotated %+v", m)
	}
	b.append("day-21/app.log", "d\n") // the new folder is watched
	b.text("a\nb\nc\nd\n")
	other := t.TempDir()
	b.must(os.WriteFile(other+"/app.log", []byte("secret\n"), 0o644))
	b.must(os.Symlink(other, b.at("day-22")))
	b.looks(2)
	b.append("day-21/app.log", "e\n")
	b.text("a\nb\nc\nd\ne\n")
}

// Many tails of a log of dated names share a look, and all see midnight.
func TestRow66_Shared(t *testing.T) {
	c := newCrowd(t, 10, dated("f*"))
	c.deaf()
	c.rest()
	c.append("f2", "b\n")
	c.clock.advance(c.tailer.every)
	c.each("b", func(s *sink) bool { return s.text.String() == "a\nb\n" })
}

// The past of dated names is one log's: it is paged, gone to by time and searched across all its days, plain or compressed.
func TestRow66_Past(t *testing.T) {
	b := newBench(t, dated("f-*.log"))
	all := ""
	for day := 17; day <= 21; day++ {
		text := ""
		for hour := range 24 {
			text += fmt.Sprintf("2026-11-%02dT%02d:00:00Z line of day %d\n", day, hour, day)
		}
		name := fmt.Sprintf("f-2026-11-%02d.log", day)
		if b.write(name, text); day < 19 {
			b.pack(name, packings[day-17])
		}
		all += text
	}
	b.write("f-other.txt", "no\n")
	b.clock.advance(time.Minute)
	got, q := "", wire.Question{Ask: wire.AskRead, Back: true, Lines: 7}
	for {
		r := b.ask(q)
		got = r.text(true) + got
		if q.From = r.after(); r.end.End == wire.EndStart {
			break
		}
	}
	if got != all {
		t.Errorf("back: %d bytes of %d", len(got), len(all))
	}
	b.ask(from(read(0), q.From)).is(false, all, wire.EndEdge)
	for day := 17; day <= 21; day++ {
		at := time.Date(2026, 11, day, 9, 30, 0, 0, time.UTC)
		m, _, line := b.ask(seek(at)).found()
		if want := fmt.Sprintf("2026-11-%02dT10:00:00Z line of day %d\n", day, day); line != want || m.Sure != wire.SureExact {
			t.Errorf("to %v: %q, %+v", at, line, m)
		}
	}
	search := wire.Question{Ask: wire.AskRead, Filter: []byte(`{"include":[{"text":"T23:"}]}`)}
	want := ""
	for text := range strings.Lines(all) {
		if strings.Contains(text, "T23:") {
			want += text
		}
	}
	b.ask(search).is(false, want, wire.EndEdge)
	search.Back = true
	b.ask(search).is(true, want, wire.EndStart)
	r := b.ask(wire.Question{Ask: wire.AskOutline})
	var names []string
	for _, f := range r.frames[0].mark.Files {
		names = append(names, f.Name)
	}
	if got := strings.Join(names, " "); got != "f-2026-11-17.log.gz f-2026-11-18.log.zst f-2026-11-19.log f-2026-11-20.log f-2026-11-21.log" {
		t.Errorf("outline: %s", got)
	}
}
