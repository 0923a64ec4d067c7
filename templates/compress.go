package templates

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"net/http"
	"strconv"
	"strings"
)

// compressed is a file as gzip, or nil where that is no smaller. The files are few and small, so this is done once, at start,
// as well as it can be; every browser understands gzip, on plain http too, and what is newer gains nothing on files of 3 KB.
func compressed(body []byte) ([]byte, error) {
	var out bytes.Buffer
	z, err := gzip.NewWriterLevel(&out, gzip.BestCompression)
	if err != nil {
		return nil, fmt.Errorf("compressing: %w", err)
	}
	if _, err := z.Write(body); err != nil {
		return nil, fmt.Errorf("compressing: %w", err)
	}
	if err := z.Close(); err != nil {
		return nil, fmt.Errorf("compressing: %w", err)
	}
	if out.Len() >= len(body) {
		return nil, nil
	}
	return out.Bytes(), nil
}

// Compressed sends the pages of a handler as gzip to whoever takes it. What a page has in it is no secret to whoever may ask
// for it, so its length may be seen.
func Compressed(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !takesGzip(r) {
			next.ServeHTTP(w, r)
			return
		}
		z := &packing{ResponseWriter: w}
		next.ServeHTTP(z, r)
		z.close()
	})
}

// packing is an answer that becomes gzip if it is a page.
type packing struct {
	http.ResponseWriter
	begun bool
	z     *gzip.Writer // nil: it is no page
}

func (p *packing) WriteHeader(status int) {
	if h := p.Header(); !p.begun && strings.HasPrefix(h.Get("Content-Type"), "text/html") {
		h.Set("Content-Encoding", "gzip")
		h.Add("Vary", "Accept-Encoding")
		h.Del("Content-Length")
		p.z = gzip.NewWriter(p.ResponseWriter)
	}
	p.begun = true
	p.ResponseWriter.WriteHeader(status)
}

func (p *packing) Write(b []byte) (int, error) {
	if !p.begun {
		p.WriteHeader(http.StatusOK)
	}
	if p.z == nil {
		return p.ResponseWriter.Write(b)
	}
	return p.z.Write(b)
}

func (p *packing) close() {
	if p.z != nil {
		_ = p.z.Close() // whoever went away meanwhile does not miss it
	}
}

// takesGzip is whether a request accepts an answer as gzip: it names it, or everything, and not with a weight of 0.
func takesGzip(r *http.Request) bool {
	var named, any bool
	for _, coding := range strings.Split(strings.Join(r.Header.Values("Accept-Encoding"), ","), ",") {
		name, weight, _ := strings.Cut(coding, ";")
		switch strings.ToLower(strings.TrimSpace(name)) {
		case "gzip", "x-gzip":
			if !wanted(weight) {
				return false
			}
			named = true
		case "*":
			any = wanted(weight)
		}
	}
	return named || any
}

// wanted is whether a weight, such as q=0.5, is none or above 0.
func wanted(weight string) bool {
	_, q, given := strings.Cut(weight, "=")
	if !given {
		return true
	}
	n, err := strconv.ParseFloat(strings.TrimSpace(q), 64)
	return err == nil && n > 0
}
