package config

import (
	"net/netip"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"
	"unicode"
)

// Every key, with a value that is not its default, arrives where it belongs.
func TestEveryKeyIsRead(t *testing.T) {
	got := parse(t, []byte(`
web:
  listen: "[::1]:0"
  base_path: /a/b
  public_url: https://Logs.example.org:8443/a/b/
  trusted_proxies: [10.0.0.7, "fd00::/8", "::ffff:10.1.2.3"]
  session_idle: 1h30m
  session_max: 1d1s
  limits: {tails_per_user: 1, tails: 2, message_bytes: 2048, messages_per_second: 4}
redis:
  url: rediss://r.example.org:6380/3
  namespace: ns
  user: u
  password_file: /pw
  tls: {ca: /ca, cert: /cert, key: /key, server_name: r}
secret_file: /s//secret
state_dir: /st[ate]/
worker: {host: web-01.example, places: 5, spool: 500MiB, max_line: 4MiB, searches: 3, searches_per_user: 2, slow_above: 70}
logs:
  - {id: a/b, name: The A, file: /x/../a.log, group: G, backlog: 0, follow_links_to: [/srv/, "${state_dir}/l"], show_path: true, time: {layout: "Jan _2", zone: UTC}}
  - {id: c, folder: /c/}
  - {id: d, glob: "${state_dir}/d/*.log"}
  - {id: e, latest: /e/app-*.log}
  - {id: j, journal: {unit: nginx.service}}
  - {id: k, journal: {directory: /k}}
  - {id: f, self: true}
  - {id: g, file: "${state_dir}/g.log"}
users:
  - {name: sre@x, hash: '`+goodHash+`', groups: [ops, dev], admin: true}
access:
  - {users: [sre@x], groups: [dev], logs: ["**", "*/a/x*"]}
`), ForAll)
	want := &Config{
		Path: example,
		Web: Web{
			Listen: "[::1]:0", ListenSet: true, BasePath: "/a/b", PublicURL: "https://logs.example.org:8443",
			TrustedProxies: []netip.Prefix{netip.MustParsePrefix("10.0.0.7/32"), netip.MustParsePrefix("fd00::/8"), netip.MustParsePrefix("10.1.2.3/32")},
			SessionIdle:    90 * time.Minute, SessionMax: 24*time.Hour + time.Second,
			Limits: Limits{1, 2, 2048, 4},
		},
		Redis:      Redis{"rediss://r.example.org:6380/3", "ns", "u", "/pw", TLS{"/ca", "/cert", "/key", "r"}},
		SecretFile: "/s/secret",
		StateDir:   "/st[ate]",
		Worker:     Worker{Host: "web-01.example", Places: 5, Spool: 500 << 20, MaxLine: 4 << 20, Searches: 3, SearchesPerUser: 2, SlowAbove: 70},
		Logs: []Log{
			{ID: "a/b", Name: "The A", File: "/a.log", Group: "G", FollowLinksTo: []string{"/srv", "/st[ate]/l"}, ShowPath: true, Time: Time{"Jan _2", "UTC"}},
			{ID: "c", Name: "c", Folder: "/c", Backlog: 1000},
			{ID: "d", Name: "d", Glob: `/st\[ate]/d/*.log`, Backlog: 1000},
			{ID: "e", Name: "e", Latest: "/e/app-*.log", Backlog: 1000},
			{ID: "j", Name: "j", Journal: &Journal{Unit: "nginx.service"}, Backlog: 1000},
			{ID: "k", Name: "k", Journal: &Journal{Directory: "/k"}, Backlog: 1000},
			{ID: "f", Name: "f", Self: true, Backlog: 1000},
			{ID: "g", Name: "g", File: "/st[ate]/g.log", Backlog: 1000},
		},
		Users:  []User{{"sre@x", goodHash, []string{"ops", "dev"}, true}},
		Access: []Rule{{[]string{"sre@x"}, []string{"dev"}, []string{"**", "*/a/x*"}}},
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("\n got %+v\nwant %+v", got, want)
	}
}

func TestValuesThatAreFine(t *testing.T) {
	for _, text := range []string{
		"", "# nothing\n", "---\n", "web:\nlogs:\nusers:\naccess:\nredis:\n", "{}", "\ufeffweb: {}\n", "web: {}\r\nredis: {}\r\n",
		"web: {listen: ':80'}", "web: {listen: 'localhost:1'}", "web: {listen: '0.0.0.0:65535'}", "web: {base_path: ''}",
		"web: {public_url: 'http://127.0.0.1:8080'}", "web: {public_url: 'https://[::1]:1/'}",
		"web: {base_path: /x, public_url: 'https://h'}", "web: {session_idle: 7d}", "web: {session_idle: 1d, session_max: 365d}",
		"redis: {url: 'redis://r'}", "redis: {url: 'redis://[::1]:6379/15'}", "redis: {url: 'unix:///run/redis.sock'}",
		"redis: {url: 'unix:/run/redis.sock?db=2'}", "redis: {url: 'rediss://r:1', user: u}",
		"logs: [{id: a, file: /a, self: false}]", "logs: [{id: 'no', name: '2024', file: /a}]",
		"users: [{name: a+b, hash: '" + goodHash + "'}]",
		"logs: [&x {id: a, file: /a}]",
	} {
		if _, err := Parse("f", []byte(text), ForAll); err != nil {
			t.Errorf("%q: %v", text, err)
		}
	}
}

