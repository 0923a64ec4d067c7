package templates

import (
	"slices"
	"strings"
	"testing"
)

// module makes modules of their texts.
func module(texts map[string]string) map[string][]byte {
	modules := map[string][]byte{}
	for name, text := range texts {
		modules[name] = []byte(text)
	}
	return modules
}

// TestJoined: a page's modules are one file, each behind what it imports; what is fetched later takes from it.
func TestJoined(t *testing.T) {
	files, err := joined(module(map[string]string{
		"page":  "import { b as other, c } from './b.js'\nconst x = import('./later.js')",
		"b":     "import { a } from './a.js'\nexport { a, aa } from './a.js'\nexport const b = a + 1\nexport async function c() {}",
		"a":     "export const a = 1\nexport class aa {}",
		"later": "import { a as first, aa } from './a.js'\nimport { only } from './only.js'\nexport const y = 1",
		"only":  "import { b } from './b.js'\nexport const only = 1",
		"small": "const s = 1",
	}))
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]string{
		"page": "const $a = (() => {\nconst a = 1\nclass aa {}\nreturn { a, aa }\n})()\n" +
			"const $b = (() => {\nconst { a } = $a\n\nconst b = a + 1\nasync function c() {}\nreturn { b, c, a: $a.a, aa: $a.aa }\n})()\n" +
			"const { b: other, c } = $b\nconst x = import('./later.js')\nexport { $a, $b }\n",
		"later": "import { $a } from './page.js'; const { a: first, aa } = $a\nimport { only } from './only.js'\nexport const y = 1",
		"only":  "import { $b } from './page.js'; const { b } = $b\nexport const only = 1",
		"small": "const s = 1",
	}
	for name, text := range want {
		if got := string(files[name]); got != text {
			t.Errorf("%s.js is\n%s\nwant\n%s", name, got, text)
		}
	}
	if len(files) != len(want) {
		t.Errorf("%d files, want %d", len(files), len(want))
	}
}

// TestNotJoined: what would run otherwise than it is written, or not at all, is refused when the program starts.
func TestNotJoined(t *testing.T) {
	for want, texts := range map[string]map[string]string{
		"imports what imports it":   {"page": "import { a } from './a.js'", "a": "import { b } from './b.js'\nexport const a = 1", "b": "import { a } from './a.js'\nexport const b = 1"},
		"there is no a.js":          {"page": "import { a } from './a.js'"},
		"no form of import":         {"page": "import a from './a.js'", "a": ""},
		`"export let a = 1"`:        {"page": "import { a } from './a.js'", "a": "export let a = 1"},
		"later.js is fetched later": {"page": "import { later } from './later.js'\nconst x = import('./later.js')", "later": "export const later = 1"},
		"or fetched by another":     {"page": "const x = import('./later.js')", "other": "const x = import('./later.js')", "later": "export const later = 1"},
		"gone.js is fetched later":  {"page": "const x = import('./gone.js')"},
		"cannot be":                 {"page": "const x = import('./later.js')", "later": "export { a } from './a.js'", "a": "export const a = 1"},
		"by no page":                {"a": "import { b } from './b.js'\nexport const a = 1", "b": "import { a } from './a.js'\nexport const b = 1"},
	} {
		if _, err := joined(module(texts)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v: %v, want %q", texts, err, want)
		}
	}
}

// TestScripts: a page asks for one script, and for what somebody wants of it later without asking for anything twice.
func TestScripts(t *testing.T) {
	ctx := oneLine(t)
	scripts := `performance.getEntriesByType('resource').map(({ name }) => name.split('/').at(-1)).filter((name) => name.endsWith('.js')).toSorted()`
	if got := value[[]string](t, ctx, scripts); !slices.Equal(got, []string{"early.js", "viewer.js"}) {
		t.Errorf("the page asked for %v", got)
	}
	do(t, ctx, press("T"), poll(`document.querySelector('.row .time')`), press("["), poll(`document.querySelector('.rail a')`))
	if got := value[[]string](t, ctx, scripts); !slices.Equal(got, []string{"early.js", "layout.js", "rail.js", "ring.js", "sought.js", "spark.js", "stamp.js", "times.js", "viewer.js", "zone.js"}) {
		t.Errorf("with its rail and its times it asked for %v", got)
	}
}

// TestJoinedStyles: a page's styles are one file, each behind what it begins with, and none twice.
func TestJoinedStyles(t *testing.T) {
	files, err := joinedStyles(module(map[string]string{
		"page":  "@import './base.css';\n@import './own.css';\n",
		"own":   "@import './base.css';\n.own {}\n",
		"base":  "@layer a;\n",
		"small": "@import './base.css';\n.small {}\n",
	}))
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]string{"page": "@layer a;\n.own {}\n", "small": "@layer a;\n.small {}\n"}
	for name, text := range want {
		if got := string(files[name]); got != text {
			t.Errorf("%s.css is\n%s\nwant\n%s", name, got, text)
		}
	}
	if len(files) != len(want) {
		t.Errorf("%d files, want %d", len(files), len(want))
	}
	for want, texts := range map[string]map[string]string{
		"there is no a.css":            {"page": "@import './a.css';\n"},
		"no form of @import":           {"page": "@import url('./a.css');\n"},
		"begins with what begins with": {"a": "@import './b.css';\n", "b": "@import './a.css';\n"},
	} {
		if _, err := joinedStyles(module(texts)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v: error %v, want %q", texts, err, want)
		}
	}
}
