package main

import (
	"context"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/alicebob/miniredis/v2"
	"github.com/redis/go-redis/v9"

	"livetail/cmd/internal/boot"
	"livetail/internal/config"
)

// redisHandle is the Redis that web and worker meet in: the one that the config names, or one in this process.
type redisHandle struct {
	options *redis.Options
	stop    func()
}

// Close ends the embedded Redis, if it is that one, when the last sessions are saved.
func (h *redisHandle) Close() { h.stop() }

func openRedis(c config.Redis, state *stateDir, log *slog.Logger) (*redisHandle, error) {
	if c.URL != "embedded" {
		options, err := boot.RedisOptions(c)
		return &redisHandle{options, func() {}}, err
	}
	return embedRedis(&sessionFile{path: state.file("sessions.json"), namespace: c.Namespace, log: log, now: time.Now})
}

// embedRedis starts a Redis on a loopback port of its own, with the sessions of the last time. Other users of the machine
// can reach the port, so it asks for a password, which is new at each start and nowhere else than in memory.
func embedRedis(sessions *sessionFile) (*redisHandle, error) {
	password := randomHex(32)
	server := miniredis.NewMiniRedis()
	server.ClockTTL(true) // else nothing in it ever expires
	server.RequireAuth(password)
	sessions.load(server)
	if err := server.StartAddr("127.0.0.1:0"); err != nil {
		return nil, fmt.Errorf("starting the embedded Redis: %w", err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	var saving sync.WaitGroup
	saving.Go(func() { sessions.run(ctx, server) })
	return &redisHandle{
		options: &redis.Options{Addr: server.Addr(), Password: password},
		stop: func() {
			cancel()
			saving.Wait()
			server.Close()
		},
	}, nil
}
