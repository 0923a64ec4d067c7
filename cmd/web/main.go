// Livetail-web is the process that faces people: pages, sockets and sign-in. It opens no log.
//
//	livetail-web [-config FILE]
//
// The config is the file that -config names, else $LIVETAIL_CONFIG, else /etc/livetail/config.yaml. It must say where
// Redis is, where the installation's secret is, and who the users are: `livetail check FILE` says what is wrong with one,
// `livetail hash-password` makes the hash of a password. Any number of these may run behind a proxy.
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
	"livetail/cmd/internal/web"
	"livetail/internal/config"
)

//go:embed main.go
var source string

func main() {
	boot.Program{Name: "livetail-web", Source: source, Kind: config.ForWeb, Run: web.Run}.Main()
}
