package tailer

import (
	"bytes"

	"livetail/internal/filter"
	"livetail/internal/wire"
)

// rearSifted looks at what comes before the place in h, and sends what passes.
func (a *answer) rearSifted(h *file) (moved bool, err error) {
	if a.raw > 0 && h.off > a.raw || a.raw < 0 && h.off > 0 {
		return a.rear(h) // a long line that passed
	}
	a.raw = 0
	limit, c := a.limit(h), h.coding()
	want, why := a.lookLeft(h)
	lo := max(limit, h.off-want)
	if lo >= h.off {
		if h.off > limit {
			return false, cmpDone(why, wire.EndLooked)
		}
		return false, nil
	}
	if err := h.look(); err != nil {
		return false, errChanged
	}
	b := a.view.t.chunks.Get().(*[]byte)
	defer a.view.t.chunks.Put(b)
	before := int(min(lo, groupBytes))
	if from, hole := a.written(h, lo, h.off); hole && from == h.off {
		return true, a.skipBack(h)
	} else if hole {
		lo, before = from, 0
	}
	buf := (*b)[:before+int(h.off-lo)+len(a.front)]
	if err := a.step(h.off - lo); err != nil {
		return false, err
	}
	defer a.leave()
	n, err := a.pread(h, buf, lo-int64(before))
	if err != nil {
		return false, failure(words(err))
	}
	if n < len(buf) || !bytes.Equal(buf[len(buf)-len(a.front):], a.front) {
		return false, errChanged
	}
	group, data := buf[:before], buf[before:len(buf)-len(a.front)]
	inside := !c.Ends(data) && (h.off < h.extent() || a.growing(h))
	at := 0
	if before > 0 && !c.Ends(group) {
		at = c.After(data[:len(data)-c.Unit()])
		if at > 0 {
			group = buf[:before+at]
		} else {
			inside = true
		}
	}
	if inside {
		a.leave()
		return a.rearLine(h, limit, lo, at == 0 && why != "")
	}
	data = data[at:]
	if len(group) < int(lo)+at {
		group = group[c.After(group):]
	}
	a.m = a.filter.NewMatcher()
	a.m.Limit(a.view.t.maxLine)
	a.m.Prime(c.Text(group))
	a.spans = a.judge(&a.m, c, data, false, a.spans[:0])
	a.leave()
	return true, a.emitBack(h, data)
}

// rearLine deals with a line that is not wholly in a chunk: its beginning decides.
func (a *answer) rearLine(h *file, limit, lo int64, short bool) (bool, error) {
	inner := h.off - int64(h.coding().Unit()) // not the line's own end
	if err := a.prime(h, inner, true); err != nil {
		return false, err
	}
	start, err := a.lineStart(h, inner)
	if err != nil {
		return false, failure(words(err))
	}
	start = max(start, limit)
	if a.m.Passed() && !a.q.Quiet {
		if a.raw = start; start == 0 {
			a.raw = -1
		}
		return true, nil
	}
	if short && start < lo && a.looked > 0 {
		return false, done(wire.EndLooked)
	}
	a.seen++
	if a.m.Passed() {
		a.passed++
		a.lines++
	}
	a.looked += uint64(h.off - start)
	h.off, a.front = start, a.front[:0]
	return true, a.beat()
}

// emitBack sends the lines of data, which ends where h is read to, that are in a.spans, and goes before data.
func (a *answer) emitBack(h *file, data []byte) error {
	if a.tallies() {
		return a.tallyBack(h, data)
	}
	base := h.off - int64(len(data))
	at, c := len(data), h.coding()
	pass := func(to int) {
		if to < at {
			if a.seen += uint32(c.Count(data[to : at-c.Unit()])); to == 0 || c.Ends(data[:to]) {
				a.seen++ // lines count where they begin
			}
			a.looked += uint64(at - to)
			a.front = append(a.front[:0], data[to:min(at, to+backSize-1)]...)
			h.off, at = base+int64(to), to
		}
	}
	for rest := a.spans; len(rest) > 0; {
		room, why, err := a.offer(h)
		if err != nil {
			return err
		}
		var taken []filter.Span
		taken, rest = a.choose(c, data, rest, room, a.linesLeft(), true)
		first, last := taken[0], taken[len(taken)-1]
		parted := first.From > 0 && !c.Ends(data[:first.From])
		ends := c.Ends(data[:last.To]) || last.To == len(data)
		if parted && why != "" && a.some && ends {
			pass(last.To)
			return why
		}
		f := wire.Frame{Kind: wire.Lines}
		a.wrap(&f, c, data, taken)
		count := bytes.Count(f.Payload[:len(f.Payload)-1], newline)
		if parted {
			f.Flags |= wire.Cont
		} else {
			count++
		}
		switch {
		case c.Ends(data[:last.To]):
		case last.To == len(data):
			f.Flags |= wire.NoEOL
		default:
			f.Flags |= wire.Open
		}
		pass(first.From)
		if err := a.deliver(f, h.off, taken, count); err != nil {
			return err
		}
	}
	pass(0)
	return a.beat()
}
