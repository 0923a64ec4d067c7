package tailer

import (
	"fmt"
	"strings"
	"testing"

	"livetail/internal/wire"
)

// More rotations within one grace than files may be held: the oldest make room, and the one that a slow writer still has
// is not among them.
func TestRow02_LagAfterManyRotations(t *testing.T) {
	b := live(t, "a\n")
	want := "a\n"
	for i := range 2 * maxHeld {
		for n := i; n > 0; n-- {
			b.rename(fmt.Sprintf("f.%d", n), fmt.Sprintf("f.%d", n+1))
		}
		b.rename("f", "f.1")
		text := fmt.Sprintf("%d\n", i)
		b.append("f", text)
		want += text
		b.text(want)
		text = fmt.Sprintf("late %d\n", i)
		b.append("f.1", text)
		want += text
		b.text(want)
	}
	b.append("f.5", "later\n")
	b.text(want + "later\n")
	b.until("the oldest are closed", func() bool { return len(opened(t, b.dir)) <= maxHeld })
	for _, k := range b.sink.marks() {
		if k != wire.MarkRotated {
			t.Errorf("%s", k)
		}
	}
}

// A rotation between the list of files and the opening of one of them moves only its name.
func TestRow05_RenamedWhileItIsOpened(t *testing.T) {
	b := newBench(t)
	b.write("f", "c\n")
	b.write("f.1", "b\n")
	b.write("f.2", "a\n")
	list, err := b.follower.siblings()
	b.must(err)
	b.rename("f.2", "f.3")
	b.rename("f.1", "f.2")
	b.rename("f", "f.1")
	b.remove("f.3")
	if _, err := b.follower.open(&list[0]); !missing(err) {
		t.Errorf("a deleted file: %v", err)
	}
	h, err := b.follower.open(&list[1])
	if err != nil || h.name != "f.2" || list[1].Name != "f.2" {
		t.Fatalf("%+v, %v", h, err)
	}
	h.close()
}

// What a look saw of a file while it was the newest is no size to read it by once there is a newer one.
func TestRow02_OrderAfterLooksOfAWaitingFollower(t *testing.T) {
	b := live(t, "a\n")
	b.sink.set(&b.sink.blocked, true)
	b.append("f", "b\n")
	b.looks(2)
	b.rename("f", "f.1")
	b.append("f", "")
	b.looks(2)
	b.append("f.1", "c\n")
	b.append("f", "d\n")
	b.sink.set(&b.sink.blocked, false)
	b.text("a\nb\nc\nd\n")
}

// A deleted file that waited for the rest of its line outlives, under many rotations, younger ones that are let go of. It is
// still older than they when somebody goes on from one of them.
func TestRow55_DeletedFileIsOlderThanWhatWasLetGoOf(t *testing.T) {
	b := live(t, "a\n")
	b.append("f", "half")
	b.remove("f")
	b.append("f", "b\n")
	b.text("a\nb\n")
	b.sink.mu.Lock()
	last := b.sink.frames[len(b.sink.frames)-1]
	b.sink.mu.Unlock()
	tok := wire.Position{{File: last.After[last.Index].File, Offset: last.Start}}
	want := "b\n"
	for i := range maxHeld - 2 {
		for n := i; n > 0; n-- {
			b.rename(fmt.Sprintf("f.%d", n), fmt.Sprintf("f.%d", n+1))
		}
		b.rename("f", "f.1")
		text := fmt.Sprintf("%d\n", i)
		b.append("f", text)
		want += text
		b.wait(text, func(s *sink) bool { return strings.HasSuffix(s.text.String(), text) })
	}
	b.pause()
	b.resume(tok)
	b.looks(3)
	b.text(want)
}
