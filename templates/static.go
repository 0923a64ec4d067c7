package templates

import (
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"fmt"
	"io/fs"
	"maps"
	"net/http"
	"path"
	"slices"
	"strconv"
	"strings"
	"sync"
)

//go:embed static
var staticFiles embed.FS

// assets are the embedded files. They are served below one directory named by the hash of them all, so that modules find
// each other by relative imports and everything may be cached for ever.
type assets struct {
	hash   string
	files  map[string][]byte // by path, such as js/tail.js
	packed map[string][]byte // the same as gzip, where that is smaller
}

var contentTypes = map[string]string{
	".js":  "text/javascript; charset=utf-8",
	".css": "text/css; charset=utf-8",
	".svg": "image/svg+xml",
}

// loadAssets joins and compresses the embedded files the first time: they are the same for every base path.
var loadAssets = sync.OnceValues(func() (*assets, error) {
	root, err := fs.Sub(staticFiles, "static")
	if err != nil {
		return nil, err
	}
	return readAssets(root)
})

// readAssets reads the files in the order of their names, so that the hash is the same on every machine.
func readAssets(root fs.FS) (*assets, error) {
	a := &assets{files: map[string][]byte{}, packed: map[string][]byte{}}
	modules, styles := map[string][]byte{}, map[string][]byte{}
	err := fs.WalkDir(root, ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		if contentTypes[path.Ext(name)] == "" {
			return fmt.Errorf("%s: no content type is known for it", name)
		}
		body, err := fs.ReadFile(root, name)
		if module, is := strings.CutPrefix(name, "js/"); is {
			modules[strings.TrimSuffix(module, ".js")] = withoutComments(body)
		} else if style, is := strings.CutPrefix(name, "css/"); is {
			styles[strings.TrimSuffix(style, ".css")] = body
		} else {
			a.files[name] = body
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	if modules, err = flat(modules); err != nil {
		return nil, err
	}
	scripts, err := joined(modules)
	if err != nil {
		return nil, err
	}
	for name, body := range scripts {
		a.files["js/"+name+".js"] = body
	}
	sheets, err := joinedStyles(styles)
	if err != nil {
		return nil, err
	}
	for name, body := range sheets {
		a.files["css/"+name+".css"] = body
	}
	sum := sha256.New()
	for _, name := range slices.Sorted(maps.Keys(a.files)) {
		body := a.files[name]
		fmt.Fprintf(sum, "%s %d\n", name, len(body))
		sum.Write(body)
		packed, err := compressed(body)
		if err != nil {
			return nil, err
		}
		if packed != nil {
			a.packed[name] = packed
		}
	}
	a.hash = hex.EncodeToString(sum.Sum(nil))[:16]
	return a, nil
}

func (a *assets) url(base, name string) (string, error) {
	if a.files[name] == nil {
		return "", fmt.Errorf("no file %s is embedded", name)
	}
	return base + "/static/" + a.hash + "/" + name, nil
}

// forDocuments are headers that say something of pages. On a script or a style they would be half of what is sent: these are
// many, and small.
var forDocuments = []string{"Content-Security-Policy", "Cross-Origin-Opener-Policy", "Referrer-Policy"}

// Static serves the embedded files, GET {base}/static/{hash}/{name}, to be cached for ever. It looks at what follows
// /static/ only, so it works behind a proxy that strips the base path too. Another hash is another version: not found, and
// not remembered.
func (p *Pages) Static() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, below, _ := strings.Cut(r.URL.Path, "/static/")
		hash, name, _ := strings.Cut(below, "/")
		body := p.assets.files[name]
		h := w.Header()
		h.Set("X-Content-Type-Options", "nosniff")
		switch {
		case r.Method != http.MethodGet && r.Method != http.MethodHead:
			h.Set("Allow", "GET, HEAD")
			http.Error(w, "only to be read", http.StatusMethodNotAllowed)
		case body == nil || hash != p.assets.hash:
			h.Set("Cache-Control", "no-store")
			http.Error(w, "no such file in this version", http.StatusNotFound)
		default:
			p.assets.serve(w, r, name)
		}
	})
}

func (a *assets) serve(w http.ResponseWriter, r *http.Request, name string) {
	h := w.Header()
	h.Set("Cache-Control", "public, max-age=31536000, immutable")
	h.Set("Content-Type", contentTypes[path.Ext(name)])
	if path.Ext(name) != ".svg" { // which is a document when it is opened by itself
		for _, header := range forDocuments {
			h.Del(header)
		}
	}
	body := a.files[name]
	if packed := a.packed[name]; packed != nil {
		h.Set("Vary", "Accept-Encoding")
		if takesGzip(r) {
			h.Set("Content-Encoding", "gzip")
			body = packed
		}
	}
	h.Set("Content-Length", strconv.Itoa(len(body)))
	_, _ = w.Write(body) // whoever went away meanwhile does not miss it; of a HEAD nothing is sent
}
