// Package worker is the process that reads logs: it announces what it can serve, takes tail jobs and follows files. It serves
// nobody but Redis.
package worker

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"time"

	"livetail/cmd/internal/boot"
	"livetail/internal/bus"
	"livetail/internal/catalogue"
	"livetail/internal/config"
	"livetail/internal/dial"
	"livetail/internal/jobs"
	"livetail/internal/logs"
	"livetail/internal/runs"
	"livetail/internal/wire"
	"livetail/tailer"
	"livetail/tailer/spool"
	"livetail/tailer/stamp"
)

// Run serves the logs of the config until ctx ends. Redis may be away, then and at any time.
func Run(ctx context.Context, p boot.Parts) error {
	c := p.Config
	names := wire.Names{Namespace: c.Redis.Namespace}
	id := wire.NewProcessID()

	for _, l := range c.Logs {
		if _, err := times(l.Time.Layout, l.Time.Zone); err != nil {
			return fmt.Errorf("log %s: %w", l.ID, err)
		}
	}
	shelf, err := logs.New(logs.Options{Host: c.Worker.Host, Specs: specs(c), Log: p.Log})
	if err != nil {
		return err
	}
	unpacked := spool.Options{MaxBytes: c.Worker.Spool}
	if c.StateDir != "" {
		unpacked.Dir = filepath.Join(c.StateDir, "spool")
	}
	past, err := spool.New(unpacked)
	if err != nil {
		return err
	}
	defer past.Close()
	files, err := tailer.New(tailer.Options{Key: boot.PositionKey(p.Secret), Spool: past, Log: p.Log})
	if err != nil {
		return err
	}
	clients, err := dial.New(p.Dial())
	if err != nil {
		return err
	}
	defer clients.Close()
	channels, err := bus.New(bus.Options{Control: clients.Control, Frames: clients.Frames, Log: p.Log})
	if err != nil {
		return err
	}
	tails, err := runs.New(runs.Options{Worker: id, Names: names, Sealer: wire.NewSealer(p.Secret), Bus: channels, Frames: channels,
		Open: func(log wire.Log) runs.Follower { return open(shelf, files, log) }, Places: c.Worker.Places, Log: p.Log})
	if err != nil {
		return err
	}
	announcer, err := catalogue.NewAnnouncer(catalogue.AnnouncerOptions{Redis: clients.Keys, Bus: channels, Names: names, Secret: p.Secret,
		Host: c.Worker.Host, Machine: machine(), Worker: id, View: func() catalogue.View { return view(shelf, tails, c.Worker.Places) }, Log: p.Log})
	if err != nil {
		return err
	}
	p.Log.Info("serving logs", "host", c.Worker.Host, "logs", len(shelf.Look().Entries))
	redis := boot.Await(clients, p.Log)
	// Jobs end first: they hand their tails over, and need all below for it.
	return boot.InOrder(ctx,
		redis.Then(func(ctx context.Context) error {
			return jobs.Serve(ctx, jobs.ServeOptions{Redis: clients.Jobs, Names: names, Host: c.Worker.Host,
				Most: c.Worker.Places + waitingJobs, Handle: tails.Handle, Stop: tails.Stop, Log: p.Log})
		}),
		redis.Then(announcer.Run),
		shelf.Run,
		files.Run,
		tails.Run,
		redis.Then(channels.Run),
		redis.Run,
	)
}

// waitingJobs is how many tails may wait at the worker for a free place, beside those that have one. More stay in the queue.
const waitingJobs = 1000

func specs(c *config.Config) []logs.Spec {
	var out []logs.Spec
	for _, l := range c.Logs {
		s := logs.Spec{ID: l.ID, Name: l.Name, File: l.File, Folder: l.Folder, Glob: l.Glob, Latest: l.Latest, Self: l.Self, Group: l.Group,
			Lines: l.Backlog, FollowLinksTo: l.FollowLinksTo, ShowPath: l.ShowPath,
			TimeLayout: l.Time.Layout, TimeZone: l.Time.Zone}
		if l.Self {
			s.File = c.OwnLog()
		}
		out = append(out, s)
	}
	return out
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

func view(shelf *logs.Shelf, tails *runs.Runs, places int) catalogue.View {
	seen := shelf.Look()
	following := tails.Following()
	v := catalogue.View{Notes: seen.Notes, Binary: seen.Binary, Places: places, Free: tails.Free()}
	for _, e := range seen.Entries {
		v.Entries = append(v.Entries, catalogue.Entry{ID: e.ID, Name: e.Name, Group: e.Group, Size: e.Size, Age: e.Age, Rate: e.Rate,
			Usual: e.Usual, Grown: e.Grown, DiskFree: e.DiskFree, DiskSize: e.DiskSize, LineRate: following[e.ID].Lines,
			State: e.State, Why: e.Why, Tails: following[e.ID].Tails, Lines: e.Lines, ShowPath: e.ShowPath})
	}
	return v
}

// machine tells this machine from another of the same name, without telling Redis its id.
func machine() string {
	id, err := os.ReadFile("/etc/machine-id")
	if err != nil || len(id) == 0 {
		name, _ := os.Hostname()
		id = []byte(name)
	}
	sum := sha256.Sum256(append([]byte("livetail machine "), id...))
	return hex.EncodeToString(sum[:12])
}

// follower opens its log when it is first asked for it, since the shelf may not know it yet.
type follower struct {
	shelf *logs.Shelf
	files *tailer.Tailer
	log   wire.Log

	mu   sync.Mutex // of open: questions come beside a Follow, and before
	open *tailer.Follower
}

func open(shelf *logs.Shelf, files *tailer.Tailer, log wire.Log) *follower {
	return &follower{shelf: shelf, files: files, log: log}
}

// Follow waits for the log to be one of ours, and follows it. A log can vanish from the config, or from its folder, between
// click and job.
func (f *follower) Follow(ctx context.Context, s runs.Start, to runs.Sink) error {
	for told := false; ; {
		to.Turn()
		if open := f.find(); open != nil {
			return open.Follow(ctx, tailer.Start{From: s.From, Lines: s.Lines, Paths: s.Paths, Filter: s.Filter, Quiet: s.Quiet}, to)
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
	if open := f.find(); open != nil {
		return open.Ask(ctx, q, to)
	}
	return runs.Fail(ctx, to, "the worker knows no log "+f.log.ID+" now; ask again when it is there")
}

// Close closes what is open.
func (f *follower) Close() error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.open == nil {
		return nil
	}
	return f.open.Close()
}

// find opens the log, if the shelf knows it.
func (f *follower) find() *tailer.Follower {
	f.mu.Lock()
	defer f.mu.Unlock()
	if source, ok := f.shelf.Find(f.log.ID); f.open == nil && ok {
		forms, _ := times(source.TimeLayout, source.TimeZone) // checked at the start
		f.open = f.files.Open(tailer.Source{Times: forms, Path: source.Path, Latest: source.Latest, Name: source.Name, FollowLinksTo: source.FollowLinksTo})
	}
	return f.open
}
