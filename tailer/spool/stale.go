package spool

import (
	"os"
	"path/filepath"
	"syscall"
	"time"
)

// tempName is what the folders begin with that are made for the time being.
const tempName = "livetail-spool-"

// fresh is how long a process surely takes at most between making its folder and locking it.
const fresh = time.Minute

// removeStale removes what processes left in dir that were killed: folders of ours that nobody has locked.
func removeStale(dir string) {
	paths, _ := filepath.Glob(filepath.Join(dir, tempName+"*"))
	for _, path := range paths {
		info, err := os.Lstat(path)
		if err != nil || !info.IsDir() || time.Since(info.ModTime()) < fresh {
			continue
		}
		if st, ok := info.Sys().(*syscall.Stat_t); !ok || int(st.Uid) != os.Geteuid() {
			continue
		}
		lock, err := os.OpenFile(filepath.Join(path, "boot"), os.O_RDWR|syscall.O_NOFOLLOW, 0)
		if err != nil && !os.IsNotExist(err) {
			continue
		}
		if err != nil || syscall.Flock(int(lock.Fd()), syscall.LOCK_EX|syscall.LOCK_NB) == nil {
			os.RemoveAll(path)
		}
		lock.Close()
	}
}
