//go:build linux

package hostile

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// logrotate is Debian's, with a config for the site's log.
type logrotate struct {
	*site
	config, state string
	dated         bool
	forced        int
}

// newLogrotate makes one that signals the writers after each rotation; how is what the config says beside that.
func (s *site) newLogrotate(how string) *logrotate {
	s.t.Helper()
	beside := filepath.Dir(s.out)
	r := &logrotate{site: s, config: filepath.Join(beside, "logrotate.conf"), state: filepath.Join(beside, "logrotate.state"),
		dated: strings.Contains(how, "dateext")}
	pids := make([]string, len(s.writers))
	for i, w := range s.writers {
		pids[i] = fmt.Sprint(w.cmd.Process.Pid)
	}
	text := fmt.Sprintf("%s {\n\trotate 50\n\tmissingok\n%s\n\tpostrotate\n\t\tkill -HUP %s\n\tendscript\n}\n", s.log, how, strings.Join(pids, " "))
	must(s.t, os.WriteFile(r.config, []byte(text), 0o644))
	return r
}

func (r *logrotate) rotate() {
	r.t.Helper()
	if r.dated {
		second := time.Now().Unix() // names are made from seconds, as a clock tells them that may be a tick late
		eventually(r.t, "the next second", func() bool { return time.Now().Add(-50*time.Millisecond).Unix() > second })
	}
	// Without a log, as until a writer has heard the signal of the rotation before (nocreate), there would be none.
	eventually(r.t, "a writer has opened its log anew", func() bool { _, err := os.Stat(r.log); return err == nil })
	out, err := exec.Command("logrotate", "-f", "-s", r.state, r.config).CombinedOutput()
	// gzip says so when the writer has not heard the signal yet: what it writes then is in the old file, which the follower holds.
	if busy := bytes.Contains(out, []byte("file size changed while zipping")); err != nil || len(out) > 0 && !busy {
		r.t.Fatalf("logrotate: %v\n%s", err, out)
	}
	r.forced++
}

// left says how many files there are that look like the log's past.
func (r *logrotate) left(pattern string) int {
	r.t.Helper()
	files, err := filepath.Glob(filepath.Join(filepath.Dir(r.log), pattern))
	must(r.t, err)
	return len(files)
}

// A writer under load that opens its log anew when postrotate says so: every line, once and in order.
func TestLogrotate(t *testing.T) {
	for name, c := range map[string]struct {
		how  string
		left string // what has to be there afterwards, for each rotation one
	}{
		"create":                   {"create 0644", "f.[0-9]"},
		"nocreate":                 {"nocreate", "f.[0-9]"},
		"compress":                 {"create 0644\n\tcompress", "f.*.gz"},
		"compress, delaycompress":  {"create 0644\n\tcompress\n\tdelaycompress", "f.[0-9]*"},
		"xz":                       {"create 0644\n\tcompress\n\tcompresscmd /usr/bin/xz\n\tcompressext .xz", "f.*.xz"},
		"dateext":                  {"create 0644\n\tdateext\n\tdateformat -%Y%m%d-%s", "f-*"},
		"dateext, compress":        {"create 0644\n\tdateext\n\tdateformat -%Y%m%d-%s\n\tcompress", "f-*.gz"},
		"dateext, extension":       {"create 0644\n\tdateext\n\tdateformat .%Y-%m-%d_%s\n\textension .log", "f.*"},
		"olddir":                   {"create 0644\n\tolddir old\n\tcreateolddir 0755", "old/f.[0-9]"},
		"olddir, compress":         {"create 0644\n\tolddir old\n\tcreateolddir 0755\n\tcompress", "old/f.*.gz"},
		"renamecopy":               {"create 0644\n\trenamecopy", "f.[0-9]"},
		"renamecopy, compress":     {"create 0644\n\trenamecopy\n\tcompress", "f.*.gz"},
		"rotate 1":                 {"create 0644\n\trotate 1", ""},
		"start 0, shred, nodelays": {"create 0644\n\tstart 0\n\tshred\n\tsharedscripts", "f.[0-9]"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newSite(t, "")
			s.write("-torn")
			r := s.newLogrotate(c.how)
			s.follow()
			for range 4 {
				s.writers[0].more(between)
				r.rotate()
			}
			s.writers[0].more(between)
			s.exact()
			if c.left != "" && r.left(c.left) != r.forced {
				t.Errorf("%d files are left of %d rotations", r.left(c.left), r.forced)
			}
		})
	}
}

// Who writes nothing between logrotate's copy and its truncate loses nothing, whether what is copied was read or not.
func TestLogrotate_CopytruncateOfAPausedWriter(t *testing.T) {
	for how, rounds := range map[string]int{"copytruncate": 6, "copytruncate\n\tcompress\n\tdelaycompress": 6, "copytruncate\n\tdateext\n\tdateformat -%Y%m%d-%s": 3} {
		t.Run(how, func(t *testing.T) {
			t.Parallel()
			s := newSite(t, "")
			s.write()
			s.write()
			r := s.newLogrotate(how)
			s.follow()
			for round := range rounds {
				s.writers[0].more(between)
				if round%2 == 0 { // the rest of the log is still to be read when it is cut
					s.suspend()
					s.writers[0].more(between)
				}
				for _, w := range s.writers {
					w.pause()
				}
				r.rotate()
				for _, w := range s.writers {
					w.goOn()
				}
				if round%2 == 0 {
					s.resume()
				}
			}
			s.exact()
		})
	}
}

// Who writes on loses what it wrote between the copy and the truncate: that is a hole in the numbers, said or not, and never a
// line that comes twice, or out of order.
func TestLogrotate_CopytruncateUnderLoad(t *testing.T) {
	t.Parallel()
	s := newSite(t, "")
	s.write()
	s.write()
	r := s.newLogrotate("copytruncate")
	s.follow()
	for range 8 {
		s.writers[0].more(between)
		r.rotate()
	}
	s.writers[0].more(between)
	total := s.written()
	want := make([]string, len(s.writers))
	for id, w := range s.writers {
		want[id] = line(id, w.stop()-1)
	}
	eventually(t, "the last lines are printed", func() bool {
		text := string(s.printed())
		return strings.Contains(text, want[0]) && strings.Contains(text, want[1])
	})
	s.stop()
	got := s.tally()
	if got.repeated != 0 || got.disordered != 0 || got.malformed > r.forced {
		t.Errorf("of %d lines: %+v", total, got)
	}
	t.Logf("of %d lines: %+v", total, got)
}
