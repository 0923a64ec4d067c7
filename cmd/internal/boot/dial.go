package boot

import (
	"net/url"
	"strconv"

	"livetail/internal/dial"
)

// Dial is where the parts say that Redis is.
func (p Parts) Dial() dial.Options {
	r := p.Redis
	u := url.URL{Scheme: "redis", Host: r.Addr, Path: "/" + strconv.Itoa(r.DB)}
	switch {
	case r.Network == "unix":
		u = url.URL{Scheme: "unix", Path: r.Addr, RawQuery: "db=" + strconv.Itoa(r.DB)}
	case r.TLSConfig != nil:
		u.Scheme = "rediss"
	}
	return dial.Options{URL: u.String(), User: r.Username, Password: r.Password, TLS: r.TLSConfig, Dialer: r.Dialer}
}
