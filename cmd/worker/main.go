// Livetail-worker is the process that reads logs. It serves nobody: it talks to Redis only.
//
//	livetail-worker [-config FILE]
//
// The config is the file that -config names, else $LIVETAIL_CONFIG, else /etc/livetail/config.yaml. It must say where
// Redis is, where the installation's secret is, and which logs there are: `livetail check FILE` says what is wrong with
// one. One runs on each machine that has logs, as a user that may read them.
//
//	-config FILE   the config file
//	-version       print the version
//
// It stops in order at SIGTERM or SIGINT, within 5 s; a second one ends it at once. Exit codes: 0 it was stopped, 1 it
// failed, 2 wrong usage or a config with faults.
package main

import (
	_ "embed"

	"livetail/cmd/internal/boot"
	"livetail/cmd/internal/worker"
	"livetail/internal/config"
)

//go:embed main.go
var source string

func main() {
	boot.Program{Name: "livetail-worker", Source: source, Kind: config.ForWorker, Run: worker.Run}.Main()
}
