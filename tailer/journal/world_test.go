package journal

import (
	"bytes"
	"context"
	"encoding/binary"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"livetail/internal/wire"
	"livetail/tailer"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const (
	remote   = "/lib/systemd/systemd-journal-remote"
	patience = 30 * time.Second
	nginx    = "nginx.service"
)

// world is a real journal: systemd-journal-remote writes it, journalctl reads it.
type world struct {
	t       *testing.T
	dir     string
	written []sample
	stdin   io.WriteCloser
	n       int
}

type sample struct {
	unit, message string
	priority      int
	at            time.Time
	boot          int
}

var epoch = time.Date(2026, 11, 26, 2, 0, 0, 0, time.UTC)

func newWorld(t *testing.T) *world {
	t.Helper()
	w := &world{t: t, dir: t.TempDir()}
	w.open("system.journal")
	return w
}

// open begins a journal file of its own, with a numbering of its own.
func (w *world) open(name string) {
	w.t.Helper()
	w.shut()
	cmd := exec.Command(remote, "--output="+filepath.Join(w.dir, name), "-")
	var said bytes.Buffer
	cmd.Stderr = &said
	stdin, err := cmd.StdinPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		w.t.Fatalf("systemd-journal-remote writes the test's journal: %v", err)
	}
	w.stdin = stdin
	w.t.Cleanup(func() {
		stdin.Close()
		if err := cmd.Wait(); err != nil {
			w.t.Errorf("systemd-journal-remote: %v\n%s", err, said.String())
		}
	})
}

func (w *world) shut() {
	if w.stdin != nil {
		w.stdin.Close()
	}
}

func (w *world) write(samples ...sample) {
	w.t.Helper()
	var b bytes.Buffer
	for _, s := range samples {
		w.n++
		if s.at.IsZero() {
			s.at = epoch.Add(time.Duration(w.n) * time.Second)
		}
		fmt.Fprintf(&b, "__REALTIME_TIMESTAMP=%d\n__MONOTONIC_TIMESTAMP=%d\n_BOOT_ID=%032x\n", s.at.UnixMicro(), w.n, 1+s.boot)
		fmt.Fprintf(&b, "PRIORITY=%d\nSYSLOG_IDENTIFIER=app\n_PID=7\n_SYSTEMD_UNIT=%s\nMESSAGE\n", s.priority, s.unit)
		binary.Write(&b, binary.LittleEndian, uint64(len(s.message)))
		fmt.Fprintf(&b, "%s\n\n", s.message)
		w.written = append(w.written, s)
	}
	if _, err := w.stdin.Write(b.Bytes()); err != nil {
		w.t.Fatal(err)
	}
}

// lines writes n entries of one line each.
func (w *world) lines(unit string, n int) {
	for range n {
		w.write(sample{unit: unit, message: fmt.Sprintf("line %d", w.n+1), priority: 6})
	}
}

// text is what the written entries of a unit must look like; "": of all.
func (w *world) text(unit string) string {
	var b []byte
	for _, s := range w.written {
		if unit == "" || s.unit == unit {
			e := entry{time: s.at, message: []byte(s.message), whole: int64(len(s.message)), priority: s.priority, name: "app", pid: "7"}
			b = e.text(b)
		}
	}
	return string(b)
}

func (w *world) journal(o Options) *Journal {
	w.t.Helper()
	o.Key, o.Retry = []byte("0123456789abcdef"), 10*time.Millisecond
	j, err := New(o)
	if err != nil {
		w.t.Fatal(err)
	}
	return j
}

func (w *world) follower(unit string) *Follower {
	f := w.journal(Options{}).Open(Source{Unit: unit, Directory: w.dir, Name: "the journal"})
	w.t.Cleanup(func() { f.Close() })
	return f
}

