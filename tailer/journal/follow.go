package journal

import (
	"context"
	"errors"
	"io"
	"time"

	"livetail/internal/wire"
	"livetail/tailer"
)

const maxBacklog = 256 << 10 // bytes, unless asked for otherwise

// pursuit is one Follow under way.
type pursuit struct {
	*Follower
	start tailer.Start
	sink  tailer.Sink
	cut   cutter

	at     wire.Position // behind the last frame
	resume resume
	newest cursor // of the entry that ended the journal when this began
	live   bool
	told   string // what readers know is wrong; "": nothing
	text   []byte // of the entry that is being sent, from done on
	done   int64
	marks  []wire.Marker
	said   time.Time // when the last frame went out
}

// Follow sends frames to sink from start on, until ctx ends, the sink fails or f is closed, and says which.
func (f *Follower) Follow(ctx context.Context, start tailer.Start, sink tailer.Sink) error {
	ctx, end := f.life(ctx)
	defer end()
	w := &pursuit{Follower: f, start: start, sink: sink}
	var err error
	if w.cut, err = f.cutter(start.Filter, start.Quiet); err != nil {
		return err
	}
	for {
		err := w.attempt(ctx)
		if err == nil || ctx.Err() != nil {
			return f.ending(ctx, err)
		}
		var broken *brokenError
		if !errors.As(err, &broken) {
			return err
		}
		if err := w.trouble(ctx, why(broken.cause)); err != nil {
			return f.ending(ctx, err)
		}
	}
}

// brokenError is a journalctl that failed; the next one goes on where it ended.
type brokenError struct{ cause error }

func (b *brokenError) Error() string { return b.cause.Error() }

// attempt follows with one journalctl. nil: the live edge was all that was asked for.
func (w *pursuit) attempt(ctx context.Context) error {
	args, err := w.begin(ctx)
	if err != nil {
		return err
	}
	p, err := w.j.start(ctx, w.src.args(args...))
	if err != nil {
		return &brokenError{err}
	}
	defer p.stop()
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	for {
		w.sink.Turn()
		sent, err := w.round(ctx, p)
		if err != nil {
			return err
		}
		if sent {
			continue
		}
		if w.live && w.start.Stop {
			return nil
		}
		if over, err := p.ended(); over {
			if err == nil {
				err = io.ErrUnexpectedEOF
			}
			return &brokenError{err}
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-p.ready:
		case <-tick.C:
		}
	}
}

// begin finds out where the journal ends now and where to start, and says how journalctl is told.
func (w *pursuit) begin(ctx context.Context) ([]string, error) {
	w.resume, w.text, w.done = resume{}, nil, 0
	w.cut.begin()
	w.cut.part = false
	back, err := w.j.start(ctx, w.src.args("--reverse"))
	if err != nil {
		return nil, &brokenError{err}
	}
	defer back.stop()
	newest, err := back.next(ctx)
	switch {
	case err == io.EOF:
		w.newest = cursor{}
	case ctx.Err() != nil:
		return nil, ctx.Err()
	case err != nil:
		return nil, &brokenError{err}
	default:
		w.newest = newest.cursor
	}
	if w.told != "" {
		w.told = ""
		w.marks = append(w.marks, w.marker(wire.Marker{Kind: wire.MarkReadable}))
	} else if w.at == nil {
		w.marks = append(w.marks, w.marker(wire.Marker{Kind: wire.MarkOpened}))
	}
	from := w.at
	if from == nil {
		from = w.start.From
	}
	follow := []string{"--follow", "--lines=all"}
	if len(from) > 0 {
		at, wrong := parsePlace(w.log, from)
		if wrong == "" {
			w.at, w.resume = from, resume{at: &at}
			return append(follow, "--cursor="+at.base.String()), nil
		}
		w.marks = append(w.marks, w.marker(wire.Marker{Kind: wire.MarkEdge, Why: wrong}))
		w.start.Lines = 0
	}
	if w.newest == (cursor{}) {
		w.live = true
		w.marks = append(w.marks, w.marker(wire.Marker{Kind: wire.MarkLive}))
		return follow, nil
	}
	first, err := w.backlog(ctx, newest, back)
	if err != nil {
		return nil, err
	}
	if first == (cursor{}) {
		w.live = true
		w.marks = append(w.marks, w.marker(wire.Marker{Kind: wire.MarkLive}))
		return append(follow, "--after-cursor="+w.newest.String()), nil
	}
	return append(follow, "--cursor="+first.String()), nil
}

