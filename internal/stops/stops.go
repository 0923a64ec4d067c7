// Package stops keeps which logs an administrator stopped for everybody: in Redis, where every web process looks for them.
package stops

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"sync"
	"time"

	"github.com/redis/go-redis/v9"

	"livetail/internal/wire"
)

// Options are what New needs.
type Options struct {
	Redis  redis.UniversalClient
	Names  wire.Names
	Secret []byte           // the installation's
	Every  time.Duration    // between looks; 0: 1 s
	Now    func() time.Time // nil: time.Now
	Log    *slog.Logger     // nil: nothing is logged
}

// Stops is what one web process knows. It answers from memory, also while Redis does not: what was stopped stays so. Its
// methods may be called by many goroutines at once.
type Stops struct {
	o    Options
	seal wire.TextSeal
	key  string

	asking sync.Mutex // held while Redis is written or read, so that an older look never undoes a newer word

	mu      sync.Mutex
	ready   bool
	failing bool
	stopped map[wire.Log]Stop
	watched map[wire.Log]map[chan string]struct{}
}

// ErrFull is that no more logs can be stopped.
var ErrFull = errors.New("as many logs are stopped as may be")

// New checks o. Nothing is known until Run.
func New(o Options) (*Stops, error) {
	if o.Redis == nil || len(o.Secret) == 0 {
		return nil, errors.New("stops: Redis and Secret are needed")
	}
	if o.Every == 0 {
		o.Every = time.Second
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	return &Stops{o: o, seal: newSeal(o.Secret), key: o.Names.StopsKey(), stopped: map[wire.Log]Stop{}, watched: map[wire.Log]map[chan string]struct{}{}}, nil
}

// Run looks until ctx ends, and returns nil then.
func (s *Stops) Run(ctx context.Context) error {
	tick := time.NewTicker(s.o.Every)
	defer tick.Stop()
	for {
		s.asking.Lock()
		s.trouble(ctx, s.look(ctx))
		s.asking.Unlock()
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
	}
}

// Stop stops a log for everybody, or gives another reason.
func (s *Stops) Stop(ctx context.Context, log wire.Log, by, reason string) error {
	stop := Stop{Reason: reason, By: by, Since: s.o.Now()}
	if _, err := parse(stop.encode()); err != nil { // nobody would believe it
		return fmt.Errorf("stopping %s: %w", log, err)
	}
	s.asking.Lock()
	defer s.asking.Unlock()
	if err := s.put(ctx, log, stop); err != nil {
		return fmt.Errorf("stopping %s: %w", log, err)
	}
	return s.look(ctx)
}

// LetGo lets a log go on.
func (s *Stops) LetGo(ctx context.Context, log wire.Log) error {
	s.asking.Lock()
	defer s.asking.Unlock()
	if err := s.drop(ctx, log); err != nil {
		return fmt.Errorf("letting %s go on: %w", log, err)
	}
	return s.look(ctx)
}

// Ready says whether Redis was asked once. Before, a log that seems to be free may be stopped.
func (s *Stops) Ready() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.ready
}

// Find says whether a log is stopped.
func (s *Stops) Find(log wire.Log) (Stop, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	stop, ok := s.stopped[log]
	return stop, ok
}

// All are those that are stopped.
func (s *Stops) All() map[wire.Log]Stop {
	s.mu.Lock()
	defer s.mu.Unlock()
	return maps.Clone(s.stopped)
}

// Watch tells once, in words, that a log is stopped: at once, if it is. release ends it.
func (s *Stops) Watch(log wire.Log) (stopped <-chan string, release func()) {
	told := make(chan string, 1)
	s.mu.Lock()
	defer s.mu.Unlock()
	if stop, ok := s.stopped[log]; ok {
		told <- stop.Words()
		return told, func() {}
	}
	if s.watched[log] == nil {
		s.watched[log] = map[chan string]struct{}{}
	}
	s.watched[log][told] = struct{}{}
	return told, func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		if delete(s.watched[log], told); len(s.watched[log]) == 0 {
			delete(s.watched, log)
		}
	}
}

// take makes found what is known, and tells those who watch.
func (s *Stops) take(found map[wire.Log]Stop) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for log, stop := range found {
		if _, before := s.stopped[log]; before {
			continue
		}
		s.o.Log.Info("a log is stopped for everybody", "log", log.String(), "by", stop.By, "reason", stop.Reason)
		for told := range s.watched[log] {
			told <- stop.Words() // has room: it is told once
		}
		delete(s.watched, log)
	}
	for log := range s.stopped {
		if _, still := found[log]; !still {
			s.o.Log.Info("a log that was stopped goes on: its stop is no longer in Redis", "log", log.String())
		}
	}
	s.stopped, s.ready = found, true
}

// trouble logs once that Redis cannot be asked, and once that it can again.
func (s *Stops) trouble(ctx context.Context, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if ctx.Err() != nil || (err != nil) == s.failing {
		return
	}
	if s.failing = err != nil; s.failing {
		s.o.Log.Warn("Redis does not say which logs are stopped; what was, stays so", "err", err)
	} else {
		s.o.Log.Info("Redis says again which logs are stopped")
	}
}
