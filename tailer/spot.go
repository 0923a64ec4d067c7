package tailer

import (
	"sync"

	"golang.org/x/sys/unix"

	"livetail/internal/wire"
)

type spotKey struct {
	path   string
	latest bool
}

// spot is a path that is followed: what all its followers share. They hear of the same folders, and while nothing happens one
// of them looks for all.
type spot struct {
	stem      string // what the names of its files begin with
	slot      int    // when its look is due
	walking   sync.Mutex
	hops      []hop // watched; guarded by t.mu, as is what follows
	followers map[*Follower]struct{}
}

// sight is what a look at a log's name showed. Two that are equal, with a second between them, are of a log to which nothing
// was done.
type sight struct {
	there bool
	inode
	size         int64
	mtime, ctime unix.Timespec
}

func sightOf(st *unix.Stat_t) sight {
	return sight{true, inodeOf(st), st.Size, st.Mtim, st.Ctim}
}

// rest is a follower's, that has nothing to do unless its log's name shows something else than it last saw.
type rest struct {
	quiet bool
	saw   sight
	sink  Sink
}

// lie notes that the follower waits, and whether it needs a look of its own: who reads rotated files beside the log does, and
// whose grace runs.
func (f *Follower) lie() {
	r := rest{sink: f.sink}
	switch {
	case f.told == "" && !f.halted && len(f.held) == 1 && f.held[0].fd >= 0 && f.held[0].until.IsZero() && !f.owes(f.held[0]) && !f.strain.owes():
		r.quiet, r.saw = true, sightOf(&f.held[0].st)
	case f.told == wire.MarkWaiting && !f.halted && len(f.held) == 0:
		r.quiet = true
	}
	f.hint.Lock()
	f.rest = r
	f.hint.Unlock()
}

// rise ends the rest. Nobody speaks for the follower from here on.
func (f *Follower) rise() {
	f.hint.Lock()
	f.rest = rest{}
	f.hint.Unlock()
}

func (f *Follower) resting() bool {
	f.hint.Lock()
	defer f.hint.Unlock()
	return f.rest.quiet
}

// tellPeers says what f just saw of the log to those who rest: nothing new, so they are as alive as f is, or something that
// they have to see for themselves.
func (f *Follower) tellPeers() {
	var saw sight
	if last := f.last(); last != nil && last.fd >= 0 && last.until.IsZero() {
		saw = sightOf(&last.st)
	}
	f.t.mu.Lock()
	if f.spot == nil {
		f.t.mu.Unlock()
		return
	}
	peers := make([]*Follower, 0, len(f.spot.followers))
	for p := range f.spot.followers {
		if p != f {
			peers = append(peers, p)
		}
	}
	f.t.mu.Unlock()
	for _, p := range peers {
		p.hear(saw, f.told)
	}
}

// hear takes what another follower of the same log saw.
func (f *Follower) hear(saw sight, told string) {
	f.hint.Lock()
	same := f.rest.quiet && f.rest.saw == saw && (saw.there || told == wire.MarkWaiting)
	if same {
		f.rest.sink.Turn()
	}
	quiet := f.rest.quiet
	f.hint.Unlock()
	if quiet && !same {
		f.poke(true)
	}
}

// look tells the spot that its look is due: everybody who has something to do looks for itself, and of those who rest, one.
func (s *spot) look() {
	led := false
	for f := range s.followers {
		if f.resting() {
			if led {
				continue
			}
			led = true
			f.lead.Store(true)
		}
		f.poke(true)
		if f.busy.Load() && f.minded.CompareAndSwap(false, true) {
			f.t.minders.Go(f.mind)
		}
	}
}
