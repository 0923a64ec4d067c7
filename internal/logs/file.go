package logs

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// inode tells files apart while they exist.
type inode struct{ dev, ino uint64 }

// file is what is remembered of a path between two scans.
type file struct {
	inode   inode
	size    int64
	changed time.Time
	kind    kind
	sniffed time.Time
	meter   meter
	listed  bool      // it was a log at least once: when it vanishes, it is waited for
	seen    time.Time // when it last was there
	scan    uint64
	spec    int
	rel     string
}

// verdict is what a path turned out to be.
type verdict struct {
	state, why string
	real       string // path without links
	info       fs.FileInfo
	nothing    bool // not a file and never was: a folder, a FIFO, a socket, a device
}

// judge looks at what path is now; links may lead to a place in allowed only. Its words name no folder: not everybody who
// reads them may see paths.
func judge(path, name string, allowed []string) verdict {
	info, err := os.Lstat(path)
	real := path
	if err == nil && info.Mode()&fs.ModeSymlink != 0 {
		if real, err = filepath.EvalSymlinks(path); err == nil {
			info, err = os.Lstat(real)
		}
		if err == nil && !within(real, allowed) {
			v := verdict{state: Refused, why: "leads out of its folder; allow it with follow_links_to", real: real, info: info}
			v.nothing = !info.Mode().IsRegular()
			return v
		}
	}
	switch {
	case errors.Is(err, fs.ErrNotExist) || errors.Is(err, syscall.ENOTDIR):
		return verdict{state: Missing, why: "waiting for " + name + " to appear"}
	case errors.Is(err, fs.ErrPermission):
		return verdict{state: Unreadable, real: real}
	case err != nil:
		return verdict{state: Refused, why: "cannot be looked at: " + cause(err)}
	case !info.Mode().IsRegular():
		return verdict{state: Refused, why: "is " + what(info.Mode()) + ", not a log", real: real, info: info, nothing: true}
	}
	// Asked of the kernel, so that lists of rights and capabilities count.
	if err := unix.Faccessat(unix.AT_FDCWD, real, unix.R_OK, unix.AT_EACCESS); errors.Is(err, fs.ErrPermission) {
		return verdict{state: Unreadable, real: real, info: info}
	}
	return verdict{state: OK, real: real, info: info}
}

// cause is an error without the path, which not everybody may see.
func cause(err error) string {
	var pe *fs.PathError
	if errors.As(err, &pe) {
		err = pe.Err
	}
	return strings.TrimPrefix(err.Error(), "EvalSymlinks: ")
}

func what(m fs.FileMode) string {
	switch {
	case m.IsDir():
		return "a folder"
	case m&fs.ModeNamedPipe != 0:
		return "a FIFO"
	case m&fs.ModeSocket != 0:
		return "a socket"
	}
	return "a device"
}

// within says whether path is one of places or below one, both without links.
func within(path string, places []string) bool {
	for _, p := range places {
		if path == p || p == "/" || strings.HasPrefix(path, p+"/") {
			return true
		}
	}
	return false
}

// resolved is paths without links; what does not exist is taken as it is written.
func resolved(paths []string) []string {
	out := make([]string, 0, len(paths))
	for _, p := range paths {
		if real, err := filepath.EvalSymlinks(p); err == nil {
			p = real
		}
		out = append(out, filepath.Clean(p))
	}
	return out
}

// update takes in what a scan saw of f.
func (f *file) update(v verdict, now time.Time, every time.Duration) {
	if v.info == nil || v.state == Refused {
		return
	}
	st, ok := v.info.Sys().(*syscall.Stat_t)
	if !ok {
		return
	}
	id := inode{uint64(st.Dev), uint64(st.Ino)}
	size, changed := v.info.Size(), v.info.ModTime()
	first := f.seen.IsZero()
	grown := max(size-f.size, 0)
	if id != f.inode {
		grown, f.kind = size, unknown
	}
	if first {
		grown = 0 // nobody knows since when
	}
	f.meter.add(now, grown, every)
	f.inode, f.size, f.changed, f.seen = id, size, changed, now
}

// resniff is how often a binary file is looked at again: a log may have been written over it.
const resniff = 30 * time.Second

// classify finds out whether f is text, once there is something in it. It reads the file only when it does not know.
func (f *file) classify(v verdict, now time.Time) {
	if v.state != OK || f.kind == text || f.size == 0 || f.kind == binary && (now.Sub(f.sniffed) < resniff || now.Sub(f.changed) > 2*resniff) {
		return
	}
	if k, err := sniff(v.real); err == nil {
		f.kind, f.sniffed = k, now
	}
}
