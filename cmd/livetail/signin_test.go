package main

import (
	"fmt"
	"os"
	"regexp"
	"strings"
	"testing"

	"livetail/auth"
)

// secrets are what must be nowhere but in the file.
func secrets(t *testing.T, file string) (password, link string) {
	t.Helper()
	if m := regexp.MustCompile(`(?m)^password: (\S+)$`).FindStringSubmatch(file); m != nil {
		password = m[1]
	}
	m := regexp.MustCompile(`(?m)^http://\S+/signin#link=(\S+)$`).FindStringSubmatch(file)
	if m == nil {
		t.Fatalf("no link in\n%s", file)
	}
	return password, m[1]
}

// Standard output may be a file or a journal that others read.
func TestFirstRunOnAPipe(t *testing.T) {
	h := newHome(t)
	s := h.start("-listen", "127.0.0.1:0")
	password, link := secrets(t, h.read(firstSignIn))
	if !strings.Contains(s.said.String(), h.state(firstSignIn)) {
		t.Errorf("it does not name the file:\n%s", &s.said)
	}
	var given []byte // arguments and environment, where the system shows them
	for _, name := range []string{"cmdline", "environ"} {
		data, _ := os.ReadFile(fmt.Sprintf("/proc/%d/%s", s.Process.Pid, name))
		given = append(given, data...)
	}
	s.stop()
	for _, secret := range []string{password, link, strings.TrimSpace(h.read("secret"))} {
		if len(secret) < 20 {
			t.Errorf("%q is too short for a secret", secret)
		}
		for where, text := range map[string]string{"stdout": s.said.String(), "stderr": s.stderr.String(),
			"livetail.log": h.read("livetail.log"), "arguments and environment": string(given), "admin.json": h.read("admin.json")} {
			if strings.Contains(text, secret) {
				t.Errorf("a secret is in %s: %s", where, text)
			}
		}
	}
	if hash := regexp.MustCompile(`\$argon2id[^"]*`).FindString(h.read("admin.json")); !auth.Verify(hash, []byte(password)) {
		t.Errorf("the password %s does not fit %s", password, hash)
	}
	if !strings.Contains(h.read(firstSignIn), s.url()+"/signin#link=") {
		t.Errorf("the link is not to %s", s.url())
	}

	// Whoever had no time to read the file finds the password in it after a restart too; the link is a new one.
	h.start("-listen", "127.0.0.1:0").stop()
	if again, fresh := secrets(t, h.read(firstSignIn)); again != password || fresh == link {
		t.Errorf("after a restart the password is %q, was %q; a fresh link: %t", again, password, fresh != link)
	}
	if err := os.WriteFile(h.state(firstSignIn), []byte(passwordLine+"of-somebody-else\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	h.start("-listen", "127.0.0.1:0").stop()
	if again, _ := secrets(t, h.read(firstSignIn)); again != "" {
		t.Errorf("the password %q comes from nowhere", again)
	}
}

func TestConfiguredUsersNeedNoAdministrator(t *testing.T) {
	h := newHome(t)
	hash, err := auth.HashPassword([]byte("sesame"))
	if err != nil {
		t.Fatal(err)
	}
	s := h.launch("-config", h.config("web: {listen: \"127.0.0.1:0\"}\nusers: [{name: sre, hash: \"%s\"}]\n", hash))
	s.until("open ")
	s.stop()
	if strings.Contains(s.said.String(), "sign in") {
		t.Errorf("it said\n%s", &s.said)
	}
	for _, name := range []string{"admin.json", firstSignIn} {
		if _, err := os.Stat(h.state(name)); err == nil {
			t.Errorf("%s was made", name)
		}
	}
}

func TestReadablePassword(t *testing.T) {
	seen := map[string]bool{}
	for range 100 {
		p := readablePassword()
		if seen[p] || !regexp.MustCompile(`^([b-z][aeio]){2}(-([b-z][aeio]){2}){4}$`).MatchString(p) {
			t.Fatalf("%q", p)
		}
		seen[p] = true
	}
}
