package delivery

import (
	"context"
	"errors"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"livetail/internal/wire"
)

// run5 is a frame of the run that going makes.
func run5(seq uint64, reply uint32, payload string) *wire.Frame {
	return &wire.Frame{Kind: wire.Lines, Run: 5, Epoch: 1, Seq: seq, Reply: reply, After: wire.Position{{File: "f", Offset: int64(seq) + 1}}, Payload: []byte(payload)}
}

func (f *far) publish(tail *Tail, x *wire.Frame) {
	f.channels[f.names.Tail(tail.ID())](x.AppendTo(nil))
}

// next is the text of what Next gives, without waiting: "" for a state, "nothing" if there is none.
func next(t *testing.T, tail *Tail) (string, Item) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Second)
	defer cancel()
	item, err := tail.Next(ctx)
	if errors.Is(err, context.DeadlineExceeded) {
		return "nothing", item
	}
	if err != nil || item.Frame == nil {
		return "", item
	}
	x, err := wire.ParseFrame(item.Frame)
	if err != nil {
		t.Fatal(err)
	}
	return string(x.Payload), item
}

// of is what a worker heard of one kind.
func of[M wire.Message](f *far, worker string) (out []M) {
	said, _ := f.heard(f.names.Worker(worker))
	for _, m := range said {
		if m, ok := m.(M); ok {
			out = append(out, m)
		}
	}
	return out
}

// A page that closes while its job is being queued leaves none behind.
func TestCloseWhileItIsQueuedDeletes(t *testing.T) {
	inBubble(t, 0, func(t *testing.T, f *far, h *Hub) {
		tail := open(t, h)
		f.queueing = tail.Close
		close(f.confirmed)
		<-time.After(time.Minute)
		if queued, deleted := f.attempts(); len(queued) != 1 || len(deleted) == 0 {
			t.Errorf("queued %v, deleted %v", queued, deleted)
		}
	})
}

// What a page may see, and who asks, is decided when the tail is opened; a question says neither.
func TestPathsAndAskerAreTheTails(t *testing.T) {
	for _, paths := range []bool{false, true} {
		inBubble(t, 0, func(t *testing.T, f *far, h *Hub) {
			tail, err := h.Open(Request{Log: wire.Log{Host: "h", ID: "l"}, Paths: paths, User: "who"})
			if err != nil {
				t.Fatal(err)
			}
			close(f.confirmed)
			synctest.Wait()
			h.hear(wire.Hello{Tail: tail.ID(), Attempt: 1, Run: 5, Worker: "w1"})
			if gos := of[wire.Go](f, "w1"); len(gos) != 1 || gos[0].Paths != paths {
				t.Errorf("paths %v: the run was told %+v", paths, gos)
			}
			tail.Ask(1, wire.Question{Ask: wire.AskRead, Paths: !paths, User: "somebody else"})
			if asked := of[wire.Request](f, "w1"); len(asked) != 1 || asked[0].Question.Paths != paths || asked[0].Question.User != "who" {
				t.Errorf("paths %v: the run was asked %+v", paths, asked)
			}
		})
	}
}

// A wish that comes late replaces nothing; what the one before passed, and the page did not take, takes no room from the next.
func TestWishesComeInOrder(t *testing.T) {
	inBubble(t, 0, func(t *testing.T, f *far, h *Hub) {
		tail := going(t, f, h)
		f.publish(tail, run5(0, 0, "by no wish\n"))
		if refusal := tail.Set(Set{Rev: 2}); refusal != "" {
			t.Fatal(refusal)
		}
		if gos := of[wire.Go](f, "w1"); len(gos) != 1 || gos[0].Rev != 2 || gos[0].Credit != h.pool.base {
			t.Errorf("the run was told %+v, want credit of %d", gos, h.pool.base)
		}
		for _, rev := range []uint32{1, 2} {
			if refusal := tail.Set(Set{Rev: rev}); refusal == "" {
				t.Errorf("wish %d was taken after the second", rev)
			}
		}
		if gos := of[wire.Go](f, "w1"); len(gos) > 0 {
			t.Errorf("the run was told %+v", gos)
		}
		if words, item := next(t, tail); words != "" || item.State != Following {
			t.Errorf("then came %q, %+v", words, item)
		}
		if words, _ := next(t, tail); words != "nothing" {
			t.Errorf("what an older wish passed came: %q", words)
		}
	})
}

