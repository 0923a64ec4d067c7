package web

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"livetail/internal/delivery"
	"livetail/internal/wire"
)

var upgrade = []string{"Connection", "Upgrade", "Upgrade", "websocket", "Sec-WebSocket-Version", "13",
	"Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ==", "Sec-WebSocket-Protocol", wire.Subprotocol}

func TestSignedOutIsLedToSignInAndBack(t *testing.T) {
	r := newRig(t, setup{})
	for _, path := range []string{"/", "/log/web-01/nginx/access.log", "/log/web-01/nginx/access.log?from=AA&x=%2F"} {
		b := r.browser()
		a := b.get(path)
		want := "/signin?next=" + url.QueryEscape(path)
		if a.StatusCode != http.StatusSeeOther || a.Header.Get("Location") != want {
			t.Fatalf("%s: %d to %s", path, a.StatusCode, a.Header.Get("Location"))
		}
		form := b.get(want)
		if form.StatusCode != 200 || !strings.Contains(form.body, `name="next"`) {
			t.Fatalf("the form: %d %s", form.StatusCode, form.body)
		}
		a = b.post("/signin", url.Values{"name": {"ann"}, "password": {"sesame"}, "next": {path}})
		if a.StatusCode != http.StatusSeeOther || a.Header.Get("Location") != path {
			t.Errorf("signed in: %d to %s, want %s", a.StatusCode, a.Header.Get("Location"), path)
		}
		if a = b.get(path); a.StatusCode != 200 {
			t.Errorf("%s: %d after signing in", path, a.StatusCode)
		}
	}
}

func TestSignedOutGetsNothingFromTheAPI(t *testing.T) {
	r := newRig(t, setup{})
	for _, path := range []string{"/api/v1/logs", "/api/v1/log/web-01/nginx/access.log", "/api/v1/tail/web-01/nginx/access.log"} {
		a := r.browser().get(path, upgrade...)
		if a.StatusCode != http.StatusUnauthorized || strings.TrimSpace(a.body) != `{"error":"signed out"}` {
			t.Errorf("%s: %d %s", path, a.StatusCode, a.body)
		}
	}
	if len(r.requests) > 0 || len(r.logs.asked) > 0 {
		t.Error("somebody was asked about a log")
	}
}

// Unknown, forbidden and impossible logs look the same everywhere, and nobody is asked about them.
func TestForbiddenLogsAreUnknownLogs(t *testing.T) {
	r := newRig(t, setup{})
	ann := r.signedIn("ann")
	for _, prefix := range []string{"/log/", "/api/v1/log/", "/api/v1/tail/"} {
		unknown := ann.get(prefix+"web-01/no/such.log", upgrade...)
		if unknown.StatusCode != http.StatusNotFound || !strings.Contains(unknown.body, noSuchLog) {
			t.Fatalf("%s: an unknown log: %d %s", prefix, unknown.StatusCode, unknown.body)
		}
		r.logs.asked = nil
		for _, log := range []string{"db-01/secret.log", "db-01/no-such.log", "web-02/nginx/access.log", "web-01/a%00b", "web-01/a%0ab", "web-01/a%20b"} {
			a := ann.get(prefix+log, upgrade...)
			if a.StatusCode != unknown.StatusCode || a.body != unknown.body || fmt.Sprint(sansDate(a.Header)) != fmt.Sprint(sansDate(unknown.Header)) {
				t.Errorf("%s%s: %d %v %s", prefix, log, a.StatusCode, a.Header, a.body)
			}
		}
		if len(r.logs.asked) > 0 {
			t.Errorf("%s: the catalogue was asked about %v", prefix, r.logs.asked)
		}
		for _, path := range []string{prefix + "web-01/..%2f..%2fdb-01/secret.log", prefix + "web-01/../db-01/secret.log", prefix + "web-01//secret.log", prefix + "%2e%2e/x", prefix + "web-01", prefix + "web-01/"} {
			if a := ann.get(path, upgrade...); a.StatusCode != http.StatusNotFound {
				t.Errorf("%s: %d", path, a.StatusCode)
			}
		}
	}
	if len(r.requests) > 0 {
		t.Error("a tail was opened")
	}
}

func sansDate(h http.Header) http.Header {
	h = h.Clone()
	h.Del("Date")
	return h
}

