package tailer

import (
	"bytes"
	"slices"

	"livetail/internal/coding"
	"livetail/internal/filter"
	"livetail/internal/wire"
)

// gapRoom is what one gap takes at most.
const gapRoom = 10

// choose takes from the front of spans, or from their end if back, as many whole lines as fit into room bytes with their gaps
// and are not more than most. Where not even the first fits it takes a part of it. The spans are those of data; rest are what
// is left of them, and taken is in what the last choice was in.
func (s *sieve) choose(c coding.Coding, data []byte, spans []filter.Span, room, most int, back bool) (taken, rest []filter.Span) {
	taken = s.taken[:0]
	for len(spans) > 0 && most > 0 {
		i := 0
		if back {
			i = len(spans) - 1
		}
		got, ok := whole(c, data, spans[i], room, most, back)
		if !ok {
			if len(taken) > 0 {
				break
			}
			got, most = part(c, data, spans[i], room, back), 0
		}
		most -= got.Lines
		room -= got.To - got.From + got.Lines + gapRoom
		taken = append(taken, got)
		if left := without(spans[i], got, back); left.From < left.To {
			spans[i] = left
			break
		}
		if back {
			spans = spans[:i]
		} else {
			spans = spans[1:]
		}
	}
	if back {
		slices.Reverse(taken)
	}
	s.taken = taken
	return taken, spans
}

// whole is as much of s as fits: whole lines, counted where they end or, if back, where they begin.
func whole(c coding.Coding, data []byte, s filter.Span, room, most int, back bool) (filter.Span, bool) {
	unit := c.Unit()
	for n := min(s.To-s.From, room-gapRoom); n > 0; n = min(n, room-gapRoom) / 2 {
		got := s
		switch {
		case n == s.To-s.From:
		case back:
			n -= n % unit
			at := c.After(data[s.To-n-unit : s.To-unit])
			if at == 0 {
				return s, false
			}
			got.From = s.To - n - unit + at
		default:
			got.To = s.From + c.AfterLast(data[s.From:s.From+n])
			if got.To == got.From {
				return s, false
			}
		}
		text := data[got.From:got.To]
		if got.Lines = c.Count(text); back || !c.Ends(text) {
			got.Lines = 1 + c.Count(text[:len(text)-unit])
		}
		switch {
		case got.Lines > most && back:
			inner := text[:len(text)-unit]
			for range most {
				inner = inner[:c.AfterLast(inner)-unit]
			}
			got.From += len(inner) + unit
			got.Lines = most
		case got.Lines > most:
			got.To = got.From + nth(c, text, most)
			got.Lines = most
		}
		if got.To-got.From+got.Lines+gapRoom <= room {
			return got, true
		}
	}
	return s, false
}

// part is a piece of a line that is longer than room.
func part(c coding.Coding, data []byte, s filter.Span, room int, back bool) filter.Span {
	switch n := min(room, s.To-s.From); {
	case n == s.To-s.From:
	case back:
		s.From = s.To - len(c.WholeFrom(data[s.To-n+n%c.Unit():s.To]))
	default:
		s.To = s.From + len(c.Whole(data[s.From:s.From+n]))
	}
	s.Lines = 0
	return s
}

func without(s, taken filter.Span, back bool) filter.Span {
	if back {
		s.To = taken.From
	} else {
		s.From = taken.To
	}
	return s
}

// wrap writes the lines of taken, which are of data, into a frame, with the gaps between them.
func (a *answer) wrap(f *wire.Frame, c coding.Coding, data []byte, taken []filter.Span) {
	if c.Wide() {
		a.decode(f, c, data, taken...)
		return
	}
	if len(taken) == 1 {
		f.Payload = data[taken[0].From:taken[0].To]
		return
	}
	payload, gaps := a.payload[:0], a.gaps[:0]
	zeros, end := 0, taken[0].From
	for _, s := range taken {
		text := data[s.From:s.To]
		if s.From > end {
			for range zeros {
				gaps = wire.AppendGap(gaps, 0)
			}
			gaps = wire.AppendGap(gaps, int64(s.From-end))
			zeros = -1
		}
		zeros += bytes.Count(text, newline)
		payload, end = append(payload, text...), s.To
	}
	a.payload, a.gaps = payload, gaps
	f.Payload, f.Gaps, f.Flags = payload, gaps, f.Flags|wire.Gapped
}
