package main

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"path/filepath"

	"golang.org/x/crypto/argon2"
)

const (
	user     = "bench"
	smallLog = "small"
	bigLog   = "big"
)

// manyLogs are the logs that many tails share.
const manyLogs = 10

// config is one for web and worker. Only limits that 1,000 tails of one user would meet differ from the defaults.
func (s *stack) config(web, redis, hash string) []byte {
	var b bytes.Buffer
	fmt.Fprintf(&b, "web:\n  listen: %s\n  limits:\n    tails_per_user: 2000\n", web)
	fmt.Fprintf(&b, "redis:\n  url: redis://%s/0\n  namespace: bench\nsecret_file: %s\n", redis, s.file("secret"))
	fmt.Fprintf(&b, "worker:\n  host: %s\n  places: 2000\nlogs:\n", host)
	ids := []string{"latency", "close", "starts", "hidden", smallLog, bigLog, pageBurstLog, pageSteadyLog, pagePaintLog, pageFilterLog}
	for i := range full.bursts {
		ids = append(ids, burstLog(i))
	}
	for i := range manyLogs {
		ids = append(ids, manyLog(i))
	}
	for _, id := range ids {
		fmt.Fprintf(&b, "  - id: %s\n    file: %s\n", id, s.log(id))
	}
	fmt.Fprintf(&b, "  - id: %s\n    folder: %s\n", folder, filepath.Join(s.logs, folder))
	fmt.Fprintf(&b, "users:\n  - name: %s\n    hash: %s\n    admin: true\n", user, hash)
	return b.Bytes()
}

// cheapHash fits password and costs little: the 64 MiB that a sign-in takes for a moment would be in all figures
// of memory that follow.
func cheapHash(password string) string {
	salt := []byte("0123456789abcdef")
	key := argon2.IDKey([]byte(password), salt, 1, 4096, 1, 32)
	b64 := base64.RawStdEncoding
	return fmt.Sprintf("$argon2id$v=%d$m=4096,t=1,p=1$%s$%s", argon2.Version, b64.EncodeToString(salt), b64.EncodeToString(key))
}

func burstLog(i int) string { return fmt.Sprintf("burst-%d", i) }
func manyLog(i int) string  { return fmt.Sprintf("many-%d", i) }
