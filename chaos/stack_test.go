package chaos

import (
	"context"
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"livetail/internal/bus"
	"livetail/internal/delivery"
	"livetail/internal/dial"
	"livetail/internal/jobs"
	"livetail/internal/runs"
	"livetail/internal/wire"
)

var secret = []byte("0123456789abcdef0123456789abcdef")

const host = "web-01"

// web is a web process's half: a hub with clients of its own.
type web struct {
	hub  *delivery.Hub
	stop func()
	// vanish is death without a word: nothing reaches Redis any more, not even a goodbye.
	vanish func()
}

func startWeb(t testing.TB, url string, names wire.Names) *web {
	clients, b := connect(t, url)
	hub, err := delivery.New(delivery.Options{Web: wire.NewProcessID(), Names: names, Sealer: wire.NewSealer(secret), Bus: b,
		Jobs: jobs.NewQueue(clients.Jobs, b, names), Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	stop := inOrder(t, clients, b.Run, hub.Run)
	return &web{hub: hub, stop: stop, vanish: func() { clients.Close(); stop() }}
}

// worker is a worker process's half, following numbered logs.
type worker struct {
	runs *runs.Runs
	stop func()
}

func startWorker(t testing.TB, url string, names wire.Names, places int, open func(wire.Log) runs.Follower) *worker {
	clients, b := connect(t, url)
	r, err := runs.New(runs.Options{Worker: wire.NewProcessID(), Names: names, Sealer: wire.NewSealer(secret), Bus: b, Frames: b,
		Open: open, Log: slog.New(slog.DiscardHandler), Places: places})
	if err != nil {
		t.Fatal(err)
	}
	serve := func(ctx context.Context) error {
		return jobs.Serve(ctx, jobs.ServeOptions{Redis: clients.Jobs, Bus: b, Names: names, Host: host, Most: 10000, Handle: r.Handle,
			Stop: r.Stop, Log: slog.New(slog.DiscardHandler)})
	}
	return &worker{r, inOrder(t, clients, b.Run, r.Run, serve)}
}

func connect(t testing.TB, url string) (*dial.Clients, *bus.Bus) {
	clients, err := dial.New(dial.Options{URL: url})
	if err != nil {
		t.Fatal(err)
	}
	b, err := bus.New(bus.Options{Control: clients.Control, Frames: clients.Frames})
	if err != nil {
		t.Fatal(err)
	}
	return clients, b
}

// inOrder runs each part; stop ends the last first and waits for each.
func inOrder(t testing.TB, clients *dial.Clients, parts ...func(context.Context) error) (stop func()) {
	var ends []func()
	for _, part := range parts {
		ctx, cancel := context.WithCancel(context.Background())
		done := make(chan struct{})
		go func() {
			defer close(done)
			if err := part(ctx); err != nil {
				t.Error(err)
			}
		}()
		ends = append(ends, func() { cancel(); <-done })
	}
	var once sync.Once
	stop = func() {
		once.Do(func() {
			for i := len(ends) - 1; i >= 0; i-- {
				ends[i]()
			}
			clients.Close()
		})
	}
	t.Cleanup(stop)
	return stop
}

// numbers is a log whose byte at each offset is known, so that any loss, repetition or reordering shows in the content.
type numbers struct {
	mu   sync.Mutex
	size int64
	more chan struct{}
	open atomic.Int64 // followers not closed
}

const numbersFile = wire.File("numbers")

func newNumbers() *numbers { return &numbers{more: make(chan struct{})} }

func numberAt(offset int64) byte { return byte(offset*7 + offset>>8*13 + offset>>16*31) }

func (n *numbers) grow(by int64) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.size += by
	close(n.more)
	n.more = make(chan struct{})
}

func (n *numbers) look() (int64, <-chan struct{}) {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.size, n.more
}

func (n *numbers) follower() runs.Follower {
	n.open.Add(1)
	return &numbersFollower{n: n}
}

type numbersFollower struct {
	n      *numbers
	closed atomic.Bool
}

func (f *numbersFollower) Close() error {
	if !f.closed.Swap(true) {
		f.n.open.Add(-1)
	}
	return nil
}

func (f *numbersFollower) Follow(ctx context.Context, s runs.Start, to runs.Sink) error {
	var at int64
	if len(s.From) == 1 {
		at = s.From[0].Offset
	}
	buf := make([]byte, wire.MaxPayload)
	for {
		to.Turn()
		size, more := f.n.look()
		if at == size {
			select {
			case <-ctx.Done():
				return ctx.Err()
			case <-more:
			case <-time.After(time.Second):
			}
			continue
		}
		room, err := to.Room(ctx)
		if err != nil {
			return err
		}
		payload := buf[:min(int64(room), size-at)]
		for i := range payload {
			payload[i] = numberAt(at + int64(i))
		}
		err = to.Send(ctx, &wire.Frame{Kind: wire.Lines, Start: at, After: wire.Position{{File: numbersFile, Offset: at + int64(len(payload))}}, Payload: payload})
		if err != nil {
			return err
		}
		at += int64(len(payload))
	}
}

// Ask answers a read, forward or back, bounded by the log and by q.Bytes.
func (f *numbersFollower) Ask(ctx context.Context, q wire.Question, to runs.Sink) error {
	size, _ := f.n.look()
	at, left := int64(0), int64(q.Bytes)
	if q.Back {
		at = size
	}
	if len(q.From) == 1 {
		at = q.From[0].Offset
	}
	for end := ""; ; {
		switch {
		case q.Bytes > 0 && left == 0:
			end = wire.EndLines
		case q.Back && at == 0:
			end = wire.EndStart
		case !q.Back && at >= size:
			end = wire.EndEdge
		}
		room, err := to.Room(ctx)
		if err != nil {
			return err
		}
		if end != "" {
			frame, err := wire.Marker{Kind: wire.MarkEnd, End: end}.Frame()
			if err != nil {
				return err
			}
			frame.Flags, frame.After = wire.Last, wire.Position{{File: numbersFile, Offset: at}}
			return to.Send(ctx, &frame)
		}
		n := min(int64(room), size-at)
		if q.Back {
			n = min(int64(room), at)
		}
		if q.Bytes > 0 {
			n = min(n, left)
		}
		start, after := at, at+n
		if q.Back {
			start, after = at-n, at-n
		}
		payload := make([]byte, n)
		for i := range payload {
			payload[i] = numberAt(start + int64(i))
		}
		err = to.Send(ctx, &wire.Frame{Kind: wire.Lines, Start: start, After: wire.Position{{File: numbersFile, Offset: after}}, Payload: payload})
		if err != nil {
			return err
		}
		at, left = after, left-n
	}
}

// reader consumes a tail of numbers and checks each byte.
type reader struct {
	at int64
}

func (r *reader) take(item delivery.Item) error {
	if item.Frame == nil {
		return nil
	}
	f, err := wire.ParseFrame(item.Frame)
	if err != nil {
		return err
	}
	if f.Start != r.at {
		return fmt.Errorf("a frame begins at %d, expected %d", f.Start, r.at)
	}
	for i, c := range f.Payload {
		if c != numberAt(r.at+int64(i)) {
			return fmt.Errorf("wrong byte at %d", r.at+int64(i))
		}
	}
	r.at += int64(len(f.Payload))
	return nil
}
