package logs

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"
)

func TestFolderLikeVarLog(t *testing.T) {
	dir := tree(t, "syslog: x", "syslog.1: x", "syslog.2.gz: \x1f\x8b", "dpkg.log: x", "dpkg.log.1: x", "nginx/access.log: x",
		"nginx/access.log-20261120: x", "nginx/access.log-20261121.gz: \x1f\x8b", "app-20261121.log: x", "wtmp: ", "btmp: ", "btmp.1: x", "lastlog: ", "utmp.1: x",
		"journal/abc/system.journal: LPKSHHRH", "journal/abc/user@1.journal~: x", "shot: \x89PNG\r\n", "zero: a\x00b", "empty.log: ",
		"utf16.log: \xff\xfea\x00b\x00", "old.gz: \x1f\x8b", "apt/history.log: x", "apt/history.log.1.gz: \x1f\x8b")
	if err := syscall.Mkfifo(filepath.Join(dir, "fifo"), 0o600); err != nil {
		t.Fatal(err)
	}
	s, _ := shelf(t, Spec{ID: "var", Folder: dir, Lines: 100})
	lists(t, s, "var/app-20261121.log var/apt/history.log var/dpkg.log var/empty.log var/nginx/access.log var/syslog var/utf16.log")
	v := s.Look()
	if v.Binary != 9 || len(v.Notes) != 0 {
		t.Errorf("%d binary files, notes %q", v.Binary, v.Notes)
	}
	if want := strings.Fields("btmp journal/abc/system.journal journal/abc/user@1.journal~ lastlog old.gz shot utmp.1 wtmp zero"); !slices.Equal(slices.Sorted(slices.Values(v.NotText)), want) {
		t.Errorf("left out are %q", v.NotText)
	}
	if e := entry(t, s, "var/nginx/access.log"); e.Group != "nginx" || e.Name != "access.log" || e.Size != 1 || e.Lines != 100 || e.Age < 0 || e.Age > time.Minute || e.Why != "" {
		t.Errorf("%+v", e)
	}
	src, ok := s.Find("var/nginx/access.log")
	if !ok || src.Path != dir+"/nginx/access.log" || src.Name != "access.log" || src.Lines != 100 || !slices.Equal(src.FollowLinksTo, []string{dir}) {
		t.Errorf("found %+v, %t", src, ok)
	}
	for _, id := range []string{"", "var", "var/../var/syslog", "var/syslog.1", "var/fifo", "var/wtmp", "syslog", dir + "/syslog", "../../etc/passwd", "var/zero"} {
		if src, ok := s.Find(id); ok {
			t.Errorf("Find(%q) gave %+v", id, src)
		}
	}
}

// What its first bytes do not tell, the config does, and then it is text.
func TestEncodingOfTheConfig(t *testing.T) {
	dir := tree(t, "app.log: \x33\x04\x34\x04\x35\x04\n\x00", "old.gz: \x1f\x8b")
	s, _ := shelf(t, Spec{ID: "v", Folder: dir})
	lists(t, s, "")
	s, _ = shelf(t, Spec{ID: "v", Folder: dir, Encoding: "utf-16le"})
	lists(t, s, "v/app.log")
	if src, ok := s.Find("v/app.log"); !ok || src.Encoding != "utf-16le" {
		t.Errorf("found %+v, %t", src, ok)
	}
}

// While a log is rotated there is a moment without it: its past must not become a row, and it stays.
func TestRotationInAFolder(t *testing.T) {
	dir := tree(t, "app.log: x", "alone.log: x", "other.log.1: x")
	s, c := shelf(t, Spec{Folder: dir})
	lists(t, s, "alone.log app.log other.log.1")
	os.Rename(dir+"/app.log", dir+"/app.log.1")
	os.Remove(dir + "/alone.log")
	s.scan(false)
	lists(t, s, "alone.log(missing) app.log(missing) other.log.1")
	if e := entry(t, s, "app.log"); e.Why != "waiting for app.log to appear" || e.Age != -1 || e.Size != 0 {
		t.Errorf("%+v", e)
	}
	if _, ok := s.Find("app.log"); !ok {
		t.Error("a log that is waited for is not found")
	}
	c.move(keep + time.Second)
	s.scan(false)
	lists(t, s, "app.log(missing) other.log.1") // one with a past will come back
	write(t, dir, "app.log", "xy")
	write(t, dir, "other.log", "x")
	s.scan(false)
	lists(t, s, "app.log other.log")
	if e := entry(t, s, "app.log"); e.Size != 2 || e.Age < 0 {
		t.Errorf("%+v", e)
	}
}

func TestNewFileIsFoundAtOnce(t *testing.T) {
	dir := tree(t, "a.log: x", "sub/b.log: x")
	s, _ := shelf(t, Spec{Folder: dir})
	write(t, dir, "sub/new.log", "x")
	if src, ok := s.Find("sub/new.log"); !ok || src.Path != dir+"/sub/new.log" {
		t.Errorf("found %+v, %t", src, ok)
	}
}

// Folders are read only when they changed, or once in a while.
func TestUnchangedFoldersAreNotRead(t *testing.T) {
	dir := tree(t, "a.log: x")
	s, c := shelf(t, Spec{Folder: dir})
	s.scan(false)
	first := s.folders[dir]
	c.move(settle + time.Second)
	s.scan(false) // now its change is old enough to be trusted
	settled := s.folders[dir]
	s.scan(false)
	if first == settled || s.folders[dir] != settled {
		t.Errorf("fresh: read again %t; settled: read again %t", first != settled, s.folders[dir] != settled)
	}
	c.move(fullEvery)
	if s.scan(false); s.folders[dir] == settled {
		t.Error("never read again")
	}
	write(t, dir, "b.log", "x")
	s.scan(false)
	lists(t, s, "a.log b.log")
}

