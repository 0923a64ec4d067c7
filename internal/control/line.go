// Package control carries signed control messages between processes, and judges whether the silence of others may count.
package control

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"time"

	"livetail/internal/wire"
)

// Bus is what a Line needs of Redis.
type Bus interface {
	Publish(ctx context.Context, channel string, payload []byte) (receivers int64, err error)
	Subscribe(channel string, handle func(payload []byte)) (confirmed <-chan struct{}, unsubscribe func())
}

// Options configures a Line.
type Options struct {
	Bus     Bus
	Sealer  wire.Sealer
	Channel string // this process's own control channel
	// Hear is called for each message on it, on the bus's reading loop: it must not block.
	Hear func(wire.Message)
	Log  *slog.Logger
}

// Line is one process's end of the control channels. Safe for concurrent use.
type Line struct {
	o   Options
	out chan letter
}

type letter struct {
	channel string
	message wire.Message
	again   []time.Duration // wait these before it is said again, whatever came of it
	tries   int             // how often nobody listened
}

const (
	senders = 8
	// waiting is how many messages may wait for Redis. More are dropped, which the protocol forgives: all that matters is
	// said again, by timers or in the next roll-call.
	waiting = 16384
)

// patience is how long to wait before saying again what nobody heard: a subscriber whose connection was just killed is back
// within a millisecond, and go-redis's own health check would take seconds.
var patience = []time.Duration{20 * time.Millisecond, 60 * time.Millisecond, 180 * time.Millisecond}

// NewLine returns a Line; nothing is sent or heard before Run.
func NewLine(o Options) *Line {
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	return &Line{o: o, out: make(chan letter, waiting)}
}

// Send says m on channel soon, and again if nobody listened; it never blocks.
func (l *Line) Send(channel string, m wire.Message) { l.post(letter{channel: channel, message: m}) }

// SendOften says m at once and again after each pause, whether it was heard or not.
func (l *Line) SendOften(channel string, m wire.Message, pauses ...time.Duration) {
	l.post(letter{channel: channel, message: m, again: pauses})
}

func (l *Line) post(x letter) {
	select {
	case l.out <- x:
	default:
	}
}

const (
	// lastWords bounds how long a line that ends goes on sending what was said before.
	lastWords = time.Second
	// patient bounds one publishing; what is older than that is said again by the next roll-call anyway.
	patient = 1500 * time.Millisecond
)

// Run hears and sends until ctx ends. What was said before that is still sent, within a second.
func (l *Line) Run(ctx context.Context) error {
	_, unsubscribe := l.o.Bus.Subscribe(l.o.Channel, l.hear)
	defer unsubscribe()
	var wg sync.WaitGroup
	var later timers
	for range senders {
		wg.Go(func() {
			for {
				select {
				case <-ctx.Done():
					l.drain(ctx)
					return
				case x := <-l.out:
					l.send(ctx, x, &later)
				}
			}
		})
	}
	wg.Wait()
	later.stop()
	return nil
}

// drain says what was posted before the end.
func (l *Line) drain(ctx context.Context) {
	for end := time.Now().Add(lastWords); time.Now().Before(end); {
		select {
		case x := <-l.out:
			_, _ = l.publish(ctx, x)
		default:
			return
		}
	}
}

// publish is not ended by ctx: a message that was taken to be sent may be the last no.
func (l *Line) publish(ctx context.Context, x letter) (int64, error) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), patient)
	defer cancel()
	return l.o.Bus.Publish(ctx, x.channel, l.o.Sealer.Seal(x.channel, x.message))
}

func (l *Line) send(ctx context.Context, x letter, later *timers) {
	n, err := l.publish(ctx, x)
	if len(x.again) > 0 {
		pause := x.again[0]
		x.again = x.again[1:]
		later.after(pause, func() { l.post(x) })
		return
	}
	if err == nil && n == 0 && x.tries < len(patience) {
		pause := patience[x.tries]
		x.tries++
		later.after(pause, func() { l.post(x) })
	}
}

func (l *Line) hear(payload []byte) {
	m, err := l.o.Sealer.Open(l.o.Channel, payload)
	if err != nil {
		if errors.Is(err, wire.ErrForged) {
			l.o.Log.Warn("a control message was refused: is another installation using the same redis.namespace?", "cause", err)
		} else {
			l.o.Log.Warn("a control message was not understood", "cause", err)
		}
		return
	}
	l.o.Hear(m)
}

// timers are calls yet to be made; stop ends them and waits for those under way.
type timers struct {
	mu      sync.Mutex
	stopped bool
	wg      sync.WaitGroup
	pending map[*time.Timer]struct{}
}

func (t *timers) after(d time.Duration, f func()) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.stopped {
		return
	}
	if t.pending == nil {
		t.pending = map[*time.Timer]struct{}{}
	}
	t.wg.Add(1)
	var timer *time.Timer
	timer = time.AfterFunc(d, func() {
		defer t.wg.Done()
		t.mu.Lock()
		delete(t.pending, timer)
		t.mu.Unlock()
		f()
	})
	t.pending[timer] = struct{}{}
}

func (t *timers) stop() {
	t.mu.Lock()
	t.stopped = true
	for timer := range t.pending {
		if timer.Stop() {
			t.wg.Done()
		}
	}
	t.mu.Unlock()
	t.wg.Wait()
}
