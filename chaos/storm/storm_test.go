//go:build linux

package storm

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"strconv"
	"sync"
	"testing"
	"time"
)

// Whatever dies, freezes, forgets or is cut off: each page shows every line once, each author's in order, and nothing is left.
func TestStorm(t *testing.T) {
	seed, lasts := uint64(1), 45*time.Second
	if minutes == 0 {
		t.Parallel()
	} else { // alone, so that its pauses are its own
		seed, lasts = uint64(time.Now().UnixNano())%1e6, time.Duration(minutes*float64(time.Minute))
	}
	if v, err := strconv.ParseUint(os.Getenv("CHAOS_SEED"), 10, 64); err == nil {
		seed = v
	}
	fmt.Printf("CHAOS_SEED=%d, for %v\n", seed, lasts)
	newStorm(t, seed).run(lasts)
}

// storm is a site with its writers and pages.
type storm struct {
	*site
	rnd      *rand.Rand
	journals []*journal
	people   []*person
	pages    []*page
	browser  *watcher
	table    *table

	churned   int
	rotations int
}

func newStorm(t *testing.T, seed uint64) *storm {
	s := &storm{site: newSite(t, 3, 2), rnd: rand.New(rand.NewPCG(seed, 0)), table: newTable(fmt.Sprintf("CHAOS_SEED=%d", seed))}
	s.journals = []*journal{s.newJournal("busy.log", 50*time.Millisecond, 4*time.Second), s.newJournal("other.log", 0), s.newJournal("quiet.log", 0)}
	s.journals[2].long = 0
	for range 3 {
		s.people = append(s.people, s.newPerson(s.journals...))
	}
	for i := range 36 {
		s.pages = append(s.pages, s.people[i%3].open(s.journals[i%len(s.journals)], nil))
	}
	s.browser = s.watch(s.webs[0].url(), s.journals[2])
	for _, g := range s.pages {
		eventually(t, patience, "a page is live", func() error {
			var live bool
			if g.look(func(g *page) { live = g.live }); !live {
				return errors.New("it is not")
			}
			return nil
		})
	}
	s.journals[0].begin(20 * time.Millisecond)
	s.journals[1].begin(50 * time.Millisecond)
	s.journals[2].begin(1500 * time.Millisecond)
	return s
}

func (s *storm) run(lasts time.Duration) {
	began := time.Now()
	ctx, cancel := context.WithCancel(context.Background())
	var wg sync.WaitGroup
	wg.Go(func() { s.churn(ctx) })
	wg.Go(func() { s.rotate(ctx) })
	known := faults()
	order := s.rnd.Perm(len(known)) // each once before any comes again
	for step := 0; time.Since(began) < lasts && !s.t.Failed(); step++ {
		if step%len(known) == 0 && step > 0 {
			order = s.rnd.Perm(len(known))
		}
		s.strike(known[order[step%len(known)]], known)
	}
	cancel()
	wg.Wait()
	s.finish(time.Since(began))
}

// strike lets one fault happen, or sometimes two at once, and waits until all pages have all lines that were written till its end.
func (s *storm) strike(f fault, known []fault) {
	for _, g := range s.pages {
		g.look(func(g *page) { g.worst = 0 })
	}
	kind, began := f.name, time.Now()
	var wg sync.WaitGroup
	d, r := f.length(s.rnd), rand.New(rand.NewPCG(s.rnd.Uint64(), 0))
	wg.Go(func() { f.do(s.site, r, d) })
	if other := known[s.rnd.IntN(len(known))]; s.rnd.IntN(4) == 0 && disjoint(f, other) {
		d, r := other.length(s.rnd), rand.New(rand.NewPCG(s.rnd.Uint64(), 0))
		wg.Go(func() { other.do(s.site, r, d) })
		kind = "two at once"
		fmt.Printf("%s and %s\n", f.name, other.name)
	}
	wg.Wait()
	lasted := time.Since(began)
	s.caughtUp(kind)
	s.browser.mind()
	var pauses []time.Duration
	for _, g := range s.pages {
		g.look(func(g *page) {
			if g.worst > 0 {
				pauses = append(pauses, g.worst)
			}
		})
	}
	s.table.fault(kind, lasted, pauses)
	if minutes > 0 {
		fmt.Printf("%-28s lasted %8s, all went on after %8s\n", kind, seconds(lasted), seconds(time.Since(began)-lasted))
	}
}

