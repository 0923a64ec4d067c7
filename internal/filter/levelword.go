package filter

import "bytes"

const longestWord = len("information")

// wordLevel is the level that a word names, in any case.
func wordLevel(w []byte) Level {
	if len(w) < 3 || len(w) > longestWord {
		return LevelOther
	}
	var room [longestWord]byte
	for i, c := range w {
		room[i] = lower(c)
	}
	switch string(room[:len(w)]) {
	case "error", "err", "erro", "eror", "fatal", "ftl", "critical", "crit", "alert", "emerg", "emergency", "panic", "pnc", "severe", "fail":
		return LevelError
	case "warning", "warn", "wrn":
		return LevelWarn
	case "info", "inf", "information", "notice", "note":
		return LevelInfo
	case "debug", "debu", "dbug", "dbg", "trace", "trac", "trce", "trc", "verbose", "finer", "finest":
		return LevelDebug
	}
	return LevelOther
}

// levelKey says whether members of that name are levels.
func levelKey(w []byte) bool {
	switch len(w) {
	case 2, 3, 5, 8, 9:
		switch string(w) {
		case "@l", "lvl", "level", "Level", "LEVEL", "severity", "Severity", "SEVERITY", "loglevel", "logLevel", "LogLevel", "log_level", "log.level", "levelname", "levelName", "PRIORITY":
			return true
		}
	}
	return false
}

// valueLevel is the level that a member's value names: a word, a letter, or a number as of pino (10 to 60) or syslog (0 to 7).
func valueLevel(v []byte) Level {
	if len(v) == 0 || len(v) > longestWord {
		return LevelOther
	}
	if !digit(v[0]) {
		if len(v) == 1 {
			return letterLevel(upper(v[0]))
		}
		return wordLevel(v)
	}
	n := 0
	for _, c := range v {
		if !digit(c) || n > 99 {
			return LevelOther
		}
		n = 10*n + int(c-'0')
	}
	switch {
	case n < 8:
		return syslogLevel(n)
	case n >= 10 && n < 30:
		return LevelDebug
	case n >= 30 && n < 40:
		return LevelInfo
	case n >= 40 && n < 50:
		return LevelWarn
	case n >= 50 && n < 70:
		return LevelError
	}
	return LevelOther
}

// jsonLevel looks for a member that is a level, wherever in the object; else for the status of a request.
func jsonLevel(s []byte) Level {
	level := LevelOther
	for i := 0; i < len(s); {
		at := bytes.IndexByte(s[i:], '"')
		if at < 0 {
			break
		}
		from := i + at + 1
		to := stringEnd(s, from)
		if to < 0 {
			break
		}
		i = to + 1
		value := blank(s, i)
		if value >= len(s) || s[value] != ':' {
			continue
		}
		value = blank(s, value+1)
		name := s[from:to]
		switch {
		case levelKey(name):
			if l := valueLevel(scalar(s, value)); l != LevelOther {
				return l
			}
		case string(name) == "s": // MongoDB
			if v := scalar(s, value); len(v) == 1 || len(v) == 2 && digit(v[1]) {
				if l := letterLevel(v[0]); l != LevelOther {
					return l
				}
			}
		case string(name) == "status":
			if l, ok := statusLevel(scalar(s, value)); ok {
				level = l
			}
		}
	}
	return level
}

// scalar is the string, without its quotes, or number at i.
func scalar(s []byte, i int) []byte {
	if i < len(s) && s[i] == '"' {
		if end := stringEnd(s, i+1); end >= 0 {
			return s[i+1 : end]
		}
		return nil
	}
	end := i
	for end < len(s) && (digit(s[end]) || letter(s[end]) || s[end] == '.' || s[end] == '-' || s[end] == '+') {
		end++
	}
	return s[min(i, end):end]
}

// stringEnd is where the string's closing quote is that begins at from; -1: nowhere.
func stringEnd(s []byte, from int) int {
	for i := from; ; i++ {
		at := bytes.IndexByte(s[i:], '"')
		if at < 0 {
			return -1
		}
		i += at
		slashes := 0
		for i-1-slashes >= from && s[i-1-slashes] == '\\' {
			slashes++
		}
		if slashes%2 == 0 {
			return i
		}
	}
}

// blank is the first place at or behind i without white space.
func blank(s []byte, i int) int {
	for i < len(s) && (s[i] == ' ' || s[i] == '\t') {
		i++
	}
	return i
}
