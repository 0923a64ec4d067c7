package tailer

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"livetail/internal/wire"
)

// forget takes an answer and forgets it.
type forget struct{ bytes, frames int }

func (d *forget) Turn()                                 {}
func (d *forget) Room(ctx context.Context) (int, error) { return wire.MaxPayload, ctx.Err() }
func (d *forget) Send(_ context.Context, f *wire.Frame) error {
	d.bytes += len(f.Payload)
	d.frames++
	return nil
}

const benchedLog = 512 << 20

// big makes a log of 120-byte lines.
func big(b *testing.B) *Follower {
	b.Helper()
	path := filepath.Join(b.TempDir(), "f")
	f, err := os.Create(path)
	if err != nil {
		b.Fatal(err)
	}
	var chunk []byte
	for n := 0; n < benchedLog; n += len(chunk) {
		chunk = chunk[:0]
		for len(chunk) < 1<<20-120 {
			chunk = fmt.Appendf(chunk, "2026-11-26T05:00:00.%09dZ info request served path=/api/v1/items/%08d status=200 duration=12ms bytes=1234567 ok\n", len(chunk), n+len(chunk))
		}
		if _, err := f.Write(chunk); err != nil {
			b.Fatal(err)
		}
	}
	f.Close()
	t, err := New(Options{Key: []byte("0123456789abcdef")})
	if err != nil {
		b.Fatal(err)
	}
	log := t.Open(Source{Path: path})
	b.Cleanup(func() { log.Close() })
	return log
}

func asked(b *testing.B, log *Follower, q wire.Question) *forget {
	b.Helper()
	d := &forget{}
	if err := log.Ask(context.Background(), q, d); err != nil {
		b.Fatal(err)
	}
	return d
}

func BenchmarkAsk(b *testing.B) {
	log := big(b)
	b.Run("last 500 lines", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			asked(b, log, wire.Question{Ask: wire.AskRead, Back: true, Lines: 500})
		}
	})
	for _, c := range []struct {
		name string
		q    wire.Question
	}{
		{"all forward", wire.Question{}},
		{"all back", wire.Question{Back: true}},
		{"search literal", wire.Question{Filter: []byte(`{"include":[{"text":"not there","case":true}]}`)}},
		{"search literal back", wire.Question{Back: true, Filter: []byte(`{"include":[{"text":"not there","case":true}]}`)}},
		{"search any case", wire.Question{Filter: []byte(`{"include":[{"text":"Not there"}]}`)}},
		{"search regex", wire.Question{Filter: []byte(`{"include":[{"text":"status=5[0-9]+ ","regex":true}]}`)}},
		{"count", wire.Question{Quiet: true}},
		{"count literal", wire.Question{Quiet: true, Filter: []byte(`{"include":[{"text":"not there","case":true}]}`)}},
		{"count literal in stretches", wire.Question{Quiet: true, Every: benchedLog / 120, Step: 1000, Filter: []byte(`{"include":[{"text":"not there","case":true}]}`)}},
		// Times go back and forth between these: that is the most that telling them apart costs.
		{"count literal in stretches that come again", wire.Question{Quiet: true, Every: benchedLog / 120, Step: 1, Filter: []byte(`{"include":[{"text":"not there","case":true}]}`)}},
	} {
		b.Run(c.name, func(b *testing.B) {
			c.q.Ask = wire.AskRead
			b.SetBytes(benchedLog)
			b.ReportAllocs()
			for b.Loop() {
				asked(b, log, c.q)
			}
		})
	}
}
