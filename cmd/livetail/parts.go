package main

import (
	"context"

	"livetail/cmd/internal/boot"
	"livetail/cmd/internal/web"
	"livetail/cmd/internal/worker"
)

// partsOf are the same runs that livetail-web and livetail-worker have.
func partsOf(p boot.Parts, x web.Extra) []func(context.Context) error {
	return []func(context.Context) error{
		func(ctx context.Context) error { return web.RunWith(ctx, p, x) },
		func(ctx context.Context) error { return worker.Run(ctx, p) },
	}
}
