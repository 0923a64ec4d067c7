package journal

import (
	"bytes"
	"fmt"
	"strconv"
)

// levels are journald's priorities in the words of syslog; info is left out, as nearly everything is.
var levels = [...]string{"emerg: ", "alert: ", "crit: ", "err: ", "warning: ", "notice: ", "", "debug: "}

const stamp = "2006-01-02T15:04:05.000000Z07:00"

// text appends an entry as lines: time, who, how bad, and the message. Its further lines are indented, so that they are seen
// to belong to their first. At most maxEntry bytes; what is cut is said.
func (e *entry) text(b []byte) []byte {
	begin := len(b)
	b = e.time.UTC().AppendFormat(b, stamp)
	b = append(append(b, ' '), printable(e.name)...)
	if e.pid != "" {
		b = append(append(append(b, '['), printable(e.pid)...), ']')
	}
	b = append(b, ':', ' ')
	if e.priority >= 0 {
		b = append(b, levels[e.priority]...)
	}
	message := bytes.TrimRight(e.message, "\n")
	const indent = "    "
	cutAt := begin + maxEntry - 80 // room for the words
	for i, n := 0, 0; i < len(message); i++ {
		if len(b) >= cutAt {
			b = append(b, fmt.Sprintf(" (cut here: the message has %s bytes)", strconv.FormatInt(e.whole, 10))...)
			return append(b, '\n')
		}
		b = append(b, message[i])
		if message[i] == '\n' {
			b = append(b, indent...)
			n++
		}
	}
	if e.whole > int64(len(e.message)) {
		b = append(b, fmt.Sprintf(" (cut here: the message has %d bytes)", e.whole)...)
	}
	return append(b, '\n')
}

// printable keeps a field from ending the line that it is in.
func printable(s string) string {
	clean := []byte(s)
	for i, c := range clean {
		if c < ' ' || c == 0x7f {
			clean[i] = '?'
		}
	}
	return string(clean)
}
