//go:build linux

package storm

import (
	"context"
	"fmt"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// Pages that change their filter, or rest, all the time, while the log is rotated and everything dies in turn: each line behind
// the line at which a page changed its mind is judged by what the page wants now, once, and comes or is counted.
func TestFiltersChangeUnderFaults(t *testing.T) {
	t.Parallel()
	s := newSite(t, 2, 2)
	g := &group{site: s, journal: s.newJournal("app.log", 0)}
	g.person = s.newPerson(g.journal)
	g.journal.long = 60
	var speed atomic.Int64
	speed.Store(400_000)
	for i := range 8 {
		g.pages = append(g.pages, g.person.open(g.journal, func(p *page) {
			p.sift = &sifter{journal: g.journal, wish: wishes[0], rev: 1}
			if i%4 == 0 { // its credit ends inside of long lines
				p.direct, p.slow = true, &speed
			}
		}))
	}
	g.areLive()
	g.journal.begin(10 * time.Millisecond)
	ctx, cancel := context.WithCancel(t.Context())
	var minds sync.WaitGroup
	changes := make([]int, len(g.pages))
	for i, p := range g.pages {
		minds.Go(func() {
			for ctx.Err() == nil {
				granted := p.want(t.Context(), wishes[rand.IntN(len(wishes))]) // ctx could end between the wish and its message
				changes[i]++
				pause(100*time.Millisecond + rand.N(500*time.Millisecond))
				if rand.IntN(3) == 0 {
					continue // it changes its mind before it sees what comes of it
				}
				// The next wish would hide that nothing comes of this one; and where each comes too early, a page never gets on.
				select {
				case <-granted:
				case <-ctx.Done():
				}
			}
		})
	}
	type strike struct {
		name string
		do   func()
	}
	strikes := []strike{
		{"nothing", func() { pause(time.Second) }},
		{"worker kill -9", func() { killed(s.workers[0], 100*time.Millisecond) }},
		{"worker restarted in order", func() { restarted(s.workers[1], 0) }},
		{"all workers kill -9", func() { s.workers[0].kill(); killed(s.workers[1], 0); s.workers[0].start() }},
		{"web kill -9", func() { killed(s.webs[0], time.Second) }},
		{"web restarted in order", func() { restarted(s.webs[1], 0) }},
		{"worker frozen", func() { frozen(s.workers[0], lasting(6*time.Second, time.Second)) }},
		{"redis: subscribers killed", func() {
			for range 40 {
				_ = s.redis.KillPubSub(context.Background())
				pause(50 * time.Millisecond)
			}
		}},
		{"redis: restarted empty", func() { s.redis.Restart() }},
	}
	if minutes > 0 { // all that the storm knows, too
		for _, f := range faults() {
			r := rand.New(rand.NewPCG(rand.Uint64(), 0))
			strikes = append(strikes, strike{f.name, func() { f.do(s, r, f.length(r)) }})
		}
	}
	for range lasting(2, 1) {
		for _, fault := range strikes {
			if err := s.rename(g.journal); err != nil {
				t.Fatal(err)
			}
			fault.do()
			g.sifted(fault.name)
			if minutes > 0 {
				fmt.Println("filters under faults:", fault.name)
			}
		}
	}
	cancel()
	minds.Wait()
	g.journal.stop()
	g.sifted("the end")
	n, shown, counted, parted, asked := g.journal.written()[0], 0, 0, 0, 0
	for i, p := range g.pages {
		p.close()
		p.look(func(p *page) {
			if p.sift.next != n || len(p.sift.wrong)+p.seen.gaps+p.seen.faults > 0 {
				t.Errorf("a page has looked at %d of %d lines, %d gaps, %v %q", p.sift.next, n, p.seen.gaps, p.seen.first, p.sift.wrong)
			}
			shown, counted, parted, asked = shown+p.sift.shown, counted+p.sift.counted, parted+p.sift.parted, asked+changes[i]
		})
	}
	_, replaced := g.counts()
	fmt.Printf("filters under faults: %d lines, %d changes on %d pages; %d lines shown (%d in pieces), %d counted; %d replacements\n", n, asked, len(g.pages), shown, parted, counted, replaced)
	if shown == 0 || counted == 0 || replaced == 0 {
		t.Error("this proves nothing")
	}
	s.expectNothingLeft()
}

// sifted waits until all pages have looked at what is written by now.
func (g *group) sifted(after string) {
	g.t.Helper()
	n := g.journal.written()[0]
	for i, p := range g.pages {
		eventually(g.t, patience, "after "+after+" a page goes on", func() (err error) {
			p.look(func(p *page) {
				switch s := p.sift; {
				case len(s.wrong)+p.seen.gaps+p.seen.faults > 0:
					g.t.Fatalf("after %s page %d: %q; %s", after, i, s.wrong, p.stands())
				case s.next < n:
					err = fmt.Errorf("page %d is at line %d of %d; %s", i, s.next, n, p.stands())
				}
			})
			return err
		})
	}
}
