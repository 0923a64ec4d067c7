package tailer

import (
	"context"
	"errors"
	"slices"

	"livetail/internal/wire"
)

// torn is what was read of a file before that was truncated, and how much was there: a copy of it may have been compressed before
// anybody looked. Whether one was takes unpacking, so it is found out when the file's turn comes to be read.
type torn struct {
	token
	off  int64
	lost int64
	read int // the last lesson before its last byte was: what was compressed by then is no copy
}

// mostTorn is how many compressed files are looked at for that, of the newest.
const mostTorn = 8

// tear notes what was read of h, unless an earlier one is still looked for: nothing was read since.
func (f *Follower) tear(h *file, lost int64) {
	if h.torn == nil {
		h.torn = &torn{token{headN: h.tok.headN, head: h.tok.head, checkAt: h.off, check: f.t.mac('c', h.back), at: h.tok.at}, h.off, lost, h.read}
	}
}

// mendTorn finds the copy, which is read before h from where reading had come to, or says what is lost.
func (f *Follower) mendTorn(ctx context.Context, h *file) error {
	c, missed, err := f.tornCopy(ctx, h.torn)
	if err != nil {
		return err
	}
	was := h.torn
	h.torn = nil
	switch {
	case c != nil:
		f.held = slices.DeleteFunc(f.held, func(g *file) bool { // it may have been taken for what came next, also meanwhile
			same := g.packed != nil && g.key() == c.key()
			if same && g != c {
				g.close()
			}
			return same
		})
		c.marks = slices.DeleteFunc(c.marks, func(m wire.Marker) bool { return m.Kind == wire.MarkRotated || m.Kind == wire.MarkReplaced })
		f.held = slices.Insert(f.held, slices.Index(f.held, h), c)
		for i := range h.marks {
			if h.marks[i].Kind == wire.MarkTruncated {
				h.marks[i].To = f.named(c.name)
			}
		}
	case was.lost > 0:
		m := wire.Marker{Kind: wire.MarkGap, Bytes: was.lost, Name: f.named(h.name), Why: unreadWords}
		if missed.why != "" {
			m.Name, m.Why = f.named(missed.name), missed.why
		}
		h.marks = append([]wire.Marker{f.marker(m)}, h.marks...)
	}
	return nil
}

// tornCopy is the copy, from where reading had come to on; nil: there is none, or it is the one that is missed.
func (f *Follower) tornCopy(ctx context.Context, t *torn) (*file, miss, error) {
	f.progress = f.t.clock.Now()
	for range mostTries { // files may be deleted between the list and the opening
		list, err := f.candidates(nil)
		if err != nil {
			break
		}
		list = slices.DeleteFunc(list, func(s sibling) bool { return s.Packed == "" || f.wasThere(&s, t.read) })
		list = list[max(0, len(list)-mostTorn):]
		at, missed, err := f.findPacked(list, t.token, t.off, func(c *file, upto int64) error { return f.unpack(ctx, c, upto) })
		var c *file
		if err == nil && at >= 0 {
			switch c = list[at].held; {
			case c.judged: // it is read already
				c, t.lost = nil, 0
			case c.seek(t.off):
				c.judged, c.until = true, f.t.clock.Now() // nobody writes to it
				list[at].held = nil                       // it is kept
			default:
				c = nil
			}
		}
		f.drop(list)
		if !errors.Is(err, errChanged) {
			return c, missed, err
		}
	}
	return nil, miss{}, nil
}

const unreadWords = "it was truncated before this was read"
