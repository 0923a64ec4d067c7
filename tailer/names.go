package tailer

import (
	"cmp"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"golang.org/x/sys/unix"

	"livetail/internal/naming"
)

// This is the one place that knows which files are a log's: a name and what rotation makes of it, or dated names, of which the
// newest is the log. All else asks for the path of the log now, and for the files that were the log, oldest first.

// names are those of the files beside the log. A link's file is rotated where it is, under its own name.
func (f *Follower) names() naming.Names {
	if f.src.Latest {
		return f.dated
	}
	return naming.Fixed(f.home.base)
}

// path is where the log is now.
func (f *Follower) path() string { return filepath.Join(f.dir, f.base) }

// glance looks at the log by its name into f.st, and says whether that is a link.
func (f *Follower) glance() (link bool, err error) {
	if f.src.Latest {
		if err := f.findLatest(); err != nil {
			return false, err
		}
	}
	return stat(f.path(), &f.st)
}

// settled is how old a folder's last change must be before an unchanged time means an unchanged folder: two changes within
// one tick of the file system's clock have the same time.
const settled = 2 * time.Second

// findLatest makes the newest of dated names the log's. It never goes back: when today's file is deleted, yesterday's is not
// the log again.
func (f *Follower) findLatest() error {
	var st unix.Stat_t
	if err := unix.Stat(f.dir, &st); err != nil {
		return err
	}
	if f.base == "" || len(f.dated.Folders()) > 0 || !f.trusted || f.changed != st.Mtim {
		f.trusted = time.Since(time.Unix(st.Mtim.Unix())) > settled
		f.changed = st.Mtim
		list, err := f.files()
		if err != nil {
			return err
		}
		own, _ := f.dated.Parse(f.base)
		for _, s := range list {
			if s.Current && (f.base == "" || f.dated.Compare(s.File, own) > 0) {
				f.base, own = s.Name, s.File
			}
		}
	}
	if f.base == "" {
		return unix.ENOENT
	}
	f.home = hop{f.dir, f.base}
	return nil
}

// isPast says whether one of the log's files was the log, and is not or will be.
func (f *Follower) isPast(s naming.File) bool {
	if !f.src.Latest {
		return !s.Current
	}
	own, ok := f.dated.Parse(f.base)
	return !ok || f.dated.Compare(s, own) < 0
}

// files lists once all that there is of the log, oldest first: by names and, where these do not say, by times.
func (f *Follower) files() ([]sibling, error) {
	names := f.names()
	var out []sibling
	err := walkNames(f.home.dir, "", names.Folders(), func(name string) {
		file, ok := names.Parse(name)
		s := sibling{File: file}
		path := filepath.Join(f.home.dir, name)
		if ok && unix.Lstat(path, &s.st) == nil && regular(&s.st) == nil {
			s.key = key{s.st.Ino, born(unix.AT_FDCWD, path, &s.st)}
			out = append(out, s)
		}
	})
	sortSiblings(names, out)
	return out, err
}

func sortSiblings(names naming.Names, list []sibling) {
	slices.SortStableFunc(list, func(a, b sibling) int {
		return cmp.Or(names.Compare(a.File, b.File), compareTimes(a.st.Mtim, b.st.Mtim))
	})
}

// walkNames gives the name of whatever is in dir or, where folders has patterns, in the folders below that match.
func walkNames(dir, rel string, folders []string, yield func(name string)) error {
	d, err := os.Open(filepath.Join(dir, rel))
	if err != nil {
		return err
	}
	defer d.Close()
	for {
		entries, err := d.ReadDir(1000) // some folders hold millions
		for _, e := range entries {
			name := filepath.Join(rel, e.Name())
			if len(folders) == 0 {
				yield(name)
			} else if ok, _ := filepath.Match(folders[0], e.Name()); ok && e.IsDir() {
				walkNames(dir, name, folders[1:], yield) // one that vanished or is closed to us has nothing
			}
		}
		if err != nil {
			return nil // what could be read is better than nothing
		}
	}
}

// openNamed opens one of the log's files. Between the log's folder and the file no link may lead astray.
func (f *Follower) openNamed(name string) (*file, error) {
	dir, open := f.home.dir, openPlain
	if strings.Contains(name, "/") {
		real, err := filepath.EvalSymlinks(dir)
		if err != nil {
			return nil, err
		}
		dir, open = real, openReal
	}
	h, err := f.t.openFile(filepath.Join(dir, name), open)
	if err == nil {
		h.name, h.as = name, f.src.Encoding
	}
	return h, err
}
