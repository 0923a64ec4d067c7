package main

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func TestDemoRotates(t *testing.T) {
	d := demoLog{dir: filepath.Join(t.TempDir(), "demo")}
	var began time.Time
	line := strings.Repeat("x", demoMaxSize/2) + "\n"
	for i := range 3 * 8 { // three entries make a file too large
		if err := d.append(fmt.Sprintf("%02d %s", i, line), false, &began); err != nil {
			t.Fatal(err)
		}
	}
	files, err := os.ReadDir(d.dir)
	if err != nil || len(files) != 1+demoKeep {
		t.Errorf("there are %v, %v", files, err)
	}
	first := func(name string) string {
		data, err := os.ReadFile(filepath.Join(d.dir, name))
		if err != nil {
			t.Fatal(err)
		}
		return string(data[:2])
	}
	if first("app.log.5") >= first("app.log.1") || first("app.log.1") >= first("app.log") {
		t.Errorf("they are not in order: %s, %s, %s", first("app.log.5"), first("app.log.1"), first("app.log"))
	}

	before := first("app.log")
	if err := d.append("zz late\n", true, &began); err != nil {
		t.Fatal(err)
	}
	if first("app.log") != "zz" || first("app.log.1") != before || time.Since(began) > time.Hour {
		t.Error("an old file is not rotated")
	}
}

// What the demo writes is varied, in whole lines, and moves all the time.
func TestMakeBelieve(t *testing.T) {
	app := newMakeBelieve(rand.New(rand.NewPCG(1, 2)))
	kinds := map[string]bool{}
	trace := false
	for range 2000 {
		entry := app.entry(time.Now())
		if !strings.HasSuffix(entry, "\n") || strings.Contains(entry, "%!") {
			t.Fatalf("%q", entry)
		}
		fields := strings.Fields(entry)
		kinds[fields[1]+fields[2]] = true
		trace = trace || strings.Count(entry, "\n\tat ") > 3
		if p := app.pause(); p < time.Millisecond || p > 5*time.Second {
			t.Fatalf("it pauses for %v", p)
		}
	}
	if len(kinds) < 9 || !trace {
		t.Errorf("it writes only %v, a stack trace: %t", kinds, trace)
	}
}
