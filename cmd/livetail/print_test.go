package main

import (
	"bytes"
	"testing"

	"livetail/internal/wire"
)

// linesFrame is a frame of one file, at an offset of 100.
func linesFrame(flags uint8, text string) *wire.Frame {
	return &wire.Frame{Kind: wire.Lines, Flags: flags, Start: 100, Payload: []byte(text), After: wire.Position{{File: "older", Offset: 5}, {File: "file", Offset: 100 + int64(len(text))}}, Index: 1}
}

func at(offset int64) string { return wire.Position{{File: "file", Offset: offset}}.String() + "\t" }

func TestPositionsStandBeforeWholeLines(t *testing.T) {
	for _, c := range []struct {
		flags      uint8
		text, want string
	}{
		{0, "a\nbc\n", at(100) + "a\n" + at(102) + "bc\n"},
		{wire.Cont, "rest\nnext\n", "rest\n" + at(105) + "next\n"},
		{wire.Cont | wire.Open, "middle", "middle"},
		{wire.Open, "a\nbegin", at(100) + "a\n" + at(102) + "begin"},
		{wire.NoEOL, "last", at(100) + "last"},
	} {
		var out bytes.Buffer
		p := printer{out: &out, positions: true}
		if err := p.file("f").Send(t.Context(), linesFrame(c.flags, c.text)); err != nil || out.String() != c.want {
			t.Errorf("%d %q: %q, %v", c.flags, c.text, &out, err)
		}
	}
}

// A header never stands within a line, and only where it is needed.
func TestHeaders(t *testing.T) {
	var out bytes.Buffer
	p := printer{out: &out, headers: true}
	a, b := p.file("a"), p.file("b")
	for _, send := range []func() error{
		func() error { return a.Send(t.Context(), linesFrame(0, "1\n")) },
		func() error { return a.Send(t.Context(), linesFrame(wire.Open, "2")) },
		func() error { return a.Send(t.Context(), linesFrame(wire.Cont|wire.Open, "3")) },
		func() error { return b.Send(t.Context(), linesFrame(0, "4\n")) },
		func() error { return a.Send(t.Context(), linesFrame(wire.Cont, "5\n")) },
	} {
		if err := send(); err != nil {
			t.Fatal(err)
		}
	}
	if want := "==> a <==\n1\n23\n\n==> b <==\n4\n\n==> a <==\n5\n"; out.String() != want {
		t.Errorf("%q\nwant\n%q", &out, want)
	}
}

// What happened to a file is told beside its bytes, never among them, and does nothing to a terminal.
func TestMarkersAreTold(t *testing.T) {
	for want, m := range map[string]wire.Marker{
		"": {Kind: wire.MarkLive},
		"livetail follow: f: waiting, it is not there yet\n":                             {Kind: wire.MarkWaiting},
		"livetail follow: f: rotated, the old file is now \"f\\x1b.1\"\n":                {Kind: wire.MarkRotated, To: "f\x1b.1"},
		"livetail follow: f: rotated, going on with the new file\n":                      {Kind: wire.MarkRotated},
		"livetail follow: f: truncated, going on at its beginning\n":                     {Kind: wire.MarkTruncated},
		"livetail follow: f: replaced, going on with the new file\n":                     {Kind: wire.MarkReplaced},
		"livetail follow: f: cannot be read: no right\n":                                 {Kind: wire.MarkUnreadable, Why: "no right"},
		"livetail follow: f: can be read again\n":                                        {Kind: wire.MarkReadable},
		"livetail follow: f: 7 bytes are lost: cut\n":                                    {Kind: wire.MarkGap, Bytes: 7, Why: "cut"},
		"livetail follow: f: bytes are lost: cut\n":                                      {Kind: wire.MarkGap, Bytes: -1, Why: "cut"},
		"livetail follow: f: the position cannot be used, this is the live edge: it's\n": {Kind: wire.MarkEdge, Why: "it's"},
	} {
		frame, err := m.Frame()
		if err != nil {
			t.Fatal(err)
		}
		var out, told bytes.Buffer
		p := printer{out: &out, err: &told, headers: true}
		if err := p.file("f").Send(t.Context(), &frame); err != nil || told.String() != want || out.Len() > 0 {
			t.Errorf("%s: %q, %q, %v", m.Kind, &told, &out, err)
		}
	}
}
