package consumer

import (
	"net"

	"golang.org/x/sys/unix"
)

func tcpGauge(c net.Conn) (g gauge, ok bool) {
	tcp, isTCP := c.(*net.TCPConn)
	if !isTCP {
		return g, false
	}
	raw, err := tcp.SyscallConn()
	if err != nil {
		return g, false
	}
	err = raw.Control(func(fd uintptr) {
		info, err := unix.GetsockoptTCPInfo(int(fd), unix.IPPROTO_TCP, unix.TCP_INFO)
		if err != nil {
			return
		}
		g = gauge{acked: info.Bytes_acked, received: info.Bytes_received, unsent: info.Notsent_bytes > 0}
		ok = info.Bytes_received > 0 // a kernel that does not count says 0, though a handshake came
	})
	return g, ok && err == nil
}
