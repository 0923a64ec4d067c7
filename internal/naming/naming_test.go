package naming

import (
	"slices"
	"testing"
)

// ordered checks that of all names exactly those that are wanted are of the log, and oldest first as given.
func ordered(t *testing.T, n Names, want []string, others ...string) {
	t.Helper()
	names := slices.Concat(others, want)
	slices.Reverse(names)
	var files []File
	for _, name := range names {
		if f, ok := n.Parse(name); ok {
			files = append(files, f)
		}
	}
	slices.SortStableFunc(files, n.Compare)
	var got []string
	for _, f := range files {
		got = append(got, f.Name)
	}
	if !slices.Equal(got, want) {
		t.Errorf("got  %q\nwant %q", got, want)
	}
}

func TestFixed(t *testing.T) {
	ordered(t, Fixed("f"), []string{"f.10.gz", "f.9", "f.2.xz", "f.1", "f"}, "ff", "g.1", "f.log", "f.1.bak", "d/f.1", "f1")
	ordered(t, Fixed("app.log"), []string{"app-20261119.log", "app.log-20261120.gz", "app.log-20261121", "app-2026-11-22T04-00-00.000.log", "app.log"},
		"app.1.log", "app-x.log", "application.log.1", "web-app.log")
	ordered(t, Fixed("x"), []string{"x-20261121", "x-2026112104", "x-20261122.1", "x-20261122.2.gz"})
}

// The past of worker.log is not worker.1.log, which another worker may be writing.
func TestFixedIsNoOtherLog(t *testing.T) {
	for _, name := range []string{"worker.1.log", "worker-2.log", "worker.log.d", "worker", "worker.log.10.20.30.40"} {
		if f, ok := Fixed("worker.log").Parse(name); ok {
			t.Errorf("%+v", f)
		}
	}
}

func TestDated(t *testing.T) {
	root, n := Dated("/srv/shop/shop-*.log")
	if root != "/srv/shop" || n.Stem() != "shop-" || len(n.Folders()) != 0 {
		t.Errorf("root %q, stem %q, folders %q", root, n.Stem(), n.Folders())
	}
	ordered(t, n, []string{"shop-2026-11-19.log.gz", "shop-2026-11-20.log.2.gz", "shop-2026-11-20.log.1", "shop-2026-11-20.log", "shop-2026-11-21.log"},
		"shop.log", "web-2026-11-20.log", "shop-2026-11-20.txt", "d/shop-2026-11-20.log")
	_, n = Dated("/srv/*/app.log")
	ordered(t, n, []string{"2026-11-9/app.log", "2026-11-20/app.log.1", "2026-11-20/app.log", "2026-11-21/app.log"}, "app.log", "2026/11/app.log")
	if n.Stem() != "" || !slices.Equal(n.Folders(), []string{"*"}) {
		t.Errorf("stem %q, folders %q", n.Stem(), n.Folders())
	}
	for name, current := range map[string]bool{"a/app.log": true, "a/app.log.1": false, "a/app.log.gz": false} {
		if f, ok := n.Parse(name); !ok || f.Current != current {
			t.Errorf("%s: %+v, %t", name, f, ok)
		}
	}
}
