package tailer

import (
	"bytes"
	"errors"
	"slices"
	"time"

	"golang.org/x/sys/unix"

	"livetail/internal/wire"
)

// maxHeld bounds the open files of one log. Those that did not fit are opened as others end: they keep their names.
const maxHeld = wire.MaxPlaces - 2

// sweep compares the log's name with what is held: opens what appeared, in order. It reads no lines and
// closes nothing, so it may be done in the middle of a round.
func (f *Follower) sweep() {
	now := f.t.clock.Now()
	last := f.last()
	_, err := f.glance()
	if err == nil && (last == nil || !last.same(&f.st)) {
		for range 3 { // rotations go on while we look
			if err = f.extend(now); !errors.Is(err, unix.ENOENT) {
				break
			}
		}
	} else if err == nil {
		last.saw(&f.st)
		last.fresh = true // idle followers need no second look
		f.found(last)
		f.keepUp(last)
	}
	f.starved = errors.Is(err, unix.EMFILE) || errors.Is(err, unix.ENFILE)
	switch {
	case err == nil:
	case missing(err):
		f.gone(now)
		f.keepCopies()
	default:
		f.trouble(words(err))
	}
	f.mend()
	if f.lead.Swap(false) {
		f.tellPeers()
	}
}

func (f *Follower) last() *file {
	if len(f.held) == 0 {
		return nil
	}
	return f.held[len(f.held)-1]
}

// extend opens what is newer than the newest held file, up to the one that has the log's name.
func (f *Follower) extend(now time.Time) error {
	fresh, err := f.openLog()
	if err != nil {
		return err
	}
	f.t.add(f) // a link may lead elsewhere now
	last := f.last()
	switch {
	case last == nil:
		return f.first(fresh)
	case last.fd < 0:
		switch ok, err := f.adopt(last, fresh); {
		case err != nil:
			fresh.close()
			return err
		case ok:
			f.found(last)
			return nil
		}
	}
	if at := slices.IndexFunc(f.held, func(h *file) bool { return h.same(&fresh.st) }); at >= 0 {
		fresh.close()
		h := f.held[at]
		f.held, f.again = append(slices.Delete(f.held, at, at+1), h), true
		last.until = now.Add(f.t.grace)
		f.found(h)
		return nil
	}
	if h := f.returned(fresh); h != nil {
		f.held, f.again = append(f.held, h), true
		last.until = now.Add(f.t.grace)
		f.found(h)
		return nil
	}
	if last.fd >= 0 && last.look() == nil && last.dirty && !f.intact(last) {
		f.rewritten(last) // that too, before the name went to another
	}
	list, err := f.candidates(fresh)
	if err != nil {
		fresh.close()
		return err
	}
	defer f.drop(list)
	defer func() { f.learn(list) }()
	_, gone := f.glance()
	moved := gone == nil && !fresh.same(&f.st) // it was rotated again before the list was made
	switch {
	case gone != nil: // so was it, and the name is not there at this moment
		byBirth(list, fresh)
	case moved && f.isSibling(fresh):
		return unix.ENOENT
	case moved:
		byBirth(list, fresh) // nothing else finds it again
	}
	err = f.succeed(list, slices.IndexFunc(list, func(s sibling) bool { return s.held == last }), now)
	if err == nil && moved {
		err = unix.ENOENT
	}
	return err
}

// isSibling says whether h has a name that is one of the log's past.
func (f *Follower) isSibling(h *file) bool {
	list, err := f.siblings()
	return err == nil && slices.ContainsFunc(list, func(s sibling) bool { return h.same(&s.st) })
}

// byBirth moves fresh, which is last in list, before what was made after it. Many are made within one tick of the clock; but if
// fresh is deleted, what is there is newer.
func byBirth(list []sibling, fresh *file) {
	own, older := born(fresh.fd, "", &fresh.st), 0
	if fresh.look() == nil && fresh.st.Nlink == 0 {
		older = -1
	}
	at := slices.IndexFunc(list, func(s sibling) bool { return s.held == nil && compareTimes(s.key.born, own) > older })
	if last := len(list) - 1; at >= 0 {
		moved := list[last]
		copy(list[at+1:], list[at:last])
		list[at] = moved
	}
}

// succeed takes what comes after the newest held file, which is the one at index at of list.
func (f *Follower) succeed(list []sibling, at int, now time.Time) error {
	last, rest := list[at].held, list[at+1:]
	f.sayGone(rest)
	for i := range rest {
		rest[i].copied = f.isCopy(list, at, at+1+i)
		if rest[i].Packed != "" || rest[i].copied {
			continue
		}
		h, err := f.open(&rest[i])
		if err != nil {
			return err
		}
		if h == last || slices.Contains(f.held, h) || !f.continues(last, h) {
			continue
		}
		last.until, h.until = now.Add(f.t.grace), now.Add(f.t.grace)
		if rest[i].log {
			f.found(h)
		}
		for n := range rest[:i+1] {
			f.came(&rest[n])
		}
		rest = rest[i+1:]
		break
	}
	return f.take(rest, now)
}

// take appends what list names, oldest first, as far as there is room. What does not fit is taken as others end.
func (f *Follower) take(list []sibling, now time.Time) error {
	for i := range list {
		s := &list[i]
		switch {
		case s.copied:
		case len(f.held) >= maxHeld:
			f.putOff(list[i:])
			return nil
		default:
			if err := f.hold(s, now); err != nil {
				return err
			}
		}
		f.came(s)
	}
	f.waiting = nil
	return nil
}

