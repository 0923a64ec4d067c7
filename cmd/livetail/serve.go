package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"golang.org/x/term"

	"livetail/auth"
	"livetail/cmd/internal/boot"
	"livetail/cmd/internal/web"
	"livetail/internal/config"
)

// settings is what the command line says.
type settings struct {
	config, listen string
	demo, version  bool
	args           []string
}

// serve runs everything in one process. It is a third wiring of the parts of livetail-web and livetail-worker:
// they speak to each other through Redis as there.
func serve(ctx context.Context, args []string) error {
	s, err := parse(args)
	if err != nil {
		return err
	}
	if s.version {
		return version(ctx, nil)
	}
	c, err := s.load()
	if err != nil {
		return err
	}
	state, err := openState(c.StateDir)
	if err != nil {
		return err
	}
	defer state.Close()
	own, err := openOwnLog(c.OwnLog(), ownLogMax)
	if err != nil {
		return err
	}
	defer own.Close()
	log := newLog(own, os.Stderr)

	secret, err := state.secret(c.SecretFile)
	if err != nil {
		return err
	}
	instance, err := state.instance()
	if err != nil {
		return err
	}
	listener, words, err := listen(c.Web.Listen, c.Web.ListenSet)
	if err != nil {
		return err
	}
	defer listener.Close()

	links := auth.NewLinks(nil)
	first := welcome{config: c, args: s.args, addr: listener.Addr(), words: words, getenv: os.Getenv}
	first.write(os.Stdout)
	if words := inTheClear(listener.Addr(), c.Web.PublicURL); words != "" {
		log.Warn(words)
	}
	if len(c.Users) == 0 {
		if err := makeAdmin(c, state, links, first); err != nil {
			return err
		}
	}
	// Redis is there before the parts and after them: what they still say when they stop is heard.
	redis, err := openRedis(c.Redis, state, log)
	if err != nil {
		return err
	}
	defer redis.Close()
	runs := partsOf(boot.Parts{Config: c, Redis: redis.options, Secret: secret, Log: log},
		web.Extra{Listener: listener, Links: links, Instance: instance})
	if s.demo {
		runs = append(runs, demoLog{dir: state.file("demo"), log: log}.run)
	}
	return boot.Together(ctx, runs...)
}

func parse(args []string) (settings, error) {
	var s settings
	flags := flag.NewFlagSet("livetail", flag.ContinueOnError)
	flags.StringVar(&s.config, "config", "", "")
	flags.StringVar(&s.listen, "listen", "", "")
	flags.BoolVar(&s.demo, "demo", false, "")
	flags.BoolVar(&s.version, "version", false, "")
	rest, err := boot.ParseFlags(flags, args)
	if err != nil {
		return s, err
	}
	if s.listen != "" {
		if _, _, err := splitAddress(s.listen); err != nil {
			return s, boot.Usagef("-listen: %w", err)
		}
	}
	s.args = rest
	for _, arg := range rest {
		if strings.HasPrefix(arg, "-") {
			return s, boot.Usagef("%s comes after a file: flags come first, and a file of that name is ./%[1]s", arg)
		}
	}
	if s.config != "" && len(rest) > 0 {
		return s, boot.Usagef("either -config or files, not both: a config names its logs itself")
	}
	return s, nil
}

// load makes the config: of the files named, else of the config file, else of /var/log.
func (s settings) load() (*config.Config, error) {
	path, found := config.Find(s.config, os.Getenv(boot.ConfigEnv))
	var c *config.Config
	var err error
	if found && len(s.args) == 0 {
		c, err = boot.LoadConfig(path, config.ForAll)
	} else {
		c, err = config.FromArgs(s.args)
	}
	if err != nil {
		return nil, err
	}
	if c.Path == "" && len(s.args) == 0 {
		c.Logs = append(c.Logs, config.Log{ID: "livetail.log", Name: "livetail's own log", Self: true, Backlog: 1000})
	}
	if s.listen != "" {
		c.Web.Listen, c.Web.ListenSet = s.listen, true
	}
	if dir := filepath.Join(c.StateDir, "demo"); s.demo && !reads(c.Logs, dir) {
		c.Logs = append(c.Logs, config.Log{ID: "demo", Name: "demo", File: filepath.Join(dir, "app.log"), Group: "demo", Backlog: 1000})
	}
	return c, nil
}

// reads says whether some log is in dir already.
func reads(logs []config.Log, dir string) bool {
	for _, l := range logs {
		for _, path := range []string{l.File, l.Folder, l.Glob, l.Latest} {
			if path == dir || strings.HasPrefix(path, dir+"/") {
				return true
			}
		}
	}
	return false
}

// makeAdmin lets somebody in where the config names no user. On a terminal it says how; a pipe may be anybody's log, so
// there it says only which file to read.
func makeAdmin(c *config.Config, state *stateDir, links *auth.Links, first welcome) error {
	a, err := loadAdmin(state)
	if err != nil {
		return err
	}
	c.Users = []config.User{a.user()}
	link := first.link(links.Make(a.Name))
	if !term.IsTerminal(int(os.Stdout.Fd())) {
		path, err := a.leave(state, link, time.Now())
		if err != nil {
			return err
		}
		if err := a.keep(state); err != nil {
			return err
		}
		fmt.Printf("how to sign in: see %s\n", plainPath(path))
		return nil
	}
	if a.password != "" {
		fmt.Printf("sign in as %s with the password %s (it is not shown again), or\n", a.Name, a.password)
	}
	fmt.Printf("sign in once, within 10 minutes, with %s\n", link)
	return a.keep(state)
}
