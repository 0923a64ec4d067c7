//go:build linux

package storm

import (
	"fmt"
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
