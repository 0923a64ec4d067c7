package tailer

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"livetail/internal/wire"
	"livetail/tailer/spool"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const patience = 20 * time.Second // for hangs only

// fakeClock moves when a test says so.
type fakeClock struct {
	mu    sync.Mutex
	now   time.Time
	wall  time.Duration // by how much the wall clock was set
	ticks []chan time.Time
	onNow func()
}

func newClock() *fakeClock { return &fakeClock{now: time.Now()} }

func (c *fakeClock) Now() time.Time {
	c.mu.Lock()
	now, do := set(c.now, c.wall), c.onNow
	c.mu.Unlock()
	if do != nil {
		do()
	}
	return now
}

func (c *fakeClock) Tick(time.Duration) (<-chan time.Time, func()) {
	c.mu.Lock()
	defer c.mu.Unlock()
	ch := make(chan time.Time)
	c.ticks = append(c.ticks, ch)
	return ch, func() {
		c.mu.Lock()
		defer c.mu.Unlock()
		for i, have := range c.ticks {
			if have == ch {
				c.ticks = append(c.ticks[:i], c.ticks[i+1:]...)
			}
		}
	}
}

// add moves the clock only.
func (c *fakeClock) add(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

// advance moves the clock and makes every follower look.
func (c *fakeClock) advance(d time.Duration) {
	c.mu.Lock()
	c.now = c.now.Add(d)
	now, ticks := c.now, append([]chan time.Time(nil), c.ticks...)
	c.mu.Unlock()
	for range slots {
		for _, ch := range ticks {
			select {
			case ch <- now:
			case <-time.After(patience):
			}
		}
	}
}

// record is one frame as it arrived.
type record struct {
	wire.Frame
	mark wire.Marker
}

// sink records, checks what must hold of every frame, and lets a test wait.
type sink struct {
	mu      sync.Mutex
	cond    *sync.Cond
	frames  []record
	text    bytes.Buffer
	turns   int
	room    func() int
	gave    int // what room said last
	start   Start
	blocked bool // Room waits
	stuck   bool // Send waits
	fail    error
	wrong   []string
	onTurn  func()
}

func newSink() *sink {
	s := &sink{room: func() int { return wire.MaxPayload }}
	s.cond = sync.NewCond(&s.mu)
	return s
}

func (s *sink) Turn() {
	s.mu.Lock()
	s.turns++
	if s.onTurn != nil {
		s.onTurn()
	}
	s.cond.Broadcast()
	s.mu.Unlock()
}

// hold waits, with s.mu held, as long as *flag is set.
func (s *sink) hold(ctx context.Context, flag *bool) error {
	defer context.AfterFunc(ctx, func() { s.mu.Lock(); s.cond.Broadcast(); s.mu.Unlock() })()
	for *flag {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		s.cond.Wait()
	}
	return nil
}

func (s *sink) Room(ctx context.Context) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.hold(ctx, &s.blocked); err != nil {
		return 0, err
	}
	s.gave = s.room()
	return s.gave, ctx.Err()
}

