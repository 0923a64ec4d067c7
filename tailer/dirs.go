package tailer

import (
	"context"
	"path/filepath"
	"slices"

	"golang.org/x/sys/unix"

	"livetail/internal/naming"
)

// watcher is what is used of fsnotify's. Its methods wait for each other, and the folder's file system.
type watcher interface {
	Add(path string) error
	Remove(path string) error
}

// hop is a name on the way to a log: its own, and those of the links that lead to it.
type hop struct{ dir, base string }

// dir is a watched directory, by its real path: inotify knows one watch per inode.
type dir struct {
	spots   map[*spot]int // with how many hops
	byName  map[string][]*spot
	inode   inode
	watched bool
}

func (t *Tailer) watchedDirs() []string {
	t.mu.Lock()
	defer t.mu.Unlock()
	paths := make([]string, 0, len(t.dirs))
	for path := range t.dirs {
		paths = append(paths, path)
	}
	return paths
}

// lookAtDirs has what was removed and made anew watched again, and what could not be watched.
func (t *Tailer) lookAtDirs() {
	for _, path := range t.watchedDirs() {
		t.askToWatch(path)
	}
}

// askToWatch has the watcher hear of a folder, unless it watches it as it is. It never waits for the watcher, but perhaps for
// the folder's file server.
func (t *Tailer) askToWatch(path string) {
	var st unix.Stat_t
	err := unix.Stat(path, &st)
	t.mu.Lock()
	defer t.mu.Unlock()
	d := t.dirs[path]
	switch {
	case d == nil:
	case err == nil && (!d.watched || d.inode != inodeOf(&st)):
		t.want(path, inodeOf(&st))
	case err != nil && d.watched:
		t.want(path, inode{})
	}
}

// want notes that the watcher has to hear of a folder. t.mu is held.
func (t *Tailer) want(path string, as inode) {
	if t.watcher == nil {
		return
	}
	t.wants[path] = as
	select {
	case t.asked <- struct{}{}:
	default:
	}
}

// keepWatching has the watcher watch what is wanted, until ctx ends. Nobody else speaks with it, and nobody waits for it: a file
// server that dies just when one of its folders is added holds the watcher up, and until it answers all logs are looked at.
func (t *Tailer) keepWatching(ctx context.Context) {
	told := false
	for {
		select {
		case <-ctx.Done():
			return
		case <-t.asked:
		}
		for ctx.Err() == nil {
			w, path, as := t.nextWanted()
			if w == nil {
				break
			}
			w.Remove(path) // where the kernel ended the watch already it does no harm
			if as == (inode{}) {
				continue
			}
			err := w.Add(path)
			switch {
			case err == nil:
				t.watches(path, as)
			case !missing(err) && !told:
				told = true
				t.log.Warn("a folder is not watched, its logs are looked at instead: raise fs.inotify.max_user_watches",
					"folder", path, "every", t.every, "cause", err)
			}
		}
	}
}

// nextWanted takes the next folder that the watcher has to hear of. nil: there is none.
func (t *Tailer) nextWanted() (w watcher, path string, as inode) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for path, as := range t.wants {
		delete(t.wants, path)
		d := t.dirs[path]
		switch {
		case d == nil:
			return t.watcher, path, inode{}
		case !d.watched || d.inode != as:
			d.watched = false
			return t.watcher, path, as
		}
	}
	return nil, "", inode{}
}

// watches notes that a folder is watched, and wakes those who wanted it: what happened before it was they have not heard of.
func (t *Tailer) watches(path string, as inode) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if d := t.dirs[path]; d != nil {
		d.inode, d.watched = as, true
		d.poke("", true)
	} else {
		t.want(path, inode{}) // nobody wants it any more
	}
}

// add makes f hear of its directories, as they are now.
func (t *Tailer) add(f *Follower) {
	t.mu.Lock()
	if f.spot == nil {
		k := spotKey{f.src.Path, f.src.Latest}
		s := t.spots[k]
		if s == nil {
			stem := naming.Fixed(f.base).Stem()
			if f.src.Latest {
				stem = f.dated.Stem()
			}
			s = &spot{stem: stem, slot: t.slot % slots, followers: map[*Follower]struct{}{}}
			t.slot++
			t.spots[k] = s
		}
		f.spot = s
		s.followers[f] = struct{}{}
	}
	s := f.spot
	t.mu.Unlock()
	s.walking.Lock() // what was found first is registered first
	defer s.walking.Unlock()
	for _, path := range t.enter(s, f.walk()) {
		t.askToWatch(path)
	}
}

// remove makes f hear of nothing.
func (t *Tailer) remove(f *Follower) {
	t.mu.Lock()
	s := f.spot
	if s == nil {
		t.mu.Unlock()
		return
	}
	f.spot = nil
	delete(s.followers, f)
	left := len(s.followers)
	if left == 0 {
		delete(t.spots, spotKey{f.src.Path, f.src.Latest})
	}
	t.mu.Unlock()
	if left == 0 {
		t.enter(s, nil)
	}
}

// enter registers s for hops and for nothing else. It returns the folders that were not watched for anybody.
func (t *Tailer) enter(s *spot, hops []hop) (fresh []string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	old := s.hops
	if slices.Equal(old, hops) {
		return nil
	}
	s.hops = hops
	for _, h := range hops {
		d := t.dirs[h.dir]
		if d == nil {
			d = &dir{spots: map[*spot]int{}, byName: map[string][]*spot{}}
			t.dirs[h.dir] = d
			fresh = append(fresh, h.dir)
		}
		d.spots[s]++
		d.byName[h.base] = append(d.byName[h.base], s)
	}
	for _, h := range old {
		d := t.dirs[h.dir]
		if d.spots[s]--; d.spots[s] == 0 {
			delete(d.spots, s)
		}
		at := slices.Index(d.byName[h.base], s)
		if d.byName[h.base] = slices.Delete(d.byName[h.base], at, at+1); len(d.byName[h.base]) == 0 {
			delete(d.byName, h.base)
		}
		if len(d.spots) == 0 {
			delete(t.dirs, h.dir)
			t.want(h.dir, inode{})
		}
	}
	return fresh
}

// walk lists the hops from the log's path to the file.
func (f *Follower) walk() []hop {
	var out []hop
	add := func(folder, base string) {
		real, err := filepath.EvalSymlinks(folder)
		if err != nil {
			real = filepath.Clean(folder) // not there yet: the look finds it
		}
		if h := (hop{real, base}); !slices.Contains(out, h) {
			out = append(out, h)
		}
	}
	if f.src.Latest && filepath.Dir(f.base) != "." || f.base == "" {
		add(f.dir, "") // where the next one appears, or its folder
		if f.base == "" {
			return out
		}
	}
	path := f.path()
	for range 8 {
		folder, base := filepath.Split(path)
		add(folder, base)
		var buf [4096]byte
		n, err := unix.Readlink(path, buf[:])
		if err != nil {
			break
		}
		target := string(buf[:n])
		if !filepath.IsAbs(target) {
			target = filepath.Join(folder, target)
		}
		path = target
	}
	return out
}
