package tailer

import (
	"context"
	"os"
	"path/filepath"
	"testing"
	"time"
)

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
