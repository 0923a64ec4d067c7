package tailer

import (
	"cmp"
	"errors"
	"slices"

	"golang.org/x/sys/unix"

	"livetail/internal/naming"
)

// sibling is a file that was the log, by its name; or, last in a list, the log itself; or a file that is held but has no
// such name any more.
type sibling struct {
	naming.File
	log    bool // has the log's own name
	copied bool // a copy of what is held: nothing new
	st     unix.Stat_t
	key    key
	held   *file // if open
	// about is how long the text of a compressed file may be; 0: not estimated.
	about int64
}

// key tells siblings apart without opening them. An inode number alone comes back as soon as a file is deleted.
type key struct {
	ino  uint64
	born unix.Timespec
}

// past is a sibling that holds nothing new. What it becomes when it is compressed has its time, and a text of its size.
type past struct {
	key
	mtime unix.Timespec
	size  int64
	since int // it was known to be so: the number of that lesson
}

func pastOf(s sibling) past { return past{key: s.key, mtime: s.st.Mtim, size: s.st.Size} }

// wasThere says whether s was known, as it is, at a lesson.
func (f *Follower) wasThere(s *sibling, lesson int) bool {
	return slices.ContainsFunc(f.known, func(p past) bool {
		return p.since <= lesson && p.key == s.key && p.mtime == s.st.Mtim && p.size == s.st.Size
	})
}

// isOld says whether s was there when nothing in it was new.
func (f *Follower) isOld(s sibling) bool {
	return slices.ContainsFunc(f.known, func(p past) bool { return p.key == s.key })
}

// wasOld says whether s is what one of those was compressed to that is not in list any more.
func (f *Follower) wasOld(s sibling, list []sibling) bool {
	return s.Packed != "" && slices.ContainsFunc(f.known, func(p past) bool {
		return p.mtime == s.st.Mtim && !slices.ContainsFunc(list, func(o sibling) bool { return o.key == p.key })
	})
}

func compareTimes(a, b unix.Timespec) int {
	return cmp.Or(cmp.Compare(a.Sec, b.Sec), cmp.Compare(a.Nsec, b.Nsec))
}

// siblings lists the log's rotated files, oldest first. While they are renamed one after the other a single look may see one
// twice and another not at all, so it looks until two looks agree, or puts together what it saw.
func (f *Follower) siblings() ([]sibling, error) {
	list, err := f.files()
	if err != nil {
		return nil, err
	}
	last := list
	for range 20 {
		again, err := f.files()
		if err != nil {
			return nil, err
		}
		same := slices.EqualFunc(last, again, func(a, b sibling) bool { return a.Name == b.Name && a.key == b.key })
		if last = again; same { // with the times of the second look: one that was just compressed has got its own by then
			list = again
			break
		}
		list = f.together(list, again)
	}
	return slices.DeleteFunc(list, func(s sibling) bool { return !f.isPast(s.File) }), nil
}

// together has each file of two looks once, by the name that it had last: who was seen twice in one look was renamed meanwhile,
// and who is not in the later one was, too, or is gone, which opening it tells.
func (f *Follower) together(before, now []sibling) []sibling {
	seen, list := map[key]bool{}, make([]sibling, 0, len(now))
	for _, s := range slices.Concat(now, before) { // the older of two names comes first
		if !seen[s.key] {
			seen[s.key] = true
			list = append(list, s)
		}
	}
	sortSiblings(f.names(), list)
	return list
}

// candidates lists every file of the log that is there or held, oldest first; the log itself, if it is there, is last.
func (f *Follower) candidates(now *file) ([]sibling, error) {
	list, err := f.siblings()
	if err != nil {
		return nil, err
	}
	if now != nil {
		list = slices.DeleteFunc(list, func(s sibling) bool { return now.same(&s.st) })
		list = append(list, f.itself(now))
	}
	for i := len(f.held) - 1; i >= 0; i-- {
		h := f.held[i]
		if h.fd < 0 && h.packed == nil {
			f.revive(list, h)
		}
		if at := slices.IndexFunc(list, func(s sibling) bool {
			// A closed one's inode number may be another file's by now, which is no reason to leave it out.
			return s.held == h || h.same(&s.st) && !slices.Contains(f.held, s.held)
		}); at >= 0 {
			list[at].held = h
			h.name = list[at].Name
			continue
		}
		list = slices.Insert(list, f.where(list, i), sibling{File: naming.File{Name: h.name}, st: h.st, held: h})
	}
	return list, nil
}

// itself is the log's own entry in a list.
func (f *Follower) itself(now *file) sibling {
	return sibling{File: naming.File{Name: f.base, Current: true}, log: true, st: now.st, held: now}
}

