package main

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"syscall"

	"golang.org/x/term"

	"livetail/auth"
	"livetail/cmd/internal/boot"
)

// hashPassword prints the hash of a password: of one typed twice on a terminal, or of the one line that a pipe holds.
func hashPassword(ctx context.Context, args []string) error {
	rest, err := boot.ParseFlags(flag.NewFlagSet("hash-password", flag.ContinueOnError), args)
	if err != nil {
		return err
	}
	if len(rest) > 0 {
		return boot.Usagef("a password is not an argument, others on this machine could see it: livetail hash-password asks for it, or reads it from a pipe")
	}
	read := pipedPassword
	if term.IsTerminal(int(os.Stdin.Fd())) {
		read = typedPassword
	}
	password, err := read(ctx)
	if err != nil {
		return err
	}
	hash, err := auth.HashPassword(password)
	if err != nil {
		return err
	}
	_, err = fmt.Println(hash)
	return err
}

func pipedPassword(context.Context) ([]byte, error) {
	const most = 4096
	line, err := io.ReadAll(io.LimitReader(os.Stdin, most))
	if err != nil {
		return nil, fmt.Errorf("reading the password: %w", err)
	}
	line = bytes.TrimSuffix(line, []byte("\n"))
	line = bytes.TrimSuffix(line, []byte("\r"))
	if bytes.ContainsAny(line, "\r\n") {
		return nil, errors.New("reading the password: there is more than one line")
	}
	return line, nil
}

func typedPassword(ctx context.Context) ([]byte, error) {
	fd := int(os.Stdin.Fd())
	before, err := term.GetState(fd)
	if err != nil {
		return nil, fmt.Errorf("reading the password: %w", err)
	}
	// A terminal without echo must not be left behind, and reading from it cannot be interrupted.
	defer context.AfterFunc(ctx, func() {
		term.Restore(fd, before)
		fmt.Fprintln(os.Stderr)
		syscall.Kill(os.Getpid(), syscall.SIGINT) // the second one, which ends the process
	})()
	password, err := ask(fd, "password: ")
	if err != nil {
		return nil, err
	}
	again, err := ask(fd, "again: ")
	if err != nil {
		return nil, err
	}
	if !bytes.Equal(password, again) {
		return nil, errors.New("the two passwords differ")
	}
	return password, nil
}

func ask(fd int, prompt string) ([]byte, error) {
	fmt.Fprint(os.Stderr, prompt)
	answer, err := term.ReadPassword(fd)
	fmt.Fprintln(os.Stderr)
	if err != nil {
		return nil, fmt.Errorf("reading the password: %w", err)
	}
	return answer, nil
}
