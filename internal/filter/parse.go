// Package filter says which lines of a log pass: by text, pattern, level and field, with the lines that continue another.
package filter

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"

	"livetail/internal/wire"
)

const (
	maxTerms = 16      // terms and fields of a filter in all
	maxText  = 1 << 10 // bytes of each text, name and value
)

// Filter is what lines have to be like: all of Include, none of Exclude, one of Levels and all of Fields hold. It is not
// changed once parsed, so any number of matchers may use it at a time. A nil Filter lets everything pass.
type Filter struct {
	Include []Term   `json:"include,omitempty"`
	Exclude []Term   `json:"exclude,omitempty"`
	Levels  []string `json:"levels,omitempty"`
	Fields  []Field  `json:"fields,omitempty"`

	include, exclude []*pattern
	levels           [levelCount]bool
	fields           []field
	driver           *pattern // the one of include that finds lines fastest; nil: each line has to be looked at
}

// Term is a text or an RE2 pattern somewhere in the line.
type Term struct {
	Text  string `json:"text"`
	Regex bool   `json:"regex,omitempty"`
	Case  bool   `json:"case,omitempty"` // upper and lower case differ
}

// Field is a member of a JSON object, dots leading into nested ones, or a logfmt pair.
type Field struct {
	Name  string `json:"name"`
	Value string `json:"value"`
	Not   bool   `json:"not,omitempty"` // it is another, or not there
}

// Parse reads a filter's JSON. A filter that asks for nothing is nil. Errors that people can mend are an *Error.
func Parse(b []byte) (*Filter, error) {
	if len(b) > wire.MaxFilter {
		return nil, refuse("", -1, "the filter is %d bytes, %d are allowed", len(b), wire.MaxFilter)
	}
	if len(bytes.TrimSpace(b)) == 0 {
		return nil, nil
	}
	var f Filter
	in := json.NewDecoder(bytes.NewReader(b))
	in.DisallowUnknownFields()
	if err := in.Decode(&f); err != nil {
		return nil, refuse("", -1, "the filter is not understood: %s", strings.TrimPrefix(err.Error(), "json: "))
	}
	if rest := bytes.TrimSpace(b[in.InputOffset():]); len(rest) > 0 {
		return nil, refuse("", -1, "the filter is not understood: something follows its end")
	}
	if err := f.compile(); err != nil {
		return nil, err
	}
	if len(f.Include)+len(f.Exclude)+len(f.Levels)+len(f.Fields) == 0 {
		return nil, nil
	}
	return &f, nil
}

// JSON is the one form of all filters that mean the same with the same words; "" for nil.
func (f *Filter) JSON() []byte {
	if f == nil {
		return nil
	}
	var b bytes.Buffer
	out := json.NewEncoder(&b)
	out.SetEscapeHTML(false)
	out.Encode(f) // strings and truth values: cannot fail
	return bytes.TrimSuffix(b.Bytes(), []byte{'\n'})
}

func (f *Filter) compile() (err error) {
	if n := len(f.Include) + len(f.Exclude) + len(f.Fields); n > maxTerms {
		return refuse("", -1, "the filter has %d terms and fields, %d are allowed", n, maxTerms)
	}
	if f.include, err = compileAll("include", f.Include); err != nil {
		return err
	}
	if f.exclude, err = compileAll("exclude", f.Exclude); err != nil {
		return err
	}
	for i, name := range f.Levels {
		level, ok := ParseLevel(name)
		if !ok {
			return refuse("levels", i, "there is no level %.20q: error, warn, info, debug and other are", name)
		}
		f.levels[level] = true
	}
	if len(f.Levels) > 0 {
		f.Levels = nil
		for i := range levelCount {
			if level := LevelError - Level(i); f.levels[level] {
				f.Levels = append(f.Levels, level.String())
			}
		}
	}
	for i, want := range f.Fields {
		switch {
		case want.Name == "":
			return refuse("fields", i, "a field has no name")
		case len(want.Name) > maxText || len(want.Value) > maxText:
			return refuse("fields", i, "a field's name or value is longer than %d bytes", maxText)
		}
		f.fields = append(f.fields, field{Field: want, name: []byte(want.Name), value: []byte(want.Value)})
	}
	f.driver = best(f.include)
	return nil
}

func compileAll(in string, terms []Term) ([]*pattern, error) {
	var all []*pattern
	for i, t := range terms {
		switch {
		case t.Text == "":
			return nil, refuse(in, i, "an empty text is in every line")
		case len(t.Text) > maxText:
			return nil, refuse(in, i, "a text of %d bytes is too long, %d are allowed", len(t.Text), maxText)
		case !t.Regex && strings.ContainsAny(t.Text, "\n"):
			return nil, refuse(in, i, "the text has a line break in it, which no line has")
		}
		p, err := compile(t)
		if err != nil {
			at, words := explain(t.Text, err)
			return nil, &Error{In: in, Term: i, At: at, Words: words}
		}
		all = append(all, p)
	}
	return all, nil
}

// Error is why a filter cannot be.
type Error struct {
	In    string // include, exclude, levels or fields; "": the filter as a whole
	Term  int    // which of them, from 0; -1: none
	At    int    // where in the pattern, in bytes; -1: nowhere in particular
	Words string // for people
}

func (e *Error) Error() string { return e.Words }

func refuse(in string, term int, format string, args ...any) *Error {
	return &Error{In: in, Term: term, At: -1, Words: fmt.Sprintf(format, args...)}
}
