package templates

import (
	"bytes"
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"
)

var levelWord = regexp.MustCompile(`(?i)\b(error|warn|info|debug)\b`)

// wrong is why a filter cannot be; without words it can.
type wrong struct{ words, in string }

// refused says it of a wish or a question.
func (w wrong) refused(of string, n uint32) map[string]any {
	return map[string]any{"say": "refused", of: n, "words": w.words, "in": w.in, "term": 0, "at": 3}
}

// verdict is what a filter says of a line, or why it cannot be.
func verdict(raw json.RawMessage) (pass func([]byte) bool, why wrong) {
	type term struct {
		Text        string
		Regex, Case bool
	}
	var filter struct {
		Include, Exclude []term
		Levels           []string
		Fields           []struct {
			Name, Value string
			Not         bool
		}
	}
	if len(raw) > 0 && json.Unmarshal(raw, &filter) != nil {
		return nil, wrong{"no filter", "include"}
	}
	compile := func(part string, terms []term) (all []func([]byte) bool) {
		for _, t := range terms {
			if !t.Regex {
				all = append(all, func(line []byte) bool {
					return bytes.Contains(line, []byte(t.Text)) || !t.Case && bytes.Contains(bytes.ToLower(line), bytes.ToLower([]byte(t.Text)))
				})
				continue
			}
			text := t.Text
			if !t.Case {
				text = "(?i)" + text
			}
			re, err := regexp.Compile(text)
			if err != nil {
				why = wrong{fmt.Sprintf("the pattern has an unclosed ( at character %d", strings.LastIndex(t.Text, "(")+1), part}
				continue
			}
			all = append(all, re.Match)
		}
		return all
	}
	include, exclude := compile("include", filter.Include), compile("exclude", filter.Exclude)
	return func(text []byte) bool {
		for _, has := range include {
			if !has(text) {
				return false
			}
		}
		for _, has := range exclude {
			if has(text) {
				return false
			}
		}
		for _, field := range filter.Fields {
			has := false
			for _, form := range []string{"%s=%s ", `"%s":"%s"`, `"%s":%s,`, `"%s":%s}`} {
				has = has || strings.Contains(string(text)+" ", fmt.Sprintf(form, field.Name, field.Value))
			}
			if has == field.Not {
				return false
			}
		}
		level := "other"
		if m := levelWord.Find(text); m != nil {
			level = strings.ToLower(string(m))
		}
		return len(filter.Levels) == 0 || slices.Contains(filter.Levels, level)
	}, why
}
