package web

import (
	"context"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"strings"
	"testing"
	"time"

	"livetail/internal/bus"
	"livetail/internal/testredis"
	"livetail/templates"

	"github.com/redis/go-redis/v9"
)

func TestTheBasePathMayBeStrippedOrNot(t *testing.T) {
	for _, base := range []string{"/x", "/log", "/api/v1"} {
		r := newRig(t, setup{base: base})
		ann := r.signedIn("ann")
		out := r.browser()
		for path, status := range map[string]int{
			"/": 200, "/log/web-01/nginx/access.log": 200, "/log/db-01/secret.log": 404, "/api/v1/logs": 200, "/api/v1/log/web-01/nginx/access.log": 200,
			"/healthz": 200, "/signin": 200, "/nothing": 404,
		} {
			if a := ann.get(base + path); a.StatusCode != status {
				t.Errorf("%s%s: %d, want %d", base, path, a.StatusCode, status)
			}
			// Behind a proxy that strips, the browser still sends the cookie of the whole path.
			u, _ := url.Parse(r.server.URL + base + "/")
			cookies := ann.Jar.Cookies(u)
			if len(cookies) != 1 {
				t.Fatalf("%d cookies for %s", len(cookies), u)
			}
			if a := out.get(path, "Cookie", cookies[0].String()); a.StatusCode != status {
				t.Errorf("stripped of %s, %s: %d, want %d", base, path, a.StatusCode, status)
			}
		}
		for _, path := range []string{base + "/log/web-01/nginx/access.log", "/log/web-01/nginx/access.log"} {
			if a := out.get(path); a.Header.Get("Location") != base+"/signin?next="+url.QueryEscape(base+"/log/web-01/nginx/access.log") {
				t.Errorf("%s leads to %s", path, a.Header.Get("Location"))
			}
		}
		if a := out.get(base); base == "/x" && a.Header.Get("Location") != "/x/" {
			t.Errorf("%s: %d to %q", base, a.StatusCode, a.Header.Get("Location"))
		}
		if a := ann.post(base+"/signout", nil); a.Header.Get("Location") != base+"/signin" {
			t.Errorf("signed out to %s", a.Header.Get("Location"))
		}
	}
}

func TestNextNeverLeavesTheSite(t *testing.T) {
	for base, table := range map[string]map[string]string{
		"": {
			"/": "/", "/log/web-01/a.log?x=1": "/log/web-01/a.log?x=1", "/log/a%20b": "/log/a%20b",
			"": "/", "//evil.example": "/", "///evil.example": "/", `/\evil.example`: "/", `\\evil.example`: "/", "/\t/evil.example": "/", "/\n/evil.example": "/",
			"https://evil.example/": "/", "javascript:alert(1)": "/", "evil.example": "/", "/a/..//evil.example": "/", "/%2e%2e//x": "/",
			"/a\r\nSet-Cookie: x=y": "/", "/ü": "/", "/" + strings.Repeat("a", 3000): "/", "/%zz": "/", "/.//evil.example": "/",
		},
		"/x": {"/x/log/a": "/x/log/a", "/": "/x/", "/x": "/x/", "/xy": "/x/", "/log/a": "/x/", "//evil.example": "/x/", "/x//evil.example": "/x/", "/x/../evil": "/x/"},
	} {
		s := &site{Options: Options{Base: base}}
		for next, want := range table {
			if got := s.localPath(next); got != want {
				t.Errorf("base %q: %q leads to %q, want %q", base, next, got, want)
			}
		}
	}
	r := newRig(t, setup{})
	for _, next := range []string{"//evil.example", `/\evil.example`, "https://evil.example"} {
		b := r.browser()
		if a := b.get("/signin?next=" + url.QueryEscape(next)); strings.Contains(a.body, "evil") {
			t.Errorf("the form leads to %s", next)
		}
		if a := b.post("/signin", url.Values{"name": {"ann"}, "password": {"sesame"}, "next": {next}}); a.Header.Get("Location") != "/" {
			t.Errorf("%s: led to %q", next, a.Header.Get("Location"))
		}
		if a := b.post("/signin/link", url.Values{"secret": {r.links.Make("ann")}, "next": {next}}); a.Header.Get("Location") != "/" {
			t.Errorf("%s: a link led to %q", next, a.Header.Get("Location"))
		}
	}
}

