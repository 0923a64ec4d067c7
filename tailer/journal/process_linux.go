package journal

import (
	"os/exec"
	"syscall"
)

// dieWithUs lets no journalctl outlive a worker that was killed.
func dieWithUs(cmd *exec.Cmd) { cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL} }
