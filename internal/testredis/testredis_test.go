package testredis

import (
	"context"
	"errors"
	"net"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) {
	// The test binary is also the short-lived parent of TestDiesWithItsParent.
	if os.Getenv("TESTREDIS_PARENT") == "" {
		goleak.VerifyTestMain(m)
	}
	os.Exit(m.Run())
}

// ctx is a deadline for what must not hang.
func ctx(t *testing.T) context.Context {
	c, cancel := context.WithTimeout(t.Context(), patience)
	t.Cleanup(cancel)
	return c
}

// eventually polls until ok.
func eventually(t *testing.T, what string, ok func() bool) {
	t.Helper()
	for deadline := time.After(patience); !ok(); {
		select {
		case <-time.After(5 * time.Millisecond):
		case <-deadline:
			t.Fatalf("never: %s", what)
		}
	}
}

// alive says whether pid still runs; a zombie, which an orphan may stay for its new parent's sake, does not.
func alive(pid int) bool {
	stat, _ := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/stat")
	return syscall.Kill(pid, 0) == nil && !strings.Contains(string(stat), ") Z ")
}

func TestEachIsEmptyAndAnswers(t *testing.T) {
	var seen []string
	Each(t, func(t *testing.T, addr string) {
		seen = append(seen, t.Name())
		host, _, err := net.SplitHostPort(addr)
		if err != nil || host != "127.0.0.1" {
			t.Errorf("addr %q is not on 127.0.0.1", addr)
		}
		c := redis.NewClient(&redis.Options{Addr: addr})
		defer c.Close()
		if n, err := c.DBSize(ctx(t)).Result(); n != 0 || err != nil {
			t.Errorf("DBSIZE: %d, %v", n, err)
		}
	})
	if want := t.Name() + "/redis-server " + t.Name() + "/miniredis"; strings.Join(seen, " ") != want {
		t.Errorf("ran %q, want %q", seen, want)
	}
}

func TestEmbeddedKeysExpire(t *testing.T) {
	c := redis.NewClient(&redis.Options{Addr: Embedded(t).Addr()})
	defer c.Close()
	if err := c.Set(ctx(t), "k", 1, 50*time.Millisecond).Err(); err != nil {
		t.Fatal(err)
	}
	eventually(t, "the key expires", func() bool { return errors.Is(c.Get(ctx(t), "k").Err(), redis.Nil) })
}

func TestPassword(t *testing.T) {
	s := Start(t, "--requirepass", "sesame")
	o, err := redis.ParseURL(s.URL())
	if err != nil {
		t.Fatal(err)
	}
	c := redis.NewClient(o)
	defer c.Close()
	if err := c.Ping(ctx(t)).Err(); err != nil {
		t.Error(err)
	}
	bare := redis.NewClient(&redis.Options{Addr: s.Addr})
	defer bare.Close()
	if err := bare.Ping(ctx(t)).Err(); err == nil {
		t.Error("PING without the password is answered")
	}
}

// A frozen server takes connections and answers nothing; thawed, it answers what was asked meanwhile.
func TestFreezeThaw(t *testing.T) {
	s := Start(t)
	s.Freeze()
	conn, err := net.Dial("tcp", s.Addr)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if _, err := conn.Write([]byte("PING\r\n")); err != nil {
		t.Fatal(err)
	}
	buf := make([]byte, 7)
	conn.SetReadDeadline(time.Now().Add(100 * time.Millisecond))
	if n, err := conn.Read(buf); !errors.Is(err, os.ErrDeadlineExceeded) {
		t.Fatalf("frozen, it said %q, %v", buf[:n], err)
	}
	s.Thaw()
	conn.SetReadDeadline(time.Now().Add(patience))
	if n, err := conn.Read(buf); err != nil || string(buf[:n]) != "+PONG\r\n" {
		t.Fatalf("thawed, it said %q, %v", buf[:n], err)
	}
}

