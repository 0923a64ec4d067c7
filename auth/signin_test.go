package auth

import (
	"context"
	"encoding/base64"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
)

func TestSignInAndOut(t *testing.T) {
	onBoth(t, func(t *testing.T, client *redis.Client) {
		a := mustNew(t, options(client))
		b := newBrowser()
		wantSignedOut(t, a, b)
		s := b.mustSignIn(t, a, grace)
		if s.User.Name != "grace" || time.Since(s.Started) > time.Minute || len(s.Key) != 64 {
			t.Errorf("session is %+v", s)
		}
		wantSignedIn(t, a, b, s.Key)
		wantSignedIn(t, mustNew(t, options(client)), b, s.Key) // another web process, or this one started again

		thief := b.copy()
		if err := b.signOut(a); err != nil {
			t.Fatal(err)
		}
		if len(b.cookies) != 0 {
			t.Error("the cookie was left")
		}
		wantSignedOut(t, a, b)
		wantSignedOut(t, a, thief)
		wantSignedOut(t, mustNew(t, options(client)), thief)
		if err := b.signOut(a); err != nil {
			t.Errorf("signing out twice: %v", err)
		}
		if err := thief.signOut(a); err != nil {
			t.Errorf("signing out with a dead cookie: %v", err)
		}
	})
}

func TestCookie(t *testing.T) {
	for _, secure := range []bool{false, true} {
		w := newWorld(t)
		o := w.options()
		o.Secure = secure
		a := mustNew(t, o)
		b := newBrowser()
		s := b.mustSignIn(t, a, ada)
		c := b.cookies["livetail-test"]
		if c == nil || !c.HttpOnly || c.SameSite != http.SameSiteLaxMode || c.Secure != secure || c.Path != "/logs/" ||
			c.Domain != "" || c.MaxAge != 7*24*3600 {
			t.Errorf("cookie is %+v", c)
		}
		for _, key := range w.redis.Keys() {
			value, _ := w.redis.Get(key)
			id, _ := a.store.id(b.request(), c.Name)
			if strings.Contains(key+value, c.Value) || strings.Contains(key+value, id) {
				t.Error("who reads Redis can make the cookie")
			}
		}
		if strings.Contains(c.Value, s.Key) {
			t.Error("the cookie holds what is told and logged")
		}

		out := httptest.NewRecorder()
		if err := a.SignOut(out, b.request()); err != nil {
			t.Fatal(err)
		}
		gone := out.Result().Cookies()
		if len(gone) != 1 || gone[0].Name != c.Name || gone[0].Value != "" || gone[0].MaxAge >= 0 || gone[0].Path != c.Path || gone[0].Secure != secure {
			t.Errorf("signing out sets %+v", gone)
		}
	}
}

func cookieBytes(value string) string {
	b, err := base64.RawURLEncoding.DecodeString(strings.TrimRight(value, "="))
	if err != nil {
		return "not base64: " + value
	}
	return string(b)
}

