package main

import (
	"context"
	"flag"
	"fmt"

	"livetail/cmd/internal/boot"
	"livetail/internal/config"
)

// check says all that is wrong with a config. It opens nothing that the config names.
func check(_ context.Context, args []string) error {
	files, err := boot.ParseFlags(flag.NewFlagSet("check", flag.ContinueOnError), args)
	if err != nil {
		return err
	}
	if len(files) != 1 {
		return boot.Usagef("name one config file: livetail check CONFIG")
	}
	if _, err := boot.LoadConfig(files[0], config.ForAll); err != nil {
		return err
	}
	_, err = fmt.Printf("%s: ok\n", files[0])
	return err
}
