package tailer

import "livetail/internal/wire"

const (
	probeBytes = 16 << 10  // in so much text there usually is a line with a time
	mostProbed = 4 << 20   // without one in so much there is none
	closeBytes = 64 << 10  // what is left is read line by line
	around     = 128 << 10 // how far times may go back and forth
	jitter     = 1000      // ms by which lines of several writers usually do
)

// seek goes to the first line that is not earlier than the question's time.
func (a *answer) seek() error {
	if err := a.survey(); err != nil {
		return err
	}
	defer a.trim()
	a.unsure = false
	i, early, err := a.fileOf(a.q.At)
	if err != nil {
		return err
	}
	if i < 0 {
		return a.edge(wire.SureNone, "no line has a time that is understood; this log's config may say how it writes times")
	}
	unsure := false
	for ; i < len(a.list); i++ {
		h, err := a.open(i)
		if err != nil {
			return err
		}
		if h == nil {
			continue
		}
		line, ok, err := a.within(h, a.q.At)
		if err != nil {
			return err
		}
		if unsure = h.unsure; !ok {
			a.trim()
			continue
		}
		m := wire.Marker{Kind: wire.MarkFound, Sure: wire.SureExact}
		switch {
		case unsure, a.unsure && line.first: // then what is older may be not earlier too
			m.Sure, m.Why = wire.SureNear, yearWords
		case line.near:
			m.Sure, m.Why = wire.SureNear, "times go back and forth there, or lines have none"
		case early && line.first && line.ms > a.q.At:
			m.Why = "the log begins later"
		}
		return a.found(h, line.off, line.ms, m)
	}
	if unsure {
		return a.edge(wire.SureNear, yearWords)
	}
	return a.edge(wire.SureExact, "the log ends earlier")
}

// edge goes to the live edge: there is what was looked for.
func (a *answer) edge(sure, why string) error {
	h, err := a.newest()
	if err != nil {
		return err
	}
	m := wire.Marker{Kind: wire.MarkFound, Sure: sure, Why: why}
	if h == nil {
		return a.tell(m, 0)
	}
	end, err := a.end(h)
	if err != nil {
		return err
	}
	return a.found(h, end, 0, m)
}

// found goes to the place off of h, and tells it; ms is the time of the line there.
func (a *answer) found(h *file, off, ms int64, m wire.Marker) error {
	if !h.seek(off) {
		return errChanged
	}
	a.at, a.turn = []*file{h}, 0
	if err := a.lead(); err != nil {
		return err
	}
	room, err := a.room()
	if err != nil {
		return err
	}
	m.Name = a.view.named(h.name)
	a.time = ms
	return a.send(wire.Frame{Kind: wire.Mark, Payload: fit(a.view.marker(m), room)}, off)
}

// fileOf is the last file that begins before ms; if all that have a time begin later, early, the first of those; -1: none has.
func (a *answer) fileOf(ms int64) (file int, early bool, err error) {
	low, high, best, any := -1, len(a.list), -1, false
	for low+1 < high {
		mid := (low + high) / 2
		at, begin, err := a.begins(mid, low)
		if err != nil {
			return -1, false, err
		}
		any = any || at >= 0
		switch {
		case at < 0:
			low = mid
		case begin < ms:
			low, best = mid, at
		default:
			high = at
		}
	}
	if best < 0 && any {
		return high, true, nil
	}
	return best, false, nil
}

// begins is the first time in the file number i or, if it has none, in the nearest before it that does, but is behind low; at
// is which one that is; -1: none.
func (a *answer) begins(i, low int) (at int, ms int64, err error) {
	defer a.trim()
	for ; i > low; i-- {
		h, err := a.open(i)
		if err != nil {
			return -1, 0, err
		}
		if h == nil {
			continue
		}
		if err := a.years(h); err != nil {
			return -1, 0, err
		}
		if p, ok, err := a.probe(h, 0, everything); err != nil || ok {
			return i, p.ms, err
		}
	}
	return -1, 0, nil
}

// timed is a line that has a time.
type timed struct {
	off   int64
	ms    int64
	near  bool // not sure to be the first
	first bool // of its file
}