// caughtUp waits until all pages have what is written by now.
func (s *storm) caughtUp(after string) {
	s.t.Helper()
	for _, j := range s.journals {
		written := j.written()
		for _, g := range s.pages {
			if g.journal != j {
				continue
			}
			eventually(s.t, patience, "after "+after+" a page goes on", func() (err error) {
				g.look(func(g *page) {
					if err = g.seen.has(written); err != nil {
						err = fmt.Errorf("%w; %s", err, g.stands())
					}
				})
				return err
			})
		}
	}
}

// churn opens pages that live for less than a second, which must leave nothing and see no line twice or too late.
func (s *storm) churn(ctx context.Context) {
	var wg sync.WaitGroup
	for i := 0; ctx.Err() == nil; i++ {
		life := rand.N(800 * time.Millisecond)
		wg.Go(func() {
			g := s.people[i%3].open(s.journals[i%3], func(g *page) { g.once, g.lines = true, 10; g.seen.anywhere() })
			pause(life)
			g.close()
			g.look(func(g *page) {
				if g.seen.repeated+g.seen.disorder+g.seen.gaps+g.seen.faults > 0 {
					s.t.Errorf("a page that lived %v: %v", life, g.seen.first)
				}
			})
		})
		s.churned++
		pause(100 * time.Millisecond)
	}
	wg.Wait()
}

// rotate has logrotate rotate the busy logs in turn. A log comes again only when its old file's grace of 30 s is over, and all pages
// have what would be compressed: a position in a compressed file is a gap.
func (s *storm) rotate(ctx context.Context) {
	for i := 0; ; i++ {
		select {
		case <-ctx.Done():
			return
		case <-time.After(20*time.Second + rand.N(8*time.Second)):
		}
		j := s.journals[i%2]
		if !s.all(j) {
			continue
		}
		if err := s.logrotate(j); err != nil {
			s.t.Error(err)
		}
		s.rotations++
	}
}

// all says whether all pages of a log have what was written a second ago.
func (s *storm) all(j *journal) bool {
	written := j.written()
	pause(time.Second)
	for _, g := range s.pages {
		var err error
		if g.look(func(g *page) { err = g.seen.has(written) }); g.journal == j && err != nil {
			return false
		}
	}
	return true
}

// finish stops the writers, closes the pages, and says what it counted.
func (s *storm) finish(lasted time.Duration) {
	for _, j := range s.journals {
		j.stop()
	}
	if !s.t.Failed() {
		s.caughtUp("the end")
		s.browser.check()
	}
	lines, saw, missing, repeated, disorder, gaps, wrong, replaced, sockets := 0, 0, 0, 0, 0, 0, 0, 0, 0
	refused := map[int]int{}
	for _, j := range s.journals {
		for _, n := range j.written() {
			lines += n
		}
	}
	for _, g := range s.pages {
		written := g.journal.written()
		g.close()
		g.look(func(g *page) {
			n, all := g.seen.missing(written)
			missing, saw = missing+n, saw+all
			repeated, disorder, gaps, wrong = repeated+g.seen.repeated, disorder+g.seen.disorder, gaps+g.seen.gaps, wrong+g.seen.faults
			replaced, sockets = replaced+g.replaced, sockets+g.connected
			for status, n := range g.answers {
				refused[status] += n
			}
			if n+g.seen.repeated+g.seen.disorder+g.seen.gaps+g.seen.faults > 0 {
				s.t.Errorf("a page of %s: %d missing, %v", g.journal.name, n, g.seen.first)
			}
		})
	}
	s.browser.close()
	then := s.left()
	again := s.browser.again
	for _, p := range s.people {
		again += p.again
	}
	t := s.table
	t.add("lasted, pages, rotations by logrotate, short-lived pages", "%s, %d and a browser, %d, %d", lasted.Round(time.Second), len(s.pages), s.rotations, s.churned)
	t.add("written (lines), seen (by all pages)", "%d, %d", lines, saw)
	t.add("**missing, repeated, out of order, gap rows**", "**%d, %d, %d, %d**", missing, repeated, disorder, gaps)
	t.add("anything else that was wrong", "%d", wrong)
	t.add("replacements seen, sockets opened, sign-ins after a lost session", "%d, %d, %d", replaced, sockets, again)
	t.add("answers to the question before a socket, by status (0: none)", "%v", refused)
	t.add("left right after the last page was closed", "%v", then)
	if minutes > 0 {
		pause(3 * time.Minute)
		later := s.left()
		t.add("left three minutes later", "%v", later)
		if err := later.nothing(); err != nil {
			s.t.Error(err)
		}
	} else {
		s.expectNothingLeft()
	}
	fmt.Println(t)
}
