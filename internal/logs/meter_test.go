package logs

import (
	"os"
	"strings"
	"testing"
	"time"
)

// What a log grew by is counted through rotations, and what it usually does is not forgotten while it is silent.
func TestGrowth(t *testing.T) {
	dir := tree(t, "a.log: 1234")
	s, c := shelf(t, Spec{Folder: dir})
	size := 4
	look := func(grow int) Entry {
		size += grow
		write(t, dir, "a.log", strings.Repeat("x", size))
		c.move(2 * time.Second)
		s.scan(false)
		return entry(t, s, "a.log")
	}
	if e := entry(t, s, "a.log"); e.Grown != 0 || e.Usual != 0 {
		t.Errorf("at first %+v", e)
	}
	for range 100 {
		look(200)
	}
	if e := look(200); e.Grown != 101*200 || e.Usual < 95 || e.Usual > 105 {
		t.Errorf("grown by %d, usually %v a second", e.Grown, e.Usual)
	}
	os.Rename(dir+"/a.log", dir+"/a.log.1")
	size = 0
	if e := look(1000); e.Grown != 101*200+1000 {
		t.Errorf("through a rotation grown by %d", e.Grown)
	}
	usual := entry(t, s, "a.log").Usual
	for range len(meter{}.slots) {
		c.move(10 * time.Minute)
		s.scan(false)
	}
	if e := entry(t, s, "a.log"); e.Usual != usual || e.Rate != 0 {
		t.Errorf("in a silence usually %v, before it %v; now %v", e.Usual, usual, e.Rate)
	}
}

func TestDisksThatGetFull(t *testing.T) {
	dir := tree(t, "a.log: x")
	s, c := shelf(t, Spec{Folder: dir})
	if free, size := s.room(dir); free <= 0 || size < free {
		t.Errorf("here are %d bytes of %d", free, size)
	}
	asked := 0
	free := int64(2 * gib)
	s.room = func(string) (int64, int64) { asked++; return free, 60 * gib }
	c.move(diskEvery)
	s.scan(false)
	s.scan(false)
	if e := entry(t, s, "a.log"); e.DiskFree != 2*gib || e.DiskSize != 60*gib || asked != 1 {
		t.Errorf("asked %d times: %d of %d are free", asked, e.DiskFree, e.DiskSize)
	}
	free = 30 * gib
	c.move(diskEvery)
	s.scan(false)
	if e := entry(t, s, "a.log"); e.DiskFree != 0 || e.DiskSize != 0 {
		t.Errorf("with room again: %d of %d are free", e.DiskFree, e.DiskSize)
	}
	os.Remove(dir + "/a.log")
	s.scan(false)
	if len(s.disks) != 0 {
		t.Errorf("%d file systems are remembered", len(s.disks))
	}
	for sizes, want := range map[[2]int64]bool{
		{0, 0}: false, {1, 0}: false, {0, gib}: true, {4 * gib, 100 * gib}: true, {6 * gib, 100 * gib}: false,
		{100 << 20, 400 << 20}: false, {50 << 20, 400 << 20}: true, {30 * gib, 10_000 * gib}: false,
	} {
		if short(sizes[0], sizes[1]) != want {
			t.Errorf("%v: short is %t", sizes, !want)
		}
	}
}
