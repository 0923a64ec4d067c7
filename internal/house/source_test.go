package house

import (
	"go/ast"
	"go/parser"
	"go/token"
	"slices"
	"strings"
	"testing"
)

// pubSubIn are the findings in one file of that source, of a package that may not use pub/sub.
func pubSubIn(t *testing.T, src string) []string {
	t.Helper()
	fset := token.NewFileSet()
	f, err := parser.ParseFile(fset, "x.go", "package x\n"+src, parser.SkipObjectResolution)
	if err != nil {
		t.Fatal(err)
	}
	return load(t).pubSub(module+"/x", fset, []*ast.File{f})
}

func TestPubSubIsFound(t *testing.T) {
	const imports = `import ("context"; "github.com/redis/go-redis/v9")
		`
	for _, src := range []string{
		`func f(c *redis.Client) { c.Publish(context.Background(), "c", "m") }`,
		`func f(c *redis.Client) { c.Subscribe(context.Background(), "c") }`,
		`func f(c redis.UniversalClient) { c.PSubscribe(context.Background(), "c*") }`,
		`func f(c redis.Cmdable) any { return c.Publish }`,
		`func f(s struct{ r *redis.Client }) { s.r.Pipeline().Publish(context.Background(), "c", "m") }`,
		`func f(s *redis.PubSub) { _ = s.Subscribe(context.Background(), "c"); _ = (*redis.Client).SSubscribe }`,
		`type p interface { Publish(context.Context, string, any) *redis.IntCmd }
			func f(x p) { x.Publish(context.Background(), "c", "m") }`,
		`func f(c *redis.Client) { c.Do(context.Background(), "publish", "c", "m") }`,
	} {
		if len(pubSubIn(t, imports+src)) != 1 {
			t.Errorf("found %q in\n%s", pubSubIn(t, imports+src), src)
		}
	}
	for _, src := range []string{
		`type bus struct{}
			func (bus) Publish(context.Context, string) error { return nil }
			func f(b bus, c *redis.Client) { b.Publish(context.Background(), "c"); c.Get(context.Background(), "k") }`,
		`func f(c *redis.Client) string { c.Do(context.Background(), "GET", "publish"); return "publish" }`,
	} {
		if found := pubSubIn(t, imports+src); len(found) != 0 {
			t.Errorf("found %q in\n%s", found, src)
		}
	}
}

func TestPubSubOwners(t *testing.T) {
	if !matches(pubsubOwners, module+"/internal/bus") || matches(pubsubOwners, module+"/internal/runs") {
		t.Errorf("owners are %v", pubsubOwners)
	}
}

func TestCommentsAreChecked(t *testing.T) {
	for _, c := range []struct {
		name  string
		files map[string][]byte
		want  string // part of the complaint; none if empty
	}{
		{"one", map[string][]byte{"a.go": []byte("// Package a is a.\npackage a"), "b.go": []byte("package a")}, ""},
		{"none", map[string][]byte{"a.go": []byte("package a"), "b.go": []byte("// a\n\npackage a")}, "0 package comments"},
		{"two", map[string][]byte{"a.go": []byte("// Package a is.\npackage a"), "b.go": []byte("// Package a is.\npackage a")}, "2 package"},
		{"other words", map[string][]byte{"a.go": []byte("// A is a.\npackage a")}, "does not begin"},
		{"other name", map[string][]byte{"a.go": []byte("// Package ab is.\npackage a")}, "does not begin"},
		{"a command", map[string][]byte{"a.go": []byte("// livetail-web faces people.\npackage main")}, ""},
		{"build tag", map[string][]byte{"a.go": []byte("//go:build linux\n\npackage a"), "b.go": []byte("// Package a is.\npackage a")}, ""},
		{"no Go", map[string][]byte{"a.go": []byte("hello")}, "a.go"},
	} {
		got := strings.Join(Comments("a", c.files), "\n")
		if (got == "") != (c.want == "") || !strings.Contains(got, c.want) {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
}

func TestHabitsAreFound(t *testing.T) {
	src := `package x
import ("testing"; "time")
type frames struct{}
func (frames) Skip(int) {}
func TestX(t *testing.T) {
	time.Sleep(1)
	for { time.Sleep(1) }
	for range 3 { time.Sleep(1) }
	for ; t.Failed(); time.Sleep(1) { func() { time.Sleep(1) }() }
	t.Skip()
	if true { t.Skipf("x") }
	t.Run("y", func(t *testing.T) { t.SkipNow() })
	frames{}.Skip(1)
	<-time.After(1)
	select { case <-time.After(1): <-time.After(2); case <-t.Context().Done(): }
	for !t.Failed() { <-time.After(1) }
	time.Sleep(1) // scenario: the writer pauses
	time.Sleep(1) // it is what it is
}
func BenchmarkX(b *testing.B) { b.Skip() }
func help(tb testing.TB) { tb.Skip() }
`
	got := Habits("x_test.go", []byte(src))
	want := []string{"6:2: time.Sleep", "8:16: time.Sleep", "9:45: time.Sleep", "10:2: t.Skip", "11:12: t.Skipf", "12:34: t.SkipNow",
		"14:2: <-time.After", "15:33: <-time.After", "18:2: time.Sleep", "20:33: b.Skip", "21:28: tb.Skip"}
	for i := range want {
		want[i] = "x_test.go:" + want[i]
	}
	if !slices.Equal(got, want) {
		t.Errorf("found %q\nwant  %q", got, want)
	}
	if got := Habits("x_test.go", []byte(`package x
import ("testing/synctest"; "time")
func wait() { time.Sleep(1) }
`)); len(got) > 0 {
		t.Errorf("found %q though the clock is virtual", got)
	}
	for script, want := range map[string]bool{
		"exec livetail\nskip\n": true, "[short] skip 'long'\n": true, "[!exec:x] [unix] skip\n": true,
		"exec livetail -skip\n": false, "# skip\n": false, "-- skipped --\n": false,
	} {
		if got := scriptSkip.MatchString(script); got != want {
			t.Errorf("%q is said to skip: %t", script, got)
		}
	}
}

func TestMachinePathsAreFound(t *testing.T) {
	home := "/" + "root/"
	for _, src := range []string{home + "x", "a\n\"" + home + "go\"", "see (" + home + "x)", "DIR=" + home + "x", "/" + "Users/me/x"} {
		if got := MachinePaths("x", []byte(src)); len(got) != 1 {
			t.Errorf("found %q in %q", got, src)
		}
	}
	if got := MachinePaths("x", []byte("a\nb "+home+"c d")); len(got) != 1 || got[0] != "x:2: "+home+"c" {
		t.Errorf("found %q", got)
	}
	for _, src := range []string{"/var/log/x", "a/" + "root/x", "the folder " + home, "/rooted/x"} {
		if got := MachinePaths("x", []byte(src)); len(got) != 0 {
			t.Errorf("found %q in %q", got, src)
		}
	}
}
