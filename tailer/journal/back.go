package journal

import (
	"bytes"
	"context"
	"math"
	"slices"

	"livetail/internal/filter"
	"livetail/internal/wire"
)

// maxChunk bounds what is read back before it is said how far that is.
const maxChunk = 1 << 20

// span is where in an entry's text a line is, or a part of one.
type span struct{ from, to int64 }

// piece is an entry's text from a byte up to another, for a frame that is made from its end.
type piece struct {
	entry    entry
	text     []byte // the whole of it: a line is judged whole, also where only some of it comes
	from, to int64
	lines    []span // that pass
	size     int    // of those, with a gap each
	looked   uint32 // lines that end in it,
	passed   uint32 // those that pass,
	errors   uint16 // and of those, while only counts are wanted
}

// chunk is the pieces of one frame, newest first.
type chunk struct {
	pieces []piece
	raw    int // bytes of text
	size   int
}

// back reads towards the past, newest entries first.
func (a *answer) back(ctx context.Context) (wire.Marker, error) {
	from, until, err := a.places()
	if err != nil {
		return wire.Marker{}, err
	}
	end := ""
	var c chunk
	each := func(e entry, text []byte, upto int64) (bool, error) {
		low, reached := until.beyond(&e, int64(len(text)))
		if err := a.collect(ctx, &c, piece{entry: e, text: text, from: low, to: upto}); err != nil {
			return false, err
		}
		if end = a.enough(c.size); end == "" && reached {
			end = wire.EndUntil
		}
		return end == "", nil
	}
	args := []string{"--reverse"}
	if from != nil {
		// What lies between the entry that the place counts from and the place itself is found by reading forward only.
		near, gone, err := a.near(ctx, *from)
		if err != nil {
			return wire.Marker{}, err
		}
		if gone {
			m := goneMark
			m.Why = "the position's entry is no longer in the journal; it goes on with the newest before it"
			if err := a.tell(ctx, m, 0); err != nil {
				return wire.Marker{}, err
			}
		}
		for _, p := range slices.Backward(near) {
			if more, err := each(p.entry, p.text, p.to); err != nil {
				return wire.Marker{}, err
			} else if !more {
				return wire.Marker{Kind: wire.MarkEnd, End: end}, a.flushBack(ctx, &c)
			}
		}
		switch {
		case gone:
			args = append(args, "--cursor="+from.base.String()) // it takes what is nearest
		case len(near) > 0:
			args = append(args, "--after-cursor="+near[0].entry.cursor.String())
		default:
			args = append(args, "--after-cursor="+from.base.String())
		}
	}
	whole := func(e entry) (bool, error) {
		text := e.text(nil)
		return each(e, text, int64(len(text)))
	}
	if err := a.run(ctx, whole, args...); err != nil {
		return wire.Marker{}, err
	}
	if err := a.flushBack(ctx, &c); err != nil {
		return wire.Marker{}, err
	}
	if end == "" {
		end = wire.EndStart
		if err := a.tell(ctx, wire.Marker{Kind: wire.MarkStart}, 0); err != nil {
			return wire.Marker{}, err
		}
	}
	return wire.Marker{Kind: wire.MarkEnd, End: end}, nil
}

// near is what lies between the entry that p counts from and p itself, the newest of it, and whether that entry is gone. A frame that
// looked far and sent little counts from far away.
func (a *answer) near(ctx context.Context, p place) (near []piece, gone bool, err error) {
	r, size := resume{at: &p}, 0
	err = a.run(ctx, func(e entry) (bool, error) {
		if r.gone(&e) {
			gone = true
			return false, nil
		}
		text := e.text(nil)
		keep, reached := p.limit(&e, int64(len(text)))
		if keep > 0 {
			near = append(near, piece{entry: e, text: text, to: keep})
			for size += len(text); size > maxChunk && len(near) > 1; near = near[1:] {
				size -= len(near[0].text)
			}
		}
		if a.j.o.Clock().Sub(a.said) >= progressEvery {
			return !reached, a.send(ctx, &wire.Frame{Kind: wire.Lines, After: a.at, Start: a.at[len(a.at)-1].Offset, Index: uint8(len(a.at) - 1)})
		}
		return !reached, nil
	}, "--cursor="+p.base.String())
	return near, gone || !r.counted, err
}

