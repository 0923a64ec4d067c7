package scripts

import (
	"strings"
	"testing"
)

// debian is a machine with all that the tests need but what is named; its apt-get installs that, and logs what it is
// asked for. Its id is a user's number; 0 is root.
func debian(t *testing.T, id string, lacks ...string) *machine {
	t.Helper()
	m := newMachine(t).has(map[string]string{
		"gcc": "cat >/dev/null", "redis-server": "", "chromium": "", "logrotate": "", "systemd-analyze": "",
		"uname": "echo Linux", "id": "echo " + id, "dpkg": "", "apt-cache": "",
		"update-rc.d": `echo "update-rc.d $*" >>"$LOG"`,
		"apt-get": `put() { printf '#!/bin/sh\n%s\n' "${2:-}" >"${0%/*}/$1"; chmod 755 "${0%/*}/$1"; }
			if [ -t 0 ] || read -r line; then echo "has a stdin" >>"$LOG"; fi
			"$POLICY" 2>/dev/null; echo "apt-get $* DEBIAN_FRONTEND=$DEBIAN_FRONTEND policy=$?" >>"$LOG"
			for name; do
				case $name in
				gcc) put gcc 'cat >/dev/null' ;;
				systemd) put systemd-analyze ;;
				redis-server | chromium | logrotate) put "$name" ;;
				esac
			done`,
	})
	for _, name := range lacks {
		m.lacks(name)
	}
	return m
}

// lacks makes a program one that is in PATH and does not work, which is worse than not being there.
func (m *machine) lacks(name string) { m.has(map[string]string{name: "exit 1"}) }

func TestNothingMissing(t *testing.T) {
	m := debian(t, "0")
	if said := m.run(0, "need"); said != "" || m.said != "" || m.read("log") != "" {
		t.Errorf("said %q %q, did %q", m.said, said, m.read("log"))
	}
}

func TestRootInstallsWhatIsMissing(t *testing.T) {
	for lacks, packages := range map[string]string{
		"gcc": "gcc libc6-dev", "redis-server": "redis-server", "chromium": "chromium", "logrotate": "logrotate",
		"systemd-analyze":                                     "systemd",
		"gcc redis-server chromium":                           "gcc libc6-dev redis-server chromium",
		"redis-server systemd-analyze logrotate":              "redis-server logrotate systemd",
		"gcc chromium logrotate redis-server":                 "gcc libc6-dev redis-server chromium logrotate",
		"chromium logrotate redis-server systemd-analyze gcc": "gcc libc6-dev redis-server chromium logrotate systemd",
	} {
		m := debian(t, "0", strings.Fields(lacks)...)
		m.run(0, "need")
		log := m.read("log")
		for _, want := range []string{" update DEBIAN_FRONTEND=noninteractive",
			" -y --no-install-recommends install " + packages + " DEBIAN_FRONTEND=noninteractive policy=101\n"} {
			if !strings.Contains(log, want) {
				t.Errorf("lacking %s it did not%s, but\n%s", lacks, want, log)
			}
		}
		if strings.Contains(log, "stdin") {
			t.Error("apt-get could ask something")
		}
		if got := strings.Contains(log, "update-rc.d redis-server disable"); got != strings.Contains(lacks, "redis-server") {
			t.Errorf("lacking %s, redis-server was disabled: %t", lacks, got)
		}
		if m.read("policy-rc.d") != "" {
			t.Error("services stay forbidden on this machine")
		}
	}
}

