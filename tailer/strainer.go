package tailer

import (
	"context"
	"math"
	"time"

	"livetail/internal/coding"
	"livetail/internal/filter"
	"livetail/internal/wire"
)

const (
	countEvery = time.Second // how far a filter looked is said so often while nothing passes,
	stretch    = 64 << 10    // and at once when the live edge is reached after so much
)

// strainer is what a Follow's filter let through, and has not been said yet.
type strainer struct {
	on, quiet      bool
	filter         *filter.Filter
	want           int // bytes to look at in one go: less while most of them pass and do not fit
	looked, passed uint32
	errors         int   // of what passed, while only counts are wanted
	unsaid         int64 // bytes since the last frame
	way            int64 // bytes since the live edge was last reached
	said           time.Time

	spans, spare []filter.Span
	gaps         []byte // of lines that are written in bytes
	*decoder            // while something is read that needs it
}

func (s *strainer) begin(start Start) error {
	parsed, err := filter.Parse(start.Filter)
	*s = strainer{on: parsed != nil || start.Quiet, quiet: start.Quiet, filter: parsed, want: wire.MaxPayload,
		spans: s.spans, spare: s.spare, gaps: s.gaps}
	return err
}

func (s *strainer) owes() bool { return s.unsaid > 0 }

// due says whether it is time to say how far it looked.
func (s *strainer) due(now time.Time) bool { return s.owes() && now.Sub(s.said) >= countEvery }

// counted has fr, which is sent now, say what was counted.
func (s *strainer) counted(fr *wire.Frame, now time.Time) {
	fr.Looked, fr.Passed, fr.Errors = s.looked, s.passed, uint16(min(s.errors, math.MaxUint16))
	s.looked, s.passed, s.errors, s.unsaid, s.said = 0, 0, 0, 0, now
}

// lines judges data, of which inside says whether it begins inside a line, and counts.
func (s *strainer) lines(m *filter.Matcher, c coding.Coding, data []byte, inside bool) {
	s.spans, s.spare = s.spare[:0], s.spans
	s.spans = s.judge(m, c, data, inside, s.spans)
	if c.Wide() {
		data = s.text // where every line is one too
	}
	passed := filter.Begun(s.spans)
	s.passed += uint32(passed)
	if s.filter == nil {
		s.looked += uint32(passed) // who lets all lines through has counted them
	} else {
		s.looked += uint32(filter.Lines(data, inside))
	}
}

// plan cuts the spans to what fits in room, and says how far data is used then.
func (s *strainer) plan(c coding.Coding, data []byte, room int, inside bool) (used int) {
	s.gaps = s.gaps[:0]
	total, zeros, end := 0, 0, 0
	for i := range s.spans {
		p := &s.spans[i]
		before, pieces := len(s.gaps), p.Lines
		if inside && p.From == 0 {
			pieces++
		}
		if i > 0 && c.Wide() {
			total += gapRoom // the gaps are made when it is decoded
		} else if i > 0 {
			for range zeros {
				s.gaps = append(s.gaps, 0)
			}
			s.gaps = wire.AppendGap(s.gaps, int64(p.From-end))
			pieces--
		}
		zeros, end = pieces, p.To
		fit := max(0, room-total-len(s.gaps))
		if total += p.To - p.From; p.To-p.From <= fit {
			continue
		}
		at := c.AfterLast(data[p.From : p.From+fit])
		switch {
		case at > 0:
			p.To, s.spans = p.From+at, s.spans[:i+1]
			return p.To
		case i == 0: // a line that needs more than the room
			p.To, s.spans = p.From+len(c.Whole(data[p.From:p.From+fit])), s.spans[:1]
			return p.To
		default:
			s.spans, s.gaps = s.spans[:i], s.gaps[:before]
			return p.From
		}
	}
	return len(data)
}

// report, at the live edge, says how far the filter looked, if that is not known: always, or behind a stretch, or after a time.
func (f *Follower) report(ctx context.Context, always bool) error {
	s := &f.strain
	h, way := f.last(), s.way
	s.way = 0
	if h == nil || !s.owes() || !always && way < stretch && !s.due(f.t.clock.Now()) {
		return nil
	}
	if _, err := f.room(ctx); err != nil {
		return err
	}
	if h = f.last(); h == nil { // files were looked after meanwhile
		return nil
	}
	return f.count(ctx, h)
}

// count sends a frame without lines.
func (f *Follower) count(ctx context.Context, h *file) error {
	fr := &f.frame
	*fr = wire.Frame{Kind: wire.Lines, Flags: f.backlogFlag(), Behind: f.behind()}
	f.place(fr, h)
	return f.send(ctx, fr)
}
