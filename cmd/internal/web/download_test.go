package web

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"livetail/internal/delivery"
	"livetail/internal/wire"
)

const downloadPath = "/api/v1/download/web-01/nginx/access.log"

// answers gives a tail's reader frames of the answer.
func (q *quietTail) answers(t *testing.T, frames ...any) {
	t.Helper()
	for _, x := range frames {
		f := wire.Frame{Kind: wire.Lines}
		switch x := x.(type) {
		case string:
			f.Payload = []byte(x)
		case wire.Frame:
			f = x
		case wire.Marker:
			var err error
			if f, err = x.Frame(); err != nil {
				t.Fatal(err)
			}
			if x.Kind == wire.MarkEnd {
				f.Flags = wire.Last
			}
		}
		f.Reply = 1
		q.items <- delivery.Item{Frame: f.AppendTo(nil)}
	}
}

// downloading begins a download; what comes of it is sent when its body has been read.
func (b *browser) downloading(path string) <-chan answer {
	done := make(chan answer, 1)
	go func() {
		q, _ := http.NewRequestWithContext(b.t.Context(), "GET", b.url+path, nil)
		r, err := b.Do(q)
		if err != nil {
			b.t.Error(err)
			close(done)
			return
		}
		defer r.Body.Close()
		text, err := io.ReadAll(r.Body)
		if err != nil {
			text = append(text, " CUT"...)
		}
		done <- answer{r, string(text)}
	}()
	return done
}

func TestDownload(t *testing.T) {
	r := newRig(t, setup{})
	from := wire.Position{{File: "f", Offset: 5}}
	done := r.signedIn("ann").downloading(downloadPath + "?from=" + from.String() + "&filter=" + url.QueryEscape(`{"levels":["error"]}`))
	request, tail := await(t, "a tail", r.requests), await(t, "a tail", r.tails)
	if request.Log != visibleLog || !request.Quiet || request.Lines != 0 || request.Paths || request.User != r.site.Asker("ann") {
		t.Errorf("opened %+v", request)
	}
	q := await(t, "a question", tail.asked)
	if q.Ask != wire.AskRead || q.Back || q.From.String() != from.String() || string(q.Filter) != `{"levels":["error"]}` {
		t.Errorf("asked %+v", q)
	}
	live := wire.Frame{Kind: wire.Lines, Payload: []byte("of the tail\n")}
	tail.items <- delivery.Item{Frame: live.AppendTo(nil)}
	tail.items <- delivery.Item{State: delivery.Following}
	tail.answers(t, wire.Marker{Kind: wire.MarkFile, Name: "access.log.1"}, "one\n", wire.Frame{Kind: wire.Lines, Flags: wire.NoEOL, Payload: []byte("two")},
		wire.Marker{Kind: wire.MarkGap, Bytes: 7, Why: "deleted\nmeanwhile"}, "", "three\n", wire.Marker{Kind: wire.MarkEnd, End: wire.EndEdge})
	a := await(t, "the download", done)
	if a.StatusCode != 200 || a.body != "one\ntwo\nthree\n" {
		t.Errorf("%d %q", a.StatusCode, a.body)
	}
	if got := a.Header.Get("Content-Disposition"); got != "attachment; filename=access-part.log" {
		t.Errorf("it is called %q", got)
	}
	if got := a.Trailer.Get(gapsTrailer); got != "7 bytes: deleted?meanwhile" {
		t.Errorf("the gap is told as %q", got)
	}
	await(t, "the tail is closed", tail.closed)
}

// What is not complete never looks as if it were.
func TestDownloadThatFails(t *testing.T) {
	r := newRig(t, setup{})
	ann := r.signedIn("ann")
	failed := wire.Marker{Kind: wire.MarkEnd, End: wire.EndFailed, Why: "the disk is on fire"}
	done := ann.downloading(downloadPath)
	await(t, "a tail", r.tails).answers(t, failed)
	if a := await(t, "the refusal", done); a.StatusCode != 503 || !strings.Contains(a.body, "on fire") || a.Header.Get("Content-Disposition") != "" {
		t.Errorf("%d %s", a.StatusCode, a.body)
	}
	done = ann.downloading(downloadPath)
	await(t, "a tail", r.tails).answers(t, "one\n", failed)
	if a := await(t, "half a download", done); a.StatusCode != 200 || !strings.HasSuffix(a.body, " CUT") {
		t.Errorf("%d %q", a.StatusCode, a.body)
	}
	for path, status := range map[string]int{
		"/api/v1/download/db-01/secret.log": 404, downloadPath + "?from=!": 400, downloadPath + "?until=!": 400,
		downloadPath + "?filter=" + url.QueryEscape(`{"include":[{"text":"(","regex":true}]}`): 400,
	} {
		if a := ann.get(path); a.StatusCode != status || !strings.Contains(a.body, `"error"`) {
			t.Errorf("%s: %d %s", path, a.StatusCode, a.body)
		}
	}
	if a := r.browser().get(downloadPath); a.StatusCode != 401 {
		t.Errorf("signed out: %d", a.StatusCode)
	}
}

