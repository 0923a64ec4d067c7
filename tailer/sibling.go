package tailer

import (
	"cmp"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"golang.org/x/sys/unix"
)

// sibling is a file that was the log, by its name; or, last in a list, the log itself; or a file that is held but has no
// such name any more.
type sibling struct {
	name   string
	num    int    // x.3: 3
	date   string // x-20261121: 20261121
	packed bool   // compressed
	log    bool   // has the log's own name
	st     unix.Stat_t
	key    key
	held   *file // if open
}

// key tells siblings apart without opening them. An inode number alone comes back as soon as a file is deleted.
type key struct {
	ino  uint64
	born unix.Timespec
}

var packings = []string{".gz", ".xz", ".bz2", ".zst", ".lz4", ".Z", ".zip"}

// past says whether name is that of a rotated form of base: base.1, base-20261121, base.old, stem.1.ext, stem-2026-11-21.ext,
// and any of these compressed.
func past(base, name string) (s sibling, ok bool) {
	s.name = name
	for _, ext := range packings {
		if cut, found := strings.CutSuffix(name, ext); found {
			name, s.packed = cut, true
			break
		}
	}
	ext := filepath.Ext(base)
	tag, found := strings.CutPrefix(name, base)
	if !found && ext != "" {
		if tag, found = strings.CutPrefix(name, strings.TrimSuffix(base, ext)); found {
			tag, found = strings.CutSuffix(tag, ext)
		}
	}
	if !found || len(tag) < 2 || !strings.ContainsRune(".-_", rune(tag[0])) {
		return s, false
	}
	tag = tag[1:]
	if tag == "old" {
		s.num = 1
		return s, true
	}
	if tag[0] < '0' || tag[0] > '9' || strings.Trim(tag, "0123456789-_.:TZ+") != "" {
		return s, false
	}
	if len(tag) > 4 {
		s.date = tag
		return s, true
	}
	for _, c := range tag {
		if c < '0' || c > '9' {
			return s, false
		}
		s.num = 10*s.num + int(c-'0')
	}
	return s, true
}

// older orders rotated files by their names, and only names of different schemes by their times.
func older(a, b sibling) int {
	switch {
	case a.date != "" && b.date != "":
		return strings.Compare(a.date, b.date)
	case a.date == "" && b.date == "":
		return b.num - a.num
	}
	return compareTimes(a.st.Mtim, b.st.Mtim)
}

func compareTimes(a, b unix.Timespec) int {
	return cmp.Or(cmp.Compare(a.Sec, b.Sec), cmp.Compare(a.Nsec, b.Nsec))
}

// siblings lists the log's rotated files, oldest first. While they are renamed one after the other a single look may see one
// twice and another not at all, so it looks until two looks agree.
func (f *Follower) siblings() ([]sibling, error) {
	list, err := f.listOnce()
	for range 20 {
		again, err := f.listOnce()
		if err != nil {
			return nil, err
		}
		if slices.EqualFunc(list, again, func(a, b sibling) bool { return a.name == b.name && a.key == b.key }) {
			break
		}
		list = again
	}
	return list, err
}

func (f *Follower) listOnce() ([]sibling, error) {
	d, err := os.Open(f.home.dir)
	if err != nil {
		return nil, err
	}
	defer d.Close()
	names, _ := d.Readdirnames(-1) // what could be read is better than nothing
	var out []sibling
	for _, name := range names {
		s, ok := past(f.home.base, name)
		path := filepath.Join(f.home.dir, name)
		if ok && unix.Lstat(path, &s.st) == nil && regular(&s.st) == nil {
			s.key = key{s.st.Ino, born(unix.AT_FDCWD, path, &s.st)}
			out = append(out, s)
		}
	}
	slices.SortStableFunc(out, older)
	return out, nil
}

// candidates lists every file of the log that is there or held, oldest first; the log itself, if it is there, is last.
func (f *Follower) candidates(now *file) ([]sibling, error) {
	list, err := f.siblings()
	if err != nil {
		return nil, err
	}
	if now != nil {
		list = slices.DeleteFunc(list, func(s sibling) bool { return now.same(&s.st) })
		list = append(list, sibling{name: f.base, log: true, st: now.st, held: now})
	}
	for i := len(f.held) - 1; i >= 0; i-- {
		h := f.held[i]
		if h.fd < 0 {
			f.revive(list, h)
		}
		if at := slices.IndexFunc(list, func(s sibling) bool { return h.same(&s.st) }); at >= 0 {
			list[at].held = h
			h.name = list[at].name
			continue
		}
		list = slices.Insert(list, f.where(list, i), sibling{name: h.name, st: h.st, held: h})
	}
	return list, nil
}

// revive opens a file again that was closed after its grace, if a sibling is that file: it must not be taken for a new one.
func (f *Follower) revive(list []sibling, h *file) {
	for i := range list {
		s := &list[i]
		if s.held != nil || s.packed || s.st.Ino != h.ino {
			continue
		}
		if c, err := f.open(s); err == nil && f.adopt(h, c) {
			s.held = h
		} else if err == nil {
			c.close()
			s.held = nil
		}
	}
}

// where says at what index of list the held file i belongs, which is not among the log's names.
func (f *Follower) where(list []sibling, i int) int {
	if i+1 < len(f.held) {
		if at := slices.IndexFunc(list, func(s sibling) bool { return s.held == f.held[i+1] }); at >= 0 {
			return at
		}
	}
	// It was the newest: what was not there then is newer still. But what comes before something that was is older too, also if
	// it was never seen, as the copy of an empty log.
	at := 0
	for n, s := range list {
		if !s.log && (slices.Contains(f.known, s.key) || slices.ContainsFunc(f.held[:i], func(h *file) bool { return h.same(&s.st) })) {
			at = n + 1
		}
	}
	for at < len(list) && !list[at].log && list[at].held != nil {
		at++
	}
	return at
}

// learn remembers which siblings are older than the newest held file.
func (f *Follower) learn(list []sibling) {
	f.known = f.known[:0]
	for _, s := range list {
		if s.held != nil && s.held == f.last() {
			return
		}
		f.known = append(f.known, s.key)
	}
}

// open opens a rotated file, if it still is what was listed.
func (f *Follower) open(s *sibling) (*file, error) {
	if s.held != nil {
		return s.held, nil
	}
	h, err := f.t.openFile(filepath.Join(f.home.dir, s.name), openPlain)
	if err != nil {
		return nil, err
	}
	if !h.same(&s.st) {
		h.close()
		return nil, unix.ENOENT
	}
	s.held = h
	return h, nil
}
