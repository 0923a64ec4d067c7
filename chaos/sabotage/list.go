package main

import (
	"fmt"
	"strings"
)

// mutation is one line of the tree that becomes another.
type mutation struct {
	file, what string
	packages   []string
	behind     string // the line is behind the only one that is this; "": it is the only one
	old, new   string
	replace    bool // by new; else the line goes
}

// parse reads the list.
func parse(text string) (all []mutation, err error) {
	for i, block := range strings.Split(strings.TrimSpace(text), "\n\n") {
		var m mutation
		for line := range strings.Lines(block) {
			line = strings.TrimSpace(line)
			mark, rest, _ := strings.Cut(line, " ")
			switch {
			case strings.HasPrefix(line, "#"):
			case mark == "@":
				m.packages = strings.Fields(rest)
			case mark == ">":
				m.behind = rest
			case mark == "-":
				m.old = rest
			case mark == "+":
				m.new, m.replace = rest, true
			default:
				m.file, m.what, _ = strings.Cut(line, ": ")
			}
		}
		switch {
		case m.file == "" && m.old == "": // comments
		case m.file == "" || m.what == "" || m.old == "" || len(m.packages) == 0:
			return nil, fmt.Errorf("the list's block %d is not whole: %q", i+1, block)
		default:
			all = append(all, m)
		}
	}
	return all, nil
}

// about says whether the mutation is one of those asked for.
func (m mutation) about(words []string) bool {
	for _, w := range words {
		if strings.Contains(m.file+": "+m.what, w) {
			return true
		}
	}
	return len(words) == 0
}

// apply is text with the line changed; false if it is not there, or not to be told from others.
func (m mutation) apply(text []byte) ([]byte, bool) {
	lines := strings.SplitAfter(string(text), "\n")
	from := 0
	if m.behind != "" {
		at := where(lines, m.behind)
		if len(at) != 1 {
			return nil, false
		}
		from = at[0]
	}
	at := where(lines[from:], m.old)
	if len(at) == 0 || m.behind == "" && len(at) > 1 {
		return nil, false
	}
	changed := "\n"
	if m.replace {
		changed = m.new + "\n"
	}
	lines[from+at[0]] = changed
	return []byte(strings.Join(lines, "")), true
}

func where(lines []string, text string) (at []int) {
	for i, line := range lines {
		if strings.TrimSpace(line) == text {
			at = append(at, i)
		}
	}
	return at
}
