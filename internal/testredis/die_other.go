//go:build !linux

package testredis

import "syscall"

// dieWithParent is nothing where the kernel cannot do it: then a killed test binary leaves its redis-server behind.
func dieWithParent() *syscall.SysProcAttr { return nil }
