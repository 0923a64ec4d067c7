package auth

import (
	"sync"
	"time"
)

// Watch gives a channel that is closed when the session ends, anywhere, or expires; Run must be running to notice those
// ends nobody told. stop must be called when nobody looks at the channel any more.
func (a *Auth) Watch(key string) (ended <-chan struct{}, stop func()) { return a.memory.watch(key) }

// Heard takes note that another web process ended a session. It may be called any number of times.
func (a *Auth) Heard(key string) { a.memory.revoke(key) }

// unwatched is how long a session is remembered that was seen and that nobody watches: from a page to its socket.
const unwatched = 5 * time.Minute

// memory is what this process knows about sessions without asking Redis.
type memory struct {
	now      func() time.Time
	absolute time.Duration

	mu      sync.Mutex
	open    map[string]*open
	revoked map[string]time.Time // key to the time after which it would have expired anyway
}

// open is a session that was seen alive here, or that somebody watches.
type open struct {
	record   record
	stamp    stamp
	seen     bool // record and stamp are known
	at       time.Time
	watchers int
	ended    chan struct{} // closed by memory.close only
}

func (m *memory) init(now func() time.Time, absolute time.Duration) {
	m.now, m.absolute = now, absolute
	m.open, m.revoked = map[string]*open{}, map[string]time.Time{}
}

func (m *memory) watch(key string) (<-chan struct{}, func()) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if _, over := m.revoked[key]; over {
		ended := make(chan struct{})
		close(ended)
		return ended, func() {}
	}
	o := m.get(key)
	o.watchers++
	return o.ended, sync.OnceFunc(func() {
		m.mu.Lock()
		defer m.mu.Unlock()
		o.watchers--
	})
}

// saw notes that Redis has the session, as of stamp. It says false if the session was ended here.
func (m *memory) saw(key string, rec record, at stamp) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	if _, over := m.revoked[key]; over {
		return false
	}
	o := m.get(key)
	o.record, o.stamp, o.seen, o.at = rec, at, true, m.now()
	return true
}

func (m *memory) get(key string) *open {
	o := m.open[key]
	if o == nil {
		o = &open{ended: make(chan struct{}), at: m.now()}
		m.open[key] = o
	}
	return o
}

// watched gives what is known of a session that somebody watches.
func (m *memory) watched(key string) (rec record, at stamp, ok bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if o := m.open[key]; o != nil && o.watchers > 0 && o.seen {
		return o.record, o.stamp, true
	}
	return record{}, stamp{}, false
}

// allWatched gives the keys of all sessions that somebody watches, and forgets the others in time.
func (m *memory) allWatched() (keys []string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for key, o := range m.open {
		switch {
		case o.watchers > 0:
			keys = append(keys, key)
		case m.now().Sub(o.at) > unwatched:
			delete(m.open, key)
		}
	}
	return keys
}

// close tells those who watch that the session is over.
func (m *memory) close(key string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.closeLocked(key)
}

func (m *memory) closeLocked(key string) {
	if o := m.open[key]; o != nil {
		close(o.ended)
		delete(m.open, key)
	}
}

// revoke is close, and remembers it, so that the session is not put back when Redis forgets.
func (m *memory) revoke(key string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.revoked[key] = m.now().Add(m.absolute)
	m.closeLocked(key)
}

func (m *memory) isRevoked(key string) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	_, over := m.revoked[key]
	return over
}

// allRevoked gives the keys that were ended and would not have expired yet, and forgets the others.
func (m *memory) allRevoked() (keys []string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for key, until := range m.revoked {
		if m.now().After(until) {
			delete(m.revoked, key)
			continue
		}
		keys = append(keys, key)
	}
	return keys
}
