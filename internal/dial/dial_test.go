package dial

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"testing"

	"livetail/internal/testredis"
)

// Who is stopped while the first question is under way must not be told that Redis is away.
func TestAStopIsNoTroubleOfRedis(t *testing.T) {
	clients, err := New(Options{URL: "redis://" + testredis.Embedded(t).Addr()})
	if err != nil {
		t.Fatal(err)
	}
	defer clients.Close()
	ctx, stop := context.WithCancel(t.Context())
	stop()
	var said bytes.Buffer
	if err := clients.Wait(ctx, slog.New(slog.NewTextHandler(&said, nil))); !errors.Is(err, context.Canceled) || said.Len() > 0 {
		t.Errorf("it ended with %v, saying %s", err, &said)
	}
}
