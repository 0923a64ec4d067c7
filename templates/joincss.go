package templates

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
)

var (
	styleImports = regexp.MustCompile(`(?m)^@import '\./([a-z]+)\.css';\n`)
	otherImports = regexp.MustCompile(`(?m)^.*@import.*$`)
)

// joinedStyles makes one file of a style and of those that it begins with, and they of theirs: a page waits for one, not for five.
// Styles go by their names, without .css; those that another begins with are no files of their own.
func joinedStyles(styles map[string][]byte) (map[string][]byte, error) {
	asked := map[string]bool{}
	for _, body := range styles {
		for _, name := range named(styleImports, body) {
			asked[name] = true
		}
	}
	files := map[string][]byte{}
	inside := map[string]bool{}
	for _, name := range slices.Sorted(maps.Keys(styles)) {
		if asked[name] {
			continue
		}
		there := map[string]bool{}
		body, err := withImported(name, styles, there)
		if err != nil {
			return nil, fmt.Errorf("the style %s.css: %w", name, err)
		}
		files[name] = body
		maps.Copy(inside, there)
	}
	for name := range styles {
		if !inside[name] {
			return nil, fmt.Errorf("%s.css is in no page's style: it begins with what begins with it", name)
		}
	}
	return files, nil
}

// withImported is a style behind all that it begins with and that is not there yet.
func withImported(name string, styles map[string][]byte, there map[string]bool) (file []byte, err error) {
	body, is := styles[name]
	if !is {
		return nil, fmt.Errorf("there is no %s.css", name)
	}
	there[name] = true
	for _, other := range named(styleImports, body) {
		if there[other] {
			continue
		}
		before, err := withImported(other, styles, there)
		if err != nil {
			return nil, err
		}
		file = append(file, before...)
	}
	body = styleImports.ReplaceAll(body, nil)
	if other := otherImports.Find(body); other != nil {
		return nil, fmt.Errorf("%s.css: %q is no form of @import that can be joined", name, other)
	}
	return append(file, body...), nil
}
