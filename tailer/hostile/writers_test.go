//go:build linux

package hostile

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// The five writers that followers are tried with, through the program.

const rotations = 10

// between is how many lines the first writer writes from one rotation to the next.
const between = 300

func TestWriters_PlainAppend(t *testing.T) {
	t.Parallel()
	s := newSite(t, "")
	s.write("-torn")
	s.follow()
	s.writers[0].more(rotations * between)
	s.exact()
}

func TestWriters_RenameAndCreate(t *testing.T) {
	t.Parallel()
	s := newSite(t, "")
	s.write("-torn")
	s.follow()
	for range rotations {
		s.writers[0].more(between)
		s.rotate()
		s.hup()
	}
	s.exact()
}

func TestWriters_RenameCreateAndKeepTheOldDescriptor(t *testing.T) {
	t.Parallel()
	s := newSite(t, "")
	s.write("-torn", "-lag", "100ms")
	s.follow()
	for range rotations {
		s.writers[0].more(2 * between)
		s.rotate()
		s.hup()
	}
	s.exact()
}

func TestWriters_DeleteAndCreate(t *testing.T) {
	t.Parallel()
	s := newSite(t, "")
	s.write("-torn")
	s.follow()
	for range rotations {
		s.writers[0].more(between)
		s.holding() // what nobody holds when it is deleted is lost to everybody
		must(t, os.Remove(s.log))
		must(t, os.WriteFile(s.log, nil, 0o644))
		s.hup()
	}
	s.exact()
}

// Cut, and grown past the old offset before anybody could look: fixed widths, so that only the content tells.
func TestWriters_TruncateAndRegrow(t *testing.T) {
	t.Parallel()
	s := newSite(t, "")
	want := ""
	must(t, os.WriteFile(s.log, nil, 0o644))
	s.follow()
	for round := range 2 * rotations {
		var text strings.Builder
		for i := range 200 * (round + 1) {
			fmt.Fprintf(&text, "%04d %06d\n", round, i)
		}
		must(t, os.WriteFile(s.log, []byte(text.String()), 0o644))
		want += text.String()
		eventually(t, "all is printed", func() bool { return len(s.printed()) >= len(want) })
	}
	s.stop()
	if string(s.printed()) != want {
		t.Error("not what was written")
	}
}

// What was not read when it was cut is lost to everybody. It is a gap, and its bytes and the printed ones are the written ones.
func TestWriters_TruncateAndRegrowUnread(t *testing.T) {
	t.Parallel()
	s := newSite(t, "")
	old := bytes.Repeat([]byte("old line of the log\n"), 100_000)
	fresh := bytes.Repeat([]byte("new line of the log\n"), 150_000)
	must(t, os.WriteFile(s.log, old, 0o644))
	out, in, err := os.Pipe()
	must(t, err)
	defer out.Close()
	s.run(in, []string{program, "follow", "-n", "+1", s.log})
	in.Close()
	got := make([]byte, 1, len(old)+len(fresh))
	_, err = io.ReadFull(out, got) // it writes, and waits for us to read on
	must(t, err)
	must(t, os.WriteFile(s.log, fresh, 0o644))
	end := []byte("the end\n")
	f, err := os.OpenFile(s.log, os.O_APPEND|os.O_WRONLY, 0)
	must(t, err)
	_, err = f.Write(end)
	must(t, err)
	must(t, f.Close())
	for buf := make([]byte, 64<<10); !bytes.HasSuffix(got, end); {
		n, err := out.Read(buf)
		must(t, err)
		got = append(got, buf[:n]...)
	}
	s.stop()
	printed, rest := bytes.CutSuffix(got, append(fresh, end...))
	if !rest || !bytes.HasPrefix(old, printed) {
		t.Fatalf("%d bytes, not a beginning of the old ones and all of the new ones", len(got))
	}
	gap := regexp.MustCompile(`: ([0-9]+) bytes are lost: it was truncated before this was read\n`).FindStringSubmatch(s.said.String())
	if gap == nil {
		t.Fatal("no gap is said")
	}
	if lost, _ := strconv.Atoi(gap[1]); lost == 0 || lost+len(printed) != len(old) {
		t.Errorf("printed %d and lost %d of %d bytes", len(printed), lost, len(old))
	}
}

// Four writers, each with another delay after the rotation's signal: every one's lines come in its order.
func TestWriters_FourWithDelays(t *testing.T) {
	t.Parallel()
	s := newSite(t, "")
	for id := range 4 {
		s.write("-lag", fmt.Sprintf("%dms", 50*id))
	}
	s.follow()
	for range rotations {
		s.writers[0].more(2 * between)
		s.rotate()
		s.hup()
	}
	s.exact()
}
