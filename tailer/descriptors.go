package tailer

import (
	"sync"

	"golang.org/x/sys/unix"
)

// descriptors are the open files of a process: one descriptor for each, however many followers read it. All reading says
// where, so they do not disturb each other.
type descriptors struct {
	pread      func(fd int, b []byte, off int64) (int, error)
	generation func(fd int, st *unix.Stat_t) uint32 // 0: the file system has none

	mu   sync.Mutex
	open map[inode]*descriptor
}

// inode tells files apart while they are open.
type inode struct{ dev, ino uint64 }

func inodeOf(st *unix.Stat_t) inode { return inode{uint64(st.Dev), st.Ino} }

type descriptor struct {
	all  *descriptors
	id   inode
	fd   int
	refs int
}

func newDescriptors() *descriptors {
	return &descriptors{pread: unix.Pread, generation: generation, open: map[inode]*descriptor{}}
}

// share takes fd over, whose file is id. If that is open already, the older descriptor serves for both.
func (ds *descriptors) share(fd int, id inode) *descriptor {
	ds.mu.Lock()
	defer ds.mu.Unlock()
	d := ds.open[id]
	if d == nil {
		d = &descriptor{all: ds, id: id, fd: fd}
		ds.open[id] = d
	} else {
		unix.Close(fd)
	}
	d.refs++
	return d
}

// retain is one more hold.
func (d *descriptor) retain() *descriptor {
	d.all.mu.Lock()
	defer d.all.mu.Unlock()
	d.refs++
	return d
}

// release gives one follower's hold up.
func (d *descriptor) release() {
	d.all.mu.Lock()
	defer d.all.mu.Unlock()
	if d.refs--; d.refs > 0 {
		return
	}
	if d.all.open[d.id] == d {
		delete(d.all.open, d.id)
	}
	unix.Close(d.fd)
}

// spoil keeps a descriptor that fails from those who open the file anew.
func (d *descriptor) spoil() {
	d.all.mu.Lock()
	defer d.all.mu.Unlock()
	if d.all.open[d.id] == d {
		delete(d.all.open, d.id)
	}
}
