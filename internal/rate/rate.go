// Package rate measures how much comes a second, remembering one number instead of what came.
package rate

import (
	"math"
	"time"
)

// Rate is a mean in which what came weighs less the longer ago it was. The zero Rate is of no use: see Over.
type Rate struct {
	over   time.Duration
	from   time.Time
	at     time.Time // of the last Add
	weight float64   // of all that came, at at
}

// Over is a Rate whose memory is about that long, and which begins at from.
func Over(over time.Duration, from time.Time) Rate { return Rate{over: over, from: from, at: from} }

// Add takes in that n more came.
func (r *Rate) Add(n float64, now time.Time) {
	r.weight = r.weight*r.fade(now.Sub(r.at)) + n
	r.at = now
}

// At is how much comes a second, as of now.
func (r *Rate) At(now time.Time) float64 { return r.mean(r.weight*r.fade(now.Sub(r.at)), now) }

// Last is what At was when something last came: a silence does not lower it.
func (r *Rate) Last() float64 { return r.mean(r.weight, r.at) }

// mean spreads what is remembered over the time that it is of, which at the beginning is shorter than the memory.
func (r *Rate) mean(weight float64, now time.Time) float64 {
	known := 1 - r.fade(now.Sub(r.from))
	if known <= 0 {
		return 0
	}
	return weight / known / r.over.Seconds()
}

func (r *Rate) fade(d time.Duration) float64 {
	return math.Exp(-max(d, 0).Seconds() / r.over.Seconds())
}

// Rough is n with two digits, so that what hardly changes does not have to be told again.
func Rough(n float64) float64 {
	if n <= 0 || math.IsInf(n, 0) || math.IsNaN(n) {
		return 0
	}
	step := math.Pow(10, math.Floor(math.Log10(n))-1)
	if step < 1 {
		return math.Round(n*10) / 10
	}
	return math.Round(n/step) * step
}
