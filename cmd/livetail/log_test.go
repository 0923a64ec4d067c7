package main

import (
	"bytes"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestLogIsWholeInTheFileAndBriefOnTheTerminal(t *testing.T) {
	var file, terminal bytes.Buffer
	log := newLog(&file, &terminal)
	log.Info("serving pages", "at", "here")
	log.With("part", "web").WithGroup("g").Warn("odd", "n", 1)
	log.Error("broken")
	log.Debug("nobody wants to know")
	want := "livetail: serving pages at=here\nlivetail: warning: odd part=web g.n=1\nlivetail: error: broken\n"
	if terminal.String() != want {
		t.Errorf("on the terminal\n%swant\n%s", &terminal, want)
	}
	for _, line := range []string{" level=INFO msg=\"serving pages\" at=here\n", " level=WARN msg=odd part=web g.n=1\n", " level=ERROR msg=broken\n"} {
		if !strings.Contains(file.String(), line) {
			t.Errorf("%q is not in the file:\n%s", line, &file)
		}
	}
	if strings.Count(file.String(), "\ntime=")+1 != 3 {
		t.Errorf("in the file\n%s", &file)
	}
}

// It is kept by a server that runs for years, so it must not grow for ever; a line is never cut.
func TestOwnLogIsRotated(t *testing.T) {
	path := filepath.Join(t.TempDir(), "livetail.log")
	if err := os.WriteFile(path, []byte("of an earlier start\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	l, err := openOwnLog(path, 100)
	if err != nil {
		t.Fatal(err)
	}
	log := slog.New(slog.NewTextHandler(l, &slog.HandlerOptions{ReplaceAttr: attrsOnly}))
	for i := range 20 {
		log.Info("", "line", i, "text", strings.Repeat("x", 20))
	}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	var all string
	for _, name := range []string{path + ".1", path} {
		data, err := os.ReadFile(name)
		if err != nil || len(data) == 0 || len(data) > 100 || !strings.HasPrefix(string(data), "line=") || data[len(data)-1] != '\n' {
			t.Errorf("%s: %q, %v", name, data, err)
		}
		if m := mode(t, name); m != 0o600 {
			t.Errorf("%s has mode %o", name, m)
		}
		all += string(data)
	}
	if !strings.HasSuffix(all, "line=19 text=xxxxxxxxxxxxxxxxxxxx\n") {
		t.Errorf("the last lines are %q", all)
	}
}
