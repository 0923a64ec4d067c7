package logs

import (
	"context"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"livetail/internal/naming"
)

const (
	// fullEvery is how often folders are read again although their time did not change, for file systems on which
	// it does not tell.
	fullEvery = 30 * time.Second
	// keep is how long a log that vanished from its folder is waited for; one with a past is waited for always.
	keep = 10 * time.Minute
)

// Shelf holds the logs of one worker. Its methods may be called from any goroutine.
type Shelf struct {
	host  string
	specs []Spec
	user  string
	every time.Duration
	now   func() time.Time
	notes func(old, now []string) // tells what changed
	room  func(path string) (free, size int64)

	scanning sync.Mutex // held while the file system is asked, which can take long
	folders  map[string]*folder
	files    map[string]*file // by path
	disks    map[uint64]*disk // by device
	most     int              // maxLogs
	scans    uint64           // how many began
	began    atomic.Uint64    // the same, for who does not hold scanning
	full     time.Time
	rights   rights

	shot atomic.Pointer[shot]
}

// shot is the outcome of one scan. It never changes.
type shot struct {
	items   []*item
	byID    map[string]*item
	notes   []string
	binary  int
	notText []string
}

type item struct {
	source  Source
	entry   Entry // without its age
	changed time.Time
	refused bool
}

// New looks at the logs for the first time. A log that is not there is no error: it is waited for.
func New(o Options) (*Shelf, error) {
	if err := o.check(); err != nil {
		return nil, err
	}
	s := &Shelf{host: o.Host, specs: slices.Clone(o.Specs), user: o.User, every: o.Every, now: o.Now,
		folders: map[string]*folder{}, files: map[string]*file{}, disks: map[uint64]*disk{}, room: room, most: maxLogs, rights: newRights(o.User)}
	for i := range s.specs {
		spec := &s.specs[i]
		spec.File, spec.Folder = clean(spec.File), clean(spec.Folder)
		spec.Glob, spec.Latest = clean(spec.Glob), clean(spec.Latest)
	}
	s.notes = func(old, now []string) {
		for _, n := range now {
			if !slices.Contains(old, n) {
				o.Log.Warn("looking for logs", "note", n)
			}
		}
	}
	s.scan(true)
	return s, nil
}

func clean(path string) string {
	if path == "" {
		return ""
	}
	return filepath.Clean(path)
}

// Run keeps looking until ctx ends, and returns nil then.
func (s *Shelf) Run(ctx context.Context) error {
	tick := time.NewTicker(s.every)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
			s.scan(false)
		}
	}
}

// Find is the source of a known id; only ids that Look lists are known, so no id is ever turned into a path. One that
// is not known yet may be of a file that was just made: folders that changed are looked at again. A log that is refused
// is not found.
func (s *Shelf) Find(id string) (Source, bool) {
	it := s.shot.Load().byID[id]
	if it == nil || it.refused {
		s.rescan()
		it = s.shot.Load().byID[id]
	}
	if it == nil || it.refused {
		return Source{}, false
	}
	src := it.source
	if src.Journal != nil {
		return src, true
	}
	// A folder on the way may have become a link since it was walked.
	if real, err := filepath.EvalSymlinks(src.Path); err == nil && !within(real, src.FollowLinksTo) {
		return Source{}, false
	}
	src.FollowLinksTo = slices.Clone(src.FollowLinksTo)
	return src, true
}

// Look is what the last scan saw, at most about Every ago. It asks no file system.
func (s *Shelf) Look() View {
	now := s.now()
	shot := s.shot.Load()
	v := View{Entries: make([]Entry, len(shot.items)), Notes: slices.Clone(shot.notes), Binary: shot.binary, NotText: slices.Clone(shot.notText)}
	for i, it := range shot.items {
		v.Entries[i] = it.entry
		v.Entries[i].Age = -1
		if !it.changed.IsZero() {
			v.Entries[i].Age = max(now.Sub(it.changed), 0)
		}
	}
	return v
}

// scan asks the file system and replaces the shot. Folders that did not change are not read, unless full or due.
func (s *Shelf) scan(full bool) {
	s.scanning.Lock()
	defer s.scanning.Unlock()
	s.look(full)
}

// rescan returns when a scan that began after the call has ended. Many who wait share one, so that asking for unknown
// ids costs little.
func (s *Shelf) rescan() {
	before := s.began.Load()
	s.scanning.Lock()
	defer s.scanning.Unlock()
	if s.scans == before {
		s.look(false)
	}
}

// look is a scan; scanning is held.
func (s *Shelf) look(full bool) {
	now := s.now()
	if full = full || now.Sub(s.full) >= fullEvery; full {
		s.full = now
	}
	s.scans++
	s.began.Store(s.scans)
	sc := &scan{Shelf: s, time: now, full: full, shot: &shot{byID: map[string]*item{}}, inodes: map[inode]bool{}, paths: map[string]bool{}}
	s.rights.reset(full)
	// What the config names comes before what is found in folders: somebody gave it an id.
	for _, named := range []bool{true, false} {
		for i := range s.specs {
			if spec := &s.specs[i]; named == (spec.File+spec.Latest != "" || spec.Journal != nil) {
				sc.spec(i, spec)
			}
		}
	}
	s.forget()
	slices.SortStableFunc(sc.items, func(a, b *item) int { return a.compare(b) })
	sc.shot.notes = append(s.rights.words(), sc.shot.notes...)
	var old []string
	if before := s.shot.Load(); before != nil {
		old = before.notes
	}
	s.shot.Store(sc.shot)
	s.notes(old, sc.shot.notes)
}

func (it *item) compare(o *item) int {
	if c := strings.Compare(it.entry.Group, o.entry.Group); c != 0 {
		return c
	}
	if c := naming.Natural(it.entry.Name, o.entry.Name); c != 0 {
		return c
	}
	return strings.Compare(it.entry.ID, o.entry.ID)
}

// forget drops what the last scan did not come by.
func (s *Shelf) forget() {
	for path, d := range s.folders {
		if d.scan != s.scans {
			delete(s.folders, path)
		}
	}
	for path, f := range s.files {
		if f.scan != s.scans {
			delete(s.files, path)
		}
	}
	for dev, d := range s.disks {
		if d.scan != s.scans {
			delete(s.disks, dev)
		}
	}
}
