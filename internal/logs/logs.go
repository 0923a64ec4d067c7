// Package logs turns a worker's config into the logs that it can serve: it finds them in folders and globs, tells text
// from binary, and knows which file is the past of which. It reads no log beyond the first bytes that tell what it is.
package logs

import (
	"errors"
	"fmt"
	"log/slog"
	"os"
	"os/user"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"livetail/internal/wire"
)

// Spec is one entry of the config. Exactly one of File, Folder, Glob, Latest and Journal is set; paths are absolute.
type Spec struct {
	// ID is the log's id for File and Latest (empty: the last element of the path), and the first part of all ids for
	// Folder and Glob (empty: ids are the paths below the folder, or below the glob's part without wildcards).
	ID      string
	Name    string   // what people read for File and Latest; empty: the last element of the path
	File    string   // one file, which need not exist yet; it is a log whatever is in it
	Folder  string   // every text log in a folder and below
	Glob    string   // every text log whose path matches; ** is any number of folders
	Latest  string   // a pattern of dated names, whose newest file is the log and whose others are its past
	Journal *Journal // the systemd journal or a part of it
	Self    bool     // File is livetail's own log
	Group   string   // heading in the list; empty: the folder that a file of Folder or Glob is in
	Lines   int      // backlog on opening
	// FollowLinksTo are the folders or files outside of its own folder that a symbolic link may lead to.
	FollowLinksTo []string
	ShowPath      bool // whether people who are not administrators see the path
	// TimeLayout and TimeZone are how its lines write times; empty: in any form that is known, in this machine's zone.
	TimeLayout, TimeZone string
	Encoding             string // how its lines are written, as package coding names it; empty: its first bytes tell
}

// Journal is the systemd journal, or a part of it.
type Journal struct {
	Unit      string // "": all of it
	Directory string // "": where journald keeps it
}

// Options are what New needs.
type Options struct {
	Host string // the worker's host name, the other half of every log's address
	// Specs: where two find the same file, one with File or Latest wins over a Folder or Glob, else the earlier.
	Specs []Spec
	// User is the name of the account that the worker runs as, for words; empty: it is looked up.
	User  string
	Log   *slog.Logger     // nil: nothing is logged
	Every time.Duration    // how often known logs and folders are looked at; 0: 2 s
	Now   func() time.Time // nil: time.Now
}

// Source is all that is needed to open a log.
type Source struct {
	ID, Name string
	Path     string   // a pattern when Latest is set
	Journal  *Journal // not a file at all; Path is ""
	Latest   bool     // the newest match of the pattern Path is the log, and the others are its past
	// FollowLinksTo is where links may lead, the log's own folder included.
	FollowLinksTo []string
	ShowPath      bool
	Lines         int
	// TimeLayout, TimeZone and Encoding are the Spec's.
	TimeLayout, TimeZone, Encoding string
}

// States of an Entry.
const (
	OK         = "ok"
	Missing    = "missing"
	Unreadable = "unreadable"
	Refused    = "refused" // what is there must not be opened, or is not a log
)

// Entry is one log as it was last seen.
type Entry struct {
	ID, Name, Group string
	Size            int64         // bytes
	Age             time.Duration // since the last change; below 0: unknown
	Rate            float64       // bytes a second over about 10 s
	Usual           float64       // bytes a second over about an hour, as of the last change; 0: unknown
	Grown           int64         // bytes by which it was seen to grow
	DiskFree        int64         // bytes left on its file system when that gets short,
	DiskSize        int64         // and of how many; 0 and 0: there is room
	State           string        // one of OK, Missing, Unreadable, Refused
	Why             string        // words for people, unless OK
	Lines           int
	ShowPath        bool
	Self            bool
	// TimeLayout and TimeZone are the Spec's.
	TimeLayout, TimeZone string
}

// View is everything at one moment.
type View struct {
	Entries []Entry  // by group, name and id
	Notes   []string // what somebody should do or know, in words
	Binary  int      // files that were found and are not text
	NotText []string // the names of the first of them
}

func (o *Options) check() error {
	var faults []error
	if err := (wire.Log{Host: o.Host, ID: "x"}).Check(); err != nil {
		faults = append(faults, err)
	}
	for i, s := range o.Specs {
		if err := s.check(o.Host); err != nil {
			faults = append(faults, fmt.Errorf("log %d: %w", i+1, err))
		}
	}
	if o.Every < 0 {
		faults = append(faults, fmt.Errorf("look every %v", o.Every))
	}
	if len(faults) > 0 {
		return fmt.Errorf("setting up logs: %w", errors.Join(faults...))
	}
	if o.User == "" {
		o.User = currentUser()
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.Every == 0 {
		o.Every = 2 * time.Second
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	return nil
}

func (s *Spec) check(host string) error {
	where := ""
	if s.Journal != nil {
		if s.File+s.Folder+s.Glob+s.Latest != "" {
			return errors.New("both a path and the journal")
		}
		if s.ID == "" {
			return errors.New("the journal has no id of its own")
		}
		return (wire.Log{Host: host, ID: s.ID}).Check()
	}
	for _, p := range []string{s.File, s.Folder, s.Glob, s.Latest} {
		if p != "" && where != "" {
			return fmt.Errorf("both %q and %q", where, p)
		}
		where += p
	}
	if !filepath.IsAbs(where) {
		return fmt.Errorf("path %q is not absolute", where)
	}
	if s.Self && s.File == "" {
		return errors.New("livetail's own log has no file")
	}
	if strings.Contains(s.Latest, "**") {
		return fmt.Errorf("pattern %q: ** can be in a glob only", s.Latest)
	}
	if s.Glob != "" || s.Latest != "" {
		if _, err := filepath.Match(where, ""); err != nil {
			return fmt.Errorf("pattern %q: %w", where, err)
		}
	}
	if s.ID != "" {
		return (wire.Log{Host: host, ID: s.ID}).Check()
	}
	return nil
}

func currentUser() string {
	if u, err := user.Current(); err == nil {
		return u.Username
	}
	return "uid " + strconv.Itoa(os.Geteuid())
}
