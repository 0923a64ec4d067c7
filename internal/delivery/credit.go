package delivery

import (
	"time"

	"livetail/internal/wire"
)

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

// room is how much more than next may be granted: what lies unread counts, whatever epoch it came in.
func (m *machine) room() uint64 { return m.window - min(m.unread, m.window) }

// ack notes that the run named this epoch, so what was granted in earlier ones can no longer be used.
func (m *machine) ack() {
	m.acked = true
	m.pool.free(m.lent)
	m.lent = 0
}

// consumed notes that the reader took a frame of this cost.
func (m *machine) consumed(cost uint64, now time.Time) {
	m.unread -= min(cost, m.unread)
	if m.cur.run == 0 || m.upto-m.next > max(m.window/2, wire.FrameCost+wire.MinPayload) {
		return
	}
	// Half a window at a time, so that one message does for many frames.
	if m.next+m.room() < m.upto+m.window/2 && m.unread > 0 {
		return
	}
	// A busy tail gets more. A slow reader does not: a frame is as large as its credit, and one that takes longer to arrive
	// than a page is willing to hear nothing would never arrive.
	if m.acked && now.Sub(m.granted) < quick {
		m.window = m.pool.grow(m.window)
	}
	if upto := m.next + m.room(); upto > m.upto {
		m.upto, m.granted = upto, now
		m.say(wire.Credit{Tail: m.id, Run: m.cur.run, Epoch: m.epoch, Upto: upto})
	}
}
