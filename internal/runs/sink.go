package runs

import (
	"bytes"
	"context"
	"math"
	"time"

	"livetail/internal/wire"
)

// sink publishes the frames of one epoch of a run.
type sink struct {
	run   *run
	epoch uint32
	rev   uint32
	pace  pace
}

// Turn says that the follower's loop still turns.
func (s *sink) Turn() {
	s.run.runs.mu.Lock()
	s.run.turns++
	s.run.runs.mu.Unlock()
}

// Room waits for credit. A follower that does so reads nothing: the file is the buffer.
func (s *sink) Room(ctx context.Context) (int, error) {
	u := s.run
	u.runs.mu.Lock()
	defer u.runs.mu.Unlock()
	u.turns++
	u.inside = true
	defer func() { u.inside = false }()
	if n := s.free(); n > 0 && ctx.Err() == nil {
		return n, nil
	}
	stop := context.AfterFunc(ctx, u.stopWaiting)
	defer stop()
	for {
		if err := ctx.Err(); err != nil {
			return 0, err
		}
		if n := s.free(); n > 0 {
			return n, nil
		}
		u.room.Wait()
	}
}

// free is how many bytes of payload the credit still allows; 0 while it is less than a frame should have.
func (s *sink) free() int {
	u := s.run
	if u.orders.Epoch != s.epoch {
		return 0
	}
	return payload(u.orders.Credit, u.seq)
}

// payload is how many bytes the next frame may carry; 0 while that is less than a frame should have.
func payload(credit, seq uint64) int {
	left := credit - min(seq, credit)
	if left < wire.FrameCost+wire.MinPayload {
		return 0
	}
	return int(min(left-wire.FrameCost, wire.MaxPayload))
}

const (
	firstRetry = 20 * time.Millisecond
	lastRetry  = time.Second
)

// Send publishes f.
func (s *sink) Send(ctx context.Context, f *wire.Frame) error {
	u := s.run
	u.runs.mu.Lock()
	f.Run, f.Epoch, f.Seq, f.Rev, f.Reply = u.nonce, s.epoch, u.seq, s.rev, 0
	u.inside = true
	u.turns++
	u.runs.mu.Unlock()
	defer func() {
		u.runs.mu.Lock()
		u.inside = false
		u.runs.mu.Unlock()
	}()
	if err := u.publish(ctx, f); err != nil {
		return err
	}
	lines, errors := fresh(f)
	u.runs.mu.Lock()
	u.seq += f.Cost()
	if lines > 0 {
		now := time.Now()
		u.lines.Add(lines, now)
		u.errors.Add(errors, now)
	}
	u.runs.mu.Unlock()
	rest(ctx, s.pace.hold(f, time.Now()))
	return nil
}

// publish counts the errors in f, and says f until somebody got it. A frame that arrives twice is dropped by its seq, so saying it again is safe; nobody
// listening is most often a connection that is just being replaced.
func (u *run) publish(ctx context.Context, f *wire.Frame) error {
	buf := u.runs.buffers.Get().(*[]byte)
	defer u.runs.buffers.Put(buf)
	if f.Kind == wire.Lines && len(f.Payload) > 0 {
		f.Errors = uint16(min(u.runs.errors.In(f.Payload, f.Flags&wire.Cont != 0, time.Now()), math.MaxUint16))
	}
	*buf = f.AppendTo((*buf)[:0])
	channel := u.runs.o.Names.Tail(u.id)
	for pause := firstRetry; ; pause = min(2*pause, lastRetry) {
		n, err := u.runs.o.Frames.PublishFrame(ctx, channel, *buf)
		if err == nil && n > 0 {
			return nil
		}
		timer := time.NewTimer(pause)
		select {
		case <-ctx.Done():
			timer.Stop()
			return ctx.Err()
		case <-timer.C:
		}
	}
}

// atEdge is how far behind the live edge a frame is of lines that were just written.
const atEdge = 1 << 20

// fresh is how many lines of f were just written, and how many of them report an error; a run that catches up tells nothing of how
// fast the log is now, and a filter leaves out what would have to be looked at.
func fresh(f *wire.Frame) (lines, errors float64) {
	if f.Kind != wire.Lines || f.Reply != 0 || f.Flags&wire.Backlog != 0 || f.Behind > atEdge {
		return 0, 0
	}
	if f.Looked > 0 {
		return float64(f.Looked), 0
	}
	return float64(bytes.Count(f.Payload, []byte{'\n'})), float64(f.Errors)
}
