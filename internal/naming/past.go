package naming

import (
	"path"
	"regexp"
	"strings"
)

// What tools of rotation add to a name: a number, a date (with hours, minutes, a zone or a counter), seconds of Unix
// time, or a word. dated is also found before the extension, as in app-20261121.log and lumberjack's
// app-2026-11-21T04-00-00.000.log; a number there is not taken, since worker.1.log may well be alive beside worker.log.
const date = `((?:19|20)\d\d-?[01]\d-?[0-3]\d(?:[T_.-]?\d\d[:.-]?\d\d(?:[:.-]?\d\d(?:\.\d+)?)?|[T_.-]?\d\d)?)`

var (
	rotated = regexp.MustCompile(`^(.+)(?:\.(\d{1,5})|[._-]` + date + `|-(1\d{9})|\.(old))$`)
	dated   = regexp.MustCompile(`^(.+)[._-]` + date + `(\.[A-Za-z][A-Za-z0-9]*)$`)
)

var compressed = map[string]bool{".gz": true, ".xz": true, ".zst": true, ".bz2": true, ".lz4": true, ".Z": true, ".zip": true}

// unpacked takes the extension of a compression off name.
func unpacked(name string) (rest, ext string) {
	if ext := path.Ext(name); compressed[ext] && len(ext) < len(name) {
		return strings.TrimSuffix(name, ext), ext
	}
	return name, ""
}

// tag is what a rotation added to a name.
type tag struct {
	date string // digits only
	num  int    // else
}

// peel takes the outermost tag off name.
func peel(name string) (rest string, t tag, ok bool) {
	if m := rotated.FindStringSubmatch(name); m != nil {
		switch {
		case m[5] != "":
			return m[1], tag{num: 1}, true
		case m[2] != "":
			return m[1], tag{num: number(m[2])}, true
		}
		return m[1], tag{date: onlyDigits(m[3] + m[4])}, true
	}
	if m := dated.FindStringSubmatch(name); m != nil {
		return m[1] + m[3], tag{date: onlyDigits(m[2])}, true
	}
	return name, t, false
}

func onlyDigits(s string) string {
	return strings.Map(func(r rune) rune {
		if r < '0' || r > '9' {
			return -1
		}
		return r
	}, s)
}

// PastOf finds the log that the file name is the past of: a name that exists, without what rotation adds. A file
// without such a log is one of its own, whatever it is called.
func PastOf(name string, exists func(string) bool) (base string, ok bool) {
	for range 3 { // as in app.log-20261121.1.gz
		if rest, ext := unpacked(name); ext != "" {
			if name = rest; exists(name) {
				return name, true
			}
		}
		rest, _, found := peel(name)
		if !found {
			return "", false
		}
		if name = rest; exists(name) {
			return name, true
		}
	}
	return "", false
}

// Bare is name without all that rotation and compression added, whether or not such a log exists.
func Bare(name string) string {
	base := name
	PastOf(name, func(n string) bool { base = n; return false })
	return base
}
