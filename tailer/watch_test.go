package tailer

import (
	"context"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/fsnotify/fsnotify"

	"livetail/internal/wire"
)

// watched waits until every folder is watched.
func (b *bench) watched() {
	b.Helper()
	b.until("the folders are watched", func() bool {
		b.tailer.mu.Lock()
		defer b.tailer.mu.Unlock()
		for _, d := range b.tailer.dirs {
			if !d.watched {
				return false
			}
		}
		return true
	})
}

// deaf makes the tailer hear of nothing any more, as where inotify cannot be had.
func (b *bench) deaf() {
	b.Helper()
	b.watched()
	b.tailer.mu.Lock()
	w := b.tailer.watcher.(*fsnotify.Watcher)
	b.tailer.mu.Unlock()
	b.tailer.setWatcher(nil)
	for _, path := range w.WatchList() {
		b.must(w.Remove(path))
	}
}

// slowWatcher is held up by one folder when that is added, as by a file server that died after the folder was looked at.
type slowWatcher struct {
	*fsnotify.Watcher
	folder      string
	held, until chan struct{}
}

func (w *slowWatcher) Add(path string) error {
	if path == w.folder {
		close(w.held)
		<-w.until
	}
	return w.Watcher.Add(path)
}

// What holds the watcher up holds up no follower, neither who wants it nor another, whatever they do: they look. As soon as it
// goes on they hear again.
func TestRow31_WatchingHangs(t *testing.T) {
	b := newBench(t, inDir("here"))
	b.must(os.Mkdir(b.at("here"), 0o755))
	b.must(os.Mkdir(b.at("there"), 0o755))
	b.write("here/f", "a\n")
	b.write("there/f", "x\n")
	b.tailer.mu.Lock()
	slow := &slowWatcher{b.tailer.watcher.(*fsnotify.Watcher), b.at("there"), make(chan struct{}), make(chan struct{})}
	b.tailer.mu.Unlock()
	b.tailer.setWatcher(slow)
	answer := sync.OnceFunc(func() { close(slow.until) })
	t.Cleanup(answer)
	here, there := b.sink, newSink()
	g := b.tailer.Open(Source{Path: b.at("there/f")})
	over := make(chan error, 1)
	go func() { over <- g.Follow(t.Context(), Start{Lines: 10}, there) }()
	<-slow.held
	b.sink = there
	b.text("x\n")
	b.sink = here
	b.follow().text("a\n")
	b.append("here/f", "b\n")
	b.append("there/f", "y\n")
	b.looks(1)
	b.text("a\nb\n")
	b.sink = there
	b.text("x\ny\n")
	b.sink = here
	b.rename("here/f", "here/f.1")
	b.append("here/f", "c\n")
	b.looks(1)
	b.text("a\nb\nc\n")
	b.must(g.Close()) // the folder that is being added is wanted by nobody any more
	if err := <-over; err != ErrClosed {
		t.Errorf("ended with %v", err)
	}
	answer()
	b.watched()
	b.append("here/f", "d\n")
	b.text("a\nb\nc\nd\n")
	b.until("nothing else is watched", func() bool { return len(slow.WatchList()) == 1 })
}

// Of a watched folder that is moved and removed the watcher tells an error, with its lock held. Somebody has to hear that also
// while the tailer ends, or it never does.
func TestEndsWhileWatchingFails(t *testing.T) {
	for range 16 {
		dir, err := filepath.EvalSymlinks(t.TempDir())
		if err != nil {
			t.Fatal(err)
		}
		b := &bench{T: t, dir: dir}
		b.must(os.Mkdir(b.at("d"), 0o755))
		tailer, err := New(Options{Key: []byte("0123456789abcdef")})
		b.must(err)
		ctx, cancel := context.WithCancel(context.Background())
		defer cancel()
		over := make(chan error, 1)
		go func() { over <- tailer.Run(ctx) }()
		f := tailer.Open(Source{Path: b.at("d/f")})
		tailer.add(f)
		b.until("the folder is watched", func() bool {
			tailer.mu.Lock()
			defer tailer.mu.Unlock()
			return tailer.dirs[b.at("d")].watched
		})
		f.hint.Lock()
		tailer.mu.Lock() // who hears of g waits with it, and the watcher with f
		b.write("d/g", "")
		b.write("d/f", "")
		b.rename("d", "e")
		b.remove("e")
		tailer.mu.Unlock()
		b.until("it hears of f", func() bool {
			free := tailer.mu.TryLock()
			if free {
				tailer.mu.Unlock()
			}
			return !free
		})
		cancel()
		f.hint.Unlock()
		select {
		case <-over:
		case <-time.After(patience):
			t.Fatal("it does not end")
		}
		b.must(f.Close())
	}
}

// A follower that hangs in its file while it is minded keeps nobody from minding others: what is rotated while their sinks have a frame is held
// before it is deleted.
func TestRow31_MindedBesideOneThatHangs(t *testing.T) {
	b := live(t, "a\n")
	b.write("g", "x\n")
	g, other := b.tailer.Open(Source{Path: b.at("g")}), newSink()
	over := make(chan error, 1)
	go func() { over <- g.Follow(t.Context(), Start{Lines: 10}, other) }()
	mine := b.sink
	b.sink = other
	b.mark(wire.MarkLive)
	b.sink = mine
	g.mu.Lock() // as who reads from a server that does not answer, just behind a frame
	answer := sync.OnceFunc(func() { g.busy.Store(false); g.mu.Unlock() })
	t.Cleanup(answer)
	g.busy.Store(true)
	b.until("it is minded", func() bool { b.clock.advance(time.Second); return g.minded.Load() })
	b.sink.set(&b.sink.stuck, true)
	b.append("f", "b\n")
	b.until("the sink has a frame", b.follower.busy.Load)
	b.rename("f", "f.1")
	b.write("f", "c\n")
	b.until("the new file is held", func() bool {
		b.clock.advance(time.Second)
		b.follower.mu.Lock()
		defer b.follower.mu.Unlock()
		return len(b.follower.held) == 2
	})
	b.remove("f")
	b.append("f", "d\n")
	b.sink.set(&b.sink.stuck, false)
	b.text("a\nb\nc\nd\n")
	answer()
	b.must(g.Close())
	if err := <-over; err != ErrClosed {
		t.Errorf("ended with %v", err)
	}
}
