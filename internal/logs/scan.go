package logs

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"livetail/internal/naming"
	"livetail/internal/rate"
	"livetail/internal/wire"
)

// scan is one look at everything.
type scan struct {
	*Shelf
	*shot
	time   time.Time
	full   bool
	inodes map[inode]bool  // files that are listed already
	paths  map[string]bool // and where nothing is yet
}

func (sc *scan) note(format string, args ...any) {
	if n := fmt.Sprintf(format, args...); !slices.Contains(sc.shot.notes, n) && len(sc.shot.notes) < 20 {
		sc.shot.notes = append(sc.shot.notes, n)
	}
}

func (sc *scan) spec(n int, s *Spec) {
	switch {
	case s.Journal != nil:
		sc.journal(s)
	case s.File != "":
		sc.single(n, s, s.File)
	case s.Latest != "":
		sc.latest(n, s)
	case s.Folder != "":
		sc.many(n, s, s.Folder, []string{"**", "*"})
	default:
		root, segments := naming.Split(s.Glob)
		sc.many(n, s, root, segments)
	}
}

// single lists a file that the config names. It is a log whatever is in it.
func (sc *scan) single(n int, s *Spec, file string) {
	home := filepath.Dir(file)
	allowed := resolved(append(slices.Clone(s.FollowLinksTo), home))
	name := s.Name
	if name == "" {
		name = display(filepath.Base(file))
	}
	f := sc.file(n, file, "")
	f.listed = true // its past beside it is never taken for a log, though it may not be there yet
	v := judge(file, name, allowed)
	f.update(v, sc.time, sc.every)
	sc.list(f, v, s, Source{ID: s.id(), Name: name, Path: file, FollowLinksTo: allowed}, s.Group)
}

// latest lists a log of dated names. What there is to know of it is that of its newest file, and the others are its past.
func (sc *scan) latest(n int, s *Spec) {
	root, names := naming.Dated(s.Latest)
	_, segments := naming.Split(s.Latest)
	name := s.Name
	if name == "" {
		name = display(filepath.Base(s.Latest))
	}
	var newest naming.File
	w := sc.walk(s, root, segments)
	for _, c := range w.files {
		f, ok := names.Parse(c.rel)
		if !ok || !f.Current || c.link || binaryName(path.Base(c.rel)) {
			continue
		}
		order := names.Compare(f, newest)
		if newest.Name == "" || order > 0 || order == 0 && later(c.path, filepath.Join(root, newest.Name)) {
			newest = f
		}
	}
	src := Source{ID: s.id(), Name: name, Path: s.Latest, Latest: true, FollowLinksTo: resolved([]string{root})}
	if newest.Name == "" {
		sc.list(new(file), verdict{state: Missing, why: "waiting for " + display(filepath.Base(s.Latest)) + " to appear"}, s, src, s.Group)
		return
	}
	newestPath := filepath.Join(root, newest.Name)
	f := sc.file(n, newestPath, newest.Name)
	v := judge(newestPath, name, src.FollowLinksTo)
	f.update(v, sc.time, sc.every)
	sc.list(f, v, s, src, s.Group)
	for _, c := range w.files { // the others are its past: no folder shall list them
		sc.paths[c.path] = true
	}
}

// later says whether a was changed after b.
func later(a, b string) bool {
	x, err := os.Lstat(a)
	if err != nil {
		return false
	}
	y, err := os.Lstat(b)
	return err != nil || x.ModTime().After(y.ModTime())
}

// many lists the text logs below root.
func (sc *scan) many(n int, s *Spec, root string, segments []string) {
	w := sc.walk(s, root, segments)
	allowed := resolved(append(slices.Clone(s.FollowLinksTo), root))
	bases := map[string]bool{} // logs with a past
	var files []found
	for _, c := range w.files {
		if base, ok := sc.base(c); ok {
			bases[filepath.Join(filepath.Dir(c.path), base)] = true
		} else if binaryName(path.Base(c.rel)) {
			sc.leaveOut(c.rel)
		} else {
			files = append(files, c)
		}
	}
	files = append(files, sc.vanished(n, w.seen, bases)...)
	// Files come before links to them, and names that are ids before names that must be escaped, so that who keeps
	// an id or a file that several claim does not depend on when they appeared.
	slices.SortStableFunc(files, func(a, b found) int {
		if c := rank(a) - rank(b); c != 0 {
			return c
		}
		return strings.Compare(a.rel, b.rel)
	})
	for _, c := range files {
		sc.member(n, s, root, c, allowed)
	}
}

func rank(c found) int {
	r := 0
	if c.link {
		r += 2
	}
	if wire.EscapeID(c.rel) != c.rel {
		r++
	}
	return r
}

