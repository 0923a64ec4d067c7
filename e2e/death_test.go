//go:build linux

package e2e

import (
	"fmt"
	"net/http"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// recovery is how long asynq may take to revive what a killed process left active: a lease of 30 s, a look once a minute.
const recovery = 90 * time.Second

const appLog = host + "/apps/app.log"

// stage is a site with a writer, and people who watch its log.
type stage struct {
	*site
	web     *web
	worker  *process
	writer  *writer
	person  *person
	clients []*client
}

func newStage(t *testing.T, clients int) *stage {
	s := &stage{site: newSite(t)}
	s.web, s.worker = s.start()
	s.person = s.signIn(s.web, sre)
	for range clients {
		s.clients = append(s.clients, s.person.follow(appLog, 0, s.web.url))
	}
	for _, c := range s.clients {
		c.isLive()
	}
	s.writer = startWriter(t, filepath.Join(s.apps, "app.log"))
	s.writer.more(100)
	s.allHave(100)
	return s
}

func (s *stage) allHave(n int) {
	s.t.Helper()
	for _, c := range s.clients {
		c.has(n)
	}
}

// finish expects every line at every client, and, when they are gone, nothing left.
func (s *stage) finish() {
	s.t.Helper()
	s.writer.more(100)
	s.allHave(s.writer.stop())
	for _, c := range s.clients {
		c.stop()
	}
	s.expectNothingLeft(s.worker)
}

func TestWorkerKilledBesideAnother(t *testing.T) {
	t.Parallel()
	s := newStage(t, 8)
	second := s.launchWorker()
	// Tails go to whoever is free: of those that come one after the other, one is the second worker's once that serves.
	eventually(t, "the second worker follows too", func() bool {
		c := s.person.follow(appLog, -1, s.web.url)
		c.isLive()
		if len(second.open(s.apps)) == 0 {
			c.stop()
			return false
		}
		s.clients = append(s.clients, c)
		return true
	})
	s.worker.kill()
	s.worker = second
	s.finish()
	for _, c := range s.clients {
		if n := c.connections(); n != 1 {
			t.Errorf("a page had to connect %d times: a worker's death is not its business", n)
		}
	}
}

func TestTheOnlyWorkerKilled(t *testing.T) {
	t.Parallel()
	s := newStage(t, 5)
	s.worker.kill()
	s.writer.more(100)
	eventually(t, "the page is told", func() bool {
		c := s.clients[0]
		c.mu.Lock()
		defer c.mu.Unlock()
		return strings.Contains(strings.Join(c.states, " "), "following reconnecting")
	})
	// What happens meanwhile is found later.
	s.writer.rotate(filepath.Join(s.apps, "app.log.1"))
	s.writer.more(100)
	s.worker = s.launchWorker()
	s.finish()
}

func TestWorkerStops(t *testing.T) {
	t.Parallel()
	s := newStage(t, 5)
	second := s.launchWorker()
	second.saying("serving logs")
	s.worker.stop()
	s.worker = second
	s.finish()
}

// The followers of a dead web process end, and its people go on at another one.
func TestWebKilled(t *testing.T) {
	t.Parallel()
	s := newStage(t, 1)
	const tails = 50 // as many as one user may have open
	var idle []*client
	for i := range tails - 1 {
		name := fmt.Sprintf("idle-%c%c.log", 'a'+i/26, 'a'+i%26)
		write(t, filepath.Join(s.apps, name), numbered(0))
		c := s.person.follow(host+"/apps/"+name, 0, s.web.url)
		idle = append(idle, c)
	}
	for _, c := range idle {
		c.has(1)
	}
	eventually(t, "the worker holds a file for each tail", func() bool { return len(s.worker.open(s.apps)) == tails })
	second := s.launchWeb()
	s.ready(second)
	s.clients[0].moveTo(second.url)
	s.web.kill()
	began := time.Now()
	for _, c := range idle {
		c.stop() // nobody else watches these
	}
	eventually(t, "the dead process's files are closed", func() bool {
		held := s.worker.open(s.apps)
		return len(held) == 1 && filepath.Base(held[0]) == "app.log"
	})
	t.Logf("all files of the dead web process were closed after %v", time.Since(began).Round(time.Millisecond))
	s.finish()
}

func TestWebStops(t *testing.T) {
	t.Parallel()
	s := newStage(t, 5)
	second := s.launchWeb()
	s.ready(second)
	for _, c := range s.clients {
		c.moveTo(second.url)
	}
	s.web.stop()
	for _, c := range s.clients {
		eventually(t, "the page is told to come back", func() bool { return c.heard(1012) })
	}
	s.finish()
}

// Redis forgets everything: nothing is lost, nobody is signed out.
func TestRedisRestartsEmpty(t *testing.T) {
	t.Parallel()
	s := newStage(t, 5)
	s.redis.Restart()
	s.writer.more(100)
	s.allHave(int(s.writer.written.Load()))
	eventually(t, "the session is put back", func() bool {
		status, body := s.person.get(s.web.url + "/api/v1/logs")
		if status == http.StatusUnauthorized {
			return false
		}
		return status == http.StatusOK && strings.Contains(body, "apps/app.log")
	})
	write(t, filepath.Join(s.apps, "fresh.log"), numbered(0))
	eventually(t, "a new log is announced", func() bool {
		status, _ := s.person.get(s.web.url + "/api/v1/log/" + host + "/apps/fresh.log")
		return status == http.StatusOK
	})
	fresh := s.person.follow(host+"/apps/fresh.log", 0, s.web.url)
	fresh.has(1)
	fresh.stop()
	for _, c := range s.clients {
		if n := c.connections(); n != 1 {
			t.Errorf("a page had to connect %d times", n)
		}
	}
	s.finish()
}

func TestRedisAwayAtStart(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.redis.Kill()
	w, worker := s.launchWeb(), s.launchWorker()
	w.saying("redis does not answer")
	worker.saying("redis does not answer")
	out := newPerson(t)
	if status, _ := out.get(w.url + "/readyz"); status != http.StatusServiceUnavailable {
		t.Errorf("without Redis it is ready: %d", status)
	}
	if status, body := out.get(w.url + "/signin"); status != http.StatusOK {
		t.Errorf("without Redis the form is %d %s", status, body)
	}
	s.redis.Restart()
	for _, p := range []*process{w.process, worker} {
		p.saying("redis answers")
		if n := strings.Count(p.stderr.String(), "level=WARN") + strings.Count(p.stderr.String(), "level=ERROR"); n != 1 {
			t.Errorf("%s said not one line about it:\n%s", p.name, &p.stderr)
		}
	}
	s.ready(w)
	c := s.signIn(w, sre).follow(appLog, 0, w.url)
	c.isLive()
	appendTo(t, filepath.Join(s.apps, "app.log"), numbered(0)+numbered(1))
	c.has(2)
	c.stop()
	s.expectNothingLeft(worker)
	w.stop()
	worker.stop()
}
