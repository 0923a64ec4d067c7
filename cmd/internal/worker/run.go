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
	"time"

	"livetail/cmd/internal/boot"
	"livetail/internal/bus"
	"livetail/internal/catalogue"
	"livetail/internal/config"
	"livetail/internal/dial"
	"livetail/internal/jobs"
	"livetail/internal/logs"
	"livetail/internal/pressure"
	"livetail/internal/runs"
	"livetail/internal/wire"
	"livetail/tailer"
	"livetail/tailer/journal"
	"livetail/tailer/spool"
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
	host, err := pressure.New(pressure.Options{Above: c.Worker.SlowAbove})
	if err != nil {
		return err
	}
	tailer.Headroom()
	files, err := tailer.New(tailer.Options{Key: boot.PositionKey(p.Secret), Spool: past, MaxLine: int(c.Worker.MaxLine), Host: host, Log: p.Log})
	if err != nil {
		return err
	}
	entries, err := journal.New(journal.Options{Key: boot.PositionKey(p.Secret), Host: host, Log: p.Log})
	if err != nil {
		return err
	}
	from := sources{shelf: shelf, files: files, journal: entries}
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
		Open: func(log wire.Log) runs.Follower { return &follower{sources: from, log: log} }, Places: c.Worker.Places,
		Searches: c.Worker.Searches, SearchesPerUser: c.Worker.SearchesPerUser, Log: p.Log})
	if err != nil {
		return err
	}
	clock := zones{env: os.Getenv("TZ"), link: "/etc/localtime", file: "/etc/timezone"}
	announcer, err := catalogue.NewAnnouncer(catalogue.AnnouncerOptions{Redis: clients.Keys, Bus: channels, Names: names, Secret: p.Secret,
		Host: c.Worker.Host, Machine: machine(), Worker: id, View: func() catalogue.View { return view(shelf, tails, c.Worker.Places, clock) }, Log: p.Log})
	if err != nil {
		return err
	}
	p.Log.Info("serving logs", "host", c.Worker.Host, "logs", len(shelf.Look().Entries))
	redis := boot.Await(clients, p.Log)
	// Jobs end first: they hand their tails over, and need all below for it.
	return boot.InOrder(ctx,
		redis.Then(func(ctx context.Context) error {
			select {
			case <-ctx.Done():
				return nil
			case <-announcer.Claimed(): // on a machine whose host name is taken, a page would get another's lines
			}
			return jobs.Serve(ctx, jobs.ServeOptions{Redis: clients.Jobs, Bus: channels, Names: names, Host: c.Worker.Host,
				Most: c.Worker.Places + waitingJobs, Handle: tails.Handle, Stop: tails.Stop, Log: p.Log})
		}),
		redis.Then(announcer.Run),
		boot.Left("list of logs", p.Log, shelf.Run),
		boot.Left("followers", p.Log, files.Run),
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
			Journal: journalOf(l.Journal), Lines: l.Backlog, FollowLinksTo: l.FollowLinksTo, ShowPath: l.ShowPath,
			TimeLayout: l.Time.Layout, TimeZone: l.Time.Zone, Encoding: l.Encoding}
		if l.Self {
			s.File = c.OwnLog()
		}
		out = append(out, s)
	}
	return out
}

func journalOf(j *config.Journal) *logs.Journal {
	if j == nil {
		return nil
	}
	return &logs.Journal{Unit: j.Unit, Directory: j.Directory}
}

func view(shelf *logs.Shelf, tails *runs.Runs, places int, clock zones) catalogue.View {
	seen := shelf.Look()
	following := tails.Following()
	v := catalogue.View{Notes: seen.Notes, Binary: seen.Binary, NotText: seen.NotText, Places: places, Free: tails.Free(), Zone: clock.local(time.Now())}
	for _, e := range seen.Entries {
		v.Entries = append(v.Entries, catalogue.Entry{ID: e.ID, Name: e.Name, Group: e.Group, Size: e.Size, Age: e.Age, Rate: e.Rate,
			Usual: e.Usual, Grown: e.Grown, DiskFree: e.DiskFree, DiskSize: e.DiskSize, LineRate: following[e.ID].Lines, ErrorRate: following[e.ID].Errors,
			State: e.State, Why: e.Why, Tails: following[e.ID].Tails, Lines: e.Lines, ShowPath: e.ShowPath,
			Zone: e.TimeZone, Layout: e.TimeLayout})
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
