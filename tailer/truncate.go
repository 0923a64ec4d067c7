package tailer

import (
	"bytes"
	"slices"

	"livetail/internal/wire"
)

// rewritten deals with a file that no longer has what was read from it: cut, or begun again, or both between two looks.
func (f *Follower) rewritten(h *file) {
	f.again = true
	h.look()
	mark := wire.Marker{Kind: wire.MarkTruncated, Name: f.named(h.name)}
	lost := h.known - h.off
	var list []sibling
	if off, short := f.shortened(h); short && h.seek(off) {
		mark.Why = "only its end was cut off"
		list, _ = f.siblings()
	} else {
		var c *file
		if list, c = f.copyOf(h); c != nil {
			lost = 0
			c.until = f.t.clock.Now() // nobody writes to a copy
			f.held = slices.Insert(f.held, slices.Index(f.held, h), c)
			mark.To = f.named(c.name)
		} else if h.off > 0 && slices.ContainsFunc(list, func(s sibling) bool { return s.Packed != "" }) {
			f.tear(h, lost)
			lost = 0 // which is said when that is known
		}
		was := h.known
		h.reset()
		h.hole, h.tells = was, true
	}
	f.relearn(h, list)
	if lost > 0 {
		h.marks = append(h.marks, f.marker(wire.Marker{Kind: wire.MarkGap, Bytes: lost, Name: f.named(h.name),
			Why: unreadWords}))
	}
	h.marks = append(h.marks, f.marker(mark))
}

// relearn notes what is older than h, which begins anew: its copy is.
func (f *Follower) relearn(h *file, list []sibling) {
	if h != f.last() {
		return
	}
	end := slices.IndexFunc(list, func(s sibling) bool { return h.same(&s.st) })
	if _, err := f.glance(); err == nil && h.same(&f.st) {
		end = len(list)
	}
	var known []past
	for i, s := range list {
		if i < end || f.isOld(s) || slices.Contains(f.held, s.held) {
			known = append(known, pastOf(s))
		}
	}
	f.knows(list, known)
}

// shortened finds where to go on in a file whose end was cut off and whose beginning is as it was.
func (f *Follower) shortened(h *file) (int64, bool) {
	c := h.coding()
	size, from := h.extent(), h.off-int64(len(h.back))
	if size == 0 || size >= h.off {
		return 0, false
	}
	b := make([]byte, min(size, backSize))
	if n, err := h.pread(b, size-int64(len(b))); err != nil || n < len(b) {
		return 0, false
	}
	if seen := size - from; from == 0 || seen >= minAlone {
		if !bytes.Equal(b[int64(len(b))-seen:], h.back[:seen]) {
			return 0, false
		}
	} else if !f.checked(h, size) {
		return 0, false
	}
	if at := c.AfterLast(b); at > 0 || int64(len(b)) == size {
		return size - int64(len(b)) + int64(at), true // a line that was cut is told again, with its new end
	}
	return size, true
}

// checked says whether the file is as it was at the last checkpoint before its end.
func (f *Follower) checked(h *file, size int64) bool {
	for i := len(h.checks) - 1; i >= 0; i-- {
		if c := h.checks[i]; c.at <= size {
			return f.t.holds(h, token{headN: h.tok.headN, head: h.tok.head, checkAt: c.at, check: c.sum})
		}
	}
	return false
}

// copyOf finds the copy that copytruncate made, and opens it where reading h had come to. It also returns the list that it
// looked through: without one, it is a truncation without a copy.
func (f *Follower) copyOf(h *file) (list []sibling, c *file) {
	for range 3 { // names may move on between the list and the opening
		var err error
		if list, err = f.siblings(); err != nil || h.off == 0 {
			return list, nil
		}
		moved := false
		for i := len(list) - 1; i >= 0; i-- {
			s := &list[i]
			if s.Packed != "" || s.st.Size < h.off || f.wasThere(s, h.began) || slices.ContainsFunc(f.held, func(h *file) bool { return h.same(&s.st) }) {
				continue
			}
			c, err := f.open(s)
			switch {
			case err != nil:
				moved = true
			case f.copied(h, c):
				return list, c
			default:
				c.close()
				s.held = nil
			}
		}
		if !moved {
			break
		}
	}
	return list, nil
}

// copied says whether c has what was read from h, which itself may not have it any more; then c goes on from there.
func (f *Follower) copied(h, c *file) bool {
	tok := token{headN: h.tok.headN, head: h.tok.head, checkAt: h.off, check: f.t.mac('c', h.back)}
	if !f.t.holds(c, tok) || !c.seek(h.off) {
		return false
	}
	c.cut, c.half = h.cut, h.half
	f.goesOn(h, c)
	return true
}

const mostCompared = 64 << 20

// sameBytes compares two files from one offset to another, if that is not too much work.
func sameBytes(a, b *file, from, to int64) bool {
	if to-from > mostCompared {
		return false
	}
	x, y := make([]byte, min(to-from, 64<<10)), make([]byte, min(to-from, 64<<10))
	for from < to {
		n := min(to-from, int64(len(x)))
		i, err1 := a.pread(x[:n], from)
		j, err2 := b.pread(y[:n], from)
		if err1 != nil || err2 != nil || int64(i) < n || int64(j) < n || !bytes.Equal(x[:n], y[:n]) {
			return false
		}
		from += n
	}
	return true
}

var newline = []byte{'\n'}
