package tailer

import (
	"errors"
	"slices"

	"livetail/internal/naming"
	"livetail/internal/wire"
)

var (
	errNoRoom  = errors.New("the sink offers no room")
	errChanged = errors.New("the file is not what it was")
)

// look lists the log's files as they are now. What is open stays open and in the list, whatever became of its name.
func (a *answer) look() error {
	now, err := a.view.openLog()
	if err != nil && !missing(err) {
		return failure(words(err))
	}
	list, err := a.view.siblings()
	if err != nil && !missing(err) {
		if now != nil {
			now.close()
		}
		return failure(words(err))
	}
	if now != nil {
		list = slices.DeleteFunc(list, func(s sibling) bool { return now.same(&s.st) })
		own := a.view.itself(now)
		own.key = key{now.ino, born(now.fd, "", &now.st)} // it may be closed, and opened again
		list = append(list, own)
	}
	old := a.list
	a.list = list
	for i := range old {
		if at := a.known(old[i]); at >= 0 {
			a.list[at].about = old[i].about
		}
		h := old[i].held
		if h == nil {
			continue
		}
		at := slices.IndexFunc(a.list, func(s sibling) bool { return h.same(&s.st) })
		if at < 0 {
			at = a.between(old, i)
			h.look()
			a.list = slices.Insert(a.list, at, sibling{File: naming.File{Name: h.name}, st: h.st, key: old[i].key})
		}
		s := &a.list[at]
		if s.held != nil {
			s.held.close() // the log, opened a second time
		}
		s.held, h.name = h, s.Name
	}
	return a.untwin(old)
}

// between says where in the list the file number i of the list before belongs, which has no name any more.
func (a *answer) between(old []sibling, i int) int {
	for _, s := range old[i+1:] {
		if at := a.known(s); at >= 0 {
			return at
		}
	}
	for n := i - 1; n >= 0; n-- {
		if at := a.known(old[n]); at >= 0 {
			return at + 1
		}
	}
	return 0 // all that was there is gone: what is there now is newer
}

// known is where s is in the list as it is now.
func (a *answer) known(s sibling) int {
	return slices.IndexFunc(a.list, func(t sibling) bool {
		return s.held != nil && (t.held == s.held || s.held.same(&t.st)) || s.held == nil && s.key == t.key
	})
}

// index is where h is in the list.
func (a *answer) index(h *file) int {
	return slices.IndexFunc(a.list, func(s sibling) bool { return h != nil && s.held == h })
}

// trim closes what is open and not needed, and can be opened again.
func (a *answer) trim() {
	for i := range a.list {
		if h := a.list[i].held; h != nil && !slices.Contains(a.at, h) && !slices.Contains(a.ends, h) && h.named() {
			h.close()
			a.list[i].held = nil
		}
	}
}

// named says whether h can be opened by a name.
func (h *file) named() bool { return h.text != nil || h.look() != nil || h.st.Nlink > 0 }

// newest opens the file that is written to, or was last.
func (a *answer) newest() (*file, error) { return a.nearest(len(a.list)-1, -1) }

// open opens the file number i of the list; nil: it cannot be read, which is said elsewhere.
func (a *answer) open(i int) (*file, error) {
	h, err := a.view.openAny(&a.list[i])
	if missing(err) {
		return nil, errChanged
	}
	return h, a.ctx.Err()
}

// nearest opens the file number i of the list or, if that cannot be had, says so and takes the next one in direction step.
func (a *answer) nearest(i, step int) (*file, error) {
	for ; i >= 0 && i < len(a.list); i += step {
		s := &a.list[i]
		h, err := a.view.openAny(s)
		if missing(err) {
			return nil, errChanged
		}
		if err == nil {
			a.sniff(h)
			return h, nil
		}
		if err := a.tell(a.gap(s, a.length(s), packedWords(err)), 0); err != nil {
			return nil, err
		}
	}
	return nil, nil
}

// length is how many bytes s has, or may have.
func (a *answer) length(s *sibling) int64 {
	switch {
	case s.held != nil:
		return s.held.length()
	case s.Packed == "":
		return s.st.Size
	case s.about == 0:
		s.about = a.view.estimate(s)
	}
	return s.about
}

func (a *answer) gap(s *sibling, n int64, why string) wire.Marker {
	return wire.Marker{Kind: wire.MarkGap, Name: a.view.named(s.Name), Bytes: n, Why: why}
}
