//go:build linux && mounts

package hostile

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// Operations of the kernel's FUSE protocol, as far as a server needs them that can be read only.
const (
	fuseLookup      = 1
	fuseForget      = 2
	fuseGetattr     = 3
	fuseOpen        = 14
	fuseRead        = 15
	fuseRelease     = 18
	fuseFlush       = 25
	fuseInit        = 26
	fuseOpendir     = 27
	fuseReaddir     = 28
	fuseReleasedir  = 29
	fuseInterrupt   = 36
	fuseBatchForget = 42

	fuseRoot = 1 // node
)

// remote is a folder as a file server shows it: whoever writes on the server is not heard of here, no file has a birth or a
// generation, and servers fail, forget, hang and go away.
type remote struct {
	t       testing.TB
	on      string // the server's folder
	at      string // where it is mounted
	wire    *os.File
	refuses atomic.Pointer[func(op uint32, node uint64) syscall.Errno]
	late    atomic.Int64 // by how many seconds its clock is
	hung    sync.RWMutex // held for writing: it does not answer
	asked   atomic.Int64 // how often

	mu    sync.Mutex
	nodes []*os.File        // that the kernel knows, by number
	known map[uint64]uint64 // numbers, by inode
}

// newRemote serves a folder of the test's own.
func newRemote(t testing.TB) *remote {
	t.Helper()
	r := &remote{t: t, on: t.TempDir(), at: t.TempDir()}
	r.mount()
	t.Cleanup(func() { r.leave(); unix.Unmount(r.at, unix.MNT_DETACH) })
	return r
}

func (r *remote) mount() {
	r.t.Helper()
	fd, err := unix.Open("/dev/fuse", unix.O_RDWR|unix.O_CLOEXEC|unix.O_NONBLOCK, 0)
	must(r.t, err)
	must(r.t, unix.Mount("remote", r.at, "fuse", unix.MS_RDONLY, fmt.Sprintf("fd=%d,rootmode=40000,user_id=0,group_id=0,allow_other", fd)))
	root, err := os.Open(r.on)
	must(r.t, err)
	r.refuse(nil)
	r.wire, r.nodes, r.known = os.NewFile(uintptr(fd), "fuse"), []*os.File{nil, root}, map[uint64]uint64{}
	go r.serve(r.wire)
}

// leave ends the server; what is mounted stays, without anybody behind it.
func (r *remote) leave() {
	r.wire.Close()
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, f := range r.nodes {
		f.Close()
	}
	r.nodes = nil
}

// forget makes the server not know any more what it gave numbers to.
func (r *remote) forget() {
	r.mu.Lock()
	defer r.mu.Unlock()
	old := uint64(len(r.nodes))
	clear(r.known)
	r.refuse(func(_ uint32, node uint64) syscall.Errno {
		if node != fuseRoot && node < old {
			return unix.ESTALE
		}
		return 0
	})
}

// refuse makes requests fail as it says; nil: none.
func (r *remote) refuse(how func(op uint32, node uint64) syscall.Errno) {
	if how == nil {
		r.refuses.Store(nil)
		return
	}
	r.refuses.Store(&how)
}

func (r *remote) serve(wire *os.File) {
	for b := make([]byte, 256<<10); ; {
		n, err := wire.Read(b)
		switch {
		case errors.Is(err, unix.EINTR), errors.Is(err, unix.ENOENT):
			continue
		case err != nil:
			return // it left
		}
		op, unique, node := binary.NativeEndian.Uint32(b[4:]), b[8:16], binary.NativeEndian.Uint64(b[16:])
		if op == fuseForget || op == fuseBatchForget || op == fuseInterrupt {
			continue
		}
		r.asked.Add(1)
		r.hung.RLock()
		var errno syscall.Errno
		if how := r.refuses.Load(); how != nil && op != fuseInit {
			errno = (*how)(op, node)
		}
		var out []byte
		if errno == 0 {
			out, errno = r.answer(op, node, b[40:n])
		}
		r.hung.RUnlock()
		if errno != 0 {
			out = nil
		}
		head := append(words32(uint32(16+len(out)), uint32(-int32(errno))), unique...)
		wire.Write(append(head, out...))
	}
}