func TestWhatAUserMaySeeIsServed(t *testing.T) {
	r := newRig(t, setup{})
	ann := r.signedIn("ann")
	if a := ann.get("/log/web-01/nginx/access.log"); a.StatusCode != 200 || !strings.Contains(a.body, `data-id="nginx/access.log"`) || !strings.Contains(a.body, `data-version="v9"`) {
		t.Errorf("the page: %d %s", a.StatusCode, a.body)
	}
	const entry = `{"host":"web-01","id":"nginx/access.log","name":"access.log","group":"nginx","size":7,"age_ms":3000,"rate":2.5,"state":"ok","tails":2,"line_rate":12,"error_rate":0.3,"disk_free":3,"disk_size":100`
	if a := ann.get("/api/v1/log/web-01/nginx/access.log"); a.StatusCode != 200 || strings.TrimSpace(a.body) != entry+`,"host_state":"here","away_ms":0,"zone":"Europe/Berlin"}` {
		t.Errorf("the log: %d %s", a.StatusCode, a.body)
	}
	if a := ann.get("/api/v1/logs"); strings.TrimSpace(a.body) != `{"hosts":[{"host":"web-01","state":"here","away_ms":0,"notes":[],"binary":0}],"logs":[`+entry+`,"ring":"/wcAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"}]}` {
		t.Errorf("the list: %d %s", a.StatusCode, a.body)
	}
}

func TestAnAdministratorSeesAll(t *testing.T) {
	r := newRig(t, setup{})
	root := r.signedIn("root")
	var got struct {
		Hosts []hostJSON
		Logs  []logJSON
	}
	a := root.get("/api/v1/logs")
	if err := json.Unmarshal([]byte(a.body), &got); err != nil || len(got.Hosts) != 2 || len(got.Logs) != 2 {
		t.Fatalf("%v: %s", err, a.body)
	}
	if h := got.Hosts[0]; h.State != "away" || h.AwayMS != 5000 || h.Binary != 3 || len(h.Notes) != 1 {
		t.Errorf("the host: %+v", h)
	}
	if l := got.Logs[0]; l.AgeMS != -1 || l.State != "unreadable" || l.Why == "" {
		t.Errorf("the log: %+v", l)
	}
	if a := root.get("/api/v1/log/db-01/secret.log"); a.StatusCode != 200 || !strings.Contains(a.body, `"host_state":"away","away_ms":5000`) {
		t.Errorf("%d %s", a.StatusCode, a.body)
	}
}

func TestTheSocketFollowsWhatWasAllowed(t *testing.T) {
	r := newRig(t, setup{})
	for name, paths := range map[string]bool{"ann": false, "root": true} {
		c := r.signedIn(name).socket(visibleLog)
		c.say(`{"op":"open"}`)
		want := delivery.Request{Log: visibleLog, Lines: 123, Paths: paths, User: r.site.Asker(name)}
		if strings.Contains(want.User, name) {
			t.Errorf("%s can be read in %s", name, want.User)
		}
		if got := await(t, "a tail", r.requests); fmt.Sprint(got) != fmt.Sprint(want) {
			t.Errorf("%s: asked for %+v, want %+v", name, got, want)
		}
	}
}

func TestSignOutClosesTheSocket(t *testing.T) {
	r := newRig(t, setup{})
	ann := r.signedIn("ann")
	c, other := ann.socket(visibleLog), r.signedIn("ann").socket(visibleLog)
	c.say(`{"op":"open"}`)
	tail := await(t, "a tail", r.tails)
	other.say(`{"op":"open"}`)
	untouched := await(t, "another tail", r.tails)
	if a := ann.post("/signout", nil); a.StatusCode != http.StatusSeeOther || a.Header.Get("Location") != "/signin" {
		t.Errorf("signing out: %d to %s", a.StatusCode, a.Header.Get("Location"))
	}
	c.endsWith(4001)
	await(t, "the tail is closed", tail.closed)
	if a := ann.get("/api/v1/logs"); a.StatusCode != http.StatusUnauthorized {
		t.Errorf("after signing out: %d", a.StatusCode)
	}
	select {
	case <-untouched.closed:
		t.Error("the tail of another session is closed")
	default:
	}
}

// An open tail asks after its session: one that ended where nobody heard of it ends the tail.
func TestASessionThatIsGoneClosesTheSocket(t *testing.T) {
	r := newRig(t, setup{touch: 20 * time.Millisecond})
	c := r.signedIn("ann").socket(visibleLog)
	c.say(`{"op":"open"}`)
	tail := await(t, "a tail", r.tails)
	r.loseSessions()
	c.endsWith(4001)
	await(t, "the tail is closed", tail.closed)
}