// backlog goes back from the newest entry until enough lines pass, and returns where that is; none: nothing is wanted.
func (w *pursuit) backlog(ctx context.Context, e entry, back *process) (first cursor, err error) {
	most, lines, bytes, looked := w.start.MaxBytes, 0, int64(0), int64(0)
	if most <= 0 {
		most = maxBacklog
	}
	until := w.j.o.Clock().Add(backlogTime)
	var text []byte
	for {
		text = e.text(text[:0])
		n := w.cut.passes(text)
		if lines+n > w.start.Lines || bytes+int64(len(text)) > most && lines > 0 {
			return first, nil
		}
		first = e.cursor
		if lines, looked = lines+n, looked+int64(len(text)); n > 0 {
			bytes += int64(len(text))
		}
		if looked > backlogLook || w.j.o.Clock().After(until) {
			return first, nil
		}
		if e, err = back.next(ctx); err == io.EOF {
			return first, nil
		} else if err != nil {
			return cursor{}, &brokenError{err}
		}
		w.sink.Turn()
	}
}

// A filter that passes little must not read the whole journal before anything is seen.
const (
	backlogLook = 64 << 20
	backlogTime = time.Second
)

// round sends one frame of what is there, and says whether it did.
func (w *pursuit) round(ctx context.Context, p *process) (sent bool, err error) {
	for len(w.marks) > 0 {
		if err := w.tell(ctx, w.marks[0]); err != nil {
			return true, err
		}
		w.marks = w.marks[1:]
	}
	if _, ok := p.peek(); !ok && !w.cut.some() {
		return false, nil
	}
	room, err := w.sink.Room(ctx)
	if err != nil {
		return false, err
	}
	room = min(room, wire.MaxPayload)
	cont := w.cut.part
	live, full := w.gather(p, room)
	idle := !w.cut.some()
	if !idle && len(w.cut.payload) == 0 && !live && !full && w.j.o.Clock().Sub(w.said) < time.Second {
		return false, nil // how far a filter looked is not worth a frame for each line
	}
	if !idle {
		var fr wire.Frame
		w.cut.frame(&fr, cont)
		if !w.live {
			fr.Flags |= wire.Backlog
		}
		w.at = fr.After
		w.said = w.j.o.Clock()
		if err := w.sink.Send(ctx, &fr); err != nil {
			return true, err
		}
		w.cut.begin()
	}
	if live {
		w.live = true
		w.marks = append(w.marks, w.marker(wire.Marker{Kind: wire.MarkLive}))
	}
	return !idle || live, nil
}

// gather adds entries to the cutter until the frame is full or nothing is there, and says whether the live edge was reached.
func (w *pursuit) gather(p *process, room int) (live, full bool) {
	for {
		e, ok := p.peek()
		if !ok {
			return false, false
		}
		if w.text == nil {
			if w.resume.gone(e) {
				w.marks = append(w.marks, w.marker(goneMark))
				return false, true
			}
			w.text = e.text(nil)
			w.done = w.resume.skip(e, w.text, &w.cut)
		}
		w.done = w.cut.add(e, w.text, w.done, room)
		if w.done < int64(len(w.text)) {
			return false, true
		}
		last := e.cursor.same(w.newest)
		p.take()
		w.text, w.done = nil, 0
		if last && !w.live {
			return true, true
		}
	}
}

func (w *pursuit) tell(ctx context.Context, m wire.Marker) error {
	room, err := w.sink.Room(ctx)
	if err != nil {
		return err
	}
	fr := mark(m, room)
	if fr.After = w.at; !w.live && m.Kind != wire.MarkLive {
		fr.Flags |= wire.Backlog
	}
	return w.sink.Send(ctx, &fr)
}

// trouble says what is wrong, once, and waits before the next attempt.
func (w *pursuit) trouble(ctx context.Context, words string) error {
	w.j.o.Log.Warn("reading the journal", "unit", w.src.Unit, "cause", words)
	if w.told != words {
		w.told = words
		if err := w.tell(ctx, w.marker(wire.Marker{Kind: wire.MarkUnreadable, Why: words})); err != nil {
			return err
		}
	}
	if w.start.Stop {
		return errors.New("following the journal: " + words)
	}
	timer := time.NewTimer(w.j.o.Retry)
	defer timer.Stop()
	for {
		w.sink.Turn()
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-timer.C:
			return nil
		}
	}
}
