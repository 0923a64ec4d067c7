package templates

import (
	"io/fs"
	"net/http/httptest"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
)

func TestStatic(t *testing.T) {
	p, err := New("/x")
	if err != nil {
		t.Fatal(err)
	}
	good, err := p.assets.url("/x", "js/viewer.js")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		method, path, kind string
		status             int
	}{
		{"GET", good, "text/javascript; charset=utf-8", 200},
		{"HEAD", good, "text/javascript; charset=utf-8", 200},
		{"POST", good, "text/plain; charset=utf-8", 405},
		{"GET", strings.Replace(good, p.assets.hash, "0000000000000000", 1), "text/plain; charset=utf-8", 404},
		{"GET", good + ".map", "text/plain; charset=utf-8", 404},
		{"GET", "/x/static/" + p.assets.hash + "/../../viewer.html", "text/plain; charset=utf-8", 404},
		{"GET", "/x/static/", "text/plain; charset=utf-8", 404},
		{"GET", "/x/static/" + p.assets.hash + "/", "text/plain; charset=utf-8", 404},
	} {
		w := httptest.NewRecorder()
		p.Static().ServeHTTP(w, httptest.NewRequest(c.method, c.path, nil))
		if w.Code != c.status || w.Header().Get("Content-Type") != c.kind {
			t.Errorf("%s %s: %d %q, want %d %q", c.method, c.path, w.Code, w.Header().Get("Content-Type"), c.status, c.kind)
		}
		if cached := strings.Contains(w.Header().Get("Cache-Control"), "immutable"); cached != (c.status == 200) {
			t.Errorf("%s %s: cached: %v", c.method, c.path, cached)
		}
	}
}

// TestHash: other content, or another name, gives other URLs.
func TestHash(t *testing.T) {
	hashes := map[string]bool{}
	for _, files := range []fstest.MapFS{
		{"a.js": {Data: []byte("one")}},
		{"a.js": {Data: []byte("two")}},
		{"b.js": {Data: []byte("one")}},
		{"a.js": {Data: []byte("one")}, "b.js": {Data: []byte("")}},
		{"a.js": {Data: []byte("one\nb.js 0\n")}},
	} {
		a, err := readAssets(files)
		if err != nil {
			t.Fatal(err)
		}
		again, err := readAssets(files)
		if err != nil || again.hash != a.hash {
			t.Errorf("hashes %s and %s of the same files (%v)", a.hash, again.hash, err)
		}
		hashes[a.hash] = true
	}
	if len(hashes) != 5 {
		t.Errorf("%d hashes of 5 sets of files", len(hashes))
	}
	if _, err := readAssets(fstest.MapFS{"secret.txt": {Data: []byte("x")}}); err == nil {
		t.Error("a file without a content type was taken")
	}
}

var (
	anyImport = regexp.MustCompile(`\b(?:import|from)\b[^'"\n]*['"]([^'"]+)['"]`)
	unsafeDOM = regexp.MustCompile(`innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\b|new Function|DOMParser|createContextualFragment|setHTML|\.srcdoc|javascript:|setAttribute\('(?:style|on)`)
)

// TestModules: text becomes text nodes only, and each import is one that the page can ask for beforehand.
func TestModules(t *testing.T) {
	p, err := New("")
	if err != nil {
		t.Fatal(err)
	}
	scripts := 0
	err = fs.WalkDir(staticFiles, "static/js", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		scripts++
		body, err := fs.ReadFile(staticFiles, name)
		if err != nil {
			return err
		}
		if found := unsafeDOM.Find(body); found != nil {
			t.Errorf("%s has %s", name, found)
		}
		if lines := strings.Count(string(body), "\n"); lines > 300 {
			t.Errorf("%s has %d lines: look for the second noun", name, lines)
		}
		preloaded, err := p.assets.modules("", strings.TrimPrefix(name, "static/"))
		if err != nil {
			return err
		}
		for _, found := range anyImport.FindAllSubmatch(body, -1) {
			file, below := strings.CutPrefix(string(found[1]), "./")
			if u, err := p.assets.url("", "js/"+file); !below || err != nil || !slices.Contains(preloaded, u) {
				if !strings.Contains(string(found[0]), "typedef") && !strings.HasPrefix(string(found[0]), "import(") {
					t.Errorf("%s imports %s, which is not preloaded (%v)", name, found[1], err)
				}
			}
		}
		return nil
	})
	if err != nil || scripts < 10 {
		t.Errorf("%d scripts: %v", scripts, err)
	}
}
