package worker

import (
	"context"
	"fmt"
	"sync"
	"time"

	"livetail/internal/logs"
	"livetail/internal/runs"
	"livetail/internal/wire"
	"livetail/tailer"
	"livetail/tailer/journal"
	"livetail/tailer/stamp"
)

// sources is where logs come from.
type sources struct {
	shelf   *logs.Shelf
	files   *tailer.Tailer
	journal *journal.Journal
}

// source is one log, whatever it is made of.
type source interface {
	Follow(context.Context, tailer.Start, tailer.Sink) error
	Ask(context.Context, wire.Question, tailer.Sink) error
	Close() error
}

// open opens a log by its id; nil: there is none of that id now.
func (s sources) open(id string) source {
	src, ok := s.shelf.Find(id)
	if !ok {
		return nil
	}
	if j := src.Journal; j != nil {
		return s.journal.Open(journal.Source{Unit: j.Unit, Directory: j.Directory, Name: src.Name})
	}
	forms, _ := times(src.TimeLayout, src.TimeZone) // checked at the start
	return s.files.Open(tailer.Source{Times: forms, Path: src.Path, Latest: src.Latest, Name: src.Name, FollowLinksTo: src.FollowLinksTo,
		Encoding: src.Encoding})
}

// times reads the times of a log's lines; nil: as all logs.
func times(layout, zone string) (*stamp.Reader, error) {
	if layout == "" && zone == "" {
		return nil, nil
	}
	o := stamp.Options{Layout: layout}
	if zone != "" {
		var err error
		if o.Zone, err = time.LoadLocation(zone); err != nil {
			return nil, fmt.Errorf("a time's zone: %w", err)
		}
	}
	return stamp.New(o)
}

// follower opens its log when it is first asked for it, since the shelf may not know it yet.
type follower struct {
	sources
	log wire.Log

	mu     sync.Mutex // questions come beside a Follow, and before
	opened source
	closed bool
}

// Follow waits for the log to be one of ours, and follows it. A log can vanish from the config, or from its folder, between
// click and job.
func (f *follower) Follow(ctx context.Context, s runs.Start, to runs.Sink) error {
	for told := false; ; {
		to.Turn()
		if log := f.find(); log != nil {
			return log.Follow(ctx, tailer.Start{From: s.From, Lines: s.Lines, Paths: s.Paths, Filter: s.Filter, Quiet: s.Quiet}, to)
		}
		if !told {
			if err := sendMissing(ctx, f.log, s.From, to); err != nil {
				return err
			}
			told = true
		}
		if err := pause(ctx); err != nil {
			return fmt.Errorf("waiting for %s: %w", f.log, err)
		}
	}
}

// Ask answers a question about the log.
func (f *follower) Ask(ctx context.Context, q wire.Question, to runs.Sink) error {
	if log := f.find(); log != nil {
		return log.Ask(ctx, q, to)
	}
	return runs.Fail(ctx, to, "the worker knows no log "+f.log.ID+" now; ask again when it is there")
}

// Close closes what is open, and opens nothing any more.
func (f *follower) Close() error {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.closed = true
	if f.opened == nil {
		return nil
	}
	return f.opened.Close()
}

// find opens the log, if the shelf knows it.
func (f *follower) find() source {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.opened == nil && !f.closed {
		f.opened = f.open(f.log.ID)
	}
	return f.opened
}