func TestHeadersAreOnEveryAnswer(t *testing.T) {
	r := newRig(t, setup{})
	ann := r.signedIn("ann")
	style := ann.get("/").body
	_, style, _ = strings.Cut(style, `rel="stylesheet" href="`)
	style, _, _ = strings.Cut(style, `"`)
	answers := map[string]answer{
		"page": ann.get("/"), "static": ann.get(style), "static 404": ann.get("/static/0/x.js"), "problem": ann.get("/log/db-01/secret.log"),
		"nowhere": ann.get("/nothing"), "API": ann.get("/api/v1/logs"), "API nowhere": ann.get("/api/v2"), "401": r.browser().get("/api/v1/logs"),
		"redirect": r.browser().get("/"), "foreign": ann.post("/signout", nil, "Origin", "https://evil.example"), "wrong method": ann.do("DELETE", "/signin", ""),
		"not clean": ann.get("//x"), "socket refused": ann.get("/api/v1/tail/web-01/nginx/access.log"), "health": ann.get("/healthz"), "sign-in": ann.get("/signin"),
	}
	for name, a := range answers {
		for header, want := range map[string]string{
			"Content-Security-Policy": templates.Policy, "X-Content-Type-Options": "nosniff", "Referrer-Policy": "same-origin", "Cross-Origin-Opener-Policy": "same-origin",
		} {
			if name == "static" && header != "X-Content-Type-Options" {
				want = "" // a style is no document
			}
			if got := a.Header.Get(header); got != want {
				t.Errorf("%s: %s is %q", name, header, got)
			}
		}
		want := "no-store"
		if name == "static" {
			want = "public, max-age=31536000, immutable"
		}
		if got := a.Header.Get("Cache-Control"); got != want {
			t.Errorf("%s: %d Cache-Control is %q", name, a.StatusCode, got)
		}
	}
	for _, part := range []string{"default-src 'none'", "script-src 'self'", "style-src 'self'", "img-src 'self' data:", "connect-src 'self'", "form-action 'self'", "base-uri 'none'", "frame-ancestors 'none'"} {
		if !strings.Contains(templates.Policy, part) {
			t.Errorf("the policy lacks %s", part)
		}
	}
	if a := answers["nowhere"]; a.StatusCode != 404 || !strings.Contains(a.body, "<h1>") {
		t.Errorf("nowhere: %d %s", a.StatusCode, a.body)
	}
	if a := answers["API nowhere"]; a.StatusCode != 404 || !strings.HasPrefix(a.body, `{"error":`) {
		t.Errorf("nowhere in the API: %d %s", a.StatusCode, a.body)
	}
	if a := answers["static"]; a.StatusCode != 200 {
		t.Errorf("%s: %d", style, a.StatusCode)
	}
}

func TestSignInThatFails(t *testing.T) {
	r := newRig(t, setup{})
	wrong := r.browser().post("/signin", url.Values{"name": {"ann"}, "password": {"x"}, "next": {"/log/web-01/a"}})
	if wrong.StatusCode != http.StatusUnauthorized || wrong.Header.Get("Set-Cookie") != "" || !strings.Contains(wrong.body, `value="/log/web-01/a"`) {
		t.Errorf("wrong: %d %v %s", wrong.StatusCode, wrong.Header, wrong.body)
	}
	unknown := r.browser().post("/signin", url.Values{"name": {"bob"}, "password": {"x"}, "next": {"/log/web-01/a"}})
	if strings.Replace(unknown.body, "bob", "ann", 1) != wrong.body {
		t.Errorf("an unknown name shows:\n%s", unknown.body)
	}
	if a := r.browser().post("/signin", url.Values{"name": {"ann"}, "password": {strings.Repeat("x", maxForm)}}); a.StatusCode != http.StatusBadRequest {
		t.Errorf("a form that is too large: %d", a.StatusCode)
	}
	for range 20 {
		if a := r.browser().post("/signin", url.Values{"name": {"ann"}, "password": {"x"}}); a.StatusCode == http.StatusTooManyRequests {
			if a.Header.Get("Retry-After") == "" || !strings.Contains(a.body, "second") {
				t.Errorf("slowed: %v %s", a.Header, a.body)
			}
			return
		}
	}
	t.Error("20 failed tries were not slowed")
}

func TestALinkSignsInOnce(t *testing.T) {
	r := newRig(t, setup{})
	secret := r.links.Make("root")
	b := r.browser()
	if a := b.post("/signin/link", url.Values{"secret": {secret}}); a.StatusCode != http.StatusSeeOther || a.Header.Get("Location") != "/" {
		t.Errorf("first: %d to %q", a.StatusCode, a.Header.Get("Location"))
	}
	if a := b.get("/api/v1/log/db-01/secret.log"); a.StatusCode != 200 {
		t.Errorf("signed in as root: %d", a.StatusCode)
	}
	again := r.browser()
	if a := again.post("/signin/link", url.Values{"secret": {secret}}); a.StatusCode != http.StatusUnauthorized || !strings.Contains(a.body, "used before") {
		t.Errorf("again: %d %s", a.StatusCode, a.body)
	}
	if a := again.get("/api/v1/logs"); a.StatusCode != http.StatusUnauthorized {
		t.Errorf("signed in by a dead link: %d", a.StatusCode)
	}
	if a := newRig(t, setup{noLinks: true}).browser().post("/signin/link", url.Values{"secret": {secret}}); a.StatusCode != http.StatusNotFound {
		t.Errorf("where there are no links: %d", a.StatusCode)
	}
}

