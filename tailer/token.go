package tailer

import (
	"encoding/binary"
	"fmt"
	"math"
	"strings"

	"livetail/internal/wire"
)

const (
	tokenVersion = 1
	headSize     = 1 << 10 // most bytes that the head's fingerprint covers
	backSize     = 4 << 10 // most bytes before an offset that are compared
	mostToken    = 64      // bytes that a token takes at most
	mostRoll     = 16 << 10
)

// token is a file's identity as it travels in a position. It is renewed as the file is read, so two tokens of one file may
// differ: compare what they say, not their bytes.
type token struct {
	log     [3]byte // keyed hash of the log's path: a position of another log is known as such
	ino     uint64
	gen     uint32 // inode generation; 0: unknown
	headN   int    // the head's fingerprint covers that many bytes
	head    [6]byte
	checkAt int64 // the check covers up to backSize bytes before this offset, which is never behind the place's
	check   [6]byte
	at      int64 // Unix seconds when it was made: a hint which files are newer once this one is lost
}

// timeBase keeps the time small: 2024-01-01.
const timeBase = 1704067200

func (t token) encode() wire.File {
	var room [mostToken]byte
	return wire.File(t.appendTo(room[:0]))
}

func (t token) appendTo(b []byte) []byte {
	b = append(b, tokenVersion, t.log[0], t.log[1], t.log[2])
	b = binary.AppendUvarint(b, t.ino)
	b = binary.BigEndian.AppendUint32(b, t.gen)
	b = binary.AppendUvarint(b, uint64(t.headN))
	b = append(b, t.head[:]...)
	b = binary.AppendUvarint(b, uint64(t.checkAt))
	b = append(b, t.check[:]...)
	return binary.AppendUvarint(b, uint64(max(0, t.at-timeBase)))
}

// mint makes tokens of which many are made in a moment: they share the memory of a roll, so that hardly any allocates.
type mint struct{ roll strings.Builder }

func (m *mint) make(t *token, soon bool) wire.File {
	if !soon { // one that stays for long keeps no roll
		m.roll = strings.Builder{}
		return t.encode()
	}
	if size := m.roll.Cap(); size-m.roll.Len() < mostToken {
		m.roll = strings.Builder{}
		m.roll.Grow(min(max(2*size, 2*mostToken), mostRoll))
	}
	var room [mostToken]byte
	from := m.roll.Len()
	m.roll.Write(t.appendTo(room[:0]))
	return wire.File(m.roll.String()[from:])
}

func parseToken(f wire.File) (t token, err error) {
	b := []byte(f)
	short := func(n int) bool {
		if err == nil && len(b) < n {
			err = fmt.Errorf("file token: %w", wire.ErrMalformed)
		}
		return err != nil
	}
	number := func(limit uint64) uint64 {
		v, n := binary.Uvarint(b)
		if err == nil && (n <= 0 || v > limit || n > 1 && b[n-1] == 0) {
			err = fmt.Errorf("file token: %w", wire.ErrMalformed)
		}
		if err != nil {
			return 0
		}
		b = b[n:]
		return v
	}
	take := func(p []byte) {
		if !short(len(p)) {
			copy(p, b)
			b = b[len(p):]
		}
	}
	var version [1]byte
	var gen [4]byte
	take(version[:])
	take(t.log[:])
	t.ino = number(math.MaxUint64)
	take(gen[:])
	t.gen = binary.BigEndian.Uint32(gen[:])
	t.headN = int(number(headSize))
	take(t.head[:])
	t.checkAt = int64(number(math.MaxInt64))
	take(t.check[:])
	t.at = int64(number(math.MaxUint32)) + timeBase
	if err == nil && (version[0] != tokenVersion || len(b) > 0) {
		err = fmt.Errorf("file token: %w", wire.ErrMalformed)
	}
	return t, err
}
