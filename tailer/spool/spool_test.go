package spool

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
	"github.com/ulikunitz/xz"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

type rig struct {
	*testing.T
	dir string
	o   Options
	s   *Spool
}

func newRig(t *testing.T, most int64) *rig {
	r := &rig{T: t, dir: t.TempDir()}
	r.o = Options{Dir: filepath.Join(r.dir, "spool"), MaxBytes: most}
	r.restart()
	t.Cleanup(func() { r.s.Close() })
	return r
}

func (r *rig) restart() {
	r.Helper()
	if r.s != nil {
		r.must(r.s.Close())
	}
	var err error
	r.s, err = New(r.o)
	r.must(err)
}

func (r *rig) must(err error) {
	r.Helper()
	if err != nil {
		r.Fatal(err)
	}
}

func text(n int) []byte {
	var b bytes.Buffer
	rng := rand.New(rand.NewSource(1))
	for i := 0; b.Len() < n; i++ {
		fmt.Fprintf(&b, "line %d %x\n", i, rng.Int63())
	}
	return b.Bytes()[:n]
}

// textFor is what a test packs so.
func textFor(ext string) []byte {
	if ext == ".bz2" {
		return bytes.Repeat([]byte("0123456789abcdef\n"), 200_000)
	}
	return text(1<<20 + 12345)
}

// pack compresses as ext says.
func (r *rig) pack(ext string, b []byte) string {
	r.Helper()
	var out bytes.Buffer
	var w io.WriteCloser
	var err error
	switch ext {
	case ".gz":
		w = gzip.NewWriter(&out)
	case ".zst":
		w, err = zstd.NewWriter(&out)
	case ".xz":
		w, err = xz.NewWriter(&out)
	case ".bz2": // nothing in Go makes them
		packed, err := os.ReadFile("testdata/steady.bz2")
		r.must(err)
		out.Write(packed)
	}
	r.must(err)
	if w != nil {
		w.Write(b)
		r.must(w.Close())
	}
	path := filepath.Join(r.dir, fmt.Sprintf("%x%s", len(b), ext))
	r.must(os.WriteFile(path, out.Bytes(), 0o600))
	return path
}

func (r *rig) open(path string) *Text {
	r.Helper()
	f, err := os.Open(path)
	r.must(err)
	defer f.Close()
	t, err := r.s.Open(int(f.Fd()), filepath.Ext(path))
	r.must(err)
	return t
}

// unpacked is what can be read.
func (r *rig) unpacked(t *Text) string {
	r.Helper()
	fd, err := t.Copy()
	r.must(err)
	f := os.NewFile(uintptr(fd), "copy")
	defer f.Close()
	b, err := io.ReadAll(f)
	r.must(err)
	return string(b)
}

// folder lists the spool.
func (r *rig) folder() (names []string) {
	files, err := os.ReadDir(r.o.Dir)
	r.must(err)
	for _, f := range files {
		names = append(names, f.Name())
	}
	return names
}

var all = context.Background()

const whole = 1 << 62

func TestEveryCompression(t *testing.T) {
	for _, ext := range []string{".gz", ".zst", ".xz", ".bz2"} {
		want := textFor(ext)
		r := newRig(t, 0)
		x := r.open(r.pack(ext, want))
		r.must(x.Unpack(all, 1000, nil))
		if n, whole := x.Size(); n != 1000 || whole {
			t.Errorf("%s: %d bytes of 1000 asked for", ext, n)
		}
		var done, of int64
		r.must(x.Unpack(all, whole, func(d, o int64) error {
			if d < done {
				t.Errorf("%s: from %d back to %d", ext, done, d)
			}
			done, of = d, o
			return nil
		}))
		if got := r.unpacked(x); got != string(want) || done != of || of == 0 {
			t.Errorf("%s: %d bytes of %d, %d of %d read", ext, len(got), len(want), done, of)
		}
		x.Close()
	}
}

