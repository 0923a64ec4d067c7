package journal

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"strconv"
	"time"
)

// fields are what a line is made of; journald's own (cursor, times, boot) always come with them.
const fields = "MESSAGE,PRIORITY,SYSLOG_IDENTIFIER,SYSLOG_PID,_PID,_COMM"

const (
	// maxEntry bounds the text of one entry, in bytes: a place has 20 bits for where in it one is.
	maxEntry = 1 << 20
	// maxField bounds what else is kept of a field; what is longer is passed over.
	maxField = 1 << 10
)

// entry is one entry of the journal.
type entry struct {
	cursor   cursor
	time     time.Time
	message  []byte
	whole    int64 // length of the message in the journal; more than len(message) if it was cut
	priority int   // -1: none
	name     string
	pid      string
}

// reader reads journald's export format (https://systemd.io/JOURNAL_EXPORT_FORMATS/): binary-safe, unlike JSON, which turns
// what is no UTF-8 into lists of numbers.
type reader struct{ in *bufio.Reader }

func newReader(r io.Reader) reader { return reader{bufio.NewReaderSize(r, 64<<10)} }

var errFormat = errors.New("reading the journal: not the export format")

// next reads one entry; io.EOF only between two.
func (r reader) next() (entry, error) {
	e := entry{priority: -1}
	var comm, ident, pid, syslogPID string
	some := false
	for {
		name, value, whole, err := r.field()
		switch {
		case err == io.EOF && some:
			return e, io.ErrUnexpectedEOF
		case err != nil:
			return e, err
		case name == "" && !some:
			continue // an empty line before the first field
		case name == "":
			e.name, e.pid = first(ident, comm, "journal"), first(pid, syslogPID)
			if e.cursor == (cursor{}) {
				return e, fmt.Errorf("%w: an entry without a cursor", errFormat)
			}
			return e, nil
		}
		some = true
		switch name {
		case "__CURSOR":
			if e.cursor, err = parseCursor(string(value)); err != nil {
				return e, err
			}
		case "__REALTIME_TIMESTAMP":
			us, err := strconv.ParseInt(string(value), 10, 64)
			if err != nil {
				return e, fmt.Errorf("%w: time %q", errFormat, value)
			}
			e.time = time.UnixMicro(us)
		case "MESSAGE":
			if e.message == nil { // a second one is a mistake of its writer
				e.message, e.whole = value, whole
			}
		case "PRIORITY":
			if len(value) == 1 && value[0] >= '0' && value[0] <= '7' {
				e.priority = int(value[0] - '0')
			}
		case "SYSLOG_IDENTIFIER":
			ident = string(value)
		case "_COMM":
			comm = string(value)
		case "_PID":
			pid = string(value)
		case "SYSLOG_PID":
			syslogPID = string(value)
		}
	}
}

func first(all ...string) string {
	for _, s := range all {
		if s != "" {
			return s
		}
	}
	return ""
}

// field reads one field, or the empty line behind an entry as a name of "".
func (r reader) field() (name string, value []byte, whole int64, err error) {
	line, err := r.line()
	if err != nil || len(line.kept) == 0 {
		return "", nil, 0, err
	}
	if at := bytes.IndexByte(line.kept, '='); at >= 0 {
		name := string(line.kept[:at])
		return name, cut(name, line.kept[at+1:]), line.whole - int64(at) - 1, nil
	}
	name = string(line.kept)
	var size [8]byte
	if _, err := io.ReadFull(r.in, size[:]); err != nil {
		return "", nil, 0, unexpected(err)
	}
	whole = int64(binary.LittleEndian.Uint64(size[:]))
	if whole < 0 {
		return "", nil, 0, fmt.Errorf("%w: a field of %d bytes", errFormat, uint64(whole))
	}
	value = make([]byte, min(whole, limit(name)))
	if _, err := io.ReadFull(r.in, value); err != nil {
		return "", nil, 0, unexpected(err)
	}
	if _, err := io.CopyN(io.Discard, r.in, whole-int64(len(value))); err != nil {
		return "", nil, 0, unexpected(err)
	}
	if end, err := r.in.ReadByte(); err != nil || end != '\n' {
		return "", nil, 0, fmt.Errorf("%w: no newline behind a field", errFormat)
	}
	return name, value, whole, nil
}

func limit(name string) int64 {
	if name == "MESSAGE" {
		return maxEntry
	}
	return maxField
}

func cut(name string, value []byte) []byte { return value[:min(int64(len(value)), limit(name))] }

type line struct {
	kept  []byte // the first bytes, as many as a field may need
	whole int64
}

// line reads up to a newline. What is beyond any limit is counted and passed over.
func (r reader) line() (l line, err error) {
	for {
		part, err := r.in.ReadSlice('\n')
		if err == io.EOF && (len(part) > 0 || l.whole > 0) {
			return l, io.ErrUnexpectedEOF
		}
		if err != nil && err != bufio.ErrBufferFull {
			return l, err
		}
		if err == nil {
			part = part[:len(part)-1]
		}
		if room := maxEntry + maxField - len(l.kept); room > 0 {
			l.kept = append(l.kept, part[:min(room, len(part))]...)
		}
		l.whole += int64(len(part))
		if err == nil {
			return l, nil
		}
	}
}

func unexpected(err error) error {
	if err == io.EOF {
		return io.ErrUnexpectedEOF
	}
	return err
}
