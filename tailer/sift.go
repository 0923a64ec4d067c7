package tailer

import (
	"bytes"

	"livetail/internal/coding"
	"livetail/internal/filter"
	"livetail/internal/wire"
)

const (
	chunkBytes = 512 << 10 // judged at a time
	groupBytes = 64 << 10  // how far before a place the first line of a group is looked for
)

// sieve is what an answer needs to let only some lines through.
type sieve struct {
	filter        *filter.Filter
	m             filter.Matcher
	of            *file // whose lines m has judged, up to where it is read
	spans, taken  []filter.Span
	payload, gaps []byte // of lines that are written in bytes
	decoder
	raw          int64 // towards the past: down to here everything passes, as a long line did
	seen, passed uint32
}

// forthSifted looks at what comes next in h, and sends what passes.
func (a *answer) forthSifted(h *file) (moved bool, err error) {
	if err := a.fill(h, coding.Head); err != nil {
		return false, err
	}
	want, why := a.lookLeft(h)
	if err := a.fill(h, h.off+want+1); err != nil {
		return false, err
	}
	if err := h.look(); err != nil || h.size() < h.off {
		return false, errChanged
	}
	h.tried = h.size()
	limit := min(a.limit(h), h.size())
	whole := want <= limit-h.off
	if want = min(want, limit-h.off); want <= 0 {
		if whole {
			return false, cmpDone(why, wire.EndLooked)
		}
		return false, nil
	}
	if a.of != h {
		if err := a.prime(h, h.off, h.cut); err != nil {
			return false, err
		}
		a.of = h
	}
	b := a.view.t.chunks.Get().(*[]byte)
	defer a.view.t.chunks.Put(b)
	before := len(h.back)
	buf := (*b)[:before+int(want)]
	if err := a.step(want); err != nil {
		return false, err
	}
	defer a.leave()
	n, err := a.pread(h, buf, h.off-int64(before))
	if err != nil {
		return false, failure(words(err))
	}
	if n < len(buf) || !bytes.Equal(buf[:before], h.back) {
		return false, errChanged
	}
	data, c := buf[before:], h.coding()
	if data[0] == 0 {
		a.leave()
		if skipped, err := a.skip(h); skipped || err != nil {
			return skipped, err
		}
	}
	end := h.off + want
	at := c.AfterLast(data)
	switch {
	case at > 0:
		data = data[:at]
	case end == h.size() && !h.flush:
		return false, nil // half a line
	case end < a.limit(h) && why != "" && a.looked > 0 && !h.cut:
		return false, why
	default:
		if half, err := a.unended(h); half || err != nil {
			return false, err
		}
	}
	if end < h.size() {
		data = c.Whole(data)
	}
	if at > 0 && a.parted() {
		if data, err = a.part(h, data); err != nil || len(data) == 0 {
			return true, err
		}
	}
	if at == 0 && !h.cut { // the line goes on: more of it decides than is here
		if err := a.prime(h, end, true); err != nil {
			return false, err
		}
		if a.spans = a.spans[:0]; a.m.Passed() {
			a.spans = append(a.spans, filter.Span{To: len(data), Lines: 1})
		}
	} else {
		a.spans = a.judge(&a.m, c, data, h.cut, a.spans[:0])
	}
	a.leave()
	return true, a.emit(h, data)
}

// lookLeft is how much to look at next.
func (a *answer) lookLeft(h *file) (n int64, why done) {
	if left := remains(a.q.Look, a.looked, h); a.q.Look > 0 && left < chunkBytes {
		return left, wire.EndLooked
	}
	return a.share(), ""
}

