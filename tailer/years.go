package tailer

import (
	"bytes"
	"slices"
	"sort"
	"time"

	"livetail/internal/wire"
)

// Some logs say no year. A file's last line was written when the file was, and no line is later than what is behind it: so its years
// follow from the end backwards, from sample to sample. Only what nobody could tell is told wrongly: that a log was silent for a
// year from one sample to the next.

const (
	samples = 32             // so many years a file that is written to evenly may span, and more
	day     = 24 * time.Hour // by which clocks and zones may be apart
	ofAYear = 360 * day      // in less than this no date comes twice
)

// sample is a place of a file whose time is known.
type sample struct {
	off int64
	at  time.Time
}

// yearWords is why a time that says no year is not sure.
const yearWords = "its lines say no year, and the file's own time is not that of the last of them"

// near is a time that the line at off is not much later than, and no year earlier.
func (h *file) near(off int64) time.Time {
	i := sort.Search(len(h.samples), func(i int) bool { return h.samples[i].off >= off })
	if i < len(h.samples) {
		return h.samples[i].at
	}
	return h.modified()
}

// modified is when h was written last.
func (h *file) modified() time.Time {
	st := &h.st
	if h.packed != nil {
		st = &h.packed.st
	}
	return time.Unix(st.Mtim.Unix())
}

// years learns which years the lines of h are of, if they do not say so. Of what is compressed that takes its end, so all of it is unpacked
// unless what is older tells that it is of one year.
func (a *answer) years(h *file) error {
	if h.sampled {
		return nil
	}
	first, ok, err := a.probe(h, 0, everything)
	if err != nil || !ok {
		h.sampled = err == nil // where no line says a time, the next who asks need not read as much again
		return err
	}
	// A line says its year if its time does not depend on what is near.
	h.samples = []sample{{everything, otherYear(h.modified())}}
	again, _, err := a.probe(h, first.off, everything)
	h.samples = nil
	if err != nil || again.ms == first.ms || h.text != nil && a.ofOneYear(h, first) {
		h.sampled = err == nil
		return err
	}
	if err := a.fill(h, everything); err != nil {
		return err
	}
	h.sampled = true
	if h.fault != "" {
		h.unsure, a.unsure = true, true
		return nil
	}
	if err := h.look(); err != nil {
		return failure(words(err))
	}
	return a.sample(h, h.size())
}

// otherYear is the same time in another year, which has the same dates.
func otherYear(t time.Time) time.Time { return t.AddDate(-4, 0, 0) }

// ofOneYear says whether h, whose first line with a time is first, spans less than a year, as far as the file before it tells: that was
// written last before h was begun.
func (a *answer) ofOneYear(h *file, first timed) bool {
	i := a.index(h)
	if i < 1 {
		return false
	}
	before := time.Unix(a.list[i-1].st.Mtim.Unix())
	return h.modified().Sub(before) < ofAYear && before.Before(time.UnixMilli(first.ms).Add(day))
}

// sample takes the samples of h, the last of which is its last line.
func (a *answer) sample(h *file, size int64) error {
	var last timed
	if ok, err := a.each(h, max(0, size-closeBytes), size, closeBytes, func(t timed) bool { last = t; return true }); err != nil || !ok {
		return err
	}
	if h.modified().Sub(time.UnixMilli(last.ms)) > day {
		h.unsure, a.unsure = true, true
	}
	h.samples = []sample{{last.off, time.UnixMilli(last.ms)}}
	for end, i := size, int64(samples-1); i >= 0; i-- {
		begin := size / samples * i
		p, ok, err := a.probe(h, dataFrom(h, begin, end), end)
		if err != nil {
			return err
		}
		if ok && p.off < h.samples[0].off {
			h.samples = slices.Insert(h.samples, 0, sample{p.off, time.UnixMilli(p.ms)})
		}
		end = begin
	}
	return nil
}

const mostTimed = 20 // lines of a frame in which its time is looked for

// timeOf is what the first line of f with a time says, which is of h; 0: none of the first few has one.
func (a *answer) timeOf(f *wire.Frame, h *file) (int64, error) {
	times, rest, gaps, off := a.view.src.Times, f.Payload, f.Gaps, f.Start
	for range mostTimed {
		gap, behind := wire.NextGap(gaps)
		off, gaps = off+gap, behind
		line, next, more := bytes.Cut(rest, newline)
		ms, ok := times.At(line, h.near(off))
		if ok && !h.sampled && h.text == nil {
			if other, _ := times.At(line, otherYear(h.near(off))); other != ms {
				if err := a.years(h); err != nil {
					return 0, err
				}
				ms, ok = times.At(line, h.near(off))
			}
		}
		if ok {
			return ms, nil
		}
		if off, rest = off+int64(len(line)+1), next; !more {
			break
		}
	}
	return 0, nil
}
