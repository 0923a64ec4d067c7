package tailer

import (
	"math"
)

const (
	firstChunk = 8 << 10
	mostChunk  = 256 << 10
	maxBacklog = 256 << 10 // unless asked for otherwise
)

// backlog finds where the last lines of h begin, at most so many bytes before its end. Half a line at the end comes on top.
func backlog(h *file, lines int, most int64) (int64, error) {
	if lines == math.MaxInt {
		return 0, nil
	}
	for {
		off, whole, err := backwards(h, lines, most)
		if err != nil || whole {
			return off, err
		}
		// It was truncated under our hands: again, with its new size.
	}
}

func backwards(h *file, lines int, most int64) (off int64, whole bool, err error) {
	if err := h.look(); err != nil {
		return 0, false, err
	}
	code, size := h.coding(), h.extent()
	low := code.Align(max(0, size-most))
	low, hole := afterHoles(h, low, size)
	chunk := int64(firstChunk)
	buf := make([]byte, min(chunk, size-low))
	for pos, seen := size, 0; pos > low; {
		n := min(chunk, pos-low)
		if int64(len(buf)) < n {
			buf = make([]byte, n)
		}
		b := buf[:n]
		if m, err := h.pread(b, pos-n); err != nil || int64(m) < n {
			return 0, false, err
		}
		c := code.Count(b)
		if seen+c > lines {
			for k := lines - seen; ; k-- { // c counts from the front, lines from the back
				at := code.AfterLast(b)
				if k == 0 {
					return pos - n + int64(at), true, nil
				}
				b = b[:at-code.Unit()]
			}
		}
		seen += c
		pos -= n
		chunk = min(2*chunk, mostChunk)
	}
	if low == 0 || hole {
		return low, true, nil
	}
	return lineAfter(h, low, size, buf)
}

// lineAfter finds the first line that begins at low or behind it; in the middle of an endless one, low itself.
func lineAfter(h *file, low, size int64, buf []byte) (off int64, whole bool, err error) {
	c := h.coding()
	for pos := low - int64(c.Unit()); pos < size; {
		n, err := h.pread(buf[:min(int64(len(buf)), size-pos)], pos)
		if err != nil || n == 0 {
			return 0, false, err
		}
		if at := c.After(buf[:n]); at > 0 && pos+int64(at) < size {
			return pos + int64(at), true, nil
		}
		pos += int64(n)
	}
	return low, true, nil
}
