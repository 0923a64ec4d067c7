//go:build unix

package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"syscall"
	"time"
)

type size int64

func (s size) String() string { return fmt.Sprintf("%d GiB", s>>30) }

// mostMemory is what the tests of a broken tree may take: a loop that a line held back can fill a machine in seconds.
const mostMemory = size(4 << 30)

var errGreedy = errors.New("it took more memory than it may")

// mostWords is how much of what they say is kept, from the end: some say the same for ever.
const mostWords = 1 << 20

// words are the last that were written.
type words []byte

func (w *words) Write(b []byte) (int, error) {
	*w = append(*w, b...)
	if len(*w) > 2*mostWords {
		*w = append((*w)[:0], (*w)[len(*w)-mostWords:]...)
	}
	return len(b), nil
}

// bounded runs a command and all that it starts, kills all of them when ctx ends or they take too much, and returns what they said last.
func bounded(ctx context.Context, most size, dir, name string, args ...string) ([]byte, error) {
	var out words
	c := exec.Command(name, args...)
	c.Dir, c.Stdout, c.Stderr, c.WaitDelay = dir, &out, &out, 10*time.Second
	c.Env = append(os.Environ(), "GOFLAGS=-buildvcs=false")
	c.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if err := c.Start(); err != nil {
		return nil, err
	}
	group := c.Process.Pid
	done := make(chan error, 1)
	go func() { done <- c.Wait() }()
	look := time.NewTicker(100 * time.Millisecond)
	defer look.Stop()
	for {
		var why error
		select {
		case err := <-done:
			_ = syscall.Kill(-group, syscall.SIGKILL) // who outlived its test
			return out, err
		case <-ctx.Done():
			why = ctx.Err()
		case <-look.C:
			if resident(group) > most {
				why = errGreedy
			}
		}
		if why != nil {
			_ = syscall.Kill(-group, syscall.SIGKILL)
			<-done
			return out, why
		}
	}
}

// resident is the memory of all processes of a group, read from /proc; 0 where there is none.
func resident(group int) (sum size) {
	entries, _ := os.ReadDir("/proc")
	for _, entry := range entries {
		stat, err := os.ReadFile("/proc/" + entry.Name() + "/stat")
		if err != nil {
			continue
		}
		fields := strings.Fields(string(stat[bytes.LastIndexByte(stat, ')')+1:])) // from the third on
		if len(fields) < 22 || fields[2] != strconv.Itoa(group) {
			continue
		}
		pages, _ := strconv.ParseInt(fields[21], 10, 64)
		sum += size(pages) * size(os.Getpagesize())
	}
	return sum
}
