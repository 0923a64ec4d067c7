package main

import (
	"fmt"
	"io"
	"net"
	"os/user"
	"strings"

	"livetail/internal/config"
)

// welcome is the first lines: what is served, where things are kept, where to open the page, how to sign in.
type welcome struct {
	config *config.Config
	args   []string
	addr   net.Addr
	words  string              // why it is not the usual port
	getenv func(string) string // for SSH_CONNECTION
}

// root is the address of the list, without the slash at its end.
func (w welcome) root() string {
	if w.config.Web.PublicURL != "" {
		return w.config.Web.PublicURL + w.config.Web.BasePath
	}
	return "http://" + reachable(w.addr) + w.config.Web.BasePath
}

// link is where a secret signs in. It is behind the #, which no server and no proxy sees or writes down.
func (w welcome) link(secret string) string { return w.root() + "/signin#link=" + secret }

func (w welcome) write(out io.Writer) {
	switch {
	case w.config.Path != "":
		fmt.Fprintf(out, "config file: %s\n", plainPath(w.config.Path))
	case len(w.args) > 0:
		plain := make([]string, len(w.args))
		for i, arg := range w.args {
			plain[i] = plainPath(arg)
		}
		fmt.Fprintf(out, "no config file: serving %s\n", strings.Join(plain, ", "))
	default:
		fmt.Fprintln(out, "no config file: serving /var/log")
	}
	fmt.Fprintf(out, "state directory: %s\n", plainPath(w.config.StateDir))
	if w.words != "" {
		fmt.Fprintln(out, w.words)
	}
	fmt.Fprintf(out, "open %s/\n", w.root())
	if forward := w.forward(); forward != "" {
		fmt.Fprintf(out, "from your own machine: %s, then open it there\n", forward)
	}
}

// forward is the command that brings the page to where the person sits, who came over ssh; "" if that is here, or the
// page can be reached without.
func (w welcome) forward() string {
	from := strings.Fields(w.getenv("SSH_CONNECTION")) // client address and port, our address and port
	if len(from) != 4 || w.config.Web.PublicURL != "" || !isLoopback(w.addr) {
		return ""
	}
	who := from[2]
	if me, err := user.Current(); err == nil {
		who = me.Username + "@" + who
	}
	port := ""
	if from[3] != "22" {
		port = "-p " + from[3] + " "
	}
	_, local, err := net.SplitHostPort(w.addr.String())
	if err != nil {
		return ""
	}
	return fmt.Sprintf("ssh %s-L %s:%s %s", port, local, reachable(w.addr), who)
}

// plainPath is a path that does nothing to a terminal.
func plainPath(path string) string {
	if quoted := fmt.Sprintf("%q", path); len(quoted) != len(path)+2 {
		return quoted
	}
	return path
}