// emit sends the lines of data, which begins where h is read to, that are in a.spans, and goes behind data.
func (a *answer) emit(h *file, data []byte) error {
	if a.tallies() {
		return a.tally(h, data)
	}
	at, cut, c := 0, h.cut, h.coding()
	pass := func(to int) {
		if to > at {
			a.seen += uint32(c.Count(data[at:to]))
			a.looked += uint64(to - at)
			h.advance(data[at:to])
			at = to
		}
	}
	for rest := a.spans; len(rest) > 0; {
		room, why, err := a.offer(h)
		if err != nil {
			return err
		}
		var taken []filter.Span
		taken, rest = a.choose(c, data, rest, room, a.linesLeft(), false)
		first, last := taken[0], taken[len(taken)-1]
		parted := !c.Ends(data[:last.To]) && (last.To < len(data) || h.off+int64(len(data)-at) < h.size() || !h.flush)
		if parted && why != "" && a.some && !(cut && first.From == 0) {
			pass(first.From)
			return why
		}
		f := wire.Frame{Kind: wire.Lines}
		a.wrap(&f, c, data, taken)
		count := bytes.Count(f.Payload, newline)
		switch {
		case parted:
			f.Flags |= wire.Open
		case !c.Ends(data[:last.To]):
			f.Flags |= wire.NoEOL
			count++
		}
		if first.From == 0 && cut || first.From > 0 && !c.Ends(data[:first.From]) {
			f.Flags |= wire.Cont
		}
		start := h.off + int64(first.From-at)
		pass(last.To)
		if err := a.deliver(f, start, taken, count); err != nil {
			return err
		}
	}
	pass(len(data))
	return a.beat()
}

// offer is how much the next frame may carry; why ends the answer if a line does not fit.
func (a *answer) offer(h *file) (room int, why done, err error) {
	if a.enough() {
		return 0, "", done(wire.EndLines)
	}
	room = chunkBytes
	if !a.q.Quiet {
		if room, err = a.room(); err != nil {
			return 0, "", err
		}
		room = h.coding().Room(room)
	}
	if left := remains(a.q.Bytes, a.bytes, h); a.q.Bytes > 0 && left < int64(room) {
		room, why = int(left), wire.EndLines
	}
	if room == 0 {
		return 0, "", why
	}
	return room, why, nil
}

// deliver sends lines that passed, or only counts them.
func (a *answer) deliver(f wire.Frame, start int64, taken []filter.Span, count int) error {
	a.lines += uint64(count)
	a.passed += uint32(count)
	for _, s := range taken {
		a.bytes += uint64(s.To - s.From)
	}
	a.some = true
	if a.q.Quiet {
		return nil
	}
	return a.send(f, start)
}

// beat says how far it has come, if nothing else did for a while.
func (a *answer) beat() error {
	a.sink.Turn()
	if a.view.t.clock.Now().Sub(a.sent) < sayEvery && !a.due() {
		return a.ctx.Err()
	}
	if a.pace.slowed {
		return a.tellSlow()
	}
	if _, err := a.room(); err != nil {
		return err
	}
	return a.send(wire.Frame{Kind: wire.Lines}, -1)
}

// prime makes the matcher know what comes before off in h and, if that is inside a line, judge the line.
func (a *answer) prime(h *file, off int64, cut bool) error {
	a.m = a.filter.NewMatcher()
	a.m.Limit(a.view.t.maxLine)
	if a.filter == nil {
		return nil
	}
	start, c := off, h.coding()
	if cut {
		var err error
		if start, err = a.lineStart(h, off); err != nil {
			return failure(words(err))
		}
	}
	b := a.view.t.chunks.Get().(*[]byte)
	defer a.view.t.chunks.Put(b)
	group := (*b)[:min(start, groupBytes)]
	if n, err := a.pread(h, group, start-int64(len(group))); err != nil || n < len(group) {
		return errChanged
	}
	if int64(len(group)) < start {
		group = group[c.After(group):]
	}
	a.m.Prime(c.Text(group))
	if !cut {
		return nil
	}
	line := (*b)[:a.view.t.maxLine]
	n, err := a.pread(h, line, start)
	if err != nil {
		return failure(words(err))
	}
	line = line[:n]
	if at := c.After(line); at > 0 {
		line = line[:at]
	}
	a.m.Line(c.Text(line))
	return nil
}

// lineStart is where the line that has the byte before off begins.
func (a *answer) lineStart(h *file, off int64) (int64, error) {
	b, c := make([]byte, min(off, chunkBytes)), h.coding()
	for hi := off; hi > 0; {
		lo, hole := a.written(h, max(0, hi-int64(len(b))), hi)
		n, err := h.pread(b[:hi-lo], lo)
		if err != nil {
			return 0, err
		}
		if at := c.AfterLast(b[:n]); at > 0 {
			return lo + int64(at), nil
		}
		if hole {
			return lo, nil
		}
		hi = lo
	}
	return 0, nil
}
