// Package coding knows how a file writes its lines: in bytes, as nearly all do, or in UTF-16.
package coding

import (
	"bytes"
	"encoding/binary"
	"unicode/utf16"
	"unicode/utf8"
)

// Coding of a file. Its newline ends a line wherever that is cut, and nothing else does.
type Coding uint8

const (
	// Bytes is UTF-8 and all else whose newline is the byte of that value.
	Bytes Coding = iota
	UTF16LE
	UTF16BE
)

// Head is how many of a file's first bytes tell its coding.
const Head = 4

// Names says to people which codings can be named.
const Names = "write utf-8, utf-16le or utf-16be, or leave it out"

// Named is the coding that is called so.
func Named(name string) (Coding, bool) {
	switch name {
	case "utf-8":
		return Bytes, true
	case "utf-16le":
		return UTF16LE, true
	case "utf-16be":
		return UTF16BE, true
	}
	return Bytes, false
}

// UTF32 says whether a file begins with the mark of UTF-32, which is taken for bytes.
func UTF32(head []byte) bool {
	return bytes.HasPrefix(head, []byte{0xff, 0xfe, 0, 0}) || bytes.HasPrefix(head, []byte{0, 0, 0xfe, 0xff})
}

// Detect tells by a file's first bytes: a byte order mark or, since what is truncated begins without one, two characters of ASCII
// in UTF-16.
func Detect(head []byte) Coding {
	switch {
	case UTF32(head):
		return Bytes
	case bytes.HasPrefix(head, []byte{0xff, 0xfe}):
		return UTF16LE
	case bytes.HasPrefix(head, []byte{0xfe, 0xff}):
		return UTF16BE
	case len(head) < Head:
		return Bytes
	case ascii(head[0]) && head[1] == 0 && ascii(head[2]) && head[3] == 0:
		return UTF16LE
	case head[0] == 0 && ascii(head[1]) && head[2] == 0 && ascii(head[3]):
		return UTF16BE
	}
	return Bytes
}

func ascii(c byte) bool { return c >= ' ' && c < 0x7f || c == '\n' || c == '\r' || c == '\t' }

// Wide says whether lines are not written in bytes. A wide file is read from even offsets on.
func (c Coding) Wide() bool { return c != Bytes }

// Unit is how many bytes a newline takes.
func (c Coding) Unit() int {
	if c.Wide() {
		return 2
	}
	return 1
}

// Char is how many bytes a character may take that must not be torn.
func (c Coding) Char() int {
	if c.Wide() {
		return 4
	}
	return 1
}

// Align is off, or where the unit begins that it is in.
func (c Coding) Align(off int64) int64 { return off - off%int64(c.Unit()) }

// After is where in b the second line begins; 0: none does. b begins with a unit's first byte, here and in what follows.
func (c Coding) After(b []byte) int {
	if c == Bytes {
		return bytes.IndexByte(b, '\n') + 1
	}
	for from := 0; ; {
		i := bytes.IndexByte(b[from:], '\n')
		if i < 0 {
			return 0
		}
		if c.newline(b, from+i) {
			return (from+i)&^1 + 2
		}
		from += i + 1
	}
}

// AfterLast is where in b the last line ends that has a newline; 0: none has.
func (c Coding) AfterLast(b []byte) int {
	if c == Bytes {
		return bytes.LastIndexByte(b, '\n') + 1
	}
	for {
		i := bytes.LastIndexByte(b, '\n')
		switch {
		case i < 0:
			return 0
		case c.newline(b, i):
			return i&^1 + 2
		}
		b = b[:i]
	}
}

// newline says whether the byte at i, which could be one's, is.
func (c Coding) newline(b []byte, i int) bool {
	if c == UTF16LE {
		return i%2 == 0 && i+1 < len(b) && b[i+1] == 0
	}
	return i%2 == 1 && b[i-1] == 0
}

// Count is how many newlines are in b.
func (c Coding) Count(b []byte) (n int) {
	if c == Bytes {
		return bytes.Count(b, newline)
	}
	for at := c.After(b); at > 0; at = c.After(b) {
		b = b[at:]
		n++
	}
	return n
}

// Ends says whether b ends with a newline.
func (c Coding) Ends(b []byte) bool {
	if c == Bytes {
		return len(b) > 0 && b[len(b)-1] == '\n'
	}
	return len(b) > 1 && len(b)%2 == 0 && c.unit(b[len(b)-2:]) == '\n'
}

// Whole is b without a character at its end that is there only in part, unless that is all.
func (c Coding) Whole(b []byte) []byte {
	if c == Bytes {
		return b
	}
	b = b[:len(b)&^1]
	if len(b) > 2 && lead(c.unit(b[len(b)-2:])) {
		b = b[:len(b)-2]
	}
	return b
}

// WholeFrom is the same at b's beginning.
func (c Coding) WholeFrom(b []byte) []byte {
	if c != Bytes && len(b) > 2 && trail(c.unit(b)) {
		return b[2:]
	}
	return b
}

func (c Coding) unit(b []byte) rune {
	if c == UTF16LE {
		return rune(binary.LittleEndian.Uint16(b))
	}
	return rune(binary.BigEndian.Uint16(b))
}

func lead(r rune) bool  { return r >= 0xd800 && r < 0xdc00 }
func trail(r rune) bool { return r >= 0xdc00 && r < 0xe000 }

// Append appends b as UTF-8 to text. What is no character becomes a replacement character.
func (c Coding) Append(text, b []byte) []byte {
	if c == Bytes {
		return append(text, b...)
	}
	for len(b) > 1 {
		r := c.unit(b)
		b = b[2:]
		switch {
		case lead(r) && len(b) > 1 && trail(c.unit(b)):
			r = utf16.DecodeRune(r, c.unit(b))
			b = b[2:]
		case utf16.IsSurrogate(r):
			r = utf8.RuneError
		}
		text = utf8.AppendRune(text, r)
	}
	if len(b) > 0 {
		text = utf8.AppendRune(text, utf8.RuneError)
	}
	return text
}

// Text is b as UTF-8.
func (c Coding) Text(b []byte) []byte {
	if c == Bytes {
		return b
	}
	return c.Append(make([]byte, 0, len(b)), b)
}

// Width is how many bytes text, which Append made, takes in the file.
func (c Coding) Width(text []byte) (n int) {
	if c == Bytes {
		return len(text)
	}
	for _, b := range text {
		switch {
		case b >= 0xf0: // the first of four, which is two units
			n += 4
		case b < 0x80 || b >= 0xc0:
			n += 2
		}
	}
	return n
}

// Room is how many bytes of a file surely fit into so many of UTF-8, each line with what says how far its places are apart. A
// character always does.
func (c Coding) Room(bytes int) int {
	if c == Bytes {
		return bytes
	}
	return max(c.Char(), (bytes-32)*2/3&^1)
}

var newline = []byte{'\n'}
