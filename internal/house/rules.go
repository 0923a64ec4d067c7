// Package house is the rules of this source tree that a test can check, each with its reason.
//
// Nothing here is part of a program. A rule that is in the way is changed here, with its reason, in the same commit.
package house

// module is this module's path; patterns without a dot in their first element are below it.
const module = "livetail"

// MaxLines is how long a Go file may be; beyond it there is a second noun in it that wants a file of its own.
const MaxLines = 350

// A Rule is a kind of import that must not be. Patterns name packages below the module ("cmd/web"), or others by their
// full path ("net/http"). In each a "*" stands for anything within an element, and "/..." at the end for all below too.
type Rule struct {
	From   []string // who must not; nil is every package of ours
	To     []string // whom
	Except []string // who of From may
	Deep   bool     // through other packages neither
	Why    string
}

const (
	asynq     = "github.com/hibiken/asynq/..."
	fsnotify  = "github.com/fsnotify/fsnotify/..."
	goRedis   = "github.com/redis/go-redis/v9"
	miniredis = "github.com/alicebob/miniredis/v2/..."
	websocket = "github.com/coder/websocket/..."
)

// instruments measure and disturb the programs from outside, so they need both ends of everything.
var instruments = []string{"bench/...", "chaos/..."}

// testHelpers are linked into tests and instruments only.
var testHelpers = []string{"internal/test*/...", "internal/browser/..."}

// Rules are the arrows that must never be. Imports of _test.go files are not looked at.
var Rules = []Rule{
	{
		From: []string{"cmd/web/...", "cmd/internal/web/..."},
		To:   []string{"tailer/...", fsnotify}, Deep: true,
		Why: "the process that faces people holds no code that opens logs",
	},
	{
		From: []string{"cmd/worker/...", "cmd/internal/worker/..."},
		To:   []string{"consumer/...", "auth/...", "templates/...", "internal/delivery/...", websocket}, Deep: true,
		Why: "the process that reads logs serves nobody",
	},
	{
		From: []string{"consumer/..."}, To: []string{"tailer/..."}, Deep: true,
		Why: "the two ends of a tail meet in frames only, or they could not be on two machines",
	},
	{
		From: []string{"tailer/..."},
		To:   []string{"consumer/...", "net/http", goRedis, asynq}, Deep: true,
		Why: "the tailer knows files and nothing else",
	},
	{
		From: []string{"internal/delivery/..."},
		To:   []string{websocket, "net/http", goRedis, asynq}, Deep: true,
		Why: "delivery knows no socket and no Redis client: a stream or a download stand on it as well as a WebSocket",
	},
	{
		From: []string{"internal/wire/..."}, To: []string{module + "/..."},
		Why: "the words both processes share depend on neither",
	},
	{
		To: []string{"internal/config/..."}, Except: []string{"cmd/..."},
		Why: "a package that does work is told by its options, so that it can be tested and wired without a file",
	},
	{
		To: []string{asynq}, Except: []string{"internal/jobs/..."},
		Why: "asynq's own will is ignored in one place, internal/jobs",
	},
	{
		To: []string{fsnotify}, Except: []string{"tailer/..."},
		Why: "one watcher a process; instances are few",
	},
	{
		To: []string{websocket}, Except: append([]string{"consumer/..."}, instruments...),
		Why: "what a socket does at its end is decided in one place, consumer",
	},
	{
		To: []string{miniredis}, Except: append([]string{"cmd/livetail/..."}, testHelpers...),
		Why: "an embedded Redis is for trying; web and worker need one that both can reach",
	},
	{
		To: testHelpers, Except: append(instruments, testHelpers...),
		Why: "tests' helpers are no part of a program",
	},
	{
		To: []string{"testing", "go.uber.org/goleak/...", "github.com/chromedp/...", "pgregory.net/rapid/...",
			"github.com/rogpeppe/go-internal/..."},
		Except: append(instruments, testHelpers...),
		Why:    "what tests are made of is no part of a program",
	},
}
