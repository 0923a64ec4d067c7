package tailer

import (
	"context"
	"fmt"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"

	"livetail/internal/wire"
)

// othersUnpack lets another reader unpack the rest of a file when this one has unpacked some of it, and then says yes.
func (b *bench) othersUnpack(name, ext string, when func() bool) (met func() bool) {
	done := false
	b.sink.onTurn = func() {
		src, err := os.Open(b.at(name))
		b.must(err)
		defer src.Close()
		text, err := b.tailer.spool.Open(int(src.Fd()), ext)
		b.must(err)
		defer text.Close()
		if n, whole := text.Size(); n > 0 && !whole && when() {
			b.must(text.Unpack(context.Background(), everything, nil))
			done = true
		}
	}
	return func() bool {
		b.sink.mu.Lock()
		defer b.sink.mu.Unlock()
		return done
	}
}

// joined goes on from a position with a reader that others are beside.
func (b *bench) joined(from wire.Position, name, ext string, when func() bool) (met func() bool) {
	b.start.From, b.sink = from, newSink()
	met = b.othersUnpack(name, ext, when)
	b.follow()
	return met
}

// The place is found in what another unpacked meanwhile.
func TestRow06_FoundInWhatAnotherUnpacked(t *testing.T) {
	for _, ext := range packings {
		b := newBench(t, lines(1))
		b.write("f", numbered("line", 150_000)) // several steps
		b.follow().mark(wire.MarkLive)
		from := b.after()
		b.pause()
		b.coldly()
		b.rotateAll()
		b.pack("f.1", ext)
		b.append("f", "new\n")
		met := b.joined(from, "f.1"+ext, ext, func() bool { return true })
		b.text("new\n")
		b.marksNoGap()
		if b.end(); !met() {
			t.Error("nobody else unpacked")
		}
	}
}

// Nor is it left out when it is read on.
func TestRow06_ReadAsAnotherUnpacks(t *testing.T) {
	for _, ext := range packings {
		b := newBench(t, lines(1e6), bytesOf(1<<30))
		b.write("f", strings.Repeat("-", 31)+"\n")
		b.follow().mark(wire.MarkLive)
		from := b.after()
		b.pause()
		b.coldly()
		var text strings.Builder
		for n := range 150_000 {
			fmt.Fprintf(&text, "line %026d\n", n) // 32 bytes: no step ends inside one
		}
		want := text.String()
		b.append("f", want)
		b.rotateAll()
		b.pack("f.1", ext)
		b.append("f", "new\n")
		met := b.joined(from, "f.1"+ext, ext, func() bool { // when all that it knows of was read
			return slices.ContainsFunc(b.follower.held, func(h *file) bool { return h.text != nil && h.off > headSize && h.off == h.size() })
		})
		b.wait("the newest line", func(s *sink) bool { return s.text.Len() >= 4 && string(s.text.Bytes()[s.text.Len()-4:]) == "new\n" })
		b.text(want + "new\n")
		b.marksNoGap()
		if b.end(); !met() {
			t.Error("nobody else unpacked")
		}
	}
}

// Many go on in one file at the same moment, each from its own place, as after a worker's death; and it is compressed just then.
func TestRow06_ManyGoOnInOneCompressed(t *testing.T) {
	for _, ext := range packings {
		for name, before := range map[string]bool{"before": true, "meanwhile": false} {
			t.Run(ext+" "+name, func(t *testing.T) {
				b := newBench(t, lines(1e6), bytesOf(1<<30))
				all := numbered("line", 60_000)
				b.write("f", all)
				b.follow().text(all)
				b.pause()
				var from []wire.Position
				for i, r := range b.sink.frames {
					if n := len(b.sink.frames); r.Kind == wire.Lines && (i%4 == 0 || i == n-1) {
						from = append(from, r.After)
					}
				}
				b.coldly()
				b.rotateAll()
				b.append("f", "new\n")
				if before {
					b.pack("f.1", ext)
				}
				var under sync.WaitGroup
				for _, at := range from {
					f, s := b.tailer.Open(b.follower.src), newSink()
					s.start.From = at
					under.Go(func() {
						defer f.Close()
						ctx, cancel := context.WithTimeout(context.Background(), patience)
						defer cancel()
						want := all[at[0].Offset:] + "new\n"
						s.onTurn = func() { // with its lock held
							if s.text.Len() >= len(want) {
								cancel()
							}
						}
						err := f.Follow(ctx, Start{From: at}, s)
						s.mu.Lock()
						defer s.mu.Unlock()
						if got := s.text.String(); got != want || slices.Contains(s.marks(), wire.MarkGap) || len(s.wrong) > 0 {
							t.Errorf("from %d on: %d bytes of %d, %v, %v, %v", at[0].Offset, len(got), len(want), s.marks(), s.wrong, err)
						}
					})
				}
				if !before {
					b.pack("f.1", ext)
				}
				under.Wait()
			})
		}
	}
}
