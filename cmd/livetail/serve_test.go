package main

import (
	"fmt"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"livetail/internal/testredis"
)

// browser keeps cookies and follows no redirect.
func browser(t *testing.T) *http.Client {
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	c := &http.Client{Jar: jar, Timeout: patience, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	t.Cleanup(c.CloseIdleConnections)
	return c
}

// signIn uses the link that is in the file.
func signIn(t *testing.T, h home, s *started, c *http.Client) {
	t.Helper()
	_, link := secrets(t, h.read(firstSignIn))
	r, err := c.PostForm(s.url()+"/signin/link", url.Values{"secret": {link}})
	if err != nil {
		t.Fatal(err)
	}
	r.Body.Close()
	if r.StatusCode != http.StatusSeeOther || !signedIn(t, s, c) {
		t.Fatalf("the link answers %s", r.Status)
	}
}

// signedIn asks for the list, which leads to sign-in whoever is not.
func signedIn(t *testing.T, s *started, c *http.Client) bool {
	t.Helper()
	r, err := c.Get(s.url() + "/")
	if err != nil {
		t.Fatalf("%v; livetail says %s", err, &s.stderr)
	}
	r.Body.Close()
	return r.StatusCode == http.StatusOK
}

func cookies(t *testing.T, s *started, c *http.Client) map[string]string {
	t.Helper()
	u, err := url.Parse(s.url())
	if err != nil {
		t.Fatal(err)
	}
	all := map[string]string{}
	for _, cookie := range c.Jar.Cookies(u) {
		all[cookie.Name] = cookie.Value
	}
	return all
}

// Stop and start again signs nobody out, and a kill neither, of a session that is older than a second.
func TestRestartKeepsSessions(t *testing.T) {
	h, c := newHome(t), browser(t)
	s := h.start("-listen", "127.0.0.1:0")
	if signedIn(t, s, c) {
		t.Fatal("signed in by nothing")
	}
	signIn(t, h, s, c)
	if code := s.stop(); code != 0 { // at once: the last sessions are saved at the end
		t.Fatalf("exit code %d, saying %s", code, &s.stderr)
	}
	s = h.start("-listen", "127.0.0.1:0")
	if !signedIn(t, s, c) {
		t.Error("signed out by stop and start")
	}

	other := browser(t)
	signIn(t, h, s, other)
	eventually(t, "both sessions are saved", func() bool { return strings.Count(h.read("sessions.json"), ":session:") == 2 })
	s.Process.Kill()
	s.end()
	s = h.start("-listen", "127.0.0.1:0")
	if !signedIn(t, s, c) || !signedIn(t, s, other) {
		t.Error("signed out by a kill")
	}

	r, err := other.PostForm(s.url()+"/signout", nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Body.Close()
	s.stop()
	s = h.start("-listen", "127.0.0.1:0")
	if !signedIn(t, s, c) || signedIn(t, s, other) {
		t.Error("a sign-out does not outlive a restart")
	}
	if code, said := s.stop(), s.stderr.String(); code != 0 || strings.Contains(said, "warning") {
		t.Errorf("exit code %d, saying %s", code, said)
	}
}

// With a Redis of its own nothing is embedded, and sessions are there.
func TestRealRedis(t *testing.T) {
	server := testredis.Start(t, "--requirepass", "sesame")
	h, c := newHome(t), browser(t)
	password := filepath.Join(h.dir, "password")
	if err := os.WriteFile(password, []byte("sesame\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	s := h.start("-config", h.config("web: {listen: \"127.0.0.1:0\"}\nredis: {url: \"redis://%s/0\", password_file: %s, namespace: mine}\n", server.Addr, password))
	signIn(t, h, s, c)
	keys, err := server.Client().Keys(t.Context(), "mine:session:*").Result()
	if err != nil || len(keys) != 1 {
		t.Errorf("its sessions are %q, %v", keys, err)
	}
	if code := s.stop(); code != 0 {
		t.Errorf("exit code %d, saying %s", code, &s.stderr)
	}
	if _, err := os.Stat(h.state("sessions.json")); err == nil {
		t.Error("it saves sessions that are in Redis")
	}
}

// Browsers keep cookies by host name, whatever the port.
func TestTwoLivetailsOnOneHost(t *testing.T) {
	c := browser(t)
	one, two := newHome(t), newHome(t)
	a, b := one.start("-listen", "127.0.0.1:0"), two.start("-listen", "127.0.0.1:0")
	signIn(t, one, a, c)
	signIn(t, two, b, c)
	if !signedIn(t, a, c) || !signedIn(t, b, c) {
		t.Error("one signed the other out")
	}
	if names := cookies(t, a, c); len(names) != 2 {
		t.Errorf("the cookies are %v", names)
	}
}

func TestFirstLines(t *testing.T) {
	h := newHome(t)
	s := h.start("-listen", "127.0.0.1:0")
	s.stop()
	want := fmt.Sprintf("no config file: serving /var/log\nstate directory: %s\nopen %s/\nhow to sign in: see %s\n", h.state(""), s.url(), h.state(firstSignIn))
	if got := s.said.String(); strings.ReplaceAll(got, h.state("")+"/\n", h.state("")+"\n") != strings.ReplaceAll(want, h.state("")+"/\n", h.state("")+"\n") {
		t.Errorf("it said\n%swant\n%s", got, want)
	}

	path := h.config("web: {listen: \"127.0.0.1:0\", base_path: /logs}\n")
	s = h.start("-config", path)
	s.stop()
	if got := s.said.String(); !strings.HasPrefix(got, "config file: "+path+"\n") || !strings.HasSuffix(s.url(), "/logs") {
		t.Errorf("it said\n%s", got)
	}

	// Files named need no config file, also where the environment names one, or one lies about.
	if err := os.WriteFile(filepath.Join(h.dir, "config.yaml"), []byte("nonsense"), 0o600); err != nil {
		t.Fatal(err)
	}
	h.env = append(h.env, "LIVETAIL_CONFIG="+h.dir+"/config.yaml")
	s = h.start("-listen", "127.0.0.1:0", "app.log", "./check", "x\a")
	s.stop()
	if got := s.said.String(); !strings.HasPrefix(got, `no config file: serving app.log, ./check, "x\a"`+"\n") {
		t.Errorf("it said\n%s", got)
	}
	s = h.start("-config", path)
	if got := s.said.String(); !strings.HasPrefix(got, "config file: "+path+"\n") {
		t.Errorf("the environment goes before the flag:\n%s", got)
	}
	s.stop()
	if code, said := h.fails(); code != 2 || !strings.Contains(said, "config.yaml") {
		t.Errorf("the environment's config: exit code %d, saying %s", code, said)
	}
}

// A demo moves, and is one of the logs.
func TestDemo(t *testing.T) {
	h := newHome(t)
	s := h.start("-listen", "127.0.0.1:0", "-demo")
	eventually(t, "the demo writes", func() bool { data, _ := os.ReadFile(h.state("demo/app.log")); return len(data) > 0 })
	if code := s.stop(); code != 0 {
		t.Errorf("exit code %d, saying %s", code, &s.stderr)
	}
}

// With -demo its log is served, once, whatever else is.
func TestDemoIsALog(t *testing.T) {
	h := newHome(t)
	t.Setenv("XDG_STATE_HOME", h.dir)
	dir := h.state("demo")
	for name, c := range map[string]struct {
		settings settings
		logs     int
	}{
		"by itself":        {settings{demo: true, args: []string{"/var/log"}}, 2},
		"without":          {settings{args: []string{"/var/log"}}, 1},
		"named already":    {settings{demo: true, args: []string{dir}}, 1},
		"its file":         {settings{demo: true, args: []string{dir + "/app.log"}}, 1},
		"no files at all":  {settings{demo: true, config: h.config("web: {listen: \"127.0.0.1:0\"}\n")}, 2},
		"named in config":  {settings{demo: true, config: h.config("logs: [{id: d, folder: %s}]\n", dir)}, 1},
		"another of alike": {settings{demo: true, args: []string{dir + "-not"}}, 2},
	} {
		got, err := c.settings.load()
		if err != nil || len(got.Logs) != c.logs {
			t.Errorf("%s: %+v, %v", name, got, err)
		}
	}
}

// livetail's own log is in the list of /var/log, which nobody chose.
func TestOwnLogIsALog(t *testing.T) {
	t.Setenv("XDG_STATE_HOME", t.TempDir())
	t.Setenv("LIVETAIL_CONFIG", "")
	for _, args := range [][]string{nil, {"/var/log"}} {
		c, err := settings{args: args}.load()
		if err != nil {
			t.Fatal(err)
		}
		self := 0
		for _, l := range c.Logs {
			if l.Self {
				self++
			}
		}
		if want := 1 - len(args); c.Path == "" && self != want {
			t.Errorf("%q: it is there %d times", args, self)
		}
	}
}

// A server must not die with the `head` that read its first lines.
func TestClosedOutput(t *testing.T) {
	h := newHome(t)
	cmd := h.command("-listen", "127.0.0.1:0")
	ours, its, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	ours.Close()
	cmd.Stdout = its
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	its.Close()
	t.Cleanup(func() { cmd.Process.Kill() })
	eventually(t, "it serves", func() bool {
		data, _ := os.ReadFile(h.state("livetail.log"))
		return strings.Contains(string(data), "serving pages")
	})
	cmd.Process.Signal(syscall.SIGTERM)
	if err := cmd.Wait(); err != nil {
		t.Error(err)
	}
}

// The public URL is where people go, whatever we listen on.
func TestPublicURL(t *testing.T) {
	h := newHome(t)
	h.env = append(h.env, "SSH_CONNECTION=10.0.0.9 50000 10.0.0.5 22")
	s := h.start("-config", h.config("web: {listen: \"127.0.0.1:0\", public_url: \"https://logs.example.org\", base_path: /x}\n"))
	if said := s.said.String(); !strings.Contains(said, "\nopen https://logs.example.org/x/\n") || strings.Contains(said, "ssh") {
		t.Errorf("it said\n%s", said)
	}
	if !strings.Contains(h.read(firstSignIn), "\nhttps://logs.example.org/x/signin#link=") {
		t.Errorf("the link is not to the public URL: %s", h.read(firstSignIn))
	}
}
