package tailer

import (
	"slices"

	"livetail/internal/wire"
)

// retire closes files whose grace is over. The last one is remembered: it may come back.
func (f *Follower) retire() {
	now := f.t.clock.Now()
	excess := len(f.held) - maxHeld + 1 // of the oldest: who still writes to an old file, writes to the newest of them
	if f.starved {
		excess = max(excess, 1)
	}
	// Those may be what a compressed one was, whose turn has not come.
	unjudged := slices.ContainsFunc(f.held, func(h *file) bool { return h.text != nil && !h.judged })
	last, kept := f.last(), f.held[:0]
	gap := false // behind an older file that stays, one was let go of
	for _, h := range f.held {
		before := len(kept)
		switch {
		case h.failed != nil && h != last:
			if now.Before(h.until) && excess <= 0 {
				kept = append(kept, h)
			} else if lost := h.size() - h.off; lost > 0 { // else, as far as its name tells, all of it was read before
				f.marks = append(f.marks, f.marker(wire.Marker{Kind: wire.MarkGap, Bytes: lost, Name: f.named(h.name), Why: words(h.failed)}))
			}
		case h.fd < 0:
			if h == last || len(h.marks) > 0 || unjudged {
				kept = append(kept, h)
			} else {
				h.close()
			}
		case h.until.IsZero() || h.text == nil && now.Before(h.until) && (excess <= 0 || h == last) || !h.over(), unjudged && h.st.Nlink == 0:
			kept = append(kept, h)
		default:
			excess--
			if h == last {
				kept = append(kept, h)
				h.closeText() // it must not be taken for a new one
			} else {
				outlived(kept, h)
				h.close()
				f.remember(h)
			}
		}
		switch stays := len(kept) > before; {
		case !stays:
			gap = gap || before > 0
		case gap:
			h.tells, gap = true, false
		}
	}
	clear(f.held[len(kept):])
	f.held = kept
}

const mostLeft = 4

// remember keeps in mind where a closed file was read to, if it can be told from one that gets its inode number.
func (f *Follower) remember(h *file) {
	if h.gen == 0 {
		return
	}
	if len(f.left) == mostLeft {
		f.left = slices.Delete(f.left, 0, 1)
	}
	f.left = append(f.left, h)
}

// returned is the file that fresh is, if that was read before and had the log's name: what was mounted over it is gone, or it was
// moved away and back.
func (f *Follower) returned(fresh *file) *file {
	for i, h := range f.left {
		if ok, err := f.adopt(h, fresh); ok && err == nil {
			f.left = slices.Delete(f.left, i, i+1)
			return h
		}
	}
	return nil
}

// over says whether nothing of h is left to be told. What is left and is half a line goes out as it is: nobody ends it any more.
func (h *file) over() bool {
	if h.text != nil {
		return h.exhausted()
	}
	if err := h.look(); err == nil && h.off < h.size() {
		h.flush = true // half a line, or a reader who is slow
		return false
	}
	return len(h.marks) == 0
}

// ended says whether nothing comes behind to in h: its size may be as old as the sink kept the round waiting.
func (h *file) ended(to int64) bool {
	return to == h.size() && (h.text != nil || h.look() != nil || to == h.size())
}

// outlived notes in files that stay that h, which goes, is newer. That is so after many rotations, and of copies.
func outlived(older []*file, h *file) {
	k := h.key()
	for _, g := range older {
		g.newer = append(g.newer, k)
	}
}
