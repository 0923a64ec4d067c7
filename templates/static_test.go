package templates

import (
	"bytes"
	"compress/gzip"
	"io"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strconv"
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

// TestCompressed: whoever takes gzip gets it where that is smaller, all others the file itself, and both are the same file.
func TestCompressed(t *testing.T) {
	p, err := New("/x")
	if err != nil {
		t.Fatal(err)
	}
	for name, body := range p.assets.files {
		smaller, err := compressed(body)
		if err != nil || len(body) > 200 && smaller == nil {
			t.Errorf("%s: %d bytes do not become smaller (%v)", name, len(body), err)
		}
		for accepts, takes := range map[string]bool{
			"gzip": true, "gzip, deflate, br, zstd": true, "br;q=1.0, GZIP;q=0.8": true, "*": true, "br, *;q=0.1": true,
			"": false, "br": false, "identity": false, "gzip;q=0": false, "gzip; q=0.000, *": false, "*;q=0": false, "gzipped": false, "gzip;q=nonsense": false,
		} {
			w := httptest.NewRecorder()
			u, err := p.assets.url("/x", name)
			if err != nil {
				t.Fatal(err)
			}
			r := httptest.NewRequest("GET", u, nil)
			r.Header.Set("Accept-Encoding", accepts)
			p.Static().ServeHTTP(w, r)
			got, size := w.Body.Bytes(), w.Body.Len()
			if packed := w.Header().Get("Content-Encoding") == "gzip"; packed != (takes && smaller != nil) {
				t.Errorf("%s for %q: gzip: %v", name, accepts, packed)
			} else if packed {
				z, err := gzip.NewReader(w.Body)
				if err != nil {
					t.Fatal(err)
				}
				if got, err = io.ReadAll(z); err != nil {
					t.Fatal(err)
				}
			}
			if !bytes.Equal(got, body) || w.Header().Get("Content-Length") != strconv.Itoa(size) || (w.Header().Get("Vary") == "Accept-Encoding") != (smaller != nil) {
				t.Errorf("%s for %q: %d bytes of %d, %v", name, accepts, len(got), len(body), w.Header())
			}
		}
	}
	if packed, err := compressed([]byte("abc")); packed != nil || err != nil {
		t.Errorf("what does not become smaller was compressed (%v)", err)
	}
}

// TestCompressedPages: a page is gzip for whoever takes it, and what is no page stays as it is.
func TestCompressedPages(t *testing.T) {
	p, err := New("/x")
	if err != nil {
		t.Fatal(err)
	}
	answer := func(accepts string, h http.HandlerFunc) (*httptest.ResponseRecorder, string) {
		w, r := httptest.NewRecorder(), httptest.NewRequest("GET", "/", nil)
		r.Header.Set("Accept-Encoding", accepts)
		Compressed(h).ServeHTTP(w, r)
		if w.Header().Get("Content-Encoding") != "gzip" {
			return w, w.Body.String()
		}
		z, err := gzip.NewReader(w.Body)
		if err != nil {
			t.Fatal(err)
		}
		b, err := io.ReadAll(z)
		if err != nil {
			t.Fatal(err)
		}
		return w, string(b)
	}
	missing := func(w http.ResponseWriter, _ *http.Request) {
		if err := p.Problem(w, Problem{Status: 404, Title: "not here"}); err != nil {
			t.Error(err)
		}
	}
	plain, want := answer("", missing)
	packed, got := answer("gzip", missing)
	if got != want || !strings.Contains(got, "not here") || plain.Code != 404 || packed.Code != 404 || packed.Header().Get("Vary") != "Accept-Encoding" || packed.Header().Get("Content-Encoding") != "gzip" {
		t.Errorf("%d %v\n%.200s", packed.Code, packed.Header(), got)
	}
	other, got := answer("gzip", func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "words") })
	if got != "words" || other.Header().Get("Content-Encoding") != "" {
		t.Errorf("%q %v", got, other.Header())
	}
}

var (
	// saysItself is a text given to people by a script that keeps no words.
	saysItself = regexp.MustCompile("(?:\\.(?:textContent|title|ariaLabel|placeholder|alt) = |'(?:aria-label|title|placeholder)', |\\bsay\\()[\"'`]([^\"'`\\n]*)")
	filledIn   = regexp.MustCompile(`\$\{[^}]*\}`)
	aWord      = regexp.MustCompile(`[A-Za-z]{2}`)
	ownColour  = regexp.MustCompile(`#[0-9a-fA-F]{3,8}\b|\b(?:rgba?|hsla?|lab|lch|oklab)\(|\boklch\([^f]`)
	motion     = regexp.MustCompile(`\b(?:transition|animation|@keyframes|scroll-behavior)\b`)
)

// TestOnePlace: words are where they can be translated, colours where a theme is; and as nothing moves by itself, nobody has to ask
// for less of it.
func TestOnePlace(t *testing.T) {
	texts := 0
	err := fs.WalkDir(staticFiles, "static", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		raw, err := fs.ReadFile(staticFiles, name)
		if err != nil {
			return err
		}
		body := string(raw)
		if strings.HasSuffix(name, ".js") && !strings.HasSuffix(name, "words.js") {
			for _, found := range saysItself.FindAllStringSubmatch(body, -1) {
				if texts++; aWord.MatchString(filledIn.ReplaceAllString(found[1], "")) {
					t.Errorf("%s says %q by itself", name, found[1])
				}
			}
			if strings.Contains(body, "'smooth'") {
				t.Errorf("%s moves by itself", name)
			}
		}
		if strings.HasSuffix(name, ".css") {
			if found := motion.FindString(body); found != "" {
				t.Errorf("%s has %s", name, found)
			}
			if found := ownColour.FindString(body); found != "" && !strings.HasSuffix(name, "tokens.css") {
				t.Errorf("%s has a colour of its own, %s", name, found)
			}
		}
		return nil
	})
	if err != nil || texts < 5 {
		t.Errorf("%d texts were looked at: %v", texts, err)
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
	// textWithComment is a string or a pattern with the beginning of a comment in it.
	textWithComment = regexp.MustCompile(`'[^'\n]*/\*\*\s[^'\n]*'|"[^"\n]*/\*\*\s[^"\n]*"|` + "`[^`\n]*/\\*\\*\\s[^`\n]*`")
	unsafeDOM       = regexp.MustCompile(`innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\b|new Function|DOMParser|createContextualFragment|setHTML|\.srcdoc|javascript:|setAttribute\('(?:style|on)`)
)

// TestModules: text becomes text nodes only, and no text looks like a comment.
func TestModules(t *testing.T) {
	scripts := 0
	err := fs.WalkDir(staticFiles, "static/js", func(name string, entry fs.DirEntry, err error) error {
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
		for i, line := range strings.Split(string(body), "\n") {
			if strings.Count(line, "`")%2 != 0 {
				t.Errorf("%s:%d: a text that goes over lines could hold what looks like a comment", name, i+1)
			}
		}
		for _, at := range textWithComment.FindAll(body, -1) {
			t.Errorf("%s: %s would be taken for a comment", name, at)
		}
		return nil
	})
	if err != nil || scripts < 10 {
		t.Errorf("%d scripts: %v", scripts, err)
	}
}
