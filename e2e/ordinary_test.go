//go:build linux

package e2e

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"github.com/chromedp/chromedp"

	"livetail/internal/browser"
)

// account is an ordinary user: nobody where the tests run as root, else whoever runs them.
type account struct {
	name     string
	uid, gid uint32
	root     bool // we are, so there can be files of others
}

func ordinary(t testing.TB) account {
	t.Helper()
	u, err := user.Current()
	if os.Geteuid() == 0 {
		u, err = user.Lookup("nobody")
	}
	if err != nil {
		t.Fatal(err)
	}
	return account{u.Username, number(t, u.Uid), number(t, u.Gid), os.Geteuid() == 0}
}

func number(t testing.TB, id string) uint32 {
	t.Helper()
	n, err := strconv.ParseUint(id, 10, 32)
	if err != nil {
		t.Fatal(err)
	}
	return uint32(n)
}

// hide takes the right to read a file from the account. words are for how many that is, and how to get it.
func (a account) hide(t testing.TB, path string) (words string) {
	t.Helper()
	if !a.root {
		chmod(t, path, 0)
		return "%s cannot be read by " + a.name + ", and no group would give the right: ask the owner " + a.name
	}
	g, err := user.LookupGroup("adm")
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Chown(path, 0, int(number(t, g.Gid))); err != nil {
		t.Fatal(err)
	}
	chmod(t, path, 0o640)
	return "%s cannot be read by " + a.name + ": usermod -aG adm " + a.name + ", then sign in to the machine again"
}

// start runs livetail as the account.
func (a account) start(t testing.TB, args ...string) *process {
	return launch(t, "livetail", func(c *exec.Cmd) {
		c.Dir = "/"
		if a.root {
			c.SysProcAttr.Credential = &syscall.Credential{Uid: a.uid, Gid: a.gid, Groups: []uint32{}}
		}
	}, args...)
}

// public is a folder that other accounts can look into, which t.TempDir is not.
func public(t testing.TB) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "livetail-e2e-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	chmod(t, dir, 0o755)
	return dir
}

type listed struct {
	Hosts []struct {
		Notes  []string
		Binary int
	}
	Logs []struct{ ID, State, Why string }
}

// What an ordinary user finds in a folder like /var/log.
func TestOrdinaryUser(t *testing.T) {
	me, dir := ordinary(t), public(t)
	logs, state := filepath.Join(dir, "log"), filepath.Join(dir, "state")
	for _, name := range []string{"dpkg.log", "dpkg.log.1", "dpkg.log.2", "app/app.log", "app/app.log.1", "app/app.log-20261101", "boot.log.old", "boot.log",
		"auth.log", "kern.log", "syslog", "mail.log", "syslog.1"} {
		write(t, filepath.Join(logs, name), "a line of "+name+"\n")
	}
	for _, name := range []string{"wtmp", "app/app.log.2.gz", "core.bin", "journal/system.journal"} {
		write(t, filepath.Join(logs, name), "\x1f\x8b\x00\x01\x02")
	}
	note := ""
	for _, name := range []string{"auth.log", "kern.log", "syslog", "mail.log", "syslog.1"} {
		note = fmt.Sprintf(me.hide(t, filepath.Join(logs, name)), "4 logs")
	}
	write(t, filepath.Join(dir, "secret.txt"), "not a log\n")
	if err := os.Symlink(filepath.Join(dir, "secret.txt"), filepath.Join(logs, "link.log")); err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(state, 0o700); err != nil {
		t.Fatal(err)
	}
	if me.root {
		if err := os.Chown(state, int(me.uid), int(me.gid)); err != nil {
			t.Fatal(err)
		}
	}
	config := filepath.Join(dir, "config.yaml")
	write(t, config, fmt.Sprintf("web: {listen: \"127.0.0.1:0\"}\nstate_dir: %s\nlogs:\n  - {id: log, folder: %s}\n  - {id: livetail, name: livetail itself, self: true}\n", state, logs))

	p := me.start(t, "-config", config)
	site := opened(p)
	if first, _, _ := strings.Cut(p.stdout.String(), "\n"); first != "config file: "+config {
		t.Errorf("its first line is %q", first)
	}
	page, secret := link(t, filepath.Join(state, "first-sign-in.txt"))
	b := &tab{t, browser.New(t)}
	_ = browser.Do(b.ctx, chromedp.Navigate(page+"#link="+secret)) // see TestAllInOne
	b.path("/")
	b.until(`document.querySelectorAll('li[data-kind]').length === 9`)

	var list listed
	if err := json.Unmarshal([]byte(value[string](b, `fetch('/api/v1/logs').then(answer => answer.text())`)), &list); err != nil {
		t.Fatal(err)
	}
	states := map[string]string{}
	for _, log := range list.Logs {
		states[log.ID] = log.State
	}
	want := map[string]string{"log/dpkg.log": "ok", "log/app/app.log": "ok", "log/boot.log": "ok", "livetail": "ok", "log/link.log": "refused",
		"log/auth.log": "unreadable", "log/kern.log": "unreadable", "log/syslog": "unreadable", "log/mail.log": "unreadable"}
	if fmt.Sprint(states) != fmt.Sprint(want) {
		t.Errorf("the logs are\n%v\nwant\n%v", states, want)
	}
	if len(list.Hosts) != 1 || !slices.Equal(list.Hosts[0].Notes, []string{note}) || list.Hosts[0].Binary != 3 {
		t.Errorf("the hosts are %+v, want the note %q", list.Hosts, note)
	}

	// And as it is shown.
	shown := value[string](b, `document.body.innerText`)
	for _, words := range []string{note, "3 files that are not text are left out"} {
		if !strings.Contains(shown, words) {
			t.Errorf("the list does not say %q:\n%s", words, shown)
		}
	}
	if where := value[string](b, `[...document.querySelectorAll('li')].find(row => row.querySelector('.name').textContent === 'link.log').innerText`); !strings.Contains(where, "link") || strings.Contains(where, "not a log") {
		t.Errorf("the link out of the folder is shown as %q", where)
	}
	order := value[[]string](b, `[...document.querySelectorAll('li')].map(row => row.dataset.kind)`)
	if last := slices.IndexFunc(order, func(kind string) bool { return kind == "unreadable" || kind == "refused" }); last != 4 {
		t.Errorf("what cannot be read is not last: %q", order)
	}
	b.visit(site + "/log/local/log/link.log")
	b.until(`!%s.startsWith('◌ connecting') && !%[1]s.startsWith('◌ reading')`, truth)
	if shown := value[string](b, `document.body.innerText`); strings.Contains(shown, "not a log") {
		t.Errorf("the link out of the folder was followed:\n%s", shown)
	}
	b.visit(site + "/log/local/log/auth.log")
	b.says("◌ cannot be read")
	b.visit(site + "/log/local/livetail")
	b.says("● live")
	b.shows("serving pages")
	b.until(`document.querySelector('#rate').textContent === '' && %s.includes('last line')`, truth)
	p.stop()
}
