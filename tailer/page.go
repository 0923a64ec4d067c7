package tailer

import (
	"bytes"
	"errors"
	"slices"

	"livetail/internal/coding"
	"livetail/internal/filter"
	"livetail/internal/wire"
)

// read sends the lines that the question asks for, file by file.
func (a *answer) read() error {
	var err error
	if a.filter, err = filter.Parse(a.q.Filter); err != nil {
		return failure(err.Error())
	}
	if err := a.start(); err != nil {
		return err
	}
	step, move := a.forth, a.next
	switch sift := a.filter != nil || a.q.Quiet; {
	case a.q.Back && sift:
		step, move = a.rearSifted, a.previous
	case a.q.Back:
		step, move = a.rear, a.previous
	case sift:
		step = a.forthSifted
	}
	for {
		h := a.current()
		switch {
		case h == nil && a.q.Back:
			return done(wire.EndStart)
		case h == nil:
			return done(wire.EndEdge)
		case a.beyond(h):
			return done(wire.EndUntil)
		}
		sent, err := step(h)
		if err == nil && !sent {
			err = move(h)
		}
		if errors.Is(err, errChanged) {
			a.place(-1)
			err = a.begin(a.pos.Clone())
		}
		if err == nil {
			err = a.rest()
		}
		if err != nil {
			return err
		}
	}
}

// beyond says whether h is on the other side of the place until which to read.
func (a *answer) beyond(h *file) bool {
	switch at := a.index(h); {
	case len(a.ends) == 0:
		return false
	case a.q.Back:
		return at < a.index(a.ends[0])
	default:
		return at > a.index(a.ends[len(a.ends)-1])
	}
}

// limit is where in h to end.
func (a *answer) limit(h *file) int64 {
	low := max(a.raw, 0)
	if i := slices.Index(a.ends, h); i >= 0 {
		return max(a.stop[i], low)
	}
	if a.q.Back {
		return low
	}
	return h.size()
}

// left is how many bytes of h may still be read, where there is room for so many of text; why says what ends the answer then.
func (a *answer) left(h *file, room int) (n int64, why done) {
	n = int64(h.coding().Room(room))
	if left := remains(a.q.Bytes, a.bytes, h); a.q.Bytes > 0 && left < n {
		n, why = left, wire.EndLines
	}
	if left := remains(a.q.Look, a.looked, h); a.q.Look > 0 && left < n {
		n, why = left, wire.EndLooked
	}
	return n, why
}

// remains is what is left of a limit, and enough for a character of h.
func remains(most, used uint64, h *file) int64 {
	if used >= most {
		return 0
	}
	char := uint64(h.coding().Char())
	return int64(min((most-used+char-1)/char*char, everything))
}

// forth sends what comes next in h, if that is a whole line or a line that is too long for one frame.
func (a *answer) forth(h *file) (sent bool, err error) {
	room, err := a.room()
	if err != nil {
		return false, err
	}
	if err := a.fill(h, coding.Head); err != nil {
		return false, err
	}
	left, why := a.left(h, room)
	if left == 0 || a.enough() {
		return false, cmpDone(why, wire.EndLines)
	}
	if err := a.fill(h, h.off+left+1); err != nil { // one more: what ends at the size is the end
		return false, err
	}
	if err := h.look(); err != nil || h.size() < h.off {
		return false, errChanged
	}
	h.tried = h.size()
	want := min(left, min(a.limit(h), h.size())-h.off)
	if want <= 0 {
		return false, nil
	}
	before := len(h.back)
	b := a.view.t.buffers.get(before + int(want))
	defer a.view.t.buffers.put(b)
	buf := (*b)[:before+int(want)]
	if err := a.step(want); err != nil {
		return false, err
	}
	n, err := a.pread(h, buf, h.off-int64(before))
	a.leave()
	if err != nil {
		return false, failure(words(err))
	}
	if n < len(buf) || !bytes.Equal(buf[:before], h.back) {
		return false, errChanged
	}
	data, c := buf[before:], h.coding()
	if data[0] == 0 {
		if skipped, err := a.skip(h); skipped || err != nil {
			return skipped, err
		}
	}
	end := h.off + want
	var flags uint8
	switch at := c.AfterLast(data); {
	case at > 0:
		data = data[:at]
	case end == h.size() && h.flush:
		flags = wire.NoEOL
	case end == h.size():
		return false, nil // half a line
	case end < a.limit(h) && why != "" && a.some && !h.cut:
		return false, why
	default:
		if half, err := a.unended(h); half || err != nil {
			return false, err
		}
		data, flags = c.Whole(data), wire.Open
	}
	count := c.Count(data)
	if most := a.linesLeft(); count > most {
		data, count = data[:nth(c, data, most)], most
	}
	if h.cut {
		flags |= wire.Cont
	}
	if flags&wire.NoEOL != 0 {
		count++
	}
	h.advance(data)
	a.count(data, count)
	f := wire.Frame{Kind: wire.Lines, Flags: flags}
	a.taken = append(a.taken[:0], filter.Span{To: len(data)})
	a.wrap(&f, c, data, a.taken)
	return true, a.send(f, h.off-int64(len(data)))
}

