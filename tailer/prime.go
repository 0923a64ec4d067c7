package tailer

import (
	"bytes"
	"slices"

	"livetail/internal/filter"
)

const (
	firstBefore = 64 << 10 // how far back a line is looked for that surely continues no other
	mostBefore  = 1 << 20  // and at most
	mostLine    = 64 << 20 // how far back the beginning of a line is looked for
)

// prime learns what h's next line may continue: the lines before it in the file, or the end of the file before.
func (f *Follower) prime(h *file) {
	h.judge, h.primed = f.strain.filter.NewMatcher(), true
	h.judge.Limit(f.t.maxLine)
	if f.strain.filter == nil {
		return
	}
	off := h.off
	if h.cut {
		off = lineBefore(h, off)
	}
	var b []byte
	for n := int64(firstBefore); ; n *= 4 {
		low := max(0, off-n)
		b = h.coding().Text(readAt(h, low, off))
		if low > 0 { // not its beginning that is cut
			b = b[bytes.IndexByte(b, '\n')+1:]
		}
		at := filter.GroupStart(b)
		if at < 0 && low == 0 {
			f.inherit(h)
		}
		if at >= 0 || low == 0 || n >= mostBefore {
			break
		}
	}
	h.judge.Prime(b)
	if h.cut {
		line := h.coding().Text(readAt(h, off, min(h.size(), off+int64(f.t.maxLine))))
		if at := bytes.IndexByte(line, '\n'); at >= 0 {
			line = line[:at]
		}
		h.judge.Line(line)
	}
}

// inherit goes on with what the file before h ended with.
func (f *Follower) inherit(h *file) {
	at := slices.Index(f.held, h)
	if at < 1 {
		return
	}
	old := f.held[at-1]
	if !old.primed {
		f.prime(old)
	}
	h.judge = old.judge
}

// lineBefore is where the line begins that has the byte before off.
func lineBefore(h *file, off int64) int64 {
	c, low := h.coding(), max(0, off-mostLine)
	for off > low {
		b := readAt(h, max(low, off-mostChunk), off)
		if len(b) == 0 {
			break
		}
		if at := c.AfterLast(b); at > 0 {
			return off - int64(len(b)) + int64(at)
		}
		off -= int64(len(b))
	}
	return off
}

// readAt is what h has from one offset to another; nothing if that is not to be had.
func readAt(h *file, from, to int64) []byte {
	if to <= from {
		return nil
	}
	b := make([]byte, to-from)
	if n, err := h.pread(b, from); err != nil || n < len(b) {
		return nil
	}
	return b
}
