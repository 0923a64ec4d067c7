package tailer

import "slices"

// minAlone is how many bytes must agree before content alone names a file whose inode is nowhere to be seen: many logs begin
// with the same header.
const minAlone = 64

// match finds the file that tok is of, and opens it: by inode and what is in it; else, for a copy, by what is in it alone.
func (f *Follower) match(list []sibling, tok token, off int64) int {
	seen := false
	for i := range list {
		s := &list[i]
		if s.Packed != "" || s.st.Ino != tok.ino {
			continue
		}
		h, err := f.open(s)
		if err != nil || h.gen != tok.gen && h.gen != 0 && tok.gen != 0 {
			continue
		}
		seen = true
		if f.t.holds(h, tok) {
			return i
		}
	}
	covered := max(int64(tok.headN), tok.checkAt)
	if covered == 0 || !seen && covered < minAlone {
		return -1 // not enough to tell it from another file
	}
	// Of a line far into its frame only the head is known, which another file may share: then it has to be in one file only, and
	// a line has to begin there.
	weak, found := off > headSize && tok.checkAt <= headSize, -1
	for i := len(list) - 1; i >= 0; i-- {
		s := &list[i]
		if s.Packed != "" || s.st.Size < off {
			continue // one with its inode number is asked again: a copy gets that of the deleted original
		}
		h, err := f.open(s)
		if err != nil || !f.t.holds(h, tok) || weak && !beginsLine(h, off) {
			continue
		}
		if !weak {
			return i
		}
		if found >= 0 {
			return -1
		}
		found = i
	}
	return found
}

// beginsLine says whether a line begins at off in h.
func beginsLine(h *file, off int64) bool {
	c := h.coding()
	b := make([]byte, c.Unit())
	n, err := h.pread(b, off-int64(len(b)))
	return err == nil && n == len(b) && c.Ends(b)
}

// filler makes upto bytes of a compressed file's text readable, or all that there are; then the file's fault says why.
type filler func(h *file, upto int64) error

// miss is a file that may be the one that was looked for: why it cannot be told.
type miss struct {
	key       key
	name, why string
}

// findPacked finds the compressed file that tok is of; -1: it is none of them, but may be the one that is missed.
func (f *Follower) findPacked(list []sibling, tok token, off int64, fill filler) (found int, missed miss, err error) {
	order := make([]int, 0, len(list))
	for i := len(list) - 1; i >= 0; i-- {
		switch s := &list[i]; {
		case s.Packed == "":
		case s.st.Ino == tok.ino:
			order = slices.Insert(order, 0, i)
		default:
			order = append(order, i)
		}
	}
	// What is not enough to tell it from others has to be in one of them only; inside a frame, a line has to begin there.
	covered := max(int64(tok.headN), tok.checkAt)
	inside := off > headSize && tok.checkAt <= headSize
	found = -1
	for _, i := range order {
		s := &list[i]
		own := s.st.Ino == tok.ino
		if covered == 0 && !own {
			continue
		}
		ok, why, err := f.packedHolds(s, tok, fill)
		if ok && err == nil {
			ok, why, err = f.packedReaches(s.held, off, inside && !own, fill)
		}
		switch {
		case err != nil:
			return -1, miss{}, err
		case !ok && why != "" && missed.why == "":
			missed = miss{s.key, s.Name, why}
			continue
		case !ok:
			continue
		case found >= 0:
			return -1, miss{}, nil
		}
		if found = i; own || covered >= minAlone && !inside {
			return found, miss{}, nil
		}
	}
	if found < 0 || missed.why != "" { // which may be it as well
		return -1, missed, nil
	}
	return found, miss{}, nil
}

// packedReaches says whether a compressed file has that place, or why that cannot be told.
func (f *Follower) packedReaches(h *file, off int64, begins bool, fill filler) (ok bool, why string, err error) {
	switch err := fill(h, off); {
	case err != nil:
		return false, "", err
	case h.size() < off:
		return false, h.fault, nil
	}
	return !begins || beginsLine(h, off), "", nil
}

// packedHolds says whether a compressed file has what tok saw, or why that cannot be told. It unpacks no more than is needed.
func (f *Follower) packedHolds(s *sibling, tok token, fill filler) (ok bool, why string, err error) {
	h, err := f.openPacked(s)
	if missing(err) {
		return false, "", errChanged
	}
	if err != nil {
		if s.st.Mtim.Sec >= tok.at { // else it is older than what is looked for
			why = packedWords(err)
		}
		return false, why, nil
	}
	head := tok
	head.checkAt, head.check = 0, f.t.mac('c', nil)
	for _, t := range []token{head, tok} {
		if err := fill(h, max(int64(t.headN), t.checkAt)); err != nil {
			return false, "", err
		}
		if f.t.holds(h, t) {
			continue
		}
		if h.size() >= int64(tok.headN) && h.size() < t.checkAt { // so far it is the one
			why = h.fault
		}
		return false, why, nil
	}
	return true, "", nil
}
