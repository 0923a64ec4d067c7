package tailer

import (
	"context"
	"errors"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"livetail/internal/wire"
)

// busyHost is busy for so many questions.
type busyHost struct{ left atomic.Int64 }

func (h *busyHost) Busy() bool { return h.left.Add(-1) >= 0 }

// resting is a clock on which every rest is over at once, and noted.
type resting struct {
	*fakeClock
	rests []time.Duration
	stuck bool // no rest ends
	began chan struct{}
}

func (c *resting) Tick(d time.Duration) (<-chan time.Time, func()) {
	c.rests = append(c.rests, d)
	c.add(d)
	over := make(chan time.Time, 1)
	if c.stuck {
		close(c.began)
	} else {
		over <- c.Now()
	}
	return over, func() {}
}

// slow is a bench whose host is busy for so many questions.
func slow(t *testing.T, questions int64) (*bench, *resting) {
	b := newBench(t)
	clock := &resting{fakeClock: b.clock, began: make(chan struct{})}
	host := &busyHost{}
	host.left.Store(questions)
	guest, err := New(Options{Key: []byte("0123456789abcdef"), Clock: clock, Host: host, Spool: b.tailer.spool})
	b.must(err)
	b.follower = guest.Open(Source{Path: b.path})
	t.Cleanup(func() { b.follower.Close() })
	return b, clock
}

func slowed(r *reply) (said, flagged int) {
	for _, f := range r.frames {
		if f.mark.Kind == wire.MarkProgress && f.mark.Why == "slowed: the host is busy" {
			said++
		}
		if f.Flags&wire.Slowed != 0 {
			flagged++
		}
	}
	return said, flagged
}

const counting = `{"include":[{"text":"needle"}]}`

func TestASearchOnABusyHostSaysThatItIsSlowed(t *testing.T) {
	for _, back := range []bool{false, true} {
		b, clock := slow(t, 3)
		b.write("f", strings.Repeat("hay\n", 3<<20)+"needle\n")
		r := b.ask(wire.Question{Ask: wire.AskRead, Back: back, Quiet: true, Filter: []byte(counting)})
		said, _ := slowed(r)
		if len(clock.rests) != 3 || said == 0 {
			t.Errorf("back %v: a host that is busy three times: rests %v, said %d times; %v", back, clock.rests, said, r.kinds())
		}
		for _, d := range clock.rests {
			if d < leastRest || d > mostRest {
				t.Errorf("back %v: a rest of %v", back, d)
			}
		}
		if last := r.frames[len(r.frames)-1]; last.Flags&wire.Slowed != 0 {
			t.Errorf("back %v: it is slowed although the host is no longer busy", back)
		}
		looked, passed := 0, 0
		for _, f := range r.frames {
			looked, passed = looked+int(f.Looked), passed+int(f.Passed)
		}
		if looked != 3<<20+1 || passed != 1 {
			t.Errorf("back %v: %d lines looked at, %d passed", back, looked, passed)
		}
	}
}

// As long as it lasts it is said again, also by an answer that has lines to send.
func TestSlowedIsSaidAgain(t *testing.T) {
	b, clock := slow(t, 1000)
	b.write("f", strings.Repeat("hay\n", 5<<20))
	r := b.ask(wire.Question{Ask: wire.AskRead, Quiet: true}, func(r *reply) { r.each = func(*wire.Frame) { b.clock.add(sayEvery) } })
	if said, flagged := slowed(r); said < 10 || flagged < said {
		t.Errorf("%d rests, said %d times, flagged %d", len(clock.rests), said, flagged)
	}
	b, _ = slow(t, 1000)
	b.write("f", strings.Repeat("hay\n", 2<<20))
	r = b.ask(wire.Question{Ask: wire.AskRead})
	if said, flagged := slowed(r); said != 1 || flagged < 10 || len(r.text(false)) != 8<<20 {
		t.Errorf("lines: said %d times, flagged %d, %d bytes", said, flagged, len(r.text(false)))
	}
}

func TestAPageIsNeverSlowed(t *testing.T) {
	b, clock := slow(t, 1000)
	b.write("f", strings.Repeat("hay\n", 3<<20))
	r := b.ask(back(5000))
	if said, flagged := slowed(r); said+flagged+len(clock.rests) != 0 {
		t.Errorf("said %d times, flagged %d, rests %v", said, flagged, clock.rests)
	}
}

func TestUnpackingOnABusyHostIsSlowed(t *testing.T) {
	b, clock := slow(t, 2)
	b.write("f", "new\n")
	b.write("f.1.gz", string(packed(b, ".gz", []byte(strings.Repeat("hay\n", 3<<20)))))
	r := b.ask(wire.Question{Ask: wire.AskTime, At: 1}) // no line has a time: all of it is looked at
	if said, _ := slowed(r); said == 0 || len(clock.rests) != 2 {
		t.Errorf("said %d times, rests %v; %v", said, clock.rests, r.kinds())
	}
}

func TestASlowedSearchEndsAtOnce(t *testing.T) {
	b, clock := slow(t, 1000)
	clock.stuck = true
	b.write("f", strings.Repeat("hay\n", 3<<20))
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() {
		r := &reply{bench: b, room: func() int { return wire.MaxPayload }}
		ended <- b.follower.Ask(ctx, wire.Question{Ask: wire.AskRead, Quiet: true}, r)
	}()
	<-clock.began
	cancel()
	select {
	case err := <-ended:
		if !errors.Is(err, context.Canceled) {
			t.Errorf("it ended with %v", err)
		}
	case <-time.After(patience):
		t.Fatal("it does not end")
	}
	if n := len(b.follower.t.gate.chunks); n != 0 {
		t.Errorf("%d chunks are under way for ever", n)
	}
}
