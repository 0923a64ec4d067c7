package tailer

import (
	"context"
	"errors"
	"slices"
)

// search finds the files of the position that were compressed since, and holds them for begin to find. That may take long, and
// nothing of the log may be lost meanwhile: what is there of it is held too.
func (f *Follower) search(ctx context.Context) error {
	f.packed, f.missed, f.searched, f.plain = nil, nil, nil, make([]bool, len(f.start.From))
	for i := range f.known {
		f.known[i].size = -1 // from an older position on it is new again, whatever it becomes
	}
	tokens, why := f.tokens()
	if why != "" || len(tokens) == 0 {
		return nil
	}
	if !f.lacks(tokens) {
		return nil
	}
	f.progress, f.searching = f.t.clock.Now(), true
	defer func() { f.searching = false }()
	for range mostTries {
		f.packed, f.missed = make([]*file, len(tokens)), make([]miss, len(tokens))
		if err := f.searchOnce(ctx, tokens); !errors.Is(err, errChanged) {
			return err
		}
	}
	return nil
}

// lacks says whether there are compressed files, and a file of the position is among no others.
func (f *Follower) lacks(tokens []token) bool {
	now, _ := f.current()
	list, err := f.wanted(now)
	if err != nil && now != nil {
		list = []sibling{f.itself(now)}
	}
	defer f.drop(list)
	if f.searched = packedOf(list); len(f.searched) == 0 {
		return false // what is wrong is said by begin
	}
	lacks := false
	for i, tok := range tokens {
		f.plain[i] = f.match(list, tok, f.start.From[i].Offset) >= 0
		lacks = lacks || tok.ino != 0 && !f.plain[i]
	}
	return lacks
}

// packedOf are the compressed files in list, as they are.
func packedOf(list []sibling) (packed []past) {
	for _, s := range list {
		if s.Packed != "" {
			packed = append(packed, pastOf(s))
		}
	}
	return packed
}

// overtaken says whether a file of the position is among none of list, and was when it was searched for, or there is a compressed one
// that was not there then, or not whole: it became that meanwhile.
func (f *Follower) overtaken(list []sibling, tokens []token) bool {
	news := slices.ContainsFunc(packedOf(list), func(p past) bool { return !slices.Contains(f.searched, p) })
	for i, tok := range tokens {
		if tok.ino != 0 && (news || f.plain[i]) && f.placed(list, i, tok) < 0 {
			return true
		}
	}
	return false
}

func (f *Follower) searchOnce(ctx context.Context, tokens []token) error {
	if len(f.held) > 0 {
		f.sweep()
	} else if now, _ := f.current(); now != nil {
		f.held = append(f.held, now)
		f.keepUp(now) // when it is deleted, nothing else says that it was the newest
	}
	list, err := f.wanted(nil)
	if err != nil {
		return nil
	}
	defer f.drop(list)
	f.searched = packedOf(list)
	fill := func(h *file, upto int64) error { return f.unpack(ctx, h, upto) }
	held := 0
	for i, tok := range tokens {
		off := f.start.From[i].Offset
		if f.plain[i] = f.match(list, tok, off) >= 0; tok.ino == 0 || f.plain[i] {
			continue
		}
		at, missed, err := f.findPacked(list, tok, off, fill)
		if err != nil {
			return err
		}
		if f.missed[i] = missed; at < 0 {
			continue
		}
		h := list[at].held
		if n := slices.IndexFunc(f.held, func(g *file) bool { return g.packed != nil && g.key() == h.key() }); n >= 0 {
			h = f.held[n] // the log came meanwhile, and this with it
		}
		if f.packed[i] = h; !slices.Contains(f.held, h) {
			f.held = slices.Insert(f.held, held, h)
			held++
		}
	}
	return nil
}
