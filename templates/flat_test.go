package templates

import (
	"io/fs"
	"path"
	"slices"
	"strings"
	"testing"
)

// TestFlat: a module of a folder is served by its own name, and a path that leads nowhere is found before a browser does.
func TestFlat(t *testing.T) {
	got, err := flat(module(map[string]string{
		"page":     "import { a } from './in/a.js'\nconst x = import('./in/later.js')",
		"in/a":     "import { b } from './b.js'\nimport { c } from '../other/c.js'\nexport const a = b",
		"in/b":     "export const b = 1",
		"other/c":  "export const c = './no.module'",
		"in/later": "",
	}))
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{
		"page": "import { a } from './a.js'\nconst x = import('./later.js')",
		"a":    "import { b } from './b.js'\nimport { c } from './c.js'\nexport const a = b",
		"c":    "export const c = './no.module'",
	} {
		if string(got[name]) != want {
			t.Errorf("%s.js is\n%s\nwant\n%s", name, got[name], want)
		}
	}
	for want, texts := range map[string]map[string]string{
		"in/a.js: '../b.js' leads nowhere":   {"in/a": "import { b } from '../b.js'", "in/b": "export const b = 1"},
		"page.js: './in/c.js' leads nowhere": {"page": "const x = import('./in/c.js')"},
		"out/a.js: there is another a.js":    {"in/a": "x", "out/a": "y"},
	} {
		if _, err := flat(module(texts)); err == nil || err.Error() != want {
			t.Errorf("%q; want %q", err, want)
		}
	}
}

// layers are the folders of the scripts: each knows those before it, and none behind it.
var layers = []string{"common", "tail", "line", "window", "view", "find", "read", "pane", "list", "."}

// TestLayers: the list and a log's page do not know each other, and neither does what is below them know them.
func TestLayers(t *testing.T) {
	above := map[string][]string{"list": {"window", "view", "find", "read", "pane"}} // what is before it and not its own
	arrows := 0
	err := fs.WalkDir(staticFiles, "static/js", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		body, err := fs.ReadFile(staticFiles, name)
		if err != nil {
			return err
		}
		own := path.Dir(strings.TrimPrefix(name, "static/js/"))
		if !slices.Contains(layers, own) {
			t.Errorf("%s is in no layer: %v", name, layers)
		}
		for _, found := range asks.FindAllStringSubmatch(string(withoutComments(body)), -1) {
			arrows++
			other := path.Dir(path.Join(own, found[1]))
			if slices.Index(layers, other) > slices.Index(layers, own) || slices.Contains(above[own], other) {
				t.Errorf("%s knows %s: %q must not know %q", name, found[1], own, other)
			}
		}
		return nil
	})
	if err != nil || arrows < 100 {
		t.Errorf("%d arrows between scripts (%v)", arrows, err)
	}
}
