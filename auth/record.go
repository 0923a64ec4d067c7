package auth

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"strings"
	"time"
)

// record is what a session is, in Redis and in memory: never changed once begun. Rights are not in it, they are looked up
// at each request.
type record struct {
	User    string `json:"user"`
	Started int64  `json:"started"` // Unix milliseconds
	Print   string `json:"print"`   // of the password's hash: a new password ends the sessions of the old one
}

// sealed is a record that write access to Redis can neither make nor move to another session.
type sealed struct {
	record
	MAC string `json:"mac"`
}

func (a *Auth) newRecord(u User) record {
	return record{User: u.Name, Started: a.opt.Now().UnixMilli(), Print: a.printOf(u)}
}

func (a *Auth) printOf(u User) string { return sign(a.keys.print, u.Name, u.Hash)[:32] }

// left says how long the session may live at most, from now on.
func (a *Auth) left(rec record) time.Duration {
	return time.UnixMilli(rec.Started).Add(a.opt.Absolute).Sub(a.opt.Now())
}

// judge gives the user of a record, as the config has it now, or false if the session is over without anybody ending it.
func (a *Auth) judge(rec record) (User, bool) {
	u, known := a.users[rec.User]
	return u, known && a.left(rec) > 0 && hmac.Equal([]byte(rec.Print), []byte(a.printOf(u)))
}

func (a *Auth) seal(key string, rec record) (string, error) {
	plain, err := json.Marshal(rec)
	if err != nil {
		return "", err
	}
	value, err := json.Marshal(sealed{rec, sign(a.keys.record, key, string(plain))})
	return string(value), err
}

func (a *Auth) unseal(key, value string) (record, bool) {
	var s sealed
	if json.Unmarshal([]byte(value), &s) != nil {
		return record{}, false
	}
	plain, err := json.Marshal(s.record)
	return s.record, err == nil && hmac.Equal([]byte(s.MAC), []byte(sign(a.keys.record, key, string(plain))))
}

// sign is a MAC over parts that contain no NUL, save perhaps the last one.
func sign(key []byte, parts ...string) string {
	mac := hmac.New(sha256.New, key)
	mac.Write([]byte(strings.Join(parts, "\x00")))
	return hex.EncodeToString(mac.Sum(nil))
}
