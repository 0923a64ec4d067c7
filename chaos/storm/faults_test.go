//go:build linux

package storm

import (
	"context"
	"fmt"
	"math/rand/v2"
	"time"
)

// fault is something that goes wrong for a while. do returns when it is over.
type fault struct {
	name  string
	least time.Duration
	most  time.Duration
	do    func(s *site, r *rand.Rand, d time.Duration)
}

func one(of []*node, r *rand.Rand) *node { return of[r.IntN(len(of))] }

// killed is kill -9 of a process, which is started again d later.
func killed(n *node, d time.Duration) {
	n.kill()
	pause(d)
	n.start()
}

// restarted stops a process in order, and starts it again d later.
func restarted(n *node, d time.Duration) {
	n.stop()
	pause(d)
	n.start()
}

func frozen(n *node, d time.Duration) {
	n.freeze()
	pause(d)
	n.thaw()
}

// through lets a link misbehave for d. A network that dropped packets may go on afterwards, or answer with a reset.
func through(kind string, l *link, r *rand.Rand, d time.Duration) {
	switch kind {
	case "cut":
		for end := time.Now().Add(d); time.Now().Before(end); pause(50 * time.Millisecond) {
			l.cut()
		}
	case "late":
		l.slow(time.Duration(20+r.IntN(180)) * time.Millisecond)
		pause(d)
	case "silent":
		l.hole()
		pause(d)
		if r.IntN(2) == 0 {
			l.cut()
		}
	case "away":
		l.leave()
		pause(d)
	}
	l.mend()
}

// faults are all that the storm knows. Times are those of make chaos.
func faults() []fault {
	const ms, s = time.Millisecond, time.Second
	all := []fault{
		{"web kill -9", 100 * ms, 8 * s, func(t *site, r *rand.Rand, d time.Duration) { killed(one(t.webs, r), d) }},
		{"web restarted in order", 0, 3 * s, func(t *site, r *rand.Rand, d time.Duration) { restarted(one(t.webs, r), d) }},
		{"web frozen", s, 30 * s, func(t *site, r *rand.Rand, d time.Duration) { frozen(one(t.webs, r), d) }},
		{"worker kill -9", 100 * ms, 8 * s, func(t *site, r *rand.Rand, d time.Duration) { killed(one(t.workers, r), d) }},
		{"worker restarted in order", 0, 3 * s, func(t *site, r *rand.Rand, d time.Duration) { restarted(one(t.workers, r), d) }},
		{"worker frozen", s, 30 * s, func(t *site, r *rand.Rand, d time.Duration) { frozen(one(t.workers, r), d) }},
		{"all workers kill -9", 100 * ms, 4 * s, func(t *site, r *rand.Rand, d time.Duration) {
			for _, w := range t.workers {
				w.kill()
			}
			pause(d)
			for _, w := range t.workers {
				w.start()
			}
		}},
		{"redis: subscribers killed", s, 10 * s, func(t *site, r *rand.Rand, d time.Duration) {
			for end := time.Now().Add(d); time.Now().Before(end); pause(50 * ms) {
				_ = t.redis.KillPubSub(context.Background())
			}
		}},
		{"redis: all clients killed", s, 5 * s, func(t *site, r *rand.Rand, d time.Duration) {
			for end := time.Now().Add(d); time.Now().Before(end); pause(200 * ms) {
				_ = t.redis.KillAll(context.Background())
			}
		}},
		{"redis: emptied", 0, 2 * s, func(t *site, r *rand.Rand, d time.Duration) { t.redis.FlushAll(); pause(d); t.redis.FlushAll() }},
		{"redis: restarted empty", 0, 0, func(t *site, r *rand.Rand, d time.Duration) { t.redis.Restart() }},
		{"redis: frozen", s, 30 * s, func(t *site, r *rand.Rand, d time.Duration) { t.redis.Freeze(); pause(d); t.redis.Thaw() }},
		{"redis: away", s, 30 * s, func(t *site, r *rand.Rand, d time.Duration) { t.redis.Kill(); pause(d); t.redis.Restart() }},
		{"redis: full", s, 30 * s, func(t *site, r *rand.Rand, d time.Duration) { t.redis.Fill(); pause(d); t.redis.Unfill() }},
	}
	for _, kind := range []string{"cut", "late", "silent", "away"} {
		all = append(all,
			fault{"web–redis " + kind, s, 20 * s, func(t *site, r *rand.Rand, d time.Duration) { through(kind, one(t.webs, r).toRedis, r, d) }},
			fault{"worker–redis " + kind, s, 20 * s, func(t *site, r *rand.Rand, d time.Duration) { through(kind, one(t.workers, r).toRedis, r, d) }},
			fault{"page–web " + kind, s, 20 * s, func(t *site, r *rand.Rand, d time.Duration) { through(kind, one(t.webs, r).front, r, d) }})
	}
	return all
}

// length is for how long it lasts this time: mostly short.
func (f fault) length(r *rand.Rand) time.Duration {
	if f.most <= f.least {
		return f.least
	}
	x := r.Float64()
	d := f.least + time.Duration(x*x*float64(f.most-f.least))
	if minutes == 0 {
		d = min(d, 3*time.Second)
	}
	return d.Round(time.Millisecond)
}

// disjoint are faults that may happen at the same time: not two to one program, nor two to Redis.
func disjoint(a, b fault) bool {
	var x, y string
	fmt.Sscanf(a.name, "%s", &x)
	fmt.Sscanf(b.name, "%s", &y)
	return x[:3] != y[:3] && !(x[:3] == "all" && y[:3] == "wor") && !(x[:3] == "wor" && y[:3] == "all")
}