// nth is where the line number n of data ends.
func nth(c coding.Coding, data []byte, n int) (at int) {
	for range n {
		at += c.After(data[at:])
	}
	return at
}

// rear sends what comes before the place in h.
func (a *answer) rear(h *file) (sent bool, err error) {
	room, err := a.room()
	if err != nil {
		return false, err
	}
	left, why := a.left(h, room)
	if left == 0 || a.enough() {
		return false, cmpDone(why, wire.EndLines)
	}
	limit, c := a.limit(h), h.coding()
	lo := max(limit, h.off-left)
	if lo >= h.off {
		return false, nil
	}
	if err := h.look(); err != nil {
		return false, errChanged
	}
	before := int(min(lo, int64(c.Unit())))
	if from, hole := a.written(h, lo, h.off); hole && from == h.off {
		return true, a.skipBack(h)
	} else if hole {
		lo, before = from, 0
	}
	size := before + int(h.off-lo) + len(a.front)
	b := a.view.t.buffers.get(size)
	defer a.view.t.buffers.put(b)
	buf := (*b)[:size]
	if err := a.step(h.off - lo); err != nil {
		return false, err
	}
	n, err := a.pread(h, buf, lo-int64(before))
	a.leave()
	if err != nil {
		return false, failure(words(err))
	}
	if n < size || !bytes.Equal(buf[size-len(a.front):], a.front) {
		return false, errChanged
	}
	data := buf[before : size-len(a.front)]
	whole := before == 0 || c.Ends(buf[:before]) // it begins with a line's first byte
	inner := data[:len(data)-c.Unit()]
	if !whole {
		at := c.After(inner)
		switch {
		case at > 0:
			data, inner, whole = data[at:], inner[at:], true
		case lo > limit && why != "" && a.some && c.Ends(data):
			return false, why
		case lo > limit:
			data = c.WholeFrom(data)
		}
	}
	var flags uint8
	count := 0
	if whole {
		count = 1 + c.Count(inner)
	} else {
		flags = wire.Cont
	}
	if most := a.linesLeft(); count > most {
		for range most {
			inner = inner[:c.AfterLast(inner)-c.Unit()]
		}
		data, count = data[len(inner)+c.Unit():], most
	}
	switch {
	case c.Ends(data):
	case h.off == h.extent() && !a.growing(h):
		flags |= wire.NoEOL
	default:
		flags |= wire.Open
	}
	h.off -= int64(len(data))
	a.front = append(a.front[:0], data[:min(len(data), backSize-1)]...)
	a.count(data, count)
	if a.filter != nil { // the rest of a long line that passed
		a.seen += uint32(count)
		a.passed += uint32(count)
	}
	f := wire.Frame{Kind: wire.Lines, Flags: flags}
	a.taken = append(a.taken[:0], filter.Span{To: len(data)})
	a.wrap(&f, c, data, a.taken)
	return true, a.send(f, h.off)
}

func (a *answer) count(data []byte, lines int) {
	a.lines += uint64(lines)
	a.bytes += uint64(len(data))
	a.looked += uint64(len(data))
	a.some = true
}

func (a *answer) enough() bool { return a.q.Lines > 0 && a.lines >= uint64(a.q.Lines) }

func (a *answer) linesLeft() int {
	if a.q.Lines == 0 {
		return int(^uint(0) >> 1)
	}
	return int(uint64(a.q.Lines) - a.lines)
}

func cmpDone(a, b done) done {
	if a != "" {
		return a
	}
	return b
}
