// Package stamp reads the time that a line of a log says, in the forms that logs are known to use.
package stamp

import (
	"bytes"
	"fmt"
	"strings"
	"time"
)

// Options of a Reader.
type Options struct {
	// Layout is how the log writes times, as package time has layouts; "": any form that is known.
	Layout string
	// Zone is where times without a zone are meant. nil: this machine's.
	Zone *time.Location
}

// Reader reads times. It is not changed once made, so any number of goroutines may use it.
type Reader struct {
	o Options
}

// New checks o.
func New(o Options) (*Reader, error) {
	if o.Zone == nil {
		o.Zone = time.Local
	}
	if o.Layout != "" {
		probe := time.Date(2006, 11, 22, 13, 14, 15, 678e6, o.Zone)
		again, err := time.ParseInLocation(o.Layout, probe.Format(o.Layout), o.Zone)
		if err != nil || again.Equal(time.Time{}) || again.Minute() != probe.Minute() {
			return nil, fmt.Errorf("a time's layout %q: write 2006-01-02 15:04:05 as the log would, or what of it there is", o.Layout)
		}
	}
	return &Reader{o}, nil
}

const (
	head = 256  // bytes of a line in which its time begins
	deep = 2048 // bytes of a line of JSON or logfmt in which the field is looked for
)

// Earliest and latest times that are believed, Unix milliseconds: 1990 and 2100.
const (
	earliest = 631152000_000
	latest   = 4102444800_000
)

// At is the time that line says, in Unix milliseconds. near is a time that is not far from it, such as when its file was
// written last: forms without a year get the last that is not much later.
func (r *Reader) At(line []byte, near time.Time) (ms int64, ok bool) {
	t, ok := r.read(line, near)
	if !ok {
		return 0, false
	}
	ms = t.UnixMilli()
	return ms, ms >= earliest && ms < latest
}

func (r *Reader) read(line []byte, near time.Time) (t time.Time, ok bool) {
	line = bytes.TrimPrefix(line[:min(len(line), deep)], []byte("\xef\xbb\xbf"))
	if r.o.Layout != "" {
		return r.custom(line, near)
	}
	if i := skipSpace(line, 0); i < len(line) && line[i] == '{' {
		if t, ok = r.json(line[i:], near); ok {
			return t, true
		}
	}
	if t, ok = r.first(line, near); ok {
		return t, true
	}
	return r.logfmt(line, near)
}

// first looks for a time where lines usually have it: at their beginning, after a bracket, or after a few words.
func (r *Reader) first(line []byte, near time.Time) (t time.Time, ok bool) {
	text := line[:min(len(line), head)]
	words := 0
	for at := 0; at < len(text) && words < 8; {
		if at = skipSpace(text, at); at == len(text) {
			break
		}
		rest := line[at:]
		if t, ok = r.token(bytes.TrimLeft(rest, "[(<\"'"), near, words == 0); ok {
			return t, true
		}
		// klog, and priorities of syslog: I1126 05:00:00.000000, <34>Nov 26
		if words == 0 {
			if t, ok = r.klog(rest, near); ok {
				return t, true
			}
			if n := priority(rest); n > 0 {
				if t, ok = r.token(rest[n:], near, true); ok {
					return t, true
				}
				if n < len(rest) && (rest[n] == '1') && n+2 < len(rest) && rest[n+1] == ' ' {
					if t, ok = r.token(rest[n+2:], near, true); ok {
						return t, true
					}
				}
			}
		}
		// The next word, also one that begins behind a bracket: [INFO][2026-11-26 …
		for at < len(text) && text[at] != ' ' && text[at] != '\t' {
			if at++; at < len(text) && (text[at-1] == ']' || text[at-1] == '[') {
				break
			}
		}
		words++
	}
	return t, false
}

// token reads a time that begins right at the front of b. Only at a line's beginning is a number one.
func (r *Reader) token(b []byte, near time.Time, begins bool) (time.Time, bool) {
	if len(b) < 8 {
		return time.Time{}, false
	}
	switch c := b[0]; {
	case c >= '0' && c <= '9':
		if t, n := r.iso(b); n > 0 {
			return t, true
		}
		if t, n := r.dayFirst(b); n > 0 {
			return t, true
		}
		if begins {
			return epochWord(b)
		}
	case c >= 'A' && c <= 'Z':
		if t, n := r.monthFirst(b, near); n > 0 {
			return t, true
		}
		// Thu Nov 26 05:00:00 2026, Thu, 26 Nov 2026
		if i := bytes.IndexByte(b[:min(len(b), 5)], ' '); i == 3 || i == 4 && b[3] == ',' {
			if weekday(b[:3]) {
				if t, n := r.monthFirst(b[i+1:], near); n > 0 {
					return t, true
				}
				if t, n := r.dayFirst(b[i+1:]); n > 0 {
					return t, true
				}
			}
		}
	}
	return time.Time{}, false
}

func weekday(b []byte) bool {
	return bytes.Contains([]byte("Mon Tue Wed Thu Fri Sat Sun"), b) && len(b) == 3 && b[0] != ' ' && b[2] != ' '
}

func skipSpace(b []byte, at int) int {
	for at < len(b) && (b[at] == ' ' || b[at] == '\t') {
		at++
	}
	return at
}

// priority is how long the <PRI> of syslog at the front of b is; 0: there is none.
func priority(b []byte) int {
	if len(b) < 3 || b[0] != '<' {
		return 0
	}
	for i := 1; i < min(len(b), 5); i++ {
		switch {
		case b[i] == '>' && i > 1:
			return i + 1
		case b[i] < '0' || b[i] > '9':
			return 0
		}
	}
	return 0
}

// custom reads a time of the layout that the log's config says, wherever in the line's head it is.
func (r *Reader) custom(line []byte, near time.Time) (time.Time, bool) {
	text := string(line[:min(len(line), head)])
	for at := 0; at < len(text); at++ {
		if at > 0 && strings.IndexByte(" \t[(<\"'=:,|", text[at-1]) < 0 {
			continue
		}
		t, err := time.ParseInLocation(r.o.Layout, text[at:], r.o.Zone)
		if err != nil {
			// What follows the time is no fault of it.
			extra, ok := err.(*time.ParseError)
			if !ok || !strings.HasPrefix(extra.Message, ": extra text: ") {
				continue
			}
			end := len(text) - len(extra.ValueElem)
			if extra.ValueElem == "" || end <= at || text[at:end] == "" {
				continue
			}
			if t, err = time.ParseInLocation(r.o.Layout, text[at:end], r.o.Zone); err != nil {
				continue
			}
		}
		if t.Year() == 0 {
			t = yearOf(t.Month(), t.Day(), t.Hour(), t.Minute(), t.Second(), t.Nanosecond(), t.Location(), near)
		}
		return t, true
	}
	return time.Time{}, false
}
