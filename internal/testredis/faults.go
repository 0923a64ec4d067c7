package testredis

import (
	"context"
	"errors"
	"syscall"
	"time"
)

// Freeze stops the process where it is (SIGSTOP): connections stay open and nothing answers.
func (s *Server) Freeze() { s.signal(syscall.SIGSTOP) }

// Thaw lets a frozen server go on.
func (s *Server) Thaw() { s.signal(syscall.SIGCONT) }

func (s *Server) signal(sig syscall.Signal) {
	s.t.Helper()
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.cmd == nil {
		s.t.Errorf("testredis: %v: redis-server is dead", sig)
		return
	}
	if err := s.cmd.Process.Signal(sig); err != nil {
		s.t.Errorf("testredis: %v: %v", sig, err)
	}
}

// Restart kills the server, if it still lives, and starts an empty one on the same port.
func (s *Server) Restart() {
	s.t.Helper()
	s.Kill()
	// The port was ours and must be again; a client that dials just now can hold it as its own for a moment.
	for deadline := time.Now().Add(patience); ; time.Sleep(10 * time.Millisecond) {
		err := s.launch()
		if err == nil {
			return
		}
		if !errors.Is(err, errPortTaken) || time.Now().After(deadline) {
			s.t.Errorf("testredis: restart: %v", err)
			return
		}
	}
}

// KillPubSub cuts every subscriber's connection, as Redis itself does with one that reads too slowly. Its error is
// only returned, so that a loop of it may run while other faults do; it ends with ctx, also when the server is frozen.
func (s *Server) KillPubSub(ctx context.Context) error { return s.killClients(ctx, "pubsub") }

// KillAll cuts every connection, also those that wait for an answer.
func (s *Server) KillAll(ctx context.Context) error {
	return errors.Join(s.killClients(ctx, "pubsub"), s.killClients(ctx, "normal"))
}

func (s *Server) killClients(ctx context.Context, kind string) error {
	c := s.admin()
	defer c.Close()
	defer context.AfterFunc(ctx, func() { c.Close() })() // go-redis waits for an answer whatever ctx says
	return c.ClientKillByFilter(ctx, "TYPE", kind, "SKIPME", "yes").Err()
}

// FlushAll drops everything that the server holds.
func (s *Server) FlushAll() {
	s.t.Helper()
	s.do("FLUSHALL")
}

// Fill makes the server refuse every command that may need memory ("OOM command not allowed"); PUBLISH, DEL and
// reading still work.
func (s *Server) Fill() {
	s.t.Helper()
	s.do("CONFIG", "SET", "maxmemory", "1", "maxmemory-policy", "noeviction")
}

// Unfill ends what Fill began.
func (s *Server) Unfill() {
	s.t.Helper()
	s.do("CONFIG", "SET", "maxmemory", "0")
}

func (s *Server) do(args ...any) {
	s.t.Helper()
	c := s.admin()
	defer c.Close()
	if err := c.Do(context.Background(), args...).Err(); err != nil {
		s.t.Errorf("testredis: %v: %v", args, err)
	}
}
