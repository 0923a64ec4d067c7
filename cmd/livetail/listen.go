package main

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"strconv"
	"strings"
	"syscall"
)

// tries is how many ports are tried from the default one on.
const tries = 20

// listen opens the port for pages. One that was asked for must be free; the default one may give way to the next free
// one, and then words say so.
func listen(addr string, asked bool) (l net.Listener, words string, err error) {
	host, port, err := splitAddress(addr)
	if err != nil {
		return nil, "", err
	}
	l, err = net.Listen("tcp", addr)
	taken := errors.Is(err, syscall.EADDRINUSE)
	switch {
	case err == nil:
		return l, "", nil
	case taken && asked:
		return nil, "", fmt.Errorf("listening on %s: the port is taken, choose another with -listen", addr)
	case !taken:
		return nil, "", fmt.Errorf("listening on %s: %w", addr, withoutAddress(err))
	}
	for next := port + 1; next < port+tries; next++ {
		l, err := net.Listen("tcp", net.JoinHostPort(host, strconv.Itoa(next)))
		if err == nil {
			return l, fmt.Sprintf("%d is taken, using %d", port, next), nil
		}
	}
	return nil, "", fmt.Errorf("listening on %s: ports %d to %d are taken, choose another with -listen", addr, port, port+tries-1)
}

func splitAddress(addr string) (host string, port int, err error) {
	host, service, err := net.SplitHostPort(addr)
	if err != nil {
		return "", 0, fmt.Errorf("%q is not an address: write host:port, such as 127.0.0.1:8080", addr)
	}
	port, err = strconv.Atoi(service)
	if err != nil || port < 0 || port > 65535 {
		return "", 0, fmt.Errorf("%q is not an address: %q is not a port from 0 to 65535", addr, service)
	}
	return host, port, nil
}

// withoutAddress is the cause alone: the net package repeats the address.
func withoutAddress(err error) error {
	var op *net.OpError
	if errors.As(err, &op) {
		return op.Err
	}
	return err
}

// isLoopback says whether only this machine can reach what listens at a.
func isLoopback(a net.Addr) bool {
	ap, err := netip.ParseAddrPort(a.String())
	return err == nil && ap.Addr().Unmap().IsLoopback()
}

// reachable is the host:port under which this machine reaches what listens at a.
func reachable(a net.Addr) string {
	ap, err := netip.ParseAddrPort(a.String())
	if err != nil {
		return a.String()
	}
	host := ap.Addr().Unmap()
	if host.IsUnspecified() {
		host = netip.AddrFrom4([4]byte{127, 0, 0, 1})
	}
	return netip.AddrPortFrom(host, ap.Port()).String()
}

// inTheClear is the warning for a page that others can reach over plain http, or "".
func inTheClear(a net.Addr, publicURL string) string {
	if isLoopback(a) || strings.HasPrefix(publicURL, "https:") {
		return ""
	}
	return "others can reach this page over plain http, so passwords and log lines can be read on the way: put https in front of it and write web.public_url"
}
