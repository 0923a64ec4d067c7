package tailer

import (
	"context"
	"slices"

	"livetail/internal/wire"
)

// enter notes whether readers are inside a line of h, of which a frame with these flags goes out.
func (f *Follower) enter(h *file, flags uint8) {
	if f.in = nil; flags&wire.Open != 0 {
		f.in = h
	}
}

// goesOn notes that next has what comes behind what was read of h.
func (f *Follower) goesOn(h, next *file) {
	if f.in == h {
		f.in = next
	}
}

// inside is the file within a line of which readers are, while somebody may still write that line: lines of other files, and
// markers, would come inside it.
func (f *Follower) inside() *file {
	in := f.in
	switch {
	case in == nil || !in.cut || in.fd < 0:
	case in.flush: // all of it is there
		if in.off < in.size() {
			return in
		}
	case in.text != nil || f.grows(in):
		return in
	}
	return nil
}

// grows says whether half a line of h became longer within the last look's time. What was seen of it may be as old as the sink
// kept the round waiting, so before it is given up it is looked at again. A line without an end, as a progress bar is, keeps
// others waiting no longer than a rotated file is read.
func (f *Follower) grows(h *file) bool {
	now := f.t.clock.Now()
	if !h.waited.IsZero() && now.Sub(h.waited) >= f.t.grace {
		return false
	}
	if now.Sub(h.half) < f.t.every {
		return true
	}
	if h.look() != nil || h.size() <= max(h.tried, h.off) {
		return false
	}
	h.half = now
	return true
}

// barred says whether what is to be told of h has to wait for the rest of a line of another file; then the round does.
func (f *Follower) barred(h *file) bool {
	in := f.inside()
	if in == nil || in == h || !h.waits() && slices.Index(f.held, in) > slices.Index(f.held, h) {
		return false
	}
	if f.halted = true; in.waited.IsZero() {
		in.waited = f.t.clock.Now()
	}
	return true
}

// waits says whether something of h would go out in this round.
func (h *file) waits() bool {
	return h.off < h.upto || h.text != nil && !h.exhausted() || h.torn != nil || len(h.marks) > 0
}

// finish sends the rest of the line that readers are inside of, before what an older file got meanwhile.
func (f *Follower) finish(ctx context.Context) (busy bool, err error) {
	in := f.inside()
	if in == nil {
		return false, nil
	}
	older := false
	for _, h := range f.held {
		if h == in {
			break
		}
		older = older || h.waits()
	}
	for upto := in.upto; older && in.cut && in.off < upto && !f.again; {
		in.upto = f.lineEnd(in, upto)
		sent, err := f.step(ctx, in)
		busy = busy || sent
		switch {
		case err != nil:
			return busy, err
		case in.upto > in.off || sent:
			in.upto = upto
		default:
			return busy, nil // no more of it is there
		}
		if f.due.Swap(false) {
			f.sweep()
		}
		f.sink.Turn()
	}
	return busy, nil
}

// lineEnd is where the line ends in which h is read to, at most upto, and no further than one frame reaches.
func (f *Follower) lineEnd(h *file, upto int64) int64 {
	want := int(min(upto-h.off, wire.MaxPayload))
	b := f.t.buffers.get(want)
	defer f.t.buffers.put(b)
	n, err := h.pread((*b)[:want], h.off)
	if err != nil {
		return upto // reading says so again
	}
	if at := h.coding().After((*b)[:n]); at > 0 {
		return h.off + int64(at)
	}
	return h.off + int64(max(n, 1))
}
