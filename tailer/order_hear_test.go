package tailer

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"livetail/internal/wire"
)

// heard is what a reader knows by the frames that came.
type heard struct {
	after wire.Position
	next  [3]int             // line of each scribe
	begun map[*stream]string // lines whose rest has not come
	in    *stream            // of which the last line that came is one
	at    int64              // how far that was read
	lost  []string           // lines that nobody ended
	weak  []*stream          // of after: see there
}

// listener is the sink that a follower of m has.
type listener struct {
	*sink
	m    *order
	turn int // of what was written when it said last that there is room
}

func (l *listener) Room(ctx context.Context) (int, error) {
	n, err := l.sink.Room(ctx)
	l.m.mu.Lock()
	defer l.m.mu.Unlock()
	l.turn = l.m.turn
	return n, err
}

func (l *listener) Send(ctx context.Context, f *wire.Frame) error {
	if err := l.sink.Send(ctx, f); err != nil {
		return err
	}
	l.m.mu.Lock()
	defer l.m.mu.Unlock()
	if l.m.wrong == "" {
		l.m.hear(f, l.turn)
	}
	return nil
}

// places are those of a position in words.
func places(at wire.Position) (s string) {
	for _, p := range at {
		tok, _ := parseToken(p.File)
		s += fmt.Sprintf("%d of inode %d, ", p.Offset, tok.ino)
	}
	return s
}

// hear takes a frame as a reader does, and says what is wrong with it.
func (m *order) hear(f *wire.Frame, turn int) {
	h := m.heards[len(m.heards)-1]
	h.after, h.begun, h.lost = f.After.Clone(), maps.Clone(h.begun), slices.Clone(h.lost)
	h.weak = m.weak(f.After)
	defer func() { m.heards = append(m.heards, h) }()
	if f.Kind != wire.Lines || len(f.Payload) == 0 {
		return
	}
	tok, _ := parseToken(f.After[f.Index].File)
	of := m.byInode[tok.ino]
	m.note("%d: heard %d bytes %.20q of inode %d, flags %b: %s", len(m.heards), len(f.Payload), f.Payload, tok.ino, f.Flags, places(f.After))
	fail := func(format string, args ...any) {
		m.wrong = fmt.Sprintf(format, args...)
		m.note("WRONG %s", m.wrong)
	}
	if in := h.in; in != nil && in != of && h.begun[in] != "" {
		if why := m.interrupts(in, h.at, turn); why != "" {
			fail("within a line of which %s", why)
		}
	}
	text, cont := string(f.Payload), f.Flags&wire.Cont != 0
	if half := h.begun[of]; cont != (half != "") {
		fail("flags %b behind %.40q", f.Flags, half)
	} else {
		text = half + text
	}
	delete(h.begun, of)
	for line := range strings.Lines(text) {
		var id, n int
		var kind string
		switch {
		case strings.HasSuffix(line, "\n"):
			if _, err := fmt.Sscanf(line, "w%d %s %d", &id, &kind, &n); err != nil || id >= len(m.scribes) {
				fail("no line: %.60q", line)
				return
			}
			s := m.scribes[id]
			m.skip(&h, s)
			if line != m.text(s, n) || n != h.next[id] {
				fail("line %d of w%d should be next, got %.60q", h.next[id], id, line)
			}
			h.next[id]++
		case f.Flags&wire.NoEOL != 0:
			if !slices.Contains(m.left, line) {
				fail("somebody ends %.60q", line)
			}
			h.lost = append(h.lost, line)
		default:
			h.begun[of] = line
		}
	}
	h.in, h.at = of, f.After[f.Index].Offset
}

// interrupts says why another file's lines must not come inside a line of in, of which a reader has all up to at: what was
// written before there was room could be seen.
func (m *order) interrupts(in *stream, at int64, turn int) string {
	var last time.Time
	for _, w := range in.writes {
		if w.turn > turn {
			break
		}
		if last = w.when; w.ends && w.end > at {
			return fmt.Sprintf("the rest is there, up to %d", w.end)
		}
	}
	if d := m.clock.Now().Sub(last); d < m.tailer.every {
		return fmt.Sprintf("a piece was written %v ago", d)
	}
	return ""
}
