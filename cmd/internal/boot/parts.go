package boot

import (
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"log/slog"
	"os"

	"github.com/redis/go-redis/v9"

	"livetail/internal/config"
	"livetail/internal/dial"
	"livetail/internal/wire"
)

// Parts is what web and worker are built from, in whichever program they run.
type Parts struct {
	Config *config.Config
	Redis  *redis.Options // to be copied, not changed
	Secret []byte
	Log    *slog.Logger
}

// NewParts reads what the config only names: the secret, and how to reach Redis. It connects to nothing.
func NewParts(c *config.Config, log *slog.Logger) (Parts, error) {
	secret, err := config.ReadSecret(c.SecretFile)
	if err != nil {
		return Parts{}, err
	}
	options, err := RedisOptions(c.Redis)
	if err != nil {
		return Parts{}, err
	}
	return Parts{Config: c, Redis: options, Secret: secret, Log: log}, nil
}

// RedisOptions says how to reach the Redis that r names, which is not the embedded one.
func RedisOptions(r config.Redis) (*redis.Options, error) {
	sentinel, asks := config.SentinelOf(r.URL)
	at := r.URL
	if asks { // the first of them stands for the server that they will name
		scheme := map[bool]string{false: "redis://", true: "rediss://"}[sentinel.Secure]
		at = scheme + sentinel.Addrs[0] + "/" + sentinel.DB
	}
	o, err := redis.ParseURL(at)
	if err != nil {
		return nil, fmt.Errorf("reading redis.url: %w", err)
	}
	o.Username = r.User
	if r.PasswordFile != "" {
		if o.Password, err = config.ReadPassword(r.PasswordFile); err != nil {
			return nil, err
		}
	}
	if o.TLSConfig != nil {
		err = useTLS(o.TLSConfig, r.TLS)
	}
	if asks {
		if o.TLSConfig != nil && r.TLS.ServerName == "" {
			o.TLSConfig.ServerName = "" // that of whoever is dialled
		}
		o.Dialer = dial.Sentinel{Addrs: sentinel.Addrs, Master: sentinel.Master, TLS: o.TLSConfig.Clone()}.Dial
	}
	return o, err
}

// useTLS completes c, which has the URL's host as the server's name.
func useTLS(c *tls.Config, t config.TLS) error {
	if t.ServerName != "" {
		c.ServerName = t.ServerName
	}
	if t.CA != "" {
		pem, err := os.ReadFile(t.CA)
		if err != nil {
			return fmt.Errorf("reading redis.tls.ca: %w", err)
		}
		c.RootCAs = x509.NewCertPool()
		if !c.RootCAs.AppendCertsFromPEM(pem) {
			return fmt.Errorf("reading redis.tls.ca: there is no certificate in %s", t.CA)
		}
	}
	if t.Cert != "" {
		pair, err := tls.LoadX509KeyPair(t.Cert, t.Key)
		if err != nil {
			return fmt.Errorf("reading redis.tls.cert and redis.tls.key: %w", err)
		}
		c.Certificates = []tls.Certificate{pair}
	}
	return nil
}

// PositionKey is what the positions of an installation are made with, so that they mean the same to all its workers.
func PositionKey(secret []byte) []byte { return wire.DeriveKey(secret, "livetail positions") }
