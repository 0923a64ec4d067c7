package house

import (
	"bytes"
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

// Comments are the faults of a package's comment, given its files by name: there is exactly one, and it says what the
// package is.
func Comments(pkg string, files map[string][]byte) []string {
	var in, found []string
	for name, src := range files {
		f, err := parser.ParseFile(token.NewFileSet(), name, src, parser.ParseComments|parser.PackageClauseOnly)
		if err != nil {
			found = append(found, err.Error())
			continue
		}
		if f.Doc.Text() == "" {
			continue
		}
		in = append(in, name)
		if n := f.Name.Name; n != "main" && !strings.HasPrefix(f.Doc.Text(), "Package "+n+" ") {
			found = append(found, fmt.Sprintf("%s: the comment does not begin with \"Package %s \"", name, n))
		}
	}
	if len(in) != 1 {
		found = append(found, fmt.Sprintf("%s: %d package comments, not one: %v", pkg, len(in), in))
	}
	return found
}

// Habits are the places in a _test.go file that leave a test out, or wait for a time instead of for what happens. A wait
// within a `for` is polling and fine; in a `for range` it is only more of the same. Two waits are no such thing: one on the
// virtual clock of testing/synctest, and one that is itself what is tried (a writer that pauses, a fault that lasts), which
// its line says with a comment that begins "// scenario: ".
func Habits(name string, src []byte) []string {
	fset := token.NewFileSet()
	f, err := parser.ParseFile(fset, name, src, parser.SkipObjectResolution|parser.ParseComments)
	if err != nil {
		return []string{err.Error()}
	}
	virtual := slices.ContainsFunc(f.Imports, func(i *ast.ImportSpec) bool { return i.Path.Value == `"testing/synctest"` })
	scenario := map[int]bool{} // lines
	for _, group := range f.Comments {
		for _, c := range group.List {
			if strings.HasPrefix(c.Text, "// scenario: ") {
				scenario[fset.Position(c.Pos()).Line] = true
			}
		}
	}
	var found []string
	var around []ast.Node
	ast.Inspect(f, func(n ast.Node) bool {
		if n == nil {
			around = around[:len(around)-1]
			return true
		}
		around = append(around, n)
		what := ""
		switch n := n.(type) {
		case *ast.SelectorExpr:
			what = named(n)
		case *ast.ExprStmt:
			if wait, ok := n.X.(*ast.UnaryExpr); ok {
				if call, ok := wait.X.(*ast.CallExpr); ok && !inSelect(around) {
					what = "<-" + named(call.Fun)
				}
			}
		}
		switch what {
		case "time.Sleep", "<-time.After":
			if virtual || scenario[fset.Position(n.Pos()).Line] || polls(around) {
				return true
			}
		case "t.Skip", "t.Skipf", "t.SkipNow", "b.Skip", "b.Skipf", "b.SkipNow", "tb.Skip", "tb.Skipf", "tb.SkipNow":
		default:
			return true
		}
		found = append(found, fmt.Sprintf("%s: %s", fset.Position(n.Pos()), what))
		return true
	})
	return found
}

// named is "x.Y" for that selector, else "".
func named(n ast.Expr) string {
	if sel, ok := n.(*ast.SelectorExpr); ok {
		if x, ok := sel.X.(*ast.Ident); ok {
			return x.Name + "." + sel.Sel.Name
		}
	}
	return ""
}

// polls says whether the innermost loop or function around is a `for` that asks again and again.
func polls(around []ast.Node) bool {
	for _, n := range slices.Backward(around) {
		switch n.(type) {
		case *ast.ForStmt:
			return true
		case *ast.RangeStmt, *ast.FuncLit, *ast.FuncDecl:
			return false
		}
	}
	return false
}

// inSelect says whether the last statement is what a case of a select waits for.
func inSelect(around []ast.Node) bool {
	if len(around) < 2 {
		return false
	}
	c, ok := around[len(around)-2].(*ast.CommClause)
	return ok && c.Comm == around[len(around)-1]
}

// scriptSkip is a testscript's way to leave itself out.
var scriptSkip = regexp.MustCompile(`(?m)^(\[[^\]]*\] *)*skip\b`)

// machinePath is a folder that is only on one machine: somebody's home or workplace.
var machinePath = regexp.MustCompile("(?m)(^|[\\s\"'`(=:])/(root|wor[k]|Users)/\\w[^\\s\"'`)]*")

// MachinePaths are the places in a text that name such a folder.
func MachinePaths(name string, src []byte) []string {
	var found []string
	for _, at := range machinePath.FindAllIndex(src, -1) {
		line := 1 + bytes.Count(src[:at[0]+1], []byte("\n"))
		found = append(found, fmt.Sprintf("%s:%d: %s", name, line, bytes.TrimSpace(src[at[0]:at[1]])))
	}
	return found
}

// Texts calls f for each text file of the tree at root, with its path from there; what is built or git's is left out.
func Texts(root string, f func(name string, src []byte)) error {
	return filepath.WalkDir(root, func(path string, d os.DirEntry, err error) error {
		if errors.Is(err, os.ErrNotExist) {
			return nil // an editor's or a test's, gone meanwhile
		}
		if err != nil {
			return err
		}
		name, err := filepath.Rel(root, path)
		if err != nil {
			return err
		}
		if d.IsDir() && (name == ".git" || name == "bin") {
			return filepath.SkipDir
		}
		if !d.Type().IsRegular() || name == ".git" { // a file in a linked work tree
			return nil
		}
		src, err := os.ReadFile(path)
		if errors.Is(err, os.ErrNotExist) {
			return nil
		}
		if err == nil && !bytes.Contains(src, []byte{0}) {
			f(name, src)
		}
		return err
	})
}
