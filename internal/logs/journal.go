package logs

import (
	"os"
	"os/exec"
	"path/filepath"
	"time"
)

// journalDirs is where journald keeps its files.
var journalDirs = []string{"/var/log/journal", "/run/log/journal"}

// journal lists the systemd journal, or a unit's part of it. What a part takes of the files is not known without reading
// them: then it has neither size nor age.
func (sc *scan) journal(s *Spec) {
	dirs := journalDirs
	if s.Journal.Directory != "" {
		dirs = []string{s.Journal.Directory}
	}
	v := verdict{state: OK}
	size, changed, found := journalFiles(dirs)
	switch _, err := exec.LookPath("journalctl"); {
	case err != nil:
		v = verdict{state: Refused, why: "journalctl is not installed on this host"}
	case !found:
		v = verdict{state: Missing, why: "waiting for a journal to appear"}
	}
	name := s.Name
	if name == "" {
		name = s.ID
	}
	before := len(sc.items)
	sc.list(&file{}, v, s, Source{ID: s.ID, Name: name, Journal: s.Journal}, s.Group)
	if len(sc.items) > before && s.Journal.Unit == "" {
		it := sc.items[before]
		it.entry.Size, it.changed = size, changed
	}
}

// journalFiles adds up the journal's files, and says when the newest of them changed.
func journalFiles(dirs []string) (size int64, changed time.Time, found bool) {
	for _, dir := range dirs {
		for _, pattern := range []string{"*.journal", "*/*.journal"} {
			paths, _ := filepath.Glob(filepath.Join(dir, pattern)) // no fault in what is ours; a folder's own name may hide it
			for _, path := range paths {
				info, err := os.Stat(path)
				if err != nil {
					continue
				}
				if size += info.Size(); info.ModTime().After(changed) {
					changed = info.ModTime()
				}
				found = true
			}
		}
	}
	return size, changed, found
}
