package house

import (
	"fmt"
	"strings"
	"testing"
)

// graph makes one of chains like "cmd/web > tailer > os".
func graph(chains ...string) Graph {
	g := Graph{}
	for _, chain := range chains {
		names := strings.Split(chain, " > ")
		for i, name := range names {
			name = full(name)
			p := g[name]
			p.ImportPath = name
			if i+1 < len(names) {
				p.Imports = append(p.Imports, full(names[i+1]))
			}
			g[name] = p
		}
	}
	return g
}

// full is the import path of a name in this file: ours, unless it has a dot or is of the standard library.
func full(name string) string {
	if strings.Contains(name, ".") || standard(name) {
		return name
	}
	return module + "/" + name
}

// broken are all chains that any rule forbids.
func broken(g Graph) (found []string) {
	for _, r := range Rules {
		found = append(found, g.Violations(r)...)
	}
	return found
}

func TestWhatMustNotBe(t *testing.T) {
	const (
		ws, fs = "github.com/coder/websocket", "github.com/fsnotify/fsnotify"
		queue  = "github.com/hibiken/asynq"
		mini   = "github.com/alicebob/miniredis/v2"
	)
	for _, chain := range []string{
		"cmd/web > tailer", "cmd/web > cmd/internal/web > internal/x > tailer", "cmd/internal/web > tailer/sub",
		"cmd/web > " + fs, "cmd/internal/web > github.com/other/mod > " + fs,
		"cmd/worker > consumer", "cmd/worker > cmd/internal/worker > auth", "cmd/internal/worker > internal/x > templates",
		"cmd/worker > cmd/internal/boot > auth", "cmd/internal/worker > internal/delivery",
		"cmd/internal/worker > internal/x > internal/delivery", "cmd/worker > github.com/other/mod > " + ws,
		"consumer > tailer", "consumer > internal/x > tailer", "tailer > consumer", "tailer > internal/x > consumer",
		"tailer > net/http", "tailer > internal/x > " + goRedis, "tailer > " + queue,
		"internal/delivery > net/http", "internal/delivery > internal/x > net/http", "internal/delivery > " + ws,
		"internal/delivery > " + goRedis, "internal/delivery > internal/jobs",
		"internal/wire > internal/bus", "internal/wire > auth",
		"auth > internal/config", "internal/bus > internal/config", "tailer > internal/config",
		"internal/runs > " + queue, "cmd/internal/worker > " + queue, "internal/bus > " + queue + "/internal/rdb",
		"internal/runs > " + fs, "internal/delivery > " + fs, "cmd/livetail > " + fs,
		"internal/runs > " + ws, "auth > " + ws, "cmd/internal/web > " + ws, "cmd/livetail > " + ws + "/wsjson",
		"internal/bus > " + mini, "cmd/web > " + mini + "/server", "cmd/internal/web > " + mini, "bench > " + mini,
		"auth > internal/testredis", "cmd/livetail > internal/testredis", "internal/bus > testing",
		"tailer > github.com/chromedp/chromedp", "cmd/web > go.uber.org/goleak",
	} {
		g := graph(chain)
		if strings.HasSuffix(chain, " > internal/jobs") {
			g = graph(chain+" > "+queue, "internal/jobs > "+queue)
		}
		if len(broken(g)) == 0 {
			t.Errorf("no rule forbids %s", chain)
		}
	}
}

func TestWhatMayBe(t *testing.T) {
	g := graph(
		"cmd/web > cmd/internal/web > consumer > internal/delivery > internal/wire",
		"consumer > github.com/coder/websocket", "consumer > net/http",
		"cmd/internal/web > internal/config", "cmd/internal/web > auth > "+goRedis, "cmd/internal/web > templates",
		"cmd/internal/web > internal/jobs > github.com/hibiken/asynq > "+goRedis, "internal/bus > "+goRedis,
		"cmd/worker > cmd/internal/worker > tailer > github.com/fsnotify/fsnotify", "tailer > internal/wire",
		"cmd/internal/worker > internal/runs > internal/wire", "cmd/internal/worker > internal/catalogue",
		"cmd/internal/worker > internal/jobs",
		"cmd/livetail > cmd/internal/web", "cmd/livetail > cmd/internal/worker", "cmd/livetail > tailer",
		"cmd/livetail > github.com/alicebob/miniredis/v2",
		"internal/testredis > github.com/alicebob/miniredis/v2", "internal/testredis > testing",
		"bench > internal/testredis", "bench > github.com/coder/websocket", "bench/floor > tailer", "bench/floor > consumer",
	)
	for _, chain := range broken(g) {
		t.Errorf("forbidden: %s", chain)
	}
}

// Each rule by itself: every forbidden arrow is found directly, and through another package exactly if it is deep.
func TestEachRule(t *testing.T) {
	concrete := strings.NewReplacer("/...", "", "*", "redis").Replace
	for _, r := range Rules {
		from := r.From
		if from == nil {
			from = []string{"internal/x"}
		}
		for i := range from {
			for j := range r.To {
				from, to := concrete(from[i]), concrete(r.To[j])
				if to == module {
					to = "internal/bus"
				}
				if n := len(graph(from + " > " + to).Violations(r)); n != 1 {
					t.Errorf("%s > %s: %d violations", from, to, n)
				}
				chain := fmt.Sprintf("%s > github.com/some/thing > %s", from, to)
				if found := graph(chain).Violations(r); (len(found) == 1) != r.Deep {
					t.Errorf("%s: %q, and deep is %t", chain, found, r.Deep)
				}
				if n := len(graph(to + " > " + from).Violations(r)); n != 0 && r.From != nil {
					t.Errorf("%s > %s, the other way round: %d violations", to, from, n)
				}
			}
		}
		for _, except := range r.Except {
			if found := graph(concrete(except) + " > " + concrete(r.To[0])).Violations(r); len(found) != 0 {
				t.Errorf("an exception is forbidden: %q", found)
			}
		}
		if r.Why == "" {
			t.Errorf("no reason: %v", r)
		}
	}
}

func TestMatch(t *testing.T) {
	for _, c := range []struct {
		pattern, pkg string
		want         bool
	}{
		{"tailer/...", "livetail/tailer", true},
		{"tailer/...", "livetail/tailer/sub/sub", true},
		{"tailer/...", "livetail/tailers", false},
		{"tailer", "livetail/tailer/sub", false},
		{"internal/test*/...", "livetail/internal/testredis", true},
		{"internal/test*/...", "livetail/internal/testredis/x", true},
		{"internal/test*/...", "livetail/internal", false},
		{"livetail/...", "livetail/x", true},
		{"net/http", "net/http", true},
		{"net/http", "livetail/net/http", false},
		{"github.com/a/b/...", "github.com/a/b", true},
		{"github.com/a/b/...", "github.com/a/bc", false},
	} {
		if got := match(c.pattern, c.pkg); got != c.want {
			t.Errorf("match(%q, %q) = %t", c.pattern, c.pkg, got)
		}
	}
}
