package auth

import (
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"golang.org/x/crypto/argon2"
)

// maxPassword and maxName bound what a stranger makes us hash, in bytes.
const (
	maxPassword = 1024
	maxName     = 256
)

// cost is what one try at a password takes: memory in KiB, passes over it, lanes; salt and key are lengths in bytes.
type cost struct {
	memory, time uint32
	lanes        uint8
	salt, key    int
}

// defaultCost is OWASP's advice for argon2id with 19 MiB.
var defaultCost = cost{memory: 19456, time: 2, lanes: 1, salt: 16, key: 32}

// HashPassword gives the argon2id hash of a password of 1 to 1024 bytes in PHC form. It takes 19 MiB for a moment.
func HashPassword(pw []byte) (string, error) {
	if len(pw) == 0 || len(pw) > maxPassword {
		return "", fmt.Errorf("hashing a password: it must have 1 to %d bytes", maxPassword)
	}
	c := defaultCost
	salt := random(c.salt)
	return c.phc(salt, c.hash(pw, salt)), nil
}

// CheckHash says what is wrong with a hash. It accepts argon2id with 4 to 256 MiB.
func CheckHash(hash string) error {
	_, _, _, err := parseHash(hash)
	return err
}

// Verify says whether pw is the password that hash was made of. It takes the memory that the hash names, for a moment.
func Verify(hash string, pw []byte) bool {
	c, salt, want, err := parseHash(hash)
	if err != nil || len(pw) == 0 || len(pw) > maxPassword {
		return false
	}
	return subtle.ConstantTimeCompare(c.hash(pw, salt), want) == 1
}

func (c cost) hash(pw, salt []byte) []byte {
	return argon2.IDKey(pw, salt, c.time, c.memory, c.lanes, uint32(c.key))
}

func (c cost) phc(salt, key []byte) string {
	b64 := base64.RawStdEncoding
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version, c.memory, c.time, c.lanes, b64.EncodeToString(salt), b64.EncodeToString(key))
}

// decoy is a hash that costs as much as c's and fits no password.
func decoy(c cost) string { return c.phc(random(c.salt), random(c.key)) }

func parseHash(hash string) (c cost, salt, key []byte, err error) {
	bad := func(words string) (cost, []byte, []byte, error) {
		return cost{}, nil, nil, errors.New("bad password hash: " + words + "; make one with: livetail hash-password")
	}
	parts := strings.Split(hash, "$")
	if len(parts) != 6 || parts[0] != "" || parts[1] != "argon2id" {
		return bad("it does not look like $argon2id$v=19$m=19456,t=2,p=1$SALT$KEY")
	}
	if parts[2] != "v="+strconv.Itoa(argon2.Version) {
		return bad("its version is not v=19")
	}
	if n, err := fmt.Sscanf(parts[3], "m=%d,t=%d,p=%d", &c.memory, &c.time, &c.lanes); n != 3 || err != nil ||
		parts[3] != fmt.Sprintf("m=%d,t=%d,p=%d", c.memory, c.time, c.lanes) {
		return bad("its cost does not look like m=19456,t=2,p=1")
	}
	if c.memory < 4<<10 || c.memory > 256<<10 || c.time < 1 || c.time > 16 || c.lanes < 1 || c.lanes > 16 {
		return bad("its cost is outside m=4096..262144, t=1..16, p=1..16")
	}
	b64 := base64.RawStdEncoding.Strict()
	if salt, err = b64.DecodeString(parts[4]); err != nil || len(salt) < 8 || len(salt) > 64 {
		return bad("its salt is not 8 to 64 bytes in base64")
	}
	if key, err = b64.DecodeString(parts[5]); err != nil || len(key) < 16 || len(key) > 64 {
		return bad("its key is not 16 to 64 bytes in base64")
	}
	c.salt, c.key = len(salt), len(key)
	return c, salt, key, nil
}

func random(n int) []byte {
	b := make([]byte, n)
	rand.Read(b) // never fails: crypto/rand ends the program instead
	return b
}
