package delivery

import (
	"context"
	"errors"
	"reflect"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"

	"livetail/internal/wire"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// far is Redis and the workers behind it, as the test wants them.
type far struct {
	t      *testing.T
	sealer wire.Sealer
	names  wire.Names

	mu        sync.Mutex
	said      map[string][]wire.Message // by channel
	at        map[string][]time.Time
	channels  map[string]func([]byte)
	confirmed chan struct{} // closed: Redis says that it listens
	refuse    int           // enqueues that fail
	queueing  func()        // called while one is under way
	jobs      []uint32      // attempts that are queued
	deleted   []uint32
	found     wire.JobState // what a look finds
	away      bool          // nothing is carried
}

func (f *far) Publish(_ context.Context, channel string, b []byte) (int64, error) {
	m, err := f.sealer.Open(channel, b)
	if err != nil {
		f.t.Error(err)
	}
	f.mu.Lock()
	f.said[channel] = append(f.said[channel], m)
	f.at[channel] = append(f.at[channel], time.Now())
	hear := f.channels[channel]
	if f.away {
		hear = nil
	}
	f.mu.Unlock()
	if hear != nil {
		hear(b)
	}
	return 1, nil
}

func (f *far) Subscribe(channel string, handle func([]byte)) (<-chan struct{}, func()) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.channels[channel] = handle
	return f.confirmed, func() {
		f.mu.Lock()
		defer f.mu.Unlock()
		delete(f.channels, channel)
	}
}

func (f *far) Enqueue(_ context.Context, host string, _ wire.TailID, attempt uint32, web string) error {
	if f.queueing != nil {
		f.queueing()
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if host != "h" || web != "web1" {
		f.t.Errorf("queued for %q from %q", host, web)
	}
	if f.refuse > 0 {
		f.refuse--
		return errors.New("redis is full")
	}
	f.jobs = append(f.jobs, attempt)
	return nil
}

func (f *far) Look(context.Context, string, wire.TailID, uint32) (wire.JobState, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.found, nil
}

func (f *far) Delete(_ context.Context, _ string, _ wire.TailID, attempt uint32) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.deleted = append(f.deleted, attempt)
	if len(f.deleted) == 1 {
		return errors.New("redis is away for a moment")
	}
	return nil
}

// heard takes what was said on a channel since the last call.
func (f *far) heard(channel string) ([]wire.Message, []time.Time) {
	synctest.Wait()
	f.mu.Lock()
	defer f.mu.Unlock()
	m, at := f.said[channel], f.at[channel]
	f.said[channel], f.at[channel] = nil, nil
	return m, at
}

func (f *far) attempts() (queued, deleted []uint32) {
	synctest.Wait()
	f.mu.Lock()
	defer f.mu.Unlock()
	return slices.Clone(f.jobs), slices.Clone(f.deleted)
}

// inBubble runs f against a hub, in virtual time, and stops the hub.
func inBubble(t *testing.T, most int, run func(t *testing.T, f *far, h *Hub)) {
	synctest.Test(t, func(t *testing.T) {
		f := &far{t: t, sealer: wire.NewSealer([]byte("s")), said: map[string][]wire.Message{}, at: map[string][]time.Time{},
			channels: map[string]func([]byte){}, confirmed: make(chan struct{})}
		h, err := New(Options{Web: "web1", Names: f.names, Sealer: f.sealer, Bus: f, Jobs: f, Most: most})
		if err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan struct{})
		go func() { defer close(done); _ = h.Run(ctx) }()
		run(t, f, h)
		cancel()
		<-done
		if _, err := h.Open(Request{Log: wire.Log{Host: "h", ID: "l"}}); !errors.Is(err, ErrStopping) {
			t.Errorf("opening on a stopped hub: %v", err)
		}
	})
}

func open(t *testing.T, h *Hub) *Tail {
	t.Helper()
	tail, err := h.Open(Request{Log: wire.Log{Host: "h", ID: "l"}, Lines: 10, Paths: true})
	if err != nil {
		t.Fatal(err)
	}
	return tail
}

