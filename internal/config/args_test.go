package config

import (
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
)

func fromArgs(t *testing.T, args ...string) []Log {
	t.Helper()
	c, err := FromArgs(args)
	if err != nil {
		t.Fatal(err)
	}
	if c.Path != "" || c.Redis.URL != "embedded" || c.Worker.Host != "local" || c.Web.ListenSet || !filepath.IsAbs(c.SecretFile) {
		t.Errorf("not the defaults: %+v", c)
	}
	return c.Logs
}

func TestArgs(t *testing.T) {
	// The folder's own name looks like a pattern, and must not act as one.
	dir := filepath.Join(t.TempDir(), "a[b]*")
	for _, folder := range []string{"sub", "x/log", "y/log"} {
		if err := os.MkdirAll(filepath.Join(dir, folder), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	for _, file := range []string{"app.log", "odd[1].log", "sub/app.log"} {
		if err := os.WriteFile(filepath.Join(dir, file), nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	t.Chdir(dir)
	escaped := strings.TrimSuffix(dir, "a[b]*") + `a\[b]\*`
	for _, c := range []struct {
		args []string
		want []Log
	}{
		{[]string{"app.log"}, []Log{{ID: "app.log", Name: "app.log", File: dir + "/app.log"}}},
		{[]string{"./sub/../app.log"}, []Log{{ID: "app.log", Name: "./sub/../app.log", File: dir + "/app.log"}}},
		{[]string{"not/yet.log"}, []Log{{ID: "yet.log", Name: "not/yet.log", File: dir + "/not/yet.log"}}},
		{[]string{"/no/such"}, []Log{{ID: "such", Name: "/no/such", File: "/no/such"}}},
		{[]string{"sub/"}, []Log{{ID: "sub", Name: "sub/", Folder: dir + "/sub"}}},
		{[]string{"."}, []Log{{ID: "a-b", Name: ".", Folder: dir}}},
		{[]string{"/"}, []Log{{ID: "log", Name: "/", Folder: "/"}}},
		{[]string{"odd[1].log"}, []Log{{ID: "odd-1-.log", Name: "odd[1].log", File: dir + "/odd[1].log"}}},
		{[]string{"sub/*.log"}, []Log{{ID: "sub", Name: "sub/*.log", Glob: escaped + "/sub/*.log"}}},
		{[]string{"/srv/nginx/*/a?.log"}, []Log{{ID: "nginx", Name: "/srv/nginx/*/a?.log", Glob: "/srv/nginx/*/a?.log"}}},
		{[]string{"/*.log"}, []Log{{ID: "log", Name: "/*.log", Glob: "/*.log"}}},
		{[]string{"app.log", "sub/app.log", "./app.log"}, []Log{
			{ID: "a-b/app.log", Name: "app.log", File: dir + "/app.log"},
			{ID: "sub/app.log", Name: "sub/app.log", File: dir + "/sub/app.log"},
		}},
		{[]string{"x/log", "y/log"}, []Log{
			{ID: "x/log", Name: "x/log", Folder: dir + "/x/log"},
			{ID: "y/log", Name: "y/log", Folder: dir + "/y/log"},
		}},
		{[]string{"/q/ä.log", "/q/ö.log"}, []Log{
			{ID: "q/log", Name: "/q/ä.log", File: "/q/ä.log"},
			{ID: "q/log-2", Name: "/q/ö.log", File: "/q/ö.log"},
		}},
		{[]string{"/x\n\xff.log"}, []Log{{ID: "x--.log", Name: "/x??.log", File: "/x\n\xff.log"}}},
		{nil, []Log{{ID: "log", Name: "/var/log", Folder: "/var/log"}}},
		{[]string{"/var/log"}, []Log{{ID: "log", Name: "/var/log", Folder: "/var/log"}}},
	} {
		for i := range c.want {
			c.want[i].Backlog = defaultBacklog
		}
		if got := fromArgs(t, c.args...); !reflect.DeepEqual(got, c.want) {
			t.Errorf("%q:\n got %+v\nwant %+v", c.args, got, c.want)
		}
	}
	// What the pattern means is what the shell would have meant.
	found, err := filepath.Glob(fromArgs(t, "*.log")[0].Glob)
	if err != nil || len(found) != 2 {
		t.Errorf("*.log finds %q, %v", found, err)
	}
}

func TestArgsFaults(t *testing.T) {
	t.Chdir(t.TempDir())
	c, err := FromArgs([]string{"", "fine.log", "gone/", "a[b", "a\x00"})
	if c != nil {
		t.Errorf("a config in spite of faults: %+v", c)
	}
	want := `"": is empty: write the path of a file, a folder, or a pattern in quotes
"gone/": is not a folder: write the path of one that exists
"a[b": is neither a file nor a pattern: write \ before a [ that is meant as it is
"a\x00": has a NUL in it, which no path has`
	if err == nil || err.Error() != want {
		t.Errorf("got\n%v\nwant\n%s", err, want)
	}
}

func TestArgsWithoutHome(t *testing.T) {
	if os.Getuid() == 0 {
		t.Setenv("XDG_STATE_HOME", "/x")
		if c, err := FromArgs(nil); err != nil || c.StateDir != "/x/livetail" {
			t.Errorf("%+v, %v", c, err)
		}
		return
	}
	t.Setenv("XDG_STATE_HOME", "")
	t.Setenv("HOME", "")
	if _, err := FromArgs(nil); err == nil || !strings.HasPrefix(err.Error(), "state_dir: there is no home folder") {
		t.Errorf("%v", err)
	}
}
