package tailer

import (
	"context"
	"errors"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"golang.org/x/sys/unix"

	"livetail/internal/wire"
)

// A Follow reads compressed files like others that were rotated: a little more of the text is unpacked whenever what there is was
// read. Who wrote to it has gone on to a newer file, so those wait until it is read to its end.

// progressEvery is how often a tail that unpacks says how far it is.
const progressEvery = 2 * time.Second

var errStep = errors.New("one step was done")

// unpack makes upto bytes of h's text readable, or all that there are; then h.fault says why there are no more.
func (f *Follower) unpack(ctx context.Context, h *file, upto int64) error {
	for {
		if n, whole := h.unpacked(); whole || n >= upto {
			return nil
		}
		if err := f.unpackStep(ctx, h, upto); err != nil {
			return err
		}
	}
}

// unpackStep is a short part of that. Then the log is looked after, and who wants to close the follower can.
func (f *Follower) unpackStep(ctx context.Context, h *file, upto int64) error {
	var done, of int64
	var wait time.Duration
	err := h.text.Unpack(ctx, upto, func(d, o int64) error { done, of = d, o; return errStep })
	h.look()
	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case err != nil && err != errStep && h.unsettled() && f.renew(h) == nil:
		wait = settled / 20
	case err != nil && err != errStep:
		h.fault = packedWords(err)
	}
	f.sink.Turn()
	if now := f.t.clock.Now(); now.Sub(f.strain.said) >= progressEvery && now.Sub(f.progress) >= progressEvery {
		f.progress = now
		return f.unpacking(ctx, h, done, of)
	}
	f.mu.Unlock()
	select {
	case <-ctx.Done():
	case <-time.After(wait):
	}
	f.mu.Lock()
	if f.closed {
		return ErrClosed
	}
	for f.due.Swap(false) {
		f.sweep()
	}
	return nil
}

// unsettled says whether h's text may have ended too early only because the file is still being compressed.
func (h *file) unsettled() bool {
	var now unix.Stat_t
	return unix.Fstat(h.packed.fd, &now) == nil &&
		(now.Size != h.packed.st.Size || time.Since(time.Unix(now.Ctim.Unix())) < settled)
}

// renew unpacks h anew if it grew: its text begins as it did.
func (f *Follower) renew(h *file) error {
	before := h.packed.size()
	if err := h.packed.look(); err != nil || h.packed.size() == before {
		return err
	}
	text, err := f.t.spool.Open(h.packed.fd, filepath.Ext(h.packed.name))
	if err != nil {
		return err
	}
	text.Unpack(f.ctx, h.size(), nil) // it never gets shorter for those who read it; what is wrong is met again
	old := h.shared
	h.text.Close()
	h.text = text
	if err := f.t.attach(h); err != nil {
		return err // what was unpacked is still open
	}
	old.release()
	return nil
}

// unpacking says how much of a compressed file is unpacked. While its place in the log is not known, the tail is where it was.
func (f *Follower) unpacking(ctx context.Context, h *file, done, of int64) error {
	m := f.marker(wire.Marker{Kind: wire.MarkProgress, Name: f.named(h.name), Why: "unpacking", Done: done, Bytes: of})
	if slices.Contains(f.held, h) && !f.searching {
		return f.tell(ctx, &[]wire.Marker{m}, h)
	}
	room, err := f.room(ctx)
	if err != nil {
		return err
	}
	at, index := f.pos, f.frame.Index
	if f.searching {
		at, index = f.start.From, 0
	}
	if len(at) == 0 {
		return nil
	}
	f.frame = wire.Frame{Kind: wire.Mark, Flags: f.backlogFlag(), Payload: fit(m, room), Behind: f.behind(),
		After: at, Index: index, Start: at[index].Offset}
	return f.send(ctx, &f.frame)
}

