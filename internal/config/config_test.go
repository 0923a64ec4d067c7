package config

import (
	"bytes"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"
)

const example = "../../config.yaml"

// uncommented is the example with its "# key:" and "# -" lines, and what continues those, made real.
func uncommented(t *testing.T, keep func(line int) bool) []byte {
	t.Helper()
	data, err := os.ReadFile(example)
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(string(data), "\n")
	for i, line := range lines {
		if (isDefault(line) || isExample.MatchString(line)) && keep(i) {
			lines[i] = strings.Replace(line, "# ", "", 1)
		}
	}
	return []byte(strings.Join(lines, "\n"))
}

var (
	defaultLine = regexp.MustCompile(`^ *# [a-z_]+: \S+$`)
	isExample   = regexp.MustCompile(`^ *# (- |  )`)
)

func isDefault(line string) bool { return defaultLine.MatchString(line) }

func parse(t *testing.T, data []byte, kind Kind) *Config {
	t.Helper()
	c, err := Parse(example, data, kind)
	if err != nil {
		t.Fatalf("%v\n%s", err, data)
	}
	return c
}

func TestExampleHasNoFault(t *testing.T) {
	c, err := Load(example, ForAll)
	if err != nil {
		t.Fatal(err)
	}
	if c.Path != example {
		t.Errorf("Path is %q", c.Path)
	}
	if len(c.Logs) != 3 || c.Logs[0].Folder != "/var/log" || c.Logs[1].Folder != filepath.Join(c.StateDir, "demo") || !c.Logs[2].Self {
		t.Errorf("the logs are %+v", c.Logs)
	}
	if c.Web.ListenSet {
		t.Error("make run would not take the next free port: listen is set")
	}
}

// Everything in the example is the default, whether it stands there or is a comment.
func TestExampleShowsDefaults(t *testing.T) {
	t.Setenv("XDG_STATE_HOME", "/var/lib") // state_dir's default is that of this environment; the file shows root's
	want := parse(t, nil, ForAll)
	want.Path, want.Logs = "", nil
	check := func(what string, data []byte) {
		t.Helper()
		got := parse(t, data, ForAll)
		for _, l := range got.Logs {
			if l.Backlog != defaultBacklog || l.ID == "log" && l.Group != "" || len(l.FollowLinksTo) > 0 || l.ShowPath {
				t.Errorf("%s: a log is not as by default: %+v", what, l)
			}
		}
		got.Path, got.Logs, got.Web.ListenSet = "", nil, false
		if !reflect.DeepEqual(got, want) {
			t.Errorf("%s:\n got %+v\nwant %+v", what, got, want)
		}
	}
	data, err := os.ReadFile(example)
	if err != nil {
		t.Fatal(err)
	}
	check("as it is", data)
	count := 0
	for i, line := range strings.Split(string(data), "\n") {
		if !isDefault(line) {
			continue
		}
		count++
		with := uncommented(t, func(n int) bool { return n == i })
		if bytes.Equal(with, data) {
			t.Errorf("line %d did not change: %s", i+1, line)
		}
		check(line, with)
	}
	if count < 25 {
		t.Errorf("only %d lines show a default", count)
	}
}

// With every comment made real the example has each key that the parser asks for, and nothing is wrong with it.
func TestExampleHasEveryKey(t *testing.T) {
	data := uncommented(t, func(int) bool { return true })
	p := newParser(example, ForAll)
	root, ok := p.document(data)
	if !ok {
		t.Fatal(p.faults)
	}
	c := p.config(root)
	p.strangers()
	if err := p.faults.err(); err != nil {
		t.Fatal(err)
	}
	if len(c.Users) != 1 || len(c.Access) != 1 || len(c.Logs) != 7 {
		t.Errorf("not all examples are there: %d users, %d rules, %d logs", len(c.Users), len(c.Access), len(c.Logs))
	}
	there := make(map[string]bool)
	walk(root, there)
	if len(p.asked) < 40 {
		t.Errorf("the parser asks for only %d keys", len(p.asked))
	}
	for key := range p.asked {
		if !there[key] {
			t.Errorf("config.yaml does not have %s", key)
		}
	}
}

func walk(v value, there map[string]bool) {
	there[v.schema] = true
	switch {
	case v.none():
	case len(v.node.Content) == 0:
	case v.node.Tag == "!!map":
		s := v.section()
		for _, name := range s.order {
			walk(s.entries[name], there)
		}
	default:
		for _, item := range v.list("") {
			walk(item, there)
		}
	}
}

// Each key has a comment line of its own above it.
func TestExampleCommentsEveryKey(t *testing.T) {
	data, err := os.ReadFile(example)
	if err != nil {
		t.Fatal(err)
	}
	key := regexp.MustCompile(`^[ #]*(- )?([a-z_]+):( |$)`)
	above := ""
	seen := make(map[string]bool)
	for i, line := range strings.Split(string(data), "\n") {
		if m := key.FindStringSubmatch(line); m != nil {
			// A key that was explained once needs no comment in the next log or user.
			if !seen[m[2]] && !strings.HasPrefix(strings.TrimSpace(above), "#") {
				t.Errorf("line %d: %s has no comment above it", i+1, m[2])
			}
			seen[m[2]] = true
		}
		if len(line) > 125 {
			t.Errorf("line %d is %d characters long", i+1, len(line))
		}
		above = line
	}
}

