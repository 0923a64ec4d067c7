package scripts

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// A machine is the scripts in a project of their own, with nothing in PATH but plain tools and what a test puts there.
type machine struct {
	t    *testing.T
	dir  string // project/ is the project, path/ is PATH
	env  []string
	said string // standard output of the last run
}

func newMachine(t *testing.T) *machine {
	t.Helper()
	m := &machine{t: t, dir: t.TempDir()}
	m.env = []string{"PATH=" + m.in("path"), "POLICY=" + m.in("policy-rc.d"), "LOG=" + m.in("log")}
	for _, tool := range strings.Fields("awk base64 cat chmod dirname env grep head install mktemp mv rm sed sh touch true") {
		real, err := exec.LookPath(tool)
		m.must(err)
		// Never a link: what a test writes here by mistake would be the real tool's end.
		m.write("path/"+tool, "#!/bin/sh\nexec "+real+" \"$@\"\n")
	}
	scripts, err := filepath.Glob("*")
	m.must(err)
	units, err := filepath.Glob("../deploy/systemd/*")
	m.must(err)
	for _, name := range append(scripts, append(units, "../go.mod", "../Makefile")...) {
		text, err := os.ReadFile(name)
		m.must(err)
		m.write(filepath.Join("project/scripts", name), string(text))
	}
	return m
}

func (m *machine) in(elem ...string) string {
	return filepath.Join(append([]string{m.dir}, elem...)...)
}

func (m *machine) must(err error) {
	m.t.Helper()
	if err != nil {
		m.t.Fatal(err)
	}
}

func (m *machine) write(name, text string) {
	m.t.Helper()
	m.must(os.MkdirAll(filepath.Dir(m.in(name)), 0o755))
	m.must(os.WriteFile(m.in(name), []byte(text), 0o755))
}

func (m *machine) read(name string) string {
	text, _ := os.ReadFile(m.in(name))
	return string(text)
}

// has puts programs into PATH, each a line of shell.
func (m *machine) has(programs map[string]string) *machine {
	m.t.Helper()
	for name, body := range programs {
		m.write("path/"+name, "#!/bin/sh\n"+body+"\n")
	}
	return m
}

// run runs a script and wants that exit code; it returns standard error.
func (m *machine) run(code int, script string, args ...string) string {
	m.t.Helper()
	cmd := exec.Command(m.in("project/scripts", script), args...)
	cmd.Env = m.env
	var stdout, stderr strings.Builder
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	if err := cmd.Run(); cmd.ProcessState.ExitCode() != code {
		m.t.Errorf("%s: %v, want exit code %d\n%s%s", script, err, code, &stdout, &stderr)
	}
	m.said = stdout.String()
	return stderr.String()
}

// oneLine wants text to be a single line that holds each of the words.
func oneLine(t *testing.T, text string, words ...string) {
	t.Helper()
	if strings.Count(text, "\n") != 1 || !strings.HasSuffix(text, "\n") {
		t.Errorf("not one line: %q", text)
	}
	for _, word := range words {
		if !strings.Contains(text, word) {
			t.Errorf("%q does not say %q", text, word)
		}
	}
}

func TestGoIsNewEnough(t *testing.T) {
	for name, c := range map[string]struct {
		env, version string // what `go env GOVERSION` and `go version` say; an empty one fails
		want         string // complaint, none if it is fine
	}{
		"ours":            {"go1.26.8", "go version go1.26.8 linux/amd64", ""},
		"first":           {"go1.26", "go version go1.26 linux/amd64", ""},
		"later":           {"go1.30.1", "", ""},
		"fetched":         {"go1.26.0", "go version go1.24.1 linux/amd64", ""},
		"development":     {"devel go1.27-abcdef", "", ""},
		"may not fetch":   {"", "go version go1.24.1 linux/amd64", "this is 1.24"},
		"cannot read it":  {"", "go version go1.19.8 linux/amd64", "this is 1.19"},
		"says it is old":  {"go1.25.3", "", "this is 1.25"},
		"one digit":       {"go1.9", "", "this is 1.9"},
		"not to be known": {"", "go version what", "this is 1.?"},
	} {
		m := newMachine(t).has(map[string]string{
			"go": `[ "$1" = env ] && { [ -n "` + c.env + `" ] || exit 1; echo "` + c.env + `"; exit; }; echo "` + c.version + `"`,
		})
		if c.want == "" {
			if said := m.run(0, "need-go"); said != "" {
				t.Errorf("%s: %q", name, said)
			}
			continue
		}
		oneLine(t, m.run(2, "need-go"), "needs Go 1.26, ", c.want)
		oneLine(t, m.run(2, "build", "livetail"), c.want)
		oneLine(t, m.run(2, "test"), c.want)
	}
	oneLine(t, newMachine(t).run(2, "need-go"), "needs Go 1.26", "no go in PATH")
}

// The text of help is all that many people read of a Makefile.
func TestEveryTargetHasHelp(t *testing.T) {
	m := newMachine(t)
	m.run(0, "help", m.in("project/Makefile"))
	targets := 0
	for line := range strings.Lines(m.read("project/Makefile")) {
		target, _, ok := strings.Cut(line, ":")
		if !ok || strings.ContainsAny(target, ".#\t =") {
			continue
		}
		targets++
		if !strings.Contains(m.said, "make "+target+" ") {
			t.Errorf("help says nothing about %s", target)
		}
	}
	if targets == 0 || targets != strings.Count(m.said, "\n") {
		t.Errorf("%d targets, but help says\n%s", targets, m.said)
	}
}