// going is a tail whose run 5 on worker w1 was told to go.
func going(t *testing.T, f *far, h *Hub) *Tail {
	t.Helper()
	tail := open(t, h)
	close(f.confirmed)
	synctest.Wait()
	h.hear(wire.Hello{Tail: tail.ID(), Attempt: 1, Run: 5, Worker: "w1"})
	said, _ := f.heard(f.names.Worker("w1"))
	if len(said) != 1 {
		t.Fatalf("hello was answered with %v", said)
	}
	g, ok := said[0].(wire.Go)
	want := wire.Go{Tail: tail.ID(), Run: 5, Epoch: 1, Web: "web1", Log: wire.Log{Host: "h", ID: "l"}, Lines: 10, Paths: true, Credit: h.pool.base}
	if !ok || !reflect.DeepEqual(g, want) {
		t.Fatalf("hello was answered with %+v, want %+v", said[0], want)
	}
	return tail
}

func TestNoJobBeforeRedisListens(t *testing.T) {
	inBubble(t, 0, func(t *testing.T, f *far, h *Hub) {
		open(t, h)
		<-time.After(time.Minute)
		if jobs, _ := f.attempts(); len(jobs) > 0 {
			t.Error("queued though nobody would hear the first frames")
		}
		close(f.confirmed)
		if jobs, _ := f.attempts(); !slices.Equal(jobs, []uint32{1}) {
			t.Errorf("queued %v", jobs)
		}
	})
}

func TestCloseTellsTheRunAtOnceAndAgain(t *testing.T) {
	inBubble(t, 0, func(t *testing.T, f *far, h *Hub) {
		tail := going(t, f, h)
		closed := time.Now()
		tail.Close()
		tail.Close()
		<-time.After(time.Second)
		said, at := f.heard(f.names.Worker("w1"))
		no := wire.Message(wire.No{Tail: tail.ID(), Run: 5})
		if len(said) != 3 || said[0] != no || said[1] != no || said[2] != no {
			t.Fatalf("said %v", said)
		}
		for i, want := range []time.Duration{0, 40 * time.Millisecond, 290 * time.Millisecond} {
			if got := at[i].Sub(closed); got != want {
				t.Errorf("no was said after %v, want %v", got, want)
			}
		}
		if f.channels[f.names.Tail(tail.ID())] != nil {
			t.Error("its channel is still listened to")
		}
		if _, err := tail.Next(t.Context()); !errors.Is(err, ErrEnded) {
			t.Errorf("Next after Close: %v", err)
		}
		if h.Len() != 0 {
			t.Errorf("%d tails are left", h.Len())
		}
	})
}

func TestCloseBeforeARunDeletesTheJob(t *testing.T) {
	inBubble(t, 0, func(t *testing.T, f *far, h *Hub) {
		tail := open(t, h)
		close(f.confirmed)
		f.attempts()
		tail.Close()
		<-time.After(time.Minute)
		if _, deleted := f.attempts(); !slices.Equal(deleted, []uint32{1, 1}) {
			t.Errorf("deleted %v, want twice: the first try failed", deleted)
		}
		h.hear(wire.Hello{Tail: tail.ID(), Attempt: 1, Run: 9, Worker: "w1"}) // it was taken after all
		if said, _ := f.heard(f.names.Worker("w1")); len(said) != 1 || said[0] != wire.Message(wire.No{Tail: tail.ID(), Run: 9}) {
			t.Errorf("its hello was answered with %v", said)
		}
	})
}

func TestEnqueueIsTriedUntilAccepted(t *testing.T) {
	inBubble(t, 0, func(t *testing.T, f *far, h *Hub) {
		f.refuse = 20
		open(t, h)
		close(f.confirmed)
		<-time.After(time.Minute)
		if jobs, _ := f.attempts(); !slices.Equal(jobs, []uint32{1}) {
			t.Errorf("queued %v", jobs)
		}
	})
}

// A try that failed here may still have reached Redis.
func TestCloseDuringEnqueueDeletes(t *testing.T) {
	inBubble(t, 0, func(t *testing.T, f *far, h *Hub) {
		f.refuse = 1 << 30
		tail := open(t, h)
		close(f.confirmed)
		<-time.After(10 * time.Second)
		tail.Close()
		<-time.After(time.Minute)
		if _, deleted := f.attempts(); len(deleted) == 0 {
			t.Error("nothing was deleted")
		}
	})
}

