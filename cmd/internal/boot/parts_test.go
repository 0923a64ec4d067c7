package boot

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/pem"
	"math/big"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"livetail/internal/config"
)

func write(t *testing.T, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestRedisOptions(t *testing.T) {
	o, err := RedisOptions(config.Redis{URL: "redis://r:7000/3", User: "lt", PasswordFile: write(t, "sesame\n")})
	if err != nil || o.Addr != "r:7000" || o.DB != 3 || o.Username != "lt" || o.Password != "sesame" || o.TLSConfig != nil {
		t.Errorf("%+v, %v", o, err)
	}
	o, err = RedisOptions(config.Redis{URL: "unix:///run/redis.sock?db=2"})
	if err != nil || o.Network != "unix" || o.Addr != "/run/redis.sock" || o.DB != 2 {
		t.Errorf("%+v, %v", o, err)
	}
	o, err = RedisOptions(config.Redis{URL: "rediss://r:7000"})
	if err != nil || o.TLSConfig == nil || o.TLSConfig.ServerName != "r" || o.TLSConfig.InsecureSkipVerify {
		t.Errorf("%+v, %v", o, err)
	}
	o, err = RedisOptions(config.Redis{URL: "rediss://r:7000", TLS: config.TLS{ServerName: "other"}})
	if err != nil || o.TLSConfig.ServerName != "other" {
		t.Errorf("%+v, %v", o, err)
	}
	o, err = RedisOptions(config.Redis{URL: "redis+sentinel://a:1,b/main/4", User: "lt"})
	if err != nil || o.Dialer == nil || o.DB != 4 || o.Username != "lt" || o.TLSConfig != nil {
		t.Errorf("%+v, %v", o, err)
	}
	o, err = RedisOptions(config.Redis{URL: "rediss+sentinel://a/main"})
	if err != nil || o.Dialer == nil || o.TLSConfig == nil || o.TLSConfig.ServerName != "" {
		t.Errorf("%+v, %v", o, err)
	}
}

// The certificate is shown to Redis, and Redis's is checked against that authority alone.
func TestRedisOptionsTLS(t *testing.T) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), IsCA: true, BasicConstraintsValid: true, NotAfter: time.Now().Add(time.Hour)}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	private, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	cert := write(t, string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})))
	o, err := RedisOptions(config.Redis{URL: "rediss://r:1", TLS: config.TLS{CA: cert, Cert: cert,
		Key: write(t, string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: private})))}})
	if err != nil {
		t.Fatal(err)
	}
	only := x509.NewCertPool()
	parsed, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	only.AddCert(parsed)
	if !only.Equal(o.TLSConfig.RootCAs) {
		t.Error("the authority is not the one that was named")
	}
	if c := o.TLSConfig.Certificates; len(c) != 1 || !bytes.Equal(c[0].Certificate[0], der) {
		t.Errorf("it shows %d certificates", len(c))
	}
}

func TestRedisOptionsFaults(t *testing.T) {
	for want, r := range map[string]config.Redis{
		"redis.password_file": {URL: "redis://r:1", PasswordFile: "/nowhere"},
		"no certificate in":   {URL: "rediss://r:1", TLS: config.TLS{CA: write(t, "hello")}},
		"redis.tls.ca":        {URL: "rediss://r:1", TLS: config.TLS{CA: "/nowhere"}},
		"redis.tls.cert":      {URL: "rediss://r:1", TLS: config.TLS{Cert: "/nowhere", Key: "/nowhere"}},
	} {
		if _, err := RedisOptions(r); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v is not about %s", err, want)
		}
	}
}

func TestRelease(t *testing.T) {
	defer func(v string) { Version = v }(Version)
	Version = "1.2.3"
	if line := VersionLine("prog"); !strings.HasPrefix(line, "prog 1.2.3 (go") {
		t.Error(line)
	}
}
