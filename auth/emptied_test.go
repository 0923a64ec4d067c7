package auth

import (
	"context"
	"sync/atomic"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
)

func TestEmptiedRedis(t *testing.T) {
	onBoth(t, func(t *testing.T, client *redis.Client) {
		ctx := context.Background()
		one, two := twoWebs(t, client, true)
		onOne, oneKey, oneEnded := openOn(t, two, one, grace)
		onTwo, twoKey, twoEnded := openOn(t, one, two, ada)
		_, revokedKey, revokedEnded := openOn(t, one, two, grace)
		if err := one.End(ctx, revokedKey); err != nil {
			t.Fatal(err)
		}
		closed := newBrowser()
		closedSession := closed.mustSignIn(t, two, grace)
		_, stop := two.Watch(closedSession.Key) // was open once
		stop()

		if err := client.FlushAll(ctx).Err(); err != nil {
			t.Fatal(err)
		}
		run(t, one)
		eventually(t, "one has put back its session", func() bool { return stored(t, one, oneKey) })
		run(t, two) // Redis looks whole again to who does not remember
		eventually(t, "two has put back its session", func() bool { return stored(t, two, twoKey) })
		for _, a := range []*Auth{one, two} {
			wantSignedIn(t, a, onOne, oneKey)
			wantSignedIn(t, a, onTwo, twoKey)
			wantSignedOut(t, a, closed)
		}
		wantOpen(t, oneEnded)
		wantOpen(t, twoEnded)
		wantClosed(t, revokedEnded)
		keys, err := client.Keys(ctx, "test:session:*").Result()
		if err != nil || len(keys) != 2 {
			t.Errorf("in Redis are %v, %v; want the two open ones", keys, err)
		}
		if ttl := client.PTTL(ctx, one.sessionKey(oneKey)).Val(); ttl <= 11*time.Hour || ttl > 12*time.Hour {
			t.Errorf("put back for %v", ttl)
		}
	})
}

// Between two rechecks there are looks, which notice.
func TestEmptiedRedisIsNoticedEarly(t *testing.T) {
	w := newWorld(t)
	a := mustNew(t, w.options())
	_, key, ended := openOn(t, a, a, grace)
	var r rounds
	a.round(context.Background(), &r)
	for range 3 {
		w.redis.FlushAll()
		a.round(context.Background(), &r)
		if !stored(t, a, key) {
			t.Fatal("not put back")
		}
		wantOpen(t, ended)
		a.round(context.Background(), &r)
	}
}

// A request can come before Run has looked.
func TestEmptiedRedisIsNoticedByARequest(t *testing.T) {
	w := newWorld(t)
	a := mustNew(t, w.options())
	b, key, ended := openOn(t, a, a, grace)
	for range 14 { // 6 days and 10 hours, used all the time
		w.pass(11 * time.Hour)
		wantSignedIn(t, a, b, key)
	}
	w.redis.FlushAll()
	wantSignedIn(t, a, b, key)
	wantOpen(t, ended)
	w.redis.FlushAll()
	if err := a.Touch(context.Background(), key); err != nil {
		t.Errorf("touching: %v", err)
	}
	w.pass(11 * time.Hour)
	w.redis.FlushAll()
	wantSignedIn(t, a, b, key)
	if ttl := w.redis.TTL(a.sessionKey(key)); ttl > 3*time.Hour {
		t.Errorf("put back for %v, past its absolute end", ttl)
	}
	w.pass(3 * time.Hour)
	w.redis.FlushAll()
	wantSignedOut(t, a, b) // over by the clock: not put back
	wantClosed(t, ended)
}

// After sessions were put back, an end is an end again.
func TestEndAfterPuttingBack(t *testing.T) {
	onBoth(t, func(t *testing.T, client *redis.Client) {
		one, two := twoWebs(t, client, false)
		b, key, ended := openOn(t, one, two, grace)
		if err := client.FlushAll(context.Background()).Err(); err != nil {
			t.Fatal(err)
		}
		run(t, two)
		eventually(t, "two has put it back", func() bool { return stored(t, two, key) })
		wantOpen(t, ended)
		if err := b.copy().signOut(one); err != nil {
			t.Fatal(err)
		}
		wantClosed(t, ended)
		wantSignedOut(t, two, b)
		if stored(t, two, key) {
			t.Error("put back again")
		}
	})
}

