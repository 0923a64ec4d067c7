package config

import (
	"net"
	"strings"
)

// Sentinel is a Redis that is found by asking: redis+sentinel://HOST:PORT,HOST:PORT/MASTER/DB, or rediss+sentinel:// for TLS to
// sentinels and servers alike.
type Sentinel struct {
	Addrs  []string // of the sentinels, each with a port
	Master string   // the name they know it by
	DB     string   // "" is 0
	Secure bool
}

const sentinelPort = "26379"

// SentinelOf reads a URL that names sentinels; false if it is another kind, or not whole.
func SentinelOf(url string) (s Sentinel, ok bool) {
	rest, secure := strings.CutPrefix(url, "rediss+sentinel://")
	if !secure {
		if rest, ok = strings.CutPrefix(url, "redis+sentinel://"); !ok {
			return s, false
		}
	}
	parts := strings.Split(rest, "/")
	if len(parts) < 2 || len(parts) > 3 || parts[1] == "" || strings.Trim(parts[1], wordLetters) != "" {
		return s, false
	}
	s = Sentinel{Master: parts[1], Secure: secure}
	if len(parts) == 3 {
		s.DB = parts[2]
	}
	for addr := range strings.SplitSeq(parts[0], ",") {
		host, port, err := net.SplitHostPort(addr)
		if err != nil {
			host, port = addr, sentinelPort
		}
		if !isHost(host) || !portFine(port) || port == "" {
			return s, false
		}
		s.Addrs = append(s.Addrs, net.JoinHostPort(host, port))
	}
	return s, dbFine(s.DB)
}
