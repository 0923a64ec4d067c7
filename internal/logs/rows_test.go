package logs

import (
	"os"
	"testing"
)

// An id that is not listed is no log, whatever path it looks like; nor does one lead out of its folder.
func TestRow64_NoPathFromOutside(t *testing.T) {
	dir := tree(t, "v/app.log: x", "v/sub/b.log: x", "secret: x", "v/new\nline.log: x", "v/link.log -> ../secret", "v/abs.log -> /etc/passwd")
	s, _ := shelf(t, Spec{ID: "v", Folder: dir + "/v"})
	for _, id := range []string{"../secret", "v/../../secret", "v/../secret", "/etc/passwd", "v//etc/passwd", "v/sub/../app.log", "v/%2e%2e/secret",
		"v/app.log/", "v/app.log\x00", "v/new\nline.log", "v/new%0aline.log", "v/./app.log", "v", "", "v/*.log"} {
		if src, ok := s.Find(id); ok {
			t.Errorf("%q leads to %+v", id, src)
		}
	}
	for id, path := range map[string]string{"v/app.log": "/v/app.log", "v/sub/b.log": "/v/sub/b.log", "v/new_0aline.log": "/v/new\nline.log"} {
		if src, ok := s.Find(id); !ok || src.Path != dir+path {
			t.Errorf("%s: %+v, %t", id, src, ok)
		}
	}
	for _, e := range s.Look().Entries {
		if e.State == OK && (e.ID == "v/link.log" || e.ID == "v/abs.log") {
			t.Errorf("a link out of its folder is a log: %+v", e)
		}
	}
}

// A folder as a rotator leaves it has one log for each name: the siblings are its past. One that lost its log is still there to be read.
func TestRow67_SiblingsAreNoLogs(t *testing.T) {
	dir := tree(t, "syslog: x", "syslog.1: x", "syslog.2.gz: \x1f\x8b", "syslog-20261120: x", "syslog-20261119.xz: \xfd7zXZ", "auth.log: x", "auth.log.1: x",
		"auth.log.2.zst: (\xb5/\xfd", "syslog-ng.log: x", "worker.log: x", "worker.1.log: x")
	s, _ := shelf(t, Spec{Folder: dir})
	lists(t, s, "auth.log syslog syslog-ng.log worker.1.log worker.log")
	os.Rename(dir+"/syslog", dir+"/syslog.3")
	write(t, dir, "syslog", "new")
	s.scan(false)
	lists(t, s, "auth.log syslog syslog-ng.log worker.1.log worker.log")
}
