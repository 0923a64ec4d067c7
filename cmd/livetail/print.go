package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"sync"

	"livetail/internal/wire"
	"livetail/tailer"
)

// printer writes the bytes of one or several files to out, and what happened to them to err.
type printer struct {
	out, err           io.Writer
	headers, positions bool

	mu   sync.Mutex
	last *printed // whose bytes were written last
}

// printed is one file of a printer.
type printed struct {
	*printer
	name string
	open bool // its last line has no end yet
}

func (p *printer) file(name string) tailer.Sink { return &printed{printer: p, name: name} }

func (f *printed) Turn() {}

func (f *printed) Room(ctx context.Context) (int, error) { return wire.MaxPayload, ctx.Err() }

func (f *printed) Send(_ context.Context, frame *wire.Frame) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if frame.Kind == wire.Mark {
		var m wire.Marker
		if err := json.Unmarshal(frame.Payload, &m); err != nil {
			return fmt.Errorf("reading a marker: %w", err)
		}
		if words := told(m); words != "" {
			fmt.Fprintf(f.err, "livetail follow: %s: %s\n", plainPath(f.name), words)
		}
		return nil
	}
	if err := f.header(); err != nil {
		return err
	}
	b := frame.Payload
	if f.positions {
		b = withPositions(frame)
	}
	f.open = frame.Flags&wire.Open != 0
	if _, err := f.out.Write(b); err != nil {
		return fmt.Errorf("writing: %w", err)
	}
	return nil
}

// header says whose bytes follow, as tail does.
func (f *printed) header() error {
	before := f.last
	f.last = f
	if !f.headers || before == f {
		return nil
	}
	gap := ""
	if before != nil {
		gap = "\n"
		if before.open {
			gap = "\n\n"
		}
	}
	if _, err := fmt.Fprintf(f.out, "%s==> %s <==\n", gap, f.name); err != nil {
		return fmt.Errorf("writing: %w", err)
	}
	return nil
}

// withPositions puts each line's own token and a tab before it; the rest of a line that began earlier has none.
func withPositions(frame *wire.Frame) []byte {
	var b []byte
	offset := frame.Start
	for line := range bytes.Lines(frame.Payload) {
		if offset > frame.Start || frame.Flags&wire.Cont == 0 {
			token := wire.Position{{File: frame.After[frame.Index].File, Offset: offset}}
			b = append(append(b, token.String()...), '\t')
		}
		b = append(b, line...)
		offset += int64(len(line))
	}
	return b
}

// told is a marker in words; "" for what goes without saying.
func told(m wire.Marker) string {
	switch m.Kind {
	case wire.MarkWaiting:
		return "waiting, it is not there yet"
	case wire.MarkRotated:
		if m.To != "" {
			return "rotated, the old file is now " + plainPath(m.To)
		}
		return "rotated, going on with the new file"
	case wire.MarkTruncated:
		return "truncated, going on at its beginning"
	case wire.MarkReplaced:
		return "replaced, going on with the new file"
	case wire.MarkUnreadable:
		return "cannot be read: " + m.Why
	case wire.MarkReadable:
		return "can be read again"
	case wire.MarkGap:
		if m.Bytes < 0 {
			return "bytes are lost: " + m.Why
		}
		return fmt.Sprintf("%d bytes are lost: %s", m.Bytes, m.Why)
	case wire.MarkEdge:
		return "the position cannot be used, this is the live edge: " + m.Why
	}
	return ""
}
