package logs

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"path/filepath"
	"strconv"
	"strings"
	"unicode/utf8"

	"livetail/internal/wire"
)

const maxID = 255 // of what is made from file names, which can be 4 KiB long

// makeID is the id of the file rel of a spec: escaped, and when it would be too long cut, with a hash to tell it from
// others.
func makeID(prefix, rel string) string {
	raw := rel
	if prefix != "" {
		raw = prefix + "/" + rel
	}
	id := wire.EscapeID(raw)
	if len(id) <= maxID {
		return id
	}
	sum := sha256.Sum256([]byte(raw))
	tag := "-" + hex.EncodeToString(sum[:8])
	return id[:maxID-len(tag)] + tag
}

// id is the id of a log that is not one of many.
func (s *Spec) id() string {
	if s.ID != "" {
		return s.ID
	}
	return makeID("", filepath.Base(s.File+s.Latest))
}

// display makes a name harmless to read: whatever does not print is shown as an escape.
func display(name string) string {
	if utf8.ValidString(name) && !strings.ContainsFunc(name, func(r rune) bool { return !strconv.IsPrint(r) }) {
		return name
	}
	q := strconv.Quote(name)
	return q[1 : len(q)-1]
}

// natural compares names as people sort them: runs of digits by their number, so that app-10 is newer than app-9.
func natural(a, b string) int {
	for a != "" && b != "" {
		da, db := digits(a), digits(b)
		if da == 0 || db == 0 {
			if a[0] != b[0] {
				return cmp.Compare(a[0], b[0])
			}
			a, b = a[1:], b[1:]
			continue
		}
		na, nb := strings.TrimLeft(a[:da], "0"), strings.TrimLeft(b[:db], "0")
		if c := cmp.Or(cmp.Compare(len(na), len(nb)), cmp.Compare(na, nb)); c != 0 {
			return c
		}
		a, b = a[da:], b[db:]
	}
	return cmp.Compare(len(a), len(b))
}

// digits is how many digits s begins with.
func digits(s string) int {
	n := 0
	for n < len(s) && s[n] >= '0' && s[n] <= '9' {
		n++
	}
	return n
}
