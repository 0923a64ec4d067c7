package bus_test

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
	"go.uber.org/goleak"

	"livetail/internal/bus"
	"livetail/internal/dial"
	"livetail/internal/testredis"
)

func TestMain(m *testing.M) {
	dial.Quiet()
	goleak.VerifyTestMain(m)
}

func start(t *testing.T, addr string, deaf time.Duration) *bus.Bus {
	c, err := dial.New(dial.Options{URL: "redis://" + addr})
	if err != nil {
		t.Fatal(err)
	}
	b, err := bus.New(bus.Options{Control: c.Control, Frames: c.Frames, Deaf: deaf})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() { defer close(done); _ = b.Run(ctx) }()
	t.Cleanup(func() { cancel(); <-done; c.Close() })
	return b
}

// ear keeps what it hears.
type ear struct {
	mu    sync.Mutex
	heard []string
}

func (e *ear) hear(b []byte) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.heard = append(e.heard, string(b))
}

func (e *ear) all() []string {
	e.mu.Lock()
	defer e.mu.Unlock()
	return slices.Clone(e.heard)
}

func eventually(t *testing.T, check func() error) {
	t.Helper()
	end := time.Now().Add(30 * time.Second)
	for {
		err := check()
		if err == nil {
			return
		}
		if time.Now().After(end) {
			t.Fatal(err)
		}
		<-time.After(5 * time.Millisecond)
	}
}

func confirm(t *testing.T, confirmed <-chan struct{}) {
	t.Helper()
	select {
	case <-confirmed:
	case <-time.After(30 * time.Second):
		t.Fatal("never confirmed")
	}
}

func TestHearsInOrderFromConfirmationOn(t *testing.T) {
	testredis.Each(t, func(t *testing.T, addr string) {
		b := start(t, addr, 0)
		var one, two ear
		c1, _ := b.Subscribe("one", one.hear)
		c2, _ := b.Subscribe("two", two.hear)
		confirm(t, c1)
		confirm(t, c2)
		var want []string
		for i := range 200 {
			m := fmt.Sprint(i, "\x00\xff")
			want = append(want, m)
			publish := b.Publish
			if i%2 == 1 {
				publish = b.PublishFrame
			}
			if n, err := publish(t.Context(), "one", []byte(m)); n != 1 || err != nil {
				t.Fatalf("%d receivers, %v", n, err)
			}
		}
		eventually(t, func() error {
			if got := one.all(); !slices.Equal(got, want) {
				return fmt.Errorf("heard %d of %d", len(got), len(want))
			}
			return nil
		})
		if got := two.all(); len(got) > 0 {
			t.Errorf("the other channel heard %q", got)
		}
	})
}

func TestUnsubscribedHearsNothing(t *testing.T) {
	testredis.Each(t, func(t *testing.T, addr string) {
		b := start(t, addr, 0)
		var e ear
		confirmed, unsubscribe := b.Subscribe("c", e.hear)
		confirm(t, confirmed)
		unsubscribe()
		eventually(t, func() error {
			if n, err := b.Publish(t.Context(), "c", []byte("x")); n != 0 || err != nil {
				return fmt.Errorf("%d receivers, %v", n, err)
			}
			return nil
		})
		// The same name again is confirmed anew.
		again, _ := b.Subscribe("c", e.hear)
		confirm(t, again)
	})
}

// Who subscribes a channel again is confirmed too, and the end of the older subscription is not the newer one's.
func TestSubscribedAgainReplaces(t *testing.T) {
	testredis.Each(t, func(t *testing.T, addr string) {
		b := start(t, addr, 0)
		var old, fresh ear
		confirmed, endOld := b.Subscribe("c", old.hear)
		confirm(t, confirmed)
		confirmed, _ = b.Subscribe("c", fresh.hear)
		confirm(t, confirmed)
		endOld()
		hearsAgain(t, b, "c", "word", &fresh)
		if heard := old.all(); len(heard) > 0 {
			t.Errorf("the older one heard %q", heard)
		}
	})
}

// hearsAgain publishes until it is heard.
func hearsAgain(t *testing.T, b *bus.Bus, channel, word string, e *ear) {
	t.Helper()
	eventually(t, func() error {
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if _, err := b.Publish(ctx, channel, []byte(word)); err != nil {
			return err
		}
		if !slices.Contains(e.all(), word) {
			return fmt.Errorf("%q is not heard", word)
		}
		return nil
	})
}

func TestHearsAgainAfterFaults(t *testing.T) {
	for name, fault := range map[string]func(*testredis.Server){
		"connection killed": func(s *testredis.Server) { _ = s.KillPubSub(context.Background()) },
		"redis restarted":   func(s *testredis.Server) { s.Kill(); s.Restart() },
	} {
		t.Run(name, func(t *testing.T) {
			s := testredis.Start(t)
			b := start(t, s.Addr, 0)
			var old, fresh ear
			confirmed, _ := b.Subscribe("old", old.hear)
			confirm(t, confirmed)
			fault(s)
			hearsAgain(t, b, "old", "after", &old)
			confirmed, _ = b.Subscribe("fresh", fresh.hear)
			confirm(t, confirmed)
			hearsAgain(t, b, "fresh", "after", &fresh)
		})
	}
}

// A connection whose other end says nothing any more is given up, though nobody closed it.
func TestDeafConnectionIsReplaced(t *testing.T) {
	s := testredis.Start(t)
	b := start(t, s.Addr, 400*time.Millisecond)
	var e ear
	confirmed, _ := b.Subscribe("c", e.hear)
	confirm(t, confirmed)
	before := subscribers(t, s)
	s.Freeze()
	<-time.After(2 * time.Second) // scenario: frozen for several times what makes a connection deaf
	s.Thaw()
	hearsAgain(t, b, "c", "after", &e)
	if after := subscribers(t, s); after == before {
		t.Errorf("the connection that listens is still %s", after)
	}
}

// subscribers is the addresses of the connections that listen.
func subscribers(t *testing.T, s *testredis.Server) string {
	t.Helper()
	list, err := s.Client().Do(t.Context(), "CLIENT", "LIST", "TYPE", "pubsub").Text()
	if err != nil && err != redis.Nil {
		t.Fatal(err)
	}
	var id string
	if _, err := fmt.Sscanf(list, "id=%s", &id); err != nil {
		t.Fatalf("no connection listens: %q", list)
	}
	return id
}