// collect adds p to the chunk, as many of its last lines as may still come; a chunk that it does not fit into is sent before.
func (a *answer) collect(ctx context.Context, c *chunk, p piece) error {
	room, err := a.sink.Room(ctx)
	if err != nil {
		return err
	}
	room = min(room, wire.MaxPayload)
	a.measure(&p)
	if p.from >= p.to {
		return nil // it is all before the place until which to read
	}
	a.looked += uint64(p.to - p.from)
	foreign := len(c.pieces) > 0 && !p.entry.cursor.counts(c.pieces[0].entry.cursor)
	late := a.j.o.Clock().Sub(a.said) >= progressEvery
	if foreign || late || c.size+p.size > room || c.raw > maxChunk {
		if err := a.flushBack(ctx, c); err != nil {
			return err
		}
	}
	if p.size > room && !a.cut.quiet {
		return a.parts(ctx, p)
	}
	c.pieces = append(c.pieces, p)
	c.raw += len(p.text)
	c.size += p.size
	return nil
}

// lineCost is what a line takes in a frame beside its bytes.
const lineCost = 10

// measure finds out which lines of p pass, and takes from its end as many as may still come.
func (a *answer) measure(p *piece) {
	at := int64(0)
	a.cut.enter(nil)
	for line := range bytes.Lines(p.text) {
		s := span{max(at, p.from), min(at+int64(len(line)), p.to)}
		if at += int64(len(line)); a.cut.judge(line) && s.from < s.to {
			p.lines = append(p.lines, s)
		}
	}
	if left := a.cut.left; left >= 0 {
		if over := int64(len(p.lines)) - left; over > 0 {
			p.lines = p.lines[over:]
			p.from = p.lines[0].from
		}
		a.cut.left -= int64(len(p.lines))
	}
	p.looked = uint32(bytes.Count(p.text[p.from:max(p.from, p.to)], newline))
	for _, s := range p.lines {
		line := p.text[s.from:s.to]
		p.size += len(line) + lineCost
		if line[len(line)-1] != '\n' {
			continue
		}
		p.passed++
		if a.cut.quiet && filter.LevelOf(line) == filter.LevelError {
			p.errors++
		}
	}
}

var newline = []byte{'\n'}

// flushBack sends the chunk.
func (a *answer) flushBack(ctx context.Context, c *chunk) error {
	pieces := c.pieces
	if *c = (chunk{pieces: pieces[:0]}); len(pieces) == 0 {
		return nil
	}
	return a.sendBack(ctx, pieces...)
}

// parts sends the lines of an entry that are too large for a frame together, the last ones first: so many as there is room for, or so
// much of one.
func (a *answer) parts(ctx context.Context, p piece) error {
	for rest := p.lines; len(rest) > 0; {
		room, err := a.sink.Room(ctx)
		if err != nil {
			return err
		}
		room = min(room, wire.MaxPayload)
		n := len(rest)
		for ; n > 0 && int(rest[n-1].to-rest[n-1].from)+lineCost <= room; n-- {
			room -= int(rest[n-1].to-rest[n-1].from) + lineCost
		}
		part := p
		if part.lines = rest[n:]; len(part.lines) > 0 {
			rest = rest[:n]
		} else {
			line := &rest[n-1]
			part.lines = []span{{max(line.from, line.to-int64(max(1, room-lineCost))), line.to}}
			if line.to = part.lines[0].from; line.from == line.to {
				rest = rest[:n-1]
			}
		}
		if len(rest) > 0 {
			part.from = part.lines[0].from
		}
		if err := a.sendBack(ctx, part); err != nil {
			return err
		}
		p.looked, p.passed, p.errors = 0, 0, 0 // which was said
	}
	return nil
}

// sendBack sends a frame of pieces, newest first, that count from the oldest of them.
func (a *answer) sendBack(ctx context.Context, pieces ...piece) error {
	oldest := pieces[len(pieces)-1]
	a.cut.begin()
	a.cut.base, a.cut.after, a.cut.first = oldest.entry.cursor, oldest.from, oldest.entry.time.UnixMilli()
	cont := false
	for _, p := range slices.Backward(pieces) {
		place := int64(p.entry.cursor.seqnum-a.cut.base.seqnum) << entryBits
		a.cut.looked, a.cut.passed = a.cut.looked+p.looked, a.cut.passed+p.passed
		a.cut.errors = uint16(min(int(a.cut.errors)+int(p.errors), math.MaxUint16))
		for _, s := range p.lines {
			if a.cut.quiet {
				break
			}
			if len(a.cut.payload) == 0 {
				cont = s.from > 0 && p.text[s.from-1] != '\n'
			}
			a.cut.put(p.text[s.from:s.to], place+s.from, wire.MaxPayload)
		}
	}
	return a.sendCut(ctx, cont)
}
