package boot

import (
	"context"
	"errors"
)

// Together runs all until the first ends, for whatever reason, or ctx does; then it ends the others and waits for them.
// The error joins theirs, without those that only say that they were ended.
func Together(ctx context.Context, runs ...func(context.Context) error) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	ended := make(chan error, len(runs))
	for _, run := range runs {
		go func() { ended <- run(ctx) }()
	}
	var errs []error
	for range runs {
		err := <-ended
		if ctx.Err() == nil || !errors.Is(err, context.Canceled) {
			errs = append(errs, err)
		}
		cancel()
	}
	return errors.Join(errs...)
}
