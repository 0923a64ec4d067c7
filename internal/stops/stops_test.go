package stops

import (
	"context"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
	"go.uber.org/goleak"

	"livetail/internal/testredis"
	"livetail/internal/wire"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// patience bounds a hang, not a speed.
const patience = 30 * time.Second

var (
	names = wire.Names{Namespace: "test"}
	one   = wire.Log{Host: "web-01", ID: "nginx/access.log"}
	two   = wire.Log{Host: "web-01", ID: "app.log"}
	noon  = time.Date(2026, 11, 21, 14, 2, 0, 0, time.FixedZone("", 3600))
)

func client(t *testing.T, addr string) *redis.Client {
	t.Helper()
	c := redis.NewClient(&redis.Options{Addr: addr, MaxRetries: -1, DialerRetries: 1})
	t.Cleanup(func() { c.Close() })
	return c
}

// process is what one web process knows; it looks until the test ends.
func process(t *testing.T, c *redis.Client) *Stops {
	t.Helper()
	s, err := New(Options{Redis: c, Names: names, Secret: []byte("secret"), Every: 5 * time.Millisecond, Now: func() time.Time { return noon }})
	if err != nil {
		t.Fatal(err)
	}
	ctx, end := context.WithCancel(context.Background())
	var running sync.WaitGroup
	running.Go(func() {
		if err := s.Run(ctx); err != nil {
			t.Error(err)
		}
	})
	t.Cleanup(func() { end(); running.Wait() })
	return s
}

func eventually(t *testing.T, what string, ok func() bool) {
	t.Helper()
	for deadline := time.Now().Add(patience); !ok(); time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("never: %s", what)
		}
	}
}

func (s *Stops) has(log wire.Log) bool {
	_, ok := s.Find(log)
	return ok
}

func hears(t *testing.T, told <-chan string, want string) {
	t.Helper()
	select {
	case got := <-told:
		if got != want {
			t.Errorf("told %q, want %q", got, want)
		}
	case <-time.After(patience):
		t.Fatalf("never told %q", want)
	}
}

// All processes find a stop by looking, one that starts later too, and all of them its end. Nothing is left then.
func TestAllProcessesAgree(t *testing.T) {
	testredis.Each(t, func(t *testing.T, addr string) {
		c := client(t, addr)
		a, b := process(t, c), process(t, c)
		eventually(t, "both have looked", func() bool { return a.Ready() && b.Ready() })
		here, release := a.Watch(one)
		defer release()
		there, release := b.Watch(one)
		defer release()
		other, release := b.Watch(two)
		defer release()
		if err := a.Stop(t.Context(), one, "sre", "disk work, back at 15:00"); err != nil {
			t.Fatal(err)
		}
		if !a.has(one) {
			t.Error("who stopped it does not know at once")
		}
		const words = `stopped by admin: "disk work, back at 15:00"`
		hears(t, here, words)
		hears(t, there, words)
		late := process(t, c)
		eventually(t, "one that starts later knows", func() bool { return late.has(one) })
		told, release := late.Watch(one)
		defer release()
		hears(t, told, words)
		if stop, _ := late.Find(one); stop.By != "sre" || stop.Age(noon.Add(time.Hour)) != time.Hour || stop.Age(noon.Add(-time.Second)) != 0 {
			t.Errorf("it is by %s, for %v", stop.By, stop.Age(noon.Add(time.Hour)))
		}
		if left := c.PTTL(t.Context(), names.StopsKey()).Val(); left < remembered-time.Minute || left > remembered {
			t.Errorf("the key lives for %v", left)
		}
		if err := c.PExpire(t.Context(), names.StopsKey(), time.Minute).Err(); err != nil {
			t.Fatal(err)
		}
		eventually(t, "a look prolongs it", func() bool { return c.PTTL(t.Context(), names.StopsKey()).Val() > time.Hour })
		if err := b.LetGo(t.Context(), one); err != nil {
			t.Fatal(err)
		}
		eventually(t, "all let it go", func() bool { return !a.has(one) && !b.has(one) && !late.has(one) })
		if keys := c.Keys(t.Context(), "*").Val(); len(keys) > 0 {
			t.Errorf("left: %v", keys)
		}
		select {
		case words := <-other:
			t.Errorf("another log is stopped: %s", words)
		default:
		}
	})
}

// What cannot be asked is not taken for free, and what Redis lost goes on.
func TestRedisAwayAndEmptied(t *testing.T) {
	server := testredis.Embedded(t)
	s := process(t, client(t, server.Addr()))
	if err := s.Stop(t.Context(), one, "sre", "disk work"); err != nil {
		t.Fatal(err)
	}
	server.SetError("LOADING gone for a while")
	eventually(t, "it is noticed", func() bool { s.mu.Lock(); defer s.mu.Unlock(); return s.failing })
	if !s.has(one) {
		t.Error("a log goes on since Redis does not answer")
	}
	if err := s.LetGo(t.Context(), one); err == nil || !s.has(one) {
		t.Errorf("let go without Redis: %v", err)
	}
	blind := process(t, client(t, server.Addr()))
	eventually(t, "another one looks in vain", func() bool { blind.mu.Lock(); defer blind.mu.Unlock(); return blind.failing })
	if blind.Ready() {
		t.Error("who never could look claims to know")
	}
	server.SetError("")
	eventually(t, "it knows", func() bool { return blind.has(one) })
	server.FlushAll()
	eventually(t, "what Redis lost goes on", func() bool { return !s.has(one) })
}

