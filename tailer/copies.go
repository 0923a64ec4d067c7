package tailer

import (
	"slices"
	"time"

	"golang.org/x/sys/unix"
)

// A rotated file may be a copy, made at leisure under a name of its own while the file itself is moved away and removed in the
// end, as logrotate's renamecopy does. It holds nothing new.

// keepUp learns of siblings that appear while h is the log: they are older than it, whatever they hold.
func (f *Follower) keepUp(h *file) {
	var st unix.Stat_t
	if f.src.Latest || unix.Stat(f.home.dir, &st) != nil || f.trusted && f.changed == st.Mtim {
		return
	}
	list, err := f.siblings()
	if err != nil {
		return
	}
	if _, err := f.glance(); err != nil || !h.same(&f.st) {
		return // it was rotated meanwhile: some of them may be newer
	}
	f.changed, f.trusted = st.Mtim, time.Since(time.Unix(st.Mtim.Unix())) > settled
	f.learn(list)
}

// copyInProgress says whether s is a copy, perhaps unfinished, of last, which at shows to have been moved to a name that is no
// sibling's.
func (f *Follower) copyInProgress(last *file, at sibling, s *sibling) bool {
	moved := at.key == (key{}) && !at.log && last.fd >= 0 && last.text == nil && last.look() == nil && last.st.Nlink > 0
	if !moved || s.log || s.held != nil || s.Packed != "" {
		return false
	}
	c, err := f.open(s)
	if err != nil {
		return false
	}
	defer c.close()
	s.held = nil
	return c.look() == nil && c.size() <= last.size() && alike(last, c, c.size())
}

// copyOfOlder says whether s is the whole copy of a file held before last, whose own name is gone, made while last was the log.
// Only both together say so: a next log may begin and end as an earlier one did, but it is made after last was moved away.
func (f *Follower) copyOfOlder(last *file, list []sibling, at int, s *sibling) bool {
	if list[at].key != (key{}) || s.log || s.held != nil || s.Packed != "" || s.st.Size == 0 || s.key.born == (unix.Timespec{}) {
		return false
	}
	if last.fd < 0 || last.look() != nil || compareTimes(s.key.born, last.st.Ctim) > 0 {
		return false
	}
	c, err := f.open(s)
	if err != nil {
		return false
	}
	defer c.close()
	s.held = nil
	return slices.ContainsFunc(list[:at], func(o sibling) bool {
		h := o.held
		return h != nil && o.key == (key{}) && h.fd >= 0 && h.look() == nil && c.look() == nil && c.size() == h.size() && alike(h, c, c.size())
	})
}

// alike compares the beginnings of two files: whole if that is not too much work, else at both ends.
func alike(a, b *file, size int64) bool {
	if size <= mostCompared {
		return sameBytes(a, b, 0, size)
	}
	return sameBytes(a, b, 0, mostCompared/2) && sameBytes(a, b, size-mostCompared/2, size)
}
