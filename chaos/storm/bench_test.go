//go:build linux

package storm

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"testing"
	"time"
)

// settled is how long a page must have been connected to begin again with the shortest wait.
const settled = 11 * time.Second

// BenchmarkFault measures how long pages stand still after each fault: the age of the oldest line when it came, on the page that
// waited longest. make bench runs it 20 times. What a fault itself lasts, and how long pages wait before they connect again, is in it.
func BenchmarkFault(b *testing.B) {
	for _, c := range []struct {
		name    string
		workers int
		strike  func(s *site, try int)
		calm    time.Duration // before each; 0: a moment
	}{
		{"worker kill -9, another serves the host", 2, func(s *site, i int) { s.workers[i%2].kill() }, 0},
		{"the only worker kill -9, started at once", 1, func(s *site, _ int) { killed(s.workers[0], 0) }, 0},
		{"worker stopped in order, another serves", 2, func(s *site, i int) { s.workers[i%2].stop() }, 0},
		{"the only worker restarted in order", 1, func(s *site, _ int) { restarted(s.workers[0], 0) }, 0},
		{"web kill -9, another serves", 1, func(s *site, i int) { s.webs[i%2].kill() }, settled},
		{"web stopped in order, another serves", 1, func(s *site, i int) { s.webs[i%2].stop() }, 0},
		{"redis: subscribers killed", 1, func(s *site, _ int) { _ = s.redis.KillPubSub(context.Background()) }, 0},
		{"redis killed, back at once, empty", 1, func(s *site, _ int) { s.redis.Restart() }, 0},
		{"redis frozen for 2 s", 1, func(s *site, _ int) { s.redis.Freeze(); pause(2 * time.Second); s.redis.Thaw() }, 0},
		{"redis away for 5 s", 1, func(s *site, _ int) { s.redis.Kill(); pause(5 * time.Second); s.redis.Restart() }, 0},
	} {
		calm := cmp.Or(c.calm, 1500*time.Millisecond)
		b.Run(c.name, func(b *testing.B) {
			g := newGroup(newSite(b, 2, c.workers), "app.log", 10, nil)
			g.journal.begin(20 * time.Millisecond)
			var all []time.Duration
			for b.Loop() {
				pause(calm)
				for _, p := range g.pages {
					p.look(func(p *page) { p.worst = 0 })
				}
				c.strike(g.site, len(all))
				pause(300 * time.Millisecond) // something was written since
				all = append(all, g.caughtUp(c.name))
				for _, n := range g.nodes() {
					if !n.alive() {
						n.start()
					}
				}
			}
			g.check(c.name)
			slices.Sort(all)
			b.ReportMetric(0, "ns/op")
			b.ReportMetric(half(all).Seconds(), "p50-s")
			b.ReportMetric(last(all).Seconds(), "max-s")
		})
	}
}

// BenchmarkStalled measures what pages cost that stop reading while a log grows by 120 MB.
func BenchmarkStalled(b *testing.B) {
	for _, count := range []int{1, 10, 100} {
		b.Run(fmt.Sprint(count), func(b *testing.B) {
			for b.Loop() {
				stalledPages(b, count)
			}
		})
	}
}

func stalledPages(b *testing.B, count int) {
	s := newSite(b, 1, 1)
	g := newGroup(s, "app.log", 1, nil)
	for range count {
		g.pages = append(g.pages, g.person.open(g.journal, func(p *page) { p.direct = true }))
	}
	g.areLive()
	web, worker := s.webs[0], s.workers[0]
	before := [2]int64{web.memory("VmRSS"), worker.memory("VmRSS")}
	for _, p := range g.pages[1:] {
		p.stall(true)
	}
	began := time.Now()
	out := &appender{path: g.journal.path}
	for range 1000 {
		if err := g.journal.authors[0].write(g.journal, 0, 2000, out); err != nil {
			b.Fatal(err)
		}
	}
	out.close()
	written := g.journal.written()
	eventually(b, patience, "the page that reads has all", func() (err error) {
		g.pages[0].look(func(p *page) { err = p.seen.has(written) })
		return err
	})
	b.ReportMetric(0, "ns/op")
	b.ReportMetric(time.Since(began).Seconds(), "reader-s")
	b.ReportMetric(float64(unsent(b, web.front.to)>>10), "queue-KiB")
	b.ReportMetric(float64(web.memory("VmHWM")-before[0])/(1<<20), "web-MiB")
	b.ReportMetric(float64(worker.memory("VmHWM")-before[1])/(1<<20), "worker-MiB")
	for _, p := range g.pages {
		p.cancel()
	}
	for _, n := range g.nodes() {
		n.kill()
	}
	s.redis.Kill()
}
