package tailer

import (
	"bytes"
	"context"
	"sync"

	"livetail/internal/filter"
	"livetail/internal/wire"
)

// buffers are held only while reading, in three sizes: a few lines do not need a large one.
type buffers [3]sync.Pool

var bufferSizes = [...]int{backSize + 8<<10, backSize + 32<<10, backSize + wire.MaxPayload}

func (p *buffers) get(n int) *[]byte {
	i := 0
	for i < len(bufferSizes)-1 && bufferSizes[i] < n {
		i++
	}
	if b, ok := p[i].Get().(*[]byte); ok {
		return b
	}
	b := make([]byte, bufferSizes[i])
	return &b
}

func (p *buffers) put(b *[]byte) {
	for i, size := range bufferSizes {
		if len(*b) == size {
			p[i].Put(b)
		}
	}
}

// survey learns how far this round reads: sizes newest file first, so that what a writer put into a newer file came after
// all that this round will read of an older one.
func (f *Follower) survey() {
	for i := len(f.held) - 1; i >= 0; i-- {
		h := f.held[i]
		h.upto = h.off
		if h.fd < 0 {
			continue
		}
		var err error
		if !h.fresh || i < len(f.held)-1 { // what was seen earlier is too old for all but the newest
			err = h.look()
		}
		h.fresh = false
		changed := h.dirty
		h.dirty = false
		h.show = f.owes(h) && f.settled(h)
		switch {
		case err != nil:
			f.broken(h, err)
			continue
		case h.size() < h.off, changed && h.size() == h.off && !f.intact(h):
			f.rewritten(h)
			return
		case changed || h.size() != h.tried || h.flush || h.show:
			h.upto = h.size()
		}
	}
}

// settled says whether h ends in half a line that may go out as it is, to those who want halves.
func (f *Follower) settled(h *file) bool {
	if h.tried != h.size() {
		return false
	}
	return f.start.Stop && f.live || h == f.last() && f.t.clock.Now().Sub(h.half) >= f.t.every
}

// owes says whether half a line of h goes out by itself, after a while.
func (f *Follower) owes(h *file) bool { return f.start.Halves && h.off < h.size() }

func (f *Follower) intact(h *file) bool { return f.t.intact(h) }

func (t *Tailer) intact(h *file) bool {
	b := t.buffers.get(len(h.back))
	defer t.buffers.put(b)
	return h.intact(*b)
}

// round reads what is there, oldest file first, each up to its size at the round's beginning: then every writer's lines stay
// in order through a rotation, and the newest file is never held back by one that still grows, but for a line's rest. It reports
// whether anything went out.
func (f *Follower) round(ctx context.Context) (busy bool, err error) {
	f.again, f.halted = false, len(f.marks) > 0 && f.inside() != nil
	if !f.halted {
		busy = len(f.marks) > 0
		if err := f.tell(ctx, &f.marks, f.last()); err != nil {
			return busy, err
		}
		f.again = false
	}
	f.survey()
	sent, err := f.finish(ctx)
	if busy = busy || sent; err != nil {
		return busy, err
	}
	for i := 0; i < len(f.held) && !f.again; i++ {
		h := f.held[i]
		if f.barred(h) {
			if f.in.text != nil { // its rest is not unpacked yet
				_, err := f.more(ctx, f.in)
				return true, err
			}
			break
		}
		if h.torn != nil {
			return true, f.mendTorn(ctx, h)
		}
		if h.text != nil {
			if ok, err := f.ready(ctx, h); !ok {
				return true, err
			}
		}
		busy = busy || len(h.marks) > 0
		if err := f.tell(ctx, &h.marks, h); err != nil {
			return busy, err
		}
		for h.off < h.upto && !f.again && !f.barred(h) {
			sent, err := f.step(ctx, h)
			busy = busy || sent
			if err != nil {
				return busy, err
			}
			if f.due.Swap(false) {
				f.sweep()
			}
			f.sink.Turn()
		}
		if h.text != nil && !f.again {
			if more, err := f.more(ctx, h); more || err != nil {
				return true, err
			}
		}
	}
	return busy || f.again, nil
}

