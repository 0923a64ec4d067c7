//go:build !linux

package consumer

import "net"

func tcpGauge(net.Conn) (gauge, bool) { return gauge{}, false }
