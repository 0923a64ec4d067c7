//go:build linux

package storm

import (
	"testing"

	"livetail/internal/wire"
)

// What goes past the rest of a line which the page no longer wants ends that line; what does not, or whose page wants it, does not.
func TestSifterKnowsWhereALineIsLeft(t *testing.T) {
	after := func(n int) wire.Position { return wire.Position{{File: "old", Offset: int64(n)}} }
	for name, c := range map[string]struct {
		wants func(int) bool // when that comes
		to    int
		wrong int
	}{
		"no longer wanted":           {func(int) bool { return false }, 500, 0},
		"wanted":                     {func(int) bool { return true }, 500, 1},
		"no longer wanted, not past": {func(int) bool { return false }, 10, 1},
	} {
		for _, kind := range []wire.Kind{wire.Mark, wire.Lines} { // which counts nothing
			j := &journal{}
			s := &sifter{journal: j, wish: wish{passes: func(int) bool { return true }}}
			text := j.line(0, 0) + "\n"
			s.take(&wire.Frame{Kind: wire.Lines, Flags: wire.Open, Payload: []byte(text[:10]), After: after(10)})
			s.passes = c.wants
			s.take(&wire.Frame{Kind: kind, After: after(c.to)})
			s.passes = func(int) bool { return true }
			s.take(&wire.Frame{Kind: wire.Lines, Payload: []byte(j.line(0, 1) + "\n"), After: after(600)})
			if len(s.wrong) != c.wrong {
				t.Errorf("%s, kind %d: %q", name, kind, s.wrong)
			}
		}
	}
}
