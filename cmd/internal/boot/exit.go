package boot

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"syscall"
	"time"

	"livetail/internal/config"
	"livetail/internal/dial"
)

// Exit codes of every livetail program.
const (
	exitOK      = 0
	exitFailure = 1   // one line on standard error says what
	exitUsage   = 2   // wrong usage, or a config with faults: all of them on standard error
	exitSignal  = 128 // and the number of the second signal, as a shell says it
)

// patience is how long stopping may take: a service manager and people wait 5 s, so a little less.
const patience = 4500 * time.Millisecond

// usageError is a mistake in how a program was called.
type usageError struct{ err error }

func (u usageError) Error() string { return u.err.Error() }
func (u usageError) Unwrap() error { return u.err }

// Usagef is an error that makes Main exit with code 2.
func Usagef(format string, args ...any) error { return usageError{fmt.Errorf(format, args...)} }

// Main runs a program and ends the process with its exit code. The context ends with the first SIGINT, SIGTERM or
// SIGHUP; the second one ends the process at once, and so does a stop that takes longer than 4.5 s.
func Main(name string, run func(ctx context.Context) error) {
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	ended := onSignals(done, func() {
		time.AfterFunc(patience, func() {
			fmt.Fprintf(os.Stderr, "%s: not everything stopped within %v, leaving it\n", name, patience)
			os.Exit(exitFailure)
		})
		cancel()
	}, func(s os.Signal) {
		os.Exit(exitSignal + int(s.(syscall.Signal)))
	})
	dial.Quiet() // of all our clients, in the one place that every program passes
	err := run(ctx)
	close(done)
	<-ended
	os.Exit(report(os.Stderr, name, ctx, err))
}

// report says what went wrong and gives the exit code.
func report(stderr io.Writer, name string, ctx context.Context, err error) int {
	var usage usageError
	var faults config.Faults
	switch {
	case err == nil:
		return exitOK
	case ctx.Err() != nil && errors.Is(err, context.Canceled):
		return exitOK // somebody asked it to stop, and it did
	case errors.As(err, &faults):
		fmt.Fprintln(stderr, err)
		return exitUsage
	case errors.As(err, &usage):
		fmt.Fprintf(stderr, "%s: %s (%s -help says more)\n", name, oneLine(err), strings.Fields(name)[0])
		return exitUsage
	}
	fmt.Fprintf(stderr, "%s: %s\n", name, oneLine(err))
	return exitFailure
}

func oneLine(err error) string {
	return strings.ReplaceAll(strings.TrimSpace(err.Error()), "\n", "; ")
}
