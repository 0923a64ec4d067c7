package delivery

import "livetail/internal/wire"

// pool shares the bytes that may be on their way to this web process at once. Redis drops a subscriber whose output buffer
// passes 32 MB (8 MB for a minute), and go-redis subscribes again without a word: so all credit of a process comes from one
// pool, far below that. Half of it is for a base that every tail always has, so that none can starve; the other half for
// windows that double with use.
type pool struct {
	half    uint64
	base    uint64 // what each tail has for itself
	grown   uint64 // sum of all that tails hold above their base, and of what is lent
	busy    int    // tails that hold more than their base
	refused bool   // a tail could not grow since this was last looked at
}

const (
	defaultPool = 6 << 20
	// minBase must be more than the least that a run can use.
	minBase = wire.FrameCost + 2*wire.MinPayload
)

func newPool(size uint64, most int) pool {
	return pool{half: size / 2, base: max(minBase, size/2/uint64(max(most, 1)))}
}

// grow is the window that follows on window: twice as large if the pool allows it, else what it was.
func (p *pool) grow(window uint64) uint64 {
	busy := p.busy
	if window == p.base {
		busy++ // it is about to be one of them
	}
	want := min(2*window, p.base+p.half/uint64(busy))
	if want < 2*window && busy > 1 {
		p.refused = true // others hold what this one could use
	}
	if want <= window {
		return window
	}
	if want-window > p.half-p.grown {
		p.refused = true
		return window
	}
	if window == p.base {
		p.busy++
	}
	p.grown += want - window
	return want
}

// shrink takes a window back to its base and returns what it held above it. That is still out until the run names the new
// epoch; give it back to free then.
func (p *pool) shrink(window uint64) (lent uint64) {
	if window > p.base {
		p.busy--
	}
	return window - p.base
}

func (p *pool) free(lent uint64) { p.grown -= lent }
