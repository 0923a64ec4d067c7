package main

import (
	"context"
	"errors"
	"fmt"
	"os"

	"golang.org/x/sys/unix"
)

// errNobodyReads says that the other end of standard output was closed.
var errNobodyReads = errors.New("nobody reads on")

// untilClosed waits until nobody reads what is written to f, or ctx ends. Without it `livetail follow quiet.log | head -1`
// would notice only with the next line, perhaps never.
func untilClosed(ctx context.Context, f *os.File) error {
	ours, end, err := os.Pipe()
	if err != nil {
		return fmt.Errorf("watching standard output: %w", err)
	}
	defer ours.Close()
	defer context.AfterFunc(ctx, func() { end.Close() })() // poll(2) knows no context
	for {
		fds := []unix.PollFd{{Fd: int32(ours.Fd()), Events: unix.POLLIN}, {Fd: int32(f.Fd())}}
		_, err := unix.Poll(fds, -1)
		switch {
		case ctx.Err() != nil:
			return ctx.Err()
		case errors.Is(err, unix.EINTR):
		case err != nil:
			return fmt.Errorf("watching standard output: %w", err)
		case fds[1].Revents != 0:
			end.Close()
			return errNobodyReads
		}
	}
}
