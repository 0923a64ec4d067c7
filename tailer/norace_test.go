//go:build !race

package tailer

const raceEnabled = false
