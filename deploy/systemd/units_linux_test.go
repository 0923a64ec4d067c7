package systemd

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"livetail/internal/config"
)

// exposure is the most that systemd-analyze security may find, in tenths: 20 is well inside "OK".
const exposure = "20"

var names = []string{"livetail.service", "livetail-web.service", "livetail-worker.service"}

// unit is a unit file's settings: all values of a key, in order.
type unit map[string][]string

func read(t *testing.T, name string) unit {
	t.Helper()
	text, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	u := unit{}
	for line := range strings.Lines(string(text)) {
		if key, value, ok := strings.Cut(strings.TrimSpace(line), "="); ok && !strings.HasPrefix(line, "#") {
			u[key] = append(u[key], value)
		}
	}
	return u
}

// words are all values of a key, split.
func (u unit) words(key string) []string { return strings.Fields(strings.Join(u[key], " ")) }

// stage copies the units to a folder of the test's own, starting a program that is there, as verify wants one.
func stage(t *testing.T) (dir string) {
	t.Helper()
	dir = t.TempDir()
	for _, name := range names {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		program := filepath.Join(dir, strings.TrimSuffix(name, ".service"))
		if err := os.WriteFile(program, []byte("#!/bin/sh\n"), 0o755); err != nil {
			t.Fatal(err)
		}
		staged := strings.Replace(string(text), "ExecStart=/usr/local/bin/", "ExecStart="+dir+"/", 1)
		if !strings.Contains(staged, "ExecStart="+program+" -config /etc/livetail/config.yaml\n") {
			t.Errorf("%s does not start its program with the config", name)
		}
		if err := os.WriteFile(filepath.Join(dir, name), []byte(staged), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func TestVerify(t *testing.T) {
	dir := stage(t)
	for _, name := range names {
		out, err := exec.Command("systemd-analyze", "verify", "--man=no", filepath.Join(dir, name)).CombinedOutput()
		// A setting that systemd does not know is only a warning to it.
		if err != nil || strings.Contains(string(out), name) {
			t.Errorf("%s: %v\n%s", name, err, out)
		}
	}
}

func TestExposure(t *testing.T) {
	dir := stage(t)
	for _, name := range names {
		out, err := exec.Command("systemd-analyze", "security", "--no-pager", "--offline=true", "--threshold="+exposure,
			filepath.Join(dir, name)).CombinedOutput()
		if err != nil {
			t.Errorf("%s: %v\n%s", name, err, out)
		}
	}
}

// Who may read logs, and who may be spoken to.
func TestWebHasNoLogsAndWorkerNoPort(t *testing.T) {
	web, worker := read(t, "livetail-web.service"), read(t, "livetail-worker.service")
	users := []string{web["User"][0], worker["User"][0], read(t, "livetail.service")["User"][0]}
	slices.Sort(users)
	if len(slices.Compact(users)) != 3 || slices.Contains(users, "root") {
		t.Errorf("the users are %v", users)
	}
	if groups := web.words("SupplementaryGroups"); !slices.Equal(groups, []string{"livetail"}) {
		t.Errorf("web is in %v", groups)
	}
	if hidden := web.words("InaccessiblePaths"); !slices.Contains(hidden, "-/var/log") || !slices.Contains(hidden, "-/run/log") {
		t.Errorf("web sees logs: hidden are only %v", hidden)
	}
	if web["ProtectHome"][0] != "yes" {
		t.Error("web sees homes")
	}
	if !slices.Contains(worker.words("SupplementaryGroups"), "adm") {
		t.Error("worker is not in adm")
	}
	if !slices.Equal(worker["SocketBindDeny"], []string{"any"}) {
		t.Error("worker may listen")
	}
}

func TestEachUnitIsHardened(t *testing.T) {
	for _, name := range names {
		u := read(t, name)
		for _, want := range []string{
			"ProtectSystem=strict", "NoNewPrivileges=yes", "PrivateTmp=yes", "PrivateDevices=yes", "CapabilityBoundingSet=",
			"AmbientCapabilities=", "SystemCallFilter=@system-service", "MemoryDenyWriteExecute=yes", "RestrictNamespaces=yes",
			"LimitNOFILE=65536", "LimitCORE=0", "Restart=always", "RestartPreventExitStatus=2", "TimeoutStopSec=10", "UMask=0077",
			"LoadCredential=secret:/etc/livetail/secret",
		} {
			if key, value, _ := strings.Cut(want, "="); !slices.Contains(u[key], value) {
				t.Errorf("%s has no %s: %q", name, want, u[key])
			}
		}
	}
}

// Only what starts by itself after a boot is of use; and the two designs exclude each other.
func TestInstallSection(t *testing.T) {
	for _, name := range names {
		if u := read(t, name); !slices.Equal(u["WantedBy"], []string{"multi-user.target"}) {
			t.Errorf("%s is wanted by %q", name, u["WantedBy"])
		}
	}
	if got := read(t, "livetail.service").words("Conflicts"); !slices.Equal(got, names[1:]) {
		t.Errorf("livetail.service conflicts with %q", got)
	}
}

// The users that the units name are made, in the groups that the units name.
func TestSysusers(t *testing.T) {
	text, err := os.ReadFile("livetail.sysusers")
	if err != nil {
		t.Fatal(err)
	}
	made := map[string][]string{"livetail": {"livetail"}}
	for line := range strings.Lines(string(text)) {
		switch f := strings.Fields(line); {
		case f[0] == "u" && made[f[1]] == nil:
			made[f[1]] = []string{}
		case f[0] == "m":
			made[f[1]] = append(made[f[1]], f[2])
		}
	}
	for _, name := range names {
		u := read(t, name)
		for _, group := range u.words("SupplementaryGroups") {
			if !slices.Contains(made[u["User"][0]], group) {
				t.Errorf("%s: user %s is in %v, not in %s", name, u["User"][0], made[u["User"][0]], group)
			}
		}
	}
	if slices.ContainsFunc(made["livetail-web"], func(g string) bool { return g != "livetail" }) {
		t.Errorf("web's user is in %v", made["livetail-web"])
	}
}

// The config that make install writes is right as it is, but for the user that only an administrator can add.
func TestInstalledConfig(t *testing.T) {
	text, err := os.ReadFile("config.yaml")
	if err != nil {
		t.Fatal(err)
	}
	for _, kind := range []config.Kind{config.ForAll, config.ForWorker} {
		if _, err := config.Parse("config.yaml", text, kind); err != nil {
			t.Errorf("kind %v: %v", kind, err)
		}
	}
	_, err = config.Parse("config.yaml", text, config.ForWeb)
	if err == nil || strings.Count(err.Error(), "\n") > 0 || !strings.Contains(err.Error(), "users") {
		t.Errorf("web: %v, want one fault, about users", err)
	}
}
