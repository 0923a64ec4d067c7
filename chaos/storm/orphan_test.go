//go:build linux

package storm

import (
	"errors"
	"fmt"
	"testing"
	"time"
)

// expectClosed waits until workers have none of the site's logs open.
func (s *site) expectClosed(limit time.Duration, what string) time.Duration {
	s.t.Helper()
	began := time.Now()
	eventually(s.t, limit, what+": all files are closed", func() error {
		if held := s.held(); len(held) > 0 {
			return fmt.Errorf("%d are open", len(held))
		}
		return nil
	})
	return time.Since(began)
}

// Nobody closes the tails of a web process that was killed; their files are closed all the same.
func TestWebKilledWithManyTails(t *testing.T) {
	t.Parallel()
	const logs = 50
	s := newSite(t, 1, 1)
	var groups []*group
	tails := int(lasting(1000, 200))
	for i := range logs {
		j := s.newJournal(fmt.Sprintf("app-%02d.log", i), 0)
		groups = append(groups, &group{site: s, journal: j})
	}
	p := s.newPerson(groups[logs-1].journal)
	for i := range tails {
		g := groups[i%logs]
		g.pages = append(g.pages, p.open(g.journal, func(g *page) { g.once = true }))
	}
	for _, g := range groups {
		g.areLive()
	}
	if held := len(s.held()); held < logs {
		t.Fatalf("%d files are open for %d tails of %d logs", held, tails, logs)
	}
	s.webs[0].kill()
	took := s.expectClosed(lasting(12*time.Second, 30*time.Second), "web killed")
	fmt.Printf("web killed with %d tails: all files closed after %s\n", tails, seconds(took))
	s.webs[0].start()
	s.expectNothingLeft()
}

// A page may be closed at any moment of its tail's life, also while nobody can be told.
func TestClosedAtThatMoment(t *testing.T) {
	t.Parallel()
	const count = 20
	state := func(want ...string) func(*page) bool {
		return func(p *page) bool {
			for _, w := range want {
				if p.state == w {
					return true
				}
			}
			return false
		}
	}
	live := func(p *page) bool { return p.live }
	for name, moment := range map[string]struct {
		before func(s *site)    // pages are opened
		when   func(*page) bool // all of them are so far
		then   func(s *site)    // what happens before they are closed
		after  func(s *site)    // and after
	}{
		"its job is queued": {before: func(s *site) { s.workers[0].freeze() }, when: state("waiting"),
			after: func(s *site) { s.workers[0].thaw() }},
		"its job is queued and Redis away": {before: func(s *site) { s.workers[0].freeze() }, when: state("waiting"),
			then:  func(s *site) { s.redis.Freeze() },
			after: func(s *site) { s.workers[0].thaw(); pause(3 * time.Second); s.redis.Thaw() }},
		"its job is taken and its run not greeted": {before: func(s *site) { s.workers[0].freeze() }, when: state("waiting"),
			then:  func(s *site) { s.webs[0].toRedis.hole(); s.workers[0].thaw(); pause(time.Second) },
			after: func(s *site) { pause(time.Second); s.webs[0].toRedis.mend() }},
		"its run was told to go and nothing came": {before: func(s *site) { s.workers[0].freeze() }, when: state("waiting"),
			then:  func(s *site) { s.workers[0].thaw() },
			after: func(s *site) {}},
		"it was opened": {when: live},
		"it was opened and Redis is away": {when: live, then: func(s *site) { s.redis.Kill() },
			after: func(s *site) { pause(lasting(30*time.Second, 2*time.Second)); s.redis.Restart() }},
		"its run is replaced": {when: live, then: func(s *site) { s.workers[0].kill(); pause(4500 * time.Millisecond) },
			after: func(s *site) { s.workers[0].start() }},
		"its run was replaced by nobody": {when: live, then: func(s *site) { s.workers[0].kill(); pause(8 * time.Second) },
			after: func(s *site) { s.workers[0].start() }},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newSite(t, 1, 1)
			j := s.newJournal("app.log", 0)
			p := s.newPerson(j)
			if moment.before != nil {
				moment.before(s)
			}
			var pages []*page
			for range count {
				pages = append(pages, p.open(j, func(g *page) { g.once = true }))
			}
			for _, g := range pages {
				eventually(t, patience, "a page is so far", func() error {
					ok := false
					if g.look(func(g *page) { ok = moment.when(g) }); !ok {
						return errors.New("it is not")
					}
					return nil
				})
			}
			if moment.then != nil {
				moment.then(s)
			}
			for _, g := range pages {
				g.cancel()
			}
			for _, g := range pages {
				g.close()
			}
			if moment.after != nil {
				moment.after(s)
			}
			s.expectNothingLeft()
		})
	}
}

// A host whose worker is gone for good leaves nothing that its return does not clean up.
func TestHostGoneForGood(t *testing.T) {
	t.Parallel()
	s := newSite(t, 2, 1)
	j := s.newJournal("app.log", 0)
	p := s.newPerson(j)
	open := func(n int) (pages []*page) {
		for range n {
			pages = append(pages, p.open(j, func(g *page) { g.once, g.at = true, 0 }))
		}
		return pages
	}
	before := &group{site: s, pages: open(10)}
	before.areLive()
	s.workers[0].kill()
	for _, g := range open(10) {
		eventually(t, patience, "a page waits for a worker", func() error {
			var state string
			if g.look(func(g *page) { state = g.state }); state != "waiting" {
				return fmt.Errorf("it is %q", state)
			}
			return nil
		})
	}
	s.webs[0].kill() // now nobody deletes what waits
	pause(lasting(time.Minute, 0))
	if err := s.clean(); err == nil {
		t.Error("nothing was left before the worker is back: this proves nothing")
	}
	if minutes == 0 {
		if jobs := s.lapse(); jobs != 10 {
			t.Errorf("%d jobs were under way on the worker that was killed, expected those of the 10 tails that were live", jobs)
		}
	}
	s.workers[0].start()
	began := time.Now()
	eventually(t, 2*time.Minute, "the worker's return cleans up", s.clean)
	fmt.Printf("a host's worker back: nothing left after %s\n", seconds(time.Since(began)))
	s.webs[0].start()
	s.expectStillNothing(began)
}
