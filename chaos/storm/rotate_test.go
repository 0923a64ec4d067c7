//go:build linux

package storm

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
)

// logrotate renames a log, makes a new one, and compresses the one that was renamed the time before, as Debian's does every night.
func (s *site) logrotate(j *journal) error {
	config := s.write("logrotate.conf", fmt.Sprintf("%q {\n\trotate 50\n\tcompress\n\tdelaycompress\n\tcreate 0644\n\tsu root root\n}\n", j.path), 0o644)
	out, err := exec.Command("logrotate", "-f", "-s", filepath.Join(s.dir, "logrotate.state"), config).CombinedOutput()
	if err != nil {
		return fmt.Errorf("logrotate: %w: %s", err, out)
	}
	return nil
}

// rename moves a log aside, and what was moved aside before further on, and compresses nothing.
func (s *site) rename(j *journal) error {
	old, _ := filepath.Glob(j.path + ".*")
	for n := len(old); n > 0; n-- {
		if err := os.Rename(fmt.Sprint(j.path, ".", n), fmt.Sprint(j.path, ".", n+1)); err != nil {
			return err
		}
	}
	if err := os.Rename(j.path, j.path+".1"); err != nil {
		return err
	}
	f, err := os.OpenFile(j.path, os.O_CREATE|os.O_WRONLY, 0o644) // not cut: a writer may have made it, and written to it already
	if err != nil {
		return err
	}
	return f.Close()
}
