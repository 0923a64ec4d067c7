package tailer

import (
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"strings"

	"golang.org/x/sys/unix"
)

// Never wait for a FIFO's writer, never become a terminal's slave, never follow a last link: policy is decided before.
const openFlags = unix.O_RDONLY | unix.O_NONBLOCK | unix.O_CLOEXEC | unix.O_NOCTTY | unix.O_NOFOLLOW

func openPlain(path string) (int, error) {
	for {
		fd, err := unix.Open(path, openFlags, 0)
		if err != unix.EINTR {
			return fd, err
		}
	}
}

// refusal is why something that has the log's name is not read.
type refusal string

func (r refusal) Error() string { return string(r) }

// stat looks at path itself, and through it if it is a link.
func stat(path string, st *unix.Stat_t) (link bool, err error) {
	if err = unix.Lstat(path, st); err == nil && st.Mode&unix.S_IFMT == unix.S_IFLNK {
		return true, unix.Stat(path, st)
	}
	return false, err
}

// missing says whether err means that there is no such file, as opposed to one that cannot be read.
func missing(err error) bool { return errors.Is(err, fs.ErrNotExist) || errors.Is(err, unix.ENOTDIR) }

// openLog opens the log by its name, if it is a regular file that a link does not fetch from elsewhere.
func (f *Follower) openLog() (*file, error) {
	link, err := f.glance()
	if err != nil {
		return nil, err
	}
	if err := regular(&f.st); err != nil {
		return nil, err // before opening: opening a device can do things
	}
	if f.src.Latest {
		return f.openNamed(f.base)
	}
	if !link {
		f.home = hop{f.dir, f.base}
		return f.openReal(f.path(), openPlain)
	}
	real, err := filepath.EvalSymlinks(f.path())
	if err != nil {
		return nil, err
	}
	for _, folder := range append([]string{f.dir}, f.src.FollowLinksTo...) {
		if within(real, folder) {
			f.home = hop{filepath.Dir(real), filepath.Base(real)}
			return f.openReal(real, openReal)
		}
	}
	return nil, refusal("it is a link to another folder, which is not allowed for this log (follow_links_to)")
}

func (f *Follower) openReal(path string, open func(string) (int, error)) (*file, error) {
	h, err := f.t.openFile(path, open)
	if err == nil {
		h.as = f.src.Encoding
	}
	return h, err
}

func within(path, folder string) bool {
	if real, err := filepath.EvalSymlinks(folder); err == nil {
		folder = real
	}
	return strings.HasPrefix(path, strings.TrimSuffix(folder, "/")+"/")
}

func (t *Tailer) openFile(path string, open func(string) (int, error)) (*file, error) {
	fd, err := open(path)
	if err != nil {
		return nil, err
	}
	h := &file{fd: fd, name: filepath.Base(path)}
	if err = unix.Fstat(fd, &h.st); err == nil {
		err = regular(&h.st)
	}
	if err == nil && made(fd) {
		err = refusal("the kernel makes it when it is read, it is not a file that grows")
	}
	if err != nil {
		unix.Close(fd)
		return nil, err
	}
	h.inode, h.gen = inodeOf(&h.st), t.files.generation(fd, &h.st)
	h.shared = t.files.share(fd, h.inode)
	h.fd = h.shared.fd
	return h, nil
}

func regular(st *unix.Stat_t) error {
	switch st.Mode & unix.S_IFMT {
	case unix.S_IFREG:
		return nil
	case unix.S_IFDIR:
		return refusal("it is a directory, not a file")
	case unix.S_IFIFO:
		return refusal("it is a named pipe, not a file")
	case unix.S_IFSOCK:
		return refusal("it is a socket, not a file")
	}
	return refusal("it is a device, not a file")
}

// words says to people why a log cannot be read.
func words(err error) string {
	var errno unix.Errno
	var r refusal
	switch {
	case errors.As(err, &r):
		return string(r)
	case errors.Is(err, unix.ELOOP):
		return "it is a link that leads in a circle"
	case errors.Is(err, unix.EMFILE), errors.Is(err, unix.ENFILE):
		return "too many files are open on the worker; it tries again"
	case errors.As(err, &errno):
		return fmt.Sprintf("reading it failed: %s", errno.Error())
	}
	return "it cannot be read"
}