// probe finds the first line with a time that begins at off or behind it, and before hi.
func (a *answer) probe(h *file, off, hi int64) (p timed, ok bool, err error) {
	ok, err = a.each(h, off, min(hi, off+mostProbed), probeBytes, func(t timed) bool { p = t; return false })
	return p, ok, err
}

// each gives the lines with a time that begin at off or behind it and before hi, until yield has enough; any says whether
// there was one. It reads step bytes at a time.
func (a *answer) each(h *file, off, hi int64, step int, yield func(timed) bool) (any bool, err error) {
	b := a.view.t.buffers.get(step)
	defer a.view.t.buffers.put(b)
	if err := a.fill(h, min(hi, off+int64(step))); err != nil {
		return false, err
	}
	c := h.coding()
	off = c.Align(off)
	inside := off > 0 // perhaps in the middle of a line
	if inside {
		off -= int64(c.Unit())
	}
	for off < hi {
		if err := a.ctx.Err(); err != nil {
			return any, err
		}
		if err := a.fill(h, off+int64(step)); err != nil {
			return any, err
		}
		n, err := h.pread((*b)[:step], off)
		if err != nil {
			return any, failure(words(err))
		}
		text, at := (*b)[:n], 0
		if inside {
			if at = c.After(text); at == 0 {
				at = n
			} else {
				inside = false
			}
		}
		for at < n && off+int64(at) < hi {
			line := text[at:]
			end := c.After(line)
			if end == 0 && at > 0 && n == step {
				break // it is read again from its beginning
			}
			if end > 0 {
				line = line[:end-c.Unit()]
			}
			if ms, ok := a.view.src.Times.At(c.Text(line), h.near(off+int64(at))); ok {
				any = true
				if !yield(timed{off: off + int64(at), ms: ms}) {
					return any, nil
				}
			}
			if end == 0 {
				at, inside = n, true // its rest is no line
				break
			}
			at += end
		}
		if at < c.Unit() || n < step {
			return any, nil
		}
		off += int64(at)
	}
	return any, nil
}

// within finds the first line of h that is not earlier than ms, by bisection; what is compressed is unpacked no further than
// needed.
func (a *answer) within(h *file, ms int64) (found timed, ok bool, err error) {
	if err := a.years(h); err != nil {
		return found, false, err
	}
	if err := h.look(); err != nil {
		return found, false, failure(words(err))
	}
	size := h.size()
	if h.text != nil {
		if size, err = a.gallop(h, ms); err != nil {
			return found, false, err
		}
	}
	lo, hi, gaps := int64(0), size, false
	for hi-lo > closeBytes {
		mid := dataFrom(h, lo+(hi-lo)/2, hi)
		p, ok, err := a.probe(h, mid, hi)
		switch {
		case err != nil:
			return found, false, err
		case !ok:
			hi, gaps = lo+(hi-lo)/2, gaps || hi-mid > around
		case p.ms < ms:
			lo = p.off
		default:
			hi = lo + (hi-lo)/2
		}
	}
	// From here line by line, from a little before to a little behind: times may go back and forth.
	begin := max(0, lo-around)
	first := true
	_, err = a.each(h, begin, min(size, max(hi, lo)+mostProbed), closeBytes, func(t timed) bool {
		switch {
		case !ok && t.ms >= ms:
			found, ok = t, true
			found.first = first && begin == 0
		case ok && t.ms < max(ms, found.ms-jitter):
			found.near = true
		}
		first = false
		return !ok || t.off < found.off+around && !found.near
	})
	if ok && (gaps || found.off < lo) {
		found.near = true
	}
	return found, ok, err
}

// gallop unpacks h until it has a time that is not earlier than ms, or all of it, and says how much that is.
func (a *answer) gallop(h *file, ms int64) (int64, error) {
	for upto := int64(1 << 20); ; upto *= 2 {
		if err := a.fill(h, upto); err != nil {
			return 0, err
		}
		size := h.size()
		if size < upto {
			return size, nil
		}
		late := false
		if _, err := a.each(h, max(0, size-closeBytes), size, probeBytes, func(t timed) bool { late = t.ms >= ms; return !late }); err != nil {
			return 0, err
		}
		if late {
			return size, nil
		}
	}
}
