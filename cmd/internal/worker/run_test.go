package worker

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"testing"
	"time"

	"livetail/cmd/internal/boot"
	"livetail/internal/bus"
	"livetail/internal/catalogue"
	"livetail/internal/config"
	"livetail/internal/jobs"
	"livetail/internal/testredis"
	"livetail/internal/wire"
)

// A clone of a machine, which has its name and its logs' ids, takes none of its jobs: a page would get another machine's lines.
func TestAHostsJobsAreItsOwnMachines(t *testing.T) {
	server, names, secret := testredis.Start(t), wire.Names{Namespace: "test"}, []byte("secret")
	channels, err := bus.New(bus.Options{Control: server.Client(), Frames: server.Client()})
	if err != nil {
		t.Fatal(err)
	}
	client := server.Client()
	first, err := catalogue.NewAnnouncer(catalogue.AnnouncerOptions{Redis: client, Bus: channels, Names: names, Secret: secret,
		Host: "web-01", Machine: "the first", Worker: "w1", View: func() catalogue.View { return catalogue.View{} }})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	var running sync.WaitGroup
	running.Go(func() { channels.Run(ctx) })
	running.Go(func() { first.Run(ctx) })
	t.Cleanup(func() { cancel(); running.Wait() })
	heard := make(chan struct{}, 100)
	listens, _ := channels.Subscribe(names.Web("web"), func([]byte) { heard <- struct{}{} })
	<-listens
	for client.Exists(ctx, names.CatalogueKey("web-01")).Val() == 0 {
		time.Sleep(time.Millisecond)
	}
	queue, tail := jobs.NewQueue(client, channels, names), wire.NewTailID()
	if err := queue.Enqueue(ctx, "web-01", tail, 1, "web"); err != nil {
		t.Fatal(err)
	}
	err = Run(t.Context(), boot.Parts{Redis: server.Options(), Secret: secret, Log: slog.New(slog.DiscardHandler), Config: &config.Config{
		Redis: config.Redis{Namespace: "test"}, Worker: config.Worker{Host: "web-01", Places: 10}}})
	if !errors.Is(err, catalogue.ErrHostTaken) {
		t.Errorf("the second machine's worker ended with %v", err)
	}
	if state, err := queue.Look(ctx, "web-01", tail, 1); state != wire.JobPending || err != nil || len(heard) > 0 {
		t.Errorf("the job is in state %v (%v), and its web process heard %d words", state, err, len(heard))
	}
}