func (r *remote) answer(op uint32, node uint64, in []byte) ([]byte, syscall.Errno) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if node >= uint64(len(r.nodes)) && op != fuseInit {
		return nil, unix.ESTALE
	}
	switch op {
	case fuseInit: // 7.31
		return words32(7, 31, 0, 0, 0, 128<<10, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0), 0
	case fuseLookup:
		name, _, _ := bytes.Cut(in, []byte{0})
		fd, err := unix.Openat(int(r.nodes[node].Fd()), string(name), unix.O_RDONLY|unix.O_CLOEXEC|unix.O_NOFOLLOW, 0)
		if err != nil {
			return nil, err.(syscall.Errno)
		}
		child := os.NewFile(uintptr(fd), string(name))
		info, err := child.Stat()
		if err != nil {
			return nil, unix.EIO
		}
		ino := info.Sys().(*syscall.Stat_t).Ino // which nobody else gets: it is held
		if n, ok := r.known[ino]; ok {
			child.Close()
			child, node = r.nodes[n], n
		} else {
			node = uint64(len(r.nodes))
			r.nodes, r.known[ino] = append(r.nodes, child), node
		}
		attr, errno := r.attr(child)
		return append(words64(node, 0, 0, 0, 0), attr...), errno
	case fuseGetattr:
		attr, errno := r.attr(r.nodes[node])
		return append(words64(0, 0), attr...), errno
	case fuseOpen:
		return words32(0, 0, 1, 0), 0 // read here each time, not from what the kernel keeps
	case fuseOpendir:
		return words64(0, 0), 0
	case fuseRead:
		b := make([]byte, binary.NativeEndian.Uint32(in[16:]))
		n, err := unix.Pread(int(r.nodes[node].Fd()), b, int64(binary.NativeEndian.Uint64(in[8:])))
		if err != nil {
			return nil, err.(syscall.Errno)
		}
		return b[:n], 0
	case fuseReaddir:
		return r.list(node, int(binary.NativeEndian.Uint64(in[8:])), int(binary.NativeEndian.Uint32(in[16:])))
	case fuseRelease, fuseReleasedir, fuseFlush:
		return nil, 0
	}
	return nil, unix.ENOSYS
}

// list is a part of a folder's names.
func (r *remote) list(node uint64, from, most int) (out []byte, _ syscall.Errno) {
	entries, err := os.ReadDir(fmt.Sprintf("/proc/self/fd/%d", r.nodes[node].Fd()))
	if err != nil {
		return nil, unix.EIO
	}
	for i := from; i < len(entries); i++ {
		name := entries[i].Name()
		room := (24 + len(name) + 7) &^ 7
		if len(out)+room > most {
			break
		}
		e := words64(^uint64(0), uint64(i+1))
		e = append(e, words32(uint32(len(name)), 0)...)
		out = append(out, append(append(e, name...), make([]byte, room-24-len(name))...)...)
	}
	return out, 0
}

// attr is what the server says of a file, by its own clock.
func (r *remote) attr(f *os.File) ([]byte, syscall.Errno) {
	var st unix.Stat_t
	if err := unix.Fstat(int(f.Fd()), &st); err != nil {
		return nil, err.(syscall.Errno)
	}
	late := r.late.Load()
	out := words64(st.Ino, uint64(st.Size), uint64(st.Blocks), uint64(st.Atim.Sec+late), uint64(st.Mtim.Sec+late), uint64(st.Ctim.Sec+late))
	return append(out, words32(uint32(st.Atim.Nsec), uint32(st.Mtim.Nsec), uint32(st.Ctim.Nsec), st.Mode, uint32(st.Nlink),
		st.Uid, st.Gid, 0, 4096, 0)...), 0
}

func words32(n ...uint32) (b []byte) {
	for _, n := range n {
		b = binary.NativeEndian.AppendUint32(b, n)
	}
	return b
}

func words64(n ...uint64) (b []byte) {
	for _, n := range n {
		b = binary.NativeEndian.AppendUint64(b, n)
	}
	return b
}

// hangAt makes the server not answer to its n-th request from now on, nor to any behind that. reached is closed when it comes.
func (r *remote) hangAt(n int64) (reached chan struct{}, end func()) {
	reached = make(chan struct{})
	until := make(chan struct{})
	var asked atomic.Int64
	r.refuse(func(uint32, uint64) syscall.Errno {
		if asked.Add(1) == n {
			close(reached)
			<-until
		}
		return 0
	})
	end = sync.OnceFunc(func() { close(until) })
	stop := time.AfterFunc(2*patience, end)
	r.t.Cleanup(func() { stop.Stop(); end() })
	return reached, end
}

// hang makes the server not answer until the function that it returns is called, or for as long as a hang may last.
func (r *remote) hang() (end func()) {
	r.hung.Lock()
	end = sync.OnceFunc(r.hung.Unlock)
	stop := time.AfterFunc(2*patience, end)
	r.t.Cleanup(func() { stop.Stop(); end() })
	return end
}
