package tailer

import (
	"livetail/internal/wire"
)

// retire closes files whose grace is over. The last one is remembered: it may come back.
func (f *Follower) retire() {
	now := f.t.clock.Now()
	excess := len(f.held) - maxHeld + 1 // of the oldest: who still writes to an old file, writes to the newest of them
	if f.starved {
		excess = max(excess, 1)
	}
	last, kept := f.last(), f.held[:0]
	for _, h := range f.held {
		switch {
		case h.failed != nil && h != last:
			if now.Before(h.until) && excess <= 0 {
				kept = append(kept, h)
				continue
			}
			f.marks = append(f.marks, f.marker(wire.Marker{Kind: wire.MarkGap, Bytes: max(0, h.size()-h.off), Name: f.named(h.name), Why: words(h.failed)}))
		case h.fd < 0:
			if h == last || len(h.marks) > 0 {
				kept = append(kept, h)
			}
		case h.until.IsZero() || now.Before(h.until) && (excess <= 0 || h == last) || !h.over():
			kept = append(kept, h)
		default:
			excess--
			if h == last {
				kept = append(kept, h)
			} else {
				outlived(kept, h)
			}
			h.close()
		}
	}
	clear(f.held[len(kept):])
	f.held = kept
}

// over says whether nothing of h is left to be told. What is left and is half a line goes out as it is: nobody ends it any more.
func (h *file) over() bool {
	if err := h.look(); err == nil && h.off < h.size() {
		h.flush = true // half a line, or a reader who is slow
		return false
	}
	return len(h.marks) == 0
}

// outlived notes in files that stay that h, which goes, is newer. That is so after many rotations, and of copies.
func outlived(older []*file, h *file) {
	k := key{h.ino, born(h.fd, "", &h.st)}
	for _, g := range older {
		g.newer = append(g.newer, k)
	}
}