// openNext opens a file that comes next, to be read from its beginning; nil: there is nothing new in it to be had.
func (f *Follower) openNext(s *sibling) (*file, error) {
	if s.Packed == "" {
		return f.open(s)
	}
	h, err := f.openPacked(s)
	switch {
	case missing(err):
		return nil, err
	case err != nil:
		f.pending = append(f.pending, f.marker(wire.Marker{Kind: wire.MarkGap, Bytes: -1, Name: f.named(s.Name), Why: packedWords(err)}))
		return nil, nil
	case h.fd < 0 || slices.Contains(f.held, h):
		return h, nil
	}
	// While it is compressed, and a little longer, it is there plain too.
	// That may be old, and not among those that come next.
	name := strings.TrimSuffix(s.Name, s.Packed)
	if g, err := f.openNamed(name); err == nil {
		also := f.alsoPlain(h, g)
		if g.close(); also {
			return nil, nil
		}
	}
	for _, g := range f.held {
		if g.name == name && g.fd >= 0 && f.alsoPlain(h, g) {
			return nil, nil
		}
	}
	was := h.packed.st.Mtim
	var now unix.Stat_t
	if unix.Fstat(h.packed.fd, &now) == nil {
		was = now.Mtim // that of what it is of, which it got before the plain one was removed
	}
	for _, p := range f.known {
		if p.mtime == was || was.Nsec == 0 && p.mtime.Sec == was.Sec {
			h.olds = append(h.olds, p.size)
		}
	}
	return h, nil
}

// alsoPlain says whether a compressed file begins as the plain one of its name does, as far as it is written.
func (f *Follower) alsoPlain(h, g *file) bool {
	h.text.Unpack(f.ctx, headSize, nil)
	h.look()
	return sameBytes(g, h, 0, min(h.size(), headSize))
}

// ready says whether h may be read: first it has to be known what of it is new.
func (f *Follower) ready(ctx context.Context, h *file) (bool, error) {
	if h.judged {
		return true, nil
	}
	twin, err := f.twin(ctx, h)
	if err != nil {
		return false, err
	}
	if h.judged = true; twin {
		f.held = slices.DeleteFunc(f.held, func(g *file) bool { return g == h })
		h.close()
	}
	return false, nil
}

// twin says whether h is what a held file became that was compressed and removed, so that all of it is read there; or what one
// became that is older. If a held one was closed after its grace, h goes on where it was read to.
func (f *Follower) twin(ctx context.Context, h *file) (bool, error) {
	for _, g := range slices.Clone(f.held) {
		if g == h || g.packed != nil {
			continue
		}
		if g.fd < 0 {
			tok := token{headN: g.tok.headN, head: g.tok.head, checkAt: g.off, check: f.t.mac('c', g.back)}
			if max(int64(tok.headN), g.off) < minAlone && h.packed.st.Mtim.Sec != g.st.Mtim.Sec {
				continue
			}
			if err := f.unpack(ctx, h, max(g.off, headSize)); err != nil {
				return false, err
			}
			if f.t.holds(h, tok) && h.seek(g.off) {
				return false, nil
			}
			continue
		}
		if g.look() != nil || g.st.Nlink > 0 {
			continue
		}
		if err := f.unpack(ctx, h, headSize); err != nil {
			return false, err
		}
		if !sameBytes(g, h, 0, min(h.size(), g.size(), headSize)) {
			continue
		}
		if err := f.unpack(ctx, h, g.size()+1); err != nil {
			return false, err
		}
		if h.whole() && h.size() <= g.size() && alike(g, h, h.size()) {
			return true, nil
		}
	}
	for _, size := range h.olds {
		if err := f.unpack(ctx, h, size+1); err != nil {
			return false, err
		}
		if h.whole() && h.size() == size {
			return true, nil
		}
	}
	return false, nil
}

// more unpacks what comes next in h, which is read so far, or says why nothing does; then it is over.
func (f *Follower) more(ctx context.Context, h *file) (bool, error) {
	if !h.whole() {
		return true, f.unpackStep(ctx, h, everything)
	}
	half := !h.flush && h.off < h.size()
	h.flush = true // it is all that there will ever be
	switch {
	case half:
		return true, nil
	case h.fault != "" && !h.told:
		h.told = true
		h.marks = append(h.marks, f.marker(wire.Marker{Kind: wire.MarkGap, Bytes: -1, Name: f.named(h.name), Why: h.fault}))
		return true, nil
	}
	return false, nil
}

// unpacked is how much of h's text can be read, and whether no more will come. Other readers unpack it too: its size is learned after
// that, or the last of it would be missed.
func (h *file) unpacked() (n int64, whole bool) {
	n, whole = h.text.Size()
	h.look()
	return n, whole || h.fault != ""
}

func (h *file) whole() bool {
	_, whole := h.unpacked()
	return whole
}

// exhausted says whether all of h's text was read, and why there is no more was said.
func (h *file) exhausted() bool {
	return h.judged && h.flush && h.whole() && h.off == h.size() && (h.fault == "" || h.told) && len(h.marks) == 0
}
