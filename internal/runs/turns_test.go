package runs

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"livetail/internal/wire"
)

func TestTurns(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		turns := &turns{all: 2, each: 1, under: map[string]int{}}
		var mu sync.Mutex
		var came []string
		var said atomic.Int64
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		ends := map[string]chan struct{}{}
		search := func(name, user string) {
			end := make(chan struct{})
			ends[name] = end
			go func() {
				done, err := turns.wait(ctx, user, func() error { said.Add(1); return nil })
				if err != nil {
					return
				}
				mu.Lock()
				came = append(came, name)
				mu.Unlock()
				<-end
				done()
			}()
			synctest.Wait()
		}
		search("a1", "ada")
		search("a2", "ada")
		search("b1", "bob")
		search("c1", "cyd")
		if len(came) != 2 || came[0] != "a1" || came[1] != "b1" {
			t.Fatalf("%v came; ada's second and cyd's have to wait", came)
		}
		before := said.Load()
		time.Sleep(3500 * time.Millisecond)
		synctest.Wait()
		if said.Load()-before != 6 {
			t.Errorf("in three seconds %d words to two who wait", said.Load()-before)
		}
		close(ends["b1"])
		synctest.Wait()
		if len(came) != 3 || came[2] != "c1" {
			t.Errorf("%v came; ada's own limit holds nobody else up", came)
		}
		close(ends["a1"])
		synctest.Wait()
		if len(came) != 4 || came[3] != "a2" {
			t.Errorf("%v came", came)
		}
		close(ends["c1"])
		close(ends["a2"])
		synctest.Wait()
		if turns.busy != 0 || len(turns.under) != 0 || len(turns.waiting) != 0 {
			t.Errorf("left behind: %d under way, %v, %d wait", turns.busy, turns.under, len(turns.waiting))
		}
	})
}

func TestWhoGivesUpWaitingLeavesNothing(t *testing.T) {
	turns := &turns{all: 1, each: 1, under: map[string]int{}}
	done, err := turns.wait(t.Context(), "ada", func() error { return nil })
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := turns.wait(ctx, "bob", func() error { return nil }); !errors.Is(err, context.Canceled) {
		t.Errorf("it ended with %v", err)
	}
	gone := errors.New("gone")
	if _, err := turns.wait(t.Context(), "bob", func() error { return gone }); !errors.Is(err, gone) {
		t.Errorf("it ended with %v", err)
	}
	done()
	if turns.busy != 0 || len(turns.waiting) != 0 {
		t.Errorf("%d under way, %d wait", turns.busy, len(turns.waiting))
	}
}

func TestWhatIsASearch(t *testing.T) {
	rule := []byte(`{"levels":["error"]}`)
	for q, want := range map[*wire.Question]bool{
		{Ask: wire.AskRead, Quiet: true}: true, {Ask: wire.AskRead, Filter: rule}: true, {Ask: wire.AskRead, Filter: rule, Lines: 1}: false,
		{Ask: wire.AskRead, Filter: rule, Bytes: 1}: false, {Ask: wire.AskRead}: false, {Ask: wire.AskTime}: false,
		{Ask: wire.AskTime, Filter: rule}: true, {Ask: wire.AskPlace, Quiet: true}: true, {Ask: wire.AskOutline, Filter: rule}: false,
	} {
		if whole(*q) != want {
			t.Errorf("%+v: %v", *q, !want)
		}
	}
}