// hold appends the file that s names, if there is something new in it.
func (f *Follower) hold(s *sibling, now time.Time) error {
	h, err := f.openNext(s)
	if err != nil || h == nil || slices.Contains(f.held, h) || h.fd < 0 {
		return err
	}
	h.marks = append(h.marks, f.pending...)
	f.pending = nil
	h.until = now.Add(f.t.grace)
	if last := f.last(); last != nil {
		last.until = now.Add(f.t.grace)
		if h.heir == nil && last.heir != h {
			h.marks = append(h.marks, f.change(last, h))
		}
	}
	f.held = append(f.held, h)
	if s.log {
		f.found(h)
	}
	return nil
}

// change is the marker between old and the next file.
func (f *Follower) change(old, next *file) wire.Marker {
	name := f.base
	if f.src.Latest {
		name = next.name
	}
	if old.fd >= 0 && old.text == nil {
		old.look()
		if old.st.Nlink == 0 {
			return f.marker(wire.Marker{Kind: wire.MarkReplaced, Name: f.named(name)})
		}
	}
	m := wire.Marker{Kind: wire.MarkRotated, Name: f.named(name)}
	if old.name != name {
		m.To = f.named(old.name)
	}
	return f.marker(m)
}

// adopt gives a file that was closed its descriptor back, if fresh is the same and still has what was read.
func (f *Follower) adopt(h, fresh *file) (bool, error) {
	if h.ino != fresh.ino || h.gen != fresh.gen || fresh.size() < h.off {
		return false, nil
	}
	b := f.t.buffers.get(len(h.back))
	defer f.t.buffers.put(b)
	back := (*b)[:len(h.back)]
	n, err := fresh.pread(back, h.off-int64(len(back)))
	if err != nil || n < len(back) || !bytes.Equal(back, h.back) {
		return false, err // what cannot be read now may still be the same
	}
	h.fd, h.shared, h.inode, h.st, h.failed = fresh.fd, fresh.shared, fresh.inode, fresh.st, nil
	return true, nil
}

// continues says whether fresh is the same text as old under a new inode, as editors save it; then it takes old's place.
// A rotation that kept old under another name is never that, even if both begin with the same header.
func (f *Follower) continues(old, fresh *file) bool {
	if old.fd < 0 || fresh.fd < 0 || old.text != nil {
		return false
	}
	if err := old.look(); err != nil || old.size() == 0 || fresh.size() < old.size() {
		return false
	}
	switch {
	case f.backup(old):
	case old.st.Nlink > 0:
		return false
	case compareTimes(born(fresh.fd, "", &fresh.st), old.st.Ctim) > 0:
		return false // it was made only after the old one was removed: a new log, even if it begins alike
	}
	tok := token{headN: int(min(old.off, headSize)), checkAt: old.off, check: f.t.mac('c', old.back)}
	head := make([]byte, tok.headN)
	if n, err := old.pread(head, 0); err != nil || n < len(head) {
		return false
	}
	tok.head = f.t.mac('h', head)
	if !f.t.holds(fresh, tok) || !sameBytes(old, fresh, old.off, old.size()) || !fresh.seek(old.off) {
		return false
	}
	fresh.cut, fresh.half = old.cut, old.half
	f.goesOn(old, fresh)
	old.heir, old.left = fresh, old.size()
	old.seek(old.left) // somebody may still write to it
	f.held = append(f.held, fresh)
	return true
}

// backup says whether old is now what an editor keeps beside the file.
func (f *Follower) backup(old *file) bool {
	var st unix.Stat_t
	return unix.Lstat(f.path()+"~", &st) == nil && old.same(&st)
}

// found notes that the log is there, as h.
func (f *Follower) found(h *file) {
	h.until, h.flush, h.name = time.Time{}, false, f.base
	f.since = time.Time{}
	switch f.told {
	case "":
		return
	case wire.MarkWaiting:
		h.marks = append(h.marks, f.opening(h))
	default:
		h.marks = append(h.marks, f.marker(wire.Marker{Kind: wire.MarkReadable, Name: f.named(f.base)}))
	}
	f.told, f.why = "", ""
}

// gone notes that the log's name is not there.
func (f *Follower) gone(now time.Time) {
	last := f.last()
	if last == nil {
		f.edge = false // whatever comes is new
	} else if last.until.IsZero() {
		last.until = now.Add(f.t.grace)
	}
	if f.since.IsZero() {
		f.since = now
	}
	// Between a rotation's two steps the name is missing too, for a moment that is not worth a word.
	if f.told != wire.MarkWaiting && (last == nil || now.Sub(f.since) >= f.t.every) {
		f.told = wire.MarkWaiting
		f.marks = append(f.marks, f.marker(wire.Marker{Kind: wire.MarkWaiting, Name: f.named(f.base)}))
	}
}

// trouble notes that the log is there and cannot be read.
func (f *Follower) trouble(why string) {
	f.since = time.Time{}
	if f.told == wire.MarkUnreadable && f.why == why {
		return
	}
	f.told, f.why = wire.MarkUnreadable, why
	f.marks = append(f.marks, f.marker(wire.Marker{Kind: wire.MarkUnreadable, Name: f.named(f.base), Why: why}))
}
