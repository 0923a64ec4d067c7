// Package tailer is what turns one log into frames: backlog, then live, through every kind of rotation.
// It knows files and nothing else.
package tailer

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"errors"
	"fmt"
	"hash"
	"log/slog"
	"path/filepath"
	"sync"
	"time"

	"livetail/internal/filter"
	"livetail/internal/naming"
	"livetail/internal/wire"
	"livetail/tailer/spool"
	"livetail/tailer/stamp"
)

// Options of a Tailer.
type Options struct {
	// Key makes fingerprints unguessable: nobody can learn a file's content by trying tokens. At least 16 bytes.
	Key []byte
	// Grace is how long a rotated file is still read beside the new one, counted from the last byte it gave. 0: 30 s.
	Grace time.Duration
	// Look is how often a log's name is compared with the open file, whatever events say. 0: 1 s.
	Look time.Duration
	// Spool is where compressed files are unpacked to. nil: they are not read.
	Spool *spool.Spool
	// MaxLine is by how many bytes at its beginning a filter judges a line that is longer. 0: 1 MiB.
	MaxLine int
	// Host is asked whether it is busy; what reads much of a log goes slower then. nil: it never is.
	Host Host
	// Clock is where time comes from. nil: the system's.
	Clock Clock
	// Log hears of what an operator can mend, such as exhausted watches. nil: nobody does.
	Log *slog.Logger
}

// Tailer is what all followers of a process share: one inotify instance, one clock, and one descriptor for each file. Safe for concurrent use.
type Tailer struct {
	key          []byte
	grace, every time.Duration
	clock        Clock
	host         Host
	gate         *gate
	log          *slog.Logger
	spool        *spool.Spool
	times        *stamp.Reader
	macs         sync.Pool // of *mac
	buffers      buffers
	maxLine      int
	wide         sync.Pool // of *[]byte, for lines that are longer than those buffers
	chunks       sync.Pool // of *[]byte, held while an answer looks for lines
	decoders     sync.Pool // of *decoder
	files        *descriptors
	errors       filter.Errors // in what is only counted

	minders sync.WaitGroup
	asked   chan struct{} // the watcher has something to do

	mu      sync.Mutex
	spots   map[spotKey]*spot
	slot    int // of the next spot
	dirs    map[string]*dir
	watcher watcher          // nil: not running, or inotify cannot be had
	wants   map[string]inode // folders that the watcher has to hear of, as they were seen last; none: not there
}

// New checks o. Nothing is opened and nothing runs until Run.
func New(o Options) (*Tailer, error) {
	if len(o.Key) < 16 {
		return nil, fmt.Errorf("making a tailer: a key of %d bytes, at least 16 are needed", len(o.Key))
	}
	if o.Grace < 0 || o.Look < 0 || o.MaxLine < 0 {
		return nil, errors.New("making a tailer: negative grace, look or length of a line")
	}
	if o.MaxLine == 0 {
		o.MaxLine = filter.MaxLine
	}
	if o.Grace == 0 {
		o.Grace = 30 * time.Second
	}
	if o.Look == 0 {
		o.Look = time.Second
	}
	if o.Clock == nil {
		o.Clock = systemClock{}
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	t := &Tailer{key: o.Key, grace: o.Grace, every: o.Look, clock: o.Clock, host: o.Host, gate: newGate(), log: o.Log, spool: o.Spool, maxLine: o.MaxLine,
		files: newDescriptors(), asked: make(chan struct{}, 1), spots: map[spotKey]*spot{}, dirs: map[string]*dir{}, wants: map[string]inode{}}
	var err error
	if t.times, err = stamp.New(stamp.Options{}); err != nil {
		return nil, err
	}
	t.macs.New = func() any { return &mac{Hash: hmac.New(sha256.New, t.key)} }
	t.chunks.New = func() any { b := make([]byte, backSize+groupBytes+max(chunkBytes, t.maxLine)); return &b }
	t.decoders.New = func() any { return new(decoder) }
	t.wide.New = func() any { b := make([]byte, backSize+t.maxLine); return &b }
	return t, nil
}

// mac is a keyed hash with the room it works in, so that using it allocates nothing.
type mac struct {
	hash.Hash
	room [sha256.Size]byte
}

// mac is the keyed hash of b; what keeps hashes for different purposes apart.
func (t *Tailer) mac(what byte, b []byte) (sum [6]byte) {
	m := t.macs.Get().(*mac)
	defer t.macs.Put(m)
	m.Reset()
	m.room[0] = what
	m.Write(m.room[:1])
	m.Write(b)
	copy(sum[:], m.Sum(m.room[:0]))
	return sum
}

// Source says which log to follow.
type Source struct {
	// Path is the log's absolute path.
	Path string
	// Latest says that Path is a pattern of dated names, in which nobody renames files: the newest by name is the log, the others
	// are its past. Links are none of them.
	Latest bool
	// Name is what readers who may not see paths see. "": the path's base.
	Name string
	// Times reads the times of its lines. nil: in whatever known form they are written.
	Times *stamp.Reader
	// Encoding is how its lines are written: utf-8, utf-16le or utf-16be. "": as its first bytes tell.
	Encoding string
	// FollowLinksTo lists folders into which a symbolic link may lead. A link that stays in or below its own folder is always
	// followed, any other never.
	FollowLinksTo []string
}

// Open makes a follower of src. It opens nothing yet: Follow does.
func (t *Tailer) Open(src Source) *Follower {
	if src.Name == "" {
		src.Name = filepath.Base(src.Path)
	}
	if src.Times == nil {
		src.Times = t.times
	}
	f := &Follower{t: t, src: src, dir: filepath.Dir(src.Path), base: filepath.Base(src.Path), wake: make(chan struct{}, 1)}
	if src.Latest {
		f.dir, f.dated = naming.Dated(src.Path)
		f.base = ""
	}
	f.home = hop{f.dir, f.base}
	sum := t.mac('p', []byte(src.Path))
	copy(f.log[:], sum[:])
	return f
}

// Start says where a Follow begins.
type Start struct {
	// From is a position, or a line's own token as a position of one place. Empty: Lines before the live edge.
	From wire.Position
	// Lines of backlog when From is empty. math.MaxInt: the whole file from its first byte, whatever MaxBytes says.
	Lines int
	// MaxBytes bounds that backlog. 0: 256 KiB.
	MaxBytes int64
	// Filter is the JSON of package filter: only lines that pass are sent, and counted. None: all are.
	Filter []byte
	// Quiet sends no lines, only how many there are.
	Quiet bool
	// Paths lets markers carry whole paths.
	Paths bool
	// Stop ends the Follow with nil at the live edge instead of waiting there.
	Stop bool
	// Halves lets half a line at the log's end go out, as Open, once it did not grow for a Look, or at a Stop: for a reader who
	// wants all bytes. Without it half a line waits for its rest.
	Halves bool
}

// Sink takes what a follower reads. Its methods, except Turn, are called from the goroutine that called Follow.
type Sink interface {
	// Room waits until something may be sent, and says how many payload bytes the next frame may have, at least 1. When ctx
	// ends it returns at once with any error; the follower then looks after its files and asks again. A marker shortens
	// itself to fit, but not below 48 bytes, which the sink has to bear.
	Room(ctx context.Context) (int, error)
	// Send takes one frame, in order. When it returns, the frame, its position and its payload are the follower's again.
	Send(ctx context.Context, f *wire.Frame) error
	// Turn says that the follower is alive: at every turn of its loop, at least once per Look. While the follower waits for
	// something to read, another one of the same log may say it, from its own goroutine.
	Turn()
}
