//go:build linux

package storm

import (
	"bytes"
	"fmt"
	"strconv"
	"time"

	"livetail/internal/wire"
)

// checker compares what a page got with what was written.
type checker struct {
	journal  *journal
	authors  []seen
	rest     []byte // of a line that has not ended
	repeated int
	disorder int
	gaps     int
	faults   int
	first    []string // the first few things that were wrong, in words
}

// seen is one author's lines on one page.
type seen struct {
	times []uint8 // how often line n came
	last  int
	base  int // the first line that had to come; -1: whichever comes first
}

func newChecker(j *journal) checker {
	c := checker{journal: j, authors: make([]seen, len(j.authors))}
	for i := range c.authors {
		c.authors[i].last = -1
	}
	return c
}

// anywhere lets each author's first line be any.
func (c *checker) anywhere() {
	for i := range c.authors {
		c.authors[i].base = -1
	}
}

func (c *checker) fault(format string, args ...any) {
	c.faults++
	c.say(format, args...)
}

func (c *checker) say(format string, args ...any) {
	if len(c.first) < 5 {
		c.first = append(c.first, fmt.Sprintf(time.Now().Format("15:04:05.000 ")+format, args...))
	}
}

func (c *checker) marked(m wire.Marker) {
	switch m.Kind {
	case wire.MarkGap, wire.MarkEdge, wire.MarkTruncated, wire.MarkReplaced:
		c.gaps++
		c.say("%s: %d bytes, %s", m.Kind, m.Bytes, m.Why)
	}
}

// lines takes a frame of lines and says how old the oldest was.
func (c *checker) lines(f *wire.Frame, now time.Time) (late time.Duration) {
	if inside := f.Flags&wire.Cont != 0; inside != (len(c.rest) > 0) && len(f.Payload) > 0 {
		c.fault("a frame begins inside a line: %t, with %d bytes of one before it", inside, len(c.rest))
	}
	c.rest = append(c.rest, f.Payload...)
	for {
		line, rest, whole := bytes.Cut(c.rest, []byte("\n"))
		if !whole {
			break
		}
		late = max(late, c.line(line, now))
		c.rest = rest
	}
	c.rest = append([]byte(nil), c.rest...)
	return late
}

func (c *checker) line(line []byte, now time.Time) time.Duration {
	fields := bytes.SplitN(line, []byte(" "), 3)
	if len(fields) != 3 {
		c.fault("a line that nobody wrote: %.60q", line)
		return 0
	}
	author, err1 := strconv.Atoi(string(fields[0]))
	n, err2 := strconv.Atoi(string(fields[1]))
	at, ok := c.journal.when(author, n)
	if err1 != nil || err2 != nil || !ok || string(line) != c.journal.line(author, n) {
		c.fault("a line that nobody wrote: %.60q", line)
		return 0
	}
	s := &c.authors[author]
	if s.base < 0 {
		s.base, s.last = n, n-1
	}
	for len(s.times) <= n {
		s.times = append(s.times, 0)
	}
	switch {
	case s.times[n] > 0:
		c.repeated++
		c.say("author %d: line %d again, the last was %d", author, n, s.last)
	case n < s.last:
		c.disorder++
		c.say("author %d: line %d after %d", author, n, s.last)
	case n > s.last+1:
		c.say("author %d: line %d after %d", author, n, s.last)
	}
	s.times[n] = min(s.times[n]+1, 9)
	s.last = max(s.last, n)
	return now.Sub(at)
}

// has is nil when all of these many lines were seen.
func (c *checker) has(written []int) error {
	for i, n := range written {
		if s := &c.authors[i]; s.last < n-1 {
			return fmt.Errorf("%s: author %d: line %d of %d", c.journal.name, i, s.last, n)
		}
	}
	return nil
}

// missing counts the lines of these many that never came.
func (c *checker) missing(written []int) (n, all int) {
	for i, count := range written {
		s := &c.authors[i]
		for k := max(s.base, 0); k < count; k++ {
			if k >= len(s.times) || s.times[k] == 0 {
				n++
			} else {
				all++
			}
		}
	}
	return n, all
}