// settled waits until the journal has all that was written.
func (w *world) settled() {
	w.t.Helper()
	f := w.follower("")
	w.until("the journal has it all", func() bool {
		s := &sink{room: wire.MaxPayload}
		_ = f.Ask(context.Background(), wire.Question{Ask: wire.AskRead, Quiet: true}, s)
		return int(s.looked) == strings.Count(w.text(""), "\n")
	})
}

func (w *world) until(what string, ok func() bool) {
	w.t.Helper()
	for end := time.Now().Add(patience); !ok(); time.Sleep(10 * time.Millisecond) {
		if time.Now().After(end) {
			w.t.Fatalf("waited %v for: %s", patience, what)
		}
	}
}

// sink keeps what comes.
type sink struct {
	room int

	mu     sync.Mutex
	frames []wire.Frame
	looked uint32
	passed uint32
	hold   chan struct{} // if set, Room waits for it
}

func (s *sink) Turn() {}

func (s *sink) Room(ctx context.Context) (int, error) {
	s.mu.Lock()
	hold := s.hold
	s.mu.Unlock()
	if hold != nil {
		select {
		case <-hold:
		case <-ctx.Done():
			return 0, ctx.Err()
		}
	}
	return s.room, ctx.Err()
}

func (s *sink) Send(_ context.Context, f *wire.Frame) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	c, err := wire.ParseFrame(f.AppendTo(nil)) // as it would travel
	if err != nil {
		return err
	}
	s.frames = append(s.frames, c)
	s.looked += f.Looked
	s.passed += f.Passed
	return nil
}

func (s *sink) text() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	var b strings.Builder
	for _, f := range s.frames {
		if f.Kind == wire.Lines {
			b.Write(f.Payload)
		}
	}
	return b.String()
}

// backText is the text of an answer that reads back.
func (s *sink) backText() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := ""
	for _, f := range s.frames {
		if f.Kind == wire.Lines {
			out = string(f.Payload) + out
		}
	}
	return out
}

func (s *sink) marks(kind string) (n int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, f := range s.frames {
		if f.Kind == wire.Mark && strings.Contains(string(f.Payload), `"kind":"`+kind+`"`) {
			n++
		}
	}
	return n
}

// places are the tokens of all lines, as a page makes them.
func (s *sink) places() (all []wire.Position) {
	for _, f := range s.frames {
		if f.Kind != wire.Lines || len(f.Payload) == 0 {
			continue
		}
		gaps, at := f.Gaps, f.Start
		for i, line := range bytes.SplitAfter(f.Payload, []byte("\n")) {
			var gap int64
			if gap, gaps = wire.NextGap(gaps); i > 0 {
				at += gap
			}
			if len(line) > 0 && (i > 0 || f.Flags&wire.Cont == 0) {
				all = append(all, wire.Position{{File: f.After[f.Index].File, Offset: at}})
			}
			at += int64(len(line))
		}
	}
	return all
}

// following is a Follow under way.
type following struct {
	*sink
	cancel context.CancelFunc
	done   chan error
}

func follow(t *testing.T, f *Follower, start tailer.Start, room int) *following {
	ctx, cancel := context.WithCancel(context.Background())
	w := &following{sink: &sink{room: room}, cancel: cancel, done: make(chan error, 1)}
	go func() { w.done <- f.Follow(ctx, start, w.sink) }()
	t.Cleanup(func() { w.end() })
	return w
}

func (w *following) end() error {
	w.cancel()
	err := <-w.done
	w.done <- err
	return err
}

func ask(t *testing.T, f *Follower, q wire.Question, room int) *sink {
	t.Helper()
	s := &sink{room: room}
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	if err := f.Ask(ctx, q, s); err != nil {
		t.Fatal(err)
	}
	if last := s.frames[len(s.frames)-1]; last.Flags&wire.Last == 0 || s.marks(wire.MarkEnd) != 1 {
		t.Fatalf("an answer without an end: %+v", last)
	}
	return s
}

func (s *sink) end() string { return string(s.frames[len(s.frames)-1].Payload) }

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}
