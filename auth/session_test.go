package auth

import (
	"context"
	"errors"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

func TestIdle(t *testing.T) {
	w := newWorld(t)
	a := mustNew(t, w.options())
	b := newBrowser()
	s := b.mustSignIn(t, a, grace)
	for range 3 { // three times most of the idle time, each time used
		w.pass(11 * time.Hour)
		wantSignedIn(t, a, b, s.Key)
	}
	w.pass(12*time.Hour - time.Second)
	if err := a.Touch(context.Background(), s.Key); err != nil {
		t.Fatal(err)
	}
	w.pass(12*time.Hour - time.Second)
	wantSignedIn(t, a, b, s.Key)
	w.pass(12*time.Hour + time.Second)
	wantSignedOut(t, a, b)
	if err := a.Touch(context.Background(), s.Key); !errors.Is(err, ErrSignedOut) {
		t.Errorf("touching a session that idled away: %v", err)
	}
}

func TestIdleIsExtendedAtMostOnceAMinute(t *testing.T) {
	w := newWorld(t)
	a := mustNew(t, w.options())
	b := newBrowser()
	s := b.mustSignIn(t, a, grace)
	for _, c := range []struct{ pass, want time.Duration }{
		{0, 12 * time.Hour},
		{50 * time.Second, 12*time.Hour - 50*time.Second},
		{9 * time.Second, 12*time.Hour - 59*time.Second},
		{2 * time.Second, 12 * time.Hour},
		{30 * time.Second, 12*time.Hour - 30*time.Second},
	} {
		w.pass(c.pass)
		wantSignedIn(t, a, b, s.Key)
		if ttl := w.redis.TTL(a.sessionKey(s.Key)); ttl != c.want {
			t.Errorf("after %v more, %v are left, want %v", c.pass, ttl, c.want)
		}
	}
}

// The config was given a shorter time, or somebody took the expiry off.
func TestIdleIsCutToTheConfigs(t *testing.T) {
	w := newWorld(t)
	a := mustNew(t, w.options())
	b := newBrowser()
	s := b.mustSignIn(t, a, grace)
	for _, ttl := range []time.Duration{0, 100 * time.Hour} { // 0 is none
		w.redis.SetTTL(a.sessionKey(s.Key), ttl)
		wantSignedIn(t, a, b, s.Key)
		if got := w.redis.TTL(a.sessionKey(s.Key)); got != 12*time.Hour {
			t.Errorf("with %v to live, %v are left, want 12 h", ttl, got)
		}
	}
}

func TestAbsolute(t *testing.T) {
	w := newWorld(t)
	a := mustNew(t, w.options())
	b := newBrowser()
	s := b.mustSignIn(t, a, grace)
	for range 7*4 - 1 {
		w.pass(6 * time.Hour)
		if err := a.Touch(context.Background(), s.Key); err != nil {
			t.Fatal(err)
		}
	}
	if ttl := w.redis.TTL(a.sessionKey(s.Key)); ttl > 6*time.Hour {
		t.Errorf("%v left in Redis, past the absolute end", ttl)
	}
	w.pass(6*time.Hour - time.Second)
	wantSignedIn(t, a, b, s.Key)

	ended, stop := a.Watch(s.Key)
	defer stop()
	w.redis.SetTTL(a.sessionKey(s.Key), time.Hour) // Redis alone does not decide
	w.pass(time.Second)
	wantSignedOut(t, a, b)
	wantClosed(t, ended)
	if err := a.Touch(context.Background(), s.Key); !errors.Is(err, ErrSignedOut) {
		t.Errorf("touching: %v", err)
	}
}

func TestUsersOfTheConfigDecide(t *testing.T) {
	o := newWorld(t).options()
	b := newBrowser()
	s := b.mustSignIn(t, mustNew(t, o), grace)

	changed := grace
	changed.Admin, changed.Groups = true, []string{"dev"}
	o.Users = []User{ada, changed}
	got, err := mustNew(t, o).Session(b.request())
	if err != nil || !got.User.Admin || got.User.Groups[0] != "dev" || got.Key != s.Key {
		t.Errorf("with new rights: %+v, %v", got, err)
	}
	o.Users = []User{ada}
	wantSignedOut(t, mustNew(t, o), b)
	changed.Hash = hashOf("new")
	o.Users = []User{ada, changed}
	wantSignedOut(t, mustNew(t, o), b)
	o.Users = []User{ada, grace} // an old process, while a new one starts, was not disturbed
	wantSignedIn(t, mustNew(t, o), b, s.Key)
}

// Who can write to Redis can end sessions, but neither make one nor become somebody else.
func TestRedisIsNotTrusted(t *testing.T) {
	w := newWorld(t)
	a := mustNew(t, w.options())
	admin, user := newBrowser(), newBrowser()
	adas, graces := admin.mustSignIn(t, a, ada), user.mustSignIn(t, a, grace)
	adminValue, _ := w.redis.Get(a.sessionKey(adas.Key))
	userValue, _ := w.redis.Get(a.sessionKey(graces.Key))
	for what, value := range map[string]string{
		"copied": adminValue, "changed": strings.Replace(userValue, "grace", "ada", 1),
		"moved mac": strings.Replace(adminValue, adminValue[strings.Index(adminValue, `"mac"`):], userValue[strings.Index(userValue, `"mac"`):], 1),
		"no json":   "x", "no mac": `{"user":"ada"}`, "null": "null", "an array": "[]", "empty": "",
	} {
		w.redis.Set(a.sessionKey(graces.Key), value)
		if s, err := a.Session(user.request()); !errors.Is(err, ErrSignedOut) {
			t.Errorf("%s: %+v, %v", what, s, err)
		}
	}
	w.redis.Set(a.sessionKey(graces.Key), userValue)
	wantSignedIn(t, a, user, graces.Key)
}

func TestRedisDown(t *testing.T) {
	server := newRealRedis(t)
	a := mustNew(t, options(server.client))
	b := newBrowser()
	s := b.mustSignIn(t, a, ada)
	thief := b.copy()
	if err := server.client.Save(context.Background()).Err(); err != nil {
		t.Fatal(err)
	}
	server.kill()

	if _, err := a.Session(b.request()); !errors.Is(err, ErrUnavailable) || errors.Is(err, ErrSignedOut) {
		t.Errorf("Session: %v", err)
	}
	if _, err := a.Session(newBrowser().request()); !errors.Is(err, ErrSignedOut) {
		t.Errorf("Session without a cookie: %v", err)
	}
	if err := a.Touch(context.Background(), s.Key); !errors.Is(err, ErrUnavailable) {
		t.Errorf("Touch: %v", err)
	}
	for _, password := range []string{"ada's", "wrong"} { // nobody learns whether it was right
		if _, err := newBrowser().signIn(a, "ada", password, "192.0.2.1"); !errors.Is(err, ErrUnavailable) || errors.Is(err, ErrWrong) {
			t.Errorf("SignIn: %v", err)
		}
	}
	fresh := newBrowser()
	out := httptest.NewRecorder()
	if _, err := a.SignInAs(out, fresh.request(), "ada"); !errors.Is(err, ErrUnavailable) || len(out.Result().Cookies()) != 0 {
		t.Errorf("SignInAs: %v, and set %v", err, out.Result().Cookies())
	}

	// A sign-out now is not forgotten, neither here nor, later, in Redis.
	ended, stop := a.Watch(s.Key)
	defer stop()
	if err := b.signOut(a); !errors.Is(err, ErrUnavailable) {
		t.Errorf("SignOut: %v", err)
	}
	if len(b.cookies) != 0 {
		t.Error("the cookie was left")
	}
	wantClosed(t, ended)
	wantSignedOut(t, a, thief)
	server.start()
	if !stored(t, a, s.Key) {
		t.Fatal("the dump lost the session: nothing is tested")
	}
	wantSignedOut(t, a, thief)
	run(t, a)
	eventually(t, "the session is gone from Redis", func() bool { return !stored(t, a, s.Key) })
}

func TestRedisFull(t *testing.T) {
	server := newRealRedis(t)
	ctx := context.Background()
	a := mustNew(t, options(server.client))
	b := newBrowser()
	s := b.mustSignIn(t, a, ada)
	if err := server.client.ConfigSet(ctx, "maxmemory", "1").Err(); err != nil {
		t.Fatal(err)
	}
	for _, password := range []string{"ada's", "wrong"} {
		if _, err := newBrowser().signIn(a, "ada", password, "192.0.2.1"); !errors.Is(err, ErrUnavailable) || errors.Is(err, ErrWrong) {
			t.Errorf("signing in: %v", err)
		}
	}
	wantSignedIn(t, a, b, s.Key)
	if err := server.client.PExpire(ctx, a.sessionKey(s.Key), time.Hour).Err(); err != nil {
		t.Fatal(err)
	}
	if err := a.Touch(ctx, s.Key); err != nil {
		t.Error(err)
	}
	if ttl := server.client.PTTL(ctx, a.sessionKey(s.Key)).Val(); ttl < 11*time.Hour {
		t.Errorf("%v left: a full Redis must still extend", ttl)
	}
	if err := b.copy().signOut(a); err != nil {
		t.Error(err)
	}
	wantSignedOut(t, a, b)
}

// The store also serves gorilla's own way of asking.
func TestStoreGet(t *testing.T) {
	a := mustNew(t, newWorld(t).options())
	b := newBrowser()
	b.mustSignIn(t, a, ada)
	r := b.request()
	one, err := a.store.Get(r, "livetail-test")
	if err != nil || one.IsNew || one.Values[recordKey{}].(record).User != "ada" {
		t.Fatalf("session %+v, %v", one, err)
	}
	if two, err := a.store.Get(r, "livetail-test"); err != nil || two != one {
		t.Error("asked twice in one request")
	}
	out := httptest.NewRecorder()
	if err := one.Save(r, out); err != nil || len(out.Result().Cookies()) != 0 {
		t.Errorf("saving what is saved: %v, %v", err, out.Result().Cookies())
	}
	blank, err := a.store.Get(newBrowser().request(), "livetail-test")
	if err != nil || !blank.IsNew || blank.ID != "" {
		t.Fatalf("session %+v, %v", blank, err)
	}
	if err := blank.Save(r, out); err == nil || len(out.Result().Cookies()) != 0 {
		t.Error("nobody's session was saved")
	}
}
