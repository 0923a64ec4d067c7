package logs

import (
	"time"

	"livetail/internal/rate"

	"golang.org/x/sys/unix"
)

// disk is what was last seen of a file system.
type disk struct {
	free, size int64 // 0 and 0: it is not known, or there is room
	looked     time.Time
	scan       uint64
}

const (
	// diskEvery is how often a file system is asked.
	diskEvery = 10 * time.Second

	gib = 1 << 30
)

// disk is the file system dev, on which path is.
func (s *Shelf) disk(dev uint64, path string, now time.Time) *disk {
	d := s.disks[dev]
	if d == nil {
		d = &disk{}
		s.disks[dev] = d
	}
	d.scan = s.scans
	if age := now.Sub(d.looked); age < 0 || age >= diskEvery {
		d.looked = now
		d.free, d.size = s.room(path)
		if !short(d.free, d.size) {
			d.free, d.size = 0, 0
		}
	}
	return d
}

// room is how many bytes an ordinary user may still write beside path, roughly, and of how many.
func room(path string) (free, size int64) {
	var st unix.Statfs_t
	if unix.Statfs(path, &st) != nil || st.Bsize <= 0 {
		return 0, 0
	}
	block := int64(st.Bsize)
	return int64(rate.Rough(float64(int64(st.Bavail) * block))), int64(st.Blocks) * block
}

// short says whether somebody should know how little is left: a share of a small disk, less of one that is not.
func short(free, size int64) bool {
	return size > 0 && free < 20*gib && (free < size/20 || free < gib && free < size/5)
}
