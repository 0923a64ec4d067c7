//go:build linux

package storm

import (
	"context"
	"fmt"
	"net"
	"path/filepath"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"livetail/internal/testredis"
)

// A Redis that dies or hangs is followed by its replica, as a real sentinel decides; all tails go on exactly.
func TestSentinel(t *testing.T) {
	t.Parallel()
	for name, trouble := range map[string]func(master *testredis.Server){
		"killed": func(master *testredis.Server) { master.Kill() },
		"frozen": func(master *testredis.Server) { master.Freeze() },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			master := testredis.Start(t)
			ip, port, _ := net.SplitHostPort(master.Addr)
			replica := testredis.Start(t, "--replicaof", ip, port)
			addr := startSentinel(t, ip, port)
			eventually(t, patience, "the sentinel knows the replica", func() error { return knows(addr, "slaves", 1) })
			g := newGroup(newSiteOn(t, replica, "redis+sentinel://"+addr+",127.0.0.1:1/main/0", 2, 1), "app.log", 8, nil)
			g.journal.begin(50 * time.Millisecond)
			pause(time.Second)
			trouble(master)
			eventually(t, patience, "the replica is the master", func() error {
				c := replica.Client()
				role, err := c.Do(context.Background(), "ROLE").Slice()
				if err != nil || len(role) == 0 || role[0] != "master" {
					return fmt.Errorf("%v, %v", role, err)
				}
				return nil
			})
			g.caughtUp("after the switch")
			if name == "frozen" { // the old master wakes up and believes for a moment to be one
				master.Thaw()
				pause(5 * time.Second)
			}
			if g.person.again > 0 {
				t.Error("somebody was signed out")
			}
			g.finish("redis switched by sentinel: " + name)
		})
	}
}

func startSentinel(t *testing.T, ip, port string) (addr string) {
	t.Helper()
	dir := t.TempDir()
	addr = testredis.FreeAddr(t)
	_, own, _ := net.SplitHostPort(addr)
	s := &site{t: t, dir: dir}
	config := s.write("sentinel.conf", fmt.Sprintf("port %s\nbind 127.0.0.1\ndir %s\nsentinel monitor main %s %s 1\n"+
		"sentinel down-after-milliseconds main 2000\nsentinel failover-timeout main 10000\n", own, dir, ip, port), 0o600)
	p := launch(t, "sentinel", filepath.Join(dir, "sentinel.out"), "redis-server", config, "--sentinel")
	t.Cleanup(func() {
		p.kill()
		if t.Failed() {
			t.Logf("the sentinel said:\n%s", lastWords(p.said))
		}
	})
	eventually(t, patience, "the sentinel answers", func() error { return knows(addr, "masters", 1) })
	return addr
}

// knows is nil when the sentinel lists so many masters or replicas that are well.
func knows(addr, what string, want int) error {
	c := redis.NewClient(&redis.Options{Addr: addr, MaxRetries: -1})
	defer c.Close()
	args := []any{"SENTINEL", what}
	if what != "masters" {
		args = append(args, "main")
	}
	list, err := c.Do(context.Background(), args...).Slice()
	if err != nil || len(list) != want {
		return fmt.Errorf("%d %s, %v", len(list), what, err)
	}
	return nil
}