func TestMembersFollowEachOther(t *testing.T) {
	r := newRig(t, 0)
	a, err := os.ReadFile(r.pack(".gz", []byte("one\n")))
	r.must(err)
	b, err := os.ReadFile(r.pack(".gz", []byte("two\ntwo\n")))
	r.must(err)
	path := filepath.Join(r.dir, "both.gz")
	r.must(os.WriteFile(path, append(a, b...), 0o600))
	x := r.open(path)
	defer x.Close()
	r.must(x.Unpack(all, whole, nil))
	if got := r.unpacked(x); got != "one\ntwo\ntwo\n" {
		t.Errorf("got %q", got)
	}
}

// What was unpacked is there for the next reader and the next process, not for the next boot; what was begun goes on.
func TestKept(t *testing.T) {
	r := newRig(t, 0)
	want := text(3 << 20)
	path := r.pack(".gz", want)
	x := r.open(path)
	r.must(x.Unpack(all, 1<<20, nil))
	x.Close()
	x = r.open(path)
	if n, _ := x.Size(); n != 1<<20 {
		t.Errorf("%d bytes of what was begun are left", n)
	}
	r.must(x.Unpack(all, 1<<20+1, nil))
	if n, _ := x.Size(); n != 2<<20 {
		t.Errorf("%d bytes: beginning again is worth as much again", n)
	}
	r.must(x.Unpack(all, whole, nil))
	if r.unpacked(x) != string(want) {
		t.Error("it went on with something else")
	}
	x.Close()
	for _, stranger := range []string{"stranger", strings.Repeat("a", 40) + ".part"} {
		r.must(os.WriteFile(filepath.Join(r.o.Dir, stranger), []byte("x"), 0o600))
	}
	r.must(os.Mkdir(filepath.Join(r.o.Dir, "folder"), 0o700))
	r.restart()
	x = r.open(path)
	if n, whole := x.Size(); n != int64(len(want)) || !whole {
		t.Errorf("after a restart: %d bytes, %v", n, whole)
	}
	x.Close()
	if names := r.folder(); len(names) != 2 {
		t.Errorf("strangers are left: %v", names)
	}
	r.must(os.WriteFile(filepath.Join(r.o.Dir, "boot"), []byte("another"), 0o600))
	r.restart()
	x = r.open(path)
	if n, _ := x.Size(); n != 0 {
		t.Errorf("after a reboot %d bytes are trusted", n)
	}
	x.Close()
	if info, err := os.Stat(r.o.Dir); err != nil || info.Mode().Perm() != 0o700 {
		t.Errorf("others may look: %v %v", info.Mode(), err)
	}
}

// What was not used for the longest time makes room; what is in use stays, and what does not fit is said.
func TestBounded(t *testing.T) {
	r := newRig(t, 5<<20)
	var paths []string
	for i := range 4 {
		path := r.pack(".gz", text(2<<20+i))
		paths = append(paths, path)
		x := r.open(path)
		r.must(x.Unpack(all, whole, nil))
		x.Close()
		if used := r.s.Used(); used > 5<<20 {
			t.Fatalf("%d bytes are kept", used)
		}
	}
	x := r.open(paths[3])
	if _, whole := x.Size(); !whole {
		t.Error("the newest is gone")
	}
	bomb := r.open(r.pack(".gz", make([]byte, 100<<20)))
	if err := bomb.Unpack(all, whole, nil); !errors.Is(err, ErrFull) {
		t.Errorf("a bomb: %v", err)
	}
	if n, _ := bomb.Size(); n == 0 || n > 3<<20 {
		t.Errorf("%d bytes of the bomb beside 2 MiB in use", n)
	}
	bomb.Close()
	if _, whole := x.Size(); !whole || len(r.unpacked(x)) != 2<<20+3 {
		t.Error("what was in use made room")
	}
	x.Close()
	if names := r.folder(); len(names) != 2 || r.s.Used() != 2<<20+3 {
		t.Errorf("left over: %v, %d bytes", names, r.s.Used())
	}
}

