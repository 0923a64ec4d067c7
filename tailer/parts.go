package tailer

import "livetail/internal/wire"

// Who counts may want to know how many there are in each stretch of bytes or of time, for a picture of when it was. A chunk whose first
// and last time are of one stretch is judged whole; in another, the line where the next stretch begins is found by bisection. So a few
// lines of a chunk are asked for their time and not all, and a search takes no longer. Times that go back and forth inside of a chunk are
// not seen; only what the picture looks like depends on them.

// MostSteps is in how many stretches of time an answer tells what was counted: times that go back and forth from line to line would make
// any number.
const MostSteps = 1 << 10

const (
	leastEvery = 4 << 10 // bytes
	mostAsked  = 64      // lines in a row for their time, where they have none
)

// parts is how what is counted is told in parts.
type parts struct {
	since uint64 // how much was looked at when it was last said
	over  bool   // what comes next is of another stretch of time
	begun bool   // there was a line with a time, which is of stretch number
	now   int64  // this
	steps int    // so many were there
}

// parted says whether stretches of time are told apart.
func (a *answer) parted() bool { return a.q.Step > 0 && a.tallies() }

// every is after how many bytes it is time to say what was counted; 0: whenever it suits.
func (a *answer) every() uint64 {
	if a.q.Every == 0 || !a.tallies() {
		return 0
	}
	return max(a.q.Every, leastEvery)
}

// share is how much to look at next.
func (a *answer) share() int64 {
	if every := a.every(); every > 0 {
		return int64(min(every-min(a.looked-a.since, every-every/8), chunkBytes)) &^ 3 // whole characters
	}
	return chunkBytes
}

// due says whether it is time to say what was counted, whatever the clock says. Chunks end with a line, a little before.
func (a *answer) due() bool {
	every := a.every()
	return a.over || every > 0 && a.looked-a.since >= every-every/8
}

// told notes that it was said.
func (a *answer) told() { a.since, a.over = a.looked, false }

// stretchOf is the number of the stretch that a time is in.
func (a *answer) stretchOf(ms int64) int64 { return Stretch(&a.q, ms) }

// Stretch is the number of the stretch that a time is in, of those that q wants to have counted by themselves.
func Stretch(q *wire.Question, ms int64) int64 {
	n, size := ms-q.At, int64(min(q.Step, everything))
	if n < 0 {
		return (n+1)/size - 1
	}
	return n / size
}

// part is as much of data, whole lines from where h is read to, as is of one stretch of time with what was counted and not said yet. If
// nothing is, that was said.
func (a *answer) part(h *file, data []byte) ([]byte, error) {
	begin := 0
	if h.cut {
		begin = h.coding().After(data)
	}
	first, ms, ok := a.timed(h, data, begin, len(data))
	if !ok {
		return data, nil
	}
	if !h.sampled && a.saysNoYear(h, data, first, ms) {
		a.leave()
		if err := a.years(h); err != nil {
			return nil, err
		}
		ms, _ = a.timeAt(h, data, first)
	}
	end, this := len(data), a.stretchOf(ms)
	if !a.begun || first == 0 && a.looked == a.since {
		a.begun, a.now = true, this
	}
	switch {
	case a.steps >= MostSteps:
	case this != a.now:
		end = first
	default:
		end = a.turnOf(h, data, first, this)
	}
	if end > first && a.time == 0 {
		a.time = ms
	}
	if end == len(data) {
		return data, nil
	}
	a.over = true
	a.steps++
	if end > 0 {
		return data[:end], nil
	}
	a.leave()
	return nil, a.beat()
}

// turnOf is where in data the first line with a time begins that is not of the stretch that the one at low is of; the end of data: none is.
func (a *answer) turnOf(h *file, data []byte, low int, now int64) int {
	c := h.coding()
	end := a.lastTimed(h, data, low)
	if end <= low {
		return len(data)
	}
	if ms, _ := a.timeAt(h, data, end); a.stretchOf(ms) == now {
		return len(data)
	}
	for high := end; ; {
		half := low + int(c.Align(int64(high-low)/2))
		mid := half + c.After(data[half:])
		if mid >= high {
			mid = c.AfterLast(data[:half])
		}
		if mid <= low {
			return end
		}
		at, ms, ok := a.timed(h, data, mid, high)
		switch {
		case ok && a.stretchOf(ms) == now:
			low = at
		case ok:
			end, high = at, mid
		default:
			high = mid
		}
	}
}

// lastTimed is where the last line of data with a time begins, or one at low or before it.
func (a *answer) lastTimed(h *file, data []byte, low int) int {
	c, at := h.coding(), len(data)
	for range mostAsked {
		if at = c.AfterLast(data[:at-c.Unit()]); at <= low {
			break
		}
		if _, ok := a.timeAt(h, data, at); ok {
			return at
		}
	}
	return low
}

// timed is the first line of data with a time that begins at from or behind it, and before to.
func (a *answer) timed(h *file, data []byte, from, to int) (at int, ms int64, ok bool) {
	c := h.coding()
	for range mostAsked {
		if from >= to {
			break
		}
		if ms, ok := a.timeAt(h, data, from); ok {
			return from, ms, true
		}
		from += c.After(data[from:])
	}
	return 0, 0, false
}

// timeAt is what the line of data says that begins at.
func (a *answer) timeAt(h *file, data []byte, at int) (ms int64, ok bool) {
	return a.view.src.Times.At(lineAt(h, data, at), h.near(h.off+int64(at)))
}

// saysNoYear says whether the time of the line that begins at depends on what is known of the file.
func (a *answer) saysNoYear(h *file, data []byte, at int, ms int64) bool {
	other, _ := a.view.src.Times.At(lineAt(h, data, at), otherYear(h.near(h.off+int64(at))))
	return other != ms
}

// lineAt is the text of the line of data, whole lines, that begins at.
func lineAt(h *file, data []byte, at int) []byte {
	c, line := h.coding(), data[at:]
	return c.Text(line[:c.After(line)-c.Unit()])
}
