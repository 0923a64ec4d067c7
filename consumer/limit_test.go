package consumer

import (
	"net/http"
	"testing"
	"time"
)

func TestLimits(t *testing.T) {
	t.Run("of a user", func(t *testing.T) {
		r := newRig(t, Options{TailsPerUser: 2})
		for range 2 {
			r.dial("").open()
			r.tail()
		}
		r.dial("").open().end(userFull)
		r.dial("?user=bob").open()
		r.tail()
	})
	t.Run("of all", func(t *testing.T) {
		r := newRig(t, Options{Tails: 2})
		r.dial("").open()
		r.tail()
		second := r.dial("?user=bob").open()
		r.tail()
		r.dial("?user=cid").open().end(allFull)
		await(t, "the refused one is gone", r.released)
		second.CloseNow()
		await(t, "the second is gone", r.released)
		r.dial("?user=cid").open()
		r.tail()
	})
	t.Run("of sockets that say nothing", func(t *testing.T) {
		r := newRig(t, Options{TailsPerUser: 1})
		p := r.dial("")
		_, response, err := r.tryDial("", nil)
		if err == nil || response.StatusCode != http.StatusTooManyRequests {
			t.Errorf("a second one: %v, %v", response, err)
		}
		await(t, "the refused one is released", r.released)
		p.open() // and then there is room
		r.tail()
		r.dial("")
	})
}

func TestAReconnectTakesOverFromItsGhost(t *testing.T) {
	r := newRig(t, Options{TailsPerUser: 1})
	ghost := r.dial("").open()
	old := r.tail()
	var p *page
	for range 3 { // also the one that took over can be taken over from
		p = r.dial("")
		p.say(`{"op":"open","replaces":"` + ghost.hear().Tail + `"}`)
		ghost.end(replaced)
		await(t, "the old tail is closed", old.closed)
		ghost, old = p, r.tail()
	}
	select {
	case <-old.closed:
		t.Error("the newest tail is closed")
	default:
	}
}

// Who learns the name of somebody else's tail must not end it, nor get room by it.
func TestNobodyTakesOverFromAnotherUser(t *testing.T) {
	r := newRig(t, Options{Tails: 1})
	victim := r.dial("").open()
	tail := r.tail()
	p := r.dial("?user=mallory")
	p.say(`{"op":"open","replaces":"` + victim.hear().Tail + `"}`)
	p.end(allFull)
	select {
	case <-tail.closed:
		t.Error("the victim's tail is closed")
	default:
	}
}

func TestAdmissionForgetsWhoLeft(t *testing.T) {
	r := newRig(t, Options{})
	for range 20 {
		p := r.dial("").open()
		r.tail()
		p.CloseNow()
		await(t, "release", r.released)
	}
	a := r.h.admission
	eventually(t, "nothing is counted", func() bool {
		a.mu.Lock()
		defer a.mu.Unlock()
		return len(a.users) == 0 && len(a.tails) == 0 && a.count == [open + 1]int{}
	})
}

func TestBudget(t *testing.T) {
	now := time.Now()
	b := newBudget(20, now)
	for i := range 20 {
		if !b.take(now) {
			t.Fatalf("message %d of the first second was refused", i)
		}
	}
	if b.take(now) {
		t.Error("message 21 passed")
	}
	if now = now.Add(51 * time.Millisecond); !b.take(now) || b.take(now) {
		t.Error("after a twentieth of a second not exactly one more passed")
	}
	if now = now.Add(time.Hour); !b.take(now) || b.left > 20 {
		t.Errorf("after an hour %v more would pass", b.left)
	}
}
