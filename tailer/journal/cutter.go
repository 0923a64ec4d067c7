package journal

import (
	"bytes"
	"math"

	"livetail/internal/filter"
	"livetail/internal/wire"
)

// cutter makes frames of entries. One goroutine's.
type cutter struct {
	log    [3]byte
	filter *filter.Filter // nil: all lines pass
	quiet  bool           // count only
	match  filter.Matcher // of the entry that is under way

	base  cursor // of the frame that is being made; zero: none
	start int64  // of its first line
	end   int64  // behind the newest line in it
	after int64  // behind the newest line that was looked at
	first int64  // its first time, Unix milliseconds

	looked, passed uint32
	errors         uint16 // of those that passed, while only counts are wanted
	left           int64  // lines that may still pass; below 0: any number
	part           bool   // the newest line that went out is not complete
	passing        bool   // it passes
	payload, gaps  []byte
}

// begin makes room for the next frame.
func (c *cutter) begin() {
	c.base, c.payload, c.gaps, c.looked, c.passed, c.errors, c.first = cursor{}, c.payload[:0], c.gaps[:0], 0, 0, 0, 0
}

// some says whether a frame would say anything.
func (c *cutter) some() bool { return c.looked > 0 || len(c.payload) > 0 }

// add takes the text of e from byte at on, as far as room bytes allow in all, and says up to where it took it: a frame has
// entries of one numbering only, and whole lines, unless one does not fit alone.
func (c *cutter) add(e *entry, text []byte, at int64, room int) (upto int64) {
	if !c.some() {
		c.base = e.cursor
	}
	if !c.base.counts(e.cursor) {
		return at
	}
	ahead := e.cursor.seqnum - c.base.seqnum
	if at == 0 && !c.part {
		c.enter(nil)
	}
	for place := int64(ahead) << entryBits; at < int64(len(text)); {
		line, whole := text[at:], false
		if n := bytes.IndexByte(line, '\n'); n >= 0 {
			line, whole = line[:n+1], true
		}
		passes := c.judge(line)
		if passes && !c.quiet && !c.put(line, place+at, room) {
			if len(c.payload) > 0 {
				return at
			}
			line, whole = line[:room-1], false // alone in its frame, in parts
			c.put(line, place+at, room)
		}
		at += int64(len(line))
		c.after = place + at
		if c.first == 0 {
			c.first = e.time.UnixMilli()
		}
		if c.part = !whole; c.part {
			return at
		}
		c.looked++
		if passes {
			c.passed++
			if c.quiet && c.errors < math.MaxUint16 && filter.LevelOf(line) == filter.LevelError {
				c.errors++
			}
			if c.left--; c.left == 0 {
				return at
			}
		}
	}
	c.after = int64(ahead+1) << entryBits
	return at
}

// enter begins an entry, or goes on in it behind before. If that ends inside a line, what comes next is the line's rest.
func (c *cutter) enter(before []byte) {
	c.match = c.filter.NewMatcher()
	whole := bytes.LastIndexByte(before, '\n') + 1
	c.match.Prime(before[:whole])
	c.part = false
	if whole < len(before) {
		c.judge(before[whole:])
		c.part = true
	}
}

// passes counts the lines of one entry's text that pass.
func (c *cutter) passes(text []byte) (n int) {
	c.enter(nil)
	for line := range bytes.Lines(text) {
		if c.judge(line) {
			n++
		}
	}
	return n
}

// judge is asked once for each line: its parts share what was said of the first.
func (c *cutter) judge(line []byte) bool {
	if !c.part {
		c.passing = c.match.Line(line)
	}
	return c.passing
}

// put appends a line, if it fits.
func (c *cutter) put(line []byte, abs int64, room int) bool {
	if len(c.payload) == 0 {
		if len(line)+1 > room { // the gap takes one
			return false
		}
		c.start = abs
		c.gaps = wire.AppendGap(c.gaps, 0)
	} else {
		gaps := wire.AppendGap(c.gaps, abs-c.end)
		if len(c.payload)+len(line)+len(gaps) > room {
			return false
		}
		c.gaps = gaps
	}
	c.payload = append(c.payload, line...)
	c.end = abs + int64(len(line))
	return true
}

// frame fills fr with what was added.
func (c *cutter) frame(fr *wire.Frame, cont bool) {
	*fr = wire.Frame{Kind: wire.Lines, Flags: wire.Gapped, Start: c.start, Time: c.first, Gaps: c.gaps, Payload: c.payload}
	if c.filter != nil || c.quiet {
		fr.Looked, fr.Passed, fr.Errors = c.looked, c.passed, c.errors
	}
	switch {
	case len(c.payload) == 0:
		fr.Flags, fr.Gaps, fr.Start = 0, nil, c.after
	case c.payload[len(c.payload)-1] != '\n':
		fr.Flags |= wire.Open
	}
	if cont && len(c.payload) > 0 {
		fr.Flags |= wire.Cont
	}
	fr.After = wire.Position{{File: file(c.log, c.base), Offset: c.after}}
}
