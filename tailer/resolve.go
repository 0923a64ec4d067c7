package tailer

import (
	"errors"
	"slices"
	"time"

	"golang.org/x/sys/unix"

	"livetail/internal/wire"
)

var errMoved = errors.New("the file changes while it is opened")

// mostTries is how often a position's files are looked for anew because they were compressed, or moved, meanwhile.
const mostTries = 5

// begin finds where this Follow starts, and opens what is needed for it. It says false if the position's files have to be searched
// for again, unless this is the last time.
func (f *Follower) begin(final bool) bool {
	f.live, f.told, f.why, f.since, f.edge = false, "", "", time.Time{}, false
	f.marks, f.pending, f.left, f.waiting, f.in = nil, nil, nil, nil, nil
	f.held = slices.DeleteFunc(f.held, func(h *file) bool {
		h.marks, h.tried, h.flush, h.told, h.torn, h.tells = nil, -1, false, false, nil, false
		if h.fd < 0 {
			h.close()
		}
		return h.fd < 0
	})
	tokens, why := f.tokens()
	if why != "" {
		f.marks = append(f.marks, f.marker(wire.Marker{Kind: wire.MarkEdge, Why: why}))
	}
	now, err := f.current()
	if f.src.Latest && now != nil {
		f.t.add(f) // only now it is known in which folder it is
	}
	if err != nil && !missing(err) {
		f.trouble(words(err))
	}
	if len(tokens) == 0 {
		for _, h := range f.held {
			if h != now {
				h.close()
			}
		}
		f.held, f.edge = nil, true
		if now != nil {
			f.first(now)
		} else if list, err := f.siblings(); err == nil {
			f.learn(list)
		}
		return true
	}
	return f.resolve(tokens, now, final)
}

// tokens are the files of the position to begin at, or why it cannot be used.
func (f *Follower) tokens() (tokens []token, why string) {
	for _, place := range f.start.From {
		tok, err := parseToken(place.File)
		switch {
		case err != nil:
			return nil, "the position is not one of ours"
		case tok.log != f.log:
			return nil, "the position is of another log"
		}
		tokens = append(tokens, tok)
	}
	return tokens, ""
}

// current is the file that has the log's name: the one that is held, or opened now.
func (f *Follower) current() (*file, error) {
	fresh, err := f.openLog()
	if err != nil {
		return nil, err
	}
	for _, h := range f.held {
		if h.same(&fresh.st) {
			fresh.close()
			return h, nil
		}
	}
	return fresh, nil
}

// first takes the log's first file. If the log was there from the beginning, that is before its live edge; else at 0, and all
// before it that was not there when the wait began.
func (f *Follower) first(h *file) error {
	list, err := f.siblings()
	_, gone := f.glance()
	if err == nil && gone == nil && !h.same(&f.st) {
		err = unix.ENOENT // it was rotated before the list was made: some of them may be newer
	}
	if err != nil {
		h.close()
		return err
	}
	list = append(slices.DeleteFunc(list, func(s sibling) bool { return h.same(&s.st) }), f.itself(h))
	if gone != nil {
		byBirth(list, h)
	}
	older := list[:slices.IndexFunc(list, func(s sibling) bool { return s.log })]
	if !f.edge {
		list = slices.DeleteFunc(list, func(s sibling) bool { return f.isOld(s) })
		defer f.drop(list)
		return f.take(list, f.t.clock.Now())
	}
	f.learn(older)
	most := f.start.MaxBytes
	if most <= 0 {
		most = maxBacklog
	}
	off, short, err := f.backlog(h, most)
	if err != nil {
		h.close()
		return err
	}
	if !h.seek(off) {
		h.close()
		return errMoved
	}
	if len(older) > 0 {
		f.beside(older[len(older)-1])
	}
	f.edge = false
	f.held = append(f.held, h)
	if f.told != wire.MarkWaiting {
		h.marks = append(h.marks, f.opening(h))
	}
	h.marks = append(h.marks, short...)
	f.found(h)
	return nil
}

// beside takes the newest rotated file, if that was so lately that somebody may still write to it, from its end on.
func (f *Follower) beside(s sibling) {
	now := f.t.clock.Now()
	if age := now.Sub(time.Unix(s.st.Mtim.Unix())); s.Packed != "" || age < 0 || age >= f.t.grace {
		return
	}
	h, err := f.open(&s)
	if err != nil {
		return
	}
	if off, err := backlog(h, 0, maxBacklog); err != nil || !h.seek(off) {
		h.close()
		return
	}
	h.until = now.Add(f.t.grace)
	f.held = append(f.held, h)
}

