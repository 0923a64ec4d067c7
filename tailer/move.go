package tailer

import (
	"slices"

	"livetail/internal/wire"
)

// next goes to the file after h, once h has no more to give.
func (a *answer) next(h *file) error {
	if n := len(a.ends); n > 0 && h == a.ends[n-1] && h.off >= a.stop[n-1] {
		return done(wire.EndUntil)
	}
	last := a.turn+1 == len(a.at)
	if last {
		if err := a.look(); err != nil {
			return err
		}
		defer a.trim()
		if err := h.look(); err != nil || h.size() != h.tried {
			return nil // it grew before the next one came
		}
	}
	switch {
	case h.off < h.size() && !h.flush && !a.growing(h):
		h.flush = true // half a line is all that there will ever be
		return nil
	case !last:
		a.turn++
		if !a.some {
			return nil // whoever asks has been in the next file already, and h had nothing new
		}
		return a.moved(h)
	}
	if err := a.broken(h); err != nil {
		return err
	}
	g, err := a.nearest(a.index(h)+1, 1)
	switch {
	case err != nil:
		return err
	case g == nil:
		return done(wire.EndEdge)
	}
	// A file to which somebody may still write keeps its place.
	keep := slices.DeleteFunc(slices.Clone(a.at), func(h *file) bool { return !a.growing(h) })
	if over := len(keep) - (wire.MaxPlaces - 1); over > 0 {
		keep = keep[over:]
	}
	if err := a.enter(g, keep); err != nil {
		return err
	}
	return a.moved(h)
}

// previous goes to the file before h, of which everything was sent.
func (a *answer) previous(h *file) error {
	if len(a.ends) > 0 && h == a.ends[0] {
		return done(wire.EndUntil)
	}
	a.front, a.raw = a.front[:0], 0
	if a.turn > 0 {
		a.at = a.at[:a.turn]
		a.turn--
		return a.moved(h)
	}
	if err := a.look(); err != nil {
		return err
	}
	defer a.trim()
	g, err := a.nearest(a.index(h)-1, -1)
	switch {
	case err != nil:
		return err
	case g == nil:
		if err := a.tell(wire.Marker{Kind: wire.MarkStart, Name: a.view.named(h.name)}, 0); err != nil {
			return err
		}
		return done(wire.EndStart)
	}
	if err := a.enter(g, nil); err != nil {
		return err
	}
	return a.moved(h)
}

// moved says that another file than from is read now.
func (a *answer) moved(from *file) error {
	return a.tell(wire.Marker{Kind: wire.MarkFile, Name: a.view.named(a.current().name), To: a.view.named(from.name)}, 0)
}

// broken says that the text of a compressed file ends early.
func (a *answer) broken(h *file) error {
	if h.fault == "" {
		return nil
	}
	return a.tell(wire.Marker{Kind: wire.MarkGap, Name: a.view.named(h.name), Bytes: -1, Why: h.fault}, 0)
}

// growing says whether somebody may still write to h: it has the log's name, or had it a moment ago.
func (a *answer) growing(h *file) bool {
	if h.text != nil {
		return false
	}
	if i := a.index(h); i >= 0 && a.list[i].log {
		return true
	}
	return a.view.t.clock.Now().Unix()-h.st.Mtim.Sec < int64(a.view.t.grace.Seconds())
}

// unended says whether somebody may still be writing the line that begins where h is read to. However long it is, it is not begun: what
// is newer would come inside it.
func (a *answer) unended(h *file) (bool, error) {
	if h.cut || h.flush || !a.growing(h) {
		return false, nil
	}
	end, err := a.end(h)
	return end <= h.off, err
}

// end is where in h to begin towards the past: behind its last line.
func (a *answer) end(h *file) (int64, error) {
	if err := a.fill(h, everything); err != nil {
		return 0, err
	}
	if err := a.broken(h); err != nil {
		return 0, err
	}
	if err := h.look(); err != nil {
		return 0, failure(words(err))
	}
	if !a.growing(h) {
		return h.size(), nil
	}
	b := a.view.t.buffers.get(wire.MaxPayload)
	defer a.view.t.buffers.put(b)
	c := h.coding()
	for hi := h.extent(); hi > 0; {
		lo := max(0, hi-int64(len(*b)))
		n, err := h.pread((*b)[:hi-lo], lo)
		if err != nil {
			return 0, failure(words(err))
		}
		if at := c.AfterLast((*b)[:n]); at > 0 {
			return lo + int64(at), nil
		}
		hi = lo
	}
	return 0, nil
}
