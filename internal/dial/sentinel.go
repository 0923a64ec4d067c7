package dial

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"time"

	"github.com/redis/go-redis/v9"
)

// Sentinel dials whichever server its sentinels call the master at that moment. That is all a switch needs: sentinels cut the
// clients of a master that they depose, what does not answer is given up, and whoever dials again finds the new one.
type Sentinel struct {
	Addrs  []string
	Master string
	TLS    *tls.Config // to sentinels and servers; nil: none
}

// oneSentinel is how long one of them may take, so that a dead one does not use up the time of the others.
const oneSentinel = 500 * time.Millisecond

// Dial is for redis.Options.Dialer; what address it is told does not matter.
func (s Sentinel) Dial(ctx context.Context, network, _ string) (net.Conn, error) {
	addr, err := s.master(ctx)
	if err != nil {
		return nil, err
	}
	d := &net.Dialer{KeepAlive: 30 * time.Second}
	if s.TLS == nil {
		return d.DialContext(ctx, "tcp", addr)
	}
	return (&tls.Dialer{NetDialer: d, Config: s.TLS}).DialContext(ctx, "tcp", addr)
}

// master asks one sentinel after the other.
func (s Sentinel) master(ctx context.Context) (string, error) {
	var failed []error
	for _, addr := range s.Addrs {
		found, err := s.ask(ctx, addr)
		if err == nil {
			return found, nil
		}
		failed = append(failed, fmt.Errorf("asking the sentinel %s: %w", addr, err))
	}
	return "", fmt.Errorf("finding the master %q: %w", s.Master, errors.Join(failed...))
}

func (s Sentinel) ask(ctx context.Context, addr string) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, oneSentinel)
	defer cancel()
	c := redis.NewSentinelClient(&redis.Options{Addr: addr, TLSConfig: s.TLS, MaxRetries: -1, DialerRetries: 1, PoolSize: 1,
		ContextTimeoutEnabled: true, DisableIdentity: true, Protocol: 2})
	defer c.Close()
	found, err := c.GetMasterAddrByName(ctx, s.Master).Result()
	if err != nil {
		return "", err
	}
	if len(found) != 2 {
		return "", fmt.Errorf("%d words instead of host and port", len(found))
	}
	return net.JoinHostPort(found[0], found[1]), nil
}
