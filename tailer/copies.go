package tailer

import (
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
	moved := at.key == (key{}) && !at.log && last.fd >= 0 && last.look() == nil && last.st.Nlink > 0
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

// alike compares the beginnings of two files: whole if that is not too much work, else at both ends.
func alike(a, b *file, size int64) bool {
	if size <= mostCompared {
		return sameBytes(a, b, 0, size)
	}
	return sameBytes(a, b, 0, mostCompared/2) && sameBytes(a, b, size-mostCompared/2, size)
}
