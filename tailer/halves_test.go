package tailer

import (
	"math"
	"strings"
	"testing"
	"time"

	"livetail/internal/wire"
)

func halves(_ *Options, _ *Source, s *Start) { s.Halves = true }

func TestRow42_HalvesForThoseWhoWantThem(t *testing.T) {
	b := newBench(t, halves)
	b.write("f", "a\nhal")
	b.follow().text("a\n")
	b.mark(wire.MarkLive)
	b.looks(2)
	b.text("a\nhal")
	b.append("f", "f\nb")
	b.text("a\nhalf\n") // the rest of a line does not wait
	b.looks(2)
	b.text("a\nhalf\nb")
	after := b.after()
	b.pause()
	b.coldly()
	b.append("f", "c\n")
	b.resume(after)
	b.text("c\n")
	b.marked()
}

// A line that is being written when the log is rotated is not torn apart by the new file's lines.
func TestRow42_HalvesWaitWhileTheyGrow(t *testing.T) {
	b := newBench(t, halves, func(o *Options, _ *Source, _ *Start) { o.Look = time.Hour })
	b.write("f", "a\nhal")
	b.follow().mark(wire.MarkLive)
	b.rename("f", "f.1")
	b.append("f", "c\n")
	b.text("a\nc\n")
	b.append("f.1", "f\n")
	b.text("a\nc\nhalf\n")
}

func TestRow42_HalvesAtAStop(t *testing.T) {
	for _, want := range []string{"half", "a\nhalf", strings.Repeat("x", 3*wire.MaxPayload) + "y", ""} {
		b := newBench(t, halves)
		b.write("f", want)
		b.start.Lines, b.start.Stop = math.MaxInt, true
		b.must(b.follower.Follow(t.Context(), b.start, b.sink))
		b.text(want)
	}
}

// Half a line is waited for by each follower for itself, also where one looks for all.
func TestRow42_HalvesOfManyTails(t *testing.T) {
	b := newBench(t, halves)
	b.write("f", "a\nhal")
	b.follow().text("a\n")
	first, other := b.sink, newSink()
	g := b.tailer.Open(Source{Path: b.path})
	done := make(chan error)
	go func() { done <- g.Follow(t.Context(), b.start, other) }()
	b.sink = other
	b.text("a\n")
	b.looks(2)
	b.text("a\nhal")
	b.sink = first
	b.text("a\nhal")
	if err := g.Close(); err != nil || <-done != ErrClosed {
		t.Error("not closed")
	}
}
