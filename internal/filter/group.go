package filter

import "bytes"

// kind is what a line is to those before it.
type kind uint8

const (
	begins  kind = iota // it stands for itself
	follows             // it continues the line before
	trouble             // an exception or a traceback: it follows unless the line before was told for information only
)

// kindOf tells by the line alone, so that groups can be found from any place in a file.
func kindOf(line []byte) kind {
	if len(line) == 0 {
		return follows
	}
	switch c := line[0]; c {
	case ' ', '\t', '\r':
		if stamped(bytes.TrimLeft(line, " \t\r")) {
			return begins
		}
		return follows
	case '}', ']', ')':
		return follows
	case '.':
		return followsIf(line, "... ")
	case '[':
		return followsIf(line, "[signal ")
	case '{', '<', '"', '0', '1', '2', '3', '4', '5', '6', '7', '8', '9':
		return begins
	case 'C':
		if starts(line, "Caused by: ") {
			return follows
		}
	case 'S':
		if starts(line, "Suppressed: ") {
			return follows
		}
	case 'T':
		if starts(line, "Traceback (most recent call last)") {
			return trouble
		}
		if starts(line, "The above exception was ") {
			return follows
		}
	case 'D':
		if starts(line, "During handling of the above exception") {
			return follows
		}
	case 'c':
		if starts(line, "created by ") {
			return follows
		}
	case 'g':
		if starts(line, "goroutine ") && len(line) > 10 && digit(line[10]) {
			return follows
		}
	}
	if call(line) {
		return follows
	}
	if exception(line) {
		return trouble
	}
	return begins
}

func followsIf(line []byte, prefix string) kind {
	if starts(line, prefix) {
		return follows
	}
	return begins
}

// stamped says whether an indented line is one of a log that indents all: it begins with a time or a level.
func stamped(s []byte) bool {
	switch {
	case len(s) == 0:
		return false
	case digit(s[0]):
		return len(s) >= 8 && (digit(s[1]) && digit(s[2]) && digit(s[3]) && (s[4] == '-' || s[4] == '/') || digit(s[1]) && s[2] == ':' && digit(s[3]) && s[5] == ':')
	case s[0] < 'A' || s[0] > 'Z':
		return false
	}
	n := 0
	for n < len(s) && s[n] >= 'A' && s[n] <= 'Z' {
		n++
	}
	return n >= 4 && n < len(s) && (s[n] == ' ' || s[n] == ':') && wordLevel(s[:n]) != LevelOther
}

// call is a line of a Go trace: a function with its package, and what it was called with.
func call(line []byte) bool {
	if line[len(line)-1] != ')' {
		return false
	}
	if starts(line, "panic(") {
		return true
	}
	open := bytes.IndexByte(line, '(')
	return open > 0 && line[open-1] != ' ' && bytes.IndexByte(line[:open], '.') > 0 && bytes.IndexByte(line[:open], ' ') < 0
}

// exception is a line that begins with the name of one: java.lang.IllegalStateException: closed. A bare "Error:" is none.
func exception(line []byte) bool {
	n := 0
	for n < len(line) && (letter(line[n]) || digit(line[n]) || line[n] == '.' || line[n] == '_' || line[n] == '$') {
		n++
	}
	if n < len(line) && line[n] != ':' || n > 200 {
		return false
	}
	name := line[:n]
	for _, end := range [...]string{"Error", "Exception", "Throwable", "Warning", "KeyboardInterrupt", "SystemExit"} {
		if len(name) > len(end) && string(name[len(name)-len(end):]) == end || len(end) > 9 && string(name) == end {
			return true
		}
	}
	return false
}

// GroupStart is where in b, which is whole lines, the last line begins that surely continues no other; -1: there is none.
func GroupStart(b []byte) int {
	for end := len(b); end > 0; {
		start := lineStart(b, 0, end-1)
		if kindOf(trim(b[start:end])) == begins {
			return start
		}
		end = start
	}
	return -1
}

func starts(line []byte, prefix string) bool {
	return len(line) >= len(prefix) && string(line[:len(prefix)]) == prefix
}

func digit(c byte) bool  { return c >= '0' && c <= '9' }
func letter(c byte) bool { return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' }

// FirstGroup is where in b, which is whole lines, the first line begins that surely continues no other; -1: there is none.
func FirstGroup(b []byte) int {
	for at := 0; at < len(b); at = lineEnd(b, at) {
		if kindOf(lineAt(b, at)) == begins {
			return at
		}
	}
	return -1
}
