package auth

import (
	"testing"

	"github.com/redis/go-redis/v9"
)

// What stands in Redis under a session's key and was not made for that key, with our secret, is no session.
func FuzzSession(f *testing.F) {
	client := redis.NewClient(&redis.Options{Addr: "127.0.0.1:1"}) // never asked
	defer client.Close()
	a, err := New(options(client))
	if err != nil {
		f.Fatal(err)
	}
	value, err := a.seal("key", a.newRecord(ada))
	if err != nil {
		f.Fatal(err)
	}
	if _, ok := a.unseal("key", value); !ok {
		f.Fatal("a session is not known again")
	}
	f.Add(value)
	f.Add(`{"user":"ada","started":9999999999999,"print":"","mac":""}`)
	f.Fuzz(func(t *testing.T, s string) {
		if rec, ok := a.unseal("another key", s); ok {
			t.Errorf("%q is the session %+v", s, rec)
		}
	})
}
