package journal

import (
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"strconv"
	"strings"

	"livetail/internal/wire"
)

// cursor names an entry, as sd_journal_get_cursor(3) does.
type cursor struct {
	seqnumID [16]byte
	seqnum   uint64
	boot     [16]byte
	mono     uint64 // microseconds since boot
	real     uint64 // microseconds since 1970
	hash     uint64
}

func parseCursor(s string) (c cursor, err error) {
	seen := 0
	for part := range strings.SplitSeq(s, ";") {
		key, value, _ := strings.Cut(part, "=")
		switch key {
		case "s":
			err = id(&c.seqnumID, value)
		case "b":
			err = id(&c.boot, value)
		case "i":
			c.seqnum, err = strconv.ParseUint(value, 16, 64)
		case "m":
			c.mono, err = strconv.ParseUint(value, 16, 64)
		case "t":
			c.real, err = strconv.ParseUint(value, 16, 64)
		case "x":
			c.hash, err = strconv.ParseUint(value, 16, 64)
		default:
			continue
		}
		if err != nil {
			return cursor{}, fmt.Errorf("reading the journal: cursor %q: %w", s, err)
		}
		seen++
	}
	if seen != 6 {
		return cursor{}, fmt.Errorf("reading the journal: cursor %q is not of six parts", s)
	}
	return c, nil
}

func id(to *[16]byte, s string) error {
	if len(s) != 32 {
		return fmt.Errorf("an id of %d characters", len(s))
	}
	_, err := hex.Decode(to[:], []byte(s))
	return err
}

// String is what journalctl takes. All numbers are our own formatting, so nothing of a page reaches its command line.
func (c cursor) String() string {
	return fmt.Sprintf("s=%x;i=%x;b=%x;m=%x;t=%x;x=%x", c.seqnumID, c.seqnum, c.boot, c.mono, c.real, c.hash)
}

func (c cursor) same(o cursor) bool {
	return c.seqnumID == o.seqnumID && c.seqnum == o.seqnum && c.boot == o.boot
}

// counts says whether a place can count from c to later: so both are in one numbering, and one boot.
func (c cursor) counts(later cursor) bool {
	return c.seqnumID == later.seqnumID && c.boot == later.boot && later.seqnum-c.seqnum <= maxAhead
}

// A place is a cursor, as the file, and an offset: how many entries further (in the numbering of the same journal), and how
// many bytes into that entry's text. So all entries of one frame share one file, and offsets stay below 2^53.
const (
	entryBits = 20
	maxAhead  = 1 << 32
)

const (
	tokenVersion = 'j'
	tokenSize    = 1 + 3 + 16 + 8 + 16 + 8 + 8 + 8
)

// file is the token of c in the log.
func file(log [3]byte, c cursor) wire.File {
	b := make([]byte, 0, tokenSize)
	b = append(b, tokenVersion, log[0], log[1], log[2])
	b = append(b, c.seqnumID[:]...)
	b = binary.BigEndian.AppendUint64(b, c.seqnum)
	b = append(b, c.boot[:]...)
	b = binary.BigEndian.AppendUint64(b, c.mono)
	b = binary.BigEndian.AppendUint64(b, c.real)
	b = binary.BigEndian.AppendUint64(b, c.hash)
	return wire.File(b)
}

// place is where in the journal one is: before the byte at of the entry with this seqnum, which is base's or follows it.
type place struct {
	base   cursor
	seqnum uint64
	at     int64
}

// parsePlace reads a position of this log. Only the newest place counts: the journal is one file.
func parsePlace(log [3]byte, p wire.Position) (place, string) {
	if len(p) == 0 {
		return place{}, "the position is empty"
	}
	last := p[len(p)-1]
	b := []byte(last.File)
	switch {
	case len(b) != tokenSize || b[0] != tokenVersion:
		return place{}, "the position is not one of ours"
	case [3]byte(b[1:4]) != log:
		return place{}, "the position is of another log"
	case last.Offset < 0 || last.Offset>>entryBits > maxAhead:
		return place{}, "the position is not one of ours"
	}
	var c cursor
	b = b[4:]
	copy(c.seqnumID[:], b)
	c.seqnum = binary.BigEndian.Uint64(b[16:])
	copy(c.boot[:], b[24:])
	c.mono = binary.BigEndian.Uint64(b[40:])
	c.real = binary.BigEndian.Uint64(b[48:])
	c.hash = binary.BigEndian.Uint64(b[56:])
	return place{c, c.seqnum + uint64(last.Offset>>entryBits), last.Offset & (1<<entryBits - 1)}, ""
}
