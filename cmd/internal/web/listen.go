package web

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"time"
)

const (
	sayGoodbye = 3 * time.Second // to sockets
	finish     = time.Second     // to requests that are being answered
)

// serve answers what comes to l until ctx ends. Then it takes nothing more, tells all pages to come back, and returns
// within 4 s; delivery must live on until then, since it revokes their tails.
func (s *site) serve(ctx context.Context, l net.Listener) error {
	server := &http.Server{
		Handler:           s.handler,
		ReadHeaderTimeout: 10 * time.Second,
		ReadTimeout:       30 * time.Second, // sockets are taken out of these
		WriteTimeout:      2 * time.Minute,
		IdleTimeout:       2 * time.Minute,
		MaxHeaderBytes:    32 << 10,
		ErrorLog:          slog.NewLogLogger(s.Log.Handler(), slog.LevelDebug),
	}
	ended := make(chan error, 1)
	go func() { ended <- server.Serve(l) }()
	var err error
	select {
	case err = <-ended:
	case <-ctx.Done():
		l.Close()
		<-ended
	}
	close(s.stopping)
	bye, cancel := context.WithTimeout(context.WithoutCancel(ctx), sayGoodbye)
	defer cancel()
	if err := s.sockets.Shutdown(bye); err != nil {
		s.Log.Warn("stopping", "error", err)
	}
	last, cancel := context.WithTimeout(context.WithoutCancel(ctx), finish)
	defer cancel()
	if server.Shutdown(last) != nil {
		server.Close()
	}
	if errors.Is(err, http.ErrServerClosed) {
		return nil
	}
	return err
}
