package config

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write the faults found into testdata/*.faults, to be read before they are kept")

// Each testdata/*.yaml has a sibling *.faults with everything that is to be said about it.
func TestFaults(t *testing.T) {
	t.Setenv("XDG_STATE_HOME", "/state")
	files, err := filepath.Glob("testdata/*.yaml")
	if err != nil || len(files) < 40 {
		t.Fatalf("%d files, %v", len(files), err)
	}
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			data, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			kind := ForAll
			switch {
			case strings.HasPrefix(string(data), "# kind: web\n"):
				kind = ForWeb
			case strings.HasPrefix(string(data), "# kind: worker\n"):
				kind = ForWorker
			}
			c, err := Parse(filepath.Base(file), data, kind)
			if err == nil {
				t.Fatalf("no fault: %+v", c)
			}
			if _, ok := err.(Faults); !ok || c != nil {
				t.Fatalf("%T, %+v", err, c)
			}
			got, wantFile := err.Error()+"\n", strings.TrimSuffix(file, ".yaml")+".faults"
			if *update {
				if err := os.WriteFile(wantFile, []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(wantFile)
			if err != nil {
				t.Fatal(err)
			}
			if got != string(want) {
				t.Errorf("got\n%s\nwant\n%s", got, want)
			}
			if strings.Contains(got, "hunter2") || strings.Contains(got, "123456") || strings.Contains(got, "c2Fsd") {
				t.Error("a password or a hash is repeated")
			}
		})
	}
}