func TestDamaged(t *testing.T) {
	for _, ext := range []string{".gz", ".zst", ".xz", ".bz2"} {
		want := textFor(ext)
		r := newRig(t, 0)
		path := r.pack(ext, want)
		b, err := os.ReadFile(path)
		r.must(err)
		for name, bad := range map[string][]byte{"short": b[:len(b)/2], "empty": nil, "garbage": []byte(strings.Repeat("garbage", 100)), "flipped": flip(b)} {
			r.must(os.WriteFile(path, bad, 0o600))
			x := r.open(path)
			if err := x.Unpack(all, whole, nil); !errors.Is(err, ErrBroken) {
				if name != "empty" || err != nil { // nothing packed is nothing
					t.Errorf("%s %s: %v", name, ext, err)
				}
			}
			n, _ := x.Size()
			if got := r.unpacked(x); int64(len(got)) != n || name == "short" && !bytes.HasPrefix(want, []byte(got)) {
				t.Errorf("%s %s: %d bytes that are no beginning", name, ext, n)
			}
			x.Close()
		}
		for _, name := range r.folder() {
			if strings.HasSuffix(name, ".part") {
				t.Errorf("%s: %s is left", ext, name)
			}
		}
	}
}

func flip(b []byte) []byte {
	b = bytes.Clone(b)
	b[len(b)/2] ^= 0xff
	return b
}

func TestNotUnderstood(t *testing.T) {
	r := newRig(t, 0)
	f, err := os.Open(r.pack(".gz", nil))
	r.must(err)
	defer f.Close()
	if _, err := r.s.Open(int(f.Fd()), ".lz4"); !errors.Is(err, ErrUnknown) {
		t.Errorf("got %v", err)
	}
}

// A file may not make the worker take gigabytes of memory for its window.
func TestLargeWindow(t *testing.T) {
	r := newRig(t, 0)
	path := r.pack(".xz", []byte("x\n"))
	b, err := os.ReadFile(path)
	r.must(err)
	if b[14] != 0x21 {
		t.Fatalf("an xz block that begins with % x", b[12:24])
	}
	b[16] = 39 // 3 GiB
	r.must(os.WriteFile(path, b, 0o600))
	x := r.open(path)
	defer x.Close()
	if err := x.Unpack(all, whole, nil); !errors.Is(err, ErrMemory) {
		t.Errorf("got %v", err)
	}
}

// Many read one text at a time, and one of them gives up.
func TestTogether(t *testing.T) {
	r := newRig(t, 0)
	want := text(8 << 20)
	path := r.pack(".gz", want)
	ctx, cancel := context.WithCancel(all)
	defer cancel()
	done := make(chan error)
	for i := range 4 {
		x := r.open(path)
		go func() {
			defer x.Close()
			if i == 0 {
				err := x.Unpack(ctx, whole, func(int64, int64) error { cancel(); return nil })
				if err == nil || errors.Is(err, context.Canceled) {
					err = nil
				}
				done <- err
				return
			}
			err := x.Unpack(all, whole, nil)
			if n, whole := x.Size(); err == nil && (n != int64(len(want)) || !whole) {
				err = fmt.Errorf("%d bytes", n)
			}
			done <- err
		}()
	}
	for range 4 {
		if err := <-done; err != nil {
			t.Error(err)
		}
	}
	x := r.open(path)
	defer x.Close()
	if r.unpacked(x) != string(want) {
		t.Error("they disturbed each other")
	}
}

// Two processes with one folder: the second makes do with one of its own.
func TestFolderInUse(t *testing.T) {
	r := newRig(t, 0)
	path := r.pack(".gz", []byte("x\n"))
	x := r.open(path)
	defer x.Close()
	other, err := New(r.o)
	r.must(err)
	f, err := os.Open(path)
	r.must(err)
	defer f.Close()
	y, err := other.Open(int(f.Fd()), ".gz")
	r.must(err)
	r.must(y.Unpack(all, whole, nil))
	dir := other.o.Dir
	if dir == r.o.Dir || r.unpacked(y) != "x\n" {
		t.Errorf("it works in %s", dir)
	}
	y.Close()
	r.must(other.Close())
	if _, err := os.Stat(dir); !os.IsNotExist(err) {
		t.Errorf("%s is left: %v", dir, err)
	}
}

