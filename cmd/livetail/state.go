package main

import (
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"

	"livetail/internal/config"
)

// stateDir is the directory that keeps what must outlive the process. One livetail at a time uses it.
type stateDir struct {
	path string
	lock *os.File
}

// openState makes the directory where it is missing, for its owner alone, and locks it.
func openState(path string) (*stateDir, error) {
	if err := os.MkdirAll(path, 0o700); err != nil {
		return nil, fmt.Errorf("making the state directory: %w", err)
	}
	info, err := os.Stat(path)
	if err != nil {
		return nil, fmt.Errorf("opening the state directory: %w", err)
	}
	// Whoever may write there could put a secret of his own into it. It is not ours to change: it may be /tmp.
	if info.Mode()&0o002 != 0 {
		return nil, fmt.Errorf("the state directory %s can be written by everybody: chmod o-w %[1]s, or name one inside it", path)
	}
	lock, err := os.OpenFile(filepath.Join(path, "lock"), os.O_CREATE|os.O_RDWR|syscall.O_NOFOLLOW, 0o600)
	if err != nil {
		return nil, fmt.Errorf("locking the state directory: %w", err)
	}
	if err := syscall.Flock(int(lock.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		lock.Close()
		if errors.Is(err, syscall.EWOULDBLOCK) {
			return nil, fmt.Errorf("another livetail is using the state directory %s: stop it, or give this one its own with state_dir in a config or XDG_STATE_HOME in the environment", path)
		}
		return nil, fmt.Errorf("locking the state directory: %w", err)
	}
	return &stateDir{path: path, lock: lock}, nil
}

// Close lets another livetail use the directory. The file stays: who removed it could remove another's lock.
func (s *stateDir) Close() { s.lock.Close() }

func (s *stateDir) file(name string) string { return filepath.Join(s.path, name) }

// secret reads the installation's secret. The one in this directory is made at the first start; another must be there.
func (s *stateDir) secret(path string) ([]byte, error) {
	if filepath.Clean(path) == s.file("secret") {
		if _, err := os.Lstat(path); errors.Is(err, fs.ErrNotExist) {
			if err := writeFile(path, []byte(randomHex(32)+"\n")); err != nil {
				return nil, fmt.Errorf("making the secret: %w", err)
			}
		}
	}
	return config.ReadSecret(path)
}

// instance names this state directory among all livetails that a browser may know under one host name.
func (s *stateDir) instance() (string, error) {
	path := s.file("instance")
	b, err := os.ReadFile(path)
	if id := strings.TrimSpace(string(b)); err == nil && len(id) == 12 && strings.Trim(id, "0123456789abcdef") == "" {
		return id, nil
	}
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return "", fmt.Errorf("reading the instance's id: %w", err)
	}
	id := randomHex(6)
	if err := writeFile(path, []byte(id+"\n")); err != nil {
		return "", fmt.Errorf("making the instance's id: %w", err)
	}
	return id, nil
}

func randomHex(n int) string {
	b := make([]byte, n)
	rand.Read(b)
	return hex.EncodeToString(b)
}

// writeFile puts a file for its owner alone in place of what was there: after a crash, of the machine too, there is
// either the old one or the new one, whole.
func writeFile(path string, data []byte) error {
	tmp, err := os.CreateTemp(filepath.Dir(path), filepath.Base(path)+".*") // 0600
	if err != nil {
		return err
	}
	defer os.Remove(tmp.Name()) // fails once it is renamed
	_, err = tmp.Write(data)
	err = errors.Join(err, tmp.Sync(), tmp.Close())
	if err != nil {
		return err
	}
	if err := os.Rename(tmp.Name(), path); err != nil {
		return err
	}
	dir, err := os.Open(filepath.Dir(path))
	if err != nil {
		return err
	}
	defer dir.Close()
	return dir.Sync()
}
