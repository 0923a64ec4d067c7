package runs

import (
	"testing"
	"testing/synctest"
	"time"

	"livetail/internal/wire"
)

// What a log's tails know of its pace is said while they are there, of what was just written only.
func TestLinesASecond(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f, tail, _, stop := setting(t, &chatter{})
		defer stop()
		f.say(wire.Go{Tail: tail, Run: heard[wire.Hello](f)[0].Run, Epoch: 1, Web: web, Log: wire.Log{Host: "h", ID: "l"}})
		synctest.Wait()
		var u *run
		for _, u = range f.runs.runs {
		}
		to := &sink{run: u, epoch: 1}
		send := func(frame wire.Frame) {
			frame.Kind = max(frame.Kind, wire.Lines)
			frame.After = wire.Position{{File: "f", Offset: 1}}
			if err := to.Send(t.Context(), &frame); err != nil {
				t.Fatal(err)
			}
		}
		send(wire.Frame{Flags: wire.Backlog, Payload: []byte("a\nb\n")})
		send(wire.Frame{Behind: atEdge + 1, Payload: []byte("a\nb\n")})
		send(wire.Frame{Kind: wire.Mark, Payload: []byte("a\nb\n")})
		if got := f.runs.Following()["l"]; got != (Watched{Tails: 1}) {
			t.Errorf("before anything was written %+v", got)
		}
		for range 60 {
			<-time.After(time.Second)
			f.say(wire.Credit{Tail: tail, Run: u.nonce, Epoch: 1}) // it is listed
			send(wire.Frame{Payload: []byte("a\nb\nhalf")})
		}
		if got := f.runs.Following()["l"]; got.Lines < 1.9 || got.Lines > 2.2 {
			t.Errorf("at two a second %+v", got)
		}
		for range 60 {
			<-time.After(time.Second)
			f.say(wire.Credit{Tail: tail, Run: u.nonce, Epoch: 1}) // it is listed
			send(wire.Frame{Looked: 30, Passed: 1, Payload: []byte("a\n")})
		}
		if got := f.runs.Following()["l"]; got.Lines < 29 || got.Lines > 32 {
			t.Errorf("at thirty a second, of which a filter passes one: %+v", got)
		}
	})
}
