package delivery

import (
	"time"

	"livetail/internal/wire"
)

const (
	silence      = 4500 * time.Millisecond // unheard for this long: the run is replaced
	goAgain      = 300 * time.Millisecond  // an unanswered go is said again
	goTries      = 4
	goOld        = 500 * time.Millisecond // frames of an earlier epoch are in flight for this long after a go
	lostAfter    = 500 * time.Millisecond // a seq that was sent and not seen for this long is lost
	byeEvery     = 3 * time.Second        // a log whose follower fails at once must not spin
	firstLook    = 5 * time.Second
	lastLook     = 30 * time.Second
	lookAgain    = 2 * time.Second
	lookFailed   = time.Second
	shrinkIdle   = 2 * time.Second
	shrinkUnseen = 3 * time.Second
	quick        = time.Second // half a window in less is worth a larger one
)

// State is what a tail is doing, as people should see it.
type State uint8

const (
	// Waiting for a worker to take the job.
	Waiting State = iota
	// Queued: the worker has no free place.
	Queued
	// Following: frames come, or would.
	Following
	// Reconnecting: it was following; another run is on its way, and goes on from the position. Where no worker takes it, it is
	// Waiting again.
	Reconnecting
	// Deaf: whatever it is doing, Redis does not carry words in time.
	Deaf
)

func (s State) String() string {
	return [...]string{"waiting", "queued", "following", "reconnecting", "reconnecting"}[s]
}

// runRef is a run that was told to go.
type runRef struct {
	run    uint64
	worker string
}

// machine is the order rules of one tail: pure, so that they can be tried under any loss and repetition. It knows neither
// locks nor Redis; what it wants done it leaves in do.
type machine struct {
	id    wire.TailID
	web   string
	log   wire.Log
	lines uint32
	paths bool
	user  string // who asks questions, unreadable

	rev    uint32
	filter []byte
	quiet  bool

	// pos is behind the last accepted frame: where any run goes on. None until the first frame, so until then another run
	// opens at the live edge again.
	pos     wire.Position
	attempt uint32
	waiting bool   // attempt has not said hello yet
	cur     runRef // the run that is heard; while waiting, the one to be replaced
	state   State

	epoch uint32
	flow
	goAt     time.Time
	goSaid   int
	heard    time.Time
	framed   time.Time // last accepted frame
	sent     uint64    // what the run says it sent, beyond next
	sentAt   time.Time
	byeAt    time.Time
	byeDue   bool
	lookAt   time.Time
	lookStep time.Duration
	taken    bool // the last look found the job taken

	asking

	do todo
}

// todo is what a machine wants done.
type todo struct {
	sends   []send
	often   []send // said again after pauses, whether heard or not
	enqueue bool   // the job of attempt
	drop    uint32 // an attempt whose job is given up
	look    bool
	changed bool         // state
	made    []wire.Frame // answers that need no worker
}

type send struct {
	worker string
	msg    wire.Message
}

func (m *machine) say(msg wire.Message) {
	if m.cur.worker != "" {
		m.do.sends = append(m.do.sends, send{m.cur.worker, msg})
	}
}

// tell says what must not be lost.
func (m *machine) tell(msg wire.Message) {
	if m.cur.worker != "" {
		m.do.often = append(m.do.often, send{m.cur.worker, msg})
	}
}

func (m *machine) show(s State) {
	if m.state != s {
		m.state, m.do.changed = s, true
	}
}

// begin starts the first attempt, or the next.
func (m *machine) begin() {
	m.attempt++
	m.waiting, m.byeDue, m.taken = true, false, false
	m.do.enqueue = true
	m.lookAt, m.lookStep = time.Time{}, firstLook
	if m.state == Following || m.state == Queued {
		m.show(Reconnecting)
	}
}

// queued notes that asynq accepted the attempt's job.
func (m *machine) queued(attempt uint32, now time.Time) {
	if m.waiting && attempt == m.attempt {
		m.lookAt = now.Add(m.lookStep)
	}
}

// hello answers a run that asks.
func (m *machine) hello(h wire.Hello, now time.Time) {
	switch {
	case m.waiting && h.Attempt == m.attempt:
		if m.cur.run != 0 {
			m.say(wire.No{Tail: m.id, Run: m.cur.run})
		}
		m.cur = runRef{h.Run, h.Worker}
		m.waiting = false
		m.heard = now
		m.again(now)
		m.askAll(now)
	case h.Run == m.cur.run:
		m.sayGo(now)
	default:
		m.do.sends = append(m.do.sends, send{h.Worker, wire.No{Tail: m.id, Run: h.Run}})
	}
}

