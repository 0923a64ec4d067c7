//go:build linux

package storm

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"
)

// group is pages of one log that moves, each of which must end with every line, once and in order.
type group struct {
	*site
	journal *journal
	person  *person
	pages   []*page
}

// newGroup opens so many pages of a log that nobody has written to yet, and waits until they are live.
func newGroup(s *site, name string, count int, adjust func(*page)) *group {
	s.t.Helper()
	g := &group{site: s, journal: s.newJournal(name, 0)}
	g.person = s.newPerson(g.journal)
	for range count {
		g.pages = append(g.pages, g.person.open(g.journal, adjust))
	}
	g.areLive()
	return g
}

func (g *group) areLive() {
	g.t.Helper()
	for _, p := range g.pages {
		eventually(g.t, patience, "a page is live", func() error {
			var live bool
			if p.look(func(p *page) { live = p.live }); !live {
				return errors.New("it is not")
			}
			return nil
		})
	}
}

// caughtUp waits until all pages have what is written by now, and returns the oldest that a line was when it came.
func (g *group) caughtUp(what string) (worst time.Duration) {
	g.t.Helper()
	written := g.journal.written()
	for _, p := range g.pages {
		eventually(g.t, patience, what+": a page has all lines", func() (err error) {
			p.look(func(p *page) {
				if err = p.seen.has(written); err != nil {
					err = fmt.Errorf("%w; %s", err, p.stands())
				}
				worst = max(worst, p.worst)
			})
			return err
		})
	}
	return worst
}

// finish is expectLines, and expects nothing left in the whole site.
func (g *group) finish(what string) {
	g.t.Helper()
	g.expectLines(what)
	g.expectNothingLeft()
}

// expectLines stops the writer, expects every line on every page, closes them, and says how it went.
func (g *group) expectLines(what string) {
	g.t.Helper()
	worst := g.check(what)
	sockets, replaced := g.counts()
	fmt.Printf("%-34s %d lines on %d pages; oldest line %s; %d sockets, %d replacements\n", what, g.journal.written()[0], len(g.pages), seconds(worst), sockets, replaced)
}

// check is expectLines without a word.
func (g *group) check(what string) (worst time.Duration) {
	g.t.Helper()
	g.journal.stop()
	worst = g.caughtUp(what)
	written := g.journal.written()
	for _, p := range g.pages {
		p.close()
		p.look(func(p *page) {
			missing, _ := p.seen.missing(written)
			if missing+p.seen.repeated+p.seen.disorder+p.seen.gaps+p.seen.faults > 0 {
				g.t.Errorf("%s: %d lines are missing, %d came again, %d out of order, %d gaps: %v", what, missing, p.seen.repeated, p.seen.disorder, p.seen.gaps, p.seen.first)
			}
		})
	}
	return worst
}

// counts are the sockets that the pages had, and how often a run was replaced under them.
func (g *group) counts() (sockets, replaced int) {
	for _, p := range g.pages {
		p.look(func(p *page) { sockets, replaced = sockets+p.connected, replaced+p.replaced })
	}
	return sockets, replaced
}

// Redis may be in trouble for a minute: no page has to connect again, none is signed out, no healthy run is replaced.
func TestLongRedisTrouble(t *testing.T) {
	t.Parallel()
	minute := lasting(time.Minute, 6*time.Second)
	for name, trouble := range map[string]func(s *site){
		"frozen":          func(s *site) { s.redis.Freeze(); pause(minute); s.redis.Thaw() },
		"away":            func(s *site) { s.redis.Kill(); pause(minute); s.redis.Restart() },
		"full":            func(s *site) { s.redis.Fill(); pause(minute); s.redis.Unfill() },
		"restarted empty": func(s *site) { s.redis.Restart(); pause(3 * time.Second) },
		"clients killed": func(s *site) {
			for end := time.Now().Add(minute); time.Now().Before(end); pause(100 * time.Millisecond) {
				_ = s.redis.KillAll(context.Background())
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			g := newGroup(newSite(t, 1, 1), "app.log", 10, nil)
			g.journal.begin(50 * time.Millisecond)
			trouble(g.site)
			g.finish("redis " + name)
			if sockets, replaced := g.counts(); sockets != len(g.pages) || replaced > 0 {
				t.Errorf("%d pages had %d sockets, and %d healthy runs were replaced", len(g.pages), sockets, replaced)
			}
			if g.person.again > 0 {
				t.Error("somebody was signed out")
			}
		})
	}
}

// A worker that wakes up after a minute changes nothing: its tails have long gone on elsewhere.
func TestWorkerWakesUp(t *testing.T) {
	t.Parallel()
	g := newGroup(newSite(t, 1, 2), "app.log", 12, nil)
	g.journal.begin(50 * time.Millisecond)
	frozen(g.workers[0], lasting(time.Minute, 12*time.Second))
	g.caughtUp("after a worker was frozen")
	sockets, replaced := g.counts()
	if replaced == 0 || replaced == len(g.pages) {
		t.Logf("%d of %d pages were on the frozen worker", replaced, len(g.pages))
	}
	pause(lasting(20*time.Second, 5*time.Second))
	if s, r := g.counts(); s != sockets || r != replaced || s != len(g.pages) {
		t.Errorf("when it woke up there were %d sockets and %d replacements, later %d and %d", sockets, replaced, s, r)
	}
	g.finish("a worker frozen")
}
