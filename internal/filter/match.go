package filter

import "bytes"

// Matcher judges the lines of one file in their order: a line that continues another shares its verdict. It remembers a few
// bits from line to line, so copying one is how to go on twice from the same place. A nil Filter's lets everything pass.
type Matcher struct {
	f      *Filter
	begun  bool    // there was a line
	passed bool    // the lines of this group pass
	may    verdict // nothing but include is against the group
	level  Level   // of the group's first line; unset: to be found in first
	first  []byte
	most   int // bytes of a line that are looked at
}

// MaxLine is how many bytes at the beginning of a line are looked at, unless Limit says otherwise.
const MaxLine = 1 << 20

// NewMatcher begins with no line before.
func (f *Filter) NewMatcher() Matcher { return Matcher{f: f, most: MaxLine} }

// Limit sets by how many bytes at its beginning a line is judged.
func (m *Matcher) Limit(bytes int) { m.most = bytes }

// Line judges the next line, with or without its newline.
//
// A line that continues another passes if that did. It passes too, and those after it, if include holds of it by itself and
// nothing else is against the first: so what is looked for in the middle of a stack trace is found.
func (m *Matcher) Line(line []byte) bool {
	if m.f == nil {
		return true
	}
	m.judge(line)
	m.settle()
	return m.passed
}

// Passed is the verdict on the last line, which holds for all further parts of it.
func (m *Matcher) Passed() bool { return m.f == nil || m.passed }

// Prime takes note of what comes before the lines to be judged: whole lines, at best from the first of a group on.
func (m *Matcher) Prime(before []byte) {
	if m.f == nil || len(before) == 0 {
		return
	}
	if at := GroupStart(before); at > 0 {
		before = before[at:]
	}
	for len(before) > 0 {
		n := lineEnd(before, 0)
		m.judge(before[:n])
		before = before[n:]
	}
	m.settle()
}

// judge is Line without settling; what is of the line must still be there when it is settled.
func (m *Matcher) judge(line []byte) {
	line = trim(line[:min(len(line), m.most)])
	if m.begun && m.continues(line) {
		if !m.passed && len(m.f.include) > 0 && m.may != no && m.f.has(line) {
			m.passed = m.allowed()
		}
		return
	}
	m.begun, m.first, m.level, m.may = true, line, unset, unknown
	m.passed = hasAll(m.f.include, line) && m.allowed()
}

// continues says whether line belongs to the group that is under way. An exception follows the line that tells of it, but not
// one that was only told for information.
func (m *Matcher) continues(line []byte) bool {
	switch kindOf(line) {
	case follows:
		return true
	case trouble:
		l := m.levelOf()
		return l != LevelInfo && l != LevelDebug
	}
	return false
}

// allowed says whether all but include lets the group pass, by its first line.
func (m *Matcher) allowed() bool {
	if m.may == unknown {
		m.may = no
		if m.allows(m.first) {
			m.may = yes
		}
	}
	return m.may == yes
}

func (m *Matcher) allows(line []byte) bool {
	f := m.f
	if hasAny(f.exclude, line) {
		return false
	}
	if len(f.Levels) > 0 && !f.levels[m.levelOf()] {
		return false
	}
	for i := range f.fields {
		if !f.fields[i].holds(line) {
			return false
		}
	}
	return true
}

func (m *Matcher) levelOf() Level {
	if m.level == unset {
		m.level = LevelOf(m.first)
	}
	return m.level
}

// settle lets go of the line's bytes.
func (m *Matcher) settle() {
	if m.first != nil {
		m.levelOf()
		m.allowed()
	}
	m.first = nil
}

type verdict uint8

const (
	unknown verdict = iota
	yes
	no
)

// has says whether a line passes by what is in it alone.
func (f *Filter) has(line []byte) bool { return hasAll(f.include, line) && !hasAny(f.exclude, line) }

func hasAll(patterns []*pattern, line []byte) bool {
	for _, p := range patterns {
		if !p.match(line) {
			return false
		}
	}
	return true
}

func hasAny(patterns []*pattern, line []byte) bool {
	for _, p := range patterns {
		if p.match(line) {
			return true
		}
	}
	return false
}

// lineEnd is where the line that begins at from ends, behind its newline.
func lineEnd(b []byte, from int) int {
	if at := bytes.IndexByte(b[from:], '\n'); at >= 0 {
		return from + at + 1
	}
	return len(b)
}

// trim is what there is to judge: a byte order mark is none of a line's characters, wherever a file was begun or put behind another.
func trim(line []byte) []byte {
	line = bytes.TrimPrefix(bytes.TrimSuffix(line, newline), mark)
	return bytes.TrimSuffix(line, cr)
}

var newline, cr, mark = []byte{'\n'}, []byte{'\r'}, []byte("\xef\xbb\xbf")
