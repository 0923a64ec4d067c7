//go:build linux

package storm

import (
	"testing"

	"livetail/internal/wire"
)

// What goes past the rest of a line which the page no longer wants ends that line, or goes further into it; what does not, or whose
// page wants it, does not.
func TestSifterKnowsWhereALineIsLeft(t *testing.T) {
	after := func(n int) wire.Position { return wire.Position{{File: "old", Offset: int64(n)}} }
	text := (&journal{}).line(0, 0) + "\n"
	for name, c := range map[string]struct {
		wants func(int) bool // when that comes
		to    int
		then  int // from here on its end comes, to a page that wants it again; 0: it does not
		wrong bool
	}{
		"no longer wanted":                   {func(int) bool { return false }, 500, 0, false},
		"wanted":                             {func(int) bool { return true }, 500, 0, true},
		"no longer wanted, not past":         {func(int) bool { return false }, 10, 0, true},
		"no longer wanted, then its end":     {func(int) bool { return false }, 15, 15, false},
		"no longer wanted, then not its end": {func(int) bool { return false }, 15, 0, true},
		"no longer wanted, then too much":    {func(int) bool { return false }, 15, 14, true},
	} {
		for _, kind := range []wire.Kind{wire.Mark, wire.Lines} { // which counts nothing
			s := &sifter{journal: &journal{}, wish: wish{passes: func(int) bool { return true }}}
			s.take(&wire.Frame{Kind: wire.Lines, Flags: wire.Open, Payload: []byte(text[:10]), After: after(10)})
			s.passes = c.wants
			s.take(&wire.Frame{Kind: kind, After: after(c.to)})
			s.passes = func(int) bool { return true }
			if c.then > 0 {
				s.take(&wire.Frame{Kind: wire.Lines, Flags: wire.Cont, Payload: []byte(text[c.then:]), After: after(len(text))})
			}
			s.take(&wire.Frame{Kind: wire.Lines, Payload: []byte(s.journal.line(0, 1) + "\n"), After: after(600)})
			if (len(s.wrong) > 0) != c.wrong {
				t.Errorf("%s, kind %d: %q", name, kind, s.wrong)
			}
		}
	}
}
