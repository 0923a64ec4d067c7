// Package auth decides who you are and which logs you may see.
// It never opens a log and speaks to no other web process itself: it is told, and tells, through functions it is given.
package auth

import (
	"context"
	"crypto/hkdf"
	"crypto/sha256"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"regexp"
	"strings"
	"time"

	"github.com/redis/go-redis/v9"
)

var (
	// ErrSignedOut says that there is no session: none was begun, it ended, it expired, or the cookie is not ours.
	ErrSignedOut = errors.New("signed out")
	// ErrWrong says that name and password do not belong together; an unknown name gets the same words after the same time.
	ErrWrong = errors.New("wrong name or password")
	// ErrUnavailable says that nobody can tell now, because Redis could not be asked. Nobody is signed out by it.
	ErrUnavailable = errors.New("sessions cannot be checked")
)

// User is somebody who may sign in. Hash is argon2id in PHC form (see HashPassword).
type User struct {
	Name, Hash string
	Groups     []string
	Admin      bool
}

// Options says what an Auth works with. Fields without a default are required.
type Options struct {
	Users []User // none: nobody can sign in
	Rules []Rule // none: administrators only

	Redis     redis.UniversalClient // not closed by this package
	Namespace string                // in front of every key
	Secret    []byte                // at least 32 bytes, the same in all web processes; keys are derived from it, it is never used itself

	CookieName string // tells installations on one host name apart
	CookiePath string // base path and "/"; default "/"
	Secure     bool   // the public URL is https: the cookie then travels over https only

	Idle     time.Duration // a session nobody uses ends after this; default 12 h
	Absolute time.Duration // every session ends after this; default 7 days
	Recheck  time.Duration // how often Run asks Redis about watched sessions; default 30 s

	// Tell makes all other web processes call Heard with the key of a session that ended here. It may lose a message:
	// Run finds out later. nil: this is the only web process.
	Tell func(ctx context.Context, key string) error
	Now  func() time.Time // default time.Now
	Log  *slog.Logger     // default: nowhere
}

// Auth knows users, rules and sessions. Its methods may be called by many goroutines at once.
type Auth struct {
	opt    Options
	users  map[string]User
	rules  []rule
	decoys []string // hashes nobody knows the password of, as costly to try as those of the users
	keys   keys
	store  *store
	slow   *slow
	slots  chan struct{} // one for each password that is being hashed
	memory memory
	get    *redis.Script // readScript
	put    *redis.Script // writeScript
}

type keys struct{ cookie, record, print, name []byte }

// New checks the options, all of them, and says all that is wrong. It does not ask Redis, which may be away.
func New(o Options) (*Auth, error) {
	o = withDefaults(o)
	a := &Auth{opt: o, users: map[string]User{}, slots: make(chan struct{}, 2),
		get: redis.NewScript(readScript), put: redis.NewScript(writeScript)}
	a.memory.init(o.Now, o.Absolute)

	faults := checkOptions(o)
	for _, u := range o.Users {
		if err := a.addUser(u); err != nil {
			faults = append(faults, err)
		}
	}
	for i, r := range o.Rules {
		compiled, err := compileRule(r)
		if err != nil {
			faults = append(faults, fmt.Errorf("rule %d: %w", i+1, err))
		}
		a.rules = append(a.rules, compiled)
	}
	if err := errors.Join(faults...); err != nil {
		return nil, fmt.Errorf("auth options: %w", err)
	}
	if err := a.deriveKeys(o.Secret); err != nil {
		return nil, fmt.Errorf("auth options: deriving keys: %w", err)
	}
	a.opt.Secret = nil
	if len(a.decoys) == 0 {
		a.decoys = []string{decoy(defaultCost)}
	}
	a.store = newStore(o, a.keys.cookie, a)
	a.slow = newSlow(o.Redis, o.Namespace, a.keys.name)
	return a, nil
}

func withDefaults(o Options) Options {
	if o.CookiePath == "" {
		o.CookiePath = "/"
	}
	if o.Idle == 0 {
		o.Idle = 12 * time.Hour
	}
	if o.Absolute == 0 {
		o.Absolute = 7 * 24 * time.Hour
	}
	if o.Recheck == 0 {
		o.Recheck = 30 * time.Second
	}
	if o.Tell == nil {
		o.Tell = func(context.Context, string) error { return nil }
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	return o
}

func checkOptions(o Options) (faults []error) {
	fault := func(bad bool, words string) {
		if bad {
			faults = append(faults, errors.New(words))
		}
	}
	fault(o.Redis == nil, "no Redis client")
	fault(o.Namespace == "", "no namespace")
	fault(len(o.Secret) < 32, "the secret is shorter than 32 bytes")
	fault((&http.Cookie{Name: o.CookieName, Value: "x"}).Valid() != nil, fmt.Sprintf("%q cannot be the name of a cookie", o.CookieName))
	fault(!regexp.MustCompile(`^/[!-:<-~]*$`).MatchString(o.CookiePath), fmt.Sprintf("%q cannot be the path of a cookie", o.CookiePath))
	fault(o.Idle < time.Second, "idle is less than a second")
	fault(o.Absolute < time.Second, "absolute is less than a second")
	fault(o.Recheck < 10*time.Millisecond, "recheck is less than 10 ms")
	return faults
}

func (a *Auth) addUser(u User) error {
	if strings.TrimSpace(u.Name) == "" || len(u.Name) > maxName {
		return fmt.Errorf("user %q: a name has 1 to %d bytes", u.Name, maxName)
	}
	if _, twice := a.users[u.Name]; twice {
		return fmt.Errorf("user %q is there twice", u.Name)
	}
	cost, _, _, err := parseHash(u.Hash)
	if err != nil {
		return fmt.Errorf("user %q: %w", u.Name, err)
	}
	a.users[u.Name] = u
	a.decoys = append(a.decoys, decoy(cost))
	return nil
}

// deriveKeys makes one key for each purpose, so that nothing signed for one is of use for another.
func (a *Auth) deriveKeys(secret []byte) (err error) {
	for label, key := range map[string]*[]byte{
		"livetail auth cookie": &a.keys.cookie,
		"livetail auth record": &a.keys.record,
		"livetail auth print":  &a.keys.print,
		"livetail auth name":   &a.keys.name,
	} {
		if *key, err = hkdf.Key(sha256.New, secret, nil, label, 32); err != nil {
			return err
		}
	}
	return nil
}