// A client that leaves, a session that ends and a server that stops end the tail; a fifth download of one user is refused.
func TestDownloadsEnd(t *testing.T) {
	r := newRig(t, setup{})
	ann := r.signedIn("ann")
	ctx, leave := context.WithCancel(t.Context())
	q, _ := http.NewRequestWithContext(ctx, "GET", ann.url+downloadPath, nil)
	left := make(chan struct{})
	go func() {
		defer close(left)
		if a, err := ann.Do(q); err == nil {
			a.Body.Close()
		}
	}()
	tail := await(t, "a tail", r.tails)
	leave()
	<-left
	await(t, "the tail of a client that left is closed", tail.closed)
	eventually(t, "its download is over", func() bool {
		r.site.downloads.mu.Lock()
		defer r.site.downloads.mu.Unlock()
		return len(r.site.downloads.users) == 0
	})

	var others []<-chan answer
	var tails []*quietTail
	for range downloadsPerUser {
		others = append(others, ann.downloading(downloadPath))
		tails = append(tails, await(t, "a tail", r.tails))
		await(t, "a question", tails[len(tails)-1].asked)
	}
	if a := ann.get(downloadPath); a.StatusCode != 429 || !strings.Contains(a.body, "under way") {
		t.Errorf("a fifth: %d %s", a.StatusCode, a.body)
	}
	tails[0].answers(t, "one\n") // this one has begun
	await(t, "what came is taken", tails[0].taken)
	if a := ann.post("/signout", nil); a.StatusCode != http.StatusSeeOther {
		t.Fatalf("signing out: %d", a.StatusCode)
	}
	if a := await(t, "half a download", others[0]); a.StatusCode != 200 || a.body != "one\n CUT" {
		t.Errorf("signed out: %d %q", a.StatusCode, a.body)
	}
	await(t, "the tail is closed", tails[0].closed)
	for i, done := range others[1:] {
		if a := await(t, "an answer", done); a.StatusCode != 503 || strings.Contains(a.body, "no worker") {
			t.Errorf("signed out: %d %s", a.StatusCode, a.body)
		}
		await(t, "the tail is closed", tails[i+1].closed)
	}
}

// A server that stops does not wait for downloads, and a client does not take what it has for the whole.
func TestADownloadEndsWithTheServer(t *testing.T) {
	r := newRig(t, setup{})
	done := r.signedIn("ann").downloading(downloadPath)
	tail := await(t, "a tail", r.tails)
	await(t, "a question", tail.asked)
	tail.answers(t, "one\n")
	await(t, "what came is taken", tail.taken)
	close(r.site.stopping)
	if a := await(t, "half a download", done); a.StatusCode != 200 || a.body != "one\n CUT" {
		t.Errorf("stopping: %d %q", a.StatusCode, a.body)
	}
	await(t, "the tail is closed", tail.closed)
}

func TestDownloadNames(t *testing.T) {
	for id, want := range map[string]string{"nginx/access.log": "access.log", "a/.hidden": "hidden", "...": "log", "x/app-_0a.log": "app-_0a.log"} {
		if got := fileName(id, "a title", false); got != want {
			t.Errorf("%s is saved as %q, want %q", id, got, want)
		}
	}
	if got := fileName(wire.EscapeID("x/päivä #1.log"), "x/päivä #1.log", true); got != "päivä #1-part.log" {
		t.Errorf("a name that an id escapes is saved as %q", got)
	}
	if got := fileName("journal", "journal", true); got != "journal-part" {
		t.Errorf("a part is saved as %q", got)
	}
}

// A search that finds nothing for longer than a request may take still ends with an answer, and whole.
func TestADownloadOutlivesTheServersDeadline(t *testing.T) {
	r := newRig(t, setup{})
	ann := r.signedIn("ann")
	strict := httptest.NewUnstartedServer(r.site.handler)
	strict.Config.WriteTimeout = 50 * time.Millisecond
	told := &deadlines{}
	strict.Listener = noting{strict.Listener, told}
	strict.Start()
	t.Cleanup(strict.Close)
	ann.url = strict.URL
	for status, end := range map[int]wire.Marker{
		200: {Kind: wire.MarkEnd, End: wire.EndEdge}, 503: {Kind: wire.MarkEnd, End: wire.EndFailed, Why: "the disk is on fire"},
	} {
		done := ann.downloading(downloadPath)
		tail := await(t, "a tail", r.tails)
		await(t, "a question", tail.asked)
		eventually(t, "a request may take no longer", func() bool { _, write := told.now(); return !write.IsZero() && time.Now().After(write) })
		tail.answers(t, end)
		if a := await(t, "the end", done); a.Response == nil || a.StatusCode != status || strings.Contains(a.body, "CUT") {
			t.Errorf("want %d, got %+v", status, a)
		}
	}
}
