package tailer

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"

	"golang.org/x/sys/unix"

	"livetail/internal/wire"
)

// crowd is many followers of one log, each with a sink of its own.
type crowd struct {
	*bench
	followers []*Follower
	sinks     []*sink
}

func newCrowd(t *testing.T, n int, set ...setting) *crowd {
	b := newBench(t, set...)
	b.write("f", "a\n")
	c := &crowd{bench: b}
	ctx, cancel := context.WithCancel(context.Background())
	var all sync.WaitGroup
	t.Cleanup(func() { cancel(); all.Wait() })
	for range n {
		f, s := b.tailer.Open(b.follower.src), newSink()
		c.followers, c.sinks = append(c.followers, f), append(c.sinks, s)
		all.Go(func() {
			f.Follow(ctx, Start{Lines: 10}, s)
			f.Close()
		})
	}
	c.each("the live edge", func(s *sink) bool {
		return len(s.frames) > 0 && s.frames[len(s.frames)-1].mark.Kind == wire.MarkLive
	})
	c.watched()
	c.rest()
	return c
}

func (c *crowd) each(what string, ok func(*sink) bool) {
	c.Helper()
	for _, s := range c.sinks {
		c.sink = s
		c.wait(what, ok)
	}
}

// rest waits until every follower waits, and has nothing to do.
func (c *crowd) rest() {
	c.Helper()
	for _, f := range c.followers {
		c.until("all rest", func() bool { return f.resting() && len(f.wake) == 0 })
	}
}

// looked counts who looked at the log since it was last asked.
func (c *crowd) looked() (n int) {
	for _, f := range c.followers {
		f.mu.Lock()
		if f.st != (unix.Stat_t{}) {
			n++
		}
		f.st = unix.Stat_t{}
		f.mu.Unlock()
	}
	return n
}

// Many tails of one log have one descriptor, one watch, and one look a second between them; all are alive for that.
func TestShared_QuietTailsOfOneLog(t *testing.T) {
	c := newCrowd(t, 50)
	if n := len(opened(t, c.dir)); n != 1 {
		t.Errorf("%d descriptors", n)
	}
	c.tailer.mu.Lock()
	if len(c.tailer.dirs) != 1 || len(c.tailer.dirs[c.dir].spots) != 1 {
		t.Errorf("%d folders, %d spots", len(c.tailer.dirs), len(c.tailer.dirs[c.dir].spots))
	}
	c.tailer.mu.Unlock()
	for range 3 {
		c.looked()
		before := map[*sink]int{}
		for _, s := range c.sinks {
			s.mu.Lock()
			before[s] = s.turns
			s.mu.Unlock()
		}
		c.clock.advance(c.tailer.every)
		c.each("a turn", func(s *sink) bool { return s.turns > before[s] })
		c.rest()
		if n := c.looked(); n != 1 {
			t.Errorf("%d looks", n)
		}
	}
}

// What no event tells, one finds and all read: also where names change, and where the one who looks goes away.
func TestShared_OneFindsAllRead(t *testing.T) {
	c := newCrowd(t, 20)
	c.deaf()
	c.rest()
	want := "a\n"
	for i := range 10 {
		text := fmt.Sprintf("b%d\n", i)
		switch i % 3 {
		case 0:
			c.append("f", text)
		case 1:
			c.rename("f", fmt.Sprintf("f.%d", i))
			c.append("f", text)
		case 2:
			c.remove("f")
			c.append("f", text)
		}
		want += text
		c.clock.advance(c.tailer.every)
		c.each(text, func(s *sink) bool { return s.text.Len() >= len(want) })
		for _, s := range c.sinks {
			if s.text.String() != want {
				t.Fatalf("got %q", s.text.String())
			}
		}
		c.followers[0].Close()
		c.followers, c.sinks = c.followers[1:], c.sinks[1:]
	}
}

// Tails of a log that is not there yet share a look too, and all see it come.
func TestShared_WaitingForOneLog(t *testing.T) {
	c := newCrowd(t, 10)
	c.deaf()
	c.remove("f")
	c.clock.advance(c.tailer.every)
	for _, f := range c.followers {
		c.until("it misses the log", func() bool { f.mu.Lock(); defer f.mu.Unlock(); return !f.since.IsZero() })
	}
	for range 40 { // the grace, and a little
		c.clock.advance(c.tailer.every)
	}
	c.each("the wait", func(s *sink) bool { return strings.Contains(fmt.Sprint(s.marks()), wire.MarkWaiting) })
	c.append("f", "b\n")
	c.clock.advance(c.tailer.every)
	c.each("b", func(s *sink) bool { return s.text.String() == "a\nb\n" })
}

// A descriptor that failed is not given to those who open the file anew, and one that is still used stays open.
func TestShared_Descriptors(t *testing.T) {
	b := newBench(t)
	b.write("f", "a\n")
	open := func() *file {
		h, err := b.tailer.openFile(b.path, openPlain)
		b.must(err)
		return h
	}
	first, second := open(), open()
	if first.fd != second.fd || len(opened(t, b.dir)) != 1 {
		t.Error("not shared")
	}
	first.shared.spoil()
	third := open()
	if third.fd == first.fd {
		t.Error("a spoilt descriptor is used again")
	}
	first.close()
	first.close()
	if n, err := second.pread(make([]byte, 2), 0); n != 2 || err != nil {
		t.Errorf("closed under its other user: %d, %v", n, err)
	}
	second.close()
	third.close()
	if left := len(opened(t, b.dir)) + len(b.tailer.files.open); left > 0 {
		t.Errorf("%d are left", left)
	}
}
