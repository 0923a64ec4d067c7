package tailer

import (
	"slices"

	"livetail/internal/wire"
)

// putOff notes which files wait until others end: no more than maxHeld are open.
func (f *Follower) putOff(list []sibling) {
	f.waiting = f.waiting[:0]
	for _, s := range list {
		f.waiting = append(f.waiting, s.waits())
	}
}

// waits is s as it is remembered while it is not open.
func (s sibling) waits() sibling {
	s.key, s.held = s.id(), nil
	return s
}

// id is its key, which the log itself has only while it is open.
func (s *sibling) id() key {
	if s.held != nil {
		return s.held.key()
	}
	return s.key
}

// sayGone says which files are lost that waited and are not among those in list, which is all that there is now. What was compressed is
// there as what it became: with its time, or a later one if it was written to since.
func (f *Follower) sayGone(list []sibling) {
	was := func(key key) bool {
		return slices.ContainsFunc(f.waiting, func(s sibling) bool { return s.key == key })
	}
	var packed, still []sibling
	for _, s := range list {
		if s.Packed != "" {
			packed = append(packed, s)
		}
	}
	for _, w := range f.waiting {
		if slices.ContainsFunc(list, func(s sibling) bool { return s.id() == w.key }) {
			still = append(still, w)
			continue
		}
		at := slices.IndexFunc(packed, func(s sibling) bool {
			later := compareTimes(s.st.Mtim, w.st.Mtim)
			return later == 0 || later > 0 && !was(s.id())
		})
		if at >= 0 && w.Packed == "" {
			still = append(still, packed[at].waits())
			packed = slices.Delete(packed, at, at+1)
			continue
		}
		m := wire.Marker{Kind: wire.MarkGap, Bytes: w.st.Size, Name: f.named(w.Name), Why: "it was deleted before its turn came: so many files of one log are not held open"}
		if w.Packed != "" {
			m.Bytes = -1
		}
		f.pending = append(f.pending, f.marker(m))
	}
	f.waiting = still // until they are taken, or put off again: either may fail, as they are deleted
}

// came notes that s waits no more.
func (f *Follower) came(s *sibling) {
	id := s.id()
	f.waiting = slices.DeleteFunc(f.waiting, func(w sibling) bool { return w.key == id })
}
