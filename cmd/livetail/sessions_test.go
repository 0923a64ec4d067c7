package main

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
	"go.uber.org/goleak"
)

// keep is an embedded Redis with a session file at path, and a clock that is ahead by so much.
func keep(t *testing.T, path string, ahead time.Duration) (*redisHandle, *redis.Client, *bytes.Buffer) {
	t.Helper()
	said := new(bytes.Buffer)
	h, err := embedRedis(&sessionFile{path: path, namespace: "lt", log: slog.New(slog.NewTextHandler(said, nil)),
		now: func() time.Time { return time.Now().Add(ahead) }})
	if err != nil {
		t.Fatal(err)
	}
	c := redis.NewClient(h.options)
	t.Cleanup(func() { c.Close() })
	return h, c, said
}

func must[T any](t *testing.T) func(T, error) T {
	return func(v T, err error) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

func TestSessionsOutliveAKill(t *testing.T) {
	path := filepath.Join(t.TempDir(), "sessions.json")
	first, c, _ := keep(t, path, 0)
	defer first.Close()
	ctx := t.Context()
	value := "a\x00\xff\n"
	for key, ttl := range map[string]time.Duration{"lt:session:long": time.Hour, "lt:session:short": time.Minute, "lt:session:ever": 0, "other:session:x": time.Hour, "lt:web:x": 0} {
		must[string](t)(c.Set(ctx, key, value, ttl).Result())
	}
	must[int64](t)(c.HSet(ctx, "lt:installation", "generation", "g", "written", "3").Result())

	// What a kill -9 leaves is the file as it is a moment after the change, without the last save.
	killed := filepath.Join(t.TempDir(), "sessions.json")
	eventually(t, "the sessions are saved", func() bool {
		data, _ := os.ReadFile(path)
		whole := strings.Count(string(data), "lt:") == 4
		return whole && os.WriteFile(killed, data, 0o600) == nil
	})
	if m := mode(t, path); m != 0o600 {
		t.Errorf("the file has mode %o", m)
	}

	second, c, said := keep(t, killed, 10*time.Minute)
	defer second.Close()
	keys := must[[]string](t)(c.Keys(ctx, "*").Result())
	if len(keys) != 3 {
		t.Errorf("there are %q", keys)
	}
	if got := must[string](t)(c.Get(ctx, "lt:session:long").Result()); got != value {
		t.Errorf("a session is %q now", got)
	}
	if ttl := must[time.Duration](t)(c.PTTL(ctx, "lt:session:long").Result()); ttl > 50*time.Minute || ttl < 45*time.Minute {
		t.Errorf("after 10 minutes an hour's session has %v left", ttl)
	}
	if ttl := must[time.Duration](t)(c.PTTL(ctx, "lt:session:ever").Result()); ttl != -1 {
		t.Errorf("what does not expire has %v left", ttl)
	}
	if got := must[map[string]string](t)(c.HGetAll(ctx, "lt:installation").Result()); got["generation"] != "g" || got["written"] != "3" {
		t.Errorf("the marker is %v", got)
	}
	if said.Len() > 0 {
		t.Errorf("it said %s", said)
	}
}

// Only sessions are taken from the file: it must not become a way to put other keys into Redis.
func TestSessionFileHoldsOnlySessions(t *testing.T) {
	path := filepath.Join(t.TempDir(), "sessions.json")
	text := `{"saved": ` + strconv.FormatInt(time.Now().UnixMilli(), 10) + `, "keys": [{"key": "asynq:queues", "value": "eA=="},
		{"key": "lt:session:x", "value": "eA==", "ttl_ms": 60000}, {"key": "lt:session:over", "value": "eA==", "ttl_ms": -1},
		{"key": "lt:session:h", "hash": {"a": "b"}}, {"key": "lt:session:h", "value": "eA=="}]}`
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	h, c, said := keep(t, path, 0)
	defer h.Close()
	if keys := must[[]string](t)(c.Keys(t.Context(), "*").Result()); len(keys) != 2 || keys[0] != "lt:session:h" || keys[1] != "lt:session:x" {
		t.Errorf("there are %q, and it said %s", keys, said)
	}
}

// A sign-out must not come back after a restart, nor a session longer because the clock was set back.
func TestSessionsEndForGood(t *testing.T) {
	path := filepath.Join(t.TempDir(), "sessions.json")
	first, c, _ := keep(t, path, 0)
	ctx := t.Context()
	must[string](t)(c.Set(ctx, "lt:session:out", "x", time.Hour).Result())
	must[string](t)(c.Set(ctx, "lt:session:in", "x", time.Hour).Result())
	first.Close() // saves at once
	if data, _ := os.ReadFile(path); !strings.Contains(string(data), "lt:session:out") {
		t.Fatalf("after the end the file holds %s", data)
	}
	second, c, _ := keep(t, path, -24*time.Hour)
	if ttl := must[time.Duration](t)(c.PTTL(ctx, "lt:session:in").Result()); ttl > time.Hour {
		t.Errorf("an hour's session has %v left", ttl)
	}
	must[int64](t)(c.Del(ctx, "lt:session:out").Result())
	eventually(t, "the end is saved", func() bool {
		data, _ := os.ReadFile(path)
		return !strings.Contains(string(data), "lt:session:out")
	})
	second.Close()
	third, c, _ := keep(t, path, -24*time.Hour)
	defer third.Close()
	if keys := must[[]string](t)(c.Keys(ctx, "*").Result()); len(keys) != 1 || keys[0] != "lt:session:in" {
		t.Errorf("there are %q", keys)
	}
}

func TestBadSessionFileIsMovedAside(t *testing.T) {
	path := filepath.Join(t.TempDir(), "sessions.json")
	if err := os.WriteFile(path, []byte(`{"saved": 1, "keys": [{"key"`), 0o600); err != nil {
		t.Fatal(err)
	}
	h, c, said := keep(t, path, 0)
	must[string](t)(c.Set(t.Context(), "lt:session:x", "x", time.Hour).Result())
	h.Close()
	if data, err := os.ReadFile(path + ".bad"); err != nil || len(data) != 28 {
		t.Errorf("moved aside: %q, %v", data, err)
	}
	if data, _ := os.ReadFile(path); !strings.Contains(string(data), "lt:session:x") {
		t.Errorf("the new file holds %q", data)
	}
	if !strings.Contains(said.String(), "level=WARN") {
		t.Errorf("it said %q", said)
	}
}

// Use moves the end of a session all the time, which must not write to the disk all the time.
func TestSessionsAreSavedOnlyWhenChanged(t *testing.T) {
	now := time.Now()
	of := func(value string, ttl time.Duration, later time.Duration) sessionKeys {
		return sessionKeys{Saved: now.Add(later).UnixMilli(), Keys: []sessionKey{{Key: "k", Value: []byte(value), TTL: ttl.Milliseconds()}}}
	}
	held := of("v", time.Hour, 0)
	for name, c := range map[string]struct {
		now  sessionKeys
		same bool
	}{
		"nothing":       {of("v", time.Hour-30*time.Second, 30*time.Second), true},
		"a little used": {of("v", time.Hour, 9*time.Second), true},
		"used":          {of("v", time.Hour, 30*time.Second), false},
		"shortened":     {of("v", time.Minute, 0), false},
		"lasting":       {of("v", 0, 0), false},
		"another value": {of("w", time.Hour, 0), false},
		"gone":          {sessionKeys{Saved: now.UnixMilli()}, false},
	} {
		if c.now.same(held) != c.same || held.same(c.now) != c.same {
			t.Errorf("%s: same is not %t", name, c.same)
		}
	}
	marker := func(written string) sessionKeys {
		return sessionKeys{Keys: []sessionKey{{Key: "k", Hash: map[string]string{"written": written}}}}
	}
	if !marker("1").same(marker("1")) || marker("1").same(marker("2")) {
		t.Error("hashes are not compared")
	}
}

// A disk that is full is said once, not every second.
func TestSessionsThatCannotBeSaved(t *testing.T) {
	said := new(bytes.Buffer)
	dir := filepath.Join(t.TempDir(), "gone")
	f := &sessionFile{path: filepath.Join(dir, "sessions.json"), namespace: "lt", log: slog.New(slog.NewTextHandler(said, nil)), now: time.Now}
	for range 3 {
		f.save(sessionKeys{})
	}
	if strings.Count(said.String(), "\n") != 1 || !strings.Contains(said.String(), "level=WARN") {
		t.Errorf("it said %s", said)
	}
	if err := os.Mkdir(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	f.save(sessionKeys{})
	f.save(sessionKeys{})
	if strings.Count(said.String(), "\n") != 2 || !strings.Contains(said.String(), "saved again") {
		t.Errorf("it said %s", said)
	}
}

func TestEmbeddedRedisIsForUsAlone(t *testing.T) {
	leaks := goleak.IgnoreCurrent()
	h, c, _ := keep(t, filepath.Join(t.TempDir(), "sessions.json"), 0)
	must[string](t)(c.Ping(t.Context()).Result())
	if !strings.HasPrefix(h.options.Addr, "127.0.0.1:") || len(h.options.Password) < 32 {
		t.Errorf("it is at %s with the password %q", h.options.Addr, h.options.Password)
	}
	for _, password := range []string{"", "guess"} {
		stranger := redis.NewClient(&redis.Options{Addr: h.options.Addr, Password: password})
		if err := stranger.Set(t.Context(), "k", "v", 0).Err(); err == nil {
			t.Errorf("the password %q lets in", password)
		}
		stranger.Close()
	}
	must[string](t)(c.Set(t.Context(), "soon", "x", 20*time.Millisecond).Result())
	eventually(t, "a key expires", func() bool { return errors.Is(c.Get(t.Context(), "soon").Err(), redis.Nil) })
	h.Close()
	if err := c.Ping(context.Background()).Err(); err == nil {
		t.Error("it answers after its end")
	}
	c.Close()
	goleak.VerifyNone(t, leaks)
}
