package tailer

import (
	"slices"
	"time"

	"golang.org/x/sys/unix"

	"livetail/internal/naming"
)

// A rotated file may be a copy, made at leisure under a name of its own while the file itself is moved away and removed in the
// end, as logrotate's renamecopy does. It holds nothing new.

// keepUp learns of siblings that appear while h is the log: they are older than it, whatever they hold.
func (f *Follower) keepUp(h *file) {
	if !f.stirred() {
		return
	}
	list, err := f.siblings()
	if err != nil {
		return
	}
	if _, err := f.glance(); err != nil || !h.same(&f.st) {
		return // it was rotated meanwhile: some of them may be newer
	}
	f.calm()
	f.learn(list)
}

// keepCopies learns of copies of the last log that appear before there is a next one: that may take longer than the last one is held.
func (f *Follower) keepCopies() {
	last := f.last()
	if last == nil || last.fd < 0 || !f.stirred() {
		return
	}
	list, err := f.candidates(nil)
	if err != nil {
		return
	}
	defer f.drop(list)
	at := slices.IndexFunc(list, func(s sibling) bool { return s.held == last })
	var known []past
	for n, s := range list {
		if s.key != (key{}) && (n < at || f.isOld(s) || n > at && f.isCopy(list, at, n)) {
			known = append(known, pastOf(s))
		}
	}
	f.calm()
	f.knows(list, known)
}

// stirred says whether the folder may have changed since its names were learned.
func (f *Follower) stirred() bool {
	return !f.src.Latest && unix.Stat(f.home.dir, &f.folder) == nil && (!f.trusted || f.changed != f.folder.Mtim)
}

// calm notes that what stirred saw of the folder is known.
func (f *Follower) calm() {
	f.changed, f.trusted = f.folder.Mtim, time.Since(time.Unix(f.folder.Mtim.Unix())) > settled
}

// wanted lists candidates, and the log that is being copied, if the position to begin at is in it: it has a name that is no sibling's
// then, by logrotate's renamecopy this one.
func (f *Follower) wanted(now *file) ([]sibling, error) {
	list, err := f.candidates(now)
	if err != nil || f.src.Latest {
		return list, err
	}
	h, err := f.openNamed(f.home.base + ".tmp")
	if err != nil {
		return list, nil
	}
	tokens, _ := f.tokens()
	if slices.ContainsFunc(list, func(s sibling) bool { return h.same(&s.st) }) || !slices.ContainsFunc(tokens, func(tok token) bool {
		return tok.ino == h.ino && tok.gen == h.gen && f.t.holds(h, tok)
	}) {
		h.close()
		return list, nil
	}
	at := slices.IndexFunc(list, func(s sibling) bool { return s.log })
	if at < 0 {
		at = len(list)
	}
	return slices.Insert(list, at, sibling{File: naming.File{Name: h.name}, st: h.st, held: h}), nil
}

// isCopy says whether s, which is number n of list, has nothing but what a file has that was the log before it, is held and has no
// name of the log's any more; list[at] is the newest that is held.
func (f *Follower) isCopy(list []sibling, at, n int) bool {
	s := &list[n]
	if list[at].key != (key{}) || s.log || s.held != nil || s.Packed != "" {
		return false
	}
	c, err := f.open(s)
	if err != nil {
		return false
	}
	defer func() { c.close(); s.held = nil }()
	for i := n - 1; i >= 0; i-- {
		o := list[i].held
		if o == nil || list[i].key != (key{}) || o.fd < 0 || o.text != nil || c.look() != nil || o.look() != nil {
			continue
		}
		gone := o.st.Nlink == 0 // then the copy is whole, by now
		if gone && c.look() != nil || c.size() > o.size() || !alike(o, c, c.size()) {
			continue
		}
		switch {
		case !gone && i >= at: // it was moved to a name that is no sibling's
			return true
		case c.size() == 0:
		case i < at && madeBefore(s, list[at].held) && (!gone || madeBefore(s, o)) && (c.size() == o.size() || gone && wroteOn(o, c)):
			return true
		case i >= at && madeBefore(s, o) && (madeBeside(list[n:]) || c.size() == o.size() && i > at || c.size() < o.size() && wroteOn(o, c)):
			return true
		}
	}
	return false
}

// Many logs begin alike, and a next one may be a beginning of an earlier. What is a copy is told by times, too.

// madeBefore says whether s was there before something was done to h last: moved away, or deleted. A next log is made after that.
func madeBefore(s *sibling, h *file) bool {
	return h.look() == nil && s.key.born != (unix.Timespec{}) && compareTimes(s.key.born, h.st.Ctim) <= 0
}

// madeBeside says whether the first of list was made after the log was, which is newer: it never was the log.
func madeBeside(list []sibling) bool {
	at := slices.IndexFunc(list, func(s sibling) bool { return s.log && s.held != nil })
	return at > 0 && compareTimes(list[0].key.born, list[at].id().born) >= 0
}

// wroteOn says whether h may have more than c because somebody wrote to it after c was made.
func wroteOn(h, c *file) bool { return compareTimes(c.st.Mtim, h.st.Mtim) <= 0 }

// alike compares the beginnings of two files: whole if that is not too much work, else at both ends.
func alike(a, b *file, size int64) bool {
	if size <= mostCompared {
		return sameBytes(a, b, 0, size)
	}
	return sameBytes(a, b, 0, mostCompared/2) && sameBytes(a, b, size-mostCompared/2, size)
}
