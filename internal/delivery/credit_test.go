package delivery

import (
	"math/rand/v2"
	"testing"
)

// However windows grow and shrink, and however late what they lent comes back, the sum stays within the pool.
func TestWindowsNeverExceedThePool(t *testing.T) {
	for seed := range uint64(50) {
		rnd := rand.New(rand.NewPCG(seed, 2))
		const tails = 20
		p := newPool(1<<20, tails)
		var window, lent [tails]uint64
		for i := range window {
			window[i] = p.base
		}
		for step := range 2000 {
			i := rnd.IntN(tails)
			switch rnd.IntN(8) {
			case 0:
				if lent[i] == 0 {
					lent[i] = p.shrink(window[i])
					window[i] = p.base
				}
			case 1:
				p.free(lent[i])
				lent[i] = 0
			default:
				window[i] = p.grow(window[i])
			}
			var sum uint64
			busy := 0
			for i := range window {
				sum += window[i] + lent[i]
				if window[i] > p.base {
					busy++
				}
			}
			if sum > 1<<20 || busy != p.busy {
				t.Fatalf("seed %d, step %d: %d bytes are granted of %d, %d busy tails, %d counted", seed, step, sum, 1<<20, busy, p.busy)
			}
		}
	}
}
