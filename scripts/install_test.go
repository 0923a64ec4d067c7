package scripts

import (
	"os"
	"strings"
	"testing"
)

func removeAll(paths ...string) error {
	for _, p := range paths {
		if err := os.RemoveAll(p); err != nil {
			return err
		}
	}
	return nil
}

// built is a machine on which make build was run.
func built(t *testing.T) *machine {
	t.Helper()
	m := newMachine(t).has(map[string]string{"id": "echo 1000"})
	for _, name := range []string{"livetail", "livetail-web", "livetail-worker"} {
		m.write("project/bin/"+name, "the program "+name)
	}
	return m
}

func TestInstallForAPackage(t *testing.T) {
	for prefix, lib := range map[string]string{"": "/usr/local/lib", "/usr": "/usr/lib", "/opt/livetail": "/etc"} {
		m := built(t)
		m.env = append(m.env, "PREFIX="+prefix, "DESTDIR="+m.in("dest"))
		m.run(0, "install")
		bin := prefix + "/bin"
		if prefix == "" {
			bin = "/usr/local/bin"
		}
		for _, name := range []string{"livetail", "livetail-web", "livetail-worker"} {
			if m.read("dest"+bin+"/"+name) != "the program "+name {
				t.Errorf("no %s/%s", bin, name)
			}
			unit := m.read("dest" + lib + "/systemd/system/" + name + ".service")
			if lib == "/etc" {
				unit = m.read("dest/etc/systemd/system/" + name + ".service")
			}
			if !strings.Contains(unit, "\nExecStart="+bin+"/"+name+" ") {
				t.Errorf("prefix %q: %s starts something else:\n%s", prefix, name, unit)
			}
		}
		if !strings.Contains(m.read("dest"+lib+"/sysusers.d/livetail.conf"), "u livetail-web ") {
			t.Errorf("no users in %s", lib)
		}
		if info, err := os.Stat(m.in("dest/etc/livetail/config.yaml")); err != nil || info.Mode().Perm() != 0o640 {
			t.Errorf("config: %v, %v", info, err)
		}
		if m.read("dest/etc/livetail/secret") != "" {
			t.Error("a package must not hold a secret: all who install it would share it")
		}
	}
}

func TestInstallKeepsTheConfig(t *testing.T) {
	m := built(t)
	m.env = append(m.env, "DESTDIR="+m.in("dest"))
	m.write("dest/etc/livetail/config.yaml", "mine")
	m.run(0, "install")
	if got := m.read("dest/etc/livetail/config.yaml"); got != "mine" {
		t.Errorf("the config is now %q", got)
	}
}

func TestInstallSaysWhatItLacks(t *testing.T) {
	oneLine(t, built(t).run(1, "install"), "needs root: sudo make install")
	m := built(t)
	m.must(os.Remove(m.in("project/bin/livetail-web")))
	oneLine(t, m.run(1, "install"), "no bin/livetail-web yet: make build")
}
