package tailer

import (
	"livetail/internal/coding"
	"livetail/internal/filter"
	"livetail/internal/wire"
)

// Inside, everything is a file's own bytes, and so is every place. What is written in UTF-16 becomes text only where lines are
// judged, where their times are read, and in a frame, whose gaps say how long each line is in its file.

// decoder is the room that takes.
type decoder struct{ text, between []byte }

// judge finds which lines of data pass, as a Matcher's Chunk does.
func (d *decoder) judge(m *filter.Matcher, c coding.Coding, data []byte, inside bool, spans []filter.Span) []filter.Span {
	if !c.Wide() {
		return m.Chunk(data, inside, spans)
	}
	d.text = c.Append(d.text[:0], data)
	before := len(spans)
	spans = m.Chunk(d.text, inside, spans)
	at, end := 0, 0 // in the text and in the file
	in := func(to int) int {
		if end += c.Width(d.text[at:to]); end > len(data) { // half a unit stands for one
			end = len(data)
		}
		at = to
		return end
	}
	for i := range spans[before:] {
		s := &spans[before+i]
		s.From = in(s.From)
		s.To = in(s.To)
	}
	return spans
}

// decode makes spans of data the frame's payload. If data is of a wide file, that is; else there is nothing to decode.
func (d *decoder) decode(f *wire.Frame, c coding.Coding, data []byte, spans ...filter.Span) {
	d.text, d.between = d.text[:0], d.between[:0]
	end, gap := spans[0].From, 0
	for _, s := range spans {
		gap += s.From - end
		for rest := data[s.From:s.To]; len(rest) > 0; {
			n := c.After(rest)
			if n == 0 {
				n = len(rest)
			}
			before := len(d.text)
			d.text = c.Append(d.text, rest[:n])
			d.between = wire.AppendGap(d.between, int64(gap))
			gap = n - (len(d.text) - before)
			rest = rest[n:]
		}
		end = s.To
	}
	f.Payload, f.Gaps, f.Flags = d.text, d.between, f.Flags|wire.Gapped
}
