package tailer

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"testing"

	"livetail/internal/wire"
)

// discard takes everything at once.
type discard struct {
	bytes, want int64
	frames      int
	done        chan struct{}
}

func (d *discard) Room(context.Context) (int, error) { return wire.MaxPayload, nil }
func (d *discard) Turn()                             {}
func (d *discard) Send(_ context.Context, f *wire.Frame) error {
	d.frames++
	if f.Kind == wire.Lines {
		if d.bytes += int64(len(f.Payload)); d.bytes == d.want {
			close(d.done)
		}
	}
	return nil
}

func benchFile(b *testing.B, size int) string {
	path := filepath.Join(b.TempDir(), "f")
	line := append(bytes.Repeat([]byte("x"), 119), '\n')
	if err := os.WriteFile(path, bytes.Repeat(line, size/len(line)), 0o644); err != nil {
		b.Fatal(err)
	}
	return path
}

// BenchmarkFollowBurst follows 256 MB of 120-byte lines in the page cache, into nothing.
func BenchmarkFollowBurst(b *testing.B) {
	path := benchFile(b, 256<<20)
	st, _ := os.Stat(path)
	b.SetBytes(st.Size())
	b.ReportAllocs()
	for b.Loop() {
		t, err := New(Options{Key: make([]byte, 32)})
		if err != nil {
			b.Fatal(err)
		}
		f := t.Open(Source{Path: path})
		d := &discard{want: st.Size(), done: make(chan struct{})}
		if err := f.Follow(b.Context(), Start{Lines: 1 << 40, MaxBytes: 1 << 40, Stop: true}, d); err != nil {
			b.Fatal(err)
		}
		<-d.done
		f.Close()
		b.ReportMetric(float64(d.frames), "frames/op")
	}
}

// BenchmarkBacklog opens the last 1,000 lines of a large file, from nothing to the live edge.
func BenchmarkBacklog(b *testing.B) {
	path := benchFile(b, 256<<20)
	t, err := New(Options{Key: make([]byte, 32)})
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		f := t.Open(Source{Path: path})
		if err := f.Follow(b.Context(), Start{Lines: 1000, Stop: true}, &discard{done: make(chan struct{})}); err != nil {
			b.Fatal(err)
		}
		f.Close()
	}
}
