package tailer

import (
	"encoding/binary"
	"errors"
	"math"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"golang.org/x/sys/unix"

	"livetail/internal/wire"
	"livetail/tailer/spool"
)

// everything is more than any file has.
const everything = math.MaxInt64

// unpackedAtOnce is what the spool unpacks at most before it says how far it is.
const unpackedAtOnce = 1 << 20

// openPacked opens a compressed file: what is read is its text, what it is known by is itself.
func (f *Follower) openPacked(s *sibling) (*file, error) {
	if s.held != nil {
		return s.held, nil
	}
	if f.t.spool == nil || !spool.Understood(s.Packed) {
		return nil, spool.ErrUnknown
	}
	g, err := f.reach(s)
	if err != nil {
		return nil, err
	}
	text, err := f.t.spool.Open(g.fd, s.Packed)
	if err != nil {
		g.close()
		return nil, err
	}
	if s.about == 0 {
		s.about = f.estimate(s)
	}
	h := &file{inode: g.inode, gen: g.gen, name: s.Name, fd: -1, as: f.src.Encoding, text: text, packed: g, about: s.about}
	if err := f.t.attach(h); err != nil {
		h.close()
		return nil, err
	}
	s.held = h
	return h, nil
}

// attach opens what is unpacked of h's text, to be read as h.
func (t *Tailer) attach(h *file) error {
	fd, err := h.text.Copy()
	if err != nil {
		return err
	}
	if err := unix.Fstat(fd, &h.st); err != nil {
		unix.Close(fd)
		return err
	}
	h.shared = t.files.share(fd, inodeOf(&h.st))
	h.fd = h.shared.fd
	return nil
}

// openAny opens a file, compressed or not.
func (f *Follower) openAny(s *sibling) (*file, error) {
	if s.Packed != "" {
		return f.openPacked(s)
	}
	return f.open(s)
}

// fill makes sure that upto bytes of h can be read, or all that there are. Why there are no more is in h.fault.
func (a *answer) fill(h *file, upto int64) error {
	if h.text == nil {
		return nil
	}
	var told error
	err := h.text.Unpack(a.ctx, upto, func(done, of int64) error {
		a.leave()
		told = a.progress(wire.Marker{Kind: wire.MarkProgress, Name: a.view.named(h.name), Why: "unpacking", Done: done, Bytes: of})
		if told == nil {
			told = a.rest()
		}
		if told == nil {
			told = a.step(unpackedAtOnce)
		}
		return told
	})
	a.leave()
	h.look()
	switch {
	case told != nil:
		return told
	case a.ctx.Err() != nil:
		return a.ctx.Err()
	case err != nil:
		h.fault = packedWords(err)
	}
	return nil
}

// packedWords says to people why a compressed log cannot be read.
func packedWords(err error) string {
	for _, known := range []error{spool.ErrUnknown, spool.ErrBroken, spool.ErrFull, spool.ErrDisk, spool.ErrMemory} {
		if errors.Is(err, known) {
			return known.Error()
		}
	}
	return words(err)
}

// progress tells m if nothing was said for a while.
func (a *answer) progress(m wire.Marker) error {
	a.sink.Turn()
	if a.view.t.clock.Now().Sub(a.sent) < sayEvery {
		return nil
	}
	return a.tell(m, 0)
}

// sayEvery is how often at least an answer says something, so that whoever waits knows that it is under way.
const sayEvery = 500 * time.Millisecond

// find finds the file that tok is of, whatever it is called now and whether or not it was compressed since; -1: it is gone.
func (a *answer) find(tok token, off int64) (int, error) {
	if n := a.view.match(a.list, tok, off); n >= 0 {
		return n, nil
	}
	n, _, err := a.view.findPacked(a.list, tok, off, a.fill)
	return n, err
}

// untwin takes out of the list what is there twice: while a file is compressed, and a little longer, it is there packed too.
func (a *answer) untwin(old []sibling) error {
	for i := 0; i < len(a.list); i++ {
		s := a.list[i]
		if s.Packed != "" {
			continue
		}
		for n := 0; n < len(a.list); n++ {
			p := &a.list[n]
			if p.Packed == "" || p.held != nil && slices.Contains(a.at, p.held) {
				continue
			}
			named := strings.TrimSuffix(p.Name, p.Packed) == s.Name
			gone := s.held != nil && s.held.st.Nlink == 0 && !slices.ContainsFunc(old, func(o sibling) bool { return o.key == p.key })
			if !named && !gone {
				continue
			}
			twin, err := a.twins(&a.list[i], p)
			if err != nil {
				return err
			}
			if twin {
				if p.held != nil {
					p.held.close()
				}
				a.list = slices.Delete(a.list, n, n+1)
				if n < i {
					i--
				}
				n--
			}
		}
	}
	return nil
}

// twins says whether p is s, compressed, or becomes so.
func (a *answer) twins(s, p *sibling) (bool, error) {
	h, err := a.view.open(s)
	if err != nil {
		return false, nil // it is gone, so p is what is left
	}
	if err := h.look(); err != nil {
		return false, nil
	}
	tok, err := parseToken(a.view.t.token(h, a.view.log, 0))
	if err != nil {
		return false, err
	}
	if _, _, err := a.view.packedHolds(p, tok, a.fill); err != nil {
		return false, err
	}
	if p.held == nil {
		return strings.TrimSuffix(p.Name, p.Packed) == s.Name, nil // it cannot be read: s can
	}
	n := min(int64(tok.headN), p.held.size())
	if !sameBytes(h, p.held, 0, n) {
		return false, nil
	}
	if p.held.fault != "" {
		return true, nil // compression is under way, or was given up: s is whole
	}
	if n < minAlone || h.st.Nlink == 0 && p.st.Mtim.Sec != h.st.Mtim.Sec { // it could be another with the same header
		if err := a.fill(p.held, h.size()); err != nil {
			return false, err
		}
		return p.held.size() == h.size() && sameBytes(h, p.held, max(0, h.size()-backSize), h.size()), nil
	}
	return true, nil
}

// estimate is how long the text of a compressed file may be.
func (f *Follower) estimate(s *sibling) int64 {
	const usual = 8
	if s.Packed != ".gz" {
		return s.st.Size * usual
	}
	h, err := f.t.openFile(filepath.Join(f.home.dir, s.Name), openPlain)
	if err != nil {
		return s.st.Size * usual
	}
	defer h.close()
	var b [4]byte
	if n, err := h.pread(b[:], h.size()-4); err != nil || n < 4 {
		return s.st.Size * usual
	}
	// The format says the size modulo 4 GiB, of the last member only.
	if n := int64(binary.LittleEndian.Uint32(b[:])); n >= s.st.Size {
		return n
	}
	return s.st.Size * usual
}
