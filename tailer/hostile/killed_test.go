//go:build linux

package hostile

import (
	"bytes"
	"math/rand/v2"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"
)

// Killed again and again at any moment, while the log grows and is rotated, it prints every line once.
func TestRow56_KilledAtAnyPoint(t *testing.T) {
	t.Parallel()
	s := newSite(t, "")
	s.write("-lag", "100ms")
	s.write()
	state := filepath.Join(filepath.Dir(s.out), "state")
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	r := rand.New(rand.NewPCG(seed, 0))
	begin := func() { s.follow("-state", state, "-out", s.out) }
	begin()
	eventually(t, "it notes where it is", func() bool { return exists(state) }) // without that it begins with the log as it is
	s.kill()
	stop := make(chan struct{})
	var rotator sync.WaitGroup
	defer rotator.Wait()
	end := sync.OnceFunc(func() { close(stop) })
	defer end()
	rotator.Go(func() {
		for {
			select {
			case <-stop:
				return
			case <-time.After(120 * time.Millisecond): // scenario: rotations do not wait for anybody
				s.rotate()
				s.hup()
			}
		}
	})
	for range 40 {
		before := len(s.printed())
		begin()
		eventually(t, "it prints again", func() bool { return len(s.printed()) != before })
		time.Sleep(time.Duration(r.IntN(80)) * time.Millisecond) // scenario: killed at any moment
		s.kill()
	}
	end()
	rotator.Wait()
	begin()
	s.exact()
	if exists(state + ".new") {
		t.Error("something is left beside the state")
	}
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

// The same through a pipe, where nothing can be cut off: what was printed and not yet noted comes twice, and nothing else.
func TestRow56_KilledWithoutAnOutputOfItsOwn(t *testing.T) {
	t.Parallel()
	s := newSite(t, "")
	s.write()
	state := filepath.Join(filepath.Dir(s.out), "state")
	for range 20 {
		before := len(s.printed())
		s.follow("-state", state)
		eventually(t, "it prints again", func() bool { return len(s.printed()) != before && exists(state) })
		s.kill()
		// It may have died in the middle of a line; whoever reads a pipe sees that it ends there.
		text := s.printed()
		must(t, os.Truncate(s.out, int64(bytes.LastIndexByte(text, '\n')+1)))
		s.rotate()
		s.hup()
	}
	s.follow("-state", state)
	total := s.written()
	last := []byte(line(0, total-1))
	eventually(t, "the last line is printed", func() bool {
		text := s.printed()
		return len(text) >= len(last) && string(text[len(text)-len(last):]) == string(last)
	})
	s.stop()
	if got := s.tally(); got.missing != 0 || got.malformed != 0 || got.disordered != 0 {
		t.Errorf("of %d lines: %+v", total, got)
	}
}

// Suspended for as long as it takes to rotate several times.
func TestRow63_Suspended(t *testing.T) {
	t.Parallel()
	s := newSite(t, "")
	s.write("-lag", "20ms")
	s.write()
	s.follow()
	for range 5 {
		s.writers[0].more(between)
		s.suspend()
		for range 3 {
			s.writers[0].more(between)
			s.rotate()
			s.hup()
		}
		s.resume()
	}
	s.exact()
}

// Killed again and again, and what it had not read is compressed meanwhile, whole files of it: it goes on in them.
func TestRow06_KilledAndCompressedMeanwhile(t *testing.T) {
	t.Parallel()
	for name, how := range map[string]string{
		"gzip":          "create 0644\n\tcompress",
		"xz, delayed":   "create 0644\n\tcompress\n\tcompresscmd /usr/bin/xz\n\tcompressext .xz\n\tdelaycompress",
		"zstd":          "create 0644\n\tcompress\n\tcompresscmd /usr/bin/zstd\n\tcompressoptions --quiet\n\tcompressext .zst",
		"gzip, dateext": "create 0644\n\tdateext\n\tdateformat -%Y%m%d-%s\n\tcompress",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newSite(t, "")
			s.write("-torn")
			r := s.newLogrotate(how)
			state := filepath.Join(filepath.Dir(s.out), "state")
			for round := range 5 {
				before := len(s.printed())
				s.follow("-state", state, "-out", s.out)
				eventually(t, "it prints again", func() bool { return len(s.printed()) != before })
				s.kill()
				for range round {
					s.writers[0].more(between)
					s.writers[0].pause() // what is written to a file while that is compressed is in neither
					r.rotate()
					s.holdingOf(s.writers[0].cmd)
					s.writers[0].goOn()
				}
			}
			s.follow("-state", state, "-out", s.out)
			s.exact()
		})
	}
}