func (s *sink) Send(ctx context.Context, f *wire.Frame) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.hold(ctx, &s.stuck); err != nil {
		return err
	}
	if s.fail != nil {
		return s.fail
	}
	defer s.cond.Broadcast()
	r := record{Frame: *f}
	r.Payload, r.Gaps, r.After = bytes.Clone(f.Payload), bytes.Clone(f.Gaps), f.After.Clone()
	wrong := func(format string, args ...any) { s.wrong = append(s.wrong, fmt.Sprintf(format, args...)) }
	if err := f.After.Check(); err != nil {
		wrong("position: %v", err)
	}
	for _, p := range f.After {
		tok, err := parseToken(p.File)
		if err != nil || tok.checkAt > p.Offset || len(p.File) > 55 {
			wrong("token %x (%d bytes) at %d: %v", p.File, len(p.File), p.Offset, err)
		}
	}
	switch f.Kind {
	case wire.Lines:
		if len(f.Payload) == 0 {
			if f.Looked == 0 && s.start.Filter == nil || f.Flags&^wire.Backlog != 0 || len(f.After) == 0 {
				wrong("%d looked at, flags %b of nothing", f.Looked, f.Flags)
			}
			break
		}
		if len(f.Payload)+len(f.Gaps) > s.gave {
			wrong("%d bytes and %d of gaps, where room was for %d", len(f.Payload), len(f.Gaps), s.gave)
		}
		s.text.Write(f.Payload)
		end := f.Payload[len(f.Payload)-1] == '\n'
		if end == (f.Flags&(wire.Open|wire.NoEOL) != 0) || len(f.After) == 0 {
			wrong("flags %b of %.40q", f.Flags, f.Payload)
		} else if p := f.After[f.Index]; f.Flags&wire.Gapped == 0 && (p.Offset != f.Start+int64(len(f.Payload)) && s.start.Filter == nil || p.Offset < f.Start+int64(len(f.Payload))) {
			wrong("start %d and %d bytes end at %d", f.Start, len(f.Payload), p.Offset)
		} else if tok, _ := parseToken(p.File); tok.checkAt > f.Start {
			wrong("a check at %d for lines from %d", tok.checkAt, f.Start)
		}
	case wire.Mark:
		if err := json.Unmarshal(f.Payload, &r.mark); err != nil || r.mark.Kind == "" || r.mark.At == 0 {
			wrong("marker %q: %v", f.Payload, err)
		}
	default:
		wrong("kind %d", f.Kind)
	}
	s.frames = append(s.frames, r)
	return nil
}

func (s *sink) set(what *bool, to bool) {
	s.mu.Lock()
	*what = to
	s.cond.Broadcast()
	s.mu.Unlock()
}

// marks lists the markers that came, without live and opened.
func (s *sink) marks() (out []string) {
	for _, r := range s.frames {
		if k := r.mark.Kind; r.Kind == wire.Mark && k != wire.MarkLive && k != wire.MarkOpened {
			out = append(out, k)
		}
	}
	return out
}

// bench is one log being followed in a test.
type bench struct {
	*testing.T
	dir, path string
	clock     *fakeClock
	tailer    *Tailer
	follower  *Follower
	sink      *sink
	start     Start
	through   func(*sink) Sink // what a follower sends through; nil: the sink itself
	stop      func() error
	end       func()
}

type setting func(*Options, *Source, *Start)

func lines(n int) setting { return func(_ *Options, _ *Source, s *Start) { s.Lines = n } }

func newBench(t *testing.T, set ...setting) *bench {
	dir, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	b := &bench{T: t, dir: dir, path: filepath.Join(dir, "f"), clock: newClock(), sink: newSink()}
	o := Options{Key: []byte("0123456789abcdef"), Clock: b.clock}
	if o.Spool, err = spool.New(spool.Options{Dir: filepath.Join(t.TempDir(), "spool")}); err != nil {
		t.Fatal(err)
	}
	src := Source{Path: b.path}
	b.start.Lines = 1000
	for _, s := range set {
		s(&o, &src, &b.start)
	}
	b.path = src.Path
	if b.tailer, err = New(o); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- b.tailer.Run(ctx) }()
	if b.clock != nil && o.Clock == Clock(b.clock) {
		b.until("the tailer ticks", func() bool { b.clock.mu.Lock(); defer b.clock.mu.Unlock(); return len(b.clock.ticks) > 0 })
	}
	b.follower = b.tailer.Open(src)
	b.end = sync.OnceFunc(func() {
		if b.stop != nil {
			b.pause()
		}
		b.follower.Close()
		cancel()
		<-done
		b.tailer.spool.Close()
		b.sink.mu.Lock()
		defer b.sink.mu.Unlock()
		for _, w := range b.sink.wrong {
			t.Error(w)
		}
	})
	t.Cleanup(b.end)
	return b
}

// until polls what has no signal of its own.
func (b *bench) until(what string, ok func() bool) {
	b.Helper()
	for end := time.Now().Add(patience); !ok(); runtime.Gosched() {
		if time.Now().After(end) {
			b.Fatalf("waited in vain until %s", what)
		}
		time.Sleep(time.Millisecond)
	}
}

