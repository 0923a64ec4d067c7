//go:build linux

package hostile

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"
)

// patience bounds a hang, not a speed.
const patience = time.Minute

// program is livetail as it is shipped: without the race detector.
var program string

func TestMain(m *testing.M) {
	if len(os.Args) > 1 && os.Args[1] == writerCommand {
		writeLog(os.Args[2:])
		return
	}
	os.Exit(built(m))
}

func built(m *testing.M) int {
	if program = os.Getenv(inside); program != "" {
		return m.Run()
	}
	dir, err := os.MkdirTemp("", "livetail-hostile-")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer os.RemoveAll(dir)
	program = filepath.Join(dir, "livetail")
	cmd := exec.Command("go", "build", "-buildvcs=false", "-o", program, "livetail/cmd/livetail")
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := cmd.CombinedOutput(); err != nil {
		fmt.Fprintf(os.Stderr, "building livetail: %v\n%s", err, out)
		return 1
	}
	return m.Run()
}

// eventually polls until ok.
func eventually(t testing.TB, what string, ok func() bool) {
	t.Helper()
	for deadline := time.Now().Add(patience); !ok(); time.Sleep(2 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("never: %s", what)
		}
	}
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
