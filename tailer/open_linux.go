package tailer

import (
	"errors"
	"unsafe"

	"golang.org/x/sys/unix"
)

const seekData, seekHole = unix.SEEK_DATA, unix.SEEK_HOLE

// getVersion is FS_IOC_GETVERSION, whose number carries the size of a C long.
const getVersion = 0x80007601 | uint(unsafe.Sizeof(uintptr(0)))<<16

// generation tells files apart that had the same inode number one after the other; 0 where the file system has none.
func generation(fd int, _ *unix.Stat_t) uint32 {
	v, err := unix.IoctlGetInt(fd, getVersion)
	if err != nil {
		return 0
	}
	return uint32(v)
}

// mounted says whether a file is a mount of its own, as a container may be given it: what takes its name outside is not seen.
func mounted(fd int) bool {
	var st unix.Statx_t
	return unix.Statx(fd, "", unix.AT_EMPTY_PATH, 0, &st) == nil && st.Attributes&unix.STATX_ATTR_MOUNT_ROOT != 0
}

// made says whether a file has no bytes but those that the kernel makes when it is read.
func made(fd int) bool {
	var st unix.Statfs_t
	if unix.Fstatfs(fd, &st) != nil {
		return false
	}
	switch st.Type {
	case unix.PROC_SUPER_MAGIC, unix.SYSFS_MAGIC, unix.DEBUGFS_MAGIC, unix.TRACEFS_MAGIC:
		return true
	}
	return false
}

// openReal opens a path that had no symbolic link in it a moment ago, and must not have one now.
func openReal(path string) (int, error) {
	fd, err := unix.Openat2(unix.AT_FDCWD, path, &unix.OpenHow{Flags: openFlags, Resolve: unix.RESOLVE_NO_SYMLINKS})
	if errors.Is(err, unix.ENOSYS) || errors.Is(err, unix.EPERM) || errors.Is(err, unix.EINTR) || errors.Is(err, unix.EAGAIN) {
		return openPlain(path)
	}
	return fd, err
}

// born is when a file was made or, where that is not known, nothing: times of writing change.
func born(dir int, path string, _ *unix.Stat_t) unix.Timespec {
	var st unix.Statx_t
	err := unix.Statx(dir, path, unix.AT_EMPTY_PATH|unix.AT_SYMLINK_NOFOLLOW, unix.STATX_BTIME, &st)
	if err != nil || st.Mask&unix.STATX_BTIME == 0 {
		return unix.Timespec{}
	}
	return unix.NsecToTimespec(st.Btime.Sec*1e9 + int64(st.Btime.Nsec))
}
