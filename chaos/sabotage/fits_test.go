package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"go/ast"
	"go/importer"
	"go/parser"
	"go/token"
	"go/types"
	"io"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"livetail/internal/browser"
)

const root = "../.."

// broken is every file of the list with this ending, as it becomes. A line that somebody changed is to be changed in the list too.
func broken(t *testing.T, ending string, each func(m mutation, text []byte)) {
	all, err := parse(list)
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range all {
		if path.Ext(m.file) != ending {
			continue
		}
		text, err := os.ReadFile(filepath.Join(root, m.file))
		if err != nil {
			t.Errorf("%s: %s: %v", m.file, m.what, err)
			continue
		}
		text, ok := m.apply(text)
		if !ok {
			t.Errorf("%s: %s: the line is not there once; change it in list.txt too: %s", m.file, m.what, m.old)
			continue
		}
		each(m, text)
	}
}

// pkg is what go list says of one.
type pkg struct {
	ImportPath, Dir, Export string
	GoFiles                 []string
	ImportMap               map[string]string
}

// What does not compile proves nothing: every test is red.
func TestTheListFitsTheTreeAndCompiles(t *testing.T) {
	dirs, exports := map[string]pkg{}, map[string]string{}
	out, err := exec.Command("go", "list", "-buildvcs=false", "-export", "-deps", "-json=ImportPath,Dir,Export,GoFiles,ImportMap", root+"/...").Output()
	if err != nil {
		t.Fatalf("listing the packages: %v", err)
	}
	for decoder := json.NewDecoder(bytes.NewReader(out)); decoder.More(); {
		var p pkg
		if err := decoder.Decode(&p); err != nil {
			t.Fatal(err)
		}
		dirs[p.Dir], exports[p.ImportPath] = p, p.Export
	}
	fset := token.NewFileSet()
	imports := importer.ForCompiler(fset, "gc", func(path string) (io.ReadCloser, error) { return os.Open(exports[path]) })
	broken(t, ".go", func(m mutation, text []byte) {
		dir, _ := filepath.Abs(filepath.Join(root, path.Dir(m.file)))
		if err := compile(fset, imports, dirs[dir], path.Base(m.file), text); err != nil {
			t.Errorf("%s: %s: it does not compile: %v", m.file, m.what, err)
		}
	})
}

// compile checks p with text in place of one of its files.
func compile(fset *token.FileSet, imports types.Importer, p pkg, changed string, text []byte) error {
	var files []*ast.File
	there := false
	for _, name := range p.GoFiles {
		var src any
		if name == changed {
			src, there = text, true
		}
		f, err := parser.ParseFile(fset, filepath.Join(p.Dir, name), src, parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		files = append(files, f)
	}
	if !there {
		return fmt.Errorf("%q is not a file of %q", changed, p.ImportPath)
	}
	_, err := (&types.Config{Importer: imports}).Check(p.ImportPath, fset, files, nil)
	return err
}

// A module that is not JavaScript any more turns every page's tests red.
func TestBrokenModulesAreModules(t *testing.T) {
	ctx := browser.New(t)
	broken(t, ".js", func(m mutation, text []byte) {
		source, _ := json.Marshal(string(text)) // a string: cannot fail
		// What it imports is not there, but that is found after it was read.
		why, err := browser.Run(ctx, chromedp.Evaluate[string](`import('data:text/javascript;charset=utf-8,' + encodeURIComponent(`+string(source)+`)).then(() => '', String)`, chromedp.EvalAwaitPromise))
		if err != nil || strings.HasPrefix(why, "SyntaxError") {
			t.Errorf("%s: %s: %s, %v", m.file, m.what, why, err)
		}
	})
}
