package browser

import (
	"os"
	"testing"
	"time"
)

// profile is an empty directory that is gone after the test. t.TempDir would fail the test when a process of the browser
// that is just ending still writes into it.
func profile(t testing.TB) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "livetail-browser-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		for deadline := time.Now().Add(10 * time.Second); os.RemoveAll(dir) != nil && time.Now().Before(deadline); {
			time.Sleep(10 * time.Millisecond)
		}
	})
	return dir
}
