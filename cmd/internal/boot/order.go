package boot

import (
	"context"
	"errors"
	"log/slog"
	"time"
)

// InOrder runs all until the first ends or ctx does. Then it ends one after the other, each when the one before has ended.
func InOrder(ctx context.Context, runs ...func(context.Context) error) error {
	type running struct {
		cancel context.CancelFunc
		done   chan error
	}
	one := make(chan struct{}, len(runs))
	var all []running
	for _, run := range runs {
		own, cancel := context.WithCancel(context.WithoutCancel(ctx))
		r := running{cancel, make(chan error, 1)}
		all = append(all, r)
		go func() {
			r.done <- run(own)
			one <- struct{}{}
		}()
	}
	select {
	case <-ctx.Done():
	case <-one:
	}
	var errs []error
	for _, r := range all {
		r.cancel()
		if err := <-r.done; !errors.Is(err, context.Canceled) {
			errs = append(errs, err)
		}
	}
	return errors.Join(errs...)
}

// left is after how long what does not end is left behind.
const left = 500 * time.Millisecond

// Left is run, which is left behind if it does not end when it is told to: nobody can end a look at a file system that does not
// answer, and it must not hold the end of the process up.
func Left(part string, log *slog.Logger, run func(context.Context) error) func(context.Context) error {
	return func(ctx context.Context) error {
		over := make(chan error, 1)
		go func() { over <- run(ctx) }()
		select {
		case err := <-over:
			return err
		case <-ctx.Done():
		}
		select {
		case err := <-over:
			return err
		case <-time.After(left):
		}
		log.Warn("what looks at files does not end: it is left behind, as it may wait for a file system that does not answer", "part", part)
		return nil
	}
}
