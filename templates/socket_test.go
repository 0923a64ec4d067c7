package templates

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"time"

	"github.com/coder/websocket"

	"livetail/internal/filter"
	"livetail/internal/wire"
)

// socket is the server's end of a page's socket: frames from a position on, answers, and whatever mishap the test wants.
type socket struct {
	*fake
	c    *websocket.Conn
	said []question // and not yet done; under the fake's lock

	rev    uint32
	asked  uint32 // the newest rev that was asked for
	pass   func([]byte) bool
	filter bool
	quiet  bool
	at     int   // the next of the fake's frames
	skip   int64 // bytes of it that were sent
	sent   int
	held   []wire.Frame    // of answers, not yet sent
	given  map[uint32]bool // replies that were cancelled
}

func (f *fake) tail(w http.ResponseWriter, r *http.Request) {
	f.mu.Lock()
	refuse := f.noSockets || f.signedOut || f.status != 0
	f.mu.Unlock()
	if refuse {
		http.Error(w, "no", http.StatusBadGateway)
		return
	}
	c, err := websocket.Accept(w, r, &websocket.AcceptOptions{Subprotocols: []string{wire.Subprotocol}})
	if err != nil {
		return
	}
	defer c.CloseNow()
	message := []byte(r.URL.Query().Get("open"))
	if len(message) == 0 {
		if _, message, err = c.Read(r.Context()); err != nil {
			return
		}
	}
	var open opening
	var set question
	if err := json.Unmarshal(message, &open); err != nil || open.Op != "open" || c.Subprotocol() != wire.Subprotocol || json.Unmarshal(message, &set) != nil {
		f.t.Errorf("the page opened with %q (%v), subprotocol %q", message, err, c.Subprotocol())
	}
	s := &socket{fake: f, c: c, given: map[uint32]bool{}}
	f.mu.Lock()
	why := s.set(set)
	f.opens = append(f.opens, open)
	name := fmt.Sprintf("tail-%d", len(f.opens))
	f.live[c] = true
	f.stir()
	f.mu.Unlock()
	ctx, stop := context.WithCancel(r.Context())
	go func() {
		defer stop()
		for s.hear(ctx) == nil {
		}
	}()
	s.send(ctx, name, why)
	stop()
	f.with(func() { f.closed++ })
}

func (s *socket) hear(ctx context.Context) error {
	_, message, err := s.c.Read(ctx)
	if err != nil {
		return err
	}
	var q question
	if err := json.Unmarshal(message, &q); err != nil {
		s.t.Errorf("the page said %q: %v", message, err)
	}
	s.with(func() {
		s.fake.said = append(s.fake.said, string(message))
		if q.Op == "cancel" {
			s.given[q.Reply] = true
		} else {
			s.said = append(s.said, q)
		}
	})
	return nil
}

// set is called with the lock held. What is wrong with the filter is its answer, and then nothing changed.
func (s *socket) set(q question) wrong {
	s.asked = q.Rev
	pass, why := verdict(q.Filter)
	if why.words != "" {
		return why
	}
	s.rev, s.pass, s.quiet, s.filter = q.Rev, pass, q.Quiet, len(q.Filter) > 0
	from, err := wire.ParsePosition(q.From)
	if err != nil {
		s.t.Errorf("position %q: %v", q.From, err)
	}
	switch {
	case len(from) > 1:
		s.at, s.skip = int(from[0].Offset), 0
	case len(from) == 1:
		s.at, s.skip = s.frameAt(from[0].Offset)
	case q.Op == "open" && !s.filter:
		s.at, s.skip = 0, 0
	default:
		s.at, s.skip = s.back(max(1, q.Lines))
	}
	return wrong{}
}

// frameAt is the frame that has a byte of the live file.
func (f *fake) frameAt(offset int64) (at int, skip int64) {
	for i, frame := range f.frames {
		if end := frame.Start + int64(len(frame.Payload)); frame.Kind == wire.Lines && end > offset {
			return i, max(0, offset-frame.Start)
		}
	}
	return len(f.frames), 0
}

// back is where so many lines that pass are before the live edge.
func (s *socket) back(lines int) (at int, skip int64) {
	files := s.history()
	live := answer{files: files[len(files)-1:]}
	all := live.lines()
	for i := len(all) - 1; i >= 0; i-- {
		if s.pass(all[i].text) {
			if lines--; lines == 0 {
				return s.frameAt(all[i].offset)
			}
		}
	}
	return 0, 0
}

// next is the frames that this page has not got yet.
func (s *socket) next() (frames []wire.Frame) {
	if s.late != "" && s.rev > 1 { // what was on its way when the page set what it wants
		frames = append(frames, wire.Frame{Kind: wire.Lines, Rev: s.rev - 1, Payload: []byte(s.late)})
		s.late = ""
	}
	for ; s.at < len(s.frames); s.at++ {
		frame := s.frames[s.at]
		frame.Rev = s.rev
		if frame.Kind == wire.Lines && (s.filter || s.quiet || s.skip > 0) {
			frame = s.filtered(frame)
		}
		s.skip = 0
		frames = append(frames, frame)
	}
	return frames
}