func TestTamperedCookieIsSignedOut(t *testing.T) {
	w := newWorld(t)
	a := mustNew(t, w.options())
	b := newBrowser()
	s := b.mustSignIn(t, a, ada)
	good := b.cookies["livetail-test"].Value

	o := w.options()
	o.Secret = []byte("another secret of thirty-two byte")
	foreign := newBrowser()
	foreign.mustSignIn(t, mustNew(t, o), ada)
	o = w.options()
	o.CookieName = "livetail-other"
	neighbour := newBrowser()
	neighbour.mustSignIn(t, mustNew(t, o), ada)

	values := []string{"", "x", "=", strings.Repeat("A", 5000), s.Key, good + "A", good[:len(good)-1], good[1:],
		foreign.cookies["livetail-test"].Value, neighbour.cookies["livetail-other"].Value}
	for i := range good {
		swapped := byte('A')
		if good[i] == 'A' {
			swapped = 'B'
		}
		values = append(values, good[:i]+string(swapped)+good[i+1:])
	}
	for _, value := range values {
		bad := newBrowser()
		bad.cookies["livetail-test"] = &http.Cookie{Name: "livetail-test", Value: value}
		if cookieBytes(value) == cookieBytes(good) {
			continue // another spelling of the same bytes: base64's last character has bits to spare
		}
		if _, err := a.Session(bad.request()); !errors.Is(err, ErrSignedOut) {
			t.Errorf("cookie %q: %v", value, err)
		}
		if err := bad.signOut(a); err != nil {
			t.Errorf("signing out with cookie %q: %v", value, err)
		}
	}
	wantSignedIn(t, a, b, s.Key)

	r := httptest.NewRequest("GET", "/logs/", nil) // a neighbour's rubbish first
	r.AddCookie(&http.Cookie{Name: "livetail-test", Value: "rubbish"})
	r.AddCookie(&http.Cookie{Name: "livetail-test", Value: good})
	if _, err := a.Session(r); err != nil {
		t.Errorf("rubbish before the cookie: %v", err)
	}
}

// An attacker gives the victim a cookie before the victim signs in. Even one that we signed must not become the session.
func TestNoFixation(t *testing.T) {
	onBoth(t, func(t *testing.T, client *redis.Client) {
		a := mustNew(t, options(client))
		never, err := a.store.codec.Encode("livetail-test", random(32)) // signed, but never a session
		if err != nil {
			t.Fatal(err)
		}
		ended := newBrowser()
		ended.mustSignIn(t, a, grace)
		endedCookie := ended.copy()
		if err := ended.signOut(a); err != nil {
			t.Fatal(err)
		}
		alive := newBrowser()
		alive.mustSignIn(t, a, grace)

		signIns := map[string]func(http.ResponseWriter, *http.Request) error{
			"password": func(w http.ResponseWriter, r *http.Request) error {
				_, err := a.SignIn(w, r, "ada", "ada's", "192.0.2.1")
				return err
			},
			"link": func(w http.ResponseWriter, r *http.Request) error {
				_, err := a.SignInAs(w, r, "ada")
				return err
			},
			"store": func(w http.ResponseWriter, r *http.Request) error {
				s, err := a.store.Get(r, "livetail-test")
				if err != nil {
					return err
				}
				s.Values[recordKey{}] = a.newRecord(ada)
				return s.Save(r, w)
			},
		}
		for way, signIn := range signIns {
			for what, chosen := range map[string]string{
				"chosen": "0123456789abcdef", "signed": never,
				"ended": endedCookie.cookies["livetail-test"].Value, "alive": alive.cookies["livetail-test"].Value,
			} {
				if way == "store" && what == "alive" {
					continue // is a session, and stays grace's: nothing begins
				}
				attacker := newBrowser()
				attacker.cookies["livetail-test"] = &http.Cookie{Name: "livetail-test", Value: chosen}
				victim := attacker.copy()
				w := httptest.NewRecorder()
				if err := signIn(w, victim.request()); err != nil {
					t.Fatalf("%s, %s cookie: %v", way, what, err)
				}
				victim.take(w)
				if s, err := a.Session(victim.request()); err != nil || s.User.Name != "ada" {
					t.Fatalf("%s, %s cookie: victim has %+v, %v", way, what, s, err)
				}
				if victim.cookies["livetail-test"].Value == chosen {
					t.Errorf("%s, %s cookie: adopted", way, what)
				}
				if s, err := a.Session(attacker.request()); !errors.Is(err, ErrSignedOut) {
					t.Errorf("%s, %s cookie: attacker has %+v, %v", way, what, s, err)
				}
			}
		}
	})
}

func TestSigningInAgainEndsTheSessionBefore(t *testing.T) {
	a := mustNew(t, newWorld(t).options())
	b := newBrowser()
	first := b.mustSignIn(t, a, grace)
	ended, stop := a.Watch(first.Key)
	defer stop()
	old := b.copy()
	second := b.mustSignIn(t, a, ada)
	if second.Key == first.Key {
		t.Fatal("the same session")
	}
	wantClosed(t, ended)
	wantSignedOut(t, a, old)
	wantSignedIn(t, a, b, second.Key)
}