func TestLinks(t *testing.T) {
	out := tree(t, "secret: x", "more/other.log: x", "allowed/k8s.log: x")
	dir := tree(t, "real.log: x", "sub/deep.log: x", "in.log -> $/real.log", "up.log -> $/sub/deep.log", "out.log -> "+out+"/secret", "walk -> "+out+"/more",
		"ok.log -> "+out+"/allowed/k8s.log", "prefix.log -> "+out+"/allowed2", "loop -> loop", "later.log -> $/nothing", "sub/alias.log -> ../only.txt", "dev -> /dev/null")
	write(t, out, "allowed2", "x")
	spec := Spec{Folder: dir, FollowLinksTo: []string{out + "/allowed"}}
	s, _ := shelf(t, spec)
	// in.log and up.log are files that are listed already.
	lists(t, s, "later.log(missing) loop(refused) ok.log out.log(refused) prefix.log(refused) real.log sub/alias.log(missing) sub/deep.log")
	if e := entry(t, s, "out.log"); e.Why != "leads out of its folder; allow it with follow_links_to" || e.Size != 0 || e.Age != -1 {
		t.Errorf("%+v", e)
	}
	if src, ok := s.Find("out.log"); ok {
		t.Errorf("a refused log is found: %+v", src)
	}
	if src, ok := s.Find("ok.log"); !ok || !slices.Equal(src.FollowLinksTo, []string{out + "/allowed", dir}) {
		t.Errorf("%+v, %t", src, ok)
	}
	named, _ := shelf(t, Spec{File: dir + "/out.log"}, Spec{File: dir + "/in.log"})
	lists(t, named, "in.log out.log(refused)")
}

// A folder that becomes a link after it was walked leads nowhere.
func TestFolderBecomesALink(t *testing.T) {
	out := tree(t, "app.log: secret")
	dir := tree(t, "sub/app.log: x")
	s, _ := shelf(t, Spec{Folder: dir})
	os.Rename(dir+"/sub", dir+"/moved")
	os.Symlink(out, dir+"/sub")
	if src, ok := s.Find("sub/app.log"); ok {
		t.Errorf("found %+v", src)
	}
	s.scan(true)
	lists(t, s, "moved/app.log sub/app.log(missing)")
	if src, ok := s.Find("sub/app.log"); ok {
		t.Errorf("found %+v", src)
	}
}

// A configured folder may itself be reached by a link.
func TestLinkedRoot(t *testing.T) {
	dir := tree(t, "logs/a.log: x", "logs/a.log.1: x", "logs/b.log -> $/logs/sub/c.txt", "logs/sub/c.txt: x", "link -> $/logs")
	s, _ := shelf(t, Spec{Folder: dir + "/link"})
	lists(t, s, "a.log sub/c.txt")
	if src, ok := s.Find("a.log"); !ok || src.Path != dir+"/link/a.log" || !slices.Contains(src.FollowLinksTo, dir+"/logs") {
		t.Errorf("%+v, %t", src, ok)
	}
}

func TestGlob(t *testing.T) {
	dir := tree(t, "a/x.log: x", "b/x.log: x", "b/x.log.1: x", "b/x.txt: x", "c/d/e/x.log: x", "x.log: x", "b/z.log: \x00", "b/x.logs: x")
	for pattern, want := range map[string]string{"/*/*.log": "a/x.log b/x.log", "/b/*.log*": "x.log x.logs", "/**/*.log": "a/x.log b/x.log c/d/e/x.log x.log",
		"/[ab]/x.*": "a/x.log b/x.log b/x.logs b/x.txt", "/no/*.log": "", "/**/e/*": "c/d/e/x.log", "/**/d/**/x.log": "c/d/e/x.log"} {
		s, _ := shelf(t, Spec{Glob: dir + pattern})
		if ids(s) != want {
			t.Errorf("%s lists %q, want %q", pattern, ids(s), want)
		}
	}
	s, _ := shelf(t, Spec{ID: "g", Glob: dir + "/*/x.log", Group: "web"})
	lists(t, s, "g/a/x.log g/b/x.log")
	if e := entry(t, s, "g/b/x.log"); e.Name != "b/x.log" || e.Group != "web" {
		t.Errorf("%+v", e) // the group does not tell them apart, so the name must
	}
	os.MkdirAll(dir+"/new", 0o755)
	write(t, dir, "new/x.log", "x")
	if _, ok := s.Find("g/new/x.log"); !ok {
		t.Errorf("a new match is not found: %s", ids(s))
	}
}

func TestBounds(t *testing.T) {
	deep := strings.Repeat("d/", maxDepth)
	dir := tree(t, deep+"in.log: x", deep+"d/out.log: x")
	s, _ := shelf(t, Spec{Folder: dir}, Spec{Folder: dir + "/none"})
	lists(t, s, deep+"in.log")
	if !noted(s, "folders more than 6 below") || !noted(s, "/none cannot be looked into: no such file or directory") {
		t.Errorf("notes %q", s.Look().Notes)
	}
	many := tree(t)
	for i := range 25 {
		write(t, many, fmt.Sprintf("%05d.log", i), "")
	}
	s, _ = shelf(t, Spec{Folder: many})
	s.most = 20
	s.scan(true)
	if n := len(s.Look().Entries); n != 20 || !noted(s, "only the first 20 logs") {
		t.Errorf("%d logs, notes %q", n, s.Look().Notes)
	}
}
