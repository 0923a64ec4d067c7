package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"path/filepath"
	"sync"

	"livetail/internal/wire"
	"livetail/tailer"
)

// printer writes the bytes of one or several files to out, and what happened to them to err.
type printer struct {
	out, err           io.Writer
	headers, positions bool
	own                *output   // out, if it is a file of ours
	mark               *bookmark // nil: none is kept

	mu   sync.Mutex
	last *printed // whose bytes were written last
}

// printed is one file of a printer.
type printed struct {
	*printer
	name string
	open bool // its last line has no end yet

	absent bool // it is not there, or cannot be read
}

func (p *printer) file(name string) *printed { return &printed{printer: p, name: name} }

// keep opens what o names, and makes start go on from there.
func (p *printer) keep(o followOptions, log string, start *tailer.Start) (err error) {
	if o.out != "" {
		if p.own, err = openOutput(o.out); err != nil {
			return err
		}
		p.out = p.own
	}
	if o.state == "" {
		return nil
	}
	if log, err = filepath.Abs(log); err != nil {
		return fmt.Errorf("following %s: %w", log, err)
	}
	p.mark = &bookmark{path: o.state, key: o.key, log: log, err: p.err}
	n, ok, err := p.mark.load()
	if err != nil || !ok {
		return err
	}
	start.From, start.Lines = n.from, 0
	if p.own == nil {
		return nil
	}
	over, err := p.own.goOn(n.Out)
	switch {
	case err != nil:
		return err
	case over > 0:
		p.mark.say("%s is cut back by %d bytes, which were printed and not yet noted; they come again", plainPath(o.out), over)
	case over < 0:
		p.mark.say("%s is %d bytes shorter than when its position was noted; what is missing is not printed again", plainPath(o.out), -over)
	}
	return nil
}

func (p *printer) close() {
	if p.own != nil {
		p.own.Close()
	}
}

// note keeps the position behind what was printed.
func (p *printer) note(after wire.Position) {
	switch {
	case p.mark == nil || len(after) == 0:
	case p.own == nil:
		p.mark.save(after, -1)
	default:
		p.mark.save(after, p.own.size)
	}
}

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
		switch m.Kind {
		case wire.MarkWaiting, wire.MarkUnreadable:
			f.absent = true
		case wire.MarkOpened, wire.MarkReadable:
			f.absent = false
		}
		f.note(frame.After)
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
	f.note(frame.After)
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
	var gap int64
	offset, gaps := frame.Start, frame.Gaps
	for line := range bytes.Lines(frame.Payload) {
		gap, gaps = wire.NextGap(gaps)
		if offset += gap; offset > frame.Start || frame.Flags&wire.Cont == 0 {
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
	case wire.MarkLooked:
		return fmt.Sprintf("of the last %d bytes, %s", m.Bytes, m.Why)
	case wire.MarkOpened:
		return m.Why
	case wire.MarkProgress:
		return fmt.Sprintf("%s %s, %d of %d bytes", m.Why, plainPath(m.Name), m.Done, m.Bytes)
	case wire.MarkEdge:
		return "the position cannot be used, this is the live edge: " + m.Why
	}
	return ""
}
