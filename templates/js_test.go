package templates

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"livetail/internal/browser"
	"livetail/internal/wire"
)

// TestJS runs the modules' own tests, jstest/*_test.js, in a real browser.
func TestJS(t *testing.T) {
	f := newFake(t, "/x")
	modules, err := filepath.Glob("jstest/*_test.js")
	if err != nil || len(modules) == 0 {
		t.Fatalf("no tests: %v", err)
	}
	root := browser.New(t)
	for _, module := range modules {
		for _, look := range []string{"light", "dark"} {
			name := strings.TrimSuffix(filepath.Base(module), "_test.js")
			if look == "dark" && name != "contrast" {
				continue
			}
			t.Run(name+" "+look, func(t *testing.T) { runModule(t, f, root, filepath.Base(module), look) })
		}
	}
}

func runModule(t *testing.T, f *fake, root context.Context, module, look string) {
	ctx := browser.Tab(t, root)
	do(t, ctx, chromedp.EmulateViewport(1000, 700), scheme(look), chromedp.Navigate(f.URL+"/x/jstest/run?module="+module))
	// One test of a module may hang; that all of them together take long is a busy machine.
	for n := 1; !value[bool](t, ctx, `!!window.results`); n++ {
		do(t, ctx, poll(fmt.Sprintf(`window.results || window.ended?.length >= %d`, n)))
	}
	var results []struct{ Name, Error string }
	if err := json.Unmarshal([]byte(value[string](t, ctx, `JSON.stringify(window.results)`)), &results); err != nil {
		t.Fatal(err)
	}
	if len(results) == 0 {
		t.Errorf("%s exports no test", module)
	}
	for _, r := range results {
		if r.Error != "" {
			t.Errorf("%s %s: %s", module, r.Name, r.Error)
		}
	}
}

// serveTests adds the page that runs a module of tests, and what those tests ask for.
func (f *fake) serveTests(mux *http.ServeMux) {
	mux.HandleFunc("GET "+f.base+"/jstest/run", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/html")
		fmt.Fprintf(w, `<!doctype html><meta name="livetail-base" content="%[1]s"><link rel="icon" href="data:,">
			<link rel="stylesheet" href="%[1]s/src/static/css/tokens.css"><link rel="stylesheet" href="%[1]s/src/static/css/base.css">
			<link rel="stylesheet" href="%[1]s/src/static/css/log.css"><body><script type="module" src="%[1]s/src/jstest/run.js"></script>`, f.base)
	})
	mux.HandleFunc("GET "+f.base+"/levels", func(w http.ResponseWriter, r *http.Request) {
		http.ServeFile(w, r, "../internal/filter/testdata/levels.json")
	})
	mux.HandleFunc("GET "+f.base+"/stamps", func(w http.ResponseWriter, r *http.Request) {
		if err := json.NewEncoder(w).Encode(stamps(f.t)); err != nil {
			f.t.Error(err)
		}
	})
	mux.HandleFunc("GET "+f.base+"/frames", func(w http.ResponseWriter, r *http.Request) {
		if err := json.NewEncoder(w).Encode(frameCases(f.t)); err != nil {
			f.t.Error(err)
		}
	})
}

// frameCase is a frame as Go writes it, and what it says.
type frameCase struct {
	Bytes    []byte       `json:"bytes"`
	Flags    uint8        `json:"flags"`
	Behind   int64        `json:"behind"`
	Position string       `json:"position"`
	Payload  string       `json:"payload"`
	File     string       `json:"file"`
	Start    int64        `json:"start"`
	Rest     []int64      `json:"rest"`
	Gaps     []int64      `json:"gaps"`
	Marker   *wire.Marker `json:"marker"`
}

func frameCases(t *testing.T) []frameCase {
	random := rand.New(rand.NewPCG(1, 2))
	bytes := func(n int) []byte {
		b := make([]byte, n)
		for i := range b {
			b[i] = byte(random.Uint32())
		}
		return b
	}
	var cases []frameCase
	for i := range 100 {
		frame := wire.Frame{Kind: wire.Lines, Payload: bytes(random.IntN(3000))}
		var marker *wire.Marker
		if i%5 == 4 {
			marker = &wire.Marker{Kind: wire.MarkRotated, At: 1795269731000 + int64(i), Name: "zugriff <b> ü \u2028", To: "x.1", Bytes: int64(i)}
			var err error
			if frame, err = marker.Frame(); err != nil {
				t.Fatal(err)
			}
		}
		frame.Flags = uint8(random.IntN(16))
		frame.Run, frame.Epoch, frame.Seq, frame.Start = random.Uint64(), random.Uint32(), random.Uint64(), random.Int64N(1<<50)
		frame.Behind = random.Int64N(1 << (1 + i%52))
		frame.Rev, frame.Reply, frame.Looked, frame.Passed, frame.Time = random.Uint32(), random.Uint32(), random.Uint32(), random.Uint32(), random.Int64N(1<<43)
		frame.Errors = uint16(random.Uint32())
		gaps := []int64{}
		if marker == nil && i%3 == 0 {
			frame.Flags |= wire.Gapped
			for range random.IntN(20) {
				gaps = append(gaps, random.Int64N(1<<50)-1<<20)
				frame.Gaps = wire.AppendGap(frame.Gaps, gaps[len(gaps)-1])
			}
		}
		for range i % (wire.MaxPlaces + 1) {
			frame.After = append(frame.After, wire.Place{File: wire.File(bytes(1 + random.IntN(wire.MaxFile))), Offset: random.Int64()})
		}
		if n := len(frame.After); n > 0 {
			frame.Index = uint8(random.IntN(n))
		}
		c := frameCase{Gaps: gaps, Start: frame.Start, Rest: []int64{int64(frame.Rev), int64(frame.Reply), int64(frame.Looked), int64(frame.Passed), frame.Time, int64(frame.Errors)}, Bytes: frame.AppendTo(nil), Flags: frame.Flags, Behind: frame.Behind, Position: frame.After.String(), Marker: marker}
		if len(frame.After) > 0 {
			c.File = base64.StdEncoding.EncodeToString([]byte(frame.After[frame.Index].File))
		}
		if marker == nil {
			c.Payload = base64.StdEncoding.EncodeToString(frame.Payload)
		}
		if _, err := wire.ParseFrame(c.Bytes); err != nil {
			t.Fatal(err)
		}
		cases = append(cases, c)
	}
	return cases
}

// stamps is the worker's examples of times in lines, in Unix ms; 0: there is none.
func stamps(t *testing.T) map[string]any {
	out := map[string]any{"near": time.Date(2026, 11, 26, 6, 0, 0, 0, time.UTC).UnixMilli()}
	for _, name := range []string{"forms", "layouts"} {
		out[name] = stampCases(t, name)
	}
	return out
}

func stampCases(t *testing.T, name string) (cases []map[string]any) {
	raw, err := os.ReadFile("../tailer/stamp/testdata/" + name + ".json")
	if err != nil {
		t.Fatal(err)
	}
	var forms []struct{ Layout, Line, Time string }
	if err := json.Unmarshal(raw, &forms); err != nil {
		t.Fatal(err)
	}
	for _, form := range forms {
		at := int64(0)
		if form.Time != "" {
			exactly, err := time.Parse(time.RFC3339Nano, form.Time)
			if err != nil {
				t.Fatal(err)
			}
			at = exactly.UnixMilli()
		}
		cases = append(cases, map[string]any{"layout": form.Layout, "line": form.Line, "at": at})
	}
	return cases
}
