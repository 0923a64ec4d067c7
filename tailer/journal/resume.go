package journal

import "livetail/internal/wire"

// resume goes on at a place: journalctl begins with the entry that it counts from, and what was sent before is passed over.
type resume struct {
	at      *place // nil: nowhere, or reached
	counted bool   // the entry that it counts from was seen, or is known to be gone
}

var goneMark = wire.Marker{Kind: wire.MarkGap, Bytes: -1,
	Why: "the position's entry is no longer in the journal; it goes on with the oldest after it"}

// gone says, once, that the first entry is not the one that the place counts from: journalctl takes what is nearest.
func (r *resume) gone(e *entry) bool {
	if r.at == nil || r.counted {
		return false
	}
	r.counted = true
	if e.cursor.same(r.at.base) {
		return false
	}
	r.at = nil
	return true
}

// skip is how much of e's text was sent before.
func (r *resume) skip(e *entry, text []byte, cut *cutter) int64 {
	if r.at == nil {
		return 0
	}
	at := *r.at
	if e.cursor.seqnumID == at.base.seqnumID && e.cursor.seqnum < at.seqnum {
		return int64(len(text))
	}
	r.at = nil
	if e.cursor.seqnumID != at.base.seqnumID || e.cursor.seqnum > at.seqnum {
		return 0
	}
	at.at = min(at.at, int64(len(text)))
	cut.enter(text[:at.at])
	return at.at
}

// limit is how much of e's text comes before the place, and whether that is all there is to come.
func (p *place) limit(e *entry, size int64) (int64, bool) {
	switch {
	case p == nil:
		return size, false
	case e.cursor.seqnumID == p.base.seqnumID && e.cursor.seqnum < p.seqnum:
		return size, false
	case e.cursor.seqnumID == p.base.seqnumID && e.cursor.seqnum == p.seqnum:
		return min(p.at, size), true
	case e.cursor.seqnumID != p.base.seqnumID && e.cursor.real < p.base.real:
		return size, false
	}
	return 0, true
}

// beyond is the same on the way back: the text of e from which byte on comes behind the place.
func (p *place) beyond(e *entry, size int64) (int64, bool) {
	switch {
	case p == nil:
		return 0, false
	case e.cursor.seqnumID == p.base.seqnumID && e.cursor.seqnum > p.seqnum:
		return 0, false
	case e.cursor.seqnumID == p.base.seqnumID && e.cursor.seqnum == p.seqnum:
		return min(p.at, size), true
	case e.cursor.seqnumID != p.base.seqnumID && e.cursor.real > p.base.real:
		return 0, false
	}
	return size, true
}
