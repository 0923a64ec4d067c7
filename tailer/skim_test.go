package tailer

import (
	"bytes"
	"errors"
	"maps"
	"os"
	"testing"
)

// fakePages is a file of a page cache that is a map.
type fakePages struct {
	text    []byte
	there   map[int64]bool // by number of page
	most    int
	refuses bool
	closed  bool
}

var page = int64(os.Getpagesize())

func (p *fakePages) cached(b []byte, off int64) (int, error) {
	if p.refuses {
		return 0, errors.New("not on this file system")
	}
	n := 0
	for n < len(b) && off+int64(n) < int64(len(p.text)) && p.there[(off+int64(n))/page] {
		at := off + int64(n)
		n += copy(b[n:], p.text[at:min(int64(len(p.text)), (at/page+1)*page)])
	}
	return n, nil
}

func (p *fakePages) fetch(b []byte, off int64) (int, error) {
	n := copy(b, p.text[min(off, int64(len(p.text))):])
	for at := off / page; at*page < off+int64(n); at++ {
		p.there[at] = true
	}
	p.most = max(p.most, len(p.there))
	return n, nil
}

func (p *fakePages) forget(off, end int64) {
	for at := off / page; (at+1)*page <= end; at++ { // as the kernel does it: whole pages only
		delete(p.there, at)
	}
}

func (p *fakePages) close() { p.closed = true }

// skimmed is a file of 5 MB, of which a part in the middle and the end are in the page cache.
func skimmed() *fakePages {
	p := &fakePages{text: make([]byte, 5_000_000), there: map[int64]bool{}}
	for i := range p.text {
		p.text[i] = byte(i / 997)
	}
	for at := 8 * piece / page; at < 10*piece/page; at++ {
		p.there[at] = true
	}
	for at := 4_900_000 / piece * piece / page; at <= 5_000_000/page; at++ {
		p.there[at] = true
	}
	return p
}

// What was in the page cache stays there, and nothing else: whichever way it is read, with what is read twice.
func TestSkimmingLeavesThePageCacheAsItWas(t *testing.T) {
	const chunk = 1_000_001
	for name, read := range map[string]func(func(off, end int64)){
		"forth": func(read func(off, end int64)) {
			for off := int64(0); off < 5_000_000; off += chunk {
				read(max(0, off-backSize), min(off+chunk, 5_000_000))
			}
		},
		"back": func(read func(off, end int64)) {
			for end := int64(5_000_000); end > 0; end -= chunk {
				read(max(0, end-chunk-groupBytes), min(end+backSize, 5_000_000))
			}
		},
		"beyond the end": func(read func(off, end int64)) { read(4_000_000, 6_000_000) },
	} {
		p := skimmed()
		before := maps.Clone(p.there)
		s := &skimmer{pages: p}
		read(func(off, end int64) {
			b := make([]byte, end-off)
			n, err := s.read(b, off)
			if want := p.text[off:min(end, 5_000_000)]; err != nil || !bytes.Equal(b[:n], want) {
				t.Errorf("%s: %d bytes of %d at %d: %v", name, n, len(want), off, err)
			}
		})
		if most := len(before) + int(3*chunk/page); p.most > most {
			t.Errorf("%s: up to %d pages at a time, %d are enough", name, p.most, most)
		}
		s.end()
		if !maps.Equal(p.there, before) || !p.closed {
			t.Errorf("%s: %d pages are there, %d were before; closed: %v", name, len(p.there), len(before), p.closed)
		}
	}
}

func TestWhereThePageCacheIsNotKnownSkimmingIsReading(t *testing.T) {
	b := newBench(t)
	text := bytes.Repeat([]byte("line\n"), 100_000)
	b.write("f", string(text))
	for _, refuses := range []bool{true, false} {
		h, err := b.tailer.openFile(b.path, openPlain)
		b.must(err)
		p := &fakePages{text: text, there: map[int64]bool{}, refuses: refuses}
		h.skims, h.skimmer = true, &skimmer{pages: p}
		got := make([]byte, len(text)+10)
		n, err := h.skim(got, 0)
		if err != nil || !bytes.Equal(got[:n], text) || (h.skimmer == nil) != refuses {
			t.Errorf("refuses %v: %d bytes, %v; goes on skimming: %v", refuses, n, err, h.skimmer != nil)
		}
		h.close()
		if !p.closed {
			t.Errorf("refuses %v: it stays open", refuses)
		}
	}
}
