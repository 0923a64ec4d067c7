package consumer

import (
	"net"
	"testing"

	"golang.org/x/sys/unix"
)

// The send buffer is what keeps old lines of slow pages out of the kernel, which would take megabytes of them.
func TestTheSendBufferIsBounded(t *testing.T) {
	r := newRig(t, Options{})
	r.dial("").open()
	r.tail()
	raw, err := r.h.all()[0].conn.Conn.(*net.TCPConn).SyscallConn()
	if err != nil {
		t.Fatal(err)
	}
	raw.Control(func(fd uintptr) {
		n, err := unix.GetsockoptInt(int(fd), unix.SOL_SOCKET, unix.SO_SNDBUF)
		if err != nil || n != 2*128<<10 { // the kernel doubles what is asked, for its own books
			t.Errorf("SO_SNDBUF is %d, %v", n, err)
		}
	})
}
