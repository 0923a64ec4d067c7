package logs

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

const nobodyID = 65534

// TestUnreadable looks at a folder as an ordinary user: root can read all, so a child process does it as nobody.
func TestUnreadable(t *testing.T) {
	dir := tree(t, "ok.log: x", "adm1.log: x", "adm2.log: x", "root.log: x", "group0.log: x", "adm0.log: x", "btmp: x", "mine.log: x", "closed/x.log: x", "half/y.log: x")
	admit(t, dir)
	for name, mode := range map[string]os.FileMode{"adm1.log": 0o640, "adm2.log": 0o640, "root.log": 0o600, "group0.log": 0o640, "adm0.log": 0o600, "btmp": 0o600, "closed": 0o700, "half": 0o744} {
		if err := os.Chmod(dir+"/"+name, mode); err != nil {
			t.Fatal(err)
		}
	}
	if os.Getuid() != 0 {
		t.Log("not root: the groups are not tested")
		os.Chmod(dir+"/root.log", 0)
		s, _ := shelf(t, Spec{Folder: dir})
		if e := entry(t, s, "root.log"); e.State != Unreadable {
			t.Errorf("%+v", e)
		}
		return
	}
	for _, name := range []string{"adm0.log", "adm1.log", "adm2.log", "half"} {
		os.Chown(dir+"/"+name, 0, 4) // adm on Debian; the number elsewhere
	}
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	// The binary itself may be where nobody may not go.
	prog, err := os.ReadFile(self)
	if err != nil {
		t.Fatal(err)
	}
	run := tree(t) + "/logs.test"
	if err := os.WriteFile(run, prog, 0o755); err != nil {
		t.Fatal(err)
	}
	admit(t, filepath.Dir(run))
	cmd := exec.Command(run)
	cmd.Env = append(os.Environ(), "LOGS_TEST_NOBODY="+dir)
	cmd.Dir = "/"
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: nobodyID, Gid: nobodyID}}
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	adm := newRights("sre").group(4)
	want := strings.Join([]string{
		"adm0.log unreadable cannot be read by sre", "adm1.log unreadable cannot be read by sre", "adm2.log unreadable cannot be read by sre",
		"group0.log unreadable cannot be read by sre", "mine.log ok ", "ok.log ok ", "root.log unreadable cannot be read by sre",
		"y.log unreadable cannot be read by sre",
		"note: 2 logs cannot be read by sre: usermod -aG " + adm + " sre, then sign in to the machine again",
		"note: 4 logs and 1 folder cannot be read by sre, and no group would give the right: ask the owner root",
		"binary: 1", "",
	}, "\n")
	if string(out) != want {
		t.Errorf("nobody saw\n%s\nwant\n%s", out, want)
	}
	s, _ := shelf(t, Spec{Folder: dir})
	if n := s.Look().Notes; len(n) != 0 {
		t.Errorf("root is told %q", n)
	}
}

// admit opens a test's folder to others.
func admit(t *testing.T, dir string) {
	t.Helper()
	for ; strings.HasPrefix(dir, os.TempDir()+"/"); dir = filepath.Dir(dir) {
		if err := os.Chmod(dir, 0o755); err != nil {
			t.Fatal(err)
		}
	}
}

// nobody is what the child process does.
func nobody(dir string) {
	s, err := New(Options{Host: "h", Specs: []Spec{{Folder: dir}}, User: "sre"})
	if err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
	v := s.Look()
	for _, group := range []string{"", "half"} {
		for _, e := range v.Entries {
			if e.Group == group {
				fmt.Println(e.Name, e.State, e.Why)
			}
		}
	}
	for _, n := range v.Notes {
		fmt.Println("note:", n)
	}
	fmt.Println("binary:", v.Binary)
}

func TestRightsWords(t *testing.T) {
	r := rights{user: "sre"}
	for _, c := range []struct {
		group, owner lacking
		want         string
	}{
		{lacking{}, lacking{}, ""},
		{lacking{logs: 4, who: []string{"adm"}}, lacking{}, "4 logs cannot be read by sre: usermod -aG adm sre, then sign in to the machine again"},
		{lacking{logs: 1, folders: 2, who: []string{"www", "adm"}}, lacking{}, "1 log and 2 folders cannot be read by sre: usermod -aG adm,www sre, then sign in to the machine again"},
		{lacking{logs: 2, who: []string{"adm"}, in: true}, lacking{}, "2 logs cannot be read by sre, who became a member of adm after signing in: sign in to the machine again"},
		{lacking{}, lacking{logs: 1, who: []string{"root", "pg"}}, "1 log cannot be read by sre, and no group would give the right: ask the owners pg, root"},
	} {
		r.byGroup, r.byOwner = c.group, c.owner
		if got := strings.Join(r.words(), "\n"); got != c.want {
			t.Errorf("got  %s\nwant %s", got, c.want)
		}
	}
}
