package control

import (
	"context"
	"time"
)

const (
	// RollEvery is the time between two roll-calls.
	RollEvery = 2 * time.Second
	// TickEvery is how often silence is looked at.
	TickEvery = 250 * time.Millisecond

	echoFresh = 1500 * time.Millisecond // an older echo says only that Redis was slow
	echoLate  = 3 * time.Second
	clockLate = time.Second
	deafAfter = 5 * time.Second
)

// Rounds calls judge every TickEvery and roll every RollEvery, one at a time, until ctx ends.
func Rounds(ctx context.Context, judge, roll func(now time.Time)) {
	tick := time.NewTicker(TickEvery)
	defer tick.Stop()
	var rolled time.Time
	for {
		select {
		case <-ctx.Done():
			return
		case now := <-tick.C:
			judge(now)
			if now.Sub(rolled) >= RollEvery {
				rolled = now
				roll(now)
			}
		}
	}
}

// Fair tells since when the silence of others counts. A process that was frozen, or whose own words do not come back from
// Redis, has no right to call others silent. Not safe for concurrent use.
type Fair struct {
	fresh    time.Time
	ticked   time.Time
	round    uint64
	rolledAt time.Time
	echoed   time.Time
}

// NewFair begins a fair judgement now.
func NewFair(now time.Time) Fair { return Fair{fresh: now, ticked: now, echoed: now} }

// Round begins a round and returns its number, to be echoed to oneself.
func (f *Fair) Round(now time.Time) uint64 {
	f.round++
	f.rolledAt = now
	return f.round
}

// Echo notes that the echo of a round came back. Only one of the last round that is not old proves that Redis carries words in time.
func (f *Fair) Echo(round uint64, now time.Time) {
	if round == f.round && now.Sub(f.rolledAt) < echoFresh {
		f.echoed = now
	}
}

// Tick must be called every TickEvery.
func (f *Fair) Tick(now time.Time) {
	if now.Sub(f.ticked) > TickEvery+clockLate || now.Sub(f.echoed) > echoLate {
		f.fresh = now
	}
	f.ticked = now
}

// Silent is for how long nothing was heard that could have been heard, when last was heard.
func (f *Fair) Silent(last, now time.Time) time.Duration {
	if last.Before(f.fresh) {
		last = f.fresh
	}
	return now.Sub(last)
}

// Deaf says whether Redis has not carried this process's own words in time for so long that people should know.
func (f *Fair) Deaf(now time.Time) bool { return now.Sub(f.echoed) > deafAfter }
