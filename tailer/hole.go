package tailer

import (
	"bytes"

	"golang.org/x/sys/unix"

	"livetail/internal/wire"
)

// Where nobody ever wrote there are no lines: whoever comes to a hole passes over it, whatever its size, and says so.

const holeWords = "a hole in the file: nobody wrote there"

// skipHole passes over what nobody ever wrote, as a writer without O_APPEND leaves it behind after a truncation: blocks that
// are not there, and the NULs before its first byte in the first that is.
func (f *Follower) skipHole(h *file) bool {
	to := dataFrom(h, h.off, h.upto)
	if to > h.off {
		to += f.nuls(h, to, min(to+int64(h.st.Blksize), h.upto))
	} else if h.off < h.hole {
		to += f.nuls(h, to, min(h.hole, h.upto))
	}
	if to -= (to - h.off) % int64(h.coding().Unit()); to == h.off {
		return false
	}
	m := f.marker(wire.Marker{Kind: wire.MarkGap, Bytes: to - h.off, Name: f.named(h.name), Why: holeWords})
	if !h.seek(to) {
		return false
	}
	h.cut = false
	h.marks = append(h.marks, m)
	h.upto = h.off // the marker first
	return true
}

const mostNULs = 64 << 20 // looked at in one go

// nuls counts the NULs at off, up to end.
func (f *Follower) nuls(h *file, off, end int64) (n int64) {
	b := f.t.buffers.get(64 << 10)
	defer f.t.buffers.put(b)
	for end = min(end, off+mostNULs); off+n < end; {
		m, err := h.pread((*b)[:min(int64(len(*b)), end-off-n)], off+n)
		zero := m - len(bytes.TrimLeft((*b)[:m], "\x00"))
		n += int64(zero)
		if err != nil || zero < m || m == 0 {
			break
		}
	}
	return n
}

// afterHoles moves low behind the last hole before size: ten sparse gigabytes are not worth reading.
func afterHoles(h *file, low, size int64) (int64, bool) {
	found := false
	for {
		hole, err := unix.Seek(h.fd, low, seekHole)
		if err != nil || hole >= size {
			return low, found
		}
		data, err := unix.Seek(h.fd, hole, seekData)
		if err != nil {
			return low, found // nothing but a hole up to the end
		}
		if data >= size {
			return low, found
		}
		low, found = data, true
	}
}

// dataFrom is where the first byte at or behind off is that somebody wrote.
func dataFrom(h *file, off, size int64) int64 {
	data, err := unix.Seek(h.fd, off, seekData)
	switch {
	case err == unix.ENXIO:
		return size
	case err != nil:
		return off
	}
	return min(data, size)
}

// behindHole reads what h begins with behind the hole at its beginning, from an even place on; 0: nobody wrote there yet.
func (h *file) behindHole(b []byte) int {
	at := dataFrom(h, 0, h.size())
	if at >= h.size() {
		return 0
	}
	room := make([]byte, 64<<10) // a hole ends at a block's border, the zeros where the writer stood
	n, err := h.pread(room, at)
	zeros := n - len(bytes.TrimLeft(room[:n], "\x00"))
	if err != nil || zeros == n && n < len(room) {
		return 0
	}
	n, _ = h.pread(b, at+int64(zeros&^1))
	return n
}

// skip passes over the hole in which h's place is, if it is in one.
func (a *answer) skip(h *file) (skipped bool, err error) {
	limit := a.limit(h)
	to := dataFrom(h, h.off, limit)
	if to == h.off {
		return false, nil
	}
	return true, a.passOver(h, h.coding().Align(to+a.view.nuls(h, to, min(to+int64(h.st.Blksize), limit))))
}

// written is where in h what is right before off begins, if that is behind lo: behind the last hole, and the NULs after it.
func (a *answer) written(h *file, lo, off int64) (from int64, hole bool) {
	for from = lo; from < off; hole = true {
		begin, err := unix.Seek(h.fd, from, seekHole)
		if err != nil || begin >= off {
			break
		}
		if from = dataFrom(h, begin, off); from == begin {
			break // nothing is said of what is there
		}
	}
	if hole {
		from = h.coding().Align(from + a.view.nuls(h, from, min(from+int64(h.st.Blksize), off)))
	}
	return from, hole
}

// skipBack passes over the hole that is right before h's place, and over the NULs before it.
func (a *answer) skipBack(h *file) error {
	limit := a.limit(h)
	begin := limit
	for at := limit; at < h.off; {
		hole, err := unix.Seek(h.fd, at, seekHole)
		if err != nil || hole >= h.off {
			break
		}
		if begin, at = hole, dataFrom(h, hole, h.off); at == hole {
			break
		}
	}
	b := readAt(h, max(limit, begin-int64(h.st.Blksize)), begin)
	nuls := int64(len(b) - len(bytes.TrimRight(b, "\x00")))
	a.front = a.front[:0]
	return a.passOver(h, begin-h.coding().Align(nuls))
}

// passOver goes to another place of h, between which and this one nobody wrote.
func (a *answer) passOver(h *file, to int64) error {
	n := to - h.off
	if !h.seek(to) {
		return errChanged
	}
	h.cut = h.cut && n < 0
	a.of = nil
	a.looked += uint64(max(n, -n, 1)) // it is no work, but may not be for nothing
	return a.tell(wire.Marker{Kind: wire.MarkGap, Name: a.view.named(h.name), Bytes: max(n, -n), Why: holeWords}, 0)
}
