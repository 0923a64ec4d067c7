// Command sabotage breaks a copy of this tree in one line after the other, and says which of it the tests did not notice.
//
//	go run ./chaos/sabotage [-all] [WORD...]
//
// What is broken stands in list.txt. For each the tests named there run; with -all, if they stay green, all others too. With words, only what has one of them in its description is tried. Exit code 1: something was not noticed, or the
// list does not fit the tree.
package main

import (
	"bytes"
	"context"
	_ "embed"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
)

//go:embed list.txt
var list string

func main() {
	everything := flag.Bool("all", false, "where the packages named in the list notice nothing, ask all others too")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := run(ctx, *everything, flag.Args())
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "sabotage:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, everything bool, words []string) error {
	all, err := parse(list)
	if err != nil {
		return err
	}
	tree, err := os.MkdirTemp("", "livetail-sabotage-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(tree)
	if err := copyTree(tree); err != nil {
		return err
	}
	fmt.Println("| file | what is broken | noticed by |\n| --- | --- | --- |")
	bad, tried := 0, 0
	for _, m := range all {
		if !m.about(words) {
			continue
		}
		tried++
		by, err := m.try(ctx, tree, everything)
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if err != nil {
			bad++
			by = "**" + err.Error() + "**"
		}
		fmt.Printf("| %s | %s | %s |\n", m.file, m.what, by)
	}
	fmt.Printf("\n%d of %d were noticed.\n", tried-bad, tried)
	if bad > 0 {
		return fmt.Errorf("%d were not, or do not fit the tree", bad)
	}
	return nil
}

// copyTree copies the files that git knows or would, as they are now.
func copyTree(to string) error {
	out, err := exec.Command("git", "-c", "safe.directory=*", "ls-files", "-z", "--cached", "--others", "--exclude-standard").Output()
	if err != nil {
		return fmt.Errorf("listing the files of the tree: %w", err)
	}
	for name := range strings.SplitSeq(strings.TrimSuffix(string(out), "\x00"), "\x00") {
		text, err := os.ReadFile(name)
		if errors.Is(err, os.ErrNotExist) {
			continue
		}
		info, err2 := os.Stat(name)
		if err := errors.Join(err, err2, os.MkdirAll(filepath.Dir(filepath.Join(to, name)), 0o755)); err != nil {
			return err
		}
		if err := os.WriteFile(filepath.Join(to, name), text, info.Mode()); err != nil {
			return err
		}
	}
	return nil
}

var (
	errUnnoticed = errors.New("nothing")
	errStale     = errors.New("the line is not there once")
	errBroken    = errors.New("it does not compile")
)

// try breaks the tree at dir, asks the tests, and mends it. It returns the package whose tests turned red.
func (m mutation) try(ctx context.Context, dir string, everything bool) (by string, err error) {
	path := filepath.Join(dir, m.file)
	whole, err := os.ReadFile(path)
	if err != nil {
		return "", errStale
	}
	broken, ok := m.apply(whole)
	if !ok {
		return "", errStale
	}
	if err := os.WriteFile(path, broken, 0o644); err != nil {
		return "", err
	}
	defer os.WriteFile(path, whole, 0o644)
	sets := append([]string(nil), m.packages...)
	if everything {
		sets = append(sets, "./...")
	}
	for _, p := range sets {
		p, tests, _ := strings.Cut(p, ":")
		if tests != "" { // and some of their parts
			tests = "^(" + strings.ReplaceAll(tests, "/", ")$/^(") + ")$"
		}
		out, err := bounded(ctx, mostMemory, dir, "go", "test", "-count=1", "-vet=off", "-failfast", "-timeout=10m", "-run="+tests, p)
		switch {
		case err == nil:
		case bytes.Contains(out, []byte("[build failed]")):
			return "", fmt.Errorf("%w: %s", errBroken, bytes.ReplaceAll(out, []byte("\n"), []byte(" ")))
		case errors.Is(err, errGreedy):
			return strings.TrimPrefix(p, "./") + ", whose tests took more than " + mostMemory.String(), nil
		default:
			return red(p, out), nil
		}
	}
	return "", errUnnoticed
}

// red is the first test of the package that failed, or never ended.
func red(pkg string, out []byte) string {
	pkg = strings.TrimPrefix(pkg, "./")
	_, hung, _ := bytes.Cut(out, []byte("running tests:\n"))
	for line := range bytes.Lines(out) {
		if name, ok := bytes.CutPrefix(bytes.TrimSpace(line), []byte("--- FAIL: ")); ok {
			name, _, _ = bytes.Cut(name, []byte(" "))
			return pkg + " " + string(name)
		}
	}
	if name, _, ok := bytes.Cut(bytes.TrimSpace(hung), []byte(" ")); ok {
		return pkg + " " + string(name) + ", which never ended"
	}
	return pkg
}