func (b *bench) follow() *bench {
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	b.sink.start = b.start
	var to Sink = b.sink
	if b.through != nil {
		to = b.through(b.sink)
	}
	go func(start Start) { done <- b.follower.Follow(ctx, start, to) }(b.start)
	b.stop = func() error { cancel(); return <-done }
	return b
}

// pause ends the Follow.
func (b *bench) pause() {
	b.Helper()
	if err := b.stop(); err != context.Canceled && err != ErrClosed {
		b.Errorf("Follow ended with %v", err)
	}
	b.stop = nil
}

// resume follows again from a position, into a new sink.
func (b *bench) resume(from wire.Position) {
	b.sink.mu.Lock()
	wrong := b.sink.wrong
	b.sink.mu.Unlock()
	for _, w := range wrong {
		b.Error(w)
	}
	b.start.From, b.sink = from, newSink()
	b.follow()
}

// coldly makes the next resume begin in another process, as it were.
func (b *bench) coldly() {
	b.follower.Close()
	b.follower = b.tailer.Open(b.follower.src)
}

// wait waits for ok to hold of the sink, moving the clock by looks.
func (b *bench) wait(what string, ok func(*sink) bool) {
	b.Helper()
	s := b.sink
	end := time.Now().Add(patience)
	s.mu.Lock()
	defer s.mu.Unlock()
	for !ok(s) {
		s.mu.Unlock()
		if time.Now().After(end) {
			s.mu.Lock()
			b.Fatalf("waited in vain for %s; got %.2000q and %v %v", what, s.text.String(), s.marks(), s.wrong)
		}
		time.Sleep(time.Millisecond)
		s.mu.Lock()
	}
}

// looks waits until the follower has turned its loop n times more by looking.
func (b *bench) looks(n int) {
	b.Helper()
	for range n {
		b.sink.mu.Lock()
		before := b.sink.turns
		b.sink.mu.Unlock()
		b.clock.advance(time.Second)
		b.wait("a turn", func(s *sink) bool { return s.turns > before })
	}
}

func (b *bench) text(want string) {
	b.Helper()
	b.wait(fmt.Sprintf("%.300q", want), func(s *sink) bool { return s.text.Len() >= len(want) })
	b.sink.mu.Lock()
	defer b.sink.mu.Unlock()
	if got := b.sink.text.String(); got != want {
		b.Fatalf("got  %.1000q\nwant %.1000q", got, want)
	}
}

func (b *bench) mark(kind string) (m wire.Marker) {
	b.Helper()
	b.wait("marker "+kind, func(s *sink) bool {
		for _, r := range s.frames {
			if r.mark.Kind == kind {
				m = r.mark
				return true
			}
		}
		return false
	})
	return m
}

// marked checks the markers that came, without opened and live.
func (b *bench) marked(want ...string) {
	b.Helper()
	b.sink.mu.Lock()
	defer b.sink.mu.Unlock()
	if got := strings.Join(b.sink.marks(), " "); got != strings.Join(want, " ") {
		b.Errorf("markers %q, want %q", got, want)
	}
}

func (b *bench) after() wire.Position {
	b.sink.mu.Lock()
	defer b.sink.mu.Unlock()
	return b.sink.frames[len(b.sink.frames)-1].After
}

func (b *bench) must(err error) {
	b.Helper()
	if err != nil {
		b.Fatal(err)
	}
}

func (b *bench) at(name string) string { return filepath.Join(b.dir, name) }

// append writes to a file the way a logger does.
func (b *bench) append(name, text string) {
	b.Helper()
	f, err := os.OpenFile(b.at(name), os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o644)
	b.must(err)
	_, err = io.WriteString(f, text)
	b.must(err)
	b.must(f.Close())
}

func (b *bench) write(name, text string) {
	b.Helper()
	b.must(os.WriteFile(b.at(name), []byte(text), 0o644))
}

func (b *bench) rename(from, to string) { b.Helper(); b.must(os.Rename(b.at(from), b.at(to))) }
func (b *bench) remove(name string)     { b.Helper(); b.must(os.RemoveAll(b.at(name))) }
