package pressure

import (
	"fmt"
	"testing"
	"testing/fstest"
	"time"
)

func file(some string) *fstest.MapFile {
	return &fstest.MapFile{Data: fmt.Appendf(nil, "some avg10=%s avg60=99.00 avg300=99.00 total=4242\nfull avg10=99.00 avg60=99.00 avg300=99.00 total=42\n", some)}
}

func TestBusy(t *testing.T) {
	for _, c := range []struct {
		name  string
		above int
		files fstest.MapFS
		busy  bool
	}{
		{"all quiet", 0, fstest.MapFS{"cpu": file("0.00"), "io": file("40.00"), "memory": file("1.5")}, false},
		{"processors", 0, fstest.MapFS{"cpu": file("40.01"), "io": file("0.00"), "memory": file("0.00")}, true},
		{"disks", 20, fstest.MapFS{"cpu": file("3.00"), "io": file("21.00"), "memory": file("0.00")}, true},
		{"memory", 20, fstest.MapFS{"cpu": file("3.00"), "io": file("0.00"), "memory": file("88.00")}, true},
		{"never", 100, fstest.MapFS{"cpu": file("100.00"), "io": file("100.00"), "memory": file("100.00")}, false},
		{"no such files", 1, fstest.MapFS{}, false},
		{"a kernel that says something else", 1, fstest.MapFS{"cpu": {Data: []byte("some\nsome avg10=much\nfull avg10=99.00\n")}}, false},
	} {
		g, err := New(Options{Above: c.above, Files: c.files})
		if err != nil || g.Busy() != c.busy {
			t.Errorf("%s: busy is not %v; %v", c.name, c.busy, err)
		}
	}
	for _, above := range []int{-1, 101} {
		if _, err := New(Options{Above: above}); err == nil {
			t.Errorf("above %d %% is taken", above)
		}
	}
}

// It looks once a second, however often it is asked.
func TestItLooksOnceASecond(t *testing.T) {
	files, now := fstest.MapFS{"cpu": file("90.00")}, time.Now()
	g, err := New(Options{Files: files, Now: func() time.Time { return now }})
	if err != nil || !g.Busy() {
		t.Fatalf("not busy: %v", err)
	}
	files["cpu"] = file("1.00")
	now = now.Add(lookEvery - 1)
	if !g.Busy() {
		t.Error("it looks too often")
	}
	now = now.Add(1)
	if g.Busy() {
		t.Error("it does not look again")
	}
}
