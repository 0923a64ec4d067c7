//go:build linux

package e2e

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"livetail/internal/testredis"
)

const (
	host      = "web-01"
	namespace = "e2e"
	admin     = "ada"
	sre       = "sre" // may see what is in apps
	odd       = "odd näme #1 50%.log"
)

// site is an installation: a redis-server, a config, and logs. Any number of web and worker processes may run in it.
type site struct {
	t      testing.TB
	redis  *testredis.Server
	config string
	apps   string // folder of the logs that everybody may see
	vault  string // folder of those for administrators
}

func newSite(t testing.TB) *site {
	t.Helper()
	hash, err := passwordHash()
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	s := &site{t: t, redis: testredis.Start(t), config: filepath.Join(dir, "config.yaml"), apps: filepath.Join(dir, "apps"), vault: filepath.Join(dir, "vault")}
	write(t, filepath.Join(dir, "secret"), strings.Repeat("0123456789abcdef", 4))
	chmod(t, filepath.Join(dir, "secret"), 0o600)
	write(t, filepath.Join(s.apps, "app.log"), "")
	write(t, filepath.Join(s.apps, "other.log"), "the only line of other.log\n")
	write(t, filepath.Join(s.apps, odd), "the only line of an odd name\n")
	write(t, filepath.Join(s.vault, "forbidden.log"), "for administrators only\n")
	write(t, s.config, fmt.Sprintf(`
web: {listen: "127.0.0.1:0"}
redis: {url: "%s", namespace: %s}
secret_file: %s/secret
worker: {host: %s}
logs:
  - {id: apps, name: Applications, folder: %s}
  - {id: vault, folder: %s}
users:
  - {name: %s, hash: "%s", admin: true}
  - {name: %s, hash: "%[8]s"}
access:
  - {users: [%[9]s], logs: ["*/apps/**"]}
`, s.redis.URL(), namespace, dir, host, s.apps, s.vault, admin, hash, sre))
	return s
}

// web is a running web process.
type web struct {
	*process
	url string
}

var serving = regexp.MustCompile(`msg="serving pages" address=(\S+)`)

// launchWeb starts a web process and waits until it listens.
func (s *site) launchWeb() *web {
	s.t.Helper()
	w := &web{process: launch(s.t, "web", nil, "-config", s.config)}
	w.saying("serving pages")
	w.url = "http://" + serving.FindStringSubmatch(w.stderr.String())[1]
	return w
}

func (s *site) launchWorker() *process {
	s.t.Helper()
	return launch(s.t, "worker", nil, "-config", s.config)
}

// start runs a web process and a worker, and waits until the one knows the logs of the other.
func (s *site) start() (*web, *process) {
	s.t.Helper()
	w, worker := s.launchWeb(), s.launchWorker()
	s.ready(w)
	return w, worker
}

// ready waits until a web process shows the logs.
func (s *site) ready(w *web) {
	s.t.Helper()
	p := s.signIn(w, admin)
	eventually(s.t, "the logs are listed", func() bool {
		status, body := p.get(w.url + "/api/v1/logs")
		return status == http.StatusOK && strings.Contains(body, "apps/app.log")
	})
}

// person speaks HTTP as a browser does, with the cookies of one.
type person struct {
	t testing.TB
	*http.Client
}

func newPerson(t testing.TB) *person {
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	return &person{t, &http.Client{Jar: jar, Timeout: patience}}
}

// signIn signs a new person in as soon as the process can do that.
func (s *site) signIn(w *web, name string) *person {
	s.t.Helper()
	p := newPerson(s.t)
	eventually(s.t, "signing in", func() bool { return p.signIn(w.url, name, password) })
	return p
}

func (p *person) signIn(site, name, password string) bool {
	form := url.Values{"name": {name}, "password": {password}, "next": {"/healthz"}}
	r, err := p.PostForm(site+"/signin", form)
	if err != nil {
		return false
	}
	defer r.Body.Close()
	return r.Request.URL.Path == "/healthz"
}

// get is the status and body of an answer; 0 if there is none.
func (p *person) get(url string) (int, string) {
	p.t.Helper()
	r, err := p.Get(url)
	if err != nil {
		return 0, err.Error()
	}
	defer r.Body.Close()
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return 0, err.Error()
	}
	return r.StatusCode, string(body)
}

// expectNothingLeft waits until Redis holds no more than it should after all tails are closed: sessions, the catalogue and
// asynq's own counters. What a killed process left behind asynq revives only after a minute or two, for a worker to be told no;
// what a server is busy with it corrects every 5 s.
//
// Where Redis lost everything it has nothing of a tail that is just being closed: the files are waited for too.
func (s *site) expectNothingLeft(worker *process) {
	s.t.Helper()
	c := s.redis.Client()
	var left []string
	defer func() {
		if s.t.Failed() {
			s.t.Logf("left in Redis: %q", left)
		}
	}()
	eventuallyWithin(s.t, 2*recovery, "nothing is left in Redis", func() bool {
		keys, err := c.Keys(context.Background(), "*").Result()
		channels, err2 := c.PubSubChannels(context.Background(), namespace+":tail:*").Result()
		if err != nil || err2 != nil {
			return false
		}
		left = channels
		for _, key := range keys {
			if !expected.MatchString(key) {
				left = append(left, key)
			}
		}
		return len(left) == 0
	})
	for _, dir := range []string{s.apps, s.vault} {
		eventually(s.t, "the worker holds nothing in "+dir, func() bool { return len(worker.open(dir)) == 0 })
	}
}

var expected = regexp.MustCompile(`^(asynq:(queues|servers|workers)|asynq:servers:.*|asynq:\{[^}]*\}:(processed|failed).*|` + namespace + `:(session:.*|installation|catalogue.*|rings:.*))$`)
