// Package catalogue keeps what each host announced that it can serve. An Announcer, in a worker, writes it to Redis and
// tells of changes; a List, in a web process, reads it, follows the changes, and remembers it when Redis does not.
package catalogue

import (
	"context"
	"errors"
	"time"

	"livetail/internal/wire"
)

// Entry is one log as its host announced it.
type Entry struct {
	ID, Name, Group string
	Size            int64         // bytes
	Age             time.Duration // since the last change; below 0: unknown
	Rate            float64       // bytes a second over the last seconds
	State           string        // "ok", "missing", "unreadable" or "refused"
	Why             string        // words for people, unless ok
	Tails           int           // how many follow it
	Lines           int           // backlog on opening
	ShowPath        bool          // whether people who are not administrators see paths
	Zone, Layout    string        // of its lines' times where its config says them: "" is the host's zone, and any form that is known

	Usual              float64 // bytes a second over about an hour, as of the last change; 0: unknown
	LineRate           float64 // lines a second, while somebody watches; 0: unknown
	ErrorRate          float64 // of those, lines that report an error
	DiskFree, DiskSize int64   // bytes left on the log's file system when that gets short; 0 and 0: there is room
	Grown              int64   // bytes by which the worker saw it grow; announced as rings
}

// View is all that a worker has to announce at one moment.
type View struct {
	Entries      []Entry
	Notes        []string // words for people
	Binary       int      // files that are not text
	NotText      []string // names of the first of them
	Places, Free int      // how many tails the worker takes, and how many more now
	Zone         string   // in which the host's clock shows times: a name such as Europe/Berlin or, without one, +02:00
}

// Host is what is known of one host.
type Host struct {
	Name         string
	Away         bool
	AwayFor      time.Duration // since the last beat, when Away
	Notes        []string
	Binary       int
	NotText      []string
	Places, Free int // of all its workers; 0 when Away
	Zone         string
}

// Item is an entry with its address.
type Item struct {
	Log wire.Log
	Entry
	Ring *Ring // nil: not asked for
}

// Bus is the part of pub/sub that is needed here. Handlers given to Subscribe must not block, and confirmed is closed
// once Redis has said yes.
type Bus interface {
	Publish(ctx context.Context, channel string, payload []byte) (receivers int64, err error)
	Subscribe(channel string, handler func(payload []byte)) (confirmed <-chan struct{}, closeIt func())
}

// ErrHostTaken is wrapped by Announcer.Run when another machine already serves the host's name.
var ErrHostTaken = errors.New("the host's name is taken")

const (
	defaultEvery = 2 * time.Second
	// awayAfter is how many beats in a row must be missing before a host is away.
	awayAfter = 3
	// remembered is how long a host is known after its last beat. The key of a host expires then, and is told so with
	// each beat: what is left of that time tells how long ago the last beat was, without anybody's clock.
	remembered = 7 * 24 * time.Hour
)