func TestWrongAndUnknownAreTheSame(t *testing.T) {
	a := mustNew(t, newWorld(t).options())
	tries := []struct{ name, password string }{
		{"ada", "wrong"}, {"ada", ""}, {"ada", "grace's"}, {"nobody", "wrong"}, {"nobody", "ada's"}, {"nobody", "grace's"}, {"", ""},
		{"Ada", "ada's"}, {"ada ", "ada's"}, {strings.Repeat("x", 1<<16), strings.Repeat("y", 1<<16)}, {"\x00\xff", "\x00"},
	}
	for _, c := range tries {
		b := newBrowser()
		s, err := b.signIn(a, c.name, c.password, "192.0.2.9")
		if s != nil || err == nil || err.Error() != "wrong name or password" || !errors.Is(err, ErrWrong) {
			t.Errorf("%.20q, %.20q: %+v, %v", c.name, c.password, s, err)
		}
		if len(b.cookies) != 0 {
			t.Errorf("%.20q: a cookie was set", c.name)
		}
	}
	if _, err := a.SignInAs(httptest.NewRecorder(), newBrowser().request(), "nobody"); !errors.Is(err, ErrWrong) {
		t.Errorf("signing in as nobody: %v", err)
	}
}

// The fastest of some tries each, with a costly hash: noise makes both slower, a missing hash makes one ten times faster.
func TestUnknownNameTakesAsLong(t *testing.T) {
	costly := cost{memory: 64 << 10, time: 2, lanes: 1, salt: 16, key: 32}
	o := options(newWorld(t).client)
	o.Users = []User{{Name: "x", Hash: costly.phc(random(16), random(32))}}
	a := mustNew(t, o)
	fastest := map[string]time.Duration{}
	for i, addr := range []string{"192.0.2.1", "192.0.2.2", "192.0.2.3", "192.0.2.4"} {
		for _, name := range []string{"x", "nobody"} {
			begun := time.Now()
			if _, err := newBrowser().signIn(a, name, "wrong", addr); !errors.Is(err, ErrWrong) {
				t.Fatal(err)
			}
			if took := time.Since(begun); i == 0 || took < fastest[name] {
				fastest[name] = took
			}
		}
	}
	if fastest["nobody"] < fastest["x"]/4 {
		t.Errorf("a wrong password takes %v, an unknown name %v", fastest["x"], fastest["nobody"])
	}
}

func TestTypedNamesOfNobodyAreNotLogged(t *testing.T) {
	var log strings.Builder
	o := options(newWorld(t).client)
	o.Log = slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	a := mustNew(t, o)
	b := newBrowser()
	b.signIn(a, "my-password", "hunter2", "192.0.2.7")
	b.signIn(a, "ada", "hunter2", "192.0.2.7")
	s := b.mustSignIn(t, a, ada)
	b.signOut(a)
	for _, never := range []string{"my-password", "hunter2", "ada's", ada.Hash} {
		if strings.Contains(log.String(), never) {
			t.Errorf("%q is in the log:\n%s", never, log.String())
		}
	}
	for _, want := range []string{"user=ada", "address=192.0.2.7", s.Key} {
		if !strings.Contains(log.String(), want) {
			t.Errorf("%q is not in the log:\n%s", want, log.String())
		}
	}
}

func TestSignOutIsDoneThoughTheBrowserLeft(t *testing.T) {
	a := mustNew(t, newWorld(t).options())
	b := newBrowser()
	s := b.mustSignIn(t, a, ada)
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if err := a.SignOut(httptest.NewRecorder(), b.request().WithContext(ctx)); err != nil {
		t.Fatal(err)
	}
	if stored(t, a, s.Key) {
		t.Error("the session is still there")
	}
}
