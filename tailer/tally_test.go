package tailer

import (
	"context"
	"math"
	"strings"
	"testing"
	"time"

	"livetail/internal/coding"
	"livetail/internal/wire"
)

// Who only counts learns what somebody would who is sent the lines, also of lines that are longer than what is judged at a time, and
// of a last one that nobody ended.
func TestCountingIsAsSendingWouldBe(t *testing.T) {
	long := strings.Repeat("0123456789", 250_000) + "\n"
	old := "a needle\n\tat 1\nno\n" + long + "needle " + long + long + "b needle\nc\nneedle " + strings.TrimSuffix(long, "\n")
	new := "\tat 2\n" + strings.Repeat("hay\nneedle\n", 100_000) + long + "half a needle"
	for _, c := range []coding.Coding{coding.Bytes, coding.UTF16LE} {
		b := newBench(t)
		b.write("f.1", encoded(c, old))
		b.write("f", encoded(c, new))
		b.clock.advance(time.Minute)
		for _, filter := range []string{"", `{"include":[{"text":"needle"}]}`, `{"exclude":[{"text":"needle"}]}`, `{"include":[{"text":"nowhere"}]}`} {
			for _, back := range []bool{false, true} {
				q := wire.Question{Ask: wire.AskRead, Back: back, Filter: []byte(filter)}
				sum := func(q wire.Question) (looked, passed int) {
					for _, f := range b.ask(q).frames {
						looked, passed = looked+int(f.Looked), passed+int(f.Passed)
					}
					return looked, passed
				}
				q.Quiet = true
				looked, passed := sum(q)
				q.Lines = math.MaxUint32 // a limit that may be in the middle of what passes
				if wantLooked, want := sum(q); looked != wantLooked || passed != want || filter == "" && passed < 200_000 {
					t.Errorf("coding %v, filter %q, back %v: %d of %d lines, with a limit %d of %d", c, filter, back, passed, looked, want, wantLooked)
				}
			}
		}
		b.end()
	}
}

// A chunk that is searched or counted allocates nothing, whichever way: a log of four times the length takes as many allocations.
func TestBounded_SearchesAllocateNothingAChunk(t *testing.T) {
	const chunks = 32
	b := newBench(t)
	b.write("short", strings.Repeat("a line of hay\n", chunks*chunkBytes/14))
	b.write("long", strings.Repeat("a line of hay\n", 4*chunks*chunkBytes/14))
	most := float64(chunks) // a third of one for each that is more
	if raceEnabled {
		most = 6 * chunks // the race detector has pools forget; scripts/test counts without it
	}
	for _, filter := range []string{"", `{"include":[{"text":"needle"}]}`, `{"include":[{"text":"need[a-z]e","regex":true}],"exclude":[{"text":"line"}]}`} {
		for _, back := range []bool{false, true} {
			takes := func(name string) float64 {
				f := b.tailer.Open(Source{Path: b.at(name)})
				defer f.Close()
				return testing.AllocsPerRun(3, func() {
					b.must(f.Ask(context.Background(), wire.Question{Ask: wire.AskRead, Quiet: true, Back: back, Filter: []byte(filter)}, &forget{}))
				})
			}
			if short, long := takes("short"), takes("long"); long-short > most {
				t.Errorf("filter %q, back %v: %v allocations for %d chunks, %v for %d", filter, back, short, chunks, long, 4*chunks)
			}
		}
	}
}
