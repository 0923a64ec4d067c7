package tailer

import (
	"os"
	"slices"
	"testing"
	"time"
	"unsafe"
)

// set is t on a wall clock that was set by d, in whole seconds; the monotonic reading stays, as it does in a process whose
// system's clock is set. Package time has no word for that.
func set(t time.Time, d time.Duration) time.Time {
	const seconds = 30 // of wall, above the nanoseconds
	(*struct{ wall uint64 })(unsafe.Pointer(&t)).wall += uint64(int64(d/time.Second)) << seconds
	return t
}

// jump sets the wall clock.
func (c *fakeClock) jump(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.wall += d
}

// touched appends to a file, whose times are by the bench's clock then.
func (b *bench) touched(name, text string) {
	b.Helper()
	b.append(name, text)
	now := b.clock.Now()
	b.must(os.Chtimes(b.at(name), now, now))
}

// The wall clock is set forth or back, and back again, at every moment of a rotation. No line is lost, comes twice or late; a
// rotated file is read for its grace, and no longer.
func TestRow58_ClockJumps(t *testing.T) {
	now := time.Now()
	for _, d := range []time.Duration{-10 * 365 * 24 * time.Hour, -2 * time.Hour, -time.Second, time.Second, 2 * time.Hour, 10 * 365 * 24 * time.Hour} {
		if then := set(now, d); then.Sub(now) != 0 || then.Unix()-now.Unix() != int64(d/time.Second) {
			t.Fatalf("this is not how a clock is set: %v after %v", then, now)
		}
		b := live(t, "a\n")
		want := "a\n"
		step := func(name, text string, by time.Duration) {
			t.Helper()
			b.clock.jump(by)
			b.looks(1)
			b.touched(name, text)
			want += text
			b.looks(1)
			b.text(want)
		}
		step("f", "jumped\n", d)
		step("f", "back\n", -d)
		b.rename("f", "f.1")
		step("f.1", "between the names\n", d)
		step("f", "new\n", -d)
		step("f.1", "late\n", d)
		step("f", "new again\n", 0)
		step("f.1", "later\n", -d)
		b.clock.advance(25 * time.Second)
		step("f.1", "still in its grace\n", d)
		b.clock.advance(31 * time.Second)
		b.until("the rotated file is closed", func() bool { return len(opened(t, b.dir)) == 1 })
		if said := b.sink.marks(); slices.Contains(said, "gap") || !slices.Contains(said, "rotated") {
			t.Errorf("markers %q", said)
		}
		b.unseen(func() {
			b.clock.jump(-d)
			b.touched("f", "unseen 1\n")
			b.rename("f.1", "f.2")
			b.rename("f", "f.1")
			b.clock.jump(d)
			b.touched("f", "unseen 2\n")
			b.coldly()
			b.clock.jump(-d)
		})
		b.text("unseen 1\nunseen 2\n")
		b.marked("rotated")
		b.end()
	}
}