// revive opens a file again that was closed after its grace, if a sibling is that file: it must not be taken for a new one.
func (f *Follower) revive(list []sibling, h *file) {
	for i := range list {
		s := &list[i]
		if s.held != nil || s.Packed != "" || s.st.Ino != h.ino {
			continue
		}
		if h.failed != nil && h.inode == inodeOf(&s.st) {
			h.st = s.st // how much there is to be lost
		}
		c, err := f.open(s)
		if err != nil {
			continue
		}
		ok, err := f.adopt(h, c)
		if !ok {
			c.close()
			s.held = nil
		}
		if ok || err != nil { // that it cannot be read now makes it no other file
			s.held = h
		}
	}
}

// mend tries to open rotated files again that failed to be read.
func (f *Follower) mend() {
	failed := func(h *file) bool { return h.failed != nil && h != f.last() }
	if !slices.ContainsFunc(f.held, failed) {
		return
	}
	list, err := f.siblings()
	if err != nil {
		return
	}
	for _, h := range f.held {
		if failed(h) {
			f.revive(list, h)
		}
	}
	f.drop(list)
}

// where says at what index of list the held file i belongs, which is not among the log's names.
func (f *Follower) where(list []sibling, i int) int {
	if at := slices.IndexFunc(list, func(s sibling) bool {
		return i+1 < len(f.held) && s.held == f.held[i+1] || slices.Contains(f.held[i].newer, s.key)
	}); at >= 0 {
		return at
	}
	// If it was compressed and removed, it is as old as what it became, which is new here.
	if h := f.held[i]; h.fd >= 0 && h.text == nil && h.look() == nil && h.st.Nlink == 0 && h.size() > 0 {
		for n := range list {
			if f.became(h, &list[n]) {
				return n
			}
		}
	}
	// It was the newest: what was not there then is newer still. But what comes before something that was is older too, also if
	// it was never seen, as the copy of an empty log.
	at := 0
	for n, s := range list {
		if !s.log && (f.isOld(s) || f.wasOld(s, list) || slices.ContainsFunc(f.held[:i], func(h *file) bool { return h.same(&s.st) })) {
			at = n + 1
		}
	}
	for at < len(list) && !list[at].log && list[at].held != nil {
		at++
	}
	return at
}

// became says whether s is what h, which is deleted, was compressed to: it has its time, and begins as it does.
func (f *Follower) became(h *file, s *sibling) bool {
	if s.Packed == "" || s.st.Mtim != h.st.Mtim || f.isOld(*s) {
		return false
	}
	was := s.held
	p, err := f.openPacked(s)
	if err != nil || p.fd < 0 {
		return false
	}
	same := f.alsoPlain(p, h) && p.size() > 0
	if s.held = was; was == nil {
		p.close() // it is opened when its turn comes
	}
	return same
}

// learn remembers which siblings are older than the newest held file.
func (f *Follower) learn(list []sibling) {
	var known []past
	for _, s := range list {
		if s.held != nil && s.held == f.last() {
			break
		}
		p := pastOf(s)
		if f.searching {
			p.size = -1 // perhaps it is what is looked for
		}
		known = append(known, p)
	}
	f.knows(list, known)
}

const mostGone = 64

// knows notes which of those in list are old. What was, and is not in it any more, may come again, compressed.
func (f *Follower) knows(list []sibling, known []past) {
	there := make(map[key]bool, len(list))
	for _, s := range list {
		there[s.key] = true
	}
	f.lesson++
	since := make(map[past]int, len(f.known))
	for _, p := range f.known {
		n := p.since
		p.since = 0
		since[p] = n
	}
	for i := range known {
		n, ok := since[known[i]]
		if !ok {
			n = f.lesson
		}
		known[i].since = n
	}
	gone := slices.DeleteFunc(f.known, func(p past) bool { return there[p.key] })
	f.known = append(gone[max(0, len(gone)-mostGone):], known...)
}

// open opens a rotated file.
func (f *Follower) open(s *sibling) (*file, error) {
	if s.held != nil {
		return s.held, nil
	}
	h, err := f.reach(s)
	if err != nil {
		return nil, err
	}
	s.held = h
	return h, nil
}

// reach opens a file that was listed, wherever its name has moved to since.
func (f *Follower) reach(s *sibling) (*file, error) {
	h, err := f.openListed(s)
	for tries := 0; tries < 10 && errors.Is(err, unix.ENOENT); tries++ {
		list, fault := f.siblings()
		at := slices.IndexFunc(list, func(now sibling) bool { return now.key == s.key })
		if fault != nil || at < 0 {
			break // deleted
		}
		s.File = list[at].File
		h, err = f.openListed(s)
	}
	return h, err
}

func (f *Follower) openListed(s *sibling) (*file, error) {
	h, err := f.openNamed(s.Name)
	if err != nil {
		return nil, err
	}
	if !h.same(&s.st) || born(h.fd, "", &h.st) != s.key.born { // an inode number is free again at once
		h.close()
		return nil, unix.ENOENT
	}
	return h, nil
}
