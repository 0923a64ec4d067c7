package main

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"livetail/internal/wire"
)

// bookmark is a state file: how far a log was printed, and how long the output was then. It is replaced as a whole, so a
// process that is killed leaves the one from before or the one from after.
type bookmark struct {
	path string
	key  []byte
	log  string    // the log's absolute path
	err  io.Writer // hears of trouble
	sick bool      // it could not be written, and that was said
}

// noted is what a bookmark holds.
type noted struct {
	Log      string        `json:"log"`
	Position string        `json:"position"`
	Out      int64         `json:"out"` // length of the output, -1: not a file of ours
	from     wire.Position // Position, parsed
}

const (
	bookmarkMagic = "livetail follow "
	bookmarkFirst = bookmarkMagic + "1 " // then the sum, a space, the JSON and a newline
	bookmarkMost  = 8 << 10              // bytes: a path and a position of 16 places
)

// load reads the state. Without one that can be used it says so in words, and ok is false. What is no state of this log is
// not overwritten: that is an error.
func (b *bookmark) load() (n noted, ok bool, err error) {
	text, err := readSome(b.path, bookmarkMost)
	body, ours := bytes.CutPrefix(text, []byte(bookmarkFirst))
	ours = ours || bytes.HasPrefix([]byte(bookmarkFirst), text) // torn right there
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return n, false, nil
	case err != nil:
		return n, false, fmt.Errorf("reading the state: %w", err)
	case len(bytes.Trim(text, "\x00")) == 0: // zeros: what some file systems leave after a power failure
		b.say("%s is empty: nothing is known of what was printed before", plainPath(b.path))
		return n, false, nil
	case !ours && bytes.HasPrefix(text, []byte(bookmarkMagic)):
		b.say("%s was written by another version of livetail, which this one cannot read: nothing is known of what was printed before", plainPath(b.path))
		return n, false, nil
	case !ours:
		return n, false, fmt.Errorf("the state %s is not a state of livetail follow, and is left alone", plainPath(b.path))
	}
	sum, data, _ := bytes.Cut(bytes.TrimSuffix(body, []byte("\n")), []byte(" "))
	if string(sum) != b.sum(data) {
		b.say("%s is damaged, or was written with another -config: nothing is known of what was printed before", plainPath(b.path))
		return n, false, nil
	}
	if err = json.Unmarshal(data, &n); err == nil {
		n.from, err = wire.ParsePosition(n.Position)
	}
	switch {
	case err != nil:
		return n, false, fmt.Errorf("reading the state: %w", err) // its sum is right: a fault of ours
	case n.Log != b.log:
		return n, false, fmt.Errorf("the state %s is that of %s, not of %s", plainPath(b.path), plainPath(n.Log), plainPath(b.log))
	}
	return n, true, nil
}

// save replaces the state. That it cannot is said once, and does not stop the printing.
func (b *bookmark) save(pos wire.Position, out int64) {
	err := b.replace(noted{Log: b.log, Position: pos.String(), Out: out})
	switch {
	case err != nil && !b.sick:
		b.say("the state cannot be written: %v; printing goes on, and what comes now comes again after a restart", err)
	case err == nil && b.sick:
		b.say("the state can be written again")
	}
	b.sick = err != nil
}

func (b *bookmark) replace(n noted) error {
	data, err := json.Marshal(n)
	if err != nil {
		return err
	}
	fresh := b.path + ".new"
	if err := os.WriteFile(fresh, fmt.Appendf(nil, "%s%s %s\n", bookmarkFirst, b.sum(data), data), 0o600); err != nil {
		os.Remove(fresh)
		return err
	}
	return os.Rename(fresh, b.path)
}

func (b *bookmark) sum(data []byte) string {
	mac := hmac.New(sha256.New, b.key)
	mac.Write([]byte("livetail follow -state\n"))
	mac.Write(data)
	return hex.EncodeToString(mac.Sum(nil)[:8])
}

func (b *bookmark) say(format string, args ...any) {
	fmt.Fprintf(b.err, "livetail follow: "+format+"\n", args...)
}

func readSome(path string, most int64) ([]byte, error) {
	f, err := os.Open(filepath.Clean(path))
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return io.ReadAll(io.LimitReader(f, most))
}
