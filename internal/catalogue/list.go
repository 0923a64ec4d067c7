package catalogue

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"sync"
	"time"

	"livetail/internal/wire"

	"github.com/redis/go-redis/v9"
)

// ListOptions are what NewList needs.
type ListOptions struct {
	Redis  redis.UniversalClient
	Bus    Bus
	Names  wire.Names
	Secret []byte           // the installation's
	Every  time.Duration    // between beats, as the announcers have it; 0: 2 s
	Now    func() time.Time // nil: time.Now
	Log    *slog.Logger     // nil: nothing is logged
}

// List is what all hosts announced. Its methods may be called from any goroutine; they answer from memory.
type List struct {
	o     ListOptions
	seal  wire.TextSeal
	inbox chan string

	mu    sync.Mutex
	ready bool
	hosts map[string]*host
	seq   uint64 // counts changes
	lost  uint64 // when a host was forgotten
	mute  bool   // Redis does not answer; it was said once

	// Used by Run's goroutine only.
	blind time.Time // when Redis last did not answer: silence until then proves nothing
	ticks int
}

// inboxSize is how many announcements may wait. What does not fit is dropped, and noticed at the next beat.
const inboxSize = 256

// NewList checks o. Nothing is known until Run.
func NewList(o ListOptions) (*List, error) {
	if o.Redis == nil || o.Bus == nil || len(o.Secret) == 0 {
		return nil, errors.New("listing logs: Redis, Bus and Secret are needed")
	}
	if o.Every == 0 {
		o.Every = defaultEvery
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	return &List{o: o, seal: newSeal(o.Secret), inbox: make(chan string, inboxSize), hosts: map[string]*host{}}, nil
}

// Ready says whether Redis was asked once for all hosts. Before, a log that is not found may well exist.
func (l *List) Ready() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.ready
}

// Reached says whether Redis answered when it was last asked. It is asked when hosts are silent.
func (l *List) Reached() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return !l.mute
}

// Hosts are all hosts by name.
func (l *List) Hosts() []Host {
	l.mu.Lock()
	defer l.mu.Unlock()
	now := l.o.Now()
	out := make([]Host, 0, len(l.hosts))
	for _, name := range slices.Sorted(maps.Keys(l.hosts)) {
		out = append(out, l.hosts[name].public(now))
	}
	return out
}

// Find is one log and its host. While not Ready, not finding it means nothing.
func (l *List) Find(log wire.Log) (Entry, Host, bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	h := l.hosts[log.Host]
	if h == nil {
		return Entry{}, Host{}, false
	}
	r, ok := h.records[log.ID]
	if !ok {
		return Entry{}, Host{}, false
	}
	now := l.o.Now()
	return r.entry(h.up(now)), h.public(now), true
}

// Run follows what is announced until ctx ends, and returns nil then. Redis being away is no error: what was known
// stays known.
func (l *List) Run(ctx context.Context) error {
	confirmed, stop := l.o.Bus.Subscribe(l.o.Names.Catalogue(), l.hear)
	defer stop()
	select { // what is announced after the first look must be heard
	case <-ctx.Done():
		return nil
	case <-confirmed:
	}
	tick := time.NewTicker(l.o.Every)
	defer tick.Stop()
	l.begin(ctx)
	wanted := false
	for {
		select {
		case <-ctx.Done():
			return nil
		case sealed := <-l.inbox:
			wanted = l.take(sealed) || wanted
		case <-tick.C:
			wanted = true
			if l.Ready() {
				l.judge(ctx)
			} else {
				l.begin(ctx)
			}
		}
		if wanted && len(l.inbox) == 0 { // what waits may be what was missed
			l.load(ctx)
			wanted = false
		}
	}
}

// hear runs on the bus's reading loop.
func (l *List) hear(payload []byte) {
	if len(payload) > maxMessage {
		return
	}
	select {
	case l.inbox <- string(payload):
	default:
	}
}

// take opens an announcement, and says whether Redis must be asked for what was missed before it.
func (l *List) take(sealed string) (wanted bool) {
	body, ok := l.seal.Open(l.o.Names.Catalogue(), sealed)
	if !ok {
		l.o.Log.Debug("an announcement was not signed by this installation")
		return false
	}
	m, err := parseMessage(body)
	if err != nil {
		l.o.Log.Debug("an announcement was dropped", "err", err)
		return false
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	h := l.hosts[m.Host]
	if h == nil {
		if h = l.add(m.Host); h == nil || m.Say == sayBye {
			return h != nil
		}
	}
	h.hear(m, l.o.Now())
	return h.want
}

// add makes room for a host; nil if there is none. l.mu is held.
func (l *List) add(name string) *host {
	if l.hosts[name] == nil && len(l.hosts) < maxHosts {
		l.hosts[name] = newHost(name, &l.seq)
		l.hosts[name].want = true
	}
	return l.hosts[name]
}

// trouble notes that Redis did not answer, or that it did.
func (l *List) trouble(ctx context.Context, err error) {
	if ctx.Err() != nil {
		return
	}
	if err != nil {
		l.blind = l.o.Now()
	}
	l.mu.Lock()
	same := (err != nil) == l.mute
	l.mute = err != nil
	l.mu.Unlock()
	if same {
		return
	}
	if err != nil {
		l.o.Log.Warn("Redis does not answer; the list of logs stays as it is", "err", err)
	} else {
		l.o.Log.Info("Redis answers again; the list of logs is up to date")
	}
}

func (l *List) away() time.Duration { return awayAfter * l.o.Every }

func wrap(doing string, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("%s: %w", doing, err)
}
