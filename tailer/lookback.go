package tailer

import (
	"fmt"
	"time"

	"livetail/internal/filter"
	"livetail/internal/wire"
)

const (
	mostLooked   = 64 << 20    // how far back lines that pass are looked for before a tail goes live,
	longestLook  = time.Second // and how long
	lookedAtOnce = 1 << 20
)

// backlog finds where the last lines of h begin that pass, and a marker if fewer do than were asked for.
func (f *Follower) backlog(h *file, most int64) (off int64, short []wire.Marker, err error) {
	if f.strain.filter == nil || f.start.Lines <= 0 {
		off, err = backlog(h, f.start.Lines, most)
		return off, nil, err
	}
	for {
		off, found, whole, err := f.lookBack(h, most)
		if err != nil || whole {
			if err == nil && found < f.start.Lines && off > 0 {
				what := fmt.Sprintf("%d lines pass", found)
				if found == 1 {
					what = "1 line passes"
				}
				short = append(short, f.marker(wire.Marker{Kind: wire.MarkLooked, Bytes: h.size() - off, Name: f.named(h.name),
					Why: what + " the filter; older ones were not looked at"}))
			}
			return off, short, err
		}
		// It was truncated under our hands: again, with its new size.
	}
}

// lookBack judges h from its end towards its beginning, group by group.
func (f *Follower) lookBack(h *file, most int64) (off int64, found int, whole bool, err error) {
	if err := h.look(); err != nil {
		return 0, 0, false, err
	}
	c, size, began := h.coding(), h.extent(), f.t.clock.Now()
	low, hole := afterHoles(h, max(0, size-mostLooked), size)
	buf := make([]byte, min(lookedAtOnce, size-low))
	var spans []filter.Span
	var d decoder
	for end := size; end > low; {
		f.sink.Turn()
		from := max(low, end-int64(len(buf)))
		b := buf[:end-from]
		if n, err := h.pread(b, from); err != nil || n < len(b) {
			return 0, 0, false, err
		}
		first := 0
		if from > 0 && !(hole && from == low) {
			at := c.After(b)
			text := c.Text(b[at:])
			if first = filter.FirstGroup(text); at == 0 {
				first = -1
			} else if first >= 0 {
				first = at + c.Width(text[:first])
			}
		}
		if first < 0 { // one group, or one line, is longer than that
			if from == low || len(buf) >= 8*lookedAtOnce {
				return end, found, true, nil
			}
			buf = make([]byte, min(2*int64(len(buf)), size-low))
			continue
		}
		m := f.strain.filter.NewMatcher()
		m.Limit(f.t.maxLine)
		spans = d.judge(&m, c, b[first:], false, spans[:0])
		for i := len(spans) - 1; i >= 0; i-- {
			p := b[first+spans[i].From : first+spans[i].To]
			for len(p) > 0 {
				start := c.AfterLast(p[:len(p)-c.Unit()])
				if most -= int64(len(p) - start); most < 0 || found == f.start.Lines {
					return from + int64(first+spans[i].From+len(p)), f.start.Lines, true, nil
				}
				if end < size || first+spans[i].From+len(p) < len(b) || c.Ends(p) {
					found++ // half a line at the end comes on top
				}
				p = p[:start]
			}
		}
		if end = from + int64(first); end <= low || f.t.clock.Now().Sub(began) >= longestLook || f.ctx.Err() != nil {
			return end, found, true, nil
		}
	}
	return low, found, true, nil
}
