package main

import (
	"bytes"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"livetail/internal/wire"
)

// frames are a log in frames of the given payload lengths, the rest in the last one.
func frames(log []byte, start int64, sizes ...int) []wire.Frame {
	var all []wire.Frame
	for _, n := range append(sizes, len(log)) {
		n = min(n, len(log))
		all = append(all, wire.Frame{Kind: wire.Lines, Start: start, Payload: bytes.Clone(log[:n])})
		log, start = log[n:], start+int64(n)
	}
	return all
}

func checked(t *testing.T, all []wire.Frame) *checker {
	t.Helper()
	c := &checker{}
	for i := range all {
		if err := c.take(&all[i]); err != nil {
			t.Fatal(err)
		}
	}
	return c
}

func TestCheckerTakesLinesAsTheyWereWritten(t *testing.T) {
	for _, first := range []int64{0, 7, 999_999_999_990} {
		log := lines(first, 25, 0)
		for _, sizes := range [][]int{nil, {lineSize}, {3 * lineSize, 2 * lineSize}, {1, 118, 2, 119, 500}} {
			c := checked(t, frames(log, first*lineSize, sizes...))
			if err := c.wrong(); err != nil || c.want != first+25 || c.at != 0 {
				t.Errorf("from %d in %v: %v, at line %d", first, sizes, err, c.want)
			}
		}
	}
}

func TestCheckerFindsWhatIsWrong(t *testing.T) {
	whole := func() []wire.Frame { return frames(lines(0, 10, 0), 0, slices.Repeat([]int{lineSize}, 9)...)[:10] }
	for name, c := range map[string]struct {
		spoil                   func(f []wire.Frame) []wire.Frame
		lost, repeated, changed bool
	}{
		"two frames lost":   {spoil: func(f []wire.Frame) []wire.Frame { return slices.Delete(f, 3, 5) }, lost: true},
		"one frame twice":   {spoil: func(f []wire.Frame) []wire.Frame { return slices.Insert(f, 4, f[3]) }, repeated: true},
		"two frames swap":   {spoil: func(f []wire.Frame) []wire.Frame { f[3], f[4] = f[4], f[3]; return f }, lost: true, repeated: true},
		"payloads swap":     {spoil: func(f []wire.Frame) []wire.Frame { f[3].Payload, f[4].Payload = f[4].Payload, f[3].Payload; return f }, changed: true},
		"a byte changed":    {spoil: func(f []wire.Frame) []wire.Frame { f[9].Payload[lineSize-2]++; return f }, changed: true},
		"a stamp changed":   {spoil: func(f []wire.Frame) []wire.Frame { f[9].Payload[stampStart]++; return f }, changed: true},
		"part of a line":    {spoil: func(f []wire.Frame) []wire.Frame { f[3].Payload = f[3].Payload[:50]; return f }, lost: true},
		"a false beginning": {spoil: func(f []wire.Frame) []wire.Frame { f[3].Start += lineSize; return f }, lost: true, repeated: true, changed: true},
	} {
		got := checked(t, c.spoil(whole()))
		if got.lost > 0 != c.lost || got.repeated > 0 != c.repeated || got.changed > 0 != c.changed {
			t.Errorf("%s: %v", name, got.wrong())
		}
		if !errors.Is(got.wrong(), errLines) {
			t.Errorf("%s: found right", name)
		}
	}
}

func TestCheckerCountsLostLines(t *testing.T) {
	all := frames(lines(0, 10, 0), 0, slices.Repeat([]int{lineSize}, 9)...)
	if c := checked(t, slices.Delete(all, 3, 6)); c.lost != 3 || c.repeated != 0 || c.changed != 0 {
		t.Error(c.wrong())
	}
}

func TestCheckerFindsALossBeforeTheFirstFrame(t *testing.T) {
	c := &checker{}
	c.from(0)
	if err := c.take(&wire.Frame{Kind: wire.Lines, Start: 2 * lineSize, Payload: lines(2, 1, 0)}); err != nil || c.lost != 2 {
		t.Error(err, c.wrong())
	}
}

func TestCheckerReadsStamps(t *testing.T) {
	var log []byte
	for i := range int64(5) {
		log = append(log, lines(i, 1, 1000+i)...)
	}
	var got []int64
	c := &checker{stamped: func(_, stamp int64) { got = append(got, stamp) }}
	for _, f := range frames(log, 0, 20, 5, lineSize) { // a stamp comes in pieces
		if err := c.take(&f); err != nil {
			t.Fatal(err)
		}
	}
	if want := []int64{1000, 1001, 1002, 1003, 1004}; !slices.Equal(got, want) || c.wrong() != nil {
		t.Errorf("stamps %v, %v", got, c.wrong())
	}
}

func TestFillMakesLinesFromTheFirstOn(t *testing.T) {
	var b bytes.Buffer
	n, err := fill(t.Context(), &b, 20_000*lineSize)
	if err != nil || n != 20_000 || !bytes.Equal(b.Bytes(), lines(0, n, 0)) {
		t.Errorf("%d lines, %d bytes, %v", n, b.Len(), err)
	}
}

func TestSpread(t *testing.T) {
	var s spread
	for i := range 100 {
		s = append(s, time.Duration(100-i)*time.Millisecond)
	}
	if s.at(.5) != 50*time.Millisecond || s.at(.99) != 99*time.Millisecond || s.at(1) != 100*time.Millisecond {
		t.Error(s)
	}
	if one := (spread{time.Second}); one.at(.5) != time.Second || one.at(.99) != time.Second {
		t.Error(one)
	}
}

func TestTableSaysWhatWasMissed(t *testing.T) {
	table := &table{machine: "a machine"}
	table.goal("fast", "1 ms", "≤ 2 ms", true, "so")
	table.goal("slow", "3 ms", "≤ 2 ms", false, "so")
	table.add("plain", "7", "so")
	var b strings.Builder
	table.write(&b)
	for _, want := range []string{"| fast | 1 ms | ≤ 2 ms | so |\n", "| slow | 3 ms | ≤ 2 ms: **missed** | so |\n", "| plain | 7 |  | so |\n"} {
		if !strings.Contains(b.String(), want) {
			t.Errorf("no %q in\n%s", want, b.String())
		}
	}
}

func TestParse(t *testing.T) {
	o, err := parse([]string{"-quick", "-only", "click,burst", "-big", "10GB"})
	if err != nil || o.big != 10<<30 || o.tries != quick.tries || !slices.Equal(o.only, []string{"click", "burst"}) {
		t.Errorf("%+v, %v", o, err)
	}
	for _, wrong := range [][]string{{"-only", "clack"}, {"-big", "10XB"}, {"-big", "1"}, {"-big", "-1GB"}, {"-big", "99999999999GB"}, {"more"}} {
		if _, err := parse(wrong); err == nil {
			t.Errorf("%v was taken", wrong)
		}
	}
}
