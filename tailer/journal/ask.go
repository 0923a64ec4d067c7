package journal

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"livetail/internal/wire"
	"livetail/tailer"
)

// answer is one Ask.
type answer struct {
	*Follower
	q    wire.Question
	sink tailer.Sink
	cut  cutter
	at   wire.Position
	said time.Time
	// What was sent and looked at, against the question's limits.
	bytes, looked uint64
	steps         int  // how often what was counted was said since the next was of another stretch of time
	cont          bool // the frame that is being made begins inside a line
	pace          pace
}

// Ask answers a question about the whole journal. Safe beside Follow and other questions; ends at once with ctx or Close. The
// last frame is an end marker.
func (f *Follower) Ask(ctx context.Context, q wire.Question, sink tailer.Sink) error {
	ctx, end := f.life(ctx)
	defer end()
	a := &answer{Follower: f, q: q, sink: sink, at: q.From, said: f.j.o.Clock(), pace: pace{since: f.j.o.Clock()}}
	var err error
	var m wire.Marker
	if a.cut, err = f.cutter(q.Filter, q.Quiet); err != nil {
		err = refusal(err.Error())
	} else {
		a.cut.left = -1
		if q.Lines > 0 {
			a.cut.left = int64(q.Lines)
		}
		m, err = a.answer(ctx)
	}
	var broken *brokenError
	var refused refusal
	switch {
	case ctx.Err() != nil:
		return f.ending(ctx, ctx.Err())
	case errors.As(err, &broken):
		m = wire.Marker{Kind: wire.MarkEnd, End: wire.EndFailed, Why: why(broken.cause)}
	case errors.As(err, &refused):
		m = wire.Marker{Kind: wire.MarkEnd, End: wire.EndFailed, Why: string(refused)}
	case err != nil:
		return err
	}
	return f.ending(ctx, a.tell(ctx, m, wire.Last))
}

// refusal is why a question cannot be answered.
type refusal string

func (r refusal) Error() string { return string(r) }

func (a *answer) answer(ctx context.Context) (wire.Marker, error) {
	switch a.q.Ask {
	case wire.AskRead:
		if a.q.Back {
			return a.back(ctx)
		}
		return a.forward(ctx)
	case wire.AskTime:
		return a.seek(ctx, time.UnixMilli(a.q.At), wire.SureExact)
	case wire.AskPlace:
		return a.place(ctx)
	case wire.AskOutline:
		return a.outline(ctx)
	}
	return wire.Marker{}, refusal(fmt.Sprintf("the question is of kind %d, which this worker does not know", a.q.Ask))
}

// run calls each with the entries that journalctl says, until that is false or there are no more.
func (a *answer) run(ctx context.Context, each func(entry) (bool, error), args ...string) error {
	p, err := a.j.start(ctx, a.src.args(args...))
	if err != nil {
		return &brokenError{err}
	}
	defer p.stop()
	for {
		e, err := p.next(ctx)
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return &brokenError{err}
		}
		a.sink.Turn()
		n := int64(len(e.message)) + entryCost
		if more, err := each(e); err != nil || !more {
			return err
		}
		if err := a.rest(ctx, n); err != nil {
			return err
		}
	}
}

// places are where to begin and where to end; nil: nowhere.
func (a *answer) places() (from, until *place, err error) {
	for _, p := range []struct {
		said wire.Position
		to   **place
	}{{a.q.From, &from}, {a.q.Until, &until}} {
		if len(p.said) == 0 {
			continue
		}
		at, wrong := parsePlace(a.log, p.said)
		if wrong != "" {
			return nil, nil, refusal(wrong)
		}
		*p.to = &at
	}
	return from, until, nil
}

// progressEvery is how long an answer may look without a word.
const progressEvery = 500 * time.Millisecond

// tell sends a marker where the answer has come to.
func (a *answer) tell(ctx context.Context, m wire.Marker, flags uint8) error {
	room, err := a.sink.Room(ctx)
	if err != nil {
		return err
	}
	fr := mark(a.marker(m), room)
	fr.Flags |= flags
	fr.After = a.at
	return a.send(ctx, &fr)
}

func (a *answer) send(ctx context.Context, fr *wire.Frame) error {
	a.at, a.said = fr.After, a.j.o.Clock()
	if a.pace.slowed {
		fr.Flags |= wire.Slowed
	}
	return a.sink.Send(ctx, fr)
}

// flush sends the frame that was made, if there is anything to say.
func (a *answer) flush(ctx context.Context, cont bool) error {
	if !a.cut.some() {
		return nil
	}
	return a.sendCut(ctx, cont)
}

// sendCut sends the frame that was made, also one that says nothing but how far it has come.
func (a *answer) sendCut(ctx context.Context, cont bool) error {
	var fr wire.Frame
	a.cut.frame(&fr, cont)
	a.bytes += uint64(len(fr.Payload))
	err := a.send(ctx, &fr)
	a.cut.begin()
	return err
}

// enough says why the answer is complete, with so many bytes more under way; "": it is not.
func (a *answer) enough(more int) string {
	switch {
	case a.cut.left == 0, a.q.Bytes > 0 && a.bytes+uint64(more) >= a.q.Bytes:
		return wire.EndLines
	case a.q.Look > 0 && a.looked >= a.q.Look:
		return wire.EndLooked
	}
	return ""
}
