package bus

import (
	"context"
	"sync"
	"sync/atomic"
	"time"
	"unsafe"

	"github.com/redis/go-redis/v9"
)

// listening is one connection that listens. Three goroutines share it: the reading loop, which never subscribes, since
// go-redis holds a lock for that through a whole reconnect; the one that subscribes; the one that pings.
type listening struct {
	bus   *Bus
	ps    *redis.PubSub
	heard atomic.Int64 // Unix nanoseconds of the last sign of life
}

// Run listens until ctx ends.
func (b *Bus) Run(ctx context.Context) error {
	for ctx.Err() == nil {
		b.listen(ctx)
	}
	return nil
}

// listen uses one connection until ctx ends or it is deaf; go-redis reconnects and subscribes again below us.
func (b *Bus) listen(ctx context.Context) {
	ctx, cancel := context.WithCancel(ctx)
	l := &listening{bus: b, ps: b.o.Control.Subscribe(ctx)}
	l.alive()
	var wg sync.WaitGroup
	wg.Go(func() { l.subscribe(ctx) })
	wg.Go(func() { l.ping(ctx, cancel) })
	// A blocked read ends only by closing what it reads from.
	stop := context.AfterFunc(ctx, func() { l.ps.Close() })
	l.read(ctx)
	cancel()
	stop()
	l.ps.Close()
	wg.Wait()
}

func (l *listening) alive() { l.heard.Store(time.Now().UnixNano()) }

func (l *listening) read(ctx context.Context) {
	failures := 0
	for ctx.Err() == nil {
		msg, err := l.ps.Receive(ctx)
		if err != nil {
			if ctx.Err() != nil {
				return
			}
			if failures++; failures == 1 {
				l.bus.o.Log.Warn("the connection that listens to redis broke; connecting again", "cause", err)
			}
			wait(ctx, min(time.Duration(failures)*20*time.Millisecond, time.Second))
			continue
		}
		failures = 0
		l.alive()
		switch m := msg.(type) {
		case *redis.Message:
			if s := l.bus.find(m.Channel); s != nil {
				// The string is ours alone: go-redis made it for this message. A copy of each frame would cost a tenth
				// of the throughput; handlers get it as bytes and never write to them.
				s.handle(unsafe.Slice(unsafe.StringData(m.Payload), len(m.Payload)))
			}
		case *redis.Subscription:
			if s := l.bus.find(m.Channel); s != nil && m.Kind == "subscribe" {
				s.once.Do(func() { close(s.confirmed) })
			}
		}
	}
}

// subscribe keeps what the connection listens to at what is wanted.
func (l *listening) subscribe(ctx context.Context) {
	var has map[string]*subscription
	for {
		want := l.bus.wanted()
		var add, drop []string
		for c, s := range want {
			if has[c] != s {
				add = append(add, c)
			}
		}
		for c := range has {
			if want[c] == nil {
				drop = append(drop, c)
			}
		}
		// An error needs no answer: go-redis remembers the channels and subscribes again with the next connection.
		if len(add) > 0 {
			_ = l.ps.Subscribe(ctx, add...)
		}
		if len(drop) > 0 {
			_ = l.ps.Unsubscribe(ctx, drop...)
		}
		has = want
		select {
		case <-ctx.Done():
			return
		case <-l.bus.dirty:
		}
	}
}

// ping gives the connection up when it has been deaf for too long.
func (l *listening) ping(ctx context.Context, giveUp func()) {
	tick := time.NewTicker(l.bus.o.Deaf / 4)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		if silent := time.Since(time.Unix(0, l.heard.Load())); silent > l.bus.o.Deaf {
			l.bus.o.Log.Warn("redis says nothing; listening on a new connection", "silent", silent.Round(time.Second))
			giveUp()
			return
		}
		_ = l.ps.Ping(ctx) // a failure is seen by the reading loop
	}
}

func wait(ctx context.Context, d time.Duration) {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
	case <-t.C:
	}
}
