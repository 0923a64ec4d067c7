// Package spool keeps what compressed logs say, unpacked as far as somebody read, in a folder of bounded size.
package spool

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"syscall"
	"time"
)

// Options of a Spool.
type Options struct {
	// Dir is made if it is not there, and is the spool's alone: what it does not know in it is removed. "": one that is made
	// for the time being and removed by Close.
	Dir string
	// MaxBytes bounds what is kept. 0: 2 GiB.
	MaxBytes int64
}

// DefaultBytes is what a spool keeps unless told otherwise.
const DefaultBytes = 2 << 30

// Spool is shared by all who read compressed logs in a process. Safe for concurrent use.
type Spool struct {
	o    Options
	temp bool

	mu      sync.Mutex
	lock    *os.File // nil: not used yet, or closed
	entries map[string]*entry
	used    int64
}

// entry is one text, whole or only its beginning.
type entry struct {
	key   string
	size  int64 // unpacked so far
	whole bool
	refs  int
	last  time.Time
	work  chan struct{} // whoever unpacks holds it
	w     *os.File      // while refs > 0 and not whole
	in    *input        // while it is being unpacked
	fault error         // why no more can be had
}

// New checks o. The folder is touched only when something is unpacked.
func New(o Options) (*Spool, error) {
	if o.MaxBytes < 0 {
		return nil, errors.New("making a spool: a negative size")
	}
	if o.MaxBytes == 0 {
		o.MaxBytes = DefaultBytes
	}
	return &Spool{o: o, temp: o.Dir == "", entries: map[string]*entry{}}, nil
}

var known = regexp.MustCompile(`^[0-9a-f]{40}$`)

// open takes the folder over. s.mu is held.
func (s *Spool) open() (err error) {
	if s.lock != nil {
		return nil
	}
	if s.temp {
		removeStale(os.TempDir())
		if s.o.Dir, err = os.MkdirTemp("", tempName); err != nil {
			return fmt.Errorf("making the spool: %w", err)
		}
	} else if err = os.MkdirAll(s.o.Dir, 0o700); err != nil {
		return fmt.Errorf("making the spool: %w", err)
	}
	if err = os.Chmod(s.o.Dir, 0o700); err != nil {
		return fmt.Errorf("closing the spool to others: %w", err)
	}
	lock, err := os.OpenFile(filepath.Join(s.o.Dir, "boot"), os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return fmt.Errorf("opening the spool: %w", err)
	}
	if err = syscall.Flock(int(lock.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		lock.Close()
		if errors.Is(err, syscall.EWOULDBLOCK) && !s.temp {
			s.temp = true // another process of ours has it
			return s.open()
		}
		return fmt.Errorf("locking the spool: %w", err)
	}
	s.lock = lock
	return s.take()
}

// take learns what an earlier process left. After a reboot nothing of it is trusted: it was never synced.
func (s *Spool) take() error {
	boot, _ := os.ReadFile("/proc/sys/kernel/random/boot_id")
	was, _ := os.ReadFile(s.lock.Name())
	same := len(boot) > 0 && string(was) == string(boot)
	if err := os.WriteFile(s.lock.Name(), boot, 0o600); err != nil {
		return fmt.Errorf("opening the spool: %w", err)
	}
	files, err := os.ReadDir(s.o.Dir)
	if err != nil {
		return fmt.Errorf("opening the spool: %w", err)
	}
	for _, f := range files {
		info, err := f.Info()
		switch {
		case f.Name() == "boot" || err != nil:
		case same && known.MatchString(f.Name()) && info.Mode().IsRegular():
			s.entries[f.Name()] = &entry{key: f.Name(), size: info.Size(), whole: true, last: info.ModTime(), work: make(chan struct{}, 1)}
			s.used += info.Size()
		default:
			os.RemoveAll(filepath.Join(s.o.Dir, f.Name()))
		}
	}
	s.shrink(0)
	return nil
}

// shrink makes room for n bytes more by removing what was not used for the longest time. It says whether there is room.
func (s *Spool) shrink(n int64) bool {
	if s.used+n <= s.o.MaxBytes {
		return true
	}
	var idle []*entry
	for _, e := range s.entries {
		if e.refs == 0 {
			idle = append(idle, e)
		}
	}
	slices.SortFunc(idle, func(a, b *entry) int { return a.last.Compare(b.last) })
	for _, e := range idle {
		if s.used+n <= s.o.MaxBytes {
			break
		}
		s.remove(e)
	}
	return s.used+n <= s.o.MaxBytes
}

// remove forgets e and its file.
func (s *Spool) remove(e *entry) {
	os.Remove(s.path(e))
	s.used -= e.size
	delete(s.entries, e.key)
}

func (s *Spool) path(e *entry) string {
	if e.whole {
		return filepath.Join(s.o.Dir, e.key)
	}
	return filepath.Join(s.o.Dir, e.key+".part")
}

// Used is how many bytes are kept.
func (s *Spool) Used() int64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.used
}

// Close gives the folder up, and removes it if it was only for the time being. All texts must be closed before.
func (s *Spool) Close() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.lock == nil {
		return nil
	}
	for _, e := range s.entries {
		if !e.whole {
			s.remove(e)
		}
	}
	err := s.lock.Close()
	s.lock, s.used, s.entries = nil, 0, map[string]*entry{}
	if s.temp {
		err = errors.Join(err, os.RemoveAll(s.o.Dir))
		if strings.Contains(s.o.Dir, tempName) {
			s.o.Dir = ""
		}
	}
	return err
}
