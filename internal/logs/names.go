package logs

import (
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
