// Package config is the one place that reads livetail's config: a YAML file, or the files named on the command line.
// It reports every fault at once, each with its place and what to write instead, and it starts nothing.
package config

import (
	"net/netip"
	"path/filepath"
	"time"
)

// Kind says which program reads the config. Every section of a file is checked for every program; the kind decides
// which keys must be there and which defaults they have.
type Kind int

const (
	ForAll    Kind = iota // livetail, everything in one process: nothing must be written, Redis may be embedded
	ForWeb                // livetail-web: needs redis.url, secret_file and users
	ForWorker             // livetail-worker: needs redis.url, secret_file and logs
)

// Config is a config without faults: defaults are filled in, paths are absolute. It is not changed after it was
// returned, so any number of goroutines may read it.
type Config struct {
	Path       string // the file it was read from, "" when made from arguments
	Web        Web
	Redis      Redis
	SecretFile string // the installation's secret; ForAll fills in <state_dir>/secret
	StateDir   string // "" only for ForWeb and ForWorker, where it has no default
	Worker     Worker
	Logs       []Log
	Users      []User
	Access     []Rule
}

// OwnLog is the file that livetail writes its own log to, and that a log with Self reads.
func (c *Config) OwnLog() string { return filepath.Join(c.StateDir, "livetail.log") }

// Web is what the process that faces people needs.
type Web struct {
	Listen         string         // host:port; an empty host is every address
	ListenSet      bool           // whether listen was in the file: a port that was asked for is not replaced by the next free one
	BasePath       string         // "" or "/x", without a slash at its end
	PublicURL      string         // "" or an origin, "https://logs.example.org": no path, BasePath comes after it
	TrustedProxies []netip.Prefix // whose X-Forwarded-* headers are believed
	SessionIdle    time.Duration  // a session ends after so long without activity
	SessionMax     time.Duration  // a session ends so long after sign-in, whatever happens
	Limits         Limits
}

// Limits are per web process. All are at least 1.
type Limits struct {
	TailsPerUser      int // open tails of one user
	Tails             int // open tails of everybody
	MessageBytes      int // size of one message from a page
	MessagesPerSecond int // messages from one page
}

// Redis says where Redis is and how to sign in to it. The password is never in the config, only its file is.
type Redis struct {
	URL          string // "embedded" (ForAll only), or redis://host:port/db, rediss://host:port/db, unix:///path?db=0
	Namespace    string // prefix of every key, queue and channel
	User         string // ACL user, "" is Redis's default user
	PasswordFile string // read it with ReadPassword
	TLS          TLS
}

// TLS is for rediss:// only; its zero value is the system's certificate authorities and no client certificate.
type TLS struct {
	CA, Cert, Key string // PEM files; Cert and Key are both set or both empty
	ServerName    string // the name in the server's certificate, "" is the URL's host
}

// Worker is what the process that reads logs needs.
type Worker struct {
	Host   string // the host part of every log this worker serves; "" only for ForWeb
	Places int    // tails it serves at the same time
	Spool  int64  // bytes of compressed logs that it keeps unpacked
	// MaxLine is how many bytes at the beginning of a line decide whether a filter lets it pass.
	MaxLine int64
	// Searches through the whole of a log: at the same time, and of one user.
	Searches, SearchesPerUser int
	SlowAbove                 int // percent of the time that the host's tasks wait; above it, searches go slower
}

// Log is one entry of logs. Exactly one of File, Folder, Glob, Latest, Journal and Self is set.
type Log struct {
	ID, Name      string // Name is ID where the file has none
	File          string // one file, which need not exist yet
	Folder        string // every log in a folder and below
	Glob          string // every log whose path matches, found while running
	Latest        string // a glob whose newest file is the log and whose older files are its past
	Journal       *Journal
	Self          bool   // livetail's own log
	Group         string // heading in the list, "" is none
	Backlog       int    // lines shown on opening
	FollowLinksTo []string
	ShowPath      bool // whether people who are not administrators see the path
	Time          Time
	Encoding      string // utf-8, utf-16le or utf-16be; "" is what the file's first bytes tell
}

// Time is how a log's lines say when they were written; the zero value is any form that is known, in this machine's zone.
type Time struct {
	Layout string // as package time has layouts
	Zone   string // as the time zone database has names; "" is the machine's
}

// Journal is the systemd journal, or a part of it, as a log.
type Journal struct {
	Unit      string // "" is all of it
	Directory string // "" is where journald keeps it
}

// User is somebody who can sign in.
type User struct {
	Name   string
	Hash   string // argon2id, PHC string
	Groups []string
	Admin  bool
}

// Rule gives users and groups the logs that match. Patterns are over "host/id" as path.Match has them, except that **
// crosses slashes. Logs that no rule gives are for administrators only.
type Rule struct {
	Users, Groups, Logs []string
}

func defaults(kind Kind) *Config {
	c := &Config{
		Web: Web{
			Listen:      "127.0.0.1:8080",
			SessionIdle: 12 * time.Hour,
			SessionMax:  7 * 24 * time.Hour,
			Limits:      Limits{TailsPerUser: 50, Tails: 2000, MessageBytes: 16384, MessagesPerSecond: 20},
		},
		Redis:  Redis{Namespace: "livetail"},
		Worker: Worker{Places: 1000, Spool: 2 << 30, MaxLine: 1 << 20, Searches: 2, SearchesPerUser: 1, SlowAbove: 40},
	}
	if kind == ForAll {
		c.Redis.URL = embedded
		c.Worker.Host = "local"
	}
	return c
}

const (
	embedded       = "embedded"
	defaultBacklog = 1000
	defaultLogs    = "/var/log" // what livetail serves when nothing says what to serve
)