// Who can write to Redis can stop no log, move no stop, and put nothing on pages.
func TestForgedStops(t *testing.T) {
	testredis.Each(t, func(t *testing.T, addr string) {
		c := client(t, addr)
		key, good := names.StopsKey(), newSeal([]byte("secret"))
		stop := Stop{Reason: "x", By: "sre", Since: noon}
		put := func(name, sealed string) {
			if err := c.HSet(t.Context(), key, name, sealed).Err(); err != nil {
				t.Fatal(err)
			}
		}
		evil := map[string]string{
			"forged":    newSeal([]byte("another")).Close(wire.Field(key, "web-01/forged"), stop.encode()),
			"moved":     good.Close(wire.Field(key, "web-01/app.log"), stop.encode()),
			"other-key": good.Close(wire.Field("other:stops", "web-01/other-key"), stop.encode()),
			"plain":     stop.encode(),
			"empty":     "",
			"nonsense":  good.Close(wire.Field(key, "web-01/nonsense"), "{"),
			"nobody":    good.Close(wire.Field(key, "web-01/nobody"), Stop{Reason: "x"}.encode()),
			"lines":     good.Close(wire.Field(key, "web-01/lines"), Stop{Reason: "a\nb", By: "sre"}.encode()),
			"long":      good.Close(wire.Field(key, "web-01/long"), Stop{Reason: strings.Repeat("x", MaxReason+1), By: "sre"}.encode()),
			"huge":      good.Close(wire.Field(key, "web-01/huge"), stop.encode()+strings.Repeat(" ", maxSealed)),
		}
		for name, sealed := range evil {
			put("web-01/"+name, sealed)
		}
		put("web-01/../x", good.Close(wire.Field(key, "web-01/../x"), stop.encode()))
		put(two.String(), good.Close(wire.Field(key, two.String()), stop.encode()))
		s := process(t, c)
		eventually(t, "the true one is found", func() bool { return s.has(two) })
		if all := s.All(); len(all) != 1 {
			t.Errorf("taken: %v", all)
		}
		values := make([]any, 0, 2*most)
		for n := range most {
			values = append(values, "many-"+strings.Repeat("x", n%7)+string(rune('a'+n%26))+time.Duration(n).String(), "x")
		}
		if err := c.HSet(t.Context(), key, values...).Err(); err != nil {
			t.Fatal(err)
		}
		eventually(t, "too many are not read", func() bool { s.mu.Lock(); defer s.mu.Unlock(); return s.failing })
		if !s.has(two) {
			t.Error("what was stopped goes on")
		}
		if err := s.Stop(t.Context(), one, "sre", "x"); err == nil || !strings.Contains(err.Error(), ErrFull.Error()) {
			t.Errorf("one more: %v", err)
		}
		c.Del(t.Context(), key)
		c.Set(t.Context(), key, "no hash", 0)
		eventually(t, "a key of another kind is none", func() bool { return !s.has(two) })
		if err := s.Stop(t.Context(), one, "sre", "x"); err != nil || !s.has(one) {
			t.Errorf("over a key of another kind: %v", err)
		}
	})
}

func TestReasons(t *testing.T) {
	for typed, want := range map[string]string{"disk work": "disk work", "  a b\t": "a b", "Plattenarbeit – bis 15 h": "Plattenarbeit – bis 15 h", strings.Repeat("x", MaxReason): strings.Repeat("x", MaxReason)} {
		if got, err := Reason(typed); err != nil || got != want {
			t.Errorf("%q: %q, %v", typed, got, err)
		}
	}
	for _, typed := range []string{"", " \n", "a\nb", "a\x1b[31m", "a\u202eb", "a\xff", strings.Repeat("x", MaxReason+1)} {
		if got, err := Reason(typed); err == nil {
			t.Errorf("%q is taken as %q", typed, got)
		}
	}
	if words := (Stop{Reason: strings.Repeat("x", MaxReason)}).Words(); len(words) > 123 {
		t.Errorf("%d bytes do not fit a close", len(words))
	}
}

// Who no longer watches is not told, and is forgotten.
func TestReleased(t *testing.T) {
	s := process(t, client(t, testredis.Embedded(t).Addr()))
	told, release := s.Watch(one)
	release()
	if len(s.watched) > 0 {
		t.Error("remembered")
	}
	if err := s.Stop(t.Context(), one, "sre", "x"); err != nil {
		t.Fatal(err)
	}
	select {
	case words := <-told:
		t.Errorf("told %s", words)
	default:
	}
}
