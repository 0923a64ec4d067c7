package control

import (
	"context"
	"errors"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"livetail/internal/wire"
)

// air is a bus without Redis: what is published is written down, and answered as listeners says.
type air struct {
	mu        sync.Mutex
	said      []time.Time
	listeners func(nth int) (int64, error)
	hear      func([]byte)
	stuck     bool // Redis takes nothing, and does not say so
}

func (a *air) Publish(ctx context.Context, channel string, payload []byte) (int64, error) {
	if a.stuck {
		<-ctx.Done()
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	a.said = append(a.said, time.Now())
	if a.stuck {
		return 0, ctx.Err()
	}
	if a.hear != nil {
		a.hear(payload)
	}
	return a.listeners(len(a.said))
}

func (a *air) Subscribe(_ string, handle func([]byte)) (<-chan struct{}, func()) {
	a.hear = handle
	return nil, func() {}
}

func (a *air) count() int {
	a.mu.Lock()
	defer a.mu.Unlock()
	return len(a.said)
}

func run(t *testing.T, l *Line) (stop func()) {
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan struct{})
	go func() { defer close(done); _ = l.Run(ctx) }()
	return func() { cancel(); <-done }
}

func TestUnheardIsSaidAgain(t *testing.T) {
	for name, c := range map[string]struct {
		listeners func(int) (int64, error)
		want      int
	}{
		"heard":         {func(int) (int64, error) { return 1, nil }, 1},
		"heard at last": {func(n int) (int64, error) { return int64(n / 3), nil }, 3},
		"never heard":   {func(int) (int64, error) { return 0, nil }, 4},
		"redis is away": {func(int) (int64, error) { return 0, errors.New("away") }, 1},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				a := &air{listeners: c.listeners}
				l := NewLine(Options{Bus: a, Channel: "me", Hear: func(wire.Message) {}})
				stop := run(t, l)
				l.Send("other", wire.Echo{Round: 1})
				<-time.After(time.Minute) // of the bubble's clock
				synctest.Wait()
				if n := a.count(); n != c.want {
					t.Errorf("said %d times, want %d", n, c.want)
				}
				stop()
			})
		})
	}
}

func TestOftenIsSaidAgainThoughHeard(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := &air{listeners: func(int) (int64, error) { return 1, nil }}
		l := NewLine(Options{Bus: a, Channel: "me", Hear: func(wire.Message) {}})
		stop := run(t, l)
		begin := time.Now()
		l.SendOften("other", wire.Echo{}, 40*time.Millisecond, 250*time.Millisecond)
		<-time.After(time.Minute)
		synctest.Wait()
		if a.count() != 3 || a.said[1].Sub(begin) != 40*time.Millisecond || a.said[2].Sub(begin) != 290*time.Millisecond {
			t.Errorf("said at %v", a.said)
		}
		stop()
	})
}

// What Redis does not take is given up soon: it would hold up all that is said after it, and the end.
func TestPatienceWithRedisEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := &air{stuck: true}
		l := NewLine(Options{Bus: a, Channel: "me", Hear: func(wire.Message) {}})
		stop := run(t, l)
		for range 3 * senders {
			l.Send("other", wire.Echo{})
		}
		<-time.After(4 * patient)
		if synctest.Wait(); a.count() != 3*senders {
			t.Errorf("%d of %d were tried", a.count(), 3*senders)
		}
		stop()
	})
}

// What was posted before the end is still said: it may be the last no.
func TestLastWordsAreSaid(t *testing.T) {
	a := &air{listeners: func(int) (int64, error) { return 1, nil }}
	l := NewLine(Options{Bus: a, Channel: "me", Hear: func(wire.Message) {}})
	for range 500 {
		l.Send("other", wire.Echo{})
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := l.Run(ctx); err != nil || a.count() != 500 {
		t.Errorf("%d of 500 were said, %v", a.count(), err)
	}
}

func TestOnlySignedMessagesAreHeard(t *testing.T) {
	a := &air{}
	ours, theirs := wire.NewSealer([]byte("ours")), wire.NewSealer([]byte("theirs"))
	var heard []wire.Message
	l := NewLine(Options{Bus: a, Sealer: ours, Channel: "me", Hear: func(m wire.Message) { heard = append(heard, m) }})
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_ = l.Run(ctx)
	for _, b := range [][]byte{theirs.Seal("me", wire.Echo{Round: 1}), ours.Seal("other", wire.Echo{Round: 2}), nil, []byte("nonsense, but long enough to carry a signature"), ours.Seal("me", wire.Echo{Round: 3})} {
		a.hear(b)
	}
	if len(heard) != 1 || heard[0] != (wire.Echo{Round: 3}) {
		t.Errorf("heard %v", heard)
	}
}

// Silence counts only while this process could have heard.
func TestFair(t *testing.T) {
	start := time.Unix(1e9, 0)
	const never = -1
	for name, c := range map[string]struct {
		echoDelay time.Duration
		frozen    time.Duration // between two ticks, at 10 s
		want      time.Duration // how long the silence since start counts at 20 s
	}{
		"all is well":             {time.Millisecond, 0, 20 * time.Second},
		"redis carries nothing":   {never, 0, 0},
		"redis is slow":           {1600 * time.Millisecond, 0, 0},
		"this process was frozen": {time.Millisecond, 5 * time.Second, 4 * time.Second},
	} {
		t.Run(name, func(t *testing.T) {
			f := NewFair(start)
			type echo struct {
				at    time.Time
				round uint64
			}
			var echoes []echo
			now := start
			for now.Sub(start) < 20*time.Second {
				step := TickEvery
				if c.frozen > 0 && now.Sub(start) == 10*time.Second {
					step = c.frozen
				}
				now = now.Add(step)
				for len(echoes) > 0 && !echoes[0].at.After(now) {
					f.Echo(echoes[0].round, echoes[0].at)
					echoes = echoes[1:]
				}
				f.Tick(now)
				if now.Sub(start)%RollEvery == 0 {
					n := f.Round(now)
					if c.echoDelay != never {
						echoes = append(echoes, echo{now.Add(c.echoDelay), n})
					}
				}
			}
			got := f.Silent(start, now)
			if got != c.want {
				t.Errorf("the silence counts %v, want %v", got, c.want)
			}
			if later := f.Silent(now.Add(-time.Second), now); later > time.Second {
				t.Errorf("a second of silence counts %v", later)
			}
		})
	}
}

// A process that was frozen for less than echoes may be late is told so by its clock alone.
func TestALateClockMakesSilenceFresh(t *testing.T) {
	start := time.Unix(1e9, 0)
	f := NewFair(start)
	now := start.Add(TickEvery + clockLate + time.Millisecond)
	f.Tick(now)
	if got := f.Silent(start, now); got != 0 {
		t.Errorf("%v of silence count, of a process that slept", got)
	}
}

// An echo of an earlier round says nothing about now.
func TestOldEchoDoesNotCount(t *testing.T) {
	start := time.Unix(1e9, 0)
	f := NewFair(start)
	old := f.Round(start)
	f.Round(start.Add(RollEvery))
	f.Echo(old, start.Add(RollEvery+time.Millisecond))
	now := start
	for range 13 {
		now = now.Add(TickEvery)
		f.Tick(now)
	}
	if got := f.Silent(start, now); got != 0 {
		t.Errorf("the silence counts %v though no fresh echo came", got)
	}
}
