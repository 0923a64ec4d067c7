package config

import (
	"path"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"livetail/internal/coding"
)

const wordLetters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-"

// word reads a name that stands in keys, addresses and rules. extra are letters allowed beside those of every word.
func (v value) word(dst *string, extra string) bool {
	var s string
	if !v.text(&s) {
		return false
	}
	letters := wordLetters + extra
	switch {
	case strings.Trim(s, letters) != "":
		bad := strings.TrimLeft(s, letters)
		v.fault("has %s in it: write it with A-Z a-z 0-9 %s", quote(string([]rune(bad)[:1])), strings.Join(strings.Split("._-"+extra, ""), " "))
	case len(s) > 200:
		v.fault("is %d characters long: write at most 200", len(s))
	case !segmentsFine(s):
		v.fault("is %s: write it without / at either end, without // and without . or .. as a part", quote(s))
	default:
		*dst = s
		return true
	}
	return false
}

func (p *parser) logs(v value, c *Config) []Log {
	var logs []Log
	lines := make(map[string]int)
	self := 0
	for _, s := range v.sections("each - with id: and one of file:, folder:, glob:, latest:, journal: or self: true") {
		l := Log{Backlog: defaultBacklog}
		id := s.get("id")
		if id.word(&l.ID, "/") {
			if before := lines[l.ID]; before > 0 {
				id.fault("is the id of the log in line %d too: write another", before)
			} else {
				lines[l.ID] = id.at.Line
			}
		} else if id.empty() {
			id.fault("is missing: write a short word, such as syslog: it is the log's address, so it should stay as it is")
		}
		l.Name = l.ID
		s.get("name").text(&l.Name)
		p.source(s, &l)
		if l.Self {
			if self > 0 {
				s.fault("is livetail's own log, which line %d is already: keep one", self)
			} else if self = s.at.Line; p.kind == ForWorker && c.StateDir == "" {
				s.fault("is livetail's own log, which is in state_dir: write state_dir")
			}
		}
		s.get("group").text(&l.Group)
		s.get("backlog").number(&l.Backlog, 0, 100_000)
		l.FollowLinksTo = s.get("follow_links_to").paths()
		s.get("show_path").boolean(&l.ShowPath)
		s.get("time").times(&l.Time)
		encoding := s.get("encoding")
		if encoding.text(&l.Encoding) && l.Encoding != "" {
			if _, ok := coding.Named(l.Encoding); !ok {
				encoding.fault("is %s: %s", quote(l.Encoding), coding.Names)
			}
		}
		s.done()
		logs = append(logs, l)
	}
	switch {
	case len(logs) > 0:
	case v.none() && p.kind == ForAll:
		return []Log{{ID: "log", Name: defaultLogs, Folder: defaultLogs, Backlog: defaultBacklog}}
	case v.none() && p.kind == ForWorker || p.kind == ForWorker && v.node.Content == nil:
		v.fault("is empty, so there is nothing to serve: write for example - {id: log, folder: /var/log}")
	}
	return logs
}

// times reads how a log writes times. Whether the layout is one is seen where it is used.
func (v value) times(t *Time) {
	s := v.section()
	s.get("layout").text(&t.Layout)
	zone := s.get("zone")
	if zone.text(&t.Zone) {
		if _, err := time.LoadLocation(t.Zone); err != nil {
			zone.fault("is %s, which this machine does not know: write a name such as Europe/Berlin or UTC", quote(t.Zone))
		}
	}
	s.done()
}

// source reads what a log is made of: exactly one of six.
func (p *parser) source(s *section, l *Log) {
	file, folder, glob, latest, self := s.get("file"), s.get("folder"), s.get("glob"), s.get("latest"), s.get("self")
	file.file(&l.File)
	folder.file(&l.Folder)
	glob.glob(&l.Glob)
	latest.glob(&l.Latest)
	if strings.Contains(l.Latest, "**") {
		latest.fault("has ** in it, which dated names cannot: write each folder's name with *")
	}
	self.boolean(&l.Self)
	journal := s.get("journal")
	l.Journal = journal.journal()
	var there []string
	for _, v := range []value{file, folder, glob, latest} {
		if !v.empty() {
			there = append(there, strings.TrimPrefix(v.key, s.key+"."))
		}
	}
	if !journal.none() {
		there = append(there, "journal")
	}
	if l.Self {
		there = append(there, "self")
	}
	switch {
	case len(there) > 1:
		s.fault("has %s: keep one, and write another log for the other", strings.Join(there, " and "))
	case len(there) == 0 && (self.node == nil || self.node.ShortTag() == "!!bool"):
		s.fault("does not say what to read: write one of file:, folder:, glob:, latest:, journal: or self: true")
	}
}

const unitSuffixes = ".service .socket .timer .mount .scope .slice .target .path .device .swap .automount"

// journal reads which part of the systemd journal is meant; nil where none is.
func (v value) journal() *Journal {
	if v.none() {
		return nil
	}
	s := v.section()
	if s.broken {
		return nil
	}
	j := &Journal{}
	unit := s.get("unit")
	if unit.text(&j.Unit) && j.Unit != "" {
		dot := strings.LastIndex(j.Unit, ".")
		switch {
		case strings.Trim(j.Unit, wordLetters+`:@\`) != "" || strings.HasPrefix(j.Unit, "-"):
			unit.fault("is %s, which is no name of a unit: write one, such as nginx.service", quote(j.Unit))
		case dot < 0 || !slices.Contains(strings.Fields(unitSuffixes), j.Unit[dot:]):
			unit.fault("is %s, without what kind of unit it is: write for example %s.service", quote(j.Unit), j.Unit)
		}
	}
	s.get("directory").path(&j.Directory)
	s.done()
	return j
}

// file reads the path of one file or folder. A * in it is nearly always a glob in the wrong place.
func (v value) file(dst *string) {
	var s string
	if !v.path(&s) {
		return
	}
	if strings.Contains(v.node.Value, "*") {
		v.fault("has a * in it: write glob: %s", quote(v.node.Value))
		return
	}
	*dst = s
}

// glob reads a pattern of paths.
func (v value) glob(dst *string) {
	var s string
	if !v.path(&s) {
		return
	}
	written := strings.TrimPrefix(v.node.Value, stateDirPrefix)
	if strings.HasPrefix(v.node.Value, stateDirPrefix) {
		s = filepath.Join(escapeGlob(v.p.stateDir), written) // the folder's own name is not a pattern
	}
	switch _, err := path.Match(s, ""); {
	case err != nil:
		v.fault("is not a pattern: write it with *, ? and [a-z], and \\ before such a character that is meant as it is")
	case !hasMeta(written):
		v.fault("has no *, ? or [ in it: write file: %s", quote(v.node.Value))
	default:
		*dst = s
	}
}

func hasMeta(s string) bool { return strings.ContainsAny(s, "*?[") }

func escapeGlob(s string) string {
	return strings.NewReplacer(`\`, `\\`, `*`, `\*`, `?`, `\?`, `[`, `\[`).Replace(s)
}

// paths reads a list of absolute paths.
func (v value) paths() []string {
	var all []string
	for _, item := range v.list("such as [/srv/log]") {
		var s string
		if item.path(&s) {
			all = append(all, s)
		} else if item.empty() {
			item.fault("is empty: write an absolute path, or remove it")
		}
	}
	return all
}
