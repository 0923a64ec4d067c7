package house

import (
	"encoding/json"
	"fmt"
	"io"
	"os/exec"
	"path"
	"slices"
	"strings"
)

// A Package is what `go list` says about one.
type Package struct {
	ImportPath     string
	Dir            string
	Name           string
	Export         string // file with its export data, for type checking
	Imports        []string
	GoFiles        []string
	CgoFiles       []string
	IgnoredGoFiles []string // for another system; the rules hold there too
}

// Graph is packages by import path: ours and all they import, without tests.
type Graph map[string]Package

// Load asks the go command about every package below root, a module's folder. Packages that do not compile are in the
// graph as far as they can be read.
func Load(root string) (Graph, error) {
	cmd := exec.Command("go", "list", "-e", "-deps", "-export",
		"-json=ImportPath,Dir,Name,Export,Imports,GoFiles,CgoFiles,IgnoredGoFiles", "./...")
	cmd.Dir = root
	var stderr strings.Builder
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("go list: %w\n%s", err, &stderr)
	}
	g := Graph{}
	for d := json.NewDecoder(strings.NewReader(string(out))); ; {
		var p Package
		if err := d.Decode(&p); err == io.EOF {
			return g, nil
		} else if err != nil {
			return nil, fmt.Errorf("read go list: %w", err)
		}
		g[p.ImportPath] = p
	}
}

// Ours are the import paths of this module's packages, sorted.
func (g Graph) Ours() []string {
	var ours []string
	for p := range g {
		if p == module || strings.HasPrefix(p, module+"/") {
			ours = append(ours, p)
		}
	}
	slices.Sort(ours)
	return ours
}

// Violations are the imports that break r, each as the chain that leads there.
func (g Graph) Violations(r Rule) []string {
	var found []string
	for _, from := range g.Ours() {
		if (r.From == nil || matches(r.From, from)) && !matches(r.Except, from) {
			found = append(found, g.chains(r, from)...)
		}
	}
	return found
}

// chains are the shortest ways from a package to each that r forbids to it.
func (g Graph) chains(r Rule, from string) []string {
	var found []string
	seen := map[string]bool{from: true}
	for queue := [][]string{{from}}; len(queue) > 0; queue = queue[1:] {
		way := queue[0]
		for _, next := range g[way[len(way)-1]].Imports {
			if seen[next] {
				continue
			}
			seen[next] = true
			longer := append(slices.Clone(way), next)
			if matches(r.To, next) && !matches(r.From, next) {
				found = append(found, strings.Join(longer, " → "))
			} else if r.Deep {
				queue = append(queue, longer)
			}
		}
	}
	return found
}

func matches(patterns []string, pkg string) bool {
	return slices.ContainsFunc(patterns, func(p string) bool { return match(p, pkg) })
}

func match(pattern, pkg string) bool {
	first, _, _ := strings.Cut(pattern, "/")
	if !strings.Contains(first, ".") && first != module && !standard(pattern) {
		pattern = module + "/" + pattern
	}
	pattern, below := strings.CutSuffix(pattern, "/...")
	if n := strings.Count(pattern, "/") + 1; below {
		if parts := strings.Split(pkg, "/"); len(parts) > n {
			pkg = strings.Join(parts[:n], "/")
		}
	}
	ok, err := path.Match(pattern, pkg)
	return ok && err == nil
}

// standard says whether a pattern of the rules is of the standard library, whose paths look like ours.
func standard(pattern string) bool { return pattern == "net/http" || pattern == "testing" }
