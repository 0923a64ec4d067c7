package delivery

import (
	"time"

	"livetail/internal/wire"
)

// pool shares the bytes that may be on their way to this web process at once. Redis drops a subscriber whose output buffer
// passes 32 MB (8 MB for a minute), and go-redis subscribes again without a word: so all credit of a process comes from two
// pools, one for tails and one for answers, together far below that. Half of each is for a base that everyone always has, so
// that none can starve; the other half for windows that double with use.
type pool struct {
	half    uint64
	base    uint64 // what each has for itself
	grown   uint64 // sum of all that is held above the base, and of what is lent
	busy    int    // how many hold more than their base
	refused bool   // one could not grow since this was last looked at
}

const (
	defaultPool    = 5 << 20
	defaultAnswers = 1 << 20
	// minBase must be more than the least that a run can use.
	minBase = wire.FrameCost + 2*wire.MinPayload
)

func newPool(size uint64, most int) pool {
	return pool{half: size / 2, base: max(minBase, size/2/uint64(max(most, 1)))}
}

// grow is the window that follows on window: twice as large if the pool allows it, else what it was.
func (p *pool) grow(window uint64) uint64 { return p.widen(window, 2*window) }

// widen is the window to have in place of window, if wish is what one would like.
func (p *pool) widen(window, wish uint64) uint64 {
	busy := p.busy
	if window == p.base {
		busy++ // it is about to be one of them
	}
	want := min(wish, p.base+p.half/uint64(busy))
	if want < wish && busy > 1 {
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

// flow is order and credit of one chain of frames: a tail's epoch, or a round of an answer.
type flow struct {
	pool    *pool
	next    uint64 // seq of the next frame
	upto    uint64 // credit granted in this epoch
	window  uint64
	granted time.Time // when credit was last given
	lent    uint64    // of an earlier epoch, not yet free
	unread  uint64    // cost of what was accepted and not consumed, of all epochs
	used    uint64    // cost of all that was consumed
	began   time.Time // when the reader could begin with what it reads
	stuck   time.Time // when one frame last took it long
	acked   bool      // the run named this epoch
}

// verdict is what a frame is in its chain.
type verdict uint8

const (
	isNext verdict = iota
	isOld
	isBeyond // its credit; nobody who keeps the rules sends this
	isAfterLost
)

// restart begins an epoch.
func (f *flow) restart(now time.Time) {
	f.next, f.upto = 0, f.room()
	f.acked, f.granted = false, now
}

// take judges a frame of this epoch, and counts it if it is next.
func (f *flow) take(frame *wire.Frame, now time.Time) verdict {
	f.ack()
	switch {
	case frame.Seq < f.next:
		return isOld
	case frame.Seq > f.next:
		return isAfterLost
	case frame.Seq+frame.Cost() > f.upto:
		return isBeyond
	}
	if f.unread == 0 {
		f.began = now
	}
	f.next += frame.Cost()
	f.unread += frame.Cost()
	return isNext
}

// room is how much more than next may be granted: what lies unread counts, whatever epoch it came in.
func (f *flow) room() uint64 { return f.window - min(f.unread, f.window) }

// usable says whether the run could send something.
func (f *flow) usable() bool { return f.upto-f.next >= wire.FrameCost+wire.MinPayload }

// ack notes that the run named this epoch, so what was granted in earlier ones can no longer be used.
func (f *flow) ack() {
	f.acked = true
	f.pool.free(f.lent)
	f.lent = 0
}

const (
	// swallowed is what the kernel and the network take for the slowest page as if it read at once: until more was consumed,
	// nobody knows how fast it reads, and windows stay cautious.
	swallowed = 512 << 10
	cautious  = 16 << 10
	// wary is how long windows stay what they are after a frame that took more than quick. A kernel that is full makes room for
	// many frames at once, which then look as if they were read in no time.
	wary = 10 * time.Second
)

// read notes that the reader took a frame of this cost, and says whether more credit is to be given, which is then counted.
func (f *flow) read(cost uint64, now time.Time) (more bool) {
	f.unread -= min(cost, f.unread)
	f.used += cost
	if now.Sub(f.began) > quick {
		f.stuck = now
	}
	f.began = now
	if f.upto-f.next > max(f.window/2, wire.FrameCost+wire.MinPayload) {
		return false
	}
	// Half a window at a time, so that one message does for many frames.
	if f.next+f.room() < f.upto+f.window/2 && f.unread > 0 {
		return false
	}
	// Who is busy gets more. A slow reader does not: a frame is as large as its credit, and one that takes longer to arrive
	// than a page is willing to hear nothing would never arrive.
	if f.acked && now.Sub(f.granted) < quick && now.Sub(f.stuck) > wary && (f.window < cautious || f.used > swallowed) {
		f.window = f.pool.grow(f.window)
	}
	if upto := f.next + f.room(); upto > f.upto {
		f.upto, f.granted = upto, now
		return true
	}
	return false
}

// idle says that others could use what this one holds above its base and did not use since last.
func (f *flow) idle(last, now time.Time) bool {
	return f.pool.refused && f.window > f.pool.base && f.lent == 0 && now.Sub(last) > shrinkIdle
}

// shrink takes the window back to its base. What it held above that is free when the run names the epoch that must follow.
func (f *flow) shrink() {
	f.lent = f.pool.shrink(f.window)
	f.window = f.pool.base
}

// giveBack ends the flow.
func (f *flow) giveBack() {
	f.pool.free(f.lent + f.pool.shrink(f.window))
	f.lent, f.window = 0, f.pool.base
}

// consumed notes that the reader took a frame of this cost.
func (m *machine) consumed(cost uint64, now time.Time) {
	if m.cur.run == 0 {
		m.unread -= min(cost, m.unread)
		return
	}
	if m.read(cost, now) {
		m.say(wire.Credit{Tail: m.id, Run: m.cur.run, Epoch: m.epoch, Upto: m.upto})
	}
}
