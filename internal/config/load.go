package config

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
)

// etcPath is read when nothing else is named. The working folder's config.yaml never is: whoever starts livetail in a
// folder of somebody else's must not get that somebody's config.
const etcPath = "/etc/livetail/config.yaml"

// maxBytes is far beyond any config that people write.
const maxBytes = 1 << 20

// Find says which config file to read: the -config flag's, else the environment's ($LIVETAIL_CONFIG), else
// /etc/livetail/config.yaml if that is there. A file that is named is returned whether or not it exists, so that
// Load can say what is wrong with it.
func Find(flagPath, env string) (path string, ok bool) { return find(flagPath, env, etcPath) }

func find(flagPath, env, etc string) (string, bool) {
	if flagPath != "" {
		return flagPath, true
	}
	if env != "" {
		return env, true
	}
	if _, err := os.Lstat(etc); os.IsNotExist(err) {
		return "", false
	}
	return etc, true
}

// Load reads a file. The error is Faults when the file was read and is wrong.
func Load(path string, kind Kind) (*Config, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("reading the config: %w", err)
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, maxBytes+1))
	if err != nil {
		return nil, fmt.Errorf("reading the config: %w", err)
	}
	return Parse(path, data, kind)
}

// Parse reads the text of a config; name is what faults call it. It opens no file. The error is always Faults.
func Parse(name string, data []byte, kind Kind) (*Config, error) {
	p := newParser(name, kind)
	root, ok := p.document(data)
	if !ok {
		return nil, p.faults.err()
	}
	c := p.config(root)
	p.strangers()
	if err := p.faults.err(); err != nil {
		return nil, err
	}
	c.Path = name
	return c, nil
}

// config reads the whole file. Sections that others refer to come before them.
func (p *parser) config(root value) *Config {
	c := defaults(p.kind)
	s := root.section()
	p.state(s, c)
	p.web(s.get("web"), &c.Web)
	p.redis(s.get("redis"), &c.Redis)
	p.worker(s.get("worker"), &c.Worker)
	c.Logs = p.logs(s.get("logs"), c)
	c.Users = p.users(s.get("users"))
	c.Access = p.access(s.get("access"), c.Users)
	s.done()
	return c
}

// state reads the two paths that everything else may lean on.
func (p *parser) state(s *section, c *Config) {
	dir := s.get("state_dir")
	if !dir.path(&c.StateDir) && p.kind == ForAll {
		c.StateDir = defaultState(os.Getenv, os.Getuid())
		if c.StateDir == "" && dir.empty() {
			dir.fault("there is no home folder to put it in: write the absolute path of a folder that livetail may write to")
		}
	}
	p.stateDir = c.StateDir
	secret := s.get("secret_file")
	if secret.path(&c.SecretFile); !secret.empty() {
		return
	}
	if p.kind == ForAll {
		c.SecretFile = filepath.Join(c.StateDir, "secret")
		return
	}
	secret.fault("is missing: write the path of a file with 32 random bytes or more and mode 0600, the same for every web and worker")
}

// defaultState is where the XDG base directory specification puts what a program keeps, and for root the system's
// place. It is "" where there is none.
func defaultState(getenv func(string) string, uid int) string {
	// The specification: a relative path in the environment is to be ignored.
	if dir := getenv("XDG_STATE_HOME"); filepath.IsAbs(dir) {
		return filepath.Join(dir, "livetail")
	}
	if uid == 0 {
		return "/var/lib/livetail"
	}
	if home := getenv("HOME"); filepath.IsAbs(home) {
		return filepath.Join(home, ".local/state/livetail")
	}
	return ""
}
