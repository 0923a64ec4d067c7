package boot

import (
	"context"
	"errors"
	"log/slog"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"
)

func TestTogether(t *testing.T) {
	defer goleak.VerifyNone(t)
	broken, late := errors.New("broken"), errors.New("late")
	var ended int
	wait := func(ctx context.Context) error { <-ctx.Done(); ended++; return ctx.Err() }
	returns := func(err error) func(context.Context) error { return func(context.Context) error { return err } }
	stopped, stop := context.WithCancel(t.Context())
	stop()
	for name, c := range map[string]struct {
		ctx   context.Context
		runs  []func(context.Context) error
		want  []error
		ended int
	}{
		"one fails":        {t.Context(), []func(context.Context) error{wait, returns(broken)}, []error{broken}, 1},
		"one is done":      {t.Context(), []func(context.Context) error{returns(nil), wait}, nil, 1},
		"asked to stop":    {stopped, []func(context.Context) error{wait}, nil, 1},
		"one fails to end": {t.Context(), []func(context.Context) error{returns(broken), func(ctx context.Context) error { <-ctx.Done(); ended++; return late }}, []error{broken, late}, 1},
		"one gives up":     {t.Context(), []func(context.Context) error{returns(context.Canceled)}, []error{context.Canceled}, 0},
		"none":             {t.Context(), nil, nil, 0},
	} {
		ended = 0
		err := Together(c.ctx, c.runs...)
		if (err == nil) != (c.want == nil) || ended != c.ended {
			t.Errorf("%s: %v, %d others ended", name, err, ended)
		}
		for _, want := range c.want {
			if !errors.Is(err, want) {
				t.Errorf("%s: %v is not in %v", name, want, err)
			}
		}
	}
}

// What does not end is left behind, in words; what does is waited for.
func TestLeft(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var said strings.Builder
		log := slog.New(slog.NewTextHandler(&said, nil))
		broken := errors.New("broken")
		ctx, cancel := context.WithCancel(t.Context())
		answers := make(chan struct{})
		if err := Left("quick", log, func(context.Context) error { return broken })(ctx); err != broken {
			t.Errorf("got %v", err)
		}
		cancel()
		late := func(context.Context) error { <-time.After(left - 1); return broken }
		if err := Left("late", log, late)(ctx); err != broken || said.Len() > 0 {
			t.Errorf("got %v, and it said %s", err, said.String())
		}
		began := time.Now()
		err := Left("followers", log, func(context.Context) error { <-answers; return broken })(ctx)
		if took := time.Since(began); err != nil || took != left || !strings.Contains(said.String(), "part=followers") {
			t.Errorf("got %v after %v, and it said %s", err, took, said.String())
		}
		close(answers)
	})
}
