package logs

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"time"
)

const (
	maxDepth  = 6      // folders below the one that was configured
	maxLogs   = 10_000 // entries of all specs
	maxFolder = 20_000 // names read of one folder
	maxDirs   = 10_000 // folders of one spec
	maxFiles  = 50_000 // files of one spec, before the past and the binary are taken off

	// settle is how old a folder's last change must be before an unchanged time means an unchanged folder: two
	// changes within one tick of the file system's clock have the same time.
	settle = 2 * time.Second
)

// folder is what a directory held when it was last read.
type folder struct {
	changed  time.Time
	settled  bool
	children []fs.DirEntry // by name
	names    map[string]bool
	cut      bool // it held more
	err      error
	info     fs.FileInfo
	scan     uint64
}

// holds says whether the folder has name as something other than a folder.
func (d *folder) holds(name string) bool { return d.names[name] }

// folder reads the directory at path, or answers from memory when it did not change.
func (s *Shelf) folder(path string, full bool) *folder {
	old := s.folders[path]
	if old != nil && old.scan == s.scans {
		return old
	}
	d := &folder{scan: s.scans}
	s.folders[path] = d
	if d.info, d.err = os.Lstat(path); d.err != nil {
		return d
	}
	d.changed = d.info.ModTime()
	if old != nil && old.err == nil && old.settled && !full && os.SameFile(old.info, d.info) && old.changed.Equal(d.changed) {
		old.scan = s.scans
		s.folders[path] = old
		return old
	}
	d.settled = s.now().Sub(d.changed) > settle
	d.read(path)
	return d
}

func (d *folder) read(path string) {
	f, err := os.OpenFile(path, os.O_RDONLY|syscall.O_DIRECTORY|syscall.O_NOFOLLOW|syscall.O_NONBLOCK, 0)
	if err != nil {
		d.err = err
		return
	}
	defer f.Close()
	d.children, err = f.ReadDir(maxFolder + 1)
	if err != nil && err != io.EOF {
		d.err = err // what was read of it is still used
	}
	if d.cut = len(d.children) > maxFolder; d.cut {
		d.children = d.children[:maxFolder]
	}
	slices.SortFunc(d.children, func(a, b fs.DirEntry) int { return strings.Compare(a.Name(), b.Name()) })
	d.names = make(map[string]bool, len(d.children))
	for _, c := range d.children {
		if !c.IsDir() {
			d.names[c.Name()] = true
		}
	}
}

// found is a file that a walk came by.
type found struct {
	rel, path string // rel is below the walk's root
	link      bool
	dir       *folder
}

// walker collects what matches a pattern below a folder. Links to folders are not walked, so it always ends.
type walker struct {
	shelf *Shelf
	full  bool
	files []found
	seen  map[string]bool // a pattern with two ** reaches a file on several ways
	dirs  int
	// What was left out, for the notes.
	deep, many bool
	closed     []string // folders that could not be read
}

func (w *walker) walk(dir, rel string, segments []string, depth int) {
	if len(segments) > 1 && segments[0] == "**" {
		w.walk(dir, rel, segments[1:], depth)
	}
	if w.dirs++; w.dirs > maxDirs || len(w.files) > maxFiles {
		w.many = true
		return
	}
	d := w.shelf.folder(dir, w.full)
	if errors.Is(d.err, fs.ErrPermission) && !slices.Contains(w.closed, dir) {
		w.closed = append(w.closed, dir)
	}
	w.many = w.many || d.cut
	for _, c := range d.children {
		name := c.Name()
		below, path := filepath.Join(rel, name), filepath.Join(dir, name)
		switch {
		case c.IsDir() && len(segments) > 1:
			if depth == maxDepth {
				w.deep = true
			} else if segments[0] == "**" {
				w.walk(path, below, segments, depth+1)
			} else if ok, _ := filepath.Match(segments[0], name); ok {
				w.walk(path, below, segments[1:], depth+1)
			}
		case len(segments) == 1 && !w.seen[path] && (c.Type().IsRegular() || c.Type()&fs.ModeSymlink != 0):
			if ok, _ := filepath.Match(segments[0], name); ok || segments[0] == "**" {
				w.seen[path] = true
				w.files = append(w.files, found{below, path, c.Type()&fs.ModeSymlink != 0, d})
			}
		}
	}
}
