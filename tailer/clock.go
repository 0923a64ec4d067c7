package tailer

import "time"

// Clock is where time comes from, so that tests can move it.
type Clock interface {
	// Now should carry a monotonic reading: grace times must not jump with the wall clock.
	Now() time.Time
	// Tick is a channel that gets the time every d, and what stops it.
	Tick(d time.Duration) (<-chan time.Time, func())
}

type systemClock struct{}

func (systemClock) Now() time.Time { return time.Now() }

func (systemClock) Tick(d time.Duration) (<-chan time.Time, func()) {
	t := time.NewTicker(d)
	return t.C, t.Stop
}
