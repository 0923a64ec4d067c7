//go:build linux

package storm

import (
	"encoding/base64"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/crypto/argon2"

	"livetail/internal/testredis"
)

const (
	host      = "web-01"
	namespace = "storm"
	user      = "ada"
	password  = "open sesame"
)

// site is an installation: a redis-server, web and worker processes, and between each two that talk a link.
type site struct {
	t       testing.TB
	dir     string
	logs    string
	redis   *testredis.Server
	url     string // of Redis, if not through a link
	webs    []*node
	workers []*node
}

// node is a place for a web or worker process, which may come and go.
type node struct {
	*process
	site    *site
	kind    string // the program
	name    string
	config  string
	toRedis *link
	front   *link    // of a web: what pages connect to
	through []string // a command that runs the program somewhere else
}

func newSite(t testing.TB, webs, workers int) *site {
	t.Helper()
	return newSiteOn(t, testredis.Start(t), "", webs, workers)
}

// newSiteOn is newSite with a Redis of one's own, which is reached by that URL, if any, instead of through links.
func newSiteOn(t testing.TB, server *testredis.Server, url string, webs, workers int) *site {
	t.Helper()
	dir, err := filepath.EvalSymlinks(t.TempDir()) // the kernel says where a descriptor leads without links
	if err != nil {
		t.Fatal(err)
	}
	s := &site{t: t, dir: dir, logs: filepath.Join(dir, "logs"), redis: server, url: url}
	if err := os.Mkdir(s.logs, 0o755); err != nil {
		t.Fatal(err)
	}
	s.write("secret", strings.Repeat("0123456789abcdef", 4), 0o600)
	for i := range webs {
		s.webs = append(s.webs, s.node("web", i))
	}
	for i := range workers {
		s.workers = append(s.workers, s.node("worker", i))
	}
	return s
}

func (s *site) write(name, text string, mode os.FileMode) string {
	s.t.Helper()
	path := filepath.Join(s.dir, name)
	if err := os.WriteFile(path, []byte(text), mode); err != nil {
		s.t.Fatal(err)
	}
	return path
}

func (s *site) node(kind string, i int) *node {
	s.t.Helper()
	n := &node{site: s, kind: kind, name: fmt.Sprintf("%s-%d", kind, i+1), toRedis: newLink(s.t, s.redis.Addr)}
	url := s.url
	if url == "" {
		url = "redis://" + n.toRedis.addr()
	}
	n.settle(testredis.FreeAddr(s.t), url)
	return n
}

// settle writes the node's config and starts it.
func (n *node) settle(listen, url string) {
	s, kind := n.site, n.kind
	n.config = s.write(n.name+".yaml", fmt.Sprintf(`
web: {listen: "%s", limits: {tails_per_user: 4000, tails: 4000}}
redis: {url: "%s", namespace: %s}
secret_file: %s/secret
worker: {host: %s, places: 4000}
logs:
  - {id: apps, folder: "%s"}
users:
  - {name: %s, hash: "%s", admin: true}
`, listen, url, namespace, s.dir, host, s.logs, user, cheapHash(password)), 0o600)
	if kind == "web" {
		n.front = newLink(s.t, listen)
	}
	n.start()
	s.t.Cleanup(func() {
		n.kill()
		if s.t.Failed() {
			s.t.Logf("%s said at last:\n%s", n.name, lastWords(n.said))
		}
	})
}

// start runs the node's program again.
func (n *node) start() {
	n.process = launch(n.site.t, n.name, filepath.Join(n.site.dir, n.name+".out"),
		append(n.through, filepath.Join(programs, n.kind), "-config", n.config)...)
}

func (n *node) url() string { return "http://" + n.front.addr() }

// nodes are all places of processes.
func (s *site) nodes() []*node { return append(append([]*node(nil), s.webs...), s.workers...) }

// held are the logs that workers have open.
func (s *site) held() (all []string) {
	for _, w := range s.workers {
		all = append(all, w.holds(s.logs)...)
	}
	return all
}

// cheapHash fits a password and costs little: whoever lost a session signs in again, and that is not what is tried here.
func cheapHash(password string) string {
	salt := []byte("0123456789abcdef")
	key := argon2.IDKey([]byte(password), salt, 1, 4096, 1, 32)
	b64 := base64.RawStdEncoding
	return fmt.Sprintf("$argon2id$v=%d$m=4096,t=1,p=1$%s$%s", argon2.Version, b64.EncodeToString(salt), b64.EncodeToString(key))
}
