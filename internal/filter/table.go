package filter

import (
	"encoding/binary"
	"regexp/syntax"
	"slices"
	"unicode/utf8"
)

// table is a pattern whose every set of steps that a text may have led to is spelled out in advance as a row: two bytes cost one
// look, where package regexp takes one for each step. It knows ASCII only, and is small or not at all: regexp decides the rest.
type table struct {
	high, low [256]uint32 // of each byte its class, which is all that the pattern knows of it: times the classes, and as it is
	next      []uint16    // the row behind two bytes, by row + high + low
	begin     uint32
	one       []uint32 // the row behind the first byte, by class
	ends      []bool   // by the row's number: a line that ends here has the pattern
	size      uint32   // of a row
}

// Rows that decide, by number.
const (
	never  = iota // the line has not the pattern
	surely        // it has
	unsure        // it is not ASCII
	decided
)

// match says whether the line has the pattern, if that is sure.
func (t *table) match(line []byte) (has, sure bool) {
	row, next, open := t.begin, t.next, decided*t.size
	if len(line)%2 == 1 {
		row, line = t.one[t.low[line[0]]], line[1:]
	}
	for i := 1; i < len(line) && row >= open; i += 2 {
		row = uint32(next[row+(t.high[line[i-1]]+t.low[line[i]])])
	}
	if row < open {
		return row == surely*t.size, row != unsure*t.size
	}
	return t.ends[row/t.size], true
}

const (
	mostTabled = 500     // steps of a pattern of which a table is made,
	mostCells  = 1 << 15 // of the table, of 2 bytes each,
	mostWork   = 1 << 17 // and steps that are looked at to make it
)

// tabler makes a table.
type tabler struct {
	steps []syntax.Inst
	start uint32
	class [256]uint8
	reps  []rune            // a byte of each class; that of the last, which has all that is unsure, is none
	words bool              // the pattern looks for the edges of words
	rows  []row             // but for those that decide
	known map[string]uint16 // their numbers, by what they are
	next  []uint16          // the number of the row behind one byte, by number times classes + class
	ends  []bool
	work  int

	now   []uint32 // steps that take the next byte, if it is theirs
	ended bool     // or the pattern's end was reached
	alive bool     // that was so before any byte of this row
	seen  []int    // by step: the last time it was looked at
	time  int
}

// row is what leads to a row: the steps behind the last byte, and what that was like.
type row struct {
	steps []uint32
	last  rune // -1: there was none
}

// newTable is nil for a pattern that needs too much.
func newTable(prog *syntax.Prog) *table {
	if len(prog.Inst) > mostTabled {
		return nil
	}
	b := &tabler{steps: prog.Inst, start: uint32(prog.Start), known: map[string]uint16{}, seen: make([]int, len(prog.Inst))}
	b.classify()
	classes := len(b.reps)
	for n := range uint16(decided) {
		b.next = append(b.next, slices.Repeat([]uint16{n}, classes)...)
		b.ends = append(b.ends, n == surely)
	}
	begin := b.row(row{last: -1})
	for at := 0; at < len(b.rows); at++ {
		from, own := b.rows[at], len(b.next)
		b.alive = b.words // what edge of a word is next is not known here
		for _, c := range b.reps {
			b.next = append(b.next, b.behind(from, c))
		}
		b.follow(from, -1)
		b.ends = append(b.ends, b.ended)
		if !b.alive { // as behind what is no beginning, if the pattern is tied to it
			clear(b.next[own:])
		}
		if (decided+len(b.rows))*classes*classes > mostCells || b.work > mostWork {
			return nil
		}
	}
	return b.pairs(begin)
}

// pairs makes the table for two bytes at a time.
func (b *tabler) pairs(begin uint16) *table {
	classes := len(b.reps)
	t := &table{size: uint32(classes * classes), ends: b.ends, next: make([]uint16, 0, len(b.ends)*classes*classes)}
	for c, class := range b.class {
		t.high[c], t.low[c] = uint32(class)*uint32(classes), uint32(class)
	}
	behind := func(n uint16) []uint16 { return b.next[int(n)*classes:][:classes] }
	for n := range uint16(len(b.ends)) {
		for _, then := range behind(n) {
			for _, to := range behind(then) {
				t.next = append(t.next, to*uint16(t.size))
			}
		}
	}
	t.begin = uint32(begin) * t.size
	for _, to := range behind(begin) {
		t.one = append(t.one, uint32(to)*t.size)
	}
	return t
}

