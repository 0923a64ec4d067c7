//go:build linux

package e2e

import (
	"os"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// writer appends numbered lines to a log, one every few milliseconds, as an application does: through a descriptor that it
// keeps until it is told to open the name anew.
type writer struct {
	t       testing.TB
	path    string
	written atomic.Int64 // the number of the next line
	reopen  chan chan struct{}
	end     chan struct{}
	once    sync.Once
	done    chan struct{}
}

// startWriter makes the log if it is not there.
func startWriter(t testing.TB, path string) *writer {
	t.Helper()
	w := &writer{t: t, path: path, reopen: make(chan chan struct{}), end: make(chan struct{}), done: make(chan struct{})}
	f := w.open()
	if f == nil {
		t.FailNow()
	}
	go w.run(f)
	t.Cleanup(func() { w.stop() })
	return w
}

func (w *writer) open() *os.File {
	f, err := os.OpenFile(w.path, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o644)
	if err != nil {
		w.t.Errorf("writer: %v", err)
	}
	return f
}

func (w *writer) run(f *os.File) {
	defer close(w.done)
	defer func() { f.Close() }()
	tick := time.NewTicker(3 * time.Millisecond)
	defer tick.Stop()
	for {
		select {
		case <-w.end:
			return
		case done := <-w.reopen:
			f.Close()
			if f = w.open(); f == nil {
				return
			}
			close(done)
		case <-tick.C:
			if _, err := f.WriteString(numbered(int(w.written.Load()))); err != nil {
				w.t.Errorf("writer: %v", err)
				return
			}
			w.written.Add(1)
		}
	}
}

// more waits until so many more lines were written.
func (w *writer) more(n int64) {
	w.t.Helper()
	want := w.written.Load() + n
	eventually(w.t, "the writer writes", func() bool { return w.written.Load() >= want })
}

// rotate renames the log and makes a new one, as logrotate does. The writer learns of it some lines later.
func (w *writer) rotate(to string) {
	w.t.Helper()
	if err := os.Rename(w.path, to); err != nil {
		w.t.Fatal(err)
	}
	f := w.open()
	if f == nil {
		w.t.FailNow()
	}
	f.Close()
	w.more(30) // some 100 ms
	done := make(chan struct{})
	select {
	case w.reopen <- done:
		<-done
	case <-w.done:
		w.t.Fatal("the writer is gone")
	}
}

// stop returns how many lines were written in all.
func (w *writer) stop() int {
	w.once.Do(func() { close(w.end) })
	<-w.done
	return int(w.written.Load())
}
