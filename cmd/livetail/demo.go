package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"log/slog"
	"math/rand/v2"
	"os"
	"path/filepath"
	"time"

	"livetail/cmd/internal/boot"
)

const (
	demoKeep    = 5               // rotated files: app.log.1 is the newest
	demoMaxSize = 256 << 10       // a file as large as this is rotated
	demoMaxAge  = 4 * time.Minute // and one that was written to for so long
)

// demo writes a make-believe log for whoever wants to see one move.
func demo(ctx context.Context, args []string) error {
	dirs, err := boot.ParseFlags(flag.NewFlagSet("demo", flag.ContinueOnError), args)
	if err != nil {
		return err
	}
	if len(dirs) != 1 || dirs[0] == "" {
		return boot.Usagef("name one directory: livetail demo DIR")
	}
	d := demoLog{dir: dirs[0], log: slog.New(boot.LogHandler(os.Stderr))}
	if err := os.MkdirAll(d.dir, 0o755); err != nil {
		return fmt.Errorf("making the directory: %w", err)
	}
	fmt.Printf("writing %s until interrupted\n", plainPath(d.path()))
	return d.run(ctx)
}

// demoLog writes and rotates one log, app.log in dir.
type demoLog struct {
	dir string
	log *slog.Logger
}

func (d demoLog) path() string { return filepath.Join(d.dir, "app.log") }

// run writes until ctx ends. A full disk is waited for: the demo must not end what it is shown on.
func (d demoLog) run(ctx context.Context) error {
	app := newMakeBelieve(rand.New(rand.NewPCG(rand.Uint64(), rand.Uint64())))
	failing, began := false, time.Now()
	pause := time.NewTimer(0)
	defer pause.Stop()
	for {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-pause.C:
		}
		err := d.append(app.entry(time.Now()), time.Since(began) > demoMaxAge, &began)
		if err != nil && !failing {
			d.log.Warn("the demo cannot write, it tries on", "error", err)
		}
		failing = err != nil
		pause.Reset(app.pause())
	}
}

// append adds one entry, to a new file if it is time for one.
func (d demoLog) append(entry string, old bool, began *time.Time) error {
	if err := os.MkdirAll(d.dir, 0o700); err != nil {
		return err
	}
	info, err := os.Stat(d.path())
	if err == nil && (old || info.Size() > demoMaxSize) {
		if err := d.rotate(); err != nil {
			return err
		}
		*began = time.Now()
	}
	f, err := os.OpenFile(d.path(), os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o644)
	if err != nil {
		return err
	}
	_, err = f.WriteString(entry)
	return errors.Join(err, f.Close())
}

// rotate renames as logrotate does: the oldest goes, each other moves on by one.
func (d demoLog) rotate() error {
	name := func(i int) string {
		if i == 0 {
			return d.path()
		}
		return fmt.Sprintf("%s.%d", d.path(), i)
	}
	for i := demoKeep - 1; i >= 0; i-- {
		if err := os.Rename(name(i), name(i+1)); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	return nil
}