// step reads once from h and sends one frame, if there is a whole line or a line that is too long for one frame.
func (f *Follower) step(ctx context.Context, h *file) (sent bool, err error) {
	room, err := f.room(ctx)
	if err != nil || f.again || h.off >= h.upto || f.barred(h) { // files were looked after meanwhile: its place may be another
		return false, err
	}
	if f.live {
		f.t.gate.hush()
		defer f.t.gate.murmur()
	}
	c := h.coding()
	most := c.Room(min(room, wire.MaxPayload))
	if c.Wide() {
		f.strain.decoder = f.t.decoders.Get().(*decoder)
		defer func() { f.t.decoders.Put(f.strain.decoder); f.strain.decoder = nil }()
	}
	if f.strain.on {
		return f.sift(ctx, h, most)
	}
	want := int(min(int64(most), h.upto-h.off))
	b := f.t.buffers.get(len(h.back) + want)
	defer f.t.buffers.put(b)
	data, news := f.peek(h, *b, want)
	if len(data) == 0 {
		return news, nil
	}
	var flags uint8
	switch at := c.AfterLast(data); {
	case at > 0:
		data = data[:at]
	case len(data) == most && h.off+int64(len(data)) < h.size():
		flags = wire.Open
	case h.flush && h.ended(h.off+int64(len(data))):
		flags = wire.NoEOL
	case len(data) == most && !h.flush, h.show && len(c.Whole(data)) > 0:
		flags = wire.Open // it needs more than the room: its newline cannot fit; or halves are wanted
	default:
		if h.tried != h.size() {
			h.tried, h.half = h.size(), f.t.clock.Now()
		}
		h.upto = h.off
		return false, nil
	}
	if flags&wire.Open != 0 {
		data = c.Whole(data)
	}
	if h.cut {
		flags |= wire.Cont
	}
	if !h.until.IsZero() {
		h.until = f.t.clock.Now().Add(f.t.grace)
	}
	fr := &f.frame
	*fr = wire.Frame{Kind: wire.Lines, Flags: flags | f.backlogFlag(), Start: h.off, Payload: data}
	if c.Wide() {
		f.strain.decode(fr, c, data, filter.Span{To: len(data)})
	}
	f.t.identify(h, f.log)
	f.goBehind(h, data)
	f.enter(h, fr.Flags)
	f.place(fr, h)
	fr.Start, fr.Behind = h.off-int64(len(data)), f.behind()
	return true, f.send(ctx, fr)
}

// goBehind notes that data, which is what comes next in h, is handed over.
func (f *Follower) goBehind(h *file, data []byte) {
	h.advance(data)
	h.half = f.t.clock.Now()
	if h.text == nil && h.off >= h.size() {
		h.flush = false // who goes on writing to it does so for another grace, and ends lines
	}
}

// peek reads what comes next in h into b. What was read last is read again with it and compared: so a file that was truncated
// and has grown past our place since is noticed whenever there is something to read. If nothing is to be had, news says
// whether that is because something happened to the file.
func (f *Follower) peek(h *file, b []byte, want int) (data []byte, news bool) {
	before := len(h.back)
	buf := b[:before+want]
	n, err := h.pread(buf, h.off-int64(before))
	if err != nil {
		f.broken(h, err)
		return nil, true
	}
	if n < before || !bytes.Equal(buf[:before], h.back) {
		f.rewritten(h)
		h.upto = h.off
		return nil, true
	}
	data = buf[before:n]
	if len(data) == 0 {
		h.upto = h.off
		return nil, false
	}
	h.known = h.size()
	f.seen(h)
	if data[0] == 0 && f.skipHole(h) {
		return nil, true
	}
	return data, false
}

// seen notes that what was read of h is there now: a copy of what comes next was made after what was known when it began.
func (f *Follower) seen(h *file) {
	if h.read = f.lesson; h.off == 0 {
		h.began = f.lesson
	}
}

// broken deals with a file that fails to be read: its place is kept, and each look tries to open it again. A rotated one is
// given up at the end of its grace.
func (f *Follower) broken(h *file, err error) {
	h.shared.spoil()
	h.close()
	h.upto, h.failed = h.off, err
	if h == f.last() {
		f.trouble(words(err))
	}
}

// behind is how many bytes the live edge is away.
func (f *Follower) behind() (n int64) {
	for _, h := range f.held {
		n += max(0, h.length()-h.off)
	}
	return n
}

// place writes the position behind fr, whose payload is of h. Files of which nothing was read yet are left out: that they are
// newer than the last place says enough. It does not where something in between was read already: that would be taken for newer too.
func (f *Follower) place(fr *wire.Frame, h *file) {
	f.pos = f.pos[:0]
	if h == nil {
		if !f.edge {
			none := token{log: f.log, at: f.t.clock.Now().Unix()}
			f.pos = append(f.pos, wire.Place{File: none.encode()})
		}
		fr.After = f.pos
		return
	}
	end := 0
	for i, g := range f.held {
		if g == h || g.off > 0 || g.tells {
			end = i + 1
		}
	}
	for _, g := range f.held[:end] {
		if g == h {
			fr.Index = uint8(len(f.pos))
		}
		if g.id == "" { // else it stays: its check must not be behind the frame's first line
			f.t.identify(g, f.log)
		}
		f.pos = append(f.pos, wire.Place{File: g.id, Offset: g.off})
	}
	fr.After, fr.Start = f.pos, h.off
}
