package stamp

import (
	"bytes"
	"time"
)

// Names of fields that hold a line's time, by how sure they are to.
var names = [...]string{"@timestamp", "timestamp", "time", "ts", "t", "datetime", "date", "eventTime", "__REALTIME_TIMESTAMP"}

// json reads the time of a line that is an object, without parsing all of it: the first such field with a time in it.
func (r *Reader) json(line []byte, near time.Time) (t time.Time, ok bool) {
	for _, name := range names {
		for at := 0; ; {
			i := bytes.Index(line[at:], []byte(name))
			if i < 0 {
				break
			}
			i += at
			at = i + len(name)
			if i == 0 || line[i-1] != '"' || at >= len(line) || line[at] != '"' {
				continue
			}
			v := skipSpace(line, at+1)
			if v >= len(line) || line[v] != ':' {
				continue
			}
			v = skipSpace(line, v+1)
			if t, ok = r.value(line[v:], near); ok {
				return t, true
			}
		}
	}
	return t, false
}

// logfmt reads time=2026-11-26T05:00:00Z, also in quotes.
func (r *Reader) logfmt(line []byte, near time.Time) (t time.Time, ok bool) {
	for _, name := range names {
		for at := 0; ; {
			i := bytes.Index(line[at:], []byte(name))
			if i < 0 {
				break
			}
			i += at
			at = i + len(name)
			if i > 0 && line[i-1] != ' ' && line[i-1] != '\t' || at >= len(line) || line[at] != '=' {
				continue
			}
			if t, ok = r.value(line[at+1:], near); ok {
				return t, true
			}
		}
	}
	return t, false
}

// value reads a time that is a field's: a form of words, or a number of seconds or of parts of them.
func (r *Reader) value(b []byte, near time.Time) (time.Time, bool) {
	if len(b) > 0 && b[0] == '"' {
		b = b[1:]
	}
	return r.token(b, near, true)
}

// epochWord reads seconds, or milli-, micro- or nanoseconds since 1970, which are told apart by how many there are: 10, 13, 16
// or 19 digits. Seconds may have a fraction.
func epochWord(b []byte) (t time.Time, ok bool) {
	n := 0
	for n < len(b) && n < 20 && digitAt(b, n) {
		n++
	}
	whole := int64(0)
	for _, c := range b[:n] {
		if whole > (1<<63-10)/10 {
			return t, false
		}
		whole = 10*whole + int64(c-'0')
	}
	nanos, f := 0, 0
	if n == 10 {
		nanos, f = fraction(b, n)
	}
	if end := n + f; end < len(b) {
		switch b[end] {
		case ' ', '\t', ',', '}', ']', ')', '"', ':', ';', '|', '\n', '\r', 'e', 'E':
		default:
			return t, false
		}
		if b[end] == 'e' || b[end] == 'E' {
			return t, false // 1.7e9: not how anybody writes times
		}
	}
	switch n {
	case 10:
		return time.Unix(whole, int64(nanos)), true
	case 13:
		return time.UnixMilli(whole), true
	case 16:
		return time.UnixMicro(whole), true
	case 19:
		return time.Unix(0, whole), true
	}
	return t, false
}
