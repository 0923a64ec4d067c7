//go:build linux

package storm

import (
	"context"
	"fmt"
	"os"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// expected may stay in Redis: sessions, the catalogue, asynq's own counters.
var expected = regexp.MustCompile(`^(asynq:(queues|servers|workers)|asynq:(servers|workers):.*|asynq:\{[^}]*\}:(processed|failed).*|` +
	namespace + `:(session:.*|slow:.*|installation|catalogue.*|rings:.*))$`)

// leftBehind is what is open, running or in Redis though no page is open.
type leftBehind struct {
	files, keys []string
	processes   int // beyond those that should be
}

func (l leftBehind) String() string {
	return fmt.Sprintf("%d files open, %d keys in Redis, %d processes too many", len(l.files), len(l.keys), l.processes)
}

func (l leftBehind) nothing() error {
	if len(l.files)+len(l.keys)+l.processes == 0 {
		return nil
	}
	return fmt.Errorf("%v: %.300q %.600q", l, l.files, l.keys)
}

// left looks for it.
func (s *site) left() (l leftBehind) {
	l.files = s.held()
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	c := s.redis.Client()
	defer c.Close()
	keys, err := c.Keys(ctx, "*").Result()
	channels, err2 := c.PubSubChannels(ctx, namespace+":tail:*").Result()
	if err != nil || err2 != nil {
		l.keys = append(l.keys, "redis does not answer")
	}
	l.keys = append(l.keys, channels...)
	for _, key := range keys {
		if !expected.MatchString(key) {
			l.keys = append(l.keys, key)
		}
	}
	l.processes = children() - len(s.nodes()) - 1
	return l
}

// children is how many processes of ours run: those of the site, and its redis-server.
func children() (n int) {
	entries, _ := os.ReadDir("/proc")
	for _, entry := range entries {
		stat, err := os.ReadFile("/proc/" + entry.Name() + "/stat")
		if err != nil {
			continue
		}
		fields := strings.Fields(string(stat[strings.LastIndexByte(string(stat), ')')+1:]))
		if len(fields) > 1 && fields[1] == strconv.Itoa(os.Getpid()) {
			n++
		}
	}
	return n
}

// expectNothingLeft waits until no file is open, for 12 s, and until nothing is in Redis, for three minutes: what a killed process
// left behind asynq revives only after a minute or two, for a worker to be told no.
func (s *site) expectNothingLeft() {
	s.t.Helper()
	eventually(s.t, 15*time.Second, "all files are closed", func() error {
		if held := s.held(); len(held) > 0 {
			return fmt.Errorf("%d files are open: %.300q", len(held), held)
		}
		return nil
	})
	eventually(s.t, 3*time.Minute+10*time.Second, "nothing is left", func() error {
		l := s.left()
		l.processes = 0 // other tests run beside this one
		return l.nothing()
	})
}