func TestNothingIsChangedFromAnotherSite(t *testing.T) {
	r := newRig(t, setup{})
	ann := r.signedIn("ann")
	secret := r.links.Make("ann")
	good := url.Values{"name": {"ann"}, "password": {"sesame"}, "secret": {secret}}
	for _, header := range [][]string{{"Origin", "https://evil.example"}, {"Sec-Fetch-Site", "cross-site"}, {"Sec-Fetch-Site", "same-site"}, {"Origin", "null"}} {
		for _, path := range []string{"/signin", "/signin/link", "/signout"} {
			if a := ann.post(path, good, header...); a.StatusCode != http.StatusForbidden || a.Header.Get("Set-Cookie") != "" {
				t.Errorf("%s with %v: %d", path, header, a.StatusCode)
			}
		}
	}
	if a := ann.get("/api/v1/logs"); a.StatusCode != 200 {
		t.Errorf("the session is over: %d", a.StatusCode)
	}
	if a := r.browser().post("/signin/link", good); a.StatusCode != http.StatusSeeOther {
		t.Errorf("the link was used up: %d", a.StatusCode)
	}
	for _, origin := range []string{"https://evil.example", "null", "http://evil.example:80"} {
		a := ann.get("/api/v1/tail/web-01/nginx/access.log", append([]string{"Origin", origin}, upgrade...)...)
		if a.StatusCode != http.StatusForbidden {
			t.Errorf("a socket from %s: %d", origin, a.StatusCode)
		}
	}
}

func TestACatalogueThatIsNotReadIsNotAnEmptyOne(t *testing.T) {
	r := newRig(t, setup{notReady: true})
	r.quick()
	ann := r.signedIn("ann")
	if a := ann.get("/readyz"); a.StatusCode != http.StatusServiceUnavailable {
		t.Errorf("readyz: %d", a.StatusCode)
	}
	for _, path := range []string{"/log/web-01/nginx/access.log", "/api/v1/log/web-01/nginx/access.log", "/api/v1/tail/web-01/nginx/access.log", "/api/v1/logs"} {
		// Redis was reached: nobody is told otherwise.
		if a := ann.get(path, upgrade...); a.StatusCode != http.StatusServiceUnavailable || a.Header.Get("Retry-After") == "" || !strings.Contains(a.body, stillAsks) {
			t.Errorf("%s: %d %s", path, a.StatusCode, a.body)
		}
		if path = strings.Replace(path, "web-01/nginx/access.log", "db-01/x", 1); path == "/api/v1/logs" {
			continue
		}
		if a := ann.get(path, upgrade...); a.StatusCode != http.StatusNotFound {
			t.Errorf("%s: %d for what is forbidden anyway", path, a.StatusCode)
		}
	}
}

// Who asks in the moment after the start, in which a process does not know its logs yet, is answered when it does.
func TestWhoAsksRightAfterTheStartIsAnswered(t *testing.T) {
	t.Run("which logs there are", func(t *testing.T) {
		for _, path := range []string{"/log/web-01/nginx/access.log", logPath, "/api/v1/logs"} {
			r := newRig(t, setup{notReady: true})
			r.site.pace.learn = patience
			r.logs.asked5 = func() { r.logs.notReady.Store(false) }
			if a := r.signedIn("ann").get(path); a.StatusCode != http.StatusOK {
				t.Errorf("%s: %d %s", path, a.StatusCode, a.body)
			}
		}
	})
	t.Run("what is stopped", func(t *testing.T) {
		r := newRig(t, setup{blind: true})
		r.site.pace.learn = patience
		ctx, end := context.WithCancel(t.Context())
		var looking sync.WaitGroup
		defer looking.Wait()
		defer end()
		r.logs.asked5 = func() { looking.Go(func() { _ = r.stops.Run(ctx) }) }
		if a := r.signedIn("ann").get(logPath); a.StatusCode != http.StatusOK {
			t.Errorf("%d %s", a.StatusCode, a.body)
		}
	})
}

func TestRedisAwayIsSaidInWords(t *testing.T) {
	r := newRig(t, setup{})
	ann := r.signedIn("ann")
	r.redis.Close()
	r.away.Store(true)
	if a := ann.get("/"); a.StatusCode != http.StatusServiceUnavailable || !strings.Contains(a.body, "Redis") {
		t.Errorf("the page: %d %s", a.StatusCode, a.body)
	}
	if a := ann.get("/api/v1/logs"); a.StatusCode != http.StatusServiceUnavailable || !strings.Contains(a.body, `"retry":3`) {
		t.Errorf("the API: %d %s", a.StatusCode, a.body)
	}
	if a := ann.post("/signin", url.Values{"name": {"ann"}, "password": {"sesame"}}); a.StatusCode != http.StatusServiceUnavailable || !strings.Contains(a.body, "Redis") {
		t.Errorf("signing in: %d %s", a.StatusCode, a.body)
	}
	if a := ann.get("/readyz"); a.StatusCode != http.StatusServiceUnavailable {
		t.Errorf("readyz: %d", a.StatusCode)
	}
	if a := ann.get("/healthz"); a.StatusCode != 200 {
		t.Errorf("healthz: %d", a.StatusCode)
	}
	if a := ann.post("/signout", nil); a.StatusCode != http.StatusServiceUnavailable {
		t.Errorf("signing out: %d", a.StatusCode)
	}
}
