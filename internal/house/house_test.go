package house

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
)

const root = "../.."

// tree is this module's graph, asked for once.
var tree = sync.OnceValues(func() (Graph, error) { return Load(root) })

func load(t *testing.T) Graph {
	t.Helper()
	g, err := tree()
	if err != nil {
		t.Fatal(err)
	}
	if len(g.Ours()) < 2 || len(g[goRedis].Imports) == 0 {
		t.Fatalf("go list shows too little: ours are %v", g.Ours())
	}
	return g
}

func TestForbiddenArrows(t *testing.T) {
	g := load(t)
	for _, r := range Rules {
		for _, chain := range g.Violations(r) {
			t.Errorf("%s\n\tmust not be: %s", chain, r.Why)
		}
	}
}

func TestPubSubIsOnlyUsedByBus(t *testing.T) {
	g := load(t)
	for _, pkg := range g.Ours() {
		found, err := g.PubSub(pkg)
		if err != nil {
			t.Error(err)
		}
		for _, at := range found {
			if !matches(pubsubOwners, pkg) {
				t.Errorf("%s\n\tmust not be: %s", at, pubsubWhy)
			}
		}
		if pkg == module+"/internal/bus" && len(found) == 0 {
			t.Error("the check sees no pub/sub even in internal/bus")
		}
	}
}

func TestPackageComments(t *testing.T) {
	g := load(t)
	for _, pkg := range g.Ours() {
		if files := sources(t, g[pkg]); len(files) > 0 {
			for _, fault := range Comments(pkg, files) {
				t.Error(fault)
			}
		}
	}
}

func TestFileLength(t *testing.T) {
	g := load(t)
	for _, pkg := range g.Ours() {
		for name, src := range sources(t, g[pkg]) {
			if n := bytes.Count(src, []byte("\n")); n > MaxLines {
				t.Errorf("%s: %d lines, the limit is %d: look for the second noun", name, n, MaxLines)
			}
		}
	}
}

// sources are a package's Go files without its tests, by name.
func sources(t *testing.T, p Package) map[string][]byte {
	t.Helper()
	files := map[string][]byte{}
	for _, list := range [][]string{p.GoFiles, p.CgoFiles, p.IgnoredGoFiles} {
		for _, name := range list {
			name = filepath.Join(p.Dir, name)
			src, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			if !strings.HasSuffix(name, "_test.go") {
				files[name] = src
			}
		}
	}
	return files
}

// The files are asked for by name, not by go list, so that a test for another system is looked at too.
func TestFiles(t *testing.T) {
	looked := 0
	err := Texts(root, func(name string, src []byte) {
		looked++
		var found []string
		if strings.HasSuffix(name, "_test.go") {
			found = append(found, Habits(name, src)...)
		}
		if strings.Contains(name, "testdata/") && scriptSkip.Match(src) {
			found = append(found, name+": a script that leaves itself out")
		}
		for _, fault := range append(found, MachinePaths(name, src)...) {
			t.Error(fault)
		}
	})
	if err != nil || looked == 0 {
		t.Errorf("%d files, %v", looked, err)
	}
}