// One ended it, two did not hear, Redis forgot all: two puts it back, and one takes it away for good.
func TestEndIsRepeated(t *testing.T) {
	onBoth(t, func(t *testing.T, client *redis.Client) {
		one, two := twoWebs(t, client, false)
		b, key, ended := openOn(t, one, two, grace)
		if err := b.copy().signOut(one); err != nil {
			t.Fatal(err)
		}
		if err := client.FlushAll(context.Background()).Err(); err != nil {
			t.Fatal(err)
		}
		wantSignedIn(t, two, b, key) // as it cannot know
		wantSignedOut(t, one, b)
		run(t, one)
		run(t, two)
		wantClosed(t, ended)
		wantSignedOut(t, two, b)
		if stored(t, two, key) {
			t.Error("it is still there")
		}
	})
}

// When it is taken away again, those who had put it back are told again.
func TestEndIsToldAgain(t *testing.T) {
	w := newWorld(t)
	var told atomic.Bool
	one, two := twoWebsOn(t, w.client, &told)
	b, key, ended := openOn(t, one, two, grace)
	if err := b.copy().signOut(one); err != nil {
		t.Fatal(err)
	}
	w.redis.FlushAll()
	wantSignedIn(t, two, b, key)
	told.Store(true)
	if err := one.recheck(context.Background()); err != nil {
		t.Fatal(err)
	}
	wantClosed(t, ended)
}

func TestEndWhilePuttingBack(t *testing.T) {
	w := newWorld(t)
	a := mustNew(t, w.options())
	b, key, ended := openOn(t, a, a, grace)
	w.redis.FlushAll()
	// The first answer, that it is missing, comes before the end; the end before the write.
	w.client.AddHook(around{sha: a.put.Hash(), before: func() { a.Heard(key) }})
	wantSignedOut(t, a, b)
	wantClosed(t, ended)
	if stored(t, a, key) {
		t.Error("an ended session was put back")
	}
}

// A crash brings Redis back as it was at its last dump: the mark is there, the sessions since then are not.
func TestRedisRestoredFromAnOlderDump(t *testing.T) {
	server := newRealRedis(t)
	one, two := twoWebs(t, server.client, true)
	before, beforeKey, beforeEnded := openOn(t, one, two, ada)
	signedOut, outKey, _ := openOn(t, one, two, ada)
	if err := server.client.Save(context.Background()).Err(); err != nil {
		t.Fatal(err)
	}
	if err := signedOut.copy().signOut(one); err != nil {
		t.Fatal(err)
	}
	onOne, oneKey, oneEnded := openOn(t, two, one, grace)
	onTwo, twoKey, twoEnded := openOn(t, one, two, grace)
	server.kill()
	server.start()
	if !stored(t, one, beforeKey) || !stored(t, one, outKey) || stored(t, one, oneKey) || stored(t, one, twoKey) {
		t.Fatal("not the dump that is wanted")
	}
	run(t, one)
	eventually(t, "one has put back its session", func() bool { return stored(t, one, oneKey) })
	newBrowser().mustSignIn(t, one, ada) // the count of sessions is where it was
	newBrowser().mustSignIn(t, one, ada)
	run(t, two)
	eventually(t, "two has put back its session", func() bool { return stored(t, two, twoKey) })
	eventually(t, "what was signed out has gone again", func() bool { return !stored(t, one, outKey) })
	for _, a := range []*Auth{one, two} {
		wantSignedIn(t, a, before, beforeKey)
		wantSignedIn(t, a, onOne, oneKey)
		wantSignedIn(t, a, onTwo, twoKey)
		wantSignedOut(t, a, signedOut)
	}
	for _, ended := range []<-chan struct{}{beforeEnded, oneEnded, twoEnded} {
		wantOpen(t, ended)
	}
}

// A count that goes up is no loss.
func TestManySignInsAreNotTakenForALoss(t *testing.T) {
	w := newWorld(t)
	a := mustNew(t, w.options())
	b, key, ended := openOn(t, a, a, grace)
	for range 3 {
		newBrowser().mustSignIn(t, a, ada)
	}
	w.redis.Del(a.sessionKey(key)) // ended by somebody who told nobody
	wantSignedOut(t, a, b)
	wantClosed(t, ended)
}