// errorsIn is what a worker counts.
func errorsIn(text []byte, inside bool) uint16 {
	return uint16(new(filter.Errors).In(text, inside, time.Now()))
}

func (s *socket) filtered(frame wire.Frame) wire.Frame {
	part := answer{files: []fakeFile{{data: frame.Payload[s.skip:]}}}
	var held []line
	all := part.lines()
	for _, l := range all {
		l.offset += frame.Start + s.skip
		if s.pass(l.text) {
			held = append(held, l)
		}
	}
	frame.Payload, frame.Gaps = nil, nil
	if s.filter || s.quiet {
		frame.Looked, frame.Passed = uint32(len(all)), uint32(len(held))
	}
	if s.quiet {
		for _, l := range held {
			frame.Errors += errorsIn(l.text, false)
		}
	}
	if len(held) > 0 && !s.quiet {
		pack(&frame, held)
	}
	return frame
}

func (s *socket) say(ctx context.Context, message any) error {
	b, _ := json.Marshal(message)
	return s.c.Write(ctx, websocket.MessageText, b)
}

func (s *socket) send(ctx context.Context, name string, why wrong) {
	s.mu.Lock()
	version, edge, asked := s.version, s.edge, s.asked
	s.mu.Unlock()
	err := s.say(ctx, map[string]string{"say": "tail", "tail": name, "version": version})
	if err == nil && edge != "" {
		err = s.say(ctx, map[string]string{"say": "edge", "words": edge})
	}
	if err == nil && why.words != "" {
		err = s.say(ctx, why.refused("rev", asked))
	}
	said := ""
	for err == nil {
		s.mu.Lock()
		changed, state, words, mute, limit := s.changed, s.state, s.words, s.mute, s.dropAfter
		var frames []wire.Frame
		var refusals []any
		if state == "following" {
			refusals = s.answers()
			frames = append(s.due(), s.next()...)
		}
		s.mu.Unlock()
		if state+words != said {
			err = s.say(ctx, map[string]string{"say": "state", "state": state, "words": words})
			said = state + words
		}
		for _, refusal := range refusals {
			err = s.say(ctx, refusal)
		}
		for i := range frames {
			if limit > 0 && s.sent == limit {
				s.c.CloseNow()
				return
			}
			if err = s.write(ctx, &frames[i]); err != nil {
				return
			}
			s.sent++
		}
		select {
		case <-ctx.Done():
			return
		case <-changed:
		case <-time.After(500 * time.Millisecond):
			if mute {
				continue
			}
			err = s.say(ctx, map[string]string{"say": "beat"})
			s.with(func() { s.beats++ })
		}
	}
}

// due is what may be sent of answers: while the test holds them back, only that they are slowed. Lines of the tail, and beats, go on.
func (s *socket) due() (frames []wire.Frame) {
	var held []wire.Frame
	for _, frame := range s.held {
		counts := frame.Kind == wire.Lines && len(frame.Payload) == 0 || slices.ContainsFunc(held, func(f wire.Frame) bool { return f.Reply == frame.Reply })
		if (s.holdAnswers || s.holdCounts && counts) && frame.Flags&wire.Slowed == 0 {
			held = append(held, frame)
		} else {
			frames = append(frames, frame)
		}
	}
	s.held = held
	return frames
}

// write leaves out what the page has cancelled.
func (s *socket) write(ctx context.Context, frame *wire.Frame) error {
	s.mu.Lock()
	cancelled := s.given[frame.Reply]
	s.mu.Unlock()
	if cancelled {
		return nil
	}
	if frame.Kind == wire.Lines && len(frame.Payload) > 0 {
		frame.Errors = errorsIn(frame.Payload, frame.Flags&wire.Cont != 0)
	}
	return s.c.Write(ctx, websocket.MessageBinary, frame.AppendTo(nil))
}

// answers does what the page said meanwhile.
func (s *socket) answers() (refusals []any) {
	said := s.said
	s.said = nil
	for _, q := range said {
		switch q.Op {
		case "set":
			if why := s.set(q); why.words != "" {
				refusals = append(refusals, why.refused("rev", q.Rev))
			}
		case "ask":
			reply, why := s.reply(q)
			if why.words != "" {
				refusals = append(refusals, why.refused("reply", q.Reply))
			}
			if !q.Back || !s.noOlder {
				s.held = append(s.held, reply...)
			}
		default:
			s.t.Errorf("the page said op %q", q.Op)
		}
	}
	return refusals
}
