// Package boot starts a livetail program: flags, config, logger, signals, exit code.
//
// It knows no part of livetail; a program hands it what to run.
package boot

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"os"
	"strings"

	"livetail/internal/config"
)

// ConfigEnv names the config file where the -config flag does not.
const ConfigEnv = "LIVETAIL_CONFIG"

// Program is one command that reads a config and runs until it is told to stop.
type Program struct {
	Name   string
	Source string // text of the file with the package comment, which is the command's help
	Kind   config.Kind
	Run    func(ctx context.Context, p Parts) error
}

// Main runs the program with the process's arguments, and ends the process.
func (p Program) Main() {
	Main(p.Name, func(ctx context.Context) error {
		return p.start(ctx, os.Args[1:], os.Stdout, os.Stderr)
	})
}

func (p Program) start(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	var path string
	var version bool
	flags := flag.NewFlagSet(p.Name, flag.ContinueOnError)
	flags.StringVar(&path, "config", "", "")
	flags.BoolVar(&version, "version", false, "")
	rest, err := ParseFlags(flags, args)
	switch {
	case errors.Is(err, flag.ErrHelp):
		fmt.Fprint(stdout, Help(p.Source))
		return nil
	case err != nil:
		return err
	case len(rest) > 0:
		return Usagef("what is %q? %s takes no arguments", rest[0], p.Name)
	case version:
		fmt.Fprintln(stdout, VersionLine(p.Name))
		return nil
	}
	path, ok := config.Find(path, os.Getenv(ConfigEnv))
	if !ok {
		return Usagef("no config: name a file with -config or $%s, or write /etc/livetail/config.yaml", ConfigEnv)
	}
	c, err := LoadConfig(path, p.Kind)
	if err != nil {
		return err
	}
	parts, err := NewParts(c, slog.New(LogHandler(stderr)))
	if err != nil {
		return err
	}
	return p.Run(ctx, parts)
}

// ParseFlags parses args and gives what follows the flags. Its errors, but for flag.ErrHelp, are wrong usage.
func ParseFlags(flags *flag.FlagSet, args []string) (rest []string, err error) {
	flags.SetOutput(io.Discard)
	flags.Usage = func() {}
	err = flags.Parse(args)
	if err != nil && !errors.Is(err, flag.ErrHelp) {
		return nil, Usagef("%w", err)
	}
	return flags.Args(), err
}

// LoadConfig reads a config file. Whatever is wrong with it is wrong usage, exit code 2.
func LoadConfig(path string, kind config.Kind) (*config.Config, error) {
	c, err := config.Load(path, kind)
	if faults := (config.Faults{}); err != nil && !errors.As(err, &faults) {
		return nil, Usagef("%w", err)
	}
	return c, err
}

// Help is the package comment at the beginning of a source file, as text.
func Help(source string) string {
	var b strings.Builder
	for line := range strings.Lines(source) {
		text, comment := strings.CutPrefix(line, "//")
		if !comment {
			break
		}
		b.WriteString(strings.TrimPrefix(text, " "))
	}
	return b.String()
}
