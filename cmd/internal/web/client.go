package web

import (
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"strings"
)

// proxied makes a request that came through trusted proxies look as it did to the first of them: address, host, scheme.
// What others say in the same headers is dropped, so that nobody behind this can believe it.
func proxied(trusted []netip.Prefix, next http.Handler) http.Handler {
	isTrusted := func(a netip.Addr) bool {
		return slices.ContainsFunc(trusted, func(p netip.Prefix) bool { return p.Contains(a) })
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		peer := addrOf(r.RemoteAddr)
		r2 := *r
		r2.Header = r.Header.Clone()
		if isTrusted(peer) {
			r2.RemoteAddr = client(r.Header.Values("X-Forwarded-For"), peer, isTrusted).String()
			if host := last(r.Header.Values("X-Forwarded-Host")); host != "" {
				r2.Host = host
			}
			r2.Header.Set(scheme, last(r.Header.Values("X-Forwarded-Proto")))
		} else {
			r2.RemoteAddr = peer.String()
			r2.Header.Del(scheme)
		}
		for _, h := range []string{"X-Forwarded-For", "X-Forwarded-Host", "Forwarded"} {
			r2.Header.Del(h)
		}
		next.ServeHTTP(w, &r2)
	})
}

// scheme is where a believed scheme is for those behind proxied.
const scheme = "X-Forwarded-Proto"

// client goes back through the proxies, the nearest first, to the first address that is not a trusted one's: what stands
// before that is the client's own invention.
func client(forwarded []string, peer netip.Addr, isTrusted func(netip.Addr) bool) netip.Addr {
	hops := strings.Split(strings.Join(forwarded, ","), ",")
	for _, hop := range slices.Backward(hops) {
		if !isTrusted(peer) {
			break
		}
		before := addrOf(strings.TrimSpace(hop))
		if !before.IsValid() {
			break
		}
		peer = before
	}
	return peer
}

// addrOf reads an address with or without a port.
func addrOf(s string) netip.Addr {
	if ap, err := netip.ParseAddrPort(s); err == nil {
		return ap.Addr().Unmap().WithZone("")
	}
	a, _ := netip.ParseAddr(strings.Trim(s, "[]"))
	return a.Unmap().WithZone("")
}

// last is what the nearest proxy wrote.
func last(values []string) string {
	all := strings.Split(strings.Join(values, ","), ",")
	return strings.TrimSpace(all[len(all)-1])
}

// ownOrigin says whether a socket is asked for by a page of this site. Programs send no Origin; they have no foreign
// pages that could make them ask.
func (s *site) ownOrigin(r *http.Request) bool {
	origin := r.Header.Get("Origin")
	if origin == "" {
		return true
	}
	u, err := url.Parse(origin)
	if err != nil || u.Host == "" {
		return false
	}
	if s.PublicURL != nil && strings.EqualFold(u.Host, s.PublicURL.Host) {
		return u.Scheme == s.PublicURL.Scheme
	}
	return strings.EqualFold(u.Host, r.Host)
}

// cookieless says that the browser will not keep our cookie: it is for https only, and this is http. Behind a proxy that
// does not name the scheme, a browser that sends Sec-Fetch-Site for the public host is on https: over plain http it
// would not.
func (s *site) cookieless(r *http.Request) bool {
	if s.PublicURL == nil || s.PublicURL.Scheme != "https" || r.TLS != nil || r.Header.Get(scheme) == "https" {
		return false
	}
	onPublic := strings.EqualFold(r.Host, s.PublicURL.Host)
	return r.Header.Get(scheme) != "" || !onPublic || r.Header.Get("Sec-Fetch-Site") == ""
}
