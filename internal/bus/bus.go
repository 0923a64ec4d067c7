// Package bus is the only user of Redis pub/sub: it publishes, and it listens on any number of channels over one connection.
//
// Pub/sub loses and repeats: on a dropped connection, in a frozen server. Nobody here hides that; whoever listens checks order itself.
package bus

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"sync"
	"time"

	"github.com/redis/go-redis/v9"
)

// Options configures a Bus.
type Options struct {
	// Control and Frames publish. They must be two clients with pools of their own, without retries: a roll-call must not
	// queue behind frames. Control also makes the connection that listens. The caller closes both.
	Control redis.UniversalClient
	Frames  redis.UniversalClient
	// Deaf is how long the connection may say nothing, not even answer a ping, before it is given up; 6 s. A connection
	// whose other end vanished without a word is found by nothing else.
	Deaf time.Duration
	Log  *slog.Logger
}

// Bus publishes and listens. All methods are safe for concurrent use.
type Bus struct {
	o Options

	mu       sync.RWMutex
	channels map[string]*subscription
	dirty    chan struct{} // of one: channels and what the connection listens to may differ
}

type subscription struct {
	handle    func(payload []byte)
	confirmed chan struct{}
	once      sync.Once
}

// New returns a Bus that listens as soon as Run runs.
func New(o Options) (*Bus, error) {
	if o.Control == nil || o.Frames == nil {
		return nil, errors.New("making a bus: Control and Frames are both needed")
	}
	if o.Deaf == 0 {
		o.Deaf = 6 * time.Second
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	return &Bus{o: o, channels: map[string]*subscription{}, dirty: make(chan struct{}, 1)}, nil
}

// Publish says payload on a control channel and tells how many listened.
func (b *Bus) Publish(ctx context.Context, channel string, payload []byte) (int64, error) {
	return publish(ctx, b.o.Control, channel, payload)
}

// PublishFrame is Publish through the pool of frames.
func (b *Bus) PublishFrame(ctx context.Context, channel string, payload []byte) (int64, error) {
	return publish(ctx, b.o.Frames, channel, payload)
}

func publish(ctx context.Context, c redis.UniversalClient, channel string, payload []byte) (int64, error) {
	n, err := c.Publish(ctx, channel, payload).Result()
	if err != nil {
		return 0, fmt.Errorf("publishing on %s: %w", channel, err)
	}
	return n, nil
}

// Subscribe calls handle for each message on channel, one at a time and in order, until unsubscribe; it replaces an earlier
// subscription of the same channel. confirmed is closed when Redis has first said that it listens.
//
// handle runs on the reading loop: it must not block, or all channels of this process stand still.
func (b *Bus) Subscribe(channel string, handle func(payload []byte)) (confirmed <-chan struct{}, unsubscribe func()) {
	s := &subscription{handle: handle, confirmed: make(chan struct{})}
	b.mu.Lock()
	b.channels[channel] = s
	b.mu.Unlock()
	b.poke()
	return s.confirmed, func() {
		b.mu.Lock()
		if b.channels[channel] == s {
			delete(b.channels, channel)
		}
		b.mu.Unlock()
		b.poke()
	}
}

func (b *Bus) poke() {
	select {
	case b.dirty <- struct{}{}:
	default:
	}
}

// wanted is the channels that should be listened to.
func (b *Bus) wanted() map[string]*subscription {
	b.mu.RLock()
	defer b.mu.RUnlock()
	return maps.Clone(b.channels)
}

func (b *Bus) find(channel string) *subscription {
	b.mu.RLock()
	defer b.mu.RUnlock()
	return b.channels[channel]
}
