//go:build !linux

package tailer

import "golang.org/x/sys/unix"

const seekData, seekHole = unix.SEEK_DATA, unix.SEEK_HOLE

func generation(_ int, st *unix.Stat_t) uint32 { return st.Gen }

func mounted(int) bool { return false }

func made(int) bool { return false }

func openReal(path string) (int, error) { return openPlain(path) }

func born(_ int, _ string, st *unix.Stat_t) unix.Timespec { return st.Btim }
