package auth

import (
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"sync"
	"time"
)

const (
	linkLife = 10 * time.Minute
	maxLinks = 16
)

// Links are single-use sign-in links: each is a secret that stands for a user until it is taken, or for 10 minutes.
// At most 16 are open, the oldest gives way. Only hashes are kept, in memory. Safe for use by many goroutines.
type Links struct {
	now  func() time.Time
	mu   sync.Mutex
	open []link // oldest first
}

type link struct {
	hash [sha256.Size]byte
	user string
	ends time.Time
}

// NewLinks makes an empty set; now nil is time.Now.
func NewLinks(now func() time.Time) *Links {
	if now == nil {
		now = time.Now
	}
	return &Links{now: now}
}

// Make gives a new secret for user; it fits into the fragment of a URL as it is.
func (l *Links) Make(user string) (secret string) {
	secret = base64.RawURLEncoding.EncodeToString(random(32))
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.open) >= maxLinks {
		l.open = l.open[1:]
	}
	l.open = append(l.open, link{hash: sha256.Sum256([]byte(secret)), user: user, ends: l.now().Add(linkLife)})
	return secret
}

// Take gives the user of a secret, once.
func (l *Links) Take(secret string) (user string, ok bool) {
	hash, now := sha256.Sum256([]byte(secret)), l.now()
	l.mu.Lock()
	defer l.mu.Unlock()
	var rest []link
	for _, k := range l.open {
		taken := subtle.ConstantTimeCompare(k.hash[:], hash[:]) == 1
		alive := now.Before(k.ends)
		if taken && alive {
			user, ok = k.user, true
		}
		if !taken && alive {
			rest = append(rest, k)
		}
	}
	l.open = rest
	return user, ok
}
