package config

import (
	"encoding/base64"
	"strconv"
	"strings"
)

const makeHash = "run livetail hash-password and write what it prints"

// Sane limits: a hash decides how much memory and time one sign-in takes, so that one line of a config must not be
// able to eat the machine. The usual 64 MiB, 3 passes, 4 lanes are far inside.
const (
	minHashMemory = 4 << 10 // KiB; less protects nobody
	maxHashMemory = 256 << 10
	maxHashPasses = 10
	maxHashLanes  = 16
)

// hashFault says what is wrong with an argon2id hash in PHC form, "" if nothing is. It never repeats the hash: what
// stands in its place may be a password.
func hashFault(s string) string {
	parts := strings.Split(s, "$")
	switch {
	case len(parts) < 2 || parts[0] != "":
		return "is not a hash: " + makeHash
	case parts[1] != "argon2id":
		return "is a hash of another kind than argon2id: " + makeHash
	case len(parts) != 6:
		return "is cut off or too long: " + makeHash + ", in quotes if it stands in { }"
	case parts[2] != "v=19":
		return "is of another version of argon2 than 19: " + makeHash
	}
	params := strings.Split(parts[3], ",")
	if len(params) != 3 {
		return "has other parameters than m, t and p: " + makeHash
	}
	var n [3]int
	for i, name := range []string{"m=", "t=", "p="} {
		digits, ok := strings.CutPrefix(params[i], name)
		v, err := strconv.ParseUint(digits, 10, 31)
		if !ok || err != nil || strconv.FormatUint(v, 10) != digits {
			return "has other parameters than m, t and p, or no numbers in them: " + makeHash
		}
		n[i] = int(v)
	}
	m, t, p := n[0], n[1], n[2]
	switch {
	case p < 1 || p > maxHashLanes || t < 1 || t > maxHashPasses || m < minHashMemory || m > maxHashMemory:
		return "asks for m=" + strconv.Itoa(m) + ",t=" + strconv.Itoa(t) + ",p=" + strconv.Itoa(p) +
			", beyond what one sign-in may take (m 4096 to 262144 KiB, t up to 10, p up to 16): " + makeHash
	case !base64Fine(parts[4], 8, 64):
		return "has a salt that is not 8 to 64 bytes in base64 without padding: " + makeHash
	case !base64Fine(parts[5], 16, 64):
		return "has a key that is not 16 to 64 bytes in base64 without padding: " + makeHash
	}
	return ""
}

func base64Fine(s string, low, high int) bool {
	b, err := base64.RawStdEncoding.Strict().DecodeString(s)
	// The decoder skips line breaks; nobody else's does.
	return err == nil && len(b) >= low && len(b) <= high && !strings.ContainsAny(s, "\r\n")
}
