package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"log/slog"
	"math"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"

	"livetail/cmd/internal/boot"
	"livetail/internal/coding"
	"livetail/internal/config"
	"livetail/internal/wire"
	"livetail/tailer"
	"livetail/tailer/spool"
)

// follow prints what a worker would send of some files until it is interrupted, or nobody reads on, or at their ends if that
// is asked for.
func follow(ctx context.Context, args []string) error {
	files, start, o, err := parseFollow(args)
	if err != nil {
		return err
	}
	past, err := spool.New(spool.Options{})
	if err != nil {
		return err
	}
	defer past.Close()
	reader, err := tailer.New(tailer.Options{Key: o.key, Spool: past, Log: slog.New(boot.LogHandler(os.Stderr))})
	if err != nil {
		return err
	}
	to := &printer{out: os.Stdout, err: os.Stderr, headers: len(files) > 1, positions: o.positions}
	defer to.close()
	if err := to.keep(o, files[0], &start); err != nil {
		return err
	}
	runs := []func(context.Context) error{reader.Run}
	if o.out == "" {
		runs = append(runs, func(ctx context.Context) error { return untilClosed(ctx, os.Stdout) })
	}
	var follows []func(context.Context) error
	for _, file := range files {
		path, err := filepath.Abs(file)
		if err != nil {
			return fmt.Errorf("following %s: %w", file, err)
		}
		follower, sink := reader.Open(tailer.Source{Path: path, Name: file, Encoding: o.encoding}), to.file(file)
		defer follower.Close()
		follows = append(follows, func(ctx context.Context) error {
			if err := follower.Follow(ctx, start, sink); err != nil || !sink.absent {
				return err
			}
			return fmt.Errorf("%s was not read to its end", plainPath(file))
		})
	}
	if start.Stop {
		follows = []func(context.Context) error{inTurn(follows)}
	}
	runs = append(runs, follows...)
	ended := make(chan error, 1)
	go func() { ended <- boot.Together(ctx, runs...) }()
	select {
	case err = <-ended:
	case <-ctx.Done():
		// A pager that does not read on holds a write up for ever; that must not hold the end up.
		select {
		case err = <-ended:
		case <-time.After(time.Second):
			os.Exit(0)
		}
	}
	if errors.Is(err, errNobodyReads) || errors.Is(err, syscall.EPIPE) {
		return nil
	}
	return err
}

// inTurn runs one after the other, also after one that failed.
func inTurn(runs []func(context.Context) error) func(context.Context) error {
	return func(ctx context.Context) error {
		var errs []error
		for _, run := range runs {
			errs = append(errs, run(ctx))
		}
		return errors.Join(errs...)
	}
}

type followOptions struct {
	key        []byte
	positions  bool
	state, out string // files; "": none
	encoding   string // "": as their first bytes tell
}

func parseFollow(args []string) (files []string, start tailer.Start, o followOptions, err error) {
	var lines, from, path string
	flags := flag.NewFlagSet("follow", flag.ContinueOnError)
	flags.StringVar(&lines, "n", "", "")
	flags.StringVar(&from, "from", "", "")
	flags.StringVar(&path, "config", "", "")
	flags.BoolVar(&o.positions, "positions", false, "")
	flags.StringVar(&o.state, "state", "", "")
	flags.StringVar(&o.out, "out", "", "")
	flags.StringVar(&o.encoding, "encoding", "", "")
	flags.BoolVar(&start.Stop, "stop", false, "")
	if files, err = boot.ParseFlags(flags, args); err != nil {
		return nil, start, o, err
	}
	fail := func(format string, args ...any) ([]string, tailer.Start, followOptions, error) {
		return nil, start, o, boot.Usagef(format, args...)
	}
	if len(files) == 0 {
		return fail("name a file: livetail follow FILE")
	}
	for _, file := range files {
		if strings.HasPrefix(file, "-") {
			return fail("%s comes after a file: flags come first, and a file of that name is ./%[1]s", file)
		}
		if info, err := os.Stat(file); err == nil && info.IsDir() {
			return fail("%s is a directory: name files", file)
		}
	}
	start.MaxBytes, start.Paths, start.Halves = math.MaxInt64, true, true
	switch lines {
	case "+1":
		start.Lines = math.MaxInt
	case "":
		if from == "" { // else only for a position that cannot be used, and then none were asked for
			start.Lines = 10
		}
	default:
		if start.Lines, err = strconv.Atoi(lines); err == nil && start.Lines >= 0 && lines[0] != '+' {
			break
		}
		return fail("-n %s: write a number of lines, or +1 to begin at the first byte", lines)
	}
	if len(files) > 1 && (from != "" || o.state != "") {
		return fail("-from and -state are of one log: name one file")
	}
	if o.state != "" && o.positions {
		return fail("-state and -positions do not go together: name one of them")
	}
	if from != "" {
		if start.From, err = wire.ParsePosition(from); err != nil {
			return fail("-from: this is no position: %w", err)
		}
	}
	if _, ok := coding.Named(o.encoding); !ok && o.encoding != "" {
		return fail("-encoding is %q: %s", o.encoding, coding.Names)
	}
	o.key, err = followKey(path)
	return files, start, o, err
}

// followKey is what positions are made with: the installation's own key, so that they are those of its pages, or where
// no config is named one that everybody knows.
func followKey(path string) ([]byte, error) {
	if path == "" {
		return []byte("livetail follow, without a secret"), nil
	}
	c, err := boot.LoadConfig(path, config.ForAll)
	if err != nil {
		return nil, err
	}
	secret, err := config.ReadSecret(c.SecretFile)
	if err != nil {
		return nil, err
	}
	return boot.PositionKey(secret), nil
}
