// Package dial makes the Redis clients of a process: one for each kind of talk, so that none waits in the pool of another.
package dial

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/redis/go-redis/v9/logging"
)

// Options says where Redis is.
type Options struct {
	URL      string // redis://, rediss:// or unix://
	User     string
	Password string
	TLS      *tls.Config // nil: as the URL says
	// Dialer finds the server in another way than by the URL's host; nil: by that. TLS is its business.
	Dialer func(ctx context.Context, network, addr string) (net.Conn, error)
}

// Clients are the clients of one process. Safe for concurrent use.
type Clients struct {
	Control redis.UniversalClient // control messages, and the connection that listens
	Frames  redis.UniversalClient
	Jobs    redis.UniversalClient // asynq
	Keys    redis.UniversalClient // sessions, the catalogue
}

// New makes the clients; nothing is dialled yet.
func New(o Options) (*Clients, error) {
	base, err := redis.ParseURL(o.URL)
	if err != nil {
		return nil, fmt.Errorf("reading the redis URL: %w", err)
	}
	if o.User != "" {
		base.Username = o.User
	}
	if o.Password != "" {
		base.Password = o.Password
	}
	if o.TLS != nil {
		if base.TLSConfig != nil && o.TLS.ServerName == "" {
			o.TLS.ServerName = base.TLSConfig.ServerName
		}
		base.TLSConfig = o.TLS
	}
	base.Dialer = o.Dialer
	base.ContextTimeoutEnabled = true
	base.DialTimeout = 2 * time.Second
	base.DialerRetries = 1
	base.ReadTimeout = 3 * time.Second
	base.WriteTimeout = 3 * time.Second
	base.Protocol = 2 // nothing of RESP3 is used, and its push frames cost a look before each reply
	base.DisableIdentity = true
	client := func(pool, retries int) redis.UniversalClient {
		own := *base
		own.PoolSize, own.MaxRetries = pool, retries
		return redis.NewClient(&own)
	}
	// Publishing is never retried below us: what is said again, and when, is the protocol's business.
	return &Clients{Control: client(16, -1), Frames: client(32, -1), Jobs: client(32, 3), Keys: client(16, 3)}, nil
}

// Close closes all clients.
func (c *Clients) Close() error {
	return errors.Join(c.Control.Close(), c.Frames.Close(), c.Jobs.Close(), c.Keys.Close())
}

// Wait returns when Redis answers or ctx ends. It says once that it waits, and once that waiting is over.
func (c *Clients) Wait(ctx context.Context, log *slog.Logger) error {
	for tries := 0; ; tries++ {
		err := c.Keys.Ping(ctx).Err()
		if err == nil {
			if tries > 0 {
				log.Info("redis answers")
			}
			return nil
		}
		if ctx.Err() != nil {
			return ctx.Err() // a stop, of which Redis is not guilty
		}
		if tries == 0 {
			log.Warn("redis does not answer; trying again until it does", "cause", err)
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(500 * time.Millisecond):
		}
	}
}

// Quiet silences go-redis's own logger, which is one for the whole process and writes a line for every failed dial; what
// matters of that is said once by Wait and by the bus.
func Quiet() { logging.Disable() }
