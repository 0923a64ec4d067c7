package config

import (
	"bytes"
	"io"
	"regexp"
	"strconv"
	"strings"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"
)

// document turns bytes into the one document of a config. It is false, with faults, where that is not possible.
func (p *parser) document(data []byte) (value, bool) {
	top := value{p: p, at: &yaml.Node{Line: 1, Column: 1}}
	if len(data) > maxBytes {
		top.fault("is larger than 1 MiB: this is not a config of livetail")
		return top, false
	}
	if !p.characters(data) {
		return top, false
	}
	d := yaml.NewDecoder(bytes.NewReader(data))
	var doc, second yaml.Node
	err := d.Decode(&doc)
	if err == io.EOF {
		return top, true // nothing but comments: everything by default
	}
	if err == nil {
		if err = d.Decode(&second); err == io.EOF {
			top.node = doc.Content[0]
			if !top.none() {
				top.at = top.node
			}
			return top, true
		}
	}
	if err != nil {
		p.syntax(data, err)
		return top, false
	}
	top.at = &second
	top.fault("a second document begins here: remove the --- line before it, one file is one config")
	return top, false
}

// characters reports bytes that are not text, before YAML stumbles over them in words nobody understands.
func (p *parser) characters(data []byte) bool {
	line, col := 1, 1
	for rest := data; len(rest) > 0; col++ {
		r, n := utf8.DecodeRune(rest)
		v := value{p: p, at: &yaml.Node{Line: line, Column: col}}
		switch {
		case r == utf8.RuneError && n == 1:
			v.fault("byte 0x%02x is not UTF-8: save the file as UTF-8", rest[0])
			return false
		case r < ' ' && r != '\t' && r != '\n' && r != '\r', r >= 0x7f && r < 0xa0 && r != 0x85, r == 0xfffe, r == 0xffff:
			v.fault("control character U+%04X: remove it", r)
			return false
		case r == '\n':
			line, col = line+1, 0
		}
		rest = rest[n:]
	}
	return true
}

var yamlLine = regexp.MustCompile(`^yaml: (?:line (\d+): )?(.*)`)

// syntax says where a file stops being YAML, and what to write. A tab in the indentation is the usual cause and is
// reported in every line that has one; else it is the place up to which everything is fine, because the YAML library
// names the line where it gave up, or the one where the section around it began, or none, and never a column.
func (p *parser) syntax(data []byte, cause error) {
	lines := bytes.SplitAfter(data, []byte("\n"))
	tabs := false
	for i, line := range lines {
		blank := line[:len(line)-len(bytes.TrimLeft(line, " \t"))]
		if j := bytes.IndexByte(blank, '\t'); j >= 0 && len(bytes.TrimSpace(line)) > 0 {
			value{p: p, at: &yaml.Node{Line: i + 1, Column: j + 1}}.fault("a tab in the indentation: write spaces")
			tabs = true
		}
	}
	if tabs {
		return
	}
	m := yamlLine.FindStringSubmatch(strings.ReplaceAll(cause.Error(), "\n", " "))
	if m == nil {
		m = []string{"", "", cause.Error()}
	}
	line, col := lastGood(data, lines)
	named, _ := strconv.Atoi(m[1])
	if line == 0 || named > line && named <= len(lines) && !unclosed(m[2]) {
		line = min(max(named, 1), len(lines))
		text := lines[line-1]
		col = len(text) - len(bytes.TrimLeft(text, " ")) + 1
	}
	value{p: p, at: &yaml.Node{Line: line, Column: col}}.fault("%s", advice(m[2]))
}

// lastGood is the place before which everything is YAML: the longest run of whole lines that is, then the longest
// start of the next line. It is 0, 0 for a file so large that looking would take long.
func lastGood(whole []byte, lines [][]byte) (line, col int) {
	end, budget := len(whole), 4<<20
	for n := len(lines) - 1; n >= 0; n-- {
		end -= len(lines[n])
		if budget -= end + 1; budget < 0 {
			return 0, 0
		}
		if !isYAML(whole[:end]) {
			continue
		}
		text := bytes.TrimRight(lines[n], "\r\n")
		for i := len(text); i > 0 && len(text) <= 500; i-- { // a line nobody wrote by hand is pointed at as a whole
			if !utf8.RuneStart(text[i-1]) {
				continue
			}
			if budget -= end + i; budget < 0 {
				break
			}
			if isYAML(whole[:end+i-1]) {
				return n + 1, utf8.RuneCount(text[:i-1]) + 1
			}
		}
		return n + 1, 1
	}
	return 1, 1
}

func isYAML(data []byte) bool {
	for d := yaml.NewDecoder(bytes.NewReader(data)); ; {
		var n yaml.Node
		if err := d.Decode(&n); err != nil {
			return err == io.EOF
		}
	}
}

func unclosed(problem string) bool {
	return strings.Contains(problem, "unexpected end of stream") || strings.Contains(problem, "did not find expected ','")
}

// advice says what to write for what the YAML library says it found.
func advice(problem string) string {
	for _, a := range []struct{ part, text string }{
		{"unexpected end of stream", "a quote is opened here and never closed: close it"},
		{"did not find expected ','", "a bracket is opened here and never closed, or a comma is missing: close it"},
		{"mapping values are not allowed", "a colon where none can be: write the value in quotes, or begin the line below its neighbours"},
		{"did not find expected key", "the indentation fits nothing above: begin the line below its neighbours"},
		{"could not find expected ':'", "a key without a colon, or wrong indentation: write key: value"},
		{"cannot start any token", "a value cannot begin with this character: write it in quotes"},
		{"unknown anchor", "a reference (*name) to nothing: write the value itself, or in quotes if it begins with *"},
		{"unknown escape character", `a \ that means nothing: write \\, or use single quotes`},
		{"expected '-' indicator", "the indentation fits nothing above: begin the line below its neighbours, lists with -"},
	} {
		if strings.Contains(problem, a.part) {
			return a.text
		}
	}
	return "this is not YAML (" + problem + "): see the example config.yaml for the form"
}
