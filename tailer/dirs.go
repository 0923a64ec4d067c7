package tailer

import (
	"path/filepath"
	"slices"

	"golang.org/x/sys/unix"

	"livetail/internal/naming"
)

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

// lookAtDirs watches again what was removed and made anew, and tries again what could not be watched.
func (t *Tailer) lookAtDirs() {
	for _, path := range t.watchedDirs() {
		var st unix.Stat_t
		err := unix.Stat(path, &st)
		t.mu.Lock()
		d := t.dirs[path]
		again := d != nil && (err != nil || !d.watched || d.inode != inodeOf(&st))
		t.mu.Unlock()
		if again {
			t.watching.Lock()
			t.unwatch(path)
			t.watch(path)
			t.watching.Unlock()
		}
	}
}

// watch adds path to the watcher and wakes those who wanted it. t.watching is held, and t.mu is not: the watcher may wait
// for the one who hears its events, and that one for t.mu.
func (t *Tailer) watch(path string) {
	var st unix.Stat_t
	if t.watcher == nil || unix.Stat(path, &st) != nil {
		return
	}
	if err := t.watcher.Add(path); err != nil {
		if !missing(err) && !t.told {
			t.told = true
			t.log.Warn("a folder is not watched, its logs are looked at instead: raise fs.inotify.max_user_watches",
				"folder", path, "every", t.every, "cause", err)
		}
		return
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if d := t.dirs[path]; d != nil {
		d.inode, d.watched = inodeOf(&st), true
		d.poke("", true)
	}
}

// unwatch is watch's reverse; where the kernel ended the watch already it does no harm.
func (t *Tailer) unwatch(path string) {
	if t.watcher != nil {
		t.watcher.Remove(path)
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if d := t.dirs[path]; d != nil {
		d.watched = false
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
	hops := f.walk()
	t.watching.Lock()
	defer t.watching.Unlock()
	t.enter(s, hops)
}

// remove makes f hear of nothing.
func (t *Tailer) remove(f *Follower) {
	t.watching.Lock()
	defer t.watching.Unlock()
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

// enter registers s for hops and for nothing else, and watches accordingly. t.watching is held.
func (t *Tailer) enter(s *spot, hops []hop) {
	var fresh, idle []string
	t.mu.Lock()
	old := s.hops
	if slices.Equal(old, hops) {
		t.mu.Unlock()
		return
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
			idle = append(idle, h.dir)
		}
	}
	t.mu.Unlock()
	for _, path := range fresh {
		t.watch(path)
	}
	for _, path := range idle {
		t.unwatch(path)
	}
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
