package tailer

import (
	"context"
	"errors"
	"slices"
	"time"

	"livetail/internal/wire"
)

// answer is one Ask under way: a view of the log's files of its own, and how far it has come in them.
type answer struct {
	ctx  context.Context
	view *Follower // names files and opens them; follows nothing
	q    wire.Question
	sink Sink

	list []sibling // the log's files, oldest first, as they were at the last look
	at   []*file   // where the answer has come to, oldest first
	turn int       // which of them is read
	ends []*file   // the files of the place until which to read, oldest first
	stop []int64   // and where in them

	lines, bytes, looked uint64 // so far
	some                 bool   // a frame of lines went out
	sent                 time.Time
	time                 int64         // of the line that is told to be found, or of the first that was counted and has one
	unsure               bool          // of the years of lines that say none, in one of the files
	asked                wire.Position // where it begins
	front                []byte        // towards the past: what was read last, which must still be there
	frame                wire.Frame
	pos                  wire.Position
	pace                 pace
	parts
	sieve
}

// close closes what is open.
func (a *answer) close() {
	for _, s := range a.list {
		if s.held != nil {
			s.held.close()
		}
	}
}

// current is the file that is read.
func (a *answer) current() *file {
	if len(a.at) == 0 {
		return nil
	}
	return a.at[a.turn]
}

// room asks the sink how much the next frame may carry.
func (a *answer) room() (int, error) {
	a.sink.Turn()
	n, err := a.sink.Room(a.ctx)
	if err == nil && n < 1 {
		err = errNoRoom
	}
	return min(n, wire.MaxPayload), err
}

// tell sends a marker, placed where the answer has come to.
func (a *answer) tell(m wire.Marker, flags uint8) error {
	room, err := a.room()
	if err != nil {
		return err
	}
	return a.send(wire.Frame{Kind: wire.Mark, Flags: flags, Payload: fit(a.view.marker(m), room)}, -1)
}

// send sends f, whose payload begins at start of the current file; below 0: it is of no bytes there.
func (a *answer) send(f wire.Frame, start int64) error {
	a.frame = f
	if a.pace.slowed {
		a.frame.Flags |= wire.Slowed
	}
	a.place(start)
	a.frame.Looked, a.frame.Passed, a.frame.Time = a.seen, a.passed, a.time
	if h := a.current(); h != nil && len(f.Payload) > 0 && f.Kind == wire.Lines {
		var err error
		if a.frame.Time, err = a.timeOf(&a.frame, h); err != nil {
			return err
		}
	}
	a.seen, a.passed, a.time = 0, 0, 0
	a.told()
	a.sent = a.view.t.clock.Now()
	return a.sink.Send(a.ctx, &a.frame)
}

// place writes the position to go on from into the frame, whose payload, if it has one, begins at start of the current file.
func (a *answer) place(start int64) {
	a.pos = a.pos[:0]
	for i, h := range a.at {
		check := h.off
		if i == a.turn {
			a.frame.Index = uint8(i)
			if start < 0 {
				start = h.off
			}
			check = min(check, start)
		}
		a.pos = append(a.pos, wire.Place{File: a.view.t.token(h, a.view.log, check), Offset: h.off})
	}
	switch {
	case len(a.at) > 0:
	case len(a.asked) > 0:
		a.pos, start = append(a.pos, a.asked...), a.asked[0].Offset
	case !a.q.Back:
		none := token{log: a.view.log, at: a.view.t.clock.Now().Unix()}
		a.pos, start = append(a.pos, wire.Place{File: none.encode()}), 0
	}
	a.frame.After, a.frame.Start, a.frame.Behind = a.pos, max(start, 0), a.behind()
}

// behind is how many bytes the live edge is away.
func (a *answer) behind() (n int64) {
	newest := -1
	if len(a.at) > 0 {
		newest = a.index(a.at[len(a.at)-1])
	}
	for i := range a.list {
		s := &a.list[i]
		switch h := s.held; {
		case h != nil && slices.Contains(a.at, h):
			h.look()
			n += max(0, h.length()-h.off)
		case i > newest && newest >= 0:
			n += a.length(s)
		}
	}
	return n
}

