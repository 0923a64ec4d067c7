package worker

import (
	"context"
	"time"

	"livetail/internal/runs"
	"livetail/internal/wire"
)

// sendMissing tells the page that there is no such log here now. The page's position stays what it was.
func sendMissing(ctx context.Context, log wire.Log, at wire.Position, to runs.Sink) error {
	frame, err := wire.Marker{Kind: wire.MarkWaiting, At: time.Now().UnixMilli(), Name: log.ID}.Frame()
	if err != nil {
		return err
	}
	frame.After = at
	for {
		room, err := to.Room(ctx)
		if err != nil {
			return err
		}
		if room >= len(frame.Payload) {
			return to.Send(ctx, &frame)
		}
		frame, err = wire.Marker{Kind: wire.MarkWaiting}.Frame()
		if err != nil {
			return err
		}
		frame.After = at
	}
}

// pause waits for as long as a look takes to come round.
func pause(ctx context.Context) error {
	timer := time.NewTimer(time.Second)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return nil
	}
}
