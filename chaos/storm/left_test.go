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

	"github.com/redis/go-redis/v9"
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

// clean is nil when nothing is left. Other tests run beside this one, so processes do not count.
func (s *site) clean() error {
	l := s.left()
	l.processes = 0
	return l.nothing()
}

// expectNothingLeft waits until no file is open, for 12 s, and until nothing is in Redis, for three minutes: what a killed process
// left behind asynq revives only after a minute or two, for a worker to be told no. make chaos looks again when the three minutes
// are over: what is revived so late must have found nobody too.
func (s *site) expectNothingLeft() {
	s.t.Helper()
	began := time.Now()
	eventually(s.t, 15*time.Second, "all files are closed", func() error {
		if held := s.held(); len(held) > 0 {
			return fmt.Errorf("%d files are open: %.300q", len(held), held)
		}
		return nil
	})
	eventually(s.t, 3*time.Minute+10*time.Second, "nothing is left", s.clean)
	s.expectStillNothing(began)
}

// expectStillNothing looks again three minutes after that moment, in make chaos.
func (s *site) expectStillNothing(after time.Time) {
	s.t.Helper()
	if minutes == 0 {
		return
	}
	pause(time.Until(after.Add(3 * time.Minute)))
	if err := s.clean(); err != nil {
		s.t.Errorf("three minutes later: %v", err)
	}
}

// lapse makes the lease of each job that is under way as old as asynq wants it before it revives the job; a worker that starts
// looks for such jobs first of all. It spares a test the minute and a half that asynq would wait.
func (s *site) lapse() (jobs int) {
	s.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	c := s.redis.Client()
	defer c.Close()
	keys, err := c.Keys(ctx, "asynq:{*}:lease").Result()
	if err != nil {
		s.t.Fatal(err)
	}
	for _, key := range keys {
		ids, err := c.ZRange(ctx, key, 0, -1).Result()
		if err != nil {
			s.t.Fatal(err)
		}
		for _, id := range ids {
			if err := c.ZAddXX(ctx, key, redis.Z{Member: id}).Err(); err != nil {
				s.t.Fatal(err)
			}
			jobs++
		}
	}
	return jobs
}