// resolve finds the files of a position and opens them, oldest first. What cannot be found is a gap, and what is newer or, if
// back, older than it is next: at the index next of the list, if found is empty.
func (a *answer) resolve(from wire.Position, back bool) (found []*file, offs []int64, next int, err error) {
	tokens := make([]token, len(from))
	for i, place := range from {
		switch tokens[i], err = parseToken(place.File); {
		case err != nil:
			return nil, nil, 0, failure("the position is not one of ours")
		case tokens[i].log != a.view.log:
			return nil, nil, 0, failure("the position is of another log")
		}
	}
	for i, tok := range tokens {
		next = a.view.newerThan(a.list, tok)
		if tok.ino == 0 {
			continue // "there was no file yet"
		}
		off := from[i].Offset
		n, err := a.find(tok, off)
		if err != nil {
			return nil, nil, 0, err
		}
		if n < 0 {
			if err := a.tell(a.view.lost(a.list, tok), 0); err != nil {
				return nil, nil, 0, err
			}
			continue
		}
		h := a.list[n].held
		if err := a.fill(h, off); err != nil {
			return nil, nil, 0, err
		}
		if err := h.look(); err != nil {
			return nil, nil, 0, failure(words(err))
		}
		if over := off - h.size(); over > 0 {
			if err := a.tell(a.gap(&a.list[n], over, "the position is past the file's end: it was truncated since"), 0); err != nil {
				return nil, nil, 0, err
			}
			if off = h.size(); !back {
				off = 0
			}
		}
		if !slices.Contains(found, h) {
			found, offs = append(found, h), append(offs, h.coding().Align(off))
		}
	}
	if back {
		next--
	}
	return found, offs, next, nil
}

// start goes to where the question wants to begin.
func (a *answer) start() error {
	switch a.q.Ask {
	case wire.AskTime:
		return a.again(a.seek)
	case wire.AskPlace:
		return a.again(a.locate)
	}
	return a.again(func() error {
		if err := a.arrive(a.q.From); err != nil {
			return err
		}
		return a.lead()
	})
}

// mostLead is how much leads up to a place at most, in bytes.
const mostLead = 64 << 10

// lead goes back to what is to lead up to the place: the place itself comes with the same answer, so no more than half its lines.
func (a *answer) lead() error {
	h := a.current()
	if h == nil || a.q.Back || a.q.Lead == 0 {
		return nil
	}
	c := h.coding()
	off := c.Align(max(0, h.off-min(int64(a.q.Lead), mostLead)))
	if off > 0 {
		var err error
		if off, err = lineFrom(h, off, h.off); err != nil {
			return failure(words(err))
		}
	}
	if a.q.Lines > 0 {
		b := make([]byte, h.off-off)
		if n, err := h.pread(b, off); err != nil || n < len(b) {
			return errChanged
		}
		for n := a.q.Lines / 2; n > 0 && len(b) > 0; n-- {
			b = b[:c.AfterLast(b[:len(b)-c.Unit()])]
		}
		off += int64(len(b))
	}
	if !h.seek(off) {
		return errChanged
	}
	return nil
}

// begin goes to a place.
func (a *answer) begin(from wire.Position) error {
	return a.again(func() error { return a.arrive(from) })
}

// again does what fails if names move meanwhile.
func (a *answer) again(do func() error) error {
	for range 5 {
		if err := do(); !errors.Is(err, errChanged) {
			return err
		}
	}
	return failure("the log's files change faster than they can be opened")
}

func (a *answer) arrive(from wire.Position) error {
	a.at, a.turn, a.asked = nil, 0, from
	a.front, a.of, a.raw = a.front[:0], nil, 0
	if err := a.survey(); err != nil {
		return err
	}
	defer a.trim()
	var h *file
	var err error
	switch next := 0; {
	case len(from) > 0:
		var found []*file
		var offs []int64
		if found, offs, next, err = a.resolve(from, a.q.Back); err != nil {
			return err
		}
		if len(found) > 0 {
			for i, h := range found {
				if !h.seek(offs[i]) {
					return errChanged
				}
			}
			a.at = found
			if a.q.Back {
				a.turn = len(found) - 1
			}
			return nil
		}
		if a.q.Back {
			h, err = a.nearest(next, -1)
		} else {
			h, err = a.nearest(next, 1)
		}
	case a.q.Back:
		h, err = a.newest()
	default:
		h, err = a.nearest(0, 1)
	}
	if err != nil || h == nil {
		return err
	}
	return a.enter(h, nil)
}

// survey lists the log's files, and finds the place until which to read.
func (a *answer) survey() error {
	err := a.look()
	if err == nil && len(a.q.Until) > 0 && a.ends == nil {
		a.ends, a.stop, _, err = a.resolve(a.q.Until, !a.q.Back)
	}
	return err
}

// enter begins to read h, behind those of keep: from its beginning or, towards the past, from its end. Until it is there the answer
// stays where it was: what is told meanwhile is told there.
func (a *answer) enter(h *file, keep []*file) error {
	off := int64(0)
	if a.q.Back {
		var err error
		if off, err = a.end(h); err != nil {
			return err
		}
	}
	if !h.seek(off) {
		return errChanged
	}
	a.at, a.turn = append(keep, h), len(keep)
	return nil
}