func TestPolicyOfTheMachineIsPutBack(t *testing.T) {
	for name, apt := range map[string]string{"installed": "", "failed": "exit 100"} {
		m := debian(t, "0", "redis-server")
		m.write("policy-rc.d", "#!/bin/sh\nexit 7\n")
		if apt != "" {
			m.has(map[string]string{"apt-get": `"$POLICY"; echo "policy=$?" >>"$LOG"; ` + apt})
			m.run(2, "need")
		} else {
			m.run(0, "need")
		}
		if !strings.Contains(m.read("log"), "policy=101") || m.read("policy-rc.d") != "#!/bin/sh\nexit 7\n" {
			t.Errorf("%s: %q, then %q", name, m.read("log"), m.read("policy-rc.d"))
		}
	}
	// Killed half-way, and again: neither is our policy the machine's now, nor is the machine's lost.
	m := debian(t, "0", "redis-server")
	m.write("policy-rc.d", "#!/bin/sh\n# for a moment, by make test of livetail\nexit 101\n")
	m.write("policy-rc.d.before-livetail", "#!/bin/sh\nexit 7\n")
	m.run(0, "need")
	if m.read("policy-rc.d") != "#!/bin/sh\nexit 7\n" || m.read("policy-rc.d.before-livetail") != "" {
		t.Errorf("after a run cut short: %q", m.read("policy-rc.d"))
	}
}

func TestPasswordlessSudo(t *testing.T) {
	m := debian(t, "1000", "redis-server")
	m.has(map[string]string{"sudo": `[ "$1" = -n ] || exit 1; shift; echo "sudo $*" >>"$LOG"; exec "$@"`})
	m.run(0, "need")
	if log := m.read("log"); !strings.Contains(log, "sudo scripts/apt-install redis-server\n") {
		t.Errorf("did %s", log)
	}
}

// Where nothing can be installed without a question, one line says what to do, and nothing is tried.
func TestOneLineSaysWhatToInstall(t *testing.T) {
	for name, sudo := range map[string]string{"no sudo": "exit 127", "sudo asks": `[ "$1" != -n ] || exit 1; touch "$LOG"`} {
		m := debian(t, "1000", "redis-server", "gcc").has(map[string]string{"sudo": sudo})
		oneLine(t, m.run(2, "need"), "make test needs gcc redis-server", "as root: apt-get install gcc libc6-dev redis-server\n")
		if m.said != "" || m.read("log") != "" {
			t.Errorf("%s: said %q, did %q", name, m.said, m.read("log"))
		}
	}
	other := debian(t, "0", "redis-server", "dpkg", "apt-get")
	other.must(removeAll(other.in("path/apt-get"), other.in("path/dpkg")))
	oneLine(t, other.run(2, "need"), "make test needs redis-server", "package manager")

	mac := debian(t, "0", "redis-server", "systemd-analyze").has(map[string]string{"uname": "echo Darwin"})
	mac.must(removeAll(mac.in("path/apt-get"), mac.in("path/dpkg")))
	said := mac.run(2, "need")
	oneLine(t, said, "make test needs redis-server;", "brew install redis")
}

// apt-get may succeed and what came not work: Ubuntu's chromium is a stub that wants a snap.
func TestStillMissing(t *testing.T) {
	m := debian(t, "0", "chromium", "apt-cache").has(map[string]string{"apt-get": `echo "$*" >>"$LOG"`})
	oneLine(t, m.run(2, "need"), "make test needs chromium", "install chromium-browser")
	if log := m.read("log"); !strings.Contains(log, "install chromium-browser\n") {
		t.Errorf("did %s", log)
	}
	said := debian(t, "0", "redis-server").has(map[string]string{"apt-get": "exit 100"}).run(2, "need")
	if !strings.HasSuffix(said, "\nmake test needs redis-server; as root: apt-get install redis-server\n") {
		t.Errorf("when apt-get fails: %q", said)
	}
}

func TestAnyBrowserWillDo(t *testing.T) {
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome", "google-chrome-stable"} {
		m := debian(t, "0", "chromium").has(map[string]string{name: `[ "$1" = --version ]`})
		m.run(0, "need")
		if m.read("log") != "" {
			t.Errorf("%s is there, and it did %s", name, m.read("log"))
		}
	}
	m := debian(t, "0", "chromium").has(map[string]string{"my-own": ""})
	m.env = append(m.env, "CHROME="+m.in("path/my-own"))
	m.run(0, "need")
	if m.read("log") != "" {
		t.Errorf("$CHROME is there, and it did %s", m.read("log"))
	}
}
