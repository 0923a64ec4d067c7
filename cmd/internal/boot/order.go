package boot

import (
	"context"
	"errors"
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
