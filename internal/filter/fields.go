package filter

import (
	"bytes"
	"encoding/json"
)

type field struct {
	Field
	name, value []byte
}

// holds says whether a line has the field with that value, or, Not, has it not.
func (f *field) holds(line []byte) bool { return f.is(line) != f.Not }

func (f *field) is(line []byte) bool {
	if bytes.IndexByte(line, '\\') < 0 && !bytes.Contains(line, f.value) {
		return false // most lines: written as it is, the value is not there
	}
	object := bytes.IndexByte(line, '{')
	if tail := bytes.TrimRight(line, " \t"); object >= 0 && tail[len(tail)-1] == '}' {
		if value, ok := member(line, object, f.name); ok {
			return same(value, f.value)
		}
		if len(bytes.TrimLeft(line[:object], " \t")) == 0 {
			return false
		}
	}
	return f.pair(line)
}

// pair looks for name=value or name="value".
func (f *field) pair(line []byte) bool {
	for from := 0; ; {
		at := bytes.Index(line[from:], f.name)
		if at < 0 {
			return false
		}
		at += from
		from = at + 1
		value := at + len(f.name) + 1
		if value > len(line) || line[value-1] != '=' || at > 0 && line[at-1] != ' ' && line[at-1] != '\t' {
			continue
		}
		end := len(line)
		if value < end && line[value] == '"' {
			if closing := stringEnd(line, value+1); closing >= 0 {
				end = closing + 1
			}
		} else if space := bytes.IndexAny(line[value:], " \t"); space >= 0 {
			end = value + space
		}
		if same(line[value:end], f.value) {
			return true
		}
	}
}

// same compares a value as it is written with what is wanted.
func same(written, want []byte) bool {
	if len(written) < 2 || written[0] != '"' {
		return bytes.Equal(written, want)
	}
	inner := written[1 : len(written)-1]
	if bytes.IndexByte(inner, '\\') < 0 {
		return bytes.Equal(inner, want)
	}
	var s string
	return json.Unmarshal(written, &s) == nil && s == string(want)
}

// member finds a member of the object at i, name being its path with dots; what is written there, strings with quotes.
func member(s []byte, i int, name []byte) ([]byte, bool) {
	for i++; ; i++ {
		i = blank(s, i)
		if i >= len(s) || s[i] != '"' {
			return nil, false
		}
		end := stringEnd(s, i+1)
		if end < 0 {
			return nil, false
		}
		key := s[i : end+1]
		if i = blank(s, end+1); i >= len(s) || s[i] != ':' {
			return nil, false
		}
		i = blank(s, i+1)
		if end = valueEnd(s, i); end < 0 {
			return nil, false
		}
		if same(key, name) {
			return s[i:end], true
		}
		if inner := len(key) - 2; s[i] == '{' && len(name) > inner+1 && name[inner] == '.' && same(key, name[:inner]) {
			if value, ok := member(s[:end], i, name[inner+1:]); ok {
				return value, true
			}
		}
		if i = blank(s, end); i >= len(s) || s[i] != ',' {
			return nil, false
		}
	}
}

// valueEnd is behind the JSON value that begins at i; -1: it does not end.
func valueEnd(s []byte, i int) int {
	for depth := 0; i < len(s); i++ {
		switch s[i] {
		case '"':
			if i = stringEnd(s, i+1); i < 0 {
				return -1
			}
			if depth == 0 {
				return i + 1
			}
		case '{', '[':
			depth++
		case '}', ']':
			if depth--; depth == 0 {
				return i + 1
			}
			if depth < 0 {
				return i
			}
		case ',', ' ', '\t':
			if depth == 0 {
				return i
			}
		}
	}
	return -1
}