func TestRollCall(t *testing.T) {
	inBubble(t, 0, func(t *testing.T, f *far, h *Hub) {
		tail := going(t, f, h)
		<-time.After(2100 * time.Millisecond)
		said, _ := f.heard(f.names.Worker("w1"))
		want := wire.WebRoll{Web: "web1", Tails: []wire.TailEntry{{Tail: tail.ID(), Run: 5, Epoch: 1, Credit: h.pool.base}}}
		if !slices.ContainsFunc(said, func(m wire.Message) bool { return reflect.DeepEqual(m, want) }) {
			t.Errorf("said %v, want %v among it", said, want)
		}
		stranger := wire.NewTailID()
		h.hear(wire.WorkerRoll{Worker: "w2", Runs: []wire.RunEntry{{Tail: stranger, Run: 7, Epoch: 1}, {Tail: tail.ID(), Run: 6, Epoch: 1}}})
		said, _ = f.heard(f.names.Worker("w2"))
		if !slices.Contains(said, wire.Message(wire.No{Tail: stranger, Run: 7})) || !slices.Contains(said, wire.Message(wire.No{Tail: tail.ID(), Run: 6})) {
			t.Errorf("strangers were answered with %v", said)
		}
	})
}

func TestStoppingRevokesAll(t *testing.T) {
	var f *far
	inBubble(t, 0, func(t *testing.T, far *far, h *Hub) { f = far; going(t, f, h); f.said = map[string][]wire.Message{} })
	said := f.said[f.names.Worker("w1")]
	if len(said) == 0 {
		t.Fatal("the run was told nothing")
	}
	if _, ok := said[0].(wire.No); !ok {
		t.Errorf("the run was told %v", said)
	}
}

func TestMostTails(t *testing.T) {
	inBubble(t, 2, func(t *testing.T, f *far, h *Hub) {
		first := open(t, h)
		open(t, h)
		if _, err := h.Open(Request{Log: wire.Log{Host: "h", ID: "l"}}); !errors.Is(err, ErrTooMany) {
			t.Errorf("a third of two: %v", err)
		}
		first.Close()
		open(t, h)
	})
}

// Frames and states come in order, and a frame's credit only when it was consumed.
func TestNext(t *testing.T) {
	inBubble(t, 0, func(t *testing.T, f *far, h *Hub) {
		tail := going(t, f, h)
		frame := wire.Frame{Kind: wire.Lines, Run: 5, Epoch: 1, After: wire.Position{{File: "f", Offset: 1100}}, Payload: nothing[:1100]}
		f.channels[f.names.Tail(tail.ID())]([]byte("nonsense"))
		f.channels[f.names.Tail(tail.ID())](frame.AppendTo(nil))
		state, err := tail.Next(t.Context())
		if err != nil || state.Frame != nil || state.State != Following {
			t.Fatalf("first %+v, %v", state, err)
		}
		item, err := tail.Next(t.Context())
		if err != nil || !reflect.DeepEqual(item.Frame, frame.AppendTo(nil)) {
			t.Fatalf("then %+v, %v", item, err)
		}
		if said, _ := f.heard(f.names.Worker("w1")); len(said) > 0 {
			t.Errorf("said %v before anything was consumed", said)
		}
		tail.Consumed(item)
		said, _ := f.heard(f.names.Worker("w1"))
		if len(said) != 1 || said[0].(wire.Credit).Upto <= h.pool.base {
			t.Errorf("said %v, want more credit", said)
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if _, err := tail.Next(ctx); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("nothing more: %v", err)
		}
	})
}

// A log is not called live while nothing could come.
func TestRedisIsAway(t *testing.T) {
	inBubble(t, 0, func(t *testing.T, f *far, h *Hub) {
		tail := going(t, f, h)
		if item, err := tail.Next(t.Context()); err != nil || item.State != Waiting {
			t.Fatalf("at first %v, %v", item.State, err)
		}
		carries := func(yes bool) {
			f.mu.Lock()
			defer f.mu.Unlock()
			f.away = !yes
		}
		says := func(want State, within time.Duration) {
			t.Helper()
			ctx, cancel := context.WithTimeout(t.Context(), within)
			defer cancel()
			if item, err := tail.Next(ctx); err != nil || item.Frame != nil || item.State != want {
				t.Fatalf("it says %v, %v, want %v", item.State, err, want)
			}
		}
		// The worker is there as long as it can be heard.
		ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
		defer cancel()
		go func() {
			for tick := time.NewTicker(time.Second); ; {
				select {
				case <-ctx.Done():
					tick.Stop()
					return
				case <-tick.C:
					h.hear(wire.WorkerRoll{Worker: "w1", Runs: []wire.RunEntry{{Tail: tail.ID(), Run: 5, Epoch: 1}}})
				}
			}
		}()
		says(Following, 2*time.Second)
		if item, err := tail.Next(ctx); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("while Redis answers it says %v, %v", item.State, err)
		}
		carries(false)
		says(Deaf, 8*time.Second)
		carries(true)
		says(Following, 3*time.Second)
	})
}
