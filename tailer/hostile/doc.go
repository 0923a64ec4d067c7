// Package hostile is livetail follow, as a process, among all that happens to logs: rotators, writers, kills and limits.
package hostile
