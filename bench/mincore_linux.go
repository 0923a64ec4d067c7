package main

import (
	"unsafe"

	"golang.org/x/sys/unix"
)

// mincore says of each page of mapped whether it is in the page cache.
func mincore(mapped, there []byte) error {
	if _, _, errno := unix.Syscall(unix.SYS_MINCORE, uintptr(unsafe.Pointer(&mapped[0])), uintptr(len(mapped)), uintptr(unsafe.Pointer(&there[0]))); errno != 0 {
		return errno
	}
	return nil
}

// drop takes an open file, whose bytes are all written, out of the page cache.
func drop(fd int) error { return unix.Fadvise(fd, 0, 0, unix.FADV_DONTNEED) }
