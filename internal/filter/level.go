package filter

import "bytes"

// Level is how serious a line says it is.
type Level uint8

// Levels, the most serious last.
const (
	LevelOther Level = iota // it says nothing, or something else
	LevelDebug
	LevelInfo
	LevelWarn
	LevelError

	levelCount = iota
	unset      = Level(255)
)

var levelNames = [levelCount]string{"other", "debug", "info", "warn", "error"}

func (l Level) String() string { return levelNames[l] }

// ParseLevel is the level of that name.
func ParseLevel(name string) (Level, bool) {
	for l, have := range levelNames {
		if have == name {
			return Level(l), true
		}
	}
	return LevelOther, false
}

const (
	wordsWithin = 200  // bytes of a line in which a level's word may stand
	valueWithin = 1024 // the same for a JSON member and the status of an access log
)

// LevelOf finds the level of a line by itself; of one that continues another, the other's is meant. testdata/levels.json has
// examples of all that is understood.
func LevelOf(line []byte) Level {
	line = trim(line)
	s := bytes.TrimLeft(line, " \t")
	if len(s) == 0 {
		return LevelOther
	}
	if s[0] == '{' {
		return jsonLevel(s[:min(len(s), valueWithin)])
	}
	if l, ok := firstByte(s); ok {
		return l
	}
	head := s[:min(len(s), wordsWithin)]
	for i := 0; i < len(head); {
		c := head[i]
		switch {
		case letter(c):
			end := i + 1
			for end < len(head) && letter(head[end]) {
				end++
			}
			if end-i <= longestWord {
				if l := word(s, i, end); l != LevelOther {
					return l
				}
			}
			i = end
			continue
		case c == '"' && i >= 2 && head[i-1] == ' ' && head[i-2] == ']':
			if l, ok := accessLevel(s[i+1 : min(len(s), valueWithin)]); ok {
				return l
			}
		case c == 0x1b: // colours: their letter is no beginning of a word
			for i++; i < len(head) && !letter(head[i]); i++ {
			}
		}
		i++
	}
	if starts(s, "Exception in thread") || kindOf(line) == trouble {
		return LevelError
	}
	return LevelOther
}

// firstByte understands klog's E1126 and the priority of syslog, <3>.
func firstByte(s []byte) (Level, bool) {
	switch s[0] {
	case 'E', 'F', 'W', 'I':
		if len(s) > 5 && digit(s[1]) && digit(s[2]) && digit(s[3]) && digit(s[4]) && s[5] == ' ' {
			return letterLevel(s[0]), true
		}
	case '<':
		n, i := 0, 1
		for i < min(len(s), 4) && digit(s[i]) {
			n, i = 10*n+int(s[i]-'0'), i+1
		}
		if i > 1 && i < len(s) && s[i] == '>' && n < 192 {
			return syslogLevel(n % 8), true
		}
	}
	return LevelOther, false
}

// word judges the letters from i to end of a line by themselves and what is around them: capitals are a level between any
// signs, others only in brackets, between tabs, before a colon or as the value of level=.
func word(s []byte, i, end int) Level {
	before, after := byte(' '), byte(' ')
	if i > 0 {
		before = s[i-1]
	}
	if end < len(s) {
		after = s[end]
	}
	w := s[i:end]
	if after == '=' {
		if !levelKey(w) {
			return LevelOther
		}
		rest := bytes.TrimLeft(s[end+1:], "\"'")
		return valueLevel(rest[:run(rest)])
	}
	if digit(before) || digit(after) || before == '_' || after == '_' || before == '/' || after == '/' || before == '.' || before == '-' {
		return LevelOther
	}
	if (before == '"' || before == '\'') && after != before {
		return LevelOther
	}
	capitals := true
	for _, c := range w {
		capitals = capitals && c <= 'Z'
	}
	bracketed := (before == '[' || before == '<' || before == '(' || before == ':' || before == '|') && (after == ']' || after == '>' || after == ')' || after == '|')
	switch {
	case len(w) == 1:
		if bracketed && before == '[' {
			return letterLevel(w[0])
		}
		return LevelOther
	case capitals:
		if string(w) == "LOG" && after == ':' {
			return LevelInfo
		}
		return wordLevel(w)
	case bracketed, before == '\t' && after == '\t',
		after == ':' && (before == ' ' || before == '\t' || before == ']' || before == ':' || before == ')' || before == '>' || before == 'm'):
		return wordLevel(w)
	}
	return LevelOther
}

// run is how many letters s begins with.
func run(s []byte) int {
	n := 0
	for n < len(s) && letter(s[n]) {
		n++
	}
	return n
}

// accessLevel is that of a request as web servers log it, behind its opening quote: GET / HTTP/1.1" 500 …
func accessLevel(s []byte) (Level, bool) {
	at := bytes.IndexByte(s, '"')
	if at < 0 || len(s) < at+5 || s[at+1] != ' ' || len(s) > at+5 && s[at+5] != ' ' {
		return LevelOther, false
	}
	return statusLevel(s[at+2 : at+5])
}

func statusLevel(s []byte) (Level, bool) {
	if len(s) != 3 || !digit(s[1]) || !digit(s[2]) {
		return LevelOther, false
	}
	switch s[0] {
	case '1', '2', '3':
		return LevelInfo, true
	case '4':
		return LevelWarn, true
	case '5':
		return LevelError, true
	}
	return LevelOther, false
}

func syslogLevel(n int) Level {
	switch {
	case n < 4:
		return LevelError
	case n == 4:
		return LevelWarn
	case n < 7:
		return LevelInfo
	}
	return LevelDebug
}

func letterLevel(c byte) Level {
	switch c {
	case 'E', 'F':
		return LevelError
	case 'W':
		return LevelWarn
	case 'I':
		return LevelInfo
	case 'D', 'T':
		return LevelDebug
	}
	return LevelOther
}
