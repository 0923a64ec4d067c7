package tailer

import "livetail/internal/filter"

// Whoever only wants to know how many lines pass gets no frame of them, so none is put together; and since what was judged says how
// many lines begin in it, none is counted twice.

// tallies says whether that is all that is asked: then no limit ends the answer inside of what passes.
func (a *answer) tallies() bool { return a.q.Quiet && a.q.Lines == 0 && a.q.Bytes == 0 }

// tally goes behind data, of which a.spans pass. Lines count where they end.
func (a *answer) tally(h *file, data []byte) error {
	c, n := h.coding(), len(a.spans)
	passed := filter.Begun(a.spans)
	if n > 0 && h.cut && a.spans[0].From == 0 {
		passed++ // began earlier
	}
	half := n > 0 && a.spans[n-1].To == len(data) && !c.Ends(data)
	if half {
		passed--
	}
	if a.filter == nil {
		a.seen += uint32(passed)
	} else {
		a.seen += uint32(c.Count(data))
	}
	if half && h.flush && h.off+int64(len(data)) >= h.size() {
		passed++ // nobody ends it any more
	}
	a.looked += uint64(len(data))
	h.advance(data)
	return a.tallied(passed)
}

// tallyBack goes before data, of which a.spans pass. Lines count where they begin.
func (a *answer) tallyBack(h *file, data []byte) error {
	passed, c := filter.Begun(a.spans), h.coding()
	if a.filter == nil {
		a.seen += uint32(passed)
	} else {
		a.seen += 1 + uint32(c.Count(data[:len(data)-c.Unit()]))
	}
	a.looked += uint64(len(data))
	a.front = append(a.front[:0], data[:min(len(data), backSize-1)]...)
	h.off -= int64(len(data))
	return a.tallied(passed)
}

func (a *answer) tallied(passed int) error {
	if len(a.spans) > 0 {
		a.lines += uint64(passed)
		a.passed += uint32(passed)
		a.some = true
	}
	return a.beat()
}
