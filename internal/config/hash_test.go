package config

import (
	"strings"
	"testing"

	"golang.org/x/crypto/argon2"

	"encoding/base64"
	"fmt"
)

const goodHash = "$argon2id$v=19$m=65536,t=3,p=4$c2FsdHNhbHRzYWx0c2FsdA$MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE"

func TestHash(t *testing.T) {
	salt := []byte("0123456789abcdef")
	made := fmt.Sprintf("$argon2id$v=%d$m=4096,t=1,p=1$%s$%s", argon2.Version, base64.RawStdEncoding.EncodeToString(salt),
		base64.RawStdEncoding.EncodeToString(argon2.IDKey([]byte("secret"), salt, 1, 4096, 1, 32)))
	with := func(old, new string) string {
		s := strings.Replace(goodHash, old, new, 1)
		if s == goodHash {
			t.Fatalf("%q is not in the hash", old)
		}
		return s
	}
	for hash, want := range map[string]string{
		goodHash:                                  "",
		made:                                      "",
		with("m=65536", "m=262144"):               "",
		with("t=3", "t=10"):                       "",
		with("p=4", "p=16"):                       "",
		with("m=65536", "m=4096"):                 "",
		with("m=65536", "m=4095"):                 "beyond",
		with("m=65536", "m=262145"):               "beyond",
		with("m=65536", "m=4294967295"):           "no numbers",
		with("m=65536", "m=2147483647"):           "beyond",
		with("m=65536", "m=99999999999999999999"): "no numbers",
		with("m=65536", "m=-1"):                   "no numbers",
		with("m=65536", "m=065536"):               "no numbers",
		with("m=65536,t=3", "t=3,m=65536"):        "other parameters",
		with(",p=4", ""):                          "other parameters",
		with("p=4", "p=4,data=x"):                 "other parameters",
		with("t=3", "t=0"):                        "beyond",
		with("t=3", "t=11"):                       "beyond",
		with("p=4", "p=0"):                        "beyond",
		with("p=4", "p=17"):                       "beyond",
		with("v=19", "v=16"):                      "another version",
		with("$v=19", ""):                         "cut off",
		goodHash + "$":                            "cut off",
		with("argon2id", "argon2i"):               "another kind",
		"$2y$10$abcdefghijklmnopqrstuv":           "another kind",
		"hunter2":                                 "is not a hash",
		"$":                                       "another kind",
		with("c2FsdHNhbHRzYWx0c2FsdA", "c2FsdA"):  "salt",
		with("c2FsdHNhbHRzYWx0c2FsdA", "c2FsdHNhbHRzYWx0c2FsdA=="):                      "salt",
		with("c2FsdHNhbHRzYWx0c2FsdA", "c2FsdHNhbHRzYWx0c2FsdB"):                        "salt",
		with("c2FsdHNhbHRzYWx0c2FsdA", strings.Repeat("c2Fs", 22)):                      "salt",
		with("MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE", "MDEyMzQ1Njc4OTAxMjM0"):     "key",
		with("MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE", strings.Repeat("MDEy", 22)): "key",
		with("MDEyMzQ1", "MDEy\nMzQ1"):                                                  "key",
	} {
		got := hashFault(hash)
		if (got == "") != (want == "") || !strings.Contains(got, want) {
			t.Errorf("%q: %q, want %q", hash, got, want)
		}
		if got != "" && strings.Contains(got, "hunter2") {
			t.Errorf("repeats what may be a password: %s", got)
		}
	}
}
