package logs

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) {
	if dir := os.Getenv("LOGS_TEST_NOBODY"); dir != "" {
		nobody(dir) // the other half of TestUnreadable
		return
	}
	goleak.VerifyTestMain(m)
}

// tree makes files in a new folder; a name that ends in / is a folder, and "name -> target" a link.
func tree(t *testing.T, files ...string) string {
	t.Helper()
	dir, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		name, content, _ := strings.Cut(f, ": ")
		name, target, link := strings.Cut(name, " -> ")
		path := filepath.Join(dir, name)
		os.MkdirAll(filepath.Dir(path), 0o755)
		switch {
		case link:
			err = os.Symlink(strings.ReplaceAll(target, "$", dir), path)
		case strings.HasSuffix(name, "/"):
			err = os.MkdirAll(path, 0o755)
		default:
			err = os.WriteFile(path, []byte(content), 0o644)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func write(t *testing.T, dir, name, content string) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o644); err != nil {
		t.Fatal(err)
	}
}

// clock is moved by hand.
type clock struct{ now time.Time }

func (c *clock) move(d time.Duration) { c.now = c.now.Add(d) }

func shelf(t *testing.T, specs ...Spec) (*Shelf, *clock) {
	t.Helper()
	c := &clock{time.Now()}
	s, err := New(Options{Host: "h", Specs: specs, User: "sre", Now: func() time.Time { return c.now }})
	if err != nil {
		t.Fatal(err)
	}
	return s, c
}

func ids(s *Shelf) string {
	var out []string
	for _, e := range s.Look().Entries {
		if e.State == OK {
			out = append(out, e.ID)
		} else {
			out = append(out, e.ID+"("+e.State+")")
		}
	}
	slices.Sort(out)
	return strings.Join(out, " ")
}

func lists(t *testing.T, s *Shelf, want string) {
	t.Helper()
	if got := ids(s); got != want {
		t.Errorf("lists %q\nwant  %q", got, want)
	}
}

func entry(t *testing.T, s *Shelf, id string) Entry {
	t.Helper()
	for _, e := range s.Look().Entries {
		if e.ID == id {
			return e
		}
	}
	t.Fatalf("no %s among %s", id, ids(s))
	return Entry{}
}

func noted(s *Shelf, words ...string) bool {
	return slices.ContainsFunc(s.Look().Notes, func(n string) bool {
		return !slices.ContainsFunc(words, func(w string) bool { return !strings.Contains(n, w) })
	})
}

func TestRun(t *testing.T) {
	dir := tree(t, "a.log: x")
	s, err := New(Options{Host: "h", Specs: []Spec{{Folder: dir}}, Every: 10 * time.Millisecond})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error)
	go func() { done <- s.Run(ctx) }()
	write(t, dir, "a.log", strings.Repeat("x", 5000))
	write(t, dir, "b.log", "x")
	for deadline := time.Now().Add(30 * time.Second); ; time.Sleep(5 * time.Millisecond) {
		if e := entry(t, s, "a.log"); ids(s) == "a.log b.log" && e.Size == 5000 && e.Rate > 0 {
			break
		}
		if time.Now().After(deadline) {
			t.Fatalf("never: %+v", s.Look())
		}
	}
	if cancel(); <-done != nil {
		t.Error("Run failed")
	}
}

func TestNewRefusesNonsense(t *testing.T) {
	for _, o := range []Options{{}, {Host: "a/b"}, {Host: "h", Every: -1}} {
		if _, err := New(o); err == nil {
			t.Errorf("%+v passed", o)
		}
	}
	for _, s := range []Spec{{}, {File: "/a", Folder: "/b"}, {File: "a"}, {Glob: "/[x"}, {File: "/a", ID: "../x"}, {Self: true, Folder: "/a"}} {
		if _, err := New(Options{Host: "h", Specs: []Spec{s}}); err == nil {
			t.Errorf("%+v passed", s)
		}
	}
}
