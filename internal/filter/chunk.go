package filter

import "bytes"

// Span is a run of lines that pass, in the bytes that were judged.
type Span struct {
	From, To int
	Lines    int // those that begin in it
}

// Chunk judges many lines at once, as Line would one by one, and appends the runs of those that pass. The last may be without
// its newline; inside says that b begins inside a line that was judged already.
func (m *Matcher) Chunk(b []byte, inside bool, spans []Span) []Span {
	at := 0
	if inside {
		at = lineEnd(b, 0)
		if m.Passed() {
			spans = join(spans, 0, at, 0)
		}
	}
	switch {
	case at == len(b):
		return spans
	case m.f == nil:
		return join(spans, at, len(b), Lines(b, inside))
	case m.f.driver != nil:
		spans = m.leap(b, at, spans)
	default:
		for at < len(b) {
			at, spans = m.step(b, at, spans)
		}
	}
	m.settle()
	return spans
}

// Lines is how many lines begin in b, which begins inside a line or not.
func Lines(b []byte, inside bool) int {
	n := bytes.Count(b, newline)
	if len(b) > 0 && b[len(b)-1] != '\n' {
		n++
	}
	if inside {
		n-- // the one whose end is here, or which is all there is
	}
	return n
}

// Begun is how many lines begin in spans.
func Begun(spans []Span) (n int) {
	for _, s := range spans {
		n += s.Lines
	}
	return n
}

// step judges the line at at.
func (m *Matcher) step(b []byte, at int, spans []Span) (int, []Span) {
	end := lineEnd(b, at)
	m.judge(b[at:end])
	if m.passed {
		spans = join(spans, at, end, 1)
	}
	return end, spans
}

// leap goes from one place that has a needle to the next: groups without one cannot pass.
func (m *Matcher) leap(b []byte, at int, spans []Span) []Span {
	var room [mostNeedles]place
	places := room[:len(m.f.driver.needles)]
	for i := range places {
		places[i].needle = m.f.driver.needles[i]
	}
	if n := len(b) - at; n >= leastSampled {
		in := count(b[at : at+n/sampled])
		for i := range places {
			places[i].needle.aim(in)
		}
	}
	for at < len(b) && kindOf(lineAt(b, at)) != begins { // of a group that began before b
		at, spans = m.step(b, at, spans)
	}
	for at < len(b) {
		hit := len(b) - 1 // what the last line is decides about those that come after b
		for i := range places {
			p := &places[i]
			if p.done {
				continue
			}
			if p.at < at || !p.known {
				p.at, p.known = p.search.next(&p.needle, b, at), true
				if p.done = p.at < 0; p.done {
					continue
				}
			}
			hit = min(hit, p.at)
		}
		start := lineStart(b, at, hit)
		for start > at && kindOf(lineAt(b, start)) != begins { // what is at at surely begins
			start = lineStart(b, at, start-1)
		}
		for at = start; at < len(b) && (at <= hit || kindOf(lineAt(b, at)) != begins); {
			at, spans = m.step(b, at, spans)
		}
	}
	return spans
}

// Of bytes to be searched, as many as are worth it, one in so many is counted before: a few lines of each chunk.
const (
	leastSampled = 64 << 10
	sampled      = 256
)

// place is where a needle is next.
type place struct {
	needle      needle
	search      search
	at          int
	known, done bool
}

// join appends lines that pass to the run before, if they are its neighbours.
func join(spans []Span, from, to, lines int) []Span {
	if n := len(spans); n > 0 && spans[n-1].To == from {
		spans[n-1].To = to
		spans[n-1].Lines += lines
		return spans
	}
	return append(spans, Span{from, to, lines})
}

// lineStart is where the line that has the byte at at begins, not before from.
func lineStart(b []byte, from, at int) int { return from + bytes.LastIndexByte(b[from:at], '\n') + 1 }

// lineAt is the line at at, without its end.
func lineAt(b []byte, at int) []byte { return trim(b[at:lineEnd(b, at)]) }
