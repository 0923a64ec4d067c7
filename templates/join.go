package templates

import (
	"bytes"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
)

// The forms of import and export that there are; joined refuses others.
var (
	imports  = regexp.MustCompile(`(?m)^import \{ ([^{}\n]+) \} from '\./([a-z]+)\.js'$`)
	passesOn = regexp.MustCompile(`(?m)^export \{ ([\w, ]+) \} from '\./([a-z]+)\.js'$`)
	exports  = regexp.MustCompile(`(?m)^export ((?:async )?(?:class|const|function) (\w+))`)
	fetches  = regexp.MustCompile(`\bimport\('\./([a-z]+)\.js'\)`)
	others   = regexp.MustCompile(`(?m)^(?:import|export)\b[^(].*$`)
)

// joined makes one file of all modules that a page begins with: a browser asks for six files at a time, and asking for one costs
// more than what is in it. A module becomes a function that is called once. What a page fetches later stays a file of its own,
// and gets from the page's file what is in there, so that no module is there twice. Modules go by their names, without .js; a
// page is one that no other asks for.
func joined(modules map[string][]byte) (map[string][]byte, error) {
	asked := map[string]bool{}
	for _, body := range modules {
		for _, form := range []*regexp.Regexp{imports, passesOn, fetches} {
			for _, name := range named(form, body) {
				asked[name] = true
			}
		}
	}
	files := map[string][]byte{}
	var inside []string
	for _, name := range slices.Sorted(maps.Keys(modules)) {
		if asked[name] {
			continue
		}
		p := joining{name, modules, nil, files}
		if err := p.join(); err != nil {
			return nil, fmt.Errorf("the page %s.js: %w", name, err)
		}
		inside = append(inside, p.inside...)
	}
	for name := range modules {
		if files[name] == nil && !slices.Contains(inside, name) {
			return nil, fmt.Errorf("%s.js is asked for by no page", name)
		}
	}
	return files, nil
}

// joining is the making of a page's files.
type joining struct {
	name    string
	modules map[string][]byte
	inside  []string // what its file is made of, each behind what it imports
	files   map[string][]byte
}

func (p *joining) join() error {
	if err := p.take(p.name, nil); err != nil {
		return err
	}
	var file bytes.Buffer
	var later []string
	for _, name := range p.inside {
		body := p.modules[name]
		later = append(later, named(fetches, body)...)
		own, err := p.inScope(body)
		if err != nil {
			return fmt.Errorf("%s.js: %w", name, err)
		}
		if name == p.name {
			file.Write(own)
		} else {
			fmt.Fprintf(&file, "const $%s = (() => {\n%s\nreturn { %s }\n})()\n", name, own, given(body))
		}
	}
	wanted, err := p.apart(later)
	if err != nil {
		return err
	}
	if len(wanted) > 0 {
		fmt.Fprintf(&file, "\nexport { $%s }\n", strings.Join(wanted, ", $"))
	}
	p.files[p.name] = file.Bytes()
	return nil
}

// inScope is a module as part of the page's file.
func (p *joining) inScope(body []byte) ([]byte, error) {
	body = imports.ReplaceAllFunc(body, func(line []byte) []byte { return constants(line) })
	body = exports.ReplaceAll(passesOn.ReplaceAll(body, nil), []byte("$1"))
	if other := others.Find(body); other != nil {
		return nil, fmt.Errorf("%q is no form of import or export that can be joined", other)
	}
	return body, nil
}

// constants is an import of a module that is in the page's file, there.
func constants(line []byte) []byte {
	of := imports.FindSubmatch(line)
	return fmt.Appendf(nil, "const { %s } = $%s", bytes.ReplaceAll(of[1], []byte(" as "), []byte(": ")), of[2])
}

// apart makes the files of what is fetched later, and of what only that imports, and says which modules of the page's file they want.
func (p *joining) apart(later []string) (wanted []string, err error) {
	for i := 0; i < len(later); i++ {
		name := later[i]
		if slices.Contains(later[:i], name) {
			continue
		}
		body := p.modules[name]
		if body == nil || p.files[name] != nil || slices.Contains(p.inside, name) {
			return nil, fmt.Errorf("%s.js is fetched later, and not there, or fetched by another page, or imported too", name)
		}
		p.files[name] = imports.ReplaceAllFunc(body, func(line []byte) []byte {
			of := string(imports.FindSubmatch(line)[2])
			if !slices.Contains(p.inside, of) {
				later = append(later, of)
				return line
			}
			wanted = append(wanted, of)
			return fmt.Appendf(nil, "import { $%s } from './%s.js'; %s", of, p.name, constants(line))
		})
		later = append(later, named(fetches, body)...)
		if other := passesOn.Find(body); other != nil {
			return nil, fmt.Errorf("%s.js is fetched later: %q cannot be", name, other)
		}
	}
	slices.Sort(wanted)
	return slices.Compact(wanted), nil
}

// take puts a module inside, behind what it imports. under are those that wait for it.
func (p *joining) take(name string, under []string) error {
	body := p.modules[name]
	switch {
	case slices.Contains(p.inside, name):
		return nil
	case body == nil:
		return fmt.Errorf("there is no %s.js", name)
	case slices.Contains(under, name):
		return fmt.Errorf("%s.js imports what imports it", name)
	}
	for _, other := range append(named(imports, body), named(passesOn, body)...) {
		if err := p.take(other, append(under, name)); err != nil {
			return err
		}
	}
	p.inside = append(p.inside, name)
	return nil
}

// named is the modules that a form of asking names.
func named(form *regexp.Regexp, body []byte) (names []string) {
	for _, found := range form.FindAllSubmatch(body, -1) {
		names = append(names, string(found[len(found)-1]))
	}
	return names
}

// given is what a module exports, as the members of an object.
func given(body []byte) string {
	var all []string
	for _, found := range exports.FindAllSubmatch(body, -1) {
		all = append(all, string(found[2]))
	}
	for _, found := range passesOn.FindAllSubmatch(body, -1) {
		for name := range strings.SplitSeq(string(found[1]), ", ") {
			all = append(all, fmt.Sprintf("%[1]s: $%[2]s.%[1]s", name, found[2]))
		}
	}
	return strings.Join(all, ", ")
}
