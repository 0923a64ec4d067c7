package logs

import (
	"os"
	"testing"
	"time"
)

func TestPastOf(t *testing.T) {
	names := map[string]bool{"x": true, "app.log": true}
	for name, want := range map[string]string{
		"x.1": "x", "x.2.gz": "x", "x-20261121": "x", "x-20261121.gz": "x", "x.2026-11-21": "x", "x.old": "x", "x.3.xz": "x", "x.4.zst": "x",
		"x.5.bz2": "x", "x.gz": "x", "x-2026112104": "x", "x-1669000000.gz": "x", "app.log.1": "app.log", "app-20261121.log": "app.log",
		"app-2026-11-21T04-00-00.000.log": "app.log", "app-2026-11-21T04-00-00.000.log.gz": "app.log", "app.log-20261121.1.gz": "app.log", "x-20261121-13": "x",
		// Not the past of anything that is there:
		"x": "", "app.log": "", "y.1": "", "y-20261121.log": "", "app.1.log": "", "x1": "", "xx.1": "", "x.conf": "", "x-99999999": "", "x.log": "", ".1": "", ".gz": "",
		"x.1.bak": "", "x-app.log": "",
	} {
		if got, ok := pastOf(name, func(n string) bool { return names[n] }); got != want || ok != (want != "") {
			t.Errorf("pastOf(%q) = %q, %t, want %q", name, got, ok, want)
		}
	}
}

func TestLatest(t *testing.T) {
	dir := tree(t, "app-9.log: x", "app-10.log: xyz", "app-8.log.gz: \x1f\x8b", "other.log: x")
	s, c := shelf(t, Spec{Folder: dir}, Spec{ID: "app", Latest: dir + "/app-*.log"}, Spec{Latest: dir + "/none-*.log"})
	lists(t, s, "app none-_2a.log(missing) other.log") // the older ones are its past
	src, ok := s.Find("app")
	if !ok || src.Path != dir+"/app-10.log" || src.Latest != dir+"/app-*.log" || entry(t, s, "app").Size != 3 {
		t.Errorf("%+v, %t, %+v", src, ok, entry(t, s, "app"))
	}
	if e := entry(t, s, "none-_2a.log"); e.Why != "waiting for none-*.log to appear" {
		t.Errorf("%+v", e)
	}
	write(t, dir, "app-11.log", "12345")
	write(t, dir, "none-1.log", "x")
	if src, ok := s.Find("none-_2a.log"); !ok || src.Path != dir+"/none-1.log" {
		t.Errorf("%+v, %t", src, ok)
	}
	c.move(time.Second)
	s.scan(false)
	if src, _ := s.Find("app"); src.Path != dir+"/app-11.log" || entry(t, s, "app").Size != 5 {
		t.Errorf("%+v, %+v", src, entry(t, s, "app"))
	}
	lists(t, s, "app none-_2a.log other.log")
}

// Where names say the same, the time decides.
func TestLatestByTime(t *testing.T) {
	dir := tree(t, "a/app.log: x", "b/app.log: x", "c/app.log: x")
	now := time.Now()
	for i, name := range []string{"a", "c", "b"} {
		if err := os.Chtimes(dir+"/"+name+"/app.log", now, now.Add(time.Duration(i)*time.Minute)); err != nil {
			t.Fatal(err)
		}
	}
	s, _ := shelf(t, Spec{ID: "app", Latest: dir + "/*/app.log"})
	if src, _ := s.Find("app"); src.Path != dir+"/b/app.log" {
		t.Errorf("%+v", src)
	}
}

// The past of a log that the config names is never a log, also before that log is there.
func TestPastOfANamedLog(t *testing.T) {
	dir := tree(t, "app.log.1: x")
	s, _ := shelf(t, Spec{ID: "all", Folder: dir}, Spec{ID: "app", File: dir + "/app.log"})
	lists(t, s, "app(missing)")
}
