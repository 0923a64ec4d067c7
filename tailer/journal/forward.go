package journal

import (
	"context"

	"livetail/internal/wire"
	"livetail/tailer"
)

// forward reads from a place, or from the first entry there is.
func (a *answer) forward(ctx context.Context) (wire.Marker, error) {
	from, until, err := a.places()
	if err != nil {
		return wire.Marker{}, err
	}
	var args []string
	if from != nil {
		args = []string{"--cursor=" + from.base.String()}
	}
	return a.onward(ctx, resume{at: from}, until, nil, args...)
}

// onward reads what journalctl says; first, if there is one, hears the first entry, or nil if there is none.
func (a *answer) onward(ctx context.Context, r resume, until *place, first func(*entry) error, args ...string) (wire.Marker, error) {
	end := ""
	var text []byte
	err := a.run(ctx, func(e entry) (bool, error) {
		if first != nil {
			if err := first(&e); err != nil {
				return false, err
			}
			first = nil
		}
		if r.gone(&e) {
			if err := a.tell(ctx, goneMark, 0); err != nil {
				return false, err
			}
		}
		text = e.text(text[:0])
		at := r.skip(&e, text, &a.cut)
		keep, reached := until.limit(&e, int64(len(text)))
		a.looked += uint64(max(0, keep-at))
		if err := a.add(ctx, &e, text[:keep], at); err != nil {
			return false, err
		}
		if end = a.enough(len(a.cut.payload)); end == "" && reached {
			end = wire.EndUntil
		}
		return end == "", nil
	}, args...)
	if err == nil && first != nil {
		err = first(nil)
	}
	if err == nil {
		err = a.flush(ctx, a.cont)
	}
	if end == "" {
		end = wire.EndEdge
	}
	return wire.Marker{Kind: wire.MarkEnd, End: end}, err
}

// add cuts text from at on into frames and sends those that are full.
func (a *answer) add(ctx context.Context, e *entry, text []byte, at int64) error {
	if a.turns(e) {
		a.steps++
		if err := a.flush(ctx, a.cont); err != nil {
			return err
		}
	}
	for at < int64(len(text)) && a.cut.left != 0 {
		room, err := a.sink.Room(ctx)
		if err != nil {
			return err
		}
		if !a.cut.some() {
			a.cont = a.cut.part
		}
		at = a.cut.add(e, text, at, min(room, wire.MaxPayload))
		if at < int64(len(text)) && a.cut.left != 0 {
			if err := a.flush(ctx, a.cont); err != nil {
				return err
			}
		}
	}
	if a.j.o.Clock().Sub(a.said) >= progressEvery {
		return a.flush(ctx, a.cont)
	}
	return nil
}

// turns says whether e is of another stretch of time than what was counted, and that is to be said by itself.
func (a *answer) turns(e *entry) bool {
	return a.q.Step > 0 && a.q.Quiet && a.steps < tailer.MostSteps && a.cut.some() && tailer.Stretch(&a.q, a.cut.first) != tailer.Stretch(&a.q, e.time.UnixMilli())
}