// A worker whose config has no users does not judge who the rules mean; one with users does.
func TestAccessOnAWorker(t *testing.T) {
	const text = "secret_file: /s\nredis: {url: 'redis://r'}\nlogs: [{id: a, file: /a}]\naccess: [{users: [x], logs: ['**']}]\n"
	if _, err := Parse("f", []byte(text), ForWorker); err != nil {
		t.Error(err)
	}
	if _, err := Parse("f", []byte(text+"users: [{name: y, hash: '"+goodHash+"'}]"), ForWorker); err == nil {
		t.Error("an unknown user passes beside users")
	}
	if _, err := Parse("f", []byte("access: [{users: [x], logs: ['**']}]"), ForAll); err == nil {
		t.Error("an unknown user passes")
	}
}

func TestDurations(t *testing.T) {
	for s, want := range map[string]time.Duration{
		"1s": time.Second, "90s": 90 * time.Second, "1d12h": 36 * time.Hour, "0s": 0, "1m1m": 2 * time.Minute,
		"": -1, "1": -1, "s": -1, "1 s": -1, "1.5h": -1, "-1h": -1, "1w": -1, "1ms": -1, "999999999d": -1, "9999999999s": -1, "36500d36500d36500d": -1, "1h ": -1, "١h": -1,
	} {
		got, ok := parseDuration(s)
		if ok != (want >= 0) || ok && got != want {
			t.Errorf("%q: %v, %v", s, got, ok)
		}
	}
}

func TestSuggest(t *testing.T) {
	known := []string{"listen", "base_path", "public_url", "logs", "id", "tails", "tails_per_user"}
	for word, want := range map[string]string{
		"lisen": "listen", "Listen": "listen", "ilsten": "listen", "listens": "listen", "basePath": "base_path", "base-path": "base_path",
		"publicurl": "public_url", "log": "logs", "tail": "tails", "tails_per_users": "tails_per_user",
		"frobnicate": "", "x": "", "": "", "xy": "", strings.Repeat("listen", 100): "",
	} {
		if got := suggest(word, known); got != want {
			t.Errorf("%q: %q, want %q", word, got, want)
		}
	}
}

// A file that is hostile in size or depth is refused in few words, whatever its form.
func TestHostileFiles(t *testing.T) {
	for name, text := range map[string]string{
		"deep":     strings.Repeat("[", 100_000),
		"deep map": strings.Repeat("{a: ", 50_000),
		"keys":     strings.Repeat("a: 1\n", 30_000),
		"long key": strings.Repeat("listen", 100_000) + ": 1\n",
		"items":    "logs: [" + strings.Repeat("x,", 30_000) + "]",
		"quotes":   strings.Repeat("a: 'b\n", 20_001),
		"lines":    strings.Repeat("\n", maxBytes-2) + "a:'",
		"digits":   "worker: {places: " + strings.Repeat("9", 500_000) + "}",
		"too big":  strings.Repeat("#", maxBytes+1),
	} {
		_, err := Parse("f", []byte(text), ForAll)
		if err == nil {
			t.Errorf("%s: no fault", name)
		} else if len(err.Error()) > 30_000 {
			t.Errorf("%s: %d bytes of faults", name, len(err.Error()))
		}
	}
}

func FuzzParse(f *testing.F) {
	files, err := filepath.Glob("testdata/*.yaml")
	if err != nil {
		f.Fatal(err)
	}
	f.Add([]byte("---"), 2)
	for i, file := range append(files, example) {
		data, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data, i%3)
	}
	f.Fuzz(func(t *testing.T, data []byte, kind int) {
		c, err := Parse("f", data, Kind(((kind%3)+3)%3))
		if err == nil {
			sound(t, c)
			return
		}
		faults, ok := err.(Faults)
		if !ok || len(faults) == 0 || c != nil {
			t.Fatalf("%T %v, %+v", err, err, c)
		}
		lines := strings.Count(string(data), "\n") + strings.Count(string(data), "\r") + strings.Count(string(data), "\u2028") +
			strings.Count(string(data), "\u2029") + strings.Count(string(data), "\u0085") + 1
		for i, fault := range faults {
			if i < maxFaults && (fault.Line < 1 || fault.Col < 1 || fault.Line > lines) {
				t.Errorf("no such place: %+v", fault)
			}
			if s := fault.String(); strings.ContainsFunc(s, unicode.IsControl) || len(s) > 1000 {
				t.Errorf("not for a terminal: %q", s)
			}
		}
	})
}

// sound is what the rest of livetail relies on.
func sound(t *testing.T, c *Config) {
	ids := make(map[string]bool)
	for _, l := range c.Logs {
		sources := 0
		for _, s := range []string{l.File, l.Folder, l.Glob, l.Latest} {
			if s != "" {
				sources++
				if !filepath.IsAbs(s) {
					t.Errorf("relative: %+v", l)
				}
			}
		}
		if l.Self {
			sources++
		}
		if sources != 1 || ids[l.ID] || !segmentsFine(l.ID) || strings.Trim(l.ID, wordLetters+"/") != "" || l.Name == "" || l.Backlog < 0 {
			t.Errorf("log %+v", l)
		}
		ids[l.ID] = true
	}
	for _, u := range c.Users {
		if u.Name == "" || hashFault(u.Hash) != "" {
			t.Errorf("user %+v", u)
		}
	}
	for _, r := range c.Access {
		if len(r.Users)+len(r.Groups) == 0 || len(r.Logs) == 0 {
			t.Errorf("rule %+v", r)
		}
	}
	if c.Redis.URL == "" || c.Web.SessionIdle > c.Web.SessionMax || c.SecretFile == "" {
		t.Errorf("%+v", c)
	}
}