func TestPlainHTTPThatCannotKeepTheCookieSaysSo(t *testing.T) {
	trusted := []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}
	for name, c := range map[string]struct {
		set    setup
		header []string
		says   bool
	}{
		"no public URL":                  {setup{}, nil, false},
		"public http":                    {setup{public: "http://logs.example"}, nil, false},
		"public https, opened locally":   {setup{public: "https://logs.example"}, nil, true},
		"locally, a secure context":      {setup{public: "https://logs.example"}, []string{"Sec-Fetch-Site", "none"}, true},
		"public host over http":          {setup{public: "https://logs.example"}, []string{"Host", "logs.example"}, true},
		"proxy that says nothing":        {setup{public: "https://logs.example"}, []string{"Host", "logs.example", "Sec-Fetch-Site", "none"}, false},
		"trusted proxy, https":           {setup{public: "https://logs.example", trusted: trusted}, []string{"X-Forwarded-Proto", "https"}, false},
		"trusted proxy, http":            {setup{public: "https://logs.example", trusted: trusted}, []string{"Host", "logs.example", "X-Forwarded-Proto", "http", "Sec-Fetch-Site", "none"}, true},
		"somebody who says it was https": {setup{public: "https://logs.example"}, []string{"X-Forwarded-Proto", "https"}, true},
	} {
		t.Run(name, func(t *testing.T) {
			b := newRig(t, c.set).browser()
			if says := strings.Contains(b.get("/signin", c.header...).body, "https://logs.example/"); says != c.says {
				t.Errorf("says so: %v", says)
			}
			a := b.post("/signin", url.Values{"name": {"ann"}, "password": {"sesame"}}, c.header...)
			if (a.StatusCode == http.StatusSeeOther) == c.says {
				t.Errorf("signing in: %d", a.StatusCode)
			}
		})
	}
}

func TestOnlyTrustedProxiesAreBelieved(t *testing.T) {
	trusted := []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8"), netip.MustParsePrefix("::1/128")}
	for name, c := range map[string]struct{ peer, forwarded, addr, host string }{
		"direct":               {"192.0.2.1:5", "", "192.0.2.1", "asked"},
		"a stranger's claim":   {"192.0.2.1:5", "198.51.100.7", "192.0.2.1", "asked"},
		"a proxy":              {"10.0.0.1:5", "198.51.100.7", "198.51.100.7", "forwarded"},
		"an IPv6 proxy":        {"[::1]:5", "2001:db8::7", "2001:db8::7", "forwarded"},
		"mapped":               {"[::ffff:10.0.0.1]:5", "198.51.100.7", "198.51.100.7", "forwarded"},
		"two proxies":          {"10.0.0.1:5", "198.51.100.7, 10.0.0.2", "198.51.100.7", "forwarded"},
		"a claim behind one":   {"10.0.0.1:5", "1.2.3.4, 198.51.100.7", "198.51.100.7", "forwarded"},
		"nonsense behind one":  {"10.0.0.1:5", "198.51.100.7, what", "10.0.0.1", "forwarded"},
		"a proxy that is mute": {"10.0.0.1:5", "", "10.0.0.1", "forwarded"},
	} {
		q := httptest.NewRequest("GET", "/", nil)
		q.RemoteAddr, q.Host = c.peer, "asked"
		q.Header.Set("X-Forwarded-For", c.forwarded)
		q.Header.Set("X-Forwarded-Host", "forwarded")
		q.Header.Set("X-Forwarded-Proto", "https")
		proxied(trusted, http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
			if r.RemoteAddr != c.addr || r.Host != c.host {
				t.Errorf("%s: from %s for %s, want %s for %s", name, r.RemoteAddr, r.Host, c.addr, c.host)
			}
			if claim := r.Header.Get("X-Forwarded-For") + r.Header.Get("X-Forwarded-Host"); claim != "" {
				t.Errorf("%s: whoever comes next may believe %q", name, claim)
			}
			if believed := r.Header.Get("X-Forwarded-Proto") == "https"; believed != (c.host == "forwarded") {
				t.Errorf("%s: the scheme is believed: %v", name, believed)
			}
		})).ServeHTTP(httptest.NewRecorder(), q)
	}
}