// What a process left behind that was killed is removed by the next one; what one uses, or makes at this moment, is not, nor is
// what only has such a name.
func TestStaleFoldersAreRemoved(t *testing.T) {
	dir := t.TempDir()
	t.Setenv("TMPDIR", dir)
	r := newRig(t, 0)
	path := r.pack(".gz", []byte("x\n"))
	old := time.Now().Add(-time.Hour)
	folder := func(name string, when time.Time, files ...string) string {
		at := filepath.Join(dir, name)
		r.must(os.Mkdir(at, 0o700))
		for _, f := range files {
			r.must(os.WriteFile(filepath.Join(at, f), []byte("x"), 0o600))
		}
		r.must(os.Chtimes(at, when, when))
		return at
	}
	gone := []string{folder("livetail-spool-1", old, "boot", "text.part"), folder("livetail-spool-2", old)}
	kept := []string{folder("livetail-spool-3", time.Now(), "boot"), folder("livetail-other-4", old, "boot"), folder("elsewhere", old, "text")}
	r.must(os.Symlink(kept[2], filepath.Join(dir, "livetail-spool-5")))
	open := func() *Spool {
		s, err := New(Options{})
		r.must(err)
		f, err := os.Open(path)
		r.must(err)
		defer f.Close()
		x, err := s.Open(int(f.Fd()), ".gz")
		r.must(err)
		x.Close()
		r.must(os.Chtimes(s.o.Dir, old, old))
		return s
	}
	first := open()
	defer first.Close()
	kept = append(kept, first.o.Dir)
	second := open()
	defer second.Close()
	for _, path := range gone {
		if _, err := os.Lstat(path); !os.IsNotExist(err) {
			t.Errorf("%s is left: %v", path, err)
		}
	}
	for _, path := range append(kept, filepath.Join(kept[2], "text"), filepath.Join(dir, "livetail-spool-5")) {
		if _, err := os.Lstat(path); err != nil {
			t.Errorf("%s is gone: %v", path, err)
		}
	}
}

// Whoever waits for another to unpack the last of a text has all of it then, and finds nothing broken.
func TestTheLastOfIt(t *testing.T) {
	r := newRig(t, 0)
	for n := range 50 {
		want := text(1000 + n)
		path := r.pack(".gz", want)
		first := r.open(path)
		first.e.work <- struct{}{} // it is at work, as far as the others know
		done := make(chan error)
		for range 8 {
			x := r.open(path)
			go func() {
				defer x.Close()
				done <- x.Unpack(all, whole, nil)
			}()
		}
		for {
			if _, err := first.step(whole); err != nil {
				t.Fatal(err)
			}
			if _, whole := first.Size(); whole {
				break
			}
		}
		<-first.e.work
		for range 8 {
			if err := <-done; err != nil {
				t.Fatalf("%d bytes: %v", len(want), err)
			}
		}
		if r.unpacked(first) != string(want) {
			t.Fatal("they disturbed each other")
		}
		first.Close()
	}
}

// Nor is what was left when all of it was there, and nobody had seen its end.
func TestLeftAtItsEnd(t *testing.T) {
	r := newRig(t, 0)
	for _, ext := range []string{".gz", ".zst", ".xz"} {
		want := text(100_000)
		path := r.pack(ext, want)
		for _, upto := range []int64{int64(len(want)), whole} {
			x := r.open(path)
			r.must(x.Unpack(all, upto, nil))
			if r.unpacked(x) != string(want) {
				t.Errorf("%s up to %d is something else", ext, upto)
			}
			x.Close()
		}
	}
}
