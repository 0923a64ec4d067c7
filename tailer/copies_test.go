package tailer

import (
	"fmt"
	"os"
	"strings"
	"testing"
	"time"
)

// renameCopy is logrotate's renamecopy, step by step: between any two of them step is called.
func (b *bench) renameCopy(step func(string)) {
	b.Helper()
	for n := 9; n > 0; n-- {
		os.Rename(b.at(fmt.Sprintf("f.%d", n)), b.at(fmt.Sprintf("f.%d", n+1)))
	}
	step("shifted")
	b.rename("f", "f.tmp")
	step("renamed")
	b.append("f", "")
	step("created")
	b.write("f.1", "")
	step("copy begun")
	text, err := os.ReadFile(b.at("f.tmp"))
	b.must(err)
	b.write("f.1", string(text[:len(text)/2]))
	step("copied half")
	b.write("f.1", string(text))
	step("copied")
	b.remove("f.tmp")
	step("removed")
}

// Whatever the follower sees between two steps, nothing comes twice. (One whose reader holds it up in the middle of such a rotation
// until the middle of the next may still repeat the copy: docs/OPERATIONS.md says so.)
func TestRow17_RenameCopy(t *testing.T) {
	b := live(t, "a\n")
	want := "a\n"
	for round := range 4 {
		text := fmt.Sprintf("%d\n", round) + strings.Repeat("x\n", 10*round)
		b.append("f", text)
		want += text
		b.text(want)
		b.renameCopy(func(string) { b.looks(1) })
	}
	b.append("f", "end\n")
	b.text(want + "end\n")
	b.clock.advance(time.Minute)
	b.looks(2)
	b.renameCopy(func(string) { b.looks(1) })
	b.append("f", "after\n")
	b.text(want + "end\nafter\n")
	for _, k := range b.sink.marks() {
		if k == "gap" {
			t.Error("a gap is said")
		}
	}
}

func (b *bench) isBlocked() bool {
	b.sink.mu.Lock()
	defer b.sink.mu.Unlock()
	return b.sink.blocked
}
