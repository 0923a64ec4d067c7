package main

import (
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func mode(t *testing.T, path string) os.FileMode {
	t.Helper()
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	return info.Mode().Perm()
}

func TestStateIsForItsOwnerAlone(t *testing.T) {
	h := newHome(t)
	h.start("-listen", "127.0.0.1:0")
	if m := mode(t, h.state("")); m != 0o700 {
		t.Errorf("the state directory has mode %o", m)
	}
	for _, name := range []string{"secret", "instance", "admin.json", firstSignIn, "livetail.log", "lock"} {
		if m := mode(t, h.state(name)); m != 0o600 {
			t.Errorf("%s has mode %o", name, m)
		}
	}
}

func TestStateStays(t *testing.T) {
	h := newHome(t)
	h.start("-listen", "127.0.0.1:0").stop()
	kept := map[string]string{}
	for _, name := range []string{"secret", "instance", "admin.json"} {
		kept[name] = h.read(name)
	}
	h.start("-listen", "127.0.0.1:0").stop()
	for name, before := range kept {
		if h.read(name) != before {
			t.Errorf("%s was made anew", name)
		}
	}
	other := newHome(t)
	other.start("-listen", "127.0.0.1:0").stop()
	for name, before := range kept {
		if other.read(name) == before {
			t.Errorf("two state directories have the same %s", name)
		}
	}
}

func TestLock(t *testing.T) {
	h := newHome(t)
	first := h.start("-listen", "127.0.0.1:0")
	secret := h.read("secret")
	code, said := h.fails("-listen", "127.0.0.1:0")
	if code != 1 || strings.Count(said, "\n") != 1 || !strings.Contains(said, "another livetail is using the state directory "+h.state("")) {
		t.Errorf("exit code %d, saying %s", code, said)
	}
	if h.read("secret") != secret {
		t.Error("the second one wrote")
	}
	first.Process.Kill() // whoever dies leaves no lock behind
	first.end()
	h.start("-listen", "127.0.0.1:0")
}

func TestUnusableStateIsSaid(t *testing.T) {
	h := newHome(t)
	if err := os.Mkdir(h.state(""), 0o777); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(h.state(""), 0o777); err != nil {
		t.Fatal(err)
	}
	if code, said := h.fails("-listen", "127.0.0.1:0"); code != 1 || !strings.Contains(said, "can be written by everybody") {
		t.Errorf("exit code %d, saying %s", code, said)
	}
	if err := os.Chmod(h.state(""), 0o700); err != nil {
		t.Fatal(err)
	}
	for name, bad := range map[string]string{"secret": "short", "admin.json": "{}"} {
		path := h.state(name)
		if err := os.WriteFile(path, []byte(bad), 0o600); err != nil {
			t.Fatal(err)
		}
		if code, said := h.fails("-listen", "127.0.0.1:0"); code != 1 || strings.Count(said, "\n") != 1 || !strings.Contains(said, path) {
			t.Errorf("%s: exit code %d, saying %s", name, code, said)
		}
		os.Remove(path)
	}
}

// A crash leaves the old file or the new one, and nothing beside it.
func TestWriteFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "f")
	for _, text := range []string{"one", "two"} {
		if err := writeFile(path, []byte(text)); err != nil {
			t.Fatal(err)
		}
	}
	if data, err := os.ReadFile(path); string(data) != "two" || mode(t, path) != 0o600 {
		t.Errorf("%q, %v, mode %o", data, err, mode(t, path))
	}
	if err := os.Mkdir(path+"dir", 0o700); err != nil {
		t.Fatal(err)
	}
	if err := writeFile(path+"dir", nil); err == nil {
		t.Error("a directory was replaced")
	}
	if left, err := os.ReadDir(filepath.Dir(path)); len(left) != 2 {
		t.Errorf("left: %v, %v", left, err)
	}
}

// The default port gives way, one that was asked for does not.
func TestPorts(t *testing.T) {
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	h := newHome(t)
	code, said := h.fails("-listen", taken.Addr().String())
	if code != 1 || strings.Count(said, "\n") != 1 || !strings.Contains(said, "the port is taken") {
		t.Errorf("by flag: exit code %d, saying %s", code, said)
	}
	code, said = h.fails("-config", h.config("web: {listen: %s}\n", taken.Addr()))
	if code != 1 || strings.Count(said, "\n") != 1 || !strings.Contains(said, "the port is taken") {
		t.Errorf("by config: exit code %d, saying %s", code, said)
	}
	h.start("-config", h.config("web: {listen: %s}\n", taken.Addr()), "-listen", "127.0.0.1:0").stop() // the flag goes first
	l, words, err := listen(taken.Addr().String(), false)
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	_, was, _ := net.SplitHostPort(taken.Addr().String())
	_, is, _ := net.SplitHostPort(l.Addr().String())
	if words != was+" is taken, using "+is || was == is {
		t.Errorf("it says %q, and listens on %s", words, is)
	}
}

func TestDefaultPortTaken(t *testing.T) {
	taken, err := net.Listen("tcp", "127.0.0.1:8080")
	if err == nil { // else somebody else has it, which is as good
		defer taken.Close()
	}
	s := newHome(t).start()
	said := s.said.String()
	if !strings.Contains(said, "\n8080 is taken, using 80") || !strings.Contains(said, "\nopen http://127.0.0.1:80") {
		t.Error(said)
	}
}
