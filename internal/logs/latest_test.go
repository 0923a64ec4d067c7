package logs

import (
	"os"
	"testing"
	"time"
)

func TestLatest(t *testing.T) {
	dir := tree(t, "app-9.log: x", "app-10.log: xyz", "app-8.log.gz: \x1f\x8b", "other.log: x")
	s, c := shelf(t, Spec{Folder: dir}, Spec{ID: "app", Latest: dir + "/app-*.log"}, Spec{Latest: dir + "/none-*.log"})
	lists(t, s, "app none-_2a.log(missing) other.log") // the older ones are its past
	src, ok := s.Find("app")
	if !ok || src.Path != dir+"/app-*.log" || !src.Latest || entry(t, s, "app").Size != 3 {
		t.Errorf("%+v, %t, %+v", src, ok, entry(t, s, "app"))
	}
	if e := entry(t, s, "none-_2a.log"); e.Why != "waiting for none-*.log to appear" {
		t.Errorf("%+v", e)
	}
	write(t, dir, "app-11.log", "12345")
	write(t, dir, "none-1.log", "x")
	if src, ok := s.Find("none-_2a.log"); !ok || src.Path != dir+"/none-*.log" {
		t.Errorf("%+v, %t", src, ok)
	}
	c.move(time.Second)
	s.scan(false)
	if entry(t, s, "app").Size != 5 {
		t.Errorf("%+v", entry(t, s, "app"))
	}
	lists(t, s, "app none-_2a.log other.log")
}

// Where names say the same, the time decides; a link to the newest is none of them.
func TestLatestByTime(t *testing.T) {
	dir := tree(t, "app-1.log: x", "app-01.log: xx", "app-001.log: xxx", "app-current.log -> app-1.log")
	now := time.Now()
	for i, name := range []string{"1", "001", "01"} {
		if err := os.Chtimes(dir+"/app-"+name+".log", now, now.Add(time.Duration(i)*time.Minute)); err != nil {
			t.Fatal(err)
		}
	}
	s, _ := shelf(t, Spec{ID: "app", Latest: dir + "/app-*.log"})
	if e := entry(t, s, "app"); e.Size != 2 {
		t.Errorf("%+v", e)
	}
}

// A folder for each day.
func TestLatestInDatedFolders(t *testing.T) {
	dir := tree(t, "2026-11-20/app.log: xxx", "2026-11-21/app.log: x", "2026-11-21/app.log.1: xx", "2026-11-21/other.log: x")
	s, _ := shelf(t, Spec{ID: "app", Latest: dir + "/*/app.log"}, Spec{Folder: dir})
	lists(t, s, "2026-11-21/other.log app")
	if e := entry(t, s, "app"); e.Size != 1 {
		t.Errorf("%+v", e)
	}
}

// The past of a log that the config names is never a log, also before that log is there.
func TestPastOfANamedLog(t *testing.T) {
	dir := tree(t, "app.log.1: x")
	s, _ := shelf(t, Spec{ID: "all", Folder: dir}, Spec{ID: "app", File: dir + "/app.log"})
	lists(t, s, "app(missing)")
}
