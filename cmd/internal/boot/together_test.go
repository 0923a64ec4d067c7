package boot

import (
	"context"
	"errors"
	"testing"

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
