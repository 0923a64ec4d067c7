package config

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// Fault is one thing that is wrong, and what to write instead.
type Fault struct {
	File      string
	Line, Col int    // from 1, Col in characters; 0 where the fault is not in a file
	Key       string // "web.listen", "logs[2].file" (counted from 0), or "" for the file as a whole
	Text      string
}

// String is "config.yaml:12:5: web.lisen: unknown key, did you mean listen?".
func (f Fault) String() string {
	var b strings.Builder
	b.WriteString(f.File)
	if f.Line > 0 {
		fmt.Fprintf(&b, ":%d:%d", f.Line, f.Col)
	}
	if f.Key != "" {
		if b.Len() > 0 {
			b.WriteString(": ")
		}
		b.WriteString(f.Key)
	}
	if b.Len() > 0 {
		b.WriteString(": ")
	}
	b.WriteString(f.Text)
	return b.String()
}

// Faults is everything that is wrong with a config, in the order of its lines. As an error it has one line for each.
type Faults []Fault

func (fs Faults) Error() string {
	lines := make([]string, len(fs))
	for i, f := range fs {
		lines[i] = f.String()
	}
	return strings.Join(lines, "\n")
}

// maxFaults keeps a file that is not a config at all from filling the terminal.
const maxFaults = 100

func (fs Faults) err() error {
	if len(fs) == 0 {
		return nil
	}
	slices.SortStableFunc(fs, func(a, b Fault) int {
		return cmp.Or(cmp.Compare(a.Line, b.Line), cmp.Compare(a.Col, b.Col))
	})
	if more := len(fs) - maxFaults; more > 0 {
		fs = append(fs[:maxFaults:maxFaults], Fault{File: fs[0].File, Text: fmt.Sprintf("%d more faults are not shown", more)})
	}
	return fs
}

// quote shows a value of the file in a fault: short, and harmless to a terminal.
func quote(s string) string {
	const most = 60
	if r := []rune(s); len(r) > most {
		s = string(r[:most]) + "…"
	}
	return fmt.Sprintf("%q", s)
}

// printable is a key as it is, or quoted where it would do something to a terminal or hide where it ends.
func printable(key string) string {
	odd := func(r rune) bool {
		return r != '_' && r != '-' && r != '.' && (r < '0' || r > 'z' || r > '9' && r < 'A' || r > 'Z' && r < 'a')
	}
	if strings.Contains(key, "$") {
		return `"…"` // a piece of a hash, which falls apart into keys where it stands in { } without quotes
	}
	if key == "" || len(key) > 60 || strings.ContainsFunc(key, odd) {
		return quote(key)
	}
	return key
}
