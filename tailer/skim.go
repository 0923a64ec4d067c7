package tailer

import "os"

// skimmer reads what is read once. Pages that are in the page cache because of that, and were not before, are given back.
type skimmer struct {
	pages
	own []region // behind us, and not given back yet
}

// pages is a file as the page cache has it.
type pages interface {
	// cached reads as much as is in the page cache. An error: that cannot be known.
	cached(b []byte, off int64) (int, error)
	// fetch reads from wherever it is, and nothing beyond.
	fetch(b []byte, off int64) (int, error)
	// forget takes from off up to end out of the page cache.
	forget(off, end int64)
	close()
}

type region struct{ off, end int64 }

// piece is how much is in the page cache or not, as far as a skimmer knows.
const piece = 256 << 10

// read reads at off until b is full or the file ends. What an earlier read brought along is given back after it, since each
// begins a little before the end of the one before.
func (s *skimmer) read(b []byte, off int64) (n int, err error) {
	before := len(s.own)
	for n < len(b) {
		at := off + int64(n)
		part := b[n:min(len(b), n+int(piece-at%piece))]
		m, err := s.cached(part, at)
		if err != nil {
			return n, err
		}
		if n += m; m == len(part) {
			continue
		}
		more, err := s.fetch(part[m:], at+int64(m))
		n += more
		if err != nil || more == 0 {
			break
		}
		s.keep(at, at+int64(m+more))
		if m+more < len(part) {
			break
		}
	}
	s.giveBack(before)
	return n, nil
}

// keep notes that a piece has to be given back, with the pages that are in it in part.
func (s *skimmer) keep(off, end int64) {
	page := int64(os.Getpagesize())
	s.own = append(s.own, region{off / page * page, (end + page - 1) / page * page})
}

// giveBack gives the first n back.
func (s *skimmer) giveBack(n int) {
	for i := range n {
		s.forget(s.own[i].off, s.own[i].end)
	}
	s.own = s.own[:copy(s.own, s.own[n:])]
}

func (s *skimmer) end() {
	s.giveBack(len(s.own))
	s.close()
}

// skim is pread for who reads much, and only once.
func (h *file) skim(b []byte, off int64) (int, error) {
	if !h.skims {
		h.skims = true
		if p, err := openPages(h.fd); err == nil {
			h.skimmer = &skimmer{pages: p}
		}
	}
	n := 0
	if h.skimmer != nil {
		var err error
		if n, err = h.skimmer.read(b, off); err != nil { // this file system cannot tell
			h.skimmer.end()
			h.skimmer = nil
		}
	}
	if n == len(b) {
		return n, nil
	}
	m, err := h.pread(b[n:], off+int64(n)) // the end, or why there is no more
	return n + m, err
}
