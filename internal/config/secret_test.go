package config

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

func put(t *testing.T, path, content string, mode os.FileMode) string {
	t.Helper()
	if err := os.RemoveAll(path); err != nil { // one that was made read-only cannot be written again
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(path, mode); err != nil { // whatever the umask is
		t.Fatal(err)
	}
	return path
}

func TestReadSecret(t *testing.T) {
	dir := t.TempDir()
	key := strings.Repeat("k", 32)
	for _, c := range []struct {
		content string
		mode    os.FileMode
		want    string // part of the error, "" for none
	}{
		{key, 0o600, ""},
		{key + "\n", 0o400, ""},
		{key + "\r\n", 0o600, ""},
		{key[1:] + "\n", 0o600, "has 31 bytes: write 32 or more"},
		{"", 0o600, "has 0 bytes"},
		{key, 0o640, "(mode 0640): chmod 600"},
		{key, 0o604, "(mode 0604): chmod 600"},
		{key, 0o620, "chmod 600"},
		{key, 0o602, "chmod 600"},
		{key, 0o610, "chmod 600"},
		{strings.Repeat("k", 65<<10), 0o600, "larger than 64 KiB"},
	} {
		got, err := ReadSecret(put(t, filepath.Join(dir, "secret"), c.content, c.mode))
		switch {
		case c.want == "" && (err != nil || string(got) != key):
			t.Errorf("%q mode %o: %q, %v", c.content, c.mode, got, err)
		case c.want != "" && (err == nil || got != nil || !strings.Contains(err.Error(), c.want)):
			t.Errorf("%d bytes mode %o: %q, %v; want %q", len(c.content), c.mode, got, err, c.want)
		}
		if err != nil && strings.Contains(err.Error(), "kkk") {
			t.Errorf("repeats the secret: %v", err)
		}
	}
	if _, err := ReadSecret(filepath.Join(dir, "none")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a missing file: %v", err)
	}
}

func TestReadPassword(t *testing.T) {
	dir := t.TempDir()
	for content, want := range map[string]string{"pass word\n": "pass word", " p ": " p ", "p\r\n": "p"} {
		if got, err := ReadPassword(put(t, filepath.Join(dir, "pw"), content, 0o600)); err != nil || got != want {
			t.Errorf("%q: %q, %v", content, got, err)
		}
	}
	for content, want := range map[string]string{"": "is empty", "\n": "is empty", "a\nb\n": "more than one line", "a\n\n": "more than one line"} {
		if got, err := ReadPassword(put(t, filepath.Join(dir, "pw"), content, 0o600)); err == nil || got != "" || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %q, %v", content, got, err)
		}
	}
	if _, err := ReadPassword(put(t, filepath.Join(dir, "pw"), "p", 0o644)); err == nil || !strings.Contains(err.Error(), "chmod 600") {
		t.Errorf("a file that all may read: %v", err)
	}
}

func TestReadPrivateTakesFilesOnly(t *testing.T) {
	dir := t.TempDir()
	fifo := filepath.Join(dir, "fifo")
	if err := syscall.Mkfifo(fifo, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{fifo, dir} { // a FIFO without a writer would hang here
		if _, err := ReadSecret(path); err == nil || !strings.Contains(err.Error(), "not a regular file") {
			t.Errorf("%s: %v", path, err)
		}
	}
}

// systemd shows its credentials as mode 0440; those are fine where they are, and such a mode is not elsewhere.
func TestReadCredential(t *testing.T) {
	dir, key := t.TempDir(), strings.Repeat("k", 32)
	inside := filepath.Join(dir, "credentials", "other")
	if err := os.Mkdir(filepath.Dir(inside), 0o700); err != nil {
		t.Fatal(err)
	}
	put(t, inside, key, 0o440)
	beside := put(t, filepath.Join(dir, "credentials-old"), key, 0o440)
	if _, err := ReadSecret(inside); err == nil {
		t.Error("without systemd a mode of 0440 passes")
	}
	t.Setenv("CREDENTIALS_DIRECTORY", filepath.Dir(inside))
	if _, err := ReadSecret(inside); err != nil {
		t.Errorf("a credential of systemd: %v", err)
	}
	for _, path := range []string{beside, filepath.Dir(inside) + "/../credentials-old"} {
		if _, err := ReadSecret(path); err == nil {
			t.Errorf("%s passes as a credential", path)
		}
	}
}

// What systemd handed over stands for the file in the config, which the service's user cannot read.
func TestCredentialStandsForTheFile(t *testing.T) {
	dir := t.TempDir()
	given, file := strings.Repeat("g", 32), strings.Repeat("f", 32)
	path := put(t, filepath.Join(dir, "file"), file, 0o600)
	t.Setenv("CREDENTIALS_DIRECTORY", dir)
	check := func(secret, password string) {
		t.Helper()
		if got, err := ReadSecret(path); err != nil || string(got) != secret {
			t.Errorf("secret %q, %v", got, err)
		}
		if got, err := ReadPassword(path); err != nil || got != password {
			t.Errorf("password %q, %v", got, err)
		}
	}
	check(file, file)
	put(t, filepath.Join(dir, "secret"), given, 0o440)
	check(given, file)
	put(t, filepath.Join(dir, "redis-password"), "p", 0o440)
	check(given, "p")
}
