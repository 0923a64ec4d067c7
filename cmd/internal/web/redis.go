package web

import (
	"context"
	"log/slog"

	"livetail/internal/dial"
)

// awaited holds back what needs Redis until it was there once, so that one line says that it is away and not one for each
// part. Pages are served meanwhile, and say so too.
type awaited struct {
	clients *dial.Clients
	log     *slog.Logger
	there   chan struct{} // closed by run
}

func (a awaited) run(ctx context.Context) error {
	if a.clients.Wait(ctx, a.log) == nil {
		close(a.there)
	}
	<-ctx.Done()
	return nil
}

func (a awaited) then(run func(context.Context) error) func(context.Context) error {
	return func(ctx context.Context) error {
		select {
		case <-ctx.Done():
			return nil
		case <-a.there:
			return run(ctx)
		}
	}
}
