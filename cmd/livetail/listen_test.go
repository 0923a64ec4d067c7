package main

import (
	"net"
	"net/netip"
	"testing"
)

// One warning, where passwords would travel in the clear.
func TestPlainHTTPIsWarnedOf(t *testing.T) {
	for _, c := range []struct {
		addr, public string
		warned       bool
	}{
		{"127.0.0.1:80", "", false},
		{"127.1.2.3:80", "", false},
		{"[::1]:80", "", false},
		{"[::ffff:127.0.0.1]:80", "", false},
		{"0.0.0.0:80", "", true},
		{"[::]:80", "", true},
		{"192.0.2.1:80", "", true},
		{"192.0.2.1:80", "http://logs.example.org", true},
		{"192.0.2.1:80", "https://logs.example.org", false},
	} {
		addr := net.TCPAddrFromAddrPort(netip.MustParseAddrPort(c.addr))
		if words := inTheClear(addr, c.public); (words != "") != c.warned {
			t.Errorf("%s, %q: %q", c.addr, c.public, words)
		}
	}
}

func TestReachable(t *testing.T) {
	for addr, want := range map[string]string{"0.0.0.0:80": "127.0.0.1:80", "[::]:80": "127.0.0.1:80", "127.0.0.2:80": "127.0.0.2:80", "[::1]:80": "[::1]:80"} {
		if got := reachable(net.TCPAddrFromAddrPort(netip.MustParseAddrPort(addr))); got != want {
			t.Errorf("%s is reached at %s", addr, got)
		}
	}
}
