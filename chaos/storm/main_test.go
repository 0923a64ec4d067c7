//go:build linux

package storm

import (
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"testing"
	"time"
)

// patience bounds a hang, not a speed.
const patience = 2 * time.Minute

// programs is where the programs under test are, as they are shipped: without the race detector.
var programs string

func TestMain(m *testing.M) { os.Exit(built(m)) }

func built(m *testing.M) int {
	dir, err := os.MkdirTemp("", "livetail-storm-")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer os.RemoveAll(dir)
	for _, name := range []string{"web", "worker"} {
		cmd := exec.Command("go", "build", "-buildvcs=false", "-o", filepath.Join(dir, name), "livetail/cmd/"+name)
		cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
		if out, err := cmd.CombinedOutput(); err != nil {
			fmt.Fprintf(os.Stderr, "building %s: %v\n%s", name, err, out)
			return 1
		}
	}
	programs = dir
	// Most of a scenario is waiting, so more of them than processors may run at once.
	flag.Parse()
	if err := flag.Set("test.parallel", "8"); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return m.Run()
}

// minutes is how long make chaos lets the storm last; 0: this is make test, and everything is short.
var minutes = func() float64 {
	m, _ := strconv.ParseFloat(os.Getenv("CHAOS_MINUTES"), 64)
	return m
}()

// lasting is how long a fault lasts: as long as the promise says in make chaos, shorter in make test.
func lasting(long, short time.Duration) time.Duration {
	if minutes > 0 {
		return long
	}
	return short
}

// tellEvery is how often somebody who waits for long says what for: a test that is ended from outside, or stands still, has then told.
const tellEvery = 20 * time.Second

// eventually polls until check is content.
func eventually(t testing.TB, limit time.Duration, what string, check func() error) {
	t.Helper()
	var err error
	began, told := time.Now(), 1
	for end := began.Add(limit); ; time.Sleep(20 * time.Millisecond) {
		if err = check(); err == nil {
			return
		}
		if time.Now().After(end) {
			t.Fatalf("not within %v: %s: %v", limit, what, err)
		}
		if waited := time.Since(began); waited > time.Duration(told)*tellEvery {
			told++
			fmt.Printf("%s has waited for %s: %s: %v\n", t.Name(), seconds(waited), what, err)
		}
	}
}