func TestDefaultsOfEachProgram(t *testing.T) {
	t.Setenv("XDG_STATE_HOME", "/state")
	all := parse(t, nil, ForAll)
	if all.Redis.URL != "embedded" || all.Worker.Host != "local" || all.StateDir != "/state/livetail" ||
		all.SecretFile != "/state/livetail/secret" || all.OwnLog() != "/state/livetail/livetail.log" {
		t.Errorf("livetail: %+v", all)
	}
	if want := []Log{{ID: "log", Name: "/var/log", Folder: "/var/log", Backlog: 1000}}; !reflect.DeepEqual(all.Logs, want) {
		t.Errorf("livetail without logs serves %+v", all.Logs)
	}
	if none := parse(t, []byte("logs: []"), ForAll); len(none.Logs) != 0 {
		t.Errorf("an empty list of logs serves %+v", none.Logs)
	}
	const real = "secret_file: /s\nredis: {url: 'redis://r'}\n"
	web := parse(t, []byte(real+"users: [{name: a, hash: '"+goodHash+"'}]"), ForWeb)
	if web.StateDir != "" || web.Worker.Host != "" || web.SecretFile != "/s" || len(web.Logs) != 0 {
		t.Errorf("web: %+v", web)
	}
	host, err := os.Hostname()
	if err != nil {
		t.Fatal(err)
	}
	worker := parse(t, []byte(real+"logs: [{id: a, file: /a}]"), ForWorker)
	if worker.Worker.Host != escape(host) || worker.StateDir != "" {
		t.Errorf("worker: %+v", worker)
	}
}

func TestStateDirectory(t *testing.T) {
	for _, c := range []struct {
		xdg, home string
		uid       int
		want      string
	}{
		{"/x", "/home/a", 1000, "/x/livetail"},
		{"/x", "/root", 0, "/x/livetail"},
		{"", "/root", 0, "/var/lib/livetail"},
		{"", "/home/a", 1000, "/home/a/.local/state/livetail"},
		{"relative", "/home/a", 1000, "/home/a/.local/state/livetail"},
		{"", "", 1000, ""},
		{"", "relative", 1000, ""},
	} {
		env := map[string]string{"XDG_STATE_HOME": c.xdg, "HOME": c.home}
		if got := defaultState(func(k string) string { return env[k] }, c.uid); got != c.want {
			t.Errorf("XDG_STATE_HOME=%q HOME=%q uid %d: %q, want %q", c.xdg, c.home, c.uid, got, c.want)
		}
	}
}

func TestFind(t *testing.T) {
	dir := t.TempDir()
	t.Chdir(dir)
	if err := os.WriteFile("config.yaml", nil, 0o600); err != nil {
		t.Fatal(err)
	}
	etc := filepath.Join(dir, "etc.yaml")
	check := func(flag, env, want string, wantOK bool) {
		t.Helper()
		if got, ok := find(flag, env, etc); got != want || ok != wantOK {
			t.Errorf("flag %q, environment %q: %q, %v", flag, env, got, ok)
		}
	}
	check("", "", "", false) // the working folder's config.yaml is not taken
	check("f", "e", "f", true)
	check("", "e", "e", true)
	if err := os.WriteFile(etc, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	check("", "", etc, true)
	check("", "e", "e", true)
	if path, ok := Find("f", ""); path != "f" || !ok {
		t.Errorf("Find: %q, %v", path, ok)
	}
}

func TestLoadSaysWhatCannotBeRead(t *testing.T) {
	dir := t.TempDir()
	big := filepath.Join(dir, "big.yaml")
	if err := os.WriteFile(big, bytes.Repeat([]byte("#\n"), maxBytes), 0o600); err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]string{
		filepath.Join(dir, "none.yaml"): "no such file",
		dir:                             "is a directory",
		big:                             "big.yaml:1:1: is larger than 1 MiB",
	} {
		if c, err := Load(path, ForAll); err == nil || c != nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, %v", path, c, err)
		}
	}
}

func TestFaultsAreSortedAndBounded(t *testing.T) {
	var fs Faults
	for i := range 250 {
		fs = append(fs, Fault{File: "f", Line: 250 - i, Col: 1, Text: "x"})
	}
	got := fs.err().(Faults)
	if len(got) != maxFaults+1 || got[maxFaults].Text != "150 more faults are not shown" {
		t.Errorf("%d faults, the last %v", len(got), got[len(got)-1])
	}
	if !slices.IsSortedFunc(got[:maxFaults], func(a, b Fault) int { return a.Line - b.Line }) || got[0].Line != 1 {
		t.Error("not in the order of lines")
	}
}
