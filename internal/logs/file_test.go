package logs

import (
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

func TestNamedFiles(t *testing.T) {
	dir := tree(t, "a.log: x", "bin: \x00\x01", "folder/")
	if err := syscall.Mkfifo(filepath.Join(dir, "fifo"), 0o600); err != nil {
		t.Fatal(err)
	}
	s, _ := shelf(t, Spec{ID: "one", Name: "One", Group: "g", File: dir + "/a.log", Self: true, ShowPath: true}, Spec{File: dir + "/bin"}, Spec{File: dir + "/fifo"},
		Spec{File: dir + "/folder"}, Spec{File: dir + "/no.log"}, Spec{File: "/dev/null"})
	lists(t, s, "bin fifo(refused) folder(refused) no.log(missing) null(refused) one")
	for id, want := range map[string]string{"fifo": "is a FIFO, not a log", "folder": "is a folder, not a log", "null": "is a device, not a log", "no.log": "waiting for no.log to appear"} {
		if e := entry(t, s, id); e.Why != want {
			t.Errorf("%+v", e)
		}
	}
	if e := entry(t, s, "one"); e.Name != "One" || e.Group != "g" || !e.Self || !e.ShowPath {
		t.Errorf("%+v", e)
	}
	if src, ok := s.Find("no.log"); !ok || src.Path != dir+"/no.log" {
		t.Errorf("a log that is not there yet: %+v, %t", src, ok)
	}
	if _, ok := s.Find("fifo"); ok {
		t.Error("a FIFO is found")
	}
	write(t, dir, "no.log", "x")
	s.scan(false)
	lists(t, s, "bin fifo(refused) folder(refused) no.log null(refused) one")
}

func TestRate(t *testing.T) {
	dir := tree(t, "a.log: 1234")
	s, c := shelf(t, Spec{Folder: dir})
	size := 4
	look := func(grow int) float64 {
		size += grow
		write(t, dir, "a.log", strings.Repeat("x", size))
		c.move(2 * time.Second)
		s.scan(false)
		return entry(t, s, "a.log").Rate
	}
	if r := entry(t, s, "a.log").Rate; r != 0 {
		t.Errorf("at first %v", r)
	}
	if r := look(200); r != 100 {
		t.Errorf("what was there before counts: %v", r)
	}
	for range 4 {
		look(200)
	}
	if r := look(200); r != 100 {
		t.Errorf("steady: %v", r)
	}
	if r := look(-500); r != 80 {
		t.Errorf("after it shrank: %v", r)
	}
	for range 4 {
		look(0)
	}
	if r := look(0); r != 0 {
		t.Errorf("idle: %v", r)
	}
	os.Rename(dir+"/a.log", dir+"/a.log.1")
	size = 0
	if r := look(1000); r != 100 {
		t.Errorf("a new file after a rotation: %v", r)
	}
}

// An empty file is text until it says otherwise, and a hole that copytruncate left is no binary.
func TestTextOrBinary(t *testing.T) {
	dir := tree(t, "a: ", "hole: ", "sparse: ")
	f, err := os.OpenFile(dir+"/hole", os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	f.WriteAt([]byte("a line\n"), 3<<20+77)
	f.Close()
	if f, err = os.OpenFile(dir+"/sparse", os.O_WRONLY, 0); err != nil {
		t.Fatal(err)
	}
	f.WriteAt([]byte{1, 0, 2}, 1<<20)
	f.Close()
	s, _ := shelf(t, Spec{Folder: dir})
	lists(t, s, "a hole")
	write(t, dir, "a", "\x00\x01")
	s.scan(false)
	lists(t, s, "hole")
	if n := s.Look().Binary; n != 2 {
		t.Errorf("%d binary files", n)
	}
	// Another file of the same name is looked at anew.
	os.Rename(dir+"/a", dir+"/was-binary")
	os.Rename(dir+"/hole", dir+"/was-text")
	write(t, dir, "a", "text")
	write(t, dir, "hole", "\x00\x01")
	s.scan(false)
	lists(t, s, "a was-text")
}

// What a path was a moment ago may be something else when it is opened.
func TestOpeningNeverWaitsNorFollows(t *testing.T) {
	dir := tree(t, "a: x", "sub/", "link -> $/a", "linked -> $/sub")
	if err := syscall.Mkfifo(filepath.Join(dir, "fifo"), 0o600); err != nil {
		t.Fatal(err)
	}
	if k, err := sniff(dir + "/fifo"); k != binary || err != nil {
		t.Errorf("a FIFO is %v, %v", k, err)
	}
	if k, err := sniff(dir + "/link"); k != unknown || err == nil {
		t.Errorf("a link is %v, %v", k, err)
	}
	d := &folder{}
	if d.read(dir + "/linked"); d.err == nil {
		t.Error("a link to a folder was read")
	}
}
