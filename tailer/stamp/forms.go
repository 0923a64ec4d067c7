package stamp

import (
	"time"
)

// number reads exactly n digits.
func number(b []byte, at, n int) (v int, ok bool) {
	if at+n > len(b) {
		return 0, false
	}
	for _, c := range b[at : at+n] {
		if c < '0' || c > '9' {
			return 0, false
		}
		v = 10*v + int(c-'0')
	}
	return v, true
}

// fraction reads .123456789 or ,123 and says how long it is.
func fraction(b []byte, at int) (nanos, n int) {
	if at+1 >= len(b) || b[at] != '.' && b[at] != ',' {
		return 0, 0
	}
	scale := 100_000_000
	for n = 1; at+n < len(b) && b[at+n] >= '0' && b[at+n] <= '9'; n++ {
		nanos += int(b[at+n]-'0') * scale
		scale /= 10
	}
	if n == 1 {
		return 0, 0
	}
	return nanos, n
}

// clock reads 15:04:05 with an optional fraction.
func clock(b []byte, at int) (h, m, s, nanos, end int, ok bool) {
	h, ok1 := number(b, at, 2)
	m, ok2 := number(b, at+3, 2)
	s, ok3 := number(b, at+6, 2)
	if !ok1 || !ok2 || !ok3 || b[at+2] != ':' || b[at+5] != ':' || h > 23 || m > 59 || s > 60 {
		return 0, 0, 0, 0, 0, false
	}
	nanos, n := fraction(b, at+8)
	return h, m, s, nanos, at + 8 + n, true
}

// zone reads Z, +01:00, +0100 or +01, perhaps behind a space; else it is the reader's.
func (r *Reader) zone(b []byte, at int) (*time.Location, int) {
	i := at
	if i+3 < len(b) && b[i] == ' ' && (b[i+1] == '+' || b[i+1] == '-') {
		i++
	}
	switch {
	case i < len(b) && (b[i] == 'Z' || b[i] == 'z') && !letterAt(b, i+1):
		return time.UTC, i + 1
	case i+3 < len(b) && b[i] == ' ' && string(b[i+1:i+4]) == "UTC" && !letterAt(b, i+4):
		return time.UTC, i + 4
	case i < len(b) && (b[i] == '+' || b[i] == '-'):
		h, ok := number(b, i+1, 2)
		if !ok || h > 15 {
			break
		}
		end := i + 3
		m, n := 0, 0
		if end < len(b) && b[end] == ':' {
			n = 1
		}
		if v, ok := number(b, end+n, 2); ok && v < 60 {
			m, end = v, end+n+2
		}
		if digitAt(b, end) {
			break
		}
		offset := h*3600 + m*60
		if b[i] == '-' {
			offset = -offset
		}
		return time.FixedZone("", offset), end
	}
	return r.o.Zone, at
}

func letterAt(b []byte, at int) bool {
	return at < len(b) && (b[at]|0x20 >= 'a' && b[at]|0x20 <= 'z')
}

func digitAt(b []byte, at int) bool { return at < len(b) && b[at] >= '0' && b[at] <= '9' }

func (r *Reader) make(y, mo, d, h, mi, s, nanos int, zone *time.Location) (time.Time, bool) {
	if mo < 1 || mo > 12 || d < 1 || d > 31 {
		return time.Time{}, false
	}
	t := time.Date(y, time.Month(mo), d, h, mi, s, nanos, zone)
	return t, t.Day() == d || s == 60
}

// iso reads 2026-11-26T05:00:00.123Z and its kin: with a space or a T, with / or . in the date (nginx's error log, Go's log),
// without separators (20261126T050000), and without a zone.
func (r *Reader) iso(b []byte) (t time.Time, n int) {
	y, ok := number(b, 0, 4)
	if !ok {
		return t, 0
	}
	at := 4
	sep := byte(0)
	if at < len(b) && (b[at] == '-' || b[at] == '/' || b[at] == '.') {
		sep = b[at]
		at++
	}
	mo, ok1 := number(b, at, 2)
	at += 2
	if sep != 0 {
		if at >= len(b) || b[at] != sep {
			return t, 0
		}
		at++
	}
	d, ok2 := number(b, at, 2)
	at += 2
	if !ok1 || !ok2 || at >= len(b) {
		return t, 0
	}
	switch c := b[at]; {
	case c == 'T' || c == 't' || c == ' ' || c == '_':
		at++
	case sep != 0 && c == '-' || c == ':':
		at++ // 2026-11-26-05:00:00
	default:
		return t, 0
	}
	h, mi, s, nanos, end, ok := clock(b, at)
	if !ok {
		if sep != 0 { // no seconds, or no time of day: not a line's time
			return t, 0
		}
		var ok1, ok2, ok3 bool
		h, ok1 = number(b, at, 2)
		mi, ok2 = number(b, at+2, 2)
		s, ok3 = number(b, at+4, 2)
		if !ok1 || !ok2 || !ok3 || h > 23 || mi > 59 || s > 60 || digitAt(b, at+6) {
			return t, 0
		}
		var f int
		nanos, f = fraction(b, at+6)
		end = at + 6 + f
	}
	if digitAt(b, end) {
		return t, 0
	}
	zone, end := r.zone(b, end)
	if t, ok = r.make(y, mo, d, h, mi, s, nanos, zone); !ok {
		return t, 0
	}
	return t, end
}

