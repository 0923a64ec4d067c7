package wire

import (
	"encoding/base64"
	"encoding/binary"
	"math"
)

const (
	// MaxPlaces bounds a position: a log that rotates while old files still grow has a place in each.
	MaxPlaces = 16
	// MaxFile bounds the token of a file, in bytes.
	MaxFile = 120
)

// File is a file's identity as the tailer made it; opaque to everybody else.
type File string

// Place is a byte offset in a file. A line's own token is the place of its first byte.
type Place struct {
	File   File
	Offset int64
}

// Position is a durable bookmark in a log: how far each of its growing files was read, oldest file first. Only the worker
// compares positions, since only it knows the files. The zero value means "none yet".
type Position []Place

// AppendTo appends the binary form: a count, then for each place a token's length, the token and the offset (8 bytes,
// big endian).
func (p Position) AppendTo(b []byte) []byte {
	b = append(b, byte(len(p)))
	return p.appendPlaces(b)
}

func (p Position) appendPlaces(b []byte) []byte {
	for _, place := range p {
		b = append(b, byte(len(place.File)))
		b = append(b, place.File...)
		b = binary.BigEndian.AppendUint64(b, uint64(place.Offset))
	}
	return b
}

// Size is the length of the binary form.
func (p Position) Size() int {
	n := 1
	for _, place := range p {
		n += 1 + len(place.File) + 8
	}
	return n
}

// Check says whether p can be written.
func (p Position) Check() error {
	if len(p) > MaxPlaces {
		return malformed("position of %d places", len(p))
	}
	for _, place := range p {
		if len(place.File) == 0 || len(place.File) > MaxFile || place.Offset < 0 {
			return malformed("place of %d bytes at %d", len(place.File), place.Offset)
		}
	}
	return nil
}

// Clone returns a copy that shares nothing with p.
func (p Position) Clone() Position {
	if p == nil {
		return nil
	}
	return append(Position(nil), p...)
}

// String is the form that pages and command lines carry: the binary form in URL-safe base64; "" for none.
func (p Position) String() string {
	if len(p) == 0 {
		return ""
	}
	return base64.RawURLEncoding.EncodeToString(p.AppendTo(make([]byte, 0, p.Size())))
}

// ParsePosition reads what String wrote.
func ParsePosition(s string) (Position, error) {
	if s == "" {
		return nil, nil
	}
	if len(s) > base64.RawURLEncoding.EncodedLen(1+MaxPlaces*(1+MaxFile+8)) {
		return nil, malformed("position of %d characters", len(s))
	}
	raw, err := base64.RawURLEncoding.Strict().DecodeString(s)
	if err != nil {
		return nil, malformed("position: %v", err)
	}
	in := reader{b: raw}
	p := in.position()
	return p, in.done()
}

// reader takes values from the front of b and remembers the first failure, so that parsers read straight down.
type reader struct {
	b   []byte
	err error
}

func (r *reader) fail(format string, args ...any) {
	if r.err == nil {
		r.err = malformed(format, args...)
	}
	r.b = nil
}

func (r *reader) take(n int) []byte {
	if r.err != nil || n < 0 || n > len(r.b) {
		r.fail("%d bytes wanted, %d there", n, len(r.b))
		return nil
	}
	out := r.b[:n:n]
	r.b = r.b[n:]
	return out
}

func (r *reader) u8() byte {
	if b := r.take(1); b != nil {
		return b[0]
	}
	return 0
}

func (r *reader) u16() uint16 {
	if b := r.take(2); b != nil {
		return binary.BigEndian.Uint16(b)
	}
	return 0
}

func (r *reader) u32() uint32 {
	if b := r.take(4); b != nil {
		return binary.BigEndian.Uint32(b)
	}
	return 0
}

func (r *reader) u64() uint64 {
	if b := r.take(8); b != nil {
		return binary.BigEndian.Uint64(b)
	}
	return 0
}

// i64 is a size or an offset: never negative.
func (r *reader) i64() int64 {
	v := r.u64()
	if v > math.MaxInt64 {
		r.fail("number %d is too large", v)
		return 0
	}
	return int64(v)
}

func (r *reader) str() string { return string(r.take(int(r.u8()))) }

func (r *reader) tail() (id TailID) {
	copy(id[:], r.take(len(id)))
	return id
}

func (r *reader) position() Position { return r.places(int(r.u8())) }

func (r *reader) places(n int) Position {
	if n > MaxPlaces {
		r.fail("position of %d places", n)
	}
	if n == 0 || r.err != nil {
		return nil
	}
	p := make(Position, 0, n)
	for range n {
		size := int(r.u8())
		if size == 0 || size > MaxFile {
			r.fail("file token of %d bytes", size)
			return nil
		}
		p = append(p, Place{File: File(r.take(size)), Offset: r.i64()})
	}
	if r.err != nil {
		return nil
	}
	return p
}

// done is the outcome of a whole message: nothing may be left over.
func (r *reader) done() error {
	if r.err == nil && len(r.b) > 0 {
		r.fail("%d bytes left over", len(r.b))
	}
	return r.err
}
