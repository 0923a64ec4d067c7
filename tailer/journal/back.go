package journal

import (
	"bytes"
	"context"
	"slices"

	"livetail/internal/wire"
)

// maxChunk bounds what is read back before it is said how far that is.
const maxChunk = 1 << 20

// piece is the text of an entry from a byte on, for a frame that is made from its end.
type piece struct {
	entry entry
	text  []byte
	from  int64
	lines uint32 // that pass
	size  int    // of those, with a gap each
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
	each := func(e entry, text []byte) (bool, error) {
		low, reached := until.beyond(&e, int64(len(text)))
		if err := a.collect(ctx, &c, piece{entry: e, text: text, from: low}); err != nil {
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
			if err := a.tell(ctx, goneMark, 0); err != nil {
				return wire.Marker{}, err
			}
		}
		for _, p := range slices.Backward(near) {
			if more, err := each(p.entry, p.text); err != nil {
				return wire.Marker{}, err
			} else if !more {
				return wire.Marker{Kind: wire.MarkEnd, End: end}, a.flushBack(ctx, &c)
			}
		}
		args = append(args, "--after-cursor="+from.base.String())
	}
	if err := a.run(ctx, func(e entry) (bool, error) { return each(e, e.text(nil)) }, args...); err != nil {
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

// near is what lies between the entry that p counts from and p itself, and whether that entry is gone.
func (a *answer) near(ctx context.Context, p place) (near []piece, gone bool, err error) {
	r := resume{at: &p}
	err = a.run(ctx, func(e entry) (bool, error) {
		if r.gone(&e) {
			gone = true
			return false, nil
		}
		text := e.text(nil)
		keep, reached := p.limit(&e, int64(len(text)))
		if keep > 0 {
			near = append(near, piece{entry: e, text: text[:keep]})
		}
		return !reached && len(near) < mostNear, nil
	}, "--cursor="+p.base.String())
	return near, gone, err
}

// mostNear is more entries than any frame of ours has.
const mostNear = wire.MaxPayload / 32

// collect adds p to the chunk, as many of its last lines as may still come; a chunk that it does not fit into is sent before.
func (a *answer) collect(ctx context.Context, c *chunk, p piece) error {
	room, err := a.sink.Room(ctx)
	if err != nil {
		return err
	}
	room = min(room, wire.MaxPayload)
	a.measure(&p)
	a.looked += uint64(int64(len(p.text)) - p.from)
	foreign := len(c.pieces) > 0 && c.pieces[0].entry.cursor.seqnumID != p.entry.cursor.seqnumID
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

// measure finds out which lines of p pass, and takes from its end as many as may still come.
func (a *answer) measure(p *piece) {
	var starts []int64
	at := p.from
	a.cut.enter(p.text[:at])
	for line := range bytes.Lines(p.text[p.from:]) {
		if a.cut.judge(line) {
			starts = append(starts, at)
			p.size += len(line) + 10
		}
		at += int64(len(line))
	}
	if left := a.cut.left; left >= 0 && int64(len(starts)) > left {
		p.from = starts[int64(len(starts))-left]
		starts = starts[int64(len(starts))-left:]
	}
	p.lines = uint32(len(starts))
	if a.cut.left >= 0 {
		a.cut.left -= int64(len(starts))
	}
}

// flushBack sends the chunk.
func (a *answer) flushBack(ctx context.Context, c *chunk) error {
	if len(c.pieces) == 0 {
		return nil
	}
	left := a.cut.left
	a.cut.left = -1 // they were counted
	for _, p := range slices.Backward(c.pieces) {
		a.cut.enter(p.text[:p.from])
		a.cut.add(&p.entry, p.text, p.from, wire.MaxPayload)
	}
	a.cut.left = left
	oldest := c.pieces[len(c.pieces)-1]
	*c = chunk{pieces: c.pieces[:0]}
	var fr wire.Frame
	a.cut.frame(&fr, false)
	if fr.After[0].Offset = oldest.from; len(fr.Payload) == 0 {
		fr.Start = oldest.from
	}
	a.bytes += uint64(len(fr.Payload))
	err := a.send(ctx, &fr)
	a.cut.begin()
	return err
}

// parts sends an entry that is too large for a frame, from its end, whole: parts of lines are not worth filtering.
func (a *answer) parts(ctx context.Context, p piece) error {
	for high := int64(len(p.text)); high > p.from; {
		room, err := a.sink.Room(ctx)
		if err != nil {
			return err
		}
		low := max(p.from, high-int64(min(room, wire.MaxPayload)))
		fr := wire.Frame{Kind: wire.Lines, Start: low, Payload: p.text[low:high], Time: p.entry.time.UnixMilli(),
			After: wire.Position{{File: file(a.log, p.entry.cursor), Offset: low}}}
		if low > 0 && p.text[low-1] != '\n' {
			fr.Flags |= wire.Cont
		}
		if p.text[high-1] != '\n' {
			fr.Flags |= wire.Open
		}
		if high == int64(len(p.text)) && (a.cut.filter != nil) {
			fr.Looked, fr.Passed = p.lines, p.lines
		}
		a.bytes += uint64(len(fr.Payload))
		if err := a.send(ctx, &fr); err != nil {
			return err
		}
		high = low
	}
	return nil
}