// again asks the run to go on from the position in a new epoch.
func (m *machine) again(now time.Time) {
	m.epoch++
	m.sent, m.sentAt, m.goSaid = 0, time.Time{}, 0
	m.restart(now)
	m.sayGo(now)
}

// set replaces what the tail is to send from now on.
func (m *machine) set(s Set, now time.Time) {
	m.rev, m.filter, m.quiet, m.pos, m.lines = s.Rev, s.Filter, s.Quiet, s.From, s.Lines
	if m.cur.run != 0 {
		m.again(now)
	}
}

func (m *machine) sayGo(now time.Time) {
	m.goAt = now
	m.goSaid++
	m.say(wire.Go{Tail: m.id, Run: m.cur.run, Epoch: m.epoch, Web: m.web, Log: m.log, From: m.pos, Lines: m.lines,
		Rev: m.rev, Credit: m.upto, Paths: m.paths, Quiet: m.quiet, Filter: m.filter})
}

// frame says whether a frame is exactly the next one.
func (m *machine) frame(f *wire.Frame, now time.Time) bool {
	if m.cur.run == 0 || f.Run != m.cur.run {
		return false
	}
	if f.Reply > 0 {
		return m.answer(f, now)
	}
	if f.Epoch != m.epoch {
		if f.Epoch < m.epoch && now.Sub(m.goAt) > goOld {
			m.sayGo(now)
		}
		return false
	}
	switch m.take(f, now) {
	case isAfterLost:
		m.again(now)
		return false
	case isOld, isBeyond:
		return false
	}
	m.heard, m.framed = now, now
	if len(f.After) > 0 {
		m.pos = f.After
	}
	if !m.waiting {
		m.show(Following)
	}
	return true
}

// roll takes the tail's entry in a worker's roll-call.
func (m *machine) roll(worker string, e wire.RunEntry, now time.Time) {
	if e.Run != m.cur.run {
		m.do.sends = append(m.do.sends, send{worker, wire.No{Tail: m.id, Run: e.Run}})
		return
	}
	m.heard = now
	if e.Epoch != m.epoch {
		if e.Epoch < m.epoch && now.Sub(m.goAt) > goOld {
			m.sayGo(now)
		}
		return
	}
	m.ack()
	if !m.waiting {
		if e.State == wire.Queued {
			m.show(Queued)
		} else {
			m.show(Following)
		}
	}
	if e.Sent > m.next && m.sentAt.IsZero() {
		m.sent, m.sentAt = e.Sent, now
	}
}

// bye replaces a run that ends by itself. It is heard until the next one may go.
func (m *machine) bye(b wire.Bye, now time.Time) {
	ours := b.Run == m.cur.run && !m.waiting || m.waiting && b.Attempt == m.attempt
	if !ours {
		return
	}
	if now.Sub(m.byeAt) < byeEvery {
		m.byeDue = true
		return
	}
	m.byeAt = now
	m.begin()
}

// tick looks at what did not happen. silent measures fairly.
func (m *machine) tick(now time.Time, silent func(last, now time.Time) time.Duration) {
	m.tickAsking(now, silent)
	if m.byeDue && now.Sub(m.byeAt) >= byeEvery {
		m.byeAt = now
		m.begin()
		return
	}
	if m.waiting {
		if !m.lookAt.IsZero() && !now.Before(m.lookAt) {
			m.lookAt = time.Time{}
			m.do.look = true
		}
		return
	}
	if m.cur.run == 0 {
		return
	}
	switch {
	case silent(m.heard, now) > silence:
		m.begin()
	case !m.sentAt.IsZero() && m.next >= m.sent:
		m.sentAt = time.Time{}
	case !m.sentAt.IsZero() && now.Sub(m.sentAt) >= lostAfter:
		m.again(now)
	case !m.acked && m.goSaid <= goTries && now.Sub(m.goAt) >= goAgain:
		m.sayGo(now)
	case m.idle(m.framed, now) && now.Sub(m.heard) < shrinkUnseen:
		m.shrink()
		m.again(now)
	}
}

// entry is the tail's line in a roll-call of web.
func (m *machine) entry() wire.TailEntry {
	return wire.TailEntry{Tail: m.id, Run: m.cur.run, Epoch: m.epoch, Credit: m.upto}
}

// end ends the tail: its run is told no, and what it held goes back.
func (m *machine) end() {
	if m.cur.run != 0 {
		m.tell(wire.No{Tail: m.id, Run: m.cur.run})
	}
	m.giveBack()
	m.endAsking()
}
