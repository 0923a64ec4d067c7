package filter

import "bytes"

// needle is a text to be found. With fold, upper and lower case of ASCII letters are the same.
type needle struct {
	text         []byte // in lower case if fold
	fold         bool
	at, then     int  // of the bytes that are looked at first: the rarest, and the next
	lower, upper byte // that byte in both cases
}

func newNeedle(text string, fold bool) needle {
	n := needle{text: []byte(text), fold: fold}
	if fold {
		for i, c := range n.text {
			n.text[i] = lower(c)
		}
	}
	n.aim(&counts{})
	if n.lower == n.upper && len(n.text) == 1 {
		n.fold = false
	}
	return n
}

// counts is how often each byte is in a sample of a log.
type counts [256]uint16

func count(sample []byte) *counts {
	var all counts
	for _, c := range sample {
		all[c]++
	}
	return &all
}

// aim chooses the bytes that are looked at first: those that are rare in this log or, as far as that is not known, in most.
func (n *needle) aim(in *counts) {
	cost := func(i int) int {
		c := n.text[i]
		often := int(in[c])
		if n.fold && upper(c) != c {
			often += int(in[upper(c)])
		}
		return often<<8 + common(c)
	}
	n.at, n.then = 0, 0
	for i := range n.text {
		switch {
		case cost(i) < cost(n.at):
			n.at, n.then = i, n.at
		case n.then == n.at || cost(i) < cost(n.then):
			n.then = i
		}
	}
	n.lower, n.upper = n.text[n.at], n.text[n.at]
	if n.fold {
		n.upper = upper(n.lower)
	}
}

// index is where in b the needle is first; -1 nowhere.
func (n *needle) index(b []byte) int {
	var s search
	return s.next(n, b, 0)
}

// exact is index without fold: bytes.Index, but by the byte that is rare in logs instead of the first.
func (n *needle) exact(b []byte) int {
	last := len(b) - len(n.text) + n.at // where the rarest byte may be at most
	for pos, misses := n.at, 0; pos <= last; pos++ {
		at := bytes.IndexByte(b[pos:last+1], n.lower)
		if at < 0 {
			return -1
		}
		pos += at
		start := pos - n.at
		if b[start+n.then] == n.text[n.then] && bytes.Equal(b[start:start+len(n.text)], n.text) {
			return start
		}
		if misses++; misses > start/16+16 { // it is not rare here
			if at = bytes.Index(b[start+1:], n.text); at >= 0 {
				at += start + 1
			}
			return at
		}
	}
	return -1
}

// search is a needle being looked for in one haystack, again and again from places further on.
type search struct {
	low, up int // next place of either case of the rarest byte; behind the end: none
	known   bool
}

// next is where in b the needle is first, not before from; -1 nowhere.
func (s *search) next(n *needle, b []byte, from int) int {
	if !n.fold {
		at := n.exact(b[from:])
		if at < 0 {
			return -1
		}
		return from + at
	}
	if !s.known {
		s.low, s.up, s.known = -1, -1, true
		if n.upper == n.lower {
			s.up = len(b)
		}
	}
	last := len(b) - len(n.text) + n.at // where the rarest byte may be at most
	budget := 4*(len(b)-from) + 4*len(n.text)
	for pos := from + n.at; pos <= last; pos++ {
		if s.low < pos {
			s.low = indexFrom(b, pos, n.lower)
		}
		if s.up < pos {
			s.up = indexFrom(b, pos, n.upper)
		}
		if pos = min(s.low, s.up); pos > last {
			return -1
		}
		same := sameFolded(b[pos-n.at:], n.text)
		if same == len(n.text) {
			return pos - n.at
		}
		if budget -= same + 1; budget < 0 { // a text made to be slow
			return foldedHash(b, n.text, pos-n.at+1)
		}
	}
	return -1
}

func indexFrom(b []byte, from int, c byte) int {
	if at := bytes.IndexByte(b[from:], c); at >= 0 {
		return from + at
	}
	return len(b)
}

// sameFolded is how many bytes of b are those of text, which is in lower case.
func sameFolded(b, text []byte) int {
	for i, c := range text {
		if d := b[i]; d != c && lower(d) != c {
			return i
		}
	}
	return len(text)
}

// foldedHash finds text by a rolling hash: linear, whatever is in b.
func foldedHash(b, text []byte, from int) int {
	const prime = 16777619
	if len(b)-from < len(text) {
		return -1
	}
	var want, have, power uint32 = 0, 0, 1
	for i, c := range text {
		want = want*prime + uint32(c)
		have = have*prime + uint32(lower(b[from+i]))
		power *= prime
	}
	for at := from; ; at++ {
		if have == want && sameFolded(b[at:], text) == len(text) {
			return at
		}
		end := at + len(text)
		if end >= len(b) {
			return -1
		}
		have = have*prime + uint32(lower(b[end])) - power*uint32(lower(b[at]))
	}
}

func lower(c byte) byte {
	if c >= 'A' && c <= 'Z' {
		return c + 'a' - 'A'
	}
	return c
}

func upper(c byte) byte {
	if c >= 'a' && c <= 'z' {
		return c - ('a' - 'A')
	}
	return c
}

// often are the bytes of logs, roughly, the most common first.
const often = " e0t1a2o-i:n.r3s5/4l6d7c8\"9u,p=m[]hgfb_vywkxTIFODENRACSjqz(){}"

// common is how common a byte is, 0 for those that are hardly ever there.
func common(c byte) int {
	for i := range len(often) {
		if often[i] == c {
			return len(often) - i
		}
	}
	return 0
}

// rarity is how rare the rarest byte of a text is.
func rarity(text string) int {
	most := 0
	for i := range len(text) {
		most = max(most, len(often)-common(text[i]))
	}
	return most / 4
}
