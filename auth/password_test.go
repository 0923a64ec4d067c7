package auth

import (
	"context"
	"errors"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"
)

func TestPassword(t *testing.T) {
	hash, err := HashPassword([]byte("correct horse"))
	if err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(hash, "$argon2id$v=19$m=19456,t=2,p=1$") {
		t.Errorf("hash is %q", hash)
	}
	if err := CheckHash(hash); err != nil {
		t.Error(err)
	}
	if !Verify(hash, []byte("correct horse")) {
		t.Error("the right password is wrong")
	}
	for _, pw := range []string{"", "correct hors", "correct horse ", "Correct horse"} {
		if Verify(hash, []byte(pw)) {
			t.Errorf("%q is right", pw)
		}
	}
	if again, _ := HashPassword([]byte("correct horse")); again == hash {
		t.Error("two hashes of one password are the same: no salt")
	}
	for _, bad := range []string{"", strings.Repeat("x", maxPassword+1)} {
		if _, err := HashPassword([]byte(bad)); err == nil {
			t.Errorf("a password of %d bytes was accepted", len(bad))
		}
	}
}

// A hash of the reference implementation's own tests.
func TestVerifyForeignHash(t *testing.T) {
	const foreign = "$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc"
	if !Verify(foreign, []byte("password")) || Verify(foreign, []byte("Password")) {
		t.Error("argon2id is not argon2id")
	}
}

func TestCheckHash(t *testing.T) {
	good := hashOf("x")
	for _, bad := range []string{
		"", "secret", "$2y$10$abcdefghijklmnopqrstuv", strings.TrimPrefix(good, "$"), good + "$", good + " ",
		strings.Replace(good, "argon2id", "argon2i", 1),
		strings.Replace(good, "v=19", "v=16", 1),
		strings.Replace(good, "m=4096", "m=8", 1),
		strings.Replace(good, "m=4096", "m=4194304", 1), // 4 GiB a try
		strings.Replace(good, "m=4096", "m=99999999999", 1),
		strings.Replace(good, "t=1", "t=0", 1),
		strings.Replace(good, "t=1", "t=1000000", 1),
		strings.Replace(good, "p=1", "p=0", 1),
		strings.Replace(good, "p=1", "p=1,x=1", 1),
		"$argon2id$v=19$m=4096,t=1,p=1$$" + strings.Repeat("A", 43),
		"$argon2id$v=19$m=4096,t=1,p=1$c29tZXNhbHQ$",
		"$argon2id$v=19$m=4096,t=1,p=1$c29tZXNhbHQ$???",
	} {
		if err := CheckHash(bad); err == nil || !strings.Contains(err.Error(), "livetail hash-password") {
			t.Errorf("%q: %v, want what is wrong and what to do", bad, err)
		}
		if Verify(bad, []byte("x")) {
			t.Errorf("%q verifies", bad)
		}
	}
}

func TestDecoyCostsAsMuchAndFitsNothing(t *testing.T) {
	costly := cost{memory: 8192, time: 3, lanes: 2, salt: 8, key: 24}
	o := options(newWorld(t).client)
	o.Users = []User{{Name: "x", Hash: costly.phc(random(8), random(24))}}
	a := mustNew(t, o)
	if c, _, _, err := parseHash(a.decoyFor("nobody")); err != nil || c != costly {
		t.Errorf("decoy costs %+v, %v; want %+v", c, err, costly)
	}
	o.Users = nil
	if c, _, _, err := parseHash(mustNew(t, o).decoyFor("nobody")); err != nil || c != defaultCost {
		t.Errorf("without users, decoy costs %+v, %v; want %+v", c, err, defaultCost)
	}
}

func TestHashingIsBounded(t *testing.T) {
	w := newWorld(t)
	a := mustNew(t, w.options())
	for range cap(a.slots) {
		a.slots <- struct{}{}
	}
	ctx, cancel := context.WithTimeout(context.Background(), 50*time.Millisecond)
	defer cancel()
	r := newBrowser().request().WithContext(ctx)
	if _, err := a.SignIn(httptest.NewRecorder(), r, "ada", "ada's", "192.0.2.1"); !errors.Is(err, ErrUnavailable) {
		t.Fatalf("with all slots taken: %v", err)
	}
	for range cap(a.slots) {
		<-a.slots
	}
	newBrowser().mustSignIn(t, a, ada)
	if len(a.slots) != 0 {
		t.Error("a slot was not given back")
	}
	hash, err := HashPassword([]byte("correct horse"))
	if err != nil {
		t.Fatal(err)
	}
	enough := make(chan struct{})
	var hashing sync.WaitGroup
	defer hashing.Wait()
	defer close(enough)
	hashing.Go(func() {
		for {
			select {
			case <-enough:
				return
			default:
				_, _ = a.verify(t.Context(), hash, "correct horse")
			}
		}
	})
	eventually(t, "whose password is being hashed has a slot", func() bool { return len(a.slots) == 1 })
}
