//go:build linux

package main

import (
	"context"
	"errors"
	"os/exec"
	"strconv"
	"strings"
	"testing"
	"time"
)

func TestBoundedSaysWhatACommandSaid(t *testing.T) {
	out, err := bounded(t.Context(), mostMemory, t.TempDir(), "sh", "-c", "echo words; exit 3")
	var exit *exec.ExitError
	if string(out) != "words\n" || !errors.As(err, &exit) || exit.ExitCode() != 3 {
		t.Errorf("%q, %v", out, err)
	}
}

// Whatever a command started ends with it.
func TestBoundedEndsAllOfIt(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), time.Second)
	defer cancel()
	out, err := bounded(ctx, mostMemory, t.TempDir(), "sh", "-c", "sleep 1000 & echo $$; wait")
	if !errors.Is(err, context.DeadlineExceeded) {
		t.Fatalf("%q, %v", out, err)
	}
	group, err := strconv.Atoi(string(out[:len(out)-1]))
	if err != nil {
		t.Fatal(err)
	}
	// It has returned because nobody has its output open any more, and a process gives up its memory before that.
	if left := resident(group); left > 0 {
		t.Errorf("%d bytes of it live on", left)
	}
}

func TestBoundedKillsWhoTakesTooMuch(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	out, err := bounded(ctx, 64<<20, t.TempDir(), "sh", "-c", `x=$(head -c 200000000 /dev/zero | tr '\0' x); sleep 1000`)
	if !errors.Is(err, errGreedy) {
		t.Errorf("%q, %v", out, err)
	}
}

// A test that says the same for ever fills nothing.
func TestBoundedKeepsTheLastWords(t *testing.T) {
	out, err := bounded(t.Context(), mostMemory, t.TempDir(), "sh", "-c", "head -c 10000000 /dev/zero; echo at last")
	if err != nil || len(out) > 2*mostWords || !strings.HasSuffix(string(out), "at last\n") {
		t.Errorf("%d bytes, %v", len(out), err)
	}
}
