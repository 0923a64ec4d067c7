package main

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"time"

	"github.com/redis/go-redis/v9"

	"livetail/internal/testredis"
)

const host = "bench"

// stack is web, worker and redis-server, each a process, with all that they write in one folder.
type stack struct {
	dir, bin, logs string
	client         *client
	ask            *redis.Client // for questions about Redis itself

	redis, web, worker *process
}

// start builds the programs and starts everything. What it started is ended if it fails.
func start(ctx context.Context, o options) (s *stack, err error) {
	s = &stack{bin: o.programs}
	if s.dir, err = os.MkdirTemp(o.dir, "livetail-bench-"); err != nil {
		return nil, fmt.Errorf("making a folder: %w", err)
	}
	defer func() {
		if err != nil {
			s.stop()
		}
	}()
	// The kernel says where a descriptor leads without links.
	if s.dir, err = filepath.EvalSymlinks(s.dir); err != nil {
		return s, err
	}
	s.logs = filepath.Join(s.dir, "logs")
	if err := os.MkdirAll(filepath.Join(s.logs, folder), 0o755); err != nil {
		return s, err
	}
	if s.bin == "" {
		s.bin = filepath.Join(s.dir, "bin")
		if err := s.build(ctx); err != nil {
			return s, err
		}
	}
	redisAddr, err := s.startRedis(ctx)
	if err != nil {
		return s, err
	}
	return s, s.startPrograms(ctx, redisAddr)
}

func (s *stack) build(ctx context.Context) error {
	say("building the programs")
	for name, pkg := range map[string]string{"livetail-web": "livetail/cmd/web", "livetail-worker": "livetail/cmd/worker", "floor": "livetail/bench/floor"} {
		c := exec.CommandContext(ctx, "go", "build", "-trimpath", "-buildvcs=false", "-o", filepath.Join(s.bin, name), pkg)
		c.Env = append(os.Environ(), "CGO_ENABLED=0")
		c.Stderr = os.Stderr
		if err := c.Run(); err != nil {
			return fmt.Errorf("building %s: %w", pkg, err)
		}
	}
	return nil
}

// file is the path of something that the stack writes.
func (s *stack) file(name string) string { return filepath.Join(s.dir, name) }

// log is the path of a log.
func (s *stack) log(id string) string { return filepath.Join(s.logs, id+".log") }

func (s *stack) startRedis(ctx context.Context) (string, error) {
	addr, err := testredis.Free()
	if err != nil {
		return "", err
	}
	_, port, _ := net.SplitHostPort(addr)
	s.redis, err = launch("redis-server", s.file("redis.out"), "redis-server",
		"--port", port, "--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--dir", s.dir)
	if err != nil {
		return "", err
	}
	s.ask = redis.NewClient(&redis.Options{Addr: addr, MaxRetries: -1})
	return addr, s.until(ctx, s.redis, func() bool {
		if conn, err := net.Dial("tcp", addr); err != nil {
			return false // asked first because go-redis would log it
		} else {
			conn.Close()
		}
		return s.ask.Ping(ctx).Err() == nil
	})
}

func (s *stack) startPrograms(ctx context.Context, redisAddr string) error {
	var password, secret [32]byte
	rand.Read(password[:])
	rand.Read(secret[:])
	word := hex.EncodeToString(password[:])
	webAddr, err := testredis.Free()
	if err != nil {
		return err
	}
	if err := os.WriteFile(s.file("secret"), []byte(hex.EncodeToString(secret[:])), 0o600); err != nil {
		return err
	}
	config := s.file("config.yaml")
	if err := os.WriteFile(config, s.config(webAddr, redisAddr, cheapHash(word)), 0o600); err != nil {
		return err
	}
	if s.worker, err = launch("livetail-worker", s.file("worker.out"), filepath.Join(s.bin, "livetail-worker"), "-config", config); err != nil {
		return err
	}
	if s.web, err = launch("livetail-web", s.file("web.out"), filepath.Join(s.bin, "livetail-web"), "-config", config); err != nil {
		return err
	}
	s.client = newClient("http://" + webAddr)
	if err := s.until(ctx, s.web, func() bool { return s.client.get(ctx, "/readyz") == nil }); err != nil {
		return err
	}
	if err := s.client.signIn(ctx, user, word); err != nil {
		return err
	}
	return s.until(ctx, s.worker, func() bool { return s.client.get(ctx, logPath(smallLog)) == nil })
}

// until waits for something that p does.
func (s *stack) until(ctx context.Context, p *process, done func() bool) error {
	ctx, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	for !done() {
		select {
		case <-p.done:
			return fmt.Errorf("waiting for %s: %w:\n%s", p.name, errDied, p.lastWords())
		case <-ctx.Done():
			return fmt.Errorf("waiting for %s: %w:\n%s", p.name, ctx.Err(), p.lastWords())
		case <-time.After(20 * time.Millisecond):
		}
	}
	return nil
}

// alive is an error if a process is not, or said that something failed.
func (s *stack) alive() error {
	for _, p := range []*process{s.redis, s.web, s.worker} {
		said, _ := os.ReadFile(p.log)
		if p.ended() || bytes.Contains(said, []byte("level=ERROR")) {
			return fmt.Errorf("%s: %w:\n%s", p.name, errUnwell, p.lastWords())
		}
	}
	return nil
}

var errUnwell = errors.New("it ended by itself, or said that something failed")

// stop ends everything and removes what was written.
func (s *stack) stop() {
	if s.client != nil {
		s.client.http.CloseIdleConnections()
	}
	for _, p := range []*process{s.web, s.worker} {
		if p != nil {
			p.end()
		}
	}
	if s.ask != nil {
		s.ask.Close()
	}
	if s.redis != nil {
		s.redis.end()
	}
	if err := os.RemoveAll(s.dir); err != nil {
		say("removing what was written: %v", err)
	}
}

func pagePath(id string) string { return "/log/" + host + "/" + id }
func logPath(id string) string  { return "/api/v1/log/" + host + "/" + id }