// member lists one file of a folder or a glob.
func (sc *scan) member(n int, s *Spec, root string, c found, allowed []string) {
	base, group := display(path.Base(c.rel)), display(path.Dir(c.rel))
	if group == "." {
		group = ""
	}
	name := base
	if s.Group != "" {
		name, group = display(c.rel), s.Group
	}
	v := verdict{state: Missing, why: "waiting for " + base + " to appear"}
	if c.dir != nil { // else it vanished, and what its path leads to now is not what was walked
		v = judge(c.path, base, allowed)
	}
	if v.nothing {
		return
	}
	f := sc.file(n, c.path, c.rel)
	f.update(v, sc.time, sc.every)
	if f.classify(v, sc.time); f.kind == binary && s.Encoding == "" {
		sc.leaveOut(c.rel)
		return
	}
	f.listed = f.listed || v.state == OK
	id := makeID(s.ID, c.rel)
	sc.list(f, v, s, Source{ID: id, Name: name, Path: c.path, FollowLinksTo: allowed}, group)
}

// leaveOut counts a file that is not text, and keeps the names of the first ones.
func (sc *scan) leaveOut(rel string) {
	if sc.binary++; len(sc.notText) < maxNotText {
		sc.notText = append(sc.notText, display(rel))
	}
}

// walk finds what matches, and notes what was left out.
func (sc *scan) walk(s *Spec, root string, segments []string) *walker {
	real := root
	if r := resolved([]string{root}); r[0] != root {
		real = r[0]
	}
	w := &walker{shelf: sc.Shelf, full: sc.full, seen: map[string]bool{}}
	w.walk(real, "", segments, 0)
	if real != root {
		for i := range w.files { // people and configs know it by the name that was configured
			w.files[i].path = filepath.Join(root, w.files[i].rel)
			w.seen[w.files[i].path] = true
		}
	}
	if d := sc.folders[real]; d != nil && d.err != nil && !errors.Is(d.err, fs.ErrPermission) {
		sc.note("%s cannot be looked into: %s; it is tried again", display(root), cause(d.err))
	}
	if w.deep {
		sc.note("folders more than %d below %s are not looked into", maxDepth, display(root))
	}
	if w.many {
		sc.note("%s holds too much: not all of it is looked at", display(root))
	}
	for _, dir := range w.closed {
		if d := sc.folders[dir]; d != nil && d.info != nil {
			sc.rights.folder(d.info)
		}
	}
	return w
}

// base is the log beside c of which c is the past.
func (sc *scan) base(c found) (string, bool) {
	dir := filepath.Dir(c.path)
	return naming.PastOf(path.Base(c.rel), func(name string) bool {
		f := sc.files[filepath.Join(dir, name)]
		return c.dir.holds(name) || f != nil && f.listed
	})
}

// vanished are the logs of a spec that were there and are not now.
func (sc *scan) vanished(n int, seen, bases map[string]bool) []found {
	var out []found
	for path, f := range sc.files {
		if f.spec == n && f.listed && !seen[path] && f.rel != "" && (bases[path] || sc.time.Sub(f.seen) < keep) {
			out = append(out, found{rel: f.rel, path: path})
		}
	}
	return out
}

func (sc *scan) file(n int, path, rel string) *file {
	f := sc.files[path]
	if f == nil {
		f = &file{}
		sc.files[path] = f
	}
	if f.scan != sc.scans {
		f.scan, f.spec, f.rel = sc.scans, n, rel
	}
	return f
}

// list makes an entry, unless the same file or the same id is listed already.
func (sc *scan) list(f *file, v verdict, s *Spec, src Source, group string) {
	if v.info != nil && v.state != Refused {
		if sc.inodes[f.inode] {
			return
		}
		sc.inodes[f.inode] = true
	}
	if src.Path != "" && v.state != Refused {
		if sc.paths[src.Path] {
			return
		}
		sc.paths[src.Path] = true
	}
	if other := sc.byID[src.ID]; other != nil {
		sc.note("two logs meet in the id %s: %s is refused because of %s; rename one, or give one an id of its own",
			src.ID, display(src.Path), display(other.source.Path))
		return
	}
	if len(sc.items) >= sc.most {
		sc.note("only the first %d logs are listed", sc.most)
		return
	}
	src.ShowPath, src.Lines, src.TimeLayout, src.TimeZone, src.Encoding = s.ShowPath, s.Lines, s.TimeLayout, s.TimeZone, s.Encoding
	it := &item{source: src, refused: v.state == Refused, entry: Entry{ID: src.ID, Name: src.Name, Group: group, State: v.state, Why: v.why,
		Lines: s.Lines, ShowPath: s.ShowPath, Self: s.Self, TimeLayout: s.TimeLayout, TimeZone: s.TimeZone}}
	if v.info != nil && v.state != Refused {
		it.changed, it.entry.Size, it.entry.Rate = f.changed, f.size, f.meter.rate()
		it.entry.Usual, it.entry.Grown = rate.Rough(f.meter.usual.Last()), f.meter.total
		if v.state == OK {
			d := sc.disk(f.inode.dev, v.real, sc.time)
			it.entry.DiskFree, it.entry.DiskSize = d.free, d.size
		}
	}
	if v.state == Unreadable {
		it.entry.Why = "cannot be read by " + sc.user
		sc.rights.file(v, filepath.Dir(src.Path))
	}
	sc.byID[src.ID] = it
	sc.items = append(sc.items, it)
}
