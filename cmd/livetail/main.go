package main

import (
	"context"
	_ "embed"
	"errors"
	"flag"
	"fmt"
	"os"

	"livetail/cmd/internal/boot"
)

//go:embed doc.go
var doc string

func main() {
	name, run := "livetail", serve
	args := os.Args[1:]
	if len(args) > 0 && commands[args[0]] != nil {
		name, run, args = "livetail "+args[0], commands[args[0]], args[1:]
	}
	boot.Main(name, func(ctx context.Context) error {
		err := run(ctx, args)
		if errors.Is(err, flag.ErrHelp) {
			return help(ctx, nil)
		}
		return err
	})
}

var commands = map[string]func(ctx context.Context, args []string) error{
	"check":         check,
	"demo":          demo,
	"follow":        follow,
	"hash-password": hashPassword,
	"help":          help,
	"version":       version,
}

func help(context.Context, []string) error {
	_, err := fmt.Print(boot.Help(doc))
	return err
}

func version(_ context.Context, args []string) error {
	if len(args) > 0 {
		return boot.Usagef("what is %q? livetail version takes no arguments", args[0])
	}
	_, err := fmt.Println(boot.VersionLine("livetail"))
	return err
}
