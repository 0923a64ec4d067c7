package logs

import (
	"path"
	"regexp"
	"strings"
)

// What tools of rotation add to a name: a number, a date (with hours, minutes, a zone or a counter), seconds of Unix
// time, or a word. dated is also found before the extension, as in app-20261121.log and lumberjack's
// app-2026-11-21T04-00-00.000.log; a number there is not taken, since worker.1.log may well be alive beside worker.log.
const date = `(?:19|20)\d\d-?[01]\d-?[0-3]\d(?:[T_.-]?\d\d[:.-]?\d\d(?:[:.-]?\d\d(?:\.\d+)?)?|[T_.-]?\d\d)?`

var (
	rotated = regexp.MustCompile(`^(.+)(?:\.\d{1,5}|[._-]` + date + `|-1\d{9}|\.old)$`)
	dated   = regexp.MustCompile(`^(.+)[._-]` + date + `(\.[A-Za-z][A-Za-z0-9]*)$`)
)

var compressed = map[string]bool{".gz": true, ".xz": true, ".zst": true, ".bz2": true, ".lz4": true}

// pastOf finds the log that the file name is the past of: a name that exists, without what rotation adds. A file
// without such a log is one of its own, whatever it is called.
func pastOf(name string, exists func(string) bool) (base string, ok bool) {
	for range 3 { // as in app.log-20261121.1.gz
		if ext := path.Ext(name); compressed[ext] && len(ext) < len(name) {
			name = strings.TrimSuffix(name, ext)
			if exists(name) {
				return name, true
			}
		}
		if m := dated.FindStringSubmatch(name); m != nil && exists(m[1]+m[2]) {
			return m[1] + m[2], true
		}
		m := rotated.FindStringSubmatch(name)
		if m == nil {
			return "", false
		}
		name = m[1]
		if exists(name) {
			return name, true
		}
	}
	return "", false
}

// stem is name without all that rotation and compression added, whether or not such a log exists.
func stem(name string) string {
	base := name
	pastOf(name, func(n string) bool { base = n; return false })
	return base
}