// classify finds the bytes that are all the same to every step.
func (b *tabler) classify() {
	classes := map[string]uint8{}
	for c := range rune(utf8.RuneSelf) {
		if c == '\n' { // no line has it
			continue
		}
		var like []byte
		for i := range b.steps {
			switch s := &b.steps[i]; s.Op {
			case syntax.InstRune, syntax.InstRune1, syntax.InstRuneAny, syntax.InstRuneAnyNotNL:
				like = append(like, '0')
				if takes(s, c) {
					like[len(like)-1] = '1'
				}
			case syntax.InstEmptyWidth:
				b.words = b.words || syntax.EmptyOp(s.Arg)&(syntax.EmptyWordBoundary|syntax.EmptyNoWordBoundary) != 0
			}
		}
		if b.words && syntax.IsWordChar(c) {
			like = append(like, 'w')
		}
		class, ok := classes[string(like)]
		if !ok {
			class = uint8(len(b.reps))
			classes[string(like)] = class
			b.reps = append(b.reps, c)
		}
		b.class[c] = class
	}
	other := uint8(len(b.reps))
	b.reps = append(b.reps, utf8.RuneError)
	b.class['\n'] = other
	for c := utf8.RuneSelf; c < len(b.class); c++ {
		b.class[c] = other
	}
}

func takes(s *syntax.Inst, c rune) bool {
	return s.Op == syntax.InstRuneAny || s.Op == syntax.InstRuneAnyNotNL || s.MatchRune(c)
}

// behind is the number of the row behind the byte c of a row.
func (b *tabler) behind(from row, c rune) uint16 {
	if c == utf8.RuneError {
		return unsure
	}
	b.follow(from, c)
	if b.ended {
		return surely
	}
	to := row{last: ' '}
	if b.words && syntax.IsWordChar(c) {
		to.last = 'w'
	}
	for _, i := range b.now {
		if s := &b.steps[i]; takes(s, c) {
			to.steps = append(to.steps, s.Out)
		}
	}
	slices.Sort(to.steps)
	to.steps = slices.Compact(to.steps)
	return b.row(to)
}

// follow finds the steps at which a row stands before the byte c, or before the line's end: -1. A match may begin anywhere.
func (b *tabler) follow(from row, c rune) {
	b.now, b.ended = b.now[:0], false
	b.time++
	edge := syntax.EmptyOpContext(from.last, c)
	for _, i := range from.steps {
		b.reach(i, edge)
	}
	b.reach(b.start, edge)
	b.alive = b.alive || b.ended || len(b.now) > 0
}

func (b *tabler) reach(i uint32, edge syntax.EmptyOp) {
	if b.work++; b.seen[i] == b.time {
		return
	}
	b.seen[i] = b.time
	switch s := &b.steps[i]; s.Op {
	case syntax.InstAlt, syntax.InstAltMatch:
		b.reach(s.Out, edge)
		b.reach(s.Arg, edge)
	case syntax.InstCapture, syntax.InstNop:
		b.reach(s.Out, edge)
	case syntax.InstEmptyWidth:
		if syntax.EmptyOp(s.Arg)&^edge == 0 {
			b.reach(s.Out, edge)
		}
	case syntax.InstMatch:
		b.ended = true
	case syntax.InstFail:
	default:
		b.now = append(b.now, i)
	}
}

// row is the number of a row, which is made if it is new.
func (b *tabler) row(r row) uint16 {
	key := binary.AppendVarint(nil, int64(r.last))
	for _, i := range r.steps {
		key = binary.AppendUvarint(key, uint64(i))
	}
	n, ok := b.known[string(key)]
	if !ok {
		n = uint16(decided + len(b.rows))
		b.known[string(key)] = n
		b.rows = append(b.rows, r)
	}
	return n
}
