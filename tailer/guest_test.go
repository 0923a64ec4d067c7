package tailer

import (
	"bytes"
	"context"
	"strings"
	"testing"
	"time"

	"livetail/internal/coding"
	"livetail/internal/filter"
	"livetail/internal/wire"
)

// Whoever reads much waits at the gate, while a live tail hands on what was written.
func TestASearchGivesWayToLiveTails(t *testing.T) {
	b := newBench(t)
	b.write("f", strings.Repeat("hay\n", 3<<20))
	g := b.tailer.gate
	g.hush()
	ended := make(chan error, 1)
	go func() {
		r := &reply{bench: b, room: func() int { return wire.MaxPayload }}
		ended <- b.follower.Ask(context.Background(), wire.Question{Ask: wire.AskRead, Quiet: true}, r)
	}()
	b.until("the search waits for calm", func() bool {
		g.mu.Lock()
		defer g.mu.Unlock()
		return g.calm != nil
	})
	g.murmur()
	select {
	case err := <-ended:
		b.must(err)
	case <-time.After(patience):
		t.Fatal("it does not end")
	}
}

// What is searched, or asked for without an end, is skimmed; a page of lines is likely to be read again.
func TestASearchSkims(t *testing.T) {
	b := newBench(t)
	text := bytes.Repeat([]byte("line\n"), 100)
	b.write("f", string(text))
	for _, c := range []struct {
		a     answer
		skims bool
	}{
		{answer{q: wire.Question{Lines: 10}}, false},
		{answer{q: wire.Question{Bytes: 10}}, false},
		{answer{}, true},
		{answer{q: wire.Question{Lines: 10, Quiet: true}}, true},
		{answer{q: wire.Question{Lines: 10}, sieve: sieve{filter: &filter.Filter{}}}, true},
	} {
		h, err := b.tailer.openFile(b.path, openPlain)
		b.must(err)
		p := &fakePages{text: text, there: map[int64]bool{}}
		h.skims, h.skimmer = true, &skimmer{pages: p}
		got := make([]byte, len(text))
		if n, err := c.a.pread(h, got, 0); err != nil || !bytes.Equal(got[:n], text) || (p.most > 0) != c.skims {
			t.Errorf("%+v: %d bytes, %v; skimmed: %v", c.a.q, n, err, p.most > 0)
		}
		h.close()
	}
}

// The first bytes of a file, which tell how its lines are written, are skimmed too: reading ahead, once begun, goes on.
func TestASearchSkimsFromTheFirstByteOn(t *testing.T) {
	b := newBench(t)
	b.write("f", "\xff\xfea\x00\n\x00")
	for _, quiet := range []bool{true, false} {
		a := &answer{ctx: t.Context(), q: wire.Question{Lines: 10, Quiet: quiet}}
		a.view, a.list = b.follower.aside(false)
		b.must(a.look())
		h, err := a.newest()
		b.must(err)
		if h.skims != quiet || h.coded != quiet {
			t.Errorf("quiet %v: skimmed %v, known how it is written %v", quiet, h.skims, h.coded)
		}
		if c := h.coding(); c != coding.UTF16LE {
			t.Errorf("quiet %v: it is written in %v", quiet, c)
		}
		a.close()
	}
}
