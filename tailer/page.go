package tailer

import (
	"bytes"
	"errors"
	"slices"

	"livetail/internal/filter"
	"livetail/internal/wire"
)

// read sends the lines that the question asks for, file by file.
func (a *answer) read() error {
	var err error
	if a.filter, err = filter.Parse(a.q.Filter); err != nil {
		return failure(err.Error())
	}
	if err := a.begin(a.q.From); err != nil {
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

// left is how many bytes may still be read; why says what ends the answer then.
func (a *answer) left(most int) (n int64, why done) {
	n = int64(most)
	if a.q.Bytes > 0 && a.q.Bytes-a.bytes < uint64(n) {
		n, why = int64(a.q.Bytes-a.bytes), wire.EndLines
	}
	if a.q.Look > 0 && a.q.Look-a.looked < uint64(n) {
		n, why = int64(a.q.Look-a.looked), wire.EndLooked
	}
	return n, why
}

// forth sends what comes next in h, if that is a whole line or a line that is too long for one frame.
func (a *answer) forth(h *file) (sent bool, err error) {
	room, err := a.room()
	if err != nil {
		return false, err
	}
	left, why := a.left(room)
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
	data := buf[before:]
	end := h.off + want
	var flags uint8
	switch at := bytes.LastIndexByte(data, '\n'); {
	case at >= 0:
		data = data[:at+1]
	case end == h.size() && h.flush:
		flags = wire.NoEOL
	case end == h.size():
		return false, nil // half a line
	case end < a.limit(h) && why != "" && a.some && !h.cut:
		return false, why
	default:
		flags = wire.Open
	}
	count := bytes.Count(data, newline)
	if most := a.linesLeft(); count > most {
		data, count = data[:nth(data, most)+1], most
	}
	if h.cut {
		flags |= wire.Cont
	}
	if flags&wire.NoEOL != 0 {
		count++
	}
	h.advance(data)
	a.count(data, count)
	return true, a.send(wire.Frame{Kind: wire.Lines, Flags: flags, Payload: data}, h.off-int64(len(data)))
}

// nth is where the newline number n of data is.
func nth(data []byte, n int) int {
	at := -1
	for range n {
		at += 1 + bytes.IndexByte(data[at+1:], '\n')
	}
	return at
}

// rear sends what comes before the place in h.
func (a *answer) rear(h *file) (sent bool, err error) {
	room, err := a.room()
	if err != nil {
		return false, err
	}
	left, why := a.left(room)
	if left == 0 || a.enough() {
		return false, cmpDone(why, wire.EndLines)
	}
	limit := a.limit(h)
	lo := max(limit, h.off-left)
	if lo >= h.off {
		return false, nil
	}
	if err := h.look(); err != nil {
		return false, errChanged
	}
	before := int(min(lo, 1))
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
	whole := before == 0 || buf[0] == '\n' // it begins with a line's first byte
	inner := data[:len(data)-1]
	if !whole {
		at := bytes.IndexByte(inner, '\n')
		switch {
		case at >= 0:
			data, inner, whole = data[at+1:], inner[at+1:], true
		case lo > limit && why != "" && a.some && data[len(data)-1] == '\n':
			return false, why
		}
	}
	var flags uint8
	count := 0
	if whole {
		count = 1 + bytes.Count(inner, newline)
	} else {
		flags = wire.Cont
	}
	if most := a.linesLeft(); count > most {
		for range most {
			inner = inner[:bytes.LastIndexByte(inner, '\n')]
		}
		data, count = data[len(inner)+1:], most
	}
	switch {
	case data[len(data)-1] == '\n':
	case h.off == h.size() && !a.growing(h):
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
	return true, a.send(wire.Frame{Kind: wire.Lines, Flags: flags, Payload: data}, h.off)
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
