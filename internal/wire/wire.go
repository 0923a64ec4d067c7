// Package wire is the words that web and worker share: logs, positions, frames, control messages and the names of channels.
// It never touches a file, a socket or Redis.
package wire

import (
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"
)

// Version is carried by frames, jobs and control messages; a process drops what bears another.
const Version = 1

// Subprotocol is what a page asks for when it opens its WebSocket.
const Subprotocol = "livetail.1"

// ErrMalformed is wrapped by every error of a parser here: the bytes are not ours, or of another version.
var ErrMalformed = errors.New("malformed")

func malformed(format string, args ...any) error {
	return fmt.Errorf("%w: %s", ErrMalformed, fmt.Sprintf(format, args...))
}

// Log addresses something that can be followed. Only the worker's own config turns it into a path.
type Log struct {
	Host string
	ID   string
}

func (l Log) String() string { return l.Host + "/" + l.ID }

const (
	maxHost = 253
	maxID   = 512
)

// Check says whether host and id are of the form that routes, queues and channels may carry.
func (l Log) Check() error {
	if l.Host == "" || len(l.Host) > maxHost || strings.ContainsRune(l.Host, '/') || !plain(l.Host) {
		return malformed("host %q", l.Host)
	}
	if l.ID == "" || len(l.ID) > maxID || !plain(l.ID) {
		return malformed("log id %q", l.ID)
	}
	for part := range strings.SplitSeq(l.ID, "/") {
		if part == "" || part == "." || part == ".." {
			return malformed("log id %q", l.ID)
		}
	}
	return nil
}

func plain(s string) bool {
	for i := range len(s) {
		if !plainByte(s[i]) && s[i] != '/' {
			return false
		}
	}
	return true
}

func plainByte(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '.' || c == '_' || c == '-'
}

// EscapeID makes any file name fit for an id: bytes outside A-Z a-z 0-9 . _ - / become _xx in hexadecimal. Different names
// may meet in one id; whoever hands out ids refuses such a collision.
func EscapeID(name string) string {
	if plain(name) {
		return name
	}
	var b strings.Builder
	for i := range len(name) {
		if c := name[i]; plainByte(c) || c == '/' {
			b.WriteByte(c)
		} else {
			fmt.Fprintf(&b, "_%02x", c)
		}
	}
	return b.String()
}

// TailID names one connection following one log. It is made by web and cannot be guessed.
type TailID [16]byte

// NewTailID makes a new random id.
func NewTailID() TailID {
	var id TailID
	rand.Read(id[:])
	return id
}

func (id TailID) String() string { return hex.EncodeToString(id[:]) }

// ParseTailID reads what String wrote.
func ParseTailID(s string) (TailID, error) {
	var id TailID
	if len(s) != 2*len(id) {
		return id, malformed("tail id of %d characters", len(s))
	}
	if _, err := hex.Decode(id[:], []byte(s)); err != nil {
		return id, malformed("tail id: %v", err)
	}
	return id, nil
}

// NewProcessID names one start of a web or worker process; it is new each time, so what was said to an earlier start is
// never taken for this one's.
func NewProcessID() string {
	var b [12]byte
	rand.Read(b[:])
	return hex.EncodeToString(b[:])
}
