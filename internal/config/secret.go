package config

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"syscall"
)

// minSecret is what a signature key needs to be beyond guessing.
const minSecret = 32

// ReadSecret reads the installation's secret, which must be 32 bytes or more; a line end after it does not count.
// A file that is not there gives an error that is fs.ErrNotExist. Where systemd handed the process a credential named
// "secret", that is read in place of the file, which may then be root's alone.
func ReadSecret(path string) ([]byte, error) {
	path = credential("secret", path)
	b, err := readPrivate(path)
	if err != nil {
		return nil, fmt.Errorf("reading secret_file: %w", err)
	}
	if len(b) < minSecret {
		return nil, fmt.Errorf("reading secret_file: %s has %d bytes: write 32 or more random ones, such as head -c 32 /dev/urandom | base64", path, len(b))
	}
	return b, nil
}

// ReadPassword reads redis.password_file; a line end after the password does not count. A credential of systemd named
// "redis-password" is read in its place.
func ReadPassword(path string) (string, error) {
	path = credential("redis-password", path)
	b, err := readPrivate(path)
	if err != nil {
		return "", fmt.Errorf("reading redis.password_file: %w", err)
	}
	if len(b) == 0 {
		return "", fmt.Errorf("reading redis.password_file: %s is empty: write the password into it", path)
	}
	if bytes.ContainsAny(b, "\r\n\x00") {
		return "", fmt.Errorf("reading redis.password_file: %s has more than one line: write only the password into it", path)
	}
	return string(b), nil
}

// readPrivate reads a small file that nobody but its owner may read. It asks the open descriptor, so that the file
// cannot be another one in between, and does not wait for a FIFO's writer.
func readPrivate(path string) ([]byte, error) {
	f, err := os.OpenFile(path, os.O_RDONLY|syscall.O_NONBLOCK, 0)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, fmt.Errorf("%s is not a regular file", path)
	}
	if perm := info.Mode().Perm(); perm&0o077 != 0 && !isCredential(path) {
		return nil, fmt.Errorf("%s can be read or written by others than its owner (mode %04o): chmod 600 %s", path, perm, path)
	}
	const most = 64 << 10
	b, err := io.ReadAll(io.LimitReader(f, most+1))
	if err != nil {
		return nil, err
	}
	if len(b) > most {
		return nil, errors.New(path + " is larger than 64 KiB")
	}
	b = bytes.TrimSuffix(b, []byte("\n"))
	return bytes.TrimSuffix(b, []byte("\r")), nil
}

// credential is where systemd's LoadCredential= put a secret of this name, else path.
func credential(name, path string) string {
	if dir := os.Getenv("CREDENTIALS_DIRECTORY"); filepath.IsAbs(dir) {
		given := filepath.Join(dir, name)
		if _, err := os.Lstat(given); err == nil {
			return given
		}
	}
	return path
}

// isCredential is true for a file that systemd's LoadCredential= made for this service. It guards those by the folder
// and an access list, which shows as a mode of 0440.
func isCredential(path string) bool {
	dir := os.Getenv("CREDENTIALS_DIRECTORY")
	return filepath.IsAbs(dir) && strings.HasPrefix(filepath.Clean(path), filepath.Clean(dir)+"/")
}
