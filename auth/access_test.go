package auth

import (
	"strings"
	"testing"
)

func TestMay(t *testing.T) {
	for _, c := range []struct {
		pattern, host, id string
		may               bool
	}{
		{"web-01/syslog", "web-01", "syslog", true},
		{"web-01/syslog", "web-02", "syslog", false},
		{"web-01/syslog", "web-01", "syslog2", false},
		{"web-01/syslog", "web-01", "old/syslog", false},
		{"web-01/syslog", "xweb-01", "syslog", false},
		{"web-01/syslog", "web-01", "syslog\n", false},
		{"web-01/*", "web-01", "syslog", true},
		{"web-01/*", "web-01", "nginx/access.log", false},
		{"web-01/**", "web-01", "syslog", true},
		{"web-01/**", "web-01", "nginx/access.log", true},
		{"web-01/**", "web-01", "a\nb", true},
		{"web-01/**", "web-011", "syslog", false},
		{"web-*/nginx/*.log", "web-07", "nginx/error.log", true},
		{"web-*/nginx/*.log", "web-07", "nginx/old/error.log", false},
		{"web-*/nginx/*.log", "web-07", "nginx/error_log", false},
		{"*/syslog", "db", "syslog", true},
		{"*/syslog", "db", "a/syslog", false},
		{"**", "db", "a/b/c", true},
		{"**/error.log", "db", "error.log", true},
		{"**/error.log", "db", "a/b/error.log", true},
		{"**/error.log", "db", "a/b/my-error.log", false},
		{"db/**/x", "db", "x", true},
		{"db/**/x", "db", "a/b/x", true},
		{"db/**/x", "db", "ax", false},
		{"db/a**/x", "db", "a/b/x", true},
		{"db/a**/x", "db", "a/x", true},
		{"db/a**/x", "db", "x", false},
		{"db/***", "db", "a/b", true},
		{"db/a.log", "db", "aXlog", false}, // a dot is a dot
		{"db/a?c", "db", "abc", false},
		{"db/[ab]", "db", "a", false},
		{"db/[ab]", "db", "[ab]", true},
		{`db/a\d`, "db", "a1", false},
		{"db/(", "db", "(", true},
		{"db/**", "db/x", "y", false}, // no host has a slash, so nobody may borrow one
		{"**", "", "x", false},
		{"**", "db", "", false},
	} {
		o := options(newWorld(t).client)
		o.Rules = []Rule{{Users: []string{"grace"}, Logs: []string{"other/log", c.pattern}}}
		if may := mustNew(t, o).May(grace, c.host, c.id); may != c.may {
			t.Errorf("pattern %q, host %q, id %q: may %v, want %v", c.pattern, c.host, c.id, may, c.may)
		}
	}
}

func TestMayWhoIsNamed(t *testing.T) {
	o := options(newWorld(t).client)
	none := mustNew(t, o)
	o.Rules = []Rule{
		{Users: []string{"grace"}, Logs: []string{"web/own"}},
		{Groups: []string{"dev", "ops"}, Logs: []string{"web/team"}},
		{Users: []string{"ops"}, Groups: []string{"grace"}, Logs: []string{"web/mixed-up"}},
	}
	some := mustNew(t, o)
	stranger := User{Name: "linus", Groups: []string{"guests"}}
	for _, c := range []struct {
		a    *Auth
		who  User
		id   string
		want bool
	}{
		{none, ada, "own", true}, {none, grace, "own", false}, {none, User{}, "own", false},
		{some, ada, "anything", true},
		{some, grace, "own", true}, {some, grace, "team", true}, {some, grace, "mixed-up", false}, {some, grace, "anything", false},
		{some, stranger, "own", false}, {some, stranger, "team", false}, {some, User{}, "own", false},
	} {
		if may := c.a.May(c.who, "web", c.id); may != c.want {
			t.Errorf("%q may see %q: %v, want %v", c.who.Name, c.id, may, c.want)
		}
	}
}

func TestPatternsThatMatchNoLogAreRefused(t *testing.T) {
	for _, good := range []string{"a/b", "*/b", "**", "**/x", "a/**", "a/b/c"} {
		if _, err := compilePattern(good); err != nil {
			t.Errorf("%q: %v", good, err)
		}
	}
	for _, bad := range []string{"", "syslog", "*", "/var/log/syslog", "web/"} {
		if _, err := compilePattern(bad); err == nil || !strings.Contains(err.Error(), "matches no log") {
			t.Errorf("%q: %v, want that it matches no log", bad, err)
		}
	}
}

func TestOptionsAllFaultsAtOnce(t *testing.T) {
	_, err := New(Options{
		Users:      []User{{Name: "eve", Hash: "secret"}, ada, ada, {Hash: ada.Hash}},
		Rules:      []Rule{{}, {Users: []string{"ada"}, Logs: []string{"syslog"}}},
		Secret:     []byte("short"),
		CookieName: "a b", CookiePath: "logs;", Idle: -1, Absolute: -1, Recheck: -1,
	})
	if err == nil {
		t.Fatal("accepted")
	}
	for _, want := range []string{
		"no Redis", "no namespace", "shorter than 32", `"a b"`, `"logs;"`, "idle", "absolute", "recheck",
		`"eve": bad password hash`, `"ada" is there twice`, "1 to 256 bytes",
		"rule 1: it names no users", "it names no logs", `rule 2: pattern "syslog"`,
	} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("not said: %s\nin: %v", want, err)
		}
	}
}
