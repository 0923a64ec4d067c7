package tailer

import (
	"context"
	"errors"
	"path/filepath"
	"strings"
	"sync"

	"github.com/fsnotify/fsnotify"
)

// slots spread the looks of many followers over the time between two of one.
const slots = 8

// Run hears events and looks at the time, and tells the followers, until ctx ends. Without it nothing is noticed. Where
// inotify cannot be had, the looks alone must do.
func (t *Tailer) Run(ctx context.Context) error {
	w, err := fsnotify.NewWatcher()
	if err != nil {
		t.log.Warn("files are not watched, they are looked at instead: raise fs.inotify.max_user_instances", "every", t.every, "cause", err)
		w = nil
	}
	var all sync.WaitGroup
	defer func() {
		t.setWatcher(nil)
		if w != nil {
			w.Close()
		}
		all.Wait()
		t.minders.Wait()
	}()
	if w != nil {
		t.setWatcher(w)
		all.Go(func() { t.hear(w) })
		all.Go(func() { t.keepWatching(ctx) })
	}
	folders := make(chan struct{}, 1)
	folders <- struct{}{}
	defer close(folders)
	all.Go(func() { // beside the rest: a folder of a file server that does not answer must not hold other logs up
		for range folders {
			t.lookAtDirs()
		}
	})
	ticks, stop := t.clock.Tick(t.every / slots)
	defer stop()
	for n := 0; ; n = (n + 1) % slots {
		select {
		case <-ctx.Done():
			return nil
		case <-ticks:
		}
		if n == 0 {
			select {
			case folders <- struct{}{}:
			default: // it is at it
			}
		}
		t.pokeSlot(n)
	}
}

// setWatcher begins to use w, or none.
func (t *Tailer) setWatcher(w watcher) {
	t.mu.Lock()
	t.watcher = w
	clear(t.wants)
	t.mu.Unlock()
	t.pokeAll()
}

// hear fans events out, until w is closed and no earlier: an error is told with w's lock held, which closing it wants too. It
// never waits for a follower.
func (t *Tailer) hear(w *fsnotify.Watcher) {
	for {
		select {
		case ev, ok := <-w.Events:
			if !ok {
				return
			}
			t.dispatch(ev)
		case err, ok := <-w.Errors:
			if !ok {
				return
			}
			if !errors.Is(err, fsnotify.ErrEventOverflow) {
				t.log.Warn("watching files", "cause", err)
			}
			t.pokeAll() // something was missed
		}
	}
}

func (t *Tailer) dispatch(ev fsnotify.Event) {
	t.mu.Lock()
	defer t.mu.Unlock()
	names := ev.Op&^fsnotify.Write != 0
	folder, base := filepath.Split(ev.Name)
	if len(folder) > 1 {
		folder = folder[:len(folder)-1]
	}
	if d := t.dirs[folder]; d != nil {
		d.poke(base, names)
	}
	if d := t.dirs[ev.Name]; d != nil && ev.Op&(fsnotify.Remove|fsnotify.Rename) != 0 {
		d.watched = false
		d.poke("", true)
	}
}

// poke tells those whom a change of name concerns; "" concerns all.
func (d *dir) poke(name string, names bool) {
	exact := d.byName[name]
	for _, s := range exact {
		s.poke(names)
	}
	if len(exact) > 0 && !names {
		return
	}
	for s := range d.spots {
		// Rotated files still grow, and a link on the way may be turned.
		if name == "" || strings.HasPrefix(name, s.stem) || names && len(s.hops) > 1 {
			s.poke(names)
		}
	}
}

func (s *spot) poke(names bool) {
	for f := range s.followers {
		f.poke(names)
	}
}

func (t *Tailer) pokeAll() {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, s := range t.spots {
		s.poke(true)
	}
}

// pokeSlot says that the look is due, to one part of the spots.
func (t *Tailer) pokeSlot(n int) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, s := range t.spots {
		if s.slot == n {
			s.look()
		}
	}
}
