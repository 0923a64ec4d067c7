// Package testredis is a redis-server of a test's own, on a free port, with the faults that tests need.
//
// A Server lives as long as the test that started it and dies with it, also when the test binary is killed. Its
// methods may be called from any goroutine; what goes wrong in them fails the test. They start no goroutine.
package testredis

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
)

// patience is how long a redis-server may take to answer its first PING. It bounds a hang, not a speed.
const patience = 30 * time.Second

// Server is one redis-server process on loopback, without persistence.
type Server struct {
	Addr string // 127.0.0.1:port, the same for the whole life of the Server

	t        testing.TB
	args     []string
	password string
	dir      string

	mu   sync.Mutex
	cmd  *exec.Cmd
	life *os.File // reads EOF once the process is gone
}

// Start runs redis-server with args after its own (so they win) and waits until it answers. A --requirepass among
// args is known to URL, Options and Client. The server is killed when the test ends.
func Start(t testing.TB, args ...string) *Server {
	t.Helper()
	if _, err := exec.LookPath("redis-server"); err != nil {
		t.Fatal("testredis: no redis-server in PATH; on Debian or Ubuntu: apt-get install redis-server")
	}
	s := &Server{t: t, args: args, dir: t.TempDir()}
	for i := range args[:max(len(args)-1, 0)] {
		if args[i] == "--requirepass" {
			s.password = args[i+1]
		}
	}
	t.Cleanup(s.Kill)
	// Between choosing a free port and listening on it somebody else may take it: then another one.
	for try := 0; ; try++ {
		s.Addr = FreeAddr(t)
		err := s.launch()
		if err == nil {
			return s
		}
		if try == 9 || !errors.Is(err, errPortTaken) {
			t.Fatalf("testredis: %v", err)
		}
	}
}

// URL is the server's address as a redis:// URL.
func (s *Server) URL() string {
	if s.password != "" {
		return "redis://:" + s.password + "@" + s.Addr
	}
	return "redis://" + s.Addr
}

// Options are new go-redis options for this server.
func (s *Server) Options() *redis.Options {
	return &redis.Options{Addr: s.Addr, Password: s.password}
}

// Client is a new client of this server, closed when the test ends.
func (s *Server) Client() *redis.Client {
	c := redis.NewClient(s.Options())
	s.t.Cleanup(func() { c.Close() })
	return c
}

// admin is a client for one command: it tries once, on a connection that no earlier fault can have broken.
func (s *Server) admin() *redis.Client {
	o := s.Options()
	o.MaxRetries, o.DialerRetries, o.ReadTimeout = -1, 1, patience
	return redis.NewClient(o)
}

var errPortTaken = errors.New("the port is taken")

// launch starts the process on s.Addr and waits until it is the one that answers there.
func (s *Server) launch() error {
	_, port, err := net.SplitHostPort(s.Addr)
	if err != nil {
		return err
	}
	log, err := os.Create(filepath.Join(s.dir, "redis.log"))
	if err != nil {
		return err
	}
	defer log.Close()
	life, held, err := os.Pipe()
	if err != nil {
		return err
	}
	defer held.Close()

	args := append([]string{"--port", port, "--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--dir", s.dir}, s.args...)
	cmd := exec.Command("redis-server", args...)
	cmd.Stdout, cmd.Stderr = log, log
	cmd.ExtraFiles = []*os.File{held}
	cmd.SysProcAttr = dieWithParent()
	if err := cmd.Start(); err != nil {
		life.Close()
		return fmt.Errorf("start redis-server: %w", err)
	}
	s.mu.Lock()
	s.cmd, s.life = cmd, life
	s.mu.Unlock()

	for deadline := time.Now().Add(patience); ; time.Sleep(5 * time.Millisecond) {
		if s.serves(cmd.Process.Pid) {
			return nil
		}
		gone := exited(life)
		if !gone && time.Now().Before(deadline) {
			continue
		}
		s.Kill()
		said, _ := os.ReadFile(log.Name())
		if bytes.Contains(said, []byte("Address already in use")) {
			return fmt.Errorf("redis-server on %s: %w", s.Addr, errPortTaken)
		}
		return fmt.Errorf("redis-server on %s did not come up (gone: %t):\n%s", s.Addr, gone, said)
	}
}

// serves says whether the process pid answers at s.Addr: on a busy machine it might be another test's server.
func (s *Server) serves(pid int) bool {
	conn, err := net.Dial("tcp", s.Addr)
	if err != nil {
		return false // asked first because go-redis would log it
	}
	conn.Close()
	c := s.admin()
	defer c.Close()
	info, err := c.Info(context.Background(), "server").Result()
	return err == nil && strings.Contains(info, "process_id:"+strconv.Itoa(pid)+"\r")
}

// exited says whether the process holding the other end of life is gone.
func exited(life *os.File) bool {
	life.SetReadDeadline(time.Now().Add(time.Millisecond))
	_, err := life.Read(make([]byte, 1))
	return err != nil && !errors.Is(err, os.ErrDeadlineExceeded)
}

// FreeAddr is Free for a test.
func FreeAddr(t testing.TB) string {
	t.Helper()
	addr, err := Free()
	if err != nil {
		t.Fatal(err)
	}
	return addr
}

// Free is an address on loopback on which nobody listens. Its port is none of those that outgoing connections get, from 32768 on:
// one of them could take it before its server begins, or while that is dead.
func Free() (addr string, err error) {
	for range 100 {
		var l net.Listener
		if l, err = net.Listen("tcp", fmt.Sprintf("127.0.0.1:%d", 16384+rand.IntN(16384))); err == nil {
			defer l.Close()
			return l.Addr().String(), nil
		}
	}
	return "", fmt.Errorf("finding a free port: %w", err)
}

// Pid is the process id of redis-server; 0 while it is dead.
func (s *Server) Pid() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.cmd == nil {
		return 0
	}
	return s.cmd.Process.Pid
}

// Kill is kill -9, and returns when the process is gone. Killing a dead or a frozen server is fine.
func (s *Server) Kill() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.cmd == nil {
		return
	}
	s.cmd.Process.Signal(syscall.SIGKILL)
	s.cmd.Wait()
	s.life.Close()
	s.cmd, s.life = nil, nil
}
