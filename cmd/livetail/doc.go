// Livetail is tail -F in the browser, everything in one process: web, worker and an embedded Redis.
//
//	livetail [-config FILE] [-listen ADDR] [-demo] [FILE|DIR|GLOB…]
//
// It serves the named files, folders and quoted patterns, and reads no config file then. Without any it serves what a
// config file says: -config, else $LIVETAIL_CONFIG, else /etc/livetail/config.yaml; without one it serves /var/log.
// Flags come before files. A file with the name of a command below is reached as ./check.
//
//	-config FILE   the config file
//	-listen ADDR   host:port to listen on (127.0.0.1:8080; the next free port if 8080 is taken)
//	-demo          also write the log of a make-believe application, so that something moves
//
// What it keeps (secret, first password, sessions, its own log) is in the state directory: state_dir of the config, else
// $XDG_STATE_HOME/livetail, ~/.local/state/livetail, or /var/lib/livetail for root. Where no user is configured it makes
// an administrator; to get a new password for it, stop livetail and remove admin.json there.
//
//	livetail check CONFIG       say all that is wrong with a config, and do nothing else
//	livetail hash-password      ask for a password and print its hash, for users in a config
//	livetail follow [-n N] [-from POSITION] [-state FILE] [-out FILE] [-stop] [-positions] [-encoding NAME] [-config FILE] FILE…
//	                            print what a worker would send, byte for byte, until interrupted; what happens to the
//	                            files is told on standard error
//	  -n N                      begin with the last N lines (10); +1 begins at the file's first byte
//	  -from POSITION            go on behind a position
//	  -state FILE               keep the position in FILE, after each write, and go on from there the next time; only the
//	                            first time does -n or -from count
//	  -out FILE                 append to FILE, not to standard output; with -state exact even after a kill -9, since what
//	                            was printed and not noted is cut off again. On a pipe such bytes may come twice
//	  -stop                     stop at the end of the log, and do not wait for more
//	  -positions                print each line's position and a tab before it
//	  -encoding NAME            how the lines are written, where the first bytes do not tell: utf-8, utf-16le or utf-16be; they
//	                            are printed in UTF-8
//	  -config FILE              use its secret, so that the positions are those of the pages
//	livetail demo DIR           write the make-believe log DIR/app.log, and rotate it, until interrupted
//	livetail version, livetail help
//
// Exit codes: 0 it did what was asked, 1 it failed, 2 wrong usage or a config with faults.
package main
