package config

import (
	"net"
	"net/netip"
	"net/url"
	"strconv"
	"strings"
	"time"
)

func (p *parser) web(v value, w *Web) {
	s := v.section()
	listen := s.get("listen")
	w.ListenSet = listen.listen(&w.Listen)
	base := s.get("base_path")
	baseOK := base.basePath(&w.BasePath)
	s.get("public_url").publicURL(w, baseOK)
	w.TrustedProxies = s.get("trusted_proxies").prefixes()

	const day = 24 * time.Hour
	idle := s.get("session_idle")
	idle.duration(&w.SessionIdle, time.Minute, 365*day)
	s.get("session_max").duration(&w.SessionMax, time.Minute, 365*day)
	if w.SessionIdle > w.SessionMax {
		idle.fault("is longer than session_max, %s: write at most that", showDuration(w.SessionMax))
	}

	l := s.get("limits").section()
	l.get("tails_per_user").number(&w.Limits.TailsPerUser, 1, 100_000)
	l.get("tails").number(&w.Limits.Tails, 1, 100_000)
	l.get("message_bytes").number(&w.Limits.MessageBytes, 1024, 1<<20)
	l.get("messages_per_second").number(&w.Limits.MessagesPerSecond, 1, 10_000)
	l.done()
	s.done()
}

// listen reads host:port. It is true where the file asks for one.
func (v value) listen(dst *string) bool {
	const want = "write host:port, such as 127.0.0.1:8080, or :8080 for every address"
	if v.node != nil && v.plainScalar() && v.node.ShortTag() == "!!int" {
		v.fault("is a port without a host: write 127.0.0.1:%s, or \":%[1]s\" for every address", v.node.Value)
		return false
	}
	var s string
	if !v.text(&s) {
		return false
	}
	host, port, err := net.SplitHostPort(s)
	if err != nil {
		v.fault("is %s: %s", quote(s), want)
		return false
	}
	if n, err := strconv.ParseUint(port, 10, 16); err != nil || strconv.FormatUint(n, 10) != port {
		v.fault("has the port %s: write a number from 0 to 65535 (0 is any free port)", quote(port))
		return false
	}
	if host != "" && !isHost(host) {
		v.fault("has the host %s: %s", quote(host), want)
		return false
	}
	*dst = s
	return true
}

// isHost is true for an address and for a name that could be resolved.
func isHost(s string) bool {
	if _, err := netip.ParseAddr(s); err == nil {
		return true
	}
	const letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_."
	return s != "" && len(s) <= 253 && strings.Trim(s, letters) == "" &&
		!strings.HasPrefix(s, ".") && !strings.HasPrefix(s, "-") && !strings.Contains(s, "..") &&
		strings.Trim(s, "0123456789.") != "" // 127.0.0.300 is a mistake, not a name
}

// basePath reads the path below which the pages are.
func (v value) basePath(dst *string) bool {
	var s string
	if !v.text(&s) {
		return v.empty()
	}
	const letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.~/"
	switch clean := "/" + strings.Trim(s, "/"); {
	case s == "/":
		v.fault(`is "/": write "" for no base path`)
	case strings.Trim(s, letters) != "":
		v.fault("is %s: write a path such as /logs, of letters, digits, - _ . ~ and /", quote(s))
	case !segmentsFine(clean[1:]):
		v.fault("is %s: write a path such as /logs, without // and without . or .. as a part", quote(s))
	case s != clean:
		v.fault("is %s: write %s", quote(s), clean)
	default:
		*dst = s
		return true
	}
	return false
}

// segmentsFine is true for a path of non-empty parts, none of which means "here" or "above".
func segmentsFine(s string) bool {
	for part := range strings.SplitSeq(s, "/") {
		if part == "" || part == "." || part == ".." {
			return false
		}
	}
	return true
}

// publicURL reads the origin under which people reach the pages. A path in it can only be the base path again.
func (v value) publicURL(w *Web, baseOK bool) {
	var s string
	if !v.text(&s) {
		return
	}
	u, err := url.Parse(s)
	switch {
	case err != nil || u.Scheme != "https" && u.Scheme != "http" || !isHost(u.Hostname()):
		v.fault("is not a URL that a browser opens: write it such as https://logs.example.org")
	case u.User != nil || u.RawQuery != "" || u.Fragment != "" || u.ForceQuery || strings.HasSuffix(s, "#"):
		v.fault("has more than a host in it: write only %s://%s", u.Scheme, u.Host)
	case u.Port() == "" && strings.HasSuffix(u.Host, ":"):
		v.fault("has a colon without a port: write %s://%s", u.Scheme, u.Hostname())
	case !portFine(u.Port()):
		v.fault("has the port %s: write a number from 1 to 65535", quote(u.Port()))
	case baseOK && strings.Trim(u.Path, "/") != "" && strings.TrimSuffix(u.Path, "/") != w.BasePath:
		v.fault("has the path %s, which is not base_path: write base_path: %s, or remove the path here", quote(u.Path), strings.TrimSuffix(u.Path, "/"))
	default:
		w.PublicURL = u.Scheme + "://" + strings.ToLower(u.Host)
	}
}

func portFine(port string) bool {
	n, err := strconv.ParseUint(port, 10, 16)
	return port == "" || err == nil && n > 0
}

// prefixes reads addresses and networks.
func (v value) prefixes() []netip.Prefix {
	var all []netip.Prefix
	texts, places := v.texts(`such as ["127.0.0.1", "10.0.0.0/8"]`)
	for i, s := range texts {
		v := places[i]
		if a, err := netip.ParseAddr(s); err == nil && a.Zone() == "" {
			a = a.Unmap()
			all = append(all, netip.PrefixFrom(a, a.BitLen()))
			continue
		}
		n, err := netip.ParsePrefix(s)
		switch {
		case err != nil:
			v.fault("is %s: write an address or a network, such as 10.0.0.7 or 10.0.0.0/8", quote(s))
		case n.Bits() == 0:
			v.fault("is every address there is, so anybody could name any address as theirs: write the addresses of the proxies")
		case n.Addr().Is4In6():
			v.fault("is %s: write the network in its IPv4 form, such as 10.0.0.0/8", quote(s))
		case n != n.Masked():
			v.fault("has address bits beyond its length: write %s", n.Masked())
		default:
			all = append(all, n)
		}
	}
	return all
}
