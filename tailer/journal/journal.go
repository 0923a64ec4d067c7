// Package journal follows and reads the systemd journal as one more kind of log: journalctl's entries made into lines, its
// cursors into places. It opens no journal file itself.
package journal

import (
	"crypto/hmac"
	"crypto/sha256"
	"errors"
	"fmt"
	"log/slog"
	"os/exec"
	"time"

	"livetail/tailer"
)

// Options of a Journal.
type Options struct {
	// Key makes positions of different logs tell themselves apart without naming them. At least 16 bytes.
	Key []byte
	// Command is the program that reads the journal. "": journalctl, from PATH.
	Command string
	// Retry is how long a journalctl that ended by itself is waited for before the next is started. 0: 1 s.
	Retry time.Duration
	// Host is asked whether it is busy; what reads much of the journal goes slower then. nil: it never is.
	Host tailer.Host
	// Clock is where time comes from. nil: the system's.
	Clock func() time.Time
	// Log hears of what an operator can mend. nil: nobody does.
	Log *slog.Logger
}

// Journal makes followers. Safe for concurrent use.
type Journal struct{ o Options }

// New checks o. Nothing is started until a Follower follows.
func New(o Options) (*Journal, error) {
	if len(o.Key) < 16 {
		return nil, fmt.Errorf("making a journal: a key of %d bytes, at least 16 are needed", len(o.Key))
	}
	if o.Retry < 0 {
		return nil, errors.New("making a journal: negative retry")
	}
	if o.Retry == 0 {
		o.Retry = time.Second
	}
	if o.Command == "" {
		o.Command = "journalctl"
	}
	if o.Clock == nil {
		o.Clock = time.Now
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	return &Journal{o: o}, nil
}

// Available says whether the journal can be read with this program at all.
func (j *Journal) Available() error {
	if _, err := exec.LookPath(j.o.Command); err != nil {
		return fmt.Errorf("looking for the journal: %w", err)
	}
	return nil
}

// Source says which part of the journal is the log.
type Source struct {
	// Unit is the systemd unit, such as nginx.service. "": the whole journal.
	Unit string
	// Directory holds the journal's files. "": where journald keeps them.
	Directory string
	// Name is what readers see.
	Name string
}

// Open makes a follower of src. It starts nothing yet.
func (j *Journal) Open(src Source) *Follower {
	f := &Follower{j: j, src: src, closed: make(chan struct{})}
	mac := hmac.New(sha256.New, j.o.Key)
	mac.Write([]byte("journal\x00" + src.Directory + "\x00" + src.Unit))
	copy(f.log[:], mac.Sum(nil))
	return f
}

// args are what every call of journalctl begins with.
func (s Source) args(more ...string) []string {
	args := []string{"--output=export", "--all", "--quiet", "--no-pager", "--output-fields=" + fields}
	if s.Directory != "" {
		args = append(args, "--directory="+s.Directory)
	}
	if s.Unit != "" {
		args = append(args, "--unit="+s.Unit)
	}
	return append(args, more...)
}

var _ interface {
	Turn()
} = tailer.Sink(nil)
