package config

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"
)

// parser collects the faults of one file. What it knows of the file's shape is what the readers ask for, so a key that
// is read cannot be unknown, and one that nobody reads cannot pass.
type parser struct {
	file     string
	kind     Kind
	stateDir string // what ${state_dir} stands for
	faults   Faults
	asked    map[string]bool // "logs[].file": every key that some reader asked for
	unknown  []stranger
}

// stranger is a key that nobody asked for. What it should have been is said when all keys have been seen.
type stranger struct {
	value
	name  string
	known []string // the keys beside it
}

func newParser(file string, kind Kind) *parser {
	return &parser{file: file, kind: kind, asked: make(map[string]bool)}
}

// value is what the file has under a key, or the absence of it.
type value struct {
	p      *parser
	key    string     // "logs[2].file"
	schema string     // "logs[].file"
	node   *yaml.Node // nil where the file does not have the key
	at     *yaml.Node // where to point
}

func (v value) fault(format string, args ...any) {
	v.p.faults = append(v.p.faults, Fault{
		File: v.p.file, Line: v.at.Line, Col: v.at.Column, Key: v.key, Text: fmt.Sprintf(format, args...),
	})
}

// empty is true where nothing is said: the key is not there, or it is "".
func (v value) empty() bool {
	return v.node == nil || v.node.Kind == yaml.ScalarNode && v.node.Value == "" && v.node.ShortTag() == "!!str"
}

// none is true for a section or list without content, which is what stays when all its lines are comments.
func (v value) none() bool { return v.node == nil || v.node.ShortTag() == "!!null" }

// wrong says that the value is of the wrong type, in the words of the file.
func (v value) wrong(want string) {
	is := "text"
	switch {
	case v.node.Kind == yaml.AliasNode:
		v.fault("is a reference (*%s): references are not followed, write the value itself", printable(v.node.Value))
		return
	case v.node.Style&yaml.TaggedStyle != 0:
		v.fault("has a tag (%s): remove it, tags are not used here", printable(v.node.Tag))
		return
	case v.node.Kind == yaml.MappingNode:
		is = "a section"
	case v.node.Kind == yaml.SequenceNode:
		is = "a list"
	default:
		switch v.node.ShortTag() {
		case "!!null":
			is = "empty"
		case "!!bool":
			is = "true or false"
		case "!!int", "!!float":
			is = "a number"
		case "!!timestamp":
			is = "a date"
		}
	}
	v.fault("is %s: write %s", is, want)
}

// section is a mapping. Its readers get their keys; done then reports the keys that nobody got.
type section struct {
	value
	entries map[string]value
	order   []string
	known   []string
	broken  bool // it is something else than a mapping, which has been said
}

// section reads v as a mapping. Where that is not possible it says so and is empty, so that readers need not care.
func (v value) section() *section {
	s := &section{value: v, entries: make(map[string]value)}
	if v.none() {
		return s
	}
	if v.node.Kind != yaml.MappingNode || v.node.Style&yaml.TaggedStyle != 0 {
		v.wrong("keys with their values below it")
		s.broken = true
		return s
	}
	for i := 0; i+1 < len(v.node.Content); i += 2 {
		key, node := v.node.Content[i], v.node.Content[i+1]
		if key.Kind != yaml.ScalarNode || key.Style&yaml.TaggedStyle != 0 {
			value{p: v.p, key: v.key, at: key}.fault("has a key that is not a plain word: write key: value")
			continue
		}
		child := v.child(key.Value)
		child.node, child.at = node, key
		if before, twice := s.entries[key.Value]; twice {
			child.fault("is there twice, first in line %d: keep one", before.at.Line)
			continue
		}
		s.entries[key.Value] = child
		s.order = append(s.order, key.Value)
	}
	return s
}

func (v value) child(name string) value {
	dot := "."
	if v.key == "" {
		dot = ""
	}
	return value{p: v.p, key: v.key + dot + printable(name), schema: v.schema + dot + name, at: v.at}
}

// get is the value of a key, pointing at the section where the key is not there.
func (s *section) get(name string) value {
	s.known = append(s.known, name)
	v, ok := s.entries[name]
	if !ok {
		v = s.child(name)
	} else if v.node.Kind == yaml.ScalarNode && v.node.Line > 0 {
		v.at = v.node
	}
	s.p.asked[v.schema] = true
	return v
}

// done keeps the keys that nobody got.
func (s *section) done() {
	for _, name := range s.order {
		if !slices.Contains(s.known, name) {
			s.p.unknown = append(s.p.unknown, stranger{value: s.entries[name], name: name, known: s.known})
		}
	}
}

// strangers reports the unknown keys: a likely one beside it, else the place where that key belongs.
func (p *parser) strangers() {
	all := slices.Sorted(maps.Keys(p.asked))
	last := make([]string, len(all))
	for i, key := range all {
		last[i] = key[strings.LastIndexByte(key, '.')+1:]
	}
	for _, u := range p.unknown {
		if near := suggest(u.name, u.known); near != "" {
			u.fault("unknown key, did you mean %s?", near)
			continue
		}
		if near := suggest(u.name, last); near != "" {
			u.fault("unknown key here, did you mean %s?", all[slices.Index(last, near)])
			continue
		}
		u.fault("unknown key, write one of %s", strings.Join(u.known, ", "))
	}
}

// sections reads v as a list of mappings, without those that are something else.
func (v value) sections(want string) []*section {
	var all []*section
	for _, item := range v.list(want) {
		if item.none() {
			item.fault("is empty: remove the -, or write %s", strings.TrimPrefix(want, "each - with "))
		} else if s := item.section(); !s.broken {
			all = append(all, s)
		}
	}
	return all
}

// list reads v as a list. A single value in its place is not taken for a list of one, so that a file means one thing.
func (v value) list(want string) []value {
	if v.none() {
		return nil
	}
	if v.node.Kind != yaml.SequenceNode || v.node.Style&yaml.TaggedStyle != 0 {
		v.wrong("a list, " + want)
		return nil
	}
	items := make([]value, len(v.node.Content))
	for i, n := range v.node.Content {
		items[i] = value{p: v.p, key: v.key + "[" + strconv.Itoa(i) + "]", schema: v.schema + "[]", node: n, at: n}
	}
	return items
}
