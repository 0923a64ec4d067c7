package boot

import (
	"context"
	"log/slog"

	"livetail/internal/dial"
)

// Awaited holds back what needs Redis until it was there once, so that one line says that it is away and not one for each
// part.
type Awaited struct {
	clients *dial.Clients
	log     *slog.Logger
	there   chan struct{} // closed by Run
}

// Await holds back until Run, which must run once, has found Redis.
func Await(clients *dial.Clients, log *slog.Logger) *Awaited {
	return &Awaited{clients: clients, log: log, there: make(chan struct{})}
}

// Run waits for Redis, then for ctx to end.
func (a *Awaited) Run(ctx context.Context) error {
	if a.clients.Wait(ctx, a.log) == nil {
		close(a.there)
	}
	<-ctx.Done()
	return nil
}

// Then is run, once Redis was there.
func (a *Awaited) Then(run func(context.Context) error) func(context.Context) error {
	return func(ctx context.Context) error {
		select {
		case <-ctx.Done():
			return nil
		case <-a.there:
			return run(ctx)
		}
	}
}
