package testredis

import "syscall"

// dieWithParent has the kernel kill redis-server when a test binary ends without its cleanups (a timeout, a panic).
func dieWithParent() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
}