// Only what is next reaches the page.
func TestStraysDoNotReachThePage(t *testing.T) {
	inBubble(t, 0, func(t *testing.T, f *far, h *Hub) {
		tail := going(t, f, h)
		next(t, tail) // the first state
		f.publish(tail, run5(0, 0, "first\n"))
		f.publish(tail, run5(0, 0, "first\n"))
		other := run5(wire.FrameCost+6, 0, "another run's\n")
		other.Run = 6
		f.publish(tail, other)
		f.publish(tail, run5(0, 7, "of no question\n"))
		for want := "first\n"; ; want = "nothing" {
			got, item := next(t, tail)
			for ; got == "" && item.Frame == nil; got, item = next(t, tail) {
			}
			if got != want {
				t.Errorf("got %q, want %q", got, want)
			}
			if want == "nothing" {
				break
			}
		}
		if cancels := of[wire.Cancel](f, "w1"); len(cancels) != 1 || cancels[0].Reply != 7 {
			t.Errorf("a run that answers what nobody asks was told %v", cancels)
		}
	})
}

// A question's number is its own; its credit is said again in each roll-call; given up, nothing of it comes any more, and its run
// hears so, again and again.
func TestAQuestionsLife(t *testing.T) {
	inBubble(t, 0, func(t *testing.T, f *far, h *Hub) {
		tail := going(t, f, h)
		next(t, tail)
		if refusal := tail.Ask(1, wire.Question{Ask: wire.AskRead}); refusal != "" {
			t.Fatal(refusal)
		}
		if refusal := tail.Ask(1, wire.Question{Ask: wire.AskRead}); refusal == "" {
			t.Error("a number was taken twice")
		}
		asked := of[wire.Request](f, "w1")
		if len(asked) != 1 {
			t.Fatalf("asked %+v", asked)
		}
		f.publish(tail, run5(0, 1, "an answer\n"))
		<-time.After(2100 * time.Millisecond)
		if again := of[wire.ReplyCredit](f, "w1"); len(again) == 0 || again[0].Reply != 1 || again[0].Upto != asked[0].Credit {
			t.Errorf("its credit was said again as %+v", again)
		}
		tail.Cancel(1)
		if words, _ := next(t, tail); words != "nothing" {
			t.Errorf("given up, %q came of it", words)
		}
		if cancels := of[wire.Cancel](f, "w1"); len(cancels) != 3 {
			t.Errorf("the run was told %v", cancels)
		}
	})
}

// A tail that ends gives back what its questions hold: that which is being answered, and that which was just given up.
func TestEndGivesSeatsBack(t *testing.T) {
	inBubble(t, 0, func(t *testing.T, f *far, h *Hub) {
		tail := going(t, f, h)
		free, grown := h.seats.free, h.seats.grown
		tail.Ask(1, wire.Question{Ask: wire.AskRead})
		tail.Ask(2, wire.Question{Ask: wire.AskRead})
		if h.seats.free != free-2 {
			t.Fatalf("two questions took %d seats", free-h.seats.free)
		}
		tail.Cancel(1)
		tail.Close()
		if h.seats.free != free || h.seats.grown != grown {
			t.Errorf("%d seats are free, and %d bytes out; before it were %d and %d", h.seats.free, h.seats.grown, free, grown)
		}
	})
}

// What a window held above its base may still be used until the run names the epoch that follows.
func TestShrunkIsOutUntilTheRunKnows(t *testing.T) {
	p := newPool(defaultPool, 1000)
	f := flow{pool: &p, window: p.base}
	f.window = p.grow(f.window)
	out := p.grown
	if f.shrink(); p.grown != out || out == 0 {
		t.Errorf("%d bytes are out after shrinking, want %d as before", p.grown, out)
	}
	if f.ack(); p.grown != 0 {
		t.Errorf("%d bytes are out though the run knows", p.grown)
	}
}

// Lines and answers are taken in turn.
func TestLanesTakeTurns(t *testing.T) {
	var l lanes
	for _, reply := range []uint32{0, 0, 0, 3, 3, 8} {
		l.put(Item{reply: reply})
	}
	var order []uint32
	for item, ok := l.take(); ok; item, ok = l.take() {
		order = append(order, item.reply)
	}
	if !slices.Equal(order, []uint32{0, 3, 8, 0, 3, 0}) {
		t.Errorf("taken in the order %v", order)
	}
}
