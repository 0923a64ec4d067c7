package tailer

import (
	"errors"
	"fmt"

	"golang.org/x/sys/unix"
)

// fdPages is a file opened a second time, so that the kernel's reading ahead can be turned off for it alone: what it brings
// along could not be told from what was there.
type fdPages int

func openPages(fd int) (pages, error) {
	own, err := unix.Open(fmt.Sprintf("/proc/self/fd/%d", fd), openFlags&^unix.O_NOFOLLOW, 0)
	if err != nil {
		return nil, fmt.Errorf("opening a log again: %w", err)
	}
	if err := unix.Fadvise(own, 0, 0, unix.FADV_RANDOM); err != nil {
		unix.Close(own)
		return nil, fmt.Errorf("turning off reading ahead: %w", err)
	}
	return fdPages(own), nil
}

func (p fdPages) cached(b []byte, off int64) (int, error) {
	for {
		n, err := unix.Preadv2(int(p), [][]byte{b}, off, unix.RWF_NOWAIT)
		switch {
		case err == nil:
			return n, nil
		case errors.Is(err, unix.EAGAIN):
			return 0, nil
		case !errors.Is(err, unix.EINTR):
			return 0, err
		}
	}
}

func (p fdPages) fetch(b []byte, off int64) (n int, err error) {
	for n < len(b) {
		m, err := unix.Pread(int(p), b[n:], off+int64(n))
		switch {
		case errors.Is(err, unix.EINTR):
		case err != nil || m == 0:
			return n, err
		default:
			n += m
		}
	}
	return n, nil
}

func (p fdPages) forget(off, end int64) { _ = unix.Fadvise(int(p), off, end-off, unix.FADV_DONTNEED) }

func (p fdPages) close() { unix.Close(int(p)) }