func TestOwnOrigin(t *testing.T) {
	public, _ := url.Parse("https://logs.example")
	for _, c := range []struct {
		public       *url.URL
		host, origin string
		own          bool
	}{
		{nil, "localhost:8080", "http://localhost:8080", true}, {nil, "localhost:8080", "http://LOCALHOST:8080", true}, {nil, "localhost:8080", "", true},
		{nil, "localhost:8080", "http://localhost:8081", false}, {nil, "localhost:8080", "null", false}, {nil, "localhost:8080", "http://evil.example", false},
		{public, "internal:8080", "https://logs.example", true}, {public, "internal:8080", "http://logs.example", false}, {public, "logs.example", "http://logs.example", false},
		{public, "internal:8080", "https://evil.example", false}, {public, "internal:8080", "https://logs.example.evil.example", false}, {public, "127.0.0.1:9", "http://127.0.0.1:9", true},
	} {
		q := httptest.NewRequest("GET", "/", nil)
		q.Host = c.host
		q.Header.Set("Origin", c.origin)
		if got := (&site{Options: Options{PublicURL: c.public}}).ownOrigin(q); got != c.own {
			t.Errorf("%s at %s, public %v: %v", c.origin, c.host, c.public, got)
		}
	}
}

// A proxy may rewrite Host: then the public URL says which pages are ours.
func TestTheSocketTakesPagesOfThePublicURL(t *testing.T) {
	r := newRig(t, setup{public: "http://logs.example"})
	ann := r.signedIn("ann")
	for origin, status := range map[string]int{"http://logs.example": http.StatusSwitchingProtocols, "https://logs.example": http.StatusForbidden, r.server.URL: http.StatusSwitchingProtocols} {
		q, _ := http.NewRequestWithContext(t.Context(), "GET", r.server.URL+"/api/v1/tail/"+visibleLog.String(), nil)
		for i := 0; i < len(upgrade); i += 2 {
			q.Header.Set(upgrade[i], upgrade[i+1])
		}
		q.Header.Set("Origin", origin)
		response, err := ann.Do(q)
		if err != nil {
			t.Fatal(err)
		}
		response.Body.Close()
		if response.StatusCode != status {
			t.Errorf("a page of %s: %d, want %d", origin, response.StatusCode, status)
		}
	}
	if a := ann.post("/signout", nil, "Origin", "http://logs.example"); a.StatusCode != http.StatusSeeOther {
		t.Errorf("signing out from the public URL: %d", a.StatusCode)
	}
}

func TestServeTellsPagesToComeBackAndEnds(t *testing.T) {
	r := newRig(t, setup{})
	l, err := net.Listen("tcp", testredis.FreeAddr(t)) // whoever dials a port that it could get itself may reach itself
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- r.site.serve(ctx, l) }()
	ann := r.signedIn("ann")
	c := ann.socket(visibleLog)
	c.say(`{"op":"open"}`)
	tail := await(t, "a tail", r.tails)
	stop()
	c.endsWith(1012)
	c.conn.Close()
	await(t, "the tail is closed", tail.closed)
	if err := await(t, "serve returns", ended); err != nil {
		t.Errorf("serve: %v", err)
	}
	if conn, err := net.Dial("tcp", l.Addr().String()); err == nil {
		conn.Close()
		t.Error("it still listens")
	}
}

func TestEndedSessionsAreHeardByOtherProcesses(t *testing.T) {
	server := testredis.Embedded(t)
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan struct{})
	client := redis.NewClient(&redis.Options{Addr: server.Addr()})
	defer client.Close()
	b, err := bus.New(bus.Options{Control: client, Frames: client})
	if err != nil {
		t.Fatal(err)
	}
	go func() { b.Run(ctx); close(ended) }()
	defer func() { stop(); <-ended }()

	e := endedSessions{bus: b, channel: "ended", key: []byte("key")}
	heard := make(chan string, 10)
	defer e.listen(func(s string) { heard <- s })()
	forger := e
	forger.key = []byte("other")
	for deadline := time.Now().Add(patience); ; time.Sleep(5 * time.Millisecond) {
		if n, _ := b.Publish(ctx, "ended", []byte("short")); n > 0 {
			break
		}
		if time.Now().After(deadline) {
			t.Fatal("nobody listens")
		}
	}
	forger.tell(ctx, "forged")
	b.Publish(ctx, "ended", []byte("unsigned"))
	if err := e.tell(ctx, "key of a session"); err != nil {
		t.Fatal(err)
	}
	if got := await(t, "a session", heard); got != "key of a session" {
		t.Errorf("heard %q", got)
	}
}
