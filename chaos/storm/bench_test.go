//go:build linux && bench

package storm

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"
)

// tries is how often each fault is measured.
const tries = 20

// TestBenchFaults measures how long pages stand still after each fault: the age of the oldest line when it came, on the page that
// waited longest.
func TestBenchFaults(t *testing.T) {
	fmt.Println("| after | p50 | max | how |\n| --- | --- | --- | --- |")
	for _, c := range []struct {
		name, how string
		workers   int
		strike    func(s *site, try int)
	}{
		{"worker kill -9, another serves the host", "started again once all went on", 2, func(s *site, i int) { s.workers[i%2].kill() }},
		{"the only worker kill -9, started at once", "", 1, func(s *site, _ int) { killed(s.workers[0], 0) }},
		{"worker stopped in order, another serves the host", "", 2, func(s *site, i int) { s.workers[i%2].stop() }},
		{"the only worker restarted in order", "", 1, func(s *site, _ int) { restarted(s.workers[0], 0) }},
		{"web kill -9, another serves", "the pages' own wait of 0.25-0.5 s is in it", 1, func(s *site, i int) { s.webs[i%2].kill() }},
		{"web stopped in order, another serves", "pages come back after 0-1 s", 1, func(s *site, i int) { s.webs[i%2].stop() }},
		{"redis: subscribers killed", "", 1, func(s *site, _ int) { _ = s.redis.KillPubSub(context.Background()) }},
		{"redis killed, back at once, empty", "", 1, func(s *site, _ int) { s.redis.Restart() }},
		{"redis frozen for 2 s", "the 2 s are in it", 1, func(s *site, _ int) { s.redis.Freeze(); pause(2 * time.Second); s.redis.Thaw() }},
		{"redis away for 5 s", "the 5 s are in it", 1, func(s *site, _ int) { s.redis.Kill(); pause(5 * time.Second); s.redis.Restart() }},
	} {
		g := newGroup(newSite(t, 2, c.workers), "app.log", 10, nil)
		g.journal.begin(20 * time.Millisecond)
		var all []time.Duration
		for i := range tries {
			pause(1500 * time.Millisecond) // all is calm
			for _, p := range g.pages {
				p.look(func(p *page) { p.worst = 0 })
			}
			c.strike(g.site, i)
			pause(300 * time.Millisecond) // something was written since
			all = append(all, g.caughtUp(c.name))
			for _, n := range g.nodes() {
				if !n.alive() {
					n.start()
				}
			}
		}
		slices.Sort(all)
		fmt.Printf("| %s | %s | %s | %d tries, 10 pages, a line every 20 ms; the longest wait of a page. %s |\n", c.name, seconds(half(all)), seconds(last(all)), tries, c.how)
		g.journal.stop()
		for _, p := range g.pages {
			p.close()
		}
		for _, n := range g.nodes() {
			n.kill()
		}
		g.redis.Kill()
	}
}

// TestBenchStalledPages measures what pages cost that stop reading while a log grows by 120 MB.
func TestBenchStalledPages(t *testing.T) {
	fmt.Println("| stalled pages | web grew by | worker grew by | largest send queue of one page | a page that reads had all after |\n| --- | --- | --- | --- | --- |")
	for _, count := range []int{1, 10, 100} {
		s := newSite(t, 1, 1)
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
				t.Fatal(err)
			}
		}
		out.close()
		written := g.journal.written()
		eventually(t, patience, "the page that reads has all", func() (err error) {
			g.pages[0].look(func(p *page) { err = p.seen.has(written) })
			return err
		})
		took := time.Since(began)
		queue := unsent(t, web.front.to)
		fmt.Printf("| %d | %.1f MiB | %.1f MiB | %d KiB | %s |\n", count, float64(web.memory("VmHWM")-before[0])/(1<<20),
			float64(worker.memory("VmHWM")-before[1])/(1<<20), queue>>10, seconds(took))
		for _, p := range g.pages {
			p.cancel()
		}
		for _, n := range g.nodes() {
			n.kill()
		}
		s.redis.Kill()
	}
}
