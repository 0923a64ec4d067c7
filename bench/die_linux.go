package main

import "syscall"

// dieWithParent has the kernel end what bench started even when bench itself is killed.
func dieWithParent() *syscall.SysProcAttr { return &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL} }
