package web

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"livetail/internal/catalogue"
	"livetail/internal/stops"
	"livetail/internal/wire"
)

const (
	stopPath  = "/api/v1/stop/web-01/nginx/access.log"
	letGoPath = "/api/v1/letgo/web-01/nginx/access.log"
	logPath   = "/api/v1/log/web-01/nginx/access.log"
)

func because(words string) url.Values { return url.Values{"reason": {words}} }

// A stop ends what is open, of every user, and refuses what is new with its words; let go, all of it may be again.
func TestAnAdministratorStopsALog(t *testing.T) {
	r := newRig(t, setup{})
	r.quick()
	ann, root := r.signedIn("ann"), r.signedIn("root")
	list, all := ann.live(), root.live()
	list.next()
	all.next()
	c := ann.socket(visibleLog)
	c.say(`{"op":"open"}`)
	tail := await(t, "a tail", r.tails)
	download := ann.downloading(downloadPath)
	loading := await(t, "a download's tail", r.tails)
	loading.answers(t, "one\n")
	await(t, "what came is taken", loading.taken)

	if a := root.post(stopPath, because("disk work, back at 15:00")); a.StatusCode != 200 {
		t.Fatalf("stopping: %d %s", a.StatusCode, a.body)
	}
	await(t, "the tail is closed", tail.closed)
	await(t, "the download's tail is closed", loading.closed)
	c.endsWith(4023)
	if a := await(t, "half a download", download); a.body != "one\n CUT" {
		t.Errorf("the download: %q", a.body)
	}
	const words = `stopped by admin: \"disk work, back at 15:00\"`
	for _, path := range []string{logPath, downloadPath, "/api/v1/tail/web-01/nginx/access.log"} {
		if a := ann.get(path, upgrade...); a.StatusCode != http.StatusLocked || !strings.HasPrefix(a.body, `{"error":"`+words+`","retry":5,"stop":{"age_ms":`) {
			t.Errorf("%s: %d %s", path, a.StatusCode, a.body)
		}
	}
	if a := root.get(logPath); a.StatusCode != http.StatusLocked || !strings.HasPrefix(a.body, `{"error":"`+words+`","retry":5,"stop":{"by":"root","age_ms":`) {
		t.Errorf("an administrator: %d %s", a.StatusCode, a.body)
	}
	if len(r.tails) > 0 {
		t.Error("a tail was opened")
	}
	plainWords := strings.ReplaceAll(words, `\`, "")
	told := func(m *news, by string) {
		t.Helper()
		if len(m.Logs) != 1 || m.Logs[0].State != stateStopped || m.Logs[0].Why != plainWords || m.Logs[0].Stop == nil {
			t.Fatalf("a list is told %+v", m)
		}
		if stop := *m.Logs[0].Stop; stop.By != by || stop.Left || stop.AgeMS < 0 || stop.AgeMS > patience.Milliseconds() {
			t.Errorf("a list is told of %+v", stop)
		}
	}
	told(list.next(), "")
	told(all.next(), "root")
	if a := ann.get("/api/v1/logs"); !strings.Contains(a.body, `"state":"stopped","why":"`+words+`"`) {
		t.Errorf("the list: %s", a.body)
	}

	if a := root.post(letGoPath, nil); a.StatusCode != 200 {
		t.Fatalf("letting go: %d %s", a.StatusCode, a.body)
	}
	if m := list.next(); len(m.Logs) != 1 || m.Logs[0].State != "ok" || m.Logs[0].Why != "" || m.Logs[0].Stop != nil {
		t.Errorf("then the list is told %+v", m)
	}
	if a := ann.get(logPath); a.StatusCode != 200 {
		t.Errorf("let go: %d %s", a.StatusCode, a.body)
	}
	ann.socket(visibleLog).say(`{"op":"open"}`)
	await(t, "a tail", r.tails)
}

// A log that leaves its host's list while it is stopped stays on the lists of administrators, who let it go on there; for others
// it is gone, as any other is.
func TestAStoppedLogThatLeft(t *testing.T) {
	r := newRig(t, setup{})
	r.quick()
	ann, root := r.signedIn("ann"), r.signedIn("root")
	hers, his := ann.live(), root.live()
	hers.next()
	his.next()
	if a := root.post(stopPath, because("disk work")); a.StatusCode != 200 {
		t.Fatalf("stopping: %d %s", a.StatusCode, a.body)
	}
	hers.next()
	his.next()
	leave := catalogue.Changes{Gone: []wire.Log{visibleLog}}
	r.logs.left.Store(true)
	r.logs.change(leave)
	left := func(m *news) {
		t.Helper()
		for _, log := range m.Logs {
			if log.ID == visibleLog.ID && log.State == stateStopped && log.Name == visibleLog.ID && log.AgeMS == -1 && log.Stop != nil && log.Stop.Left && log.Stop.By == "root" && len(m.Gone) == 0 {
				return
			}
		}
		t.Errorf("an administrator's list is told %+v", m)
	}
	if m := hers.next(); len(m.Logs) != 0 || len(m.Gone) != 1 {
		t.Errorf("her list is told %+v", m)
	}
	left(his.next())
	if m := root.live().next(); m.Say != "list" {
		t.Errorf("a list that begins: %+v", m)
	} else {
		left(m)
	}
	if m := ann.live().next(); len(m.Logs) != 0 {
		t.Errorf("hers that begins: %+v", m)
	}
	// What a host says anew is told whole: that, too.
	r.logs.change(catalogue.Changes{Whole: []string{visibleLog.Host}})
	left(his.next())
	if a := root.get(logPath); a.StatusCode != http.StatusLocked || !strings.Contains(a.body, `"left":true`) {
		t.Errorf("asked for: %d %s", a.StatusCode, a.body)
	}
	if a := ann.get(logPath); a.StatusCode != http.StatusNotFound {
		t.Errorf("asked for by ann: %d %s", a.StatusCode, a.body)
	}
	if a := root.get("/log/web-01/nginx/access.log"); a.StatusCode != 200 {
		t.Errorf("its page: %d", a.StatusCode)
	}
	if a := root.post(letGoPath, nil); a.StatusCode != 200 {
		t.Fatalf("letting go: %d %s", a.StatusCode, a.body)
	}
	if m := his.next(); len(m.Gone) != 1 || m.Gone[0].ID != visibleLog.ID || len(m.Logs) != 0 {
		t.Errorf("let go, his list is told %+v", m)
	}
	if a := root.get(logPath); a.StatusCode != http.StatusNotFound {
		t.Errorf("let go: %d %s", a.StatusCode, a.body)
	}
}

// A stop by another process, of which nobody here was told, ends what is open here.
func TestAStopIsFoundByLooking(t *testing.T) {
	r := newRig(t, setup{look: 10 * time.Millisecond})
	c := r.signedIn("ann").socket(visibleLog)
	c.say(`{"op":"open"}`)
	tail := await(t, "a tail", r.tails)
	other, err := stops.New(stops.Options{Redis: r.client, Names: wire.Names{Namespace: "test"}, Secret: secret})
	if err != nil {
		t.Fatal(err)
	}
	if err := other.Stop(t.Context(), visibleLog, "root", "disk work"); err != nil {
		t.Fatal(err)
	}
	await(t, "the tail is closed", tail.closed)
	c.endsWith(4023)
}

// A process that could not look yet serves no log: it may be stopped.
func TestUntilItIsKnownWhatIsStopped(t *testing.T) {
	r := newRig(t, setup{blind: true})
	r.quick()
	ann := r.signedIn("ann")
	for _, path := range []string{logPath, downloadPath, "/api/v1/tail/web-01/nginx/access.log"} {
		if a := ann.get(path, upgrade...); a.StatusCode != http.StatusServiceUnavailable || !strings.Contains(a.body, `"retry"`) {
			t.Errorf("%s: %d %s", path, a.StatusCode, a.body)
		}
	}
	if len(r.tails) > 0 {
		t.Error("a tail was opened")
	}
}

func TestOnlyAdministratorsStop(t *testing.T) {
	r := newRig(t, setup{})
	ann, root := r.signedIn("ann"), r.signedIn("root")
	if a := ann.post(stopPath, because("mine")); a.StatusCode != http.StatusForbidden || !strings.Contains(a.body, adminsOnly) {
		t.Errorf("ann: %d %s", a.StatusCode, a.body)
	}
	if a := r.browser().post(stopPath, because("mine")); a.StatusCode != http.StatusUnauthorized {
		t.Errorf("signed out: %d", a.StatusCode)
	}
	if a := root.post(stopPath, because("mine"), "Sec-Fetch-Site", "cross-site"); a.StatusCode != http.StatusForbidden {
		t.Errorf("from another site: %d", a.StatusCode)
	}
	// What she may not see does not exist for her.
	for _, verb := range []string{"stop", "letgo"} {
		if a := ann.post("/api/v1/"+verb+"/db-01/secret.log", because("mine")); a.StatusCode != http.StatusNotFound {
			t.Errorf("%s of a hidden log: %d %s", verb, a.StatusCode, a.body)
		}
	}
	if a := root.post("/api/v1/stop/web-01/no/such.log", because("mine")); a.StatusCode != http.StatusNotFound {
		t.Errorf("an unknown log: %d", a.StatusCode)
	}
	for _, reason := range []string{"", "a\nb", strings.Repeat("x", stops.MaxReason+1), strings.Repeat("x", formBytes)} {
		if a := root.post(stopPath, because(reason)); a.StatusCode != http.StatusBadRequest || !strings.Contains(a.body, `"error"`) {
			t.Errorf("%.10q: %d %s", reason, a.StatusCode, a.body)
		}
	}
	if n := len(r.stops.All()); n > 0 {
		t.Fatalf("%d logs are stopped", n)
	}
	if a := root.post(stopPath, because("disk work")); a.StatusCode != 200 {
		t.Fatalf("stopping: %d %s", a.StatusCode, a.body)
	}
	if a := ann.post(letGoPath, nil); a.StatusCode != http.StatusForbidden || len(r.stops.All()) != 1 {
		t.Errorf("ann lets it go: %d", a.StatusCode)
	}
	r.redis.Close()
	if a := root.post(letGoPath, nil); a.StatusCode != http.StatusServiceUnavailable {
		t.Errorf("without Redis: %d %s", a.StatusCode, a.body)
	}
}
