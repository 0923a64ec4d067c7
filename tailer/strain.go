package tailer

import (
	"context"

	"livetail/internal/coding"
	"livetail/internal/filter"
	"livetail/internal/wire"
)

// sift is step with a filter, or for a page that wants counts only: it looks at more than fits in a frame, and sends what
// passes, or how far it looked.
func (f *Follower) sift(ctx context.Context, h *file, room int) (busy bool, err error) {
	s, c := &f.strain, h.coding()
	if !h.primed {
		f.prime(h)
	}
	chunk, longest := int(c.Align(int64(s.want))), int(c.Align(int64(f.t.maxLine)))
	want := int(min(int64(chunk), h.upto-h.off))
	b := f.t.buffers.get(len(h.back) + want)
	defer f.t.buffers.put(b)
	data, news := f.peek(h, *b, want)
	if len(data) == want && want < longest && int64(want) < h.upto-h.off && !h.cut && c.After(data) == 0 {
		wide := f.t.wide.Get().(*[]byte) // its first MaxLine bytes decide about a long line
		defer f.t.wide.Put(wide)
		want = int(min(int64(longest), h.upto-h.off))
		data, news = f.peek(h, *wide, want)
	}
	if len(data) == 0 {
		return news, nil
	}
	var end uint8
	switch at := c.AfterLast(data); {
	case at > 0:
		data = data[:at]
	case h.flush && h.ended(h.off+int64(len(data))):
		end = wire.NoEOL
	case len(data) >= longest, h.cut && len(data) == chunk:
		data, end = c.Whole(data), wire.Open
	default:
		if h.tried != h.size() {
			h.tried, h.half = h.size(), f.t.clock.Now()
		}
		h.upto = h.off
		return false, nil
	}
	if !h.until.IsZero() {
		h.until = f.t.clock.Now().Add(f.t.grace)
	}
	f.t.identify(h, f.log)
	from, inside := h.off, h.cut
	used := f.judge(h, data, inside, room)
	if used < len(data) {
		end = 0
		if !c.Ends(data[:used]) {
			end = wire.Open
		}
	}
	f.goBehind(h, data[:used])
	s.unsaid += int64(used)
	s.way += int64(used)
	if len(s.spans) == 0 || s.quiet {
		if s.due(f.t.clock.Now()) {
			return true, f.count(ctx, h)
		}
		return true, nil
	}
	fr := &f.frame
	*fr = wire.Frame{Kind: wire.Lines, Flags: f.backlogFlag()}
	if inside && s.spans[0].From == 0 {
		fr.Flags |= wire.Cont
	}
	if s.spans[len(s.spans)-1].To == used {
		fr.Flags |= end
	}
	switch {
	case c.Wide():
		s.decode(fr, c, data, s.spans...)
	case len(s.gaps) > 0:
		fr.Flags |= wire.Gapped
		fr.Gaps = s.gaps
		fallthrough
	default:
		fr.Payload = gather(data, s.spans)
	}
	f.enter(h, fr.Flags)
	f.place(fr, h)
	fr.Start, fr.Behind = from+int64(s.spans[0].From), f.behind()
	return true, f.send(ctx, fr)
}

// judge finds what of data passes and fits, leaves h's matcher behind it, and says how far that is.
func (f *Follower) judge(h *file, data []byte, inside bool, room int) (used int) {
	s, c := &f.strain, h.coding()
	before, looked, passed := h.judge, s.looked, s.passed
	s.lines(&h.judge, c, data, inside)
	if s.quiet {
		f.countErrors(c, data, inside)
		return len(data)
	}
	if used = s.plan(c, data, room, inside); used == len(data) {
		s.want = min(2*s.want, wire.MaxPayload)
		return used
	}
	s.want = max(room, firstChunk)
	kept := s.spans
	judged := used
	if !c.Ends(data[:used]) { // the rest of the line has its verdict
		if at := c.After(data[used:]); at > 0 {
			judged = used + at
		} else {
			judged = len(data)
		}
	}
	h.judge, s.looked, s.passed = before, looked, passed
	s.lines(&h.judge, c, data[:judged], inside)
	s.spans, s.spare = kept, s.spans
	return used
}

// countErrors is of lines that nobody gets: those in frames are counted there.
func (f *Follower) countErrors(c coding.Coding, data []byte, inside bool) {
	s, now := &f.strain, f.t.clock.Now()
	for _, p := range s.spans {
		text := data[p.From:p.To]
		if c.Wide() {
			s.text = c.Append(s.text[:0], text)
			text = s.text
		}
		s.errors += f.t.errors.In(text, inside && p.From == 0, now)
	}
}

// gather moves the spans of data together.
func gather(data []byte, spans []filter.Span) []byte {
	if len(spans) == 1 {
		return data[spans[0].From:spans[0].To]
	}
	n := 0
	for _, p := range spans {
		n += copy(data[n:], data[p.From:p.To])
	}
	return data[:n]
}