var months = [12]string{"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"}

func month(b []byte, at int) int {
	if at+3 <= len(b) {
		for i, m := range months {
			if string(b[at:at+3]) == m {
				return i + 1
			}
		}
	}
	return 0
}

// monthFirst reads Nov 26 05:00:00 of syslog, also with a year behind the day or behind the time.
func (r *Reader) monthFirst(b []byte, near time.Time) (t time.Time, n int) {
	mo := month(b, 0)
	if mo == 0 || len(b) < 15 || b[3] != ' ' {
		return t, 0
	}
	at := skipSpace(b, 4)
	d, ok := number(b, at, 2)
	if ok {
		at += 2
	} else if d, ok = number(b, at, 1); ok {
		at++
	}
	if !ok || at >= len(b) {
		return t, 0
	}
	year := 0
	if b[at] == ',' { // Nov 26, 2026 05:00:00
		at++
	}
	if b[at] != ' ' {
		return t, 0
	}
	at = skipSpace(b, at)
	if y, ok := number(b, at, 4); ok && at+4 < len(b) && b[at+4] == ' ' {
		year, at = y, at+5
	}
	h, mi, s, nanos, end, ok := clock(b, at)
	if !ok {
		return t, 0
	}
	zone, end := r.zone(b, end)
	if year == 0 && end+5 <= len(b) && b[end] == ' ' {
		if y, ok := number(b, end+1, 4); ok && !digitAt(b, end+5) && y >= 1990 && y < 2100 {
			year, end = y, end+5
		}
	}
	if year == 0 {
		if _, ok := r.make(2000, mo, d, h, mi, s, nanos, zone); !ok {
			return t, 0
		}
		return yearOf(time.Month(mo), d, h, mi, s, nanos, zone, near), end
	}
	if t, ok = r.make(year, mo, d, h, mi, s, nanos, zone); !ok {
		return t, 0
	}
	return t, end
}

// yearOf is the last such time that is not more than a day after near: in January, December is last year's.
func yearOf(mo time.Month, d, h, mi, s, nanos int, zone *time.Location, near time.Time) time.Time {
	t := time.Date(near.In(zone).Year(), mo, d, h, mi, s, nanos, zone)
	switch {
	case t.After(near.Add(24 * time.Hour)):
		return time.Date(near.In(zone).Year()-1, mo, d, h, mi, s, nanos, zone)
	case t.AddDate(1, 0, 0).Before(near.Add(24 * time.Hour)):
		return time.Date(near.In(zone).Year()+1, mo, d, h, mi, s, nanos, zone)
	}
	return t
}

// dayFirst reads 26/Nov/2026:05:00:00 +0000 of access logs, and 26-Nov-2026 05:00:00, 26 Nov 2026 05:00:00 (Java, Redis).
func (r *Reader) dayFirst(b []byte) (t time.Time, n int) {
	d, ok := number(b, 0, 2)
	if !ok || len(b) < 20 {
		return t, 0
	}
	sep := b[2]
	mo := month(b, 3)
	if mo == 0 || sep != '/' && sep != '-' && sep != ' ' || b[6] != sep {
		return t, 0
	}
	y, ok := number(b, 7, 4)
	if !ok || b[11] != ':' && b[11] != ' ' {
		return t, 0
	}
	h, mi, s, nanos, end, ok := clock(b, 12)
	if !ok {
		return t, 0
	}
	zone, end := r.zone(b, end)
	if t, ok = r.make(y, mo, d, h, mi, s, nanos, zone); !ok {
		return t, 0
	}
	return t, end
}

// klog reads I1126 05:00:00.123456.
func (r *Reader) klog(b []byte, near time.Time) (t time.Time, ok bool) {
	if len(b) < 20 {
		return t, false
	}
	switch b[0] {
	case 'I', 'W', 'E', 'F', 'D':
	default:
		return t, false
	}
	mo, ok1 := number(b, 1, 2)
	d, ok2 := number(b, 3, 2)
	if !ok1 || !ok2 || b[5] != ' ' {
		return t, false
	}
	h, mi, s, nanos, _, ok := clock(b, 6)
	if !ok || nanos == 0 && b[14] != '.' {
		return t, false
	}
	if _, ok := r.make(2000, mo, d, h, mi, s, nanos, r.o.Zone); !ok {
		return t, false
	}
	return yearOf(time.Month(mo), d, h, mi, s, nanos, r.o.Zone, near), true
}
