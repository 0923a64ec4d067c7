//go:build linux

package storm

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/coder/websocket"

	"livetail/internal/wire"
)

// wish is what a page wants of its log: all lines, some, or only how many there are.
type wish struct {
	filter map[string]any
	quiet  bool
	passes func(n int) bool // line n of the first author
}

func term(text string, regex bool) []any { return []any{map[string]any{"text": text, "regex": regex}} }

var wishes = func() []wish {
	every := func(int) bool { return true }
	a := wish{filter: map[string]any{"include": term("aa", false)}, passes: func(n int) bool { return n%26 == 0 }}
	fifth := wish{filter: map[string]any{"include": term(` \d*[05] `, true)}, passes: func(n int) bool { return n%5 == 0 }}
	counted := fifth
	counted.quiet = true
	return []wish{{passes: every}, {quiet: true, passes: every}, a, fifth, counted,
		{filter: map[string]any{"exclude": term("bb", false)}, passes: func(n int) bool { return n%26 != 1 }},
		{filter: map[string]any{"include": term("nobody wrote this", false)}, passes: func(int) bool { return false }}}
}()

// sifter checks what a page gets whose wish changes: of the lines behind its position, each is looked at once, and those that
// pass come, and are counted. Where credit was short a line comes in pieces, and is counted with the first.
type sifter struct {
	wish
	journal *journal
	rev     uint32
	granted chan struct{} // closed when lines, or a count of them, come by it; nil: they did
	next    int           // the first line that was not looked at
	rest    string        // what is still to come of the line before it
	at      int64         // the offset of that
	file    string        // in which that is

	shown, counted int // lines that came, and that were counted only
	parted         int // lines that came in pieces
	wrong          []string
}

func (s *sifter) say(format string, args ...any) {
	if len(s.wrong) < 5 {
		s.wrong = append(s.wrong, fmt.Sprintf("wish %d, quiet %t, %v: ", s.rev, s.quiet, s.filter)+fmt.Sprintf(format, args...))
	}
}

func (s *sifter) take(f *wire.Frame) {
	var shown []string
	switch {
	case f.Kind == wire.Lines:
		if s.granted != nil {
			close(s.granted)
			s.granted = nil
		}
		shown = s.pieces(f)
	case s.past(f):
		s.leave(f, "a marker")
	}
	looked, passed := int(f.Looked), int(f.Passed)
	if s.filter == nil && !s.quiet {
		if f.Looked+f.Passed > 0 {
			s.say("%d and %d lines counted without a filter", f.Looked, f.Passed)
		}
		looked, passed = len(shown), len(shown)
	}
	for end := s.next + looked; s.next < end; s.next++ {
		if !s.passes(s.next) {
			continue
		}
		passed--
		due := s.journal.line(0, s.next) + "\n"
		switch {
		case s.quiet:
			s.counted++
		case len(shown) == 0:
			s.say("line %d passes and did not come", s.next)
		case len(shown) == 1 && f.Flags&wire.Open != 0 && strings.HasPrefix(due, shown[0]):
			s.shown++
			s.parted++
			s.rest, shown = due[len(shown[0]):], nil
		case shown[0] != due:
			s.say("%.60q where line %d is due", shown[0], s.next)
			shown = shown[1:]
		default:
			s.shown++
			shown = shown[1:]
		}
	}
	if passed != 0 {
		s.say("up to line %d, %d more lines are said to pass than do", s.next, passed)
	}
	if len(shown) > 0 {
		s.say("up to line %d, %d lines came that should not: %.60q", s.next, len(shown), shown[0])
	}
	if f.Kind == wire.Lines && s.rest != "" && len(f.Payload) > 0 {
		s.at, s.file = f.After[f.Index].Offset, sameFile(f.After[f.Index].File)
	}
}

// pieces are the lines that begin in f, whose last may go on in the next. What goes on with the line before is judged here.
func (s *sifter) pieces(f *wire.Frame) []string {
	text := string(f.Payload)
	if text == "" {
		if s.past(f) { // else it counts nothing behind that
			s.leave(f, "a count")
		}
		if f.Flags&(wire.Cont|wire.Open|wire.NoEOL) != 0 {
			s.say("nothing, with the flags %d", f.Flags)
		}
		return nil
	}
	if f.Flags&wire.Cont != 0 {
		here := text[:min(len(text), len(s.rest))]
		if here == "" || !strings.HasPrefix(s.rest, here) {
			s.say("%.60q where %.60q goes on", text, s.rest)
		}
		s.rest, text = s.rest[len(here):], text[len(here):]
	} else {
		s.leave(f, text)
	}
	lines := strings.SplitAfter(text, "\n")
	if lines[len(lines)-1] == "" {
		lines = lines[:len(lines)-1]
	}
	open := len(lines) > 0 && !strings.HasSuffix(text, "\n") || s.rest != ""
	if f.Flags&wire.NoEOL != 0 || open != (f.Flags&wire.Open != 0) {
		s.say("%.60q with the flags %d", text, f.Flags)
	}
	return lines
}

// past says whether f goes past what is still to come of a line.
func (s *sifter) past(f *wire.Frame) bool {
	to, known := s.to(f)
	return s.rest != "" && len(f.After) > 0 && !(known && to == s.at)
}

// to is how far f goes in the file that the rest of a line is of.
func (s *sifter) to(f *wire.Frame) (offset int64, known bool) {
	for _, p := range f.After {
		if sameFile(p.File) == s.file {
			return p.Offset, true
		}
	}
	return 0, false
}

// sameFile is what of a token stays while its file is read.
func sameFile(token wire.File) string {
	const version, inode, generation = "\x01", 4, 4
	same := string(token)
	if !strings.HasPrefix(same, version) {
		return same
	}
	end := inode
	for same[end] >= 0x80 {
		end++
	}
	return same[:end+1+generation]
}

// leave is where something else comes than what is still to come of a line: right only if the page no longer wants that. Where f
// ends inside of it, its end is still to come, to whoever wants it by then.
func (s *sifter) leave(f *wire.Frame, came string) {
	if s.rest != "" && s.passes(s.next-1) && !s.quiet {
		s.say("%.60q, and %.60q did not come", came, s.rest)
	}
	if to, known := s.to(f); known && s.at < to && to < s.at+int64(len(s.rest)) {
		s.rest, s.at = s.rest[to-s.at:], to
	} else {
		s.rest = ""
	}
}

// want changes what the page wants, from the line that it has come to. granted is closed when lines, or a count of them, come by it.
func (g *page) want(ctx context.Context, w wish) (granted <-chan struct{}) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.sift.rev++
	g.sift.granted = make(chan struct{})
	g.sift.wish, g.wished = w, time.Now()
	if g.socket == nil {
		return g.sift.granted // it is said when there is one
	}
	message, _ := json.Marshal(map[string]any{"op": "set", "rev": g.sift.rev, "from": g.position, "filter": w.filter, "quiet": w.quiet})
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	// What failed ends, and begins again with the same wish. What is not taken is another thing: the kernel has room for it.
	if err := g.socket.Write(ctx, websocket.MessageText, message); errors.Is(err, context.DeadlineExceeded) {
		g.seen.fault("wish %d was not taken for 10 s", g.sift.rev)
	}
	return g.sift.granted
}
