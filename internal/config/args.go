package config

import (
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"
)

// FromArgs makes a config of the files, folders and patterns named on the command line; without any it is /var/log.
// Relative ones are taken from the working folder. A pattern that the shell left alone stays one, so that files that
// come later are found. A file need not exist.
func FromArgs(args []string) (*Config, error) {
	p := newParser("", ForAll)
	c := p.config(value{p: p, at: &yaml.Node{}})
	if len(args) == 0 {
		return c, p.faults.err()
	}
	dir, err := os.Getwd()
	if err != nil {
		return nil, Faults{{Text: "the working folder is gone, so relative paths mean nothing: cd to another (" + err.Error() + ")"}}
	}
	c.Logs = nil
	var sources []string
	for _, arg := range args {
		l, text := fromArg(dir, arg)
		if text != "" {
			p.faults = append(p.faults, Fault{Key: quote(arg), Text: text})
			continue
		}
		source := l.File + l.Folder + l.Glob
		if !slices.Contains(sources, source) {
			sources, c.Logs = append(sources, source), append(c.Logs, l)
		}
	}
	if err := p.faults.err(); err != nil {
		return nil, err
	}
	name(c.Logs, sources)
	return c, nil
}

// fromArg decides what one argument is. text says what is wrong with it.
func fromArg(dir, arg string) (l Log, text string) {
	l = Log{Name: shownName(arg), Backlog: defaultBacklog}
	if arg == "" {
		return l, "is empty: write the path of a file, a folder, or a pattern in quotes"
	}
	if strings.ContainsRune(arg, 0) {
		return l, "has a NUL in it, which no path has"
	}
	whole := arg
	if !filepath.IsAbs(whole) {
		whole = filepath.Join(dir, whole)
	}
	info, err := os.Stat(whole)
	switch {
	case err == nil && info.IsDir():
		l.Folder = filepath.Clean(whole)
	case err == nil:
		l.File = filepath.Clean(whole)
	case !hasMeta(arg) && strings.HasSuffix(arg, "/"):
		return l, "is not a folder: write the path of one that exists"
	case !hasMeta(arg):
		l.File = filepath.Clean(whole)
	default:
		if !filepath.IsAbs(arg) {
			arg = filepath.Join(escapeGlob(dir), arg) // the working folder's own name is not a pattern
		}
		if _, err := path.Match(arg, ""); err != nil {
			return l, `is neither a file nor a pattern: write \ before a [ that is meant as it is`
		}
		l.Glob = filepath.Clean(arg)
	}
	return l, ""
}

// shownName is the argument as the list shows it: as it was written, without what a name cannot hold.
func shownName(arg string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f {
			return '?'
		}
		return r
	}, strings.ToValidUTF8(arg, "?"))
}

// name gives ids: the last part of each path, with as many of the parts before it as tell it from the others.
func name(logs []Log, sources []string) {
	parts := make([][]string, len(logs))
	depth := make([]int, len(logs))
	for i, source := range sources {
		parts[i], depth[i] = idParts(source, logs[i].Glob != ""), 1
	}
	id := func(i int) string {
		return strings.Join(parts[i][len(parts[i])-min(depth[i], len(parts[i])):], "/")
	}
	for again := true; again; {
		again = false
		same := make(map[string][]int)
		for i := range logs {
			same[id(i)] = append(same[id(i)], i)
		}
		for _, group := range same {
			for _, i := range group {
				if len(group) > 1 && depth[i] < len(parts[i]) {
					depth[i]++
					again = true
				}
			}
		}
	}
	taken := make(map[string]bool)
	for i := range logs {
		logs[i].ID = id(i)
		for n := 2; taken[logs[i].ID]; n++ {
			logs[i].ID = id(i) + "-" + strconv.Itoa(n)
		}
		taken[logs[i].ID] = true
	}
}

var escapedChar = regexp.MustCompile(`\\.`)

// idParts is a path as the parts of an id. A pattern's id ends where the pattern begins: it stands for all it finds.
func idParts(source string, glob bool) []string {
	var parts []string
	for part := range strings.SplitSeq(source, "/") {
		if glob && hasMeta(escapedChar.ReplaceAllString(part, "")) {
			break
		}
		if part = strings.Trim(escape(part), "."); part != "" {
			parts = append(parts, part)
		}
	}
	if len(parts) == 0 {
		return []string{"log"}
	}
	return parts
}
