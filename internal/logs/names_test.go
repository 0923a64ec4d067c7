package logs

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"livetail/internal/wire"
)

func TestSameFileOnce(t *testing.T) {
	dir := tree(t, "a.log: x", "sub/b.log: x", "c.log: x")
	if err := os.Link(dir+"/c.log", dir+"/d.log"); err != nil {
		t.Fatal(err)
	}
	s, _ := shelf(t, Spec{ID: "all", Folder: dir}, Spec{ID: "glob", Glob: dir + "/sub/*"}, Spec{ID: "named", File: dir + "/a.log"},
		Spec{ID: "again", File: dir + "/a.log"}, Spec{ID: "miss", File: dir + "/no.log"}, Spec{ID: "miss2", File: dir + "/no.log"})
	lists(t, s, "all/c.log all/sub/b.log miss(missing) named")
}

func TestOddNames(t *testing.T) {
	long := strings.Repeat("ü", 120)
	dir := tree(t, "a b.log: x", "new\nline: x", "bad\xff.log: x", "...: x", "..x/y: x", "\u202eevil: x", long+".log: x", long+".txt: x")
	s, _ := shelf(t, Spec{ID: "v", Folder: dir})
	entries := s.Look().Entries
	if len(entries) != 8 {
		t.Errorf("lists %s", ids(s))
	}
	for _, e := range entries {
		if err := (wire.Log{Host: "h", ID: e.ID}).Check(); err != nil || len(e.ID) > maxID {
			t.Errorf("%q: %v", e.ID, err)
		}
		if strings.ContainsAny(e.Name, "\n\u202e\xff") {
			t.Errorf("name %q", e.Name)
		}
		if src, ok := s.Find(e.ID); !ok || filepath.Dir(src.Path) != dir && filepath.Dir(src.Path) != dir+"/..x" {
			t.Errorf("%s: %+v, %t", e.ID, src, ok)
		}
	}
	if e := entry(t, s, "v/new_0aline"); e.Name != `new\nline` {
		t.Errorf("%+v", e)
	}
}

func TestCollisionIsRefused(t *testing.T) {
	dir := tree(t, "a b: x", "a_20b: y", "c: x")
	s, _ := shelf(t, Spec{ID: "v", Folder: dir}, Spec{ID: "v/c", File: dir + "/a_20b/none"})
	lists(t, s, "v/a_20b v/c(missing)")
	// The name that needs no escape keeps the id, whichever sorts first, so it does not depend on who came when.
	if src, _ := s.Find("v/a_20b"); src.Path != dir+"/a_20b" {
		t.Errorf("%+v", src)
	}
	if !noted(s, "id v/a_20b", dir+"/a b", dir+"/a_20b") || !noted(s, "id v/c") {
		t.Errorf("notes %q", s.Look().Notes)
	}
}
