package house

import (
	"fmt"
	"go/ast"
	"go/importer"
	"go/parser"
	"go/token"
	"go/types"
	"io"
	"os"
	"path/filepath"
	"strings"
)

// pubsubOwners may use pub/sub; pubsubWhy is why others must not. Keys, scripts and the like of Redis are free to all.
var pubsubOwners = append([]string{"internal/bus/..."}, append(instruments, testHelpers...)...)

const pubsubWhy = "a lost subscription is handled in one place, internal/bus"

// PubSub are the uses of Redis' pub/sub in the package.
func (g Graph) PubSub(pkg string) ([]string, error) {
	fset := token.NewFileSet()
	var files []*ast.File
	for _, name := range g[pkg].GoFiles {
		f, err := parser.ParseFile(fset, filepath.Join(g[pkg].Dir, name), nil, parser.SkipObjectResolution)
		if err != nil {
			return nil, err
		}
		files = append(files, f)
	}
	return g.pubSub(pkg, fset, files), nil
}

// pubSub type-checks, as a selector's name alone cannot tell a Redis client's Publish from a bus's.
func (g Graph) pubSub(pkg string, fset *token.FileSet, files []*ast.File) []string {
	info := &types.Info{Uses: map[*ast.Ident]types.Object{}}
	conf := types.Config{
		Importer: importer.ForCompiler(fset, "gc", g.export),
		Error:    func(error) {}, // the compiler's business
	}
	conf.Check(pkg, fset, files, info)

	var found []string
	for _, f := range files {
		ast.Inspect(f, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.Ident:
				if fn, ok := info.Uses[n].(*types.Func); ok && isPubSub(fn) {
					found = append(found, fmt.Sprintf("%s: %s", fset.Position(n.Pos()), fn.Name()))
				}
			case *ast.CallExpr:
				if word := doneByName(n); pubsubCommands[word] {
					found = append(found, fmt.Sprintf("%s: the command %s", fset.Position(n.Pos()), word))
				}
			}
			return true
		})
	}
	return found
}

func (g Graph) export(path string) (io.ReadCloser, error) { return os.Open(g[path].Export) }

var pubsubCommands = map[string]bool{
	"PUBLISH": true, "SPUBLISH": true, "SUBSCRIBE": true, "PSUBSCRIBE": true, "SSUBSCRIBE": true,
}

// doneByName is the command of a call like Do(ctx, "PUBLISH", …).
func doneByName(call *ast.CallExpr) string {
	sel, ok := call.Fun.(*ast.SelectorExpr)
	if !ok || sel.Sel.Name != "Do" && sel.Sel.Name != "NewCmd" || len(call.Args) < 2 {
		return ""
	}
	word, ok := call.Args[1].(*ast.BasicLit)
	if !ok {
		return ""
	}
	return strings.ToUpper(strings.Trim(word.Value, "\"`"))
}

// isPubSub: one of those methods, of go-redis, or of anybody's interface that a go-redis client fulfils.
func isPubSub(fn *types.Func) bool {
	if !pubsubCommands[strings.ToUpper(fn.Name())] {
		return false
	}
	results := fn.Signature().Results()
	for i := range results.Len() {
		if strings.Contains(results.At(i).Type().String(), goRedis+".") {
			return true
		}
	}
	return false
}