// resolve goes on from a position: it finds the position's files among all that there are, whatever they are called now,
// and what is newer than they. It says false as begin does.
func (f *Follower) resolve(tokens []token, now *file, final bool) bool {
	list, now := f.listed(now)
	if !final && f.overtaken(list, tokens) {
		f.drop(list)
		return false
	}
	f.held = nil
	if now != nil {
		f.marks = append(f.marks, f.opening(now))
	}
	clock, newest := f.t.clock.Now(), -1
	for i, tok := range tokens {
		if tok.ino == 0 {
			continue // "there was no file yet"
		}
		at := f.placed(list, i, tok)
		if at < 0 {
			newest = max(newest, f.unplaced(list, i, tok))
			continue
		}
		if n := f.cutSince(list[:at], tok); n >= 0 { // that is its copy, which is older
			moved := list[n]
			copy(list[n:at], list[n+1:at+1])
			list[at] = moved
			if newest == at {
				newest--
			}
			at--
		}
		for h := list[at].held; h.heir != nil; h = h.heir { // what was read of it is read on there
			if next := slices.IndexFunc(list, func(s sibling) bool { return s.held == h.heir }); next >= 0 {
				at = next
			}
		}
		newest = max(newest, at)
		if h := list[at].held; !slices.Contains(f.held, h) {
			f.goOn(h, f.start.From[i].Offset)
			h.judged, h.tells = true, true
			h.until = clock.Add(f.t.grace)
			f.held = append(f.held, h)
		}
	}
	next := newest + 1
	if newest < 0 {
		next = f.newerThan(list, tokens[len(tokens)-1])
	}
	for _, s := range list[next:] {
		if h := s.held; h != nil && !slices.Contains(f.held, h) {
			if h.heir == nil || !h.seek(h.left) {
				h.reset()
			}
		}
	}
	f.learn(list[:next]) // what comes may be what one of those is compressed to at this moment
	var err error
	if newest >= 0 && list[newest].held != nil {
		err = f.succeed(list, newest, clock)
	} else {
		err = f.take(list[next:], clock)
	}
	for i := range list[next:] {
		// What fails here is met again by the sweep, but not what has no name any more.
		if s := &list[next+i]; err != nil && s.key == (key{}) && !s.log && s.held != nil {
			f.hold(s, clock)
		}
	}
	f.learn(list)
	f.drop(list)
	for _, h := range f.held {
		if h.began, h.read = f.lesson, f.lesson; h.cut {
			f.in = h // of several, the newest: the position does not say
		}
	}
	if last := f.last(); last != nil && last == now {
		f.found(now)
	}
	return true
}

// listed is every file of the log, oldest first, and the one that has its name: now, unless the log was rotated since that was
// opened, for then some of the rotated ones may be newer.
func (f *Follower) listed(now *file) ([]sibling, *file) {
	for tries := 0; ; tries++ {
		list, err := f.wanted(now)
		if err != nil {
			list = nil
			if now != nil {
				list = []sibling{f.itself(now)}
			}
			return list, now
		}
		_, gone := f.glance()
		switch {
		case gone == nil && now != nil && now.same(&f.st), gone != nil && now == nil:
			return list, now
		case now != nil && (gone != nil || tries == 20):
			byBirth(list, now) // the name is not there at this moment, or another's all the time
			return list, now
		case tries == 20:
			return list, now
		}
		f.drop(list)
		now, _ = f.current()
	}
}

// goOn continues h at off, or at its beginning if it does not reach that far any more.
func (f *Follower) goOn(h *file, off int64) {
	if err := h.look(); err == nil && off <= h.size() && h.seek(off) {
		h.half = f.t.clock.Now() // off may be inside a line that is being written
		return
	}
	h.reset()
	h.marks = append(h.marks, f.marker(wire.Marker{Kind: wire.MarkGap, Bytes: -1, Name: f.named(h.name),
		Why: "the position is past the file's end: it was truncated since"}))
}

// drop closes what list holds open and the follower does not need.
func (f *Follower) drop(list []sibling) {
	for _, s := range list {
		if s.held != nil && !slices.Contains(f.held, s.held) {
			s.held.close()
		}
	}
}

// newerThan is where in list to begin once tok's file is lost: at what took its inode's name and place, else at the oldest file
// that was written to since.
func (f *Follower) newerThan(list []sibling, tok token) int {
	if at := slices.IndexFunc(list, func(s sibling) bool { return s.st.Ino == tok.ino }); at >= 0 {
		return at
	}
	at := slices.IndexFunc(list, func(s sibling) bool { return s.log || s.st.Mtim.Sec >= tok.at })
	if at < 0 {
		return len(list)
	}
	return at
}

// placed is where in list the file of the position's place i is, which may have been compressed since.
func (f *Follower) placed(list []sibling, i int, tok token) int {
	at := f.match(list, tok, f.start.From[i].Offset)
	if at < 0 && f.packed != nil && f.packed[i] != nil {
		at = slices.IndexFunc(list, func(s sibling) bool { return s.held == f.packed[i] })
	}
	return at
}

// cutSince is where in list the file itself is that tok is of, if that was truncated since and then deleted: no name tells how old it is.
func (f *Follower) cutSince(list []sibling, tok token) int {
	return slices.IndexFunc(list, func(s sibling) bool {
		return s.key == (key{}) && !s.log && s.held.ino == tok.ino && s.held.gen == tok.gen
	})
}

// unplaced says why the file of the position's place i cannot be had. It is where that one is in list, if that is known.
func (f *Follower) unplaced(list []sibling, i int, tok token) int {
	if f.missed != nil && f.missed[i].why != "" {
		m := f.missed[i]
		if at := slices.IndexFunc(list, func(s sibling) bool { return s.key == m.key }); at >= 0 {
			f.marks = append(f.marks, f.marker(wire.Marker{Kind: wire.MarkGap, Bytes: -1, Name: f.named(list[at].Name), Why: m.why}))
			return at
		}
	}
	f.marks = append(f.marks, f.lost(list, tok))
	return -1
}

// lost is the marker for a file that cannot be found.
func (f *Follower) lost(list []sibling, tok token) wire.Marker {
	m := wire.Marker{Kind: wire.MarkGap, Bytes: -1, Why: "the file of the position is no longer there"}
	for _, s := range list {
		switch {
		case s.st.Ino == tok.ino && s.Packed == "":
			m.Name, m.Why = f.named(s.Name), "the file was truncated or rewritten since"
			return f.marker(m)
		case s.Packed != "" && s.st.Mtim.Sec >= tok.at:
			m.Name, m.Why = f.named(s.Name), "the rest of the position's file may be in a compressed one"
		}
	}
	return f.marker(m)
}
