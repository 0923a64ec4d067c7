package runs

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"livetail/internal/wire"
)

// Small frames of a busy log are kept apart; what comes after a calm moment, in a heap or with more behind it is not.
func TestPace(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f, tail, _, stop := setting(t, &chatter{})
		defer stop()
		f.say(wire.Go{Tail: tail, Run: heard[wire.Hello](f)[0].Run, Epoch: 1, Web: web, Log: wire.Log{Host: "h", ID: "l"}})
		synctest.Wait()
		var u *run
		for _, u = range f.runs.runs {
		}
		to := &sink{run: u, epoch: 1}
		// took is how long n frames take, of which one is written every so often.
		took := func(frame wire.Frame, n int, every time.Duration) time.Duration {
			began := time.Now()
			for i := range n {
				<-time.After(time.Until(began.Add(time.Duration(i) * every)))
				frame.Kind, frame.After = max(frame.Kind, wire.Lines), wire.Position{{File: "f", Offset: 1}}
				if err := to.Send(t.Context(), &frame); err != nil {
					t.Fatal(err)
				}
			}
			return time.Since(began)
		}
		small, large := wire.Frame{Payload: []byte("a\n")}, wire.Frame{Payload: make([]byte, smallFrame)}
		if d := took(small, 20, apart); d != 19*apart {
			t.Errorf("frames that are far enough apart took %v", d)
		}
		<-time.After(apart)
		if d := took(small, 5, 0); d != 0 {
			t.Errorf("a heap took %v", d)
		}
		if d := took(small, 20, time.Millisecond); d < 19*apart || d > 20*apart {
			t.Errorf("20 frames of a busy log took %v", d)
		}
		if d := took(large, 20, 0) + took(wire.Frame{Behind: smallFrame}, 20, 0) + took(wire.Frame{Flags: wire.Backlog}, 20, 0) + took(wire.Frame{Kind: wire.Mark}, 20, 0); d != 0 {
			t.Errorf("what is read fast took %v", d)
		}
		<-time.After(heap)
		if d := took(small, 5, 0); d != 0 {
			t.Errorf("a heap after a calm moment took %v", d)
		}
		took(small, 1, 0)
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		began := time.Now()
		small.Kind, small.After = wire.Lines, wire.Position{{File: "f", Offset: 1}}
		if err := to.Send(ctx, &small); err != nil || time.Since(began) != 0 {
			t.Errorf("who is to do something else waits for %v, %v", time.Since(began), err)
		}
	})
}
