package tailer

import (
	"context"

	"livetail/internal/wire"
)

// inside is the file within a line of which readers are, while somebody may still write that line; of several, the one that
// grew last. Lines of other files would come inside it.
func (f *Follower) inside() (in *file) {
	for _, h := range f.held {
		if h.cut && !h.flush && h.text == nil && h.fd >= 0 && (in == nil || !h.half.Before(in.half)) && f.grows(h) {
			in = h
		}
	}
	return in
}

// grows says whether half a line of h became longer within the last look's time. What was seen of it may be as old as the sink
// kept the round waiting, so before it is given up it is looked at again.
func (f *Follower) grows(h *file) bool {
	if f.t.clock.Now().Sub(h.half) < f.t.every {
		return true
	}
	if h.look() != nil || h.size() <= max(h.tried, h.off) {
		return false
	}
	h.half = f.t.clock.Now()
	return true
}

// waits says whether something of h would go out in this round.
func (h *file) waits() bool { return h.off < h.upto || h.text != nil && !h.exhausted() }

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