// What the cleanup meets must not matter: a server that lives, is frozen, was killed by us or by somebody else.
func TestCleanupLeavesNoProcess(t *testing.T) {
	for name, mishap := range map[string]func(*Server){
		"alive":  func(s *Server) {},
		"frozen": func(s *Server) { s.Freeze() },
		"killed": func(s *Server) { s.Kill(); s.Kill() },
		"died":   func(s *Server) { syscall.Kill(s.Pid(), syscall.SIGKILL) },
	} {
		var pid int
		t.Run(name, func(t *testing.T) {
			s := Start(t)
			if pid = s.Pid(); !alive(pid) {
				t.Fatalf("no process %d", pid)
			}
			mishap(s)
		})
		if alive(pid) {
			t.Errorf("%s: process %d is left", name, pid)
		}
	}
}

func TestKillRestart(t *testing.T) {
	s := Start(t)
	c := s.Client()
	if err := c.Set(ctx(t), "k", "v", 0).Err(); err != nil {
		t.Fatal(err)
	}
	old := s.Pid()
	s.Kill()
	if s.Pid() != 0 || alive(old) {
		t.Errorf("after Kill: pid %d, process %d alive: %t", s.Pid(), old, alive(old))
	}
	if conn, err := net.Dial("tcp", s.Addr); err == nil {
		conn.Close()
		t.Error("a killed server takes connections")
	}
	for range 2 { // a dead one, then a living one
		before := s.Pid()
		s.Restart()
		if s.Pid() == 0 || s.Pid() == before {
			t.Fatalf("pid %d before Restart, %d after", before, s.Pid())
		}
		if n, err := c.DBSize(ctx(t)).Result(); n != 0 || err != nil {
			t.Errorf("a restarted server holds %d keys, %v", n, err)
		}
		c.Set(ctx(t), "k", "v", 0)
	}
}

func TestKillPubSub(t *testing.T) {
	s := Start(t)
	conn, err := net.Dial("tcp", s.Addr)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	conn.SetDeadline(time.Now().Add(patience))
	conn.Write([]byte("SUBSCRIBE c\r\n"))
	buf := make([]byte, 100)
	if _, err := conn.Read(buf); err != nil {
		t.Fatal(err)
	}
	if err := s.KillPubSub(ctx(t)); err != nil {
		t.Fatal(err)
	}
	for err == nil {
		_, err = conn.Read(buf)
	}
	if errors.Is(err, os.ErrDeadlineExceeded) {
		t.Error("the subscriber's connection lives")
	}
	s.Freeze()
	short, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	began := time.Now()
	if err := s.KillPubSub(short); err == nil || time.Since(began) > patience/2 {
		t.Errorf("frozen: %v after %v", err, time.Since(began))
	}
	s.Kill()
	if err := s.KillPubSub(ctx(t)); err == nil {
		t.Error("no error from a dead server")
	}
}

func TestFillUnfillFlushAll(t *testing.T) {
	s := Start(t)
	c := s.Client()
	set := func() error { return c.Set(ctx(t), "k", "v", 0).Err() }
	s.Fill()
	if err := set(); err == nil || !strings.Contains(err.Error(), "OOM") {
		t.Errorf("SET when full: %v", err)
	}
	if err := c.Publish(ctx(t), "c", "m").Err(); err != nil {
		t.Errorf("PUBLISH when full: %v", err)
	}
	s.Unfill()
	if err := set(); err != nil {
		t.Errorf("SET after Unfill: %v", err)
	}
	s.FlushAll()
	if n, err := c.DBSize(ctx(t)).Result(); n != 0 || err != nil {
		t.Errorf("after FlushAll: %d keys, %v", n, err)
	}
}

// A test binary that is killed has no cleanups; its server must go all the same.
func TestDiesWithItsParent(t *testing.T) {
	if dieWithParent() == nil {
		t.Log("this system cannot do it")
		return
	}
	if os.Getenv("TESTREDIS_PARENT") != "" {
		s := Start(t)
		os.Stdout.WriteString(strconv.Itoa(s.Pid()) + "\n")
		os.Exit(1) // no cleanup runs
	}
	cmd := exec.Command(os.Args[0], "-test.run=^TestDiesWithItsParent$")
	cmd.Env = append(os.Environ(), "TESTREDIS_PARENT=1")
	out, _ := cmd.Output()
	first, _, _ := strings.Cut(string(out), "\n")
	pid, err := strconv.Atoi(first)
	if err != nil {
		t.Fatalf("the child said %q", out)
	}
	eventually(t, "the orphan is gone", func() bool { return !alive(pid) })
}
