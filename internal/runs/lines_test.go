package runs

import (
	"context"
	"strings"
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
		if got := f.runs.Following()["l"]; got.Lines < 1.9 || got.Lines > 2.2 || got.Errors != 0 {
			t.Errorf("at two a second %+v", got)
		}
		for range 60 {
			<-time.After(time.Second)
			f.say(wire.Credit{Tail: tail, Run: u.nonce, Epoch: 1}) // it is listed
			send(wire.Frame{Payload: []byte("a\nERROR b\n\tat c\n")})
		}
		if got := f.runs.Following()["l"]; got.Lines < 2.9 || got.Errors < 0.9 || got.Errors > 1.1 {
			t.Errorf("at three a second, one of which is an error: %+v", got)
		}
		for range 60 {
			<-time.After(time.Second)
			f.say(wire.Credit{Tail: tail, Run: u.nonce, Epoch: 1}) // it is listed
			send(wire.Frame{Looked: 30, Passed: 1, Payload: []byte("a\n")})
		}
		if got := f.runs.Following()["l"]; got.Errors > 0.1 {
			t.Errorf("long after the last error %+v", got)
		}
		if got := f.runs.Following()["l"]; got.Lines < 29 || got.Lines > 32 {
			t.Errorf("at thirty a second, of which a filter passes one: %+v", got)
		}
		for range 60 {
			<-time.After(time.Second)
			f.say(wire.Credit{Tail: tail, Run: u.nonce, Epoch: 1}) // it is listed
			send(wire.Frame{Payload: []byte("a\n" + strings.Repeat("ERROR b\n", 2000) + strings.Repeat("c\n", 2000) + "half")})
		}
		if got := f.runs.Following()["l"]; got.Lines < 3990 || got.Lines > 4210 || got.Errors < 1995 || got.Errors > 2105 {
			t.Errorf("of a burst, half of which are errors, %+v", got)
		}
	})
}

// Each frame says how many of its lines report an error: of the tail, of its backlog, of an answer, with a filter or without.
func TestErrorsOfAFrame(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		text := []byte("a\nERROR b\n\tat c\nERROR d\n")
		f, r, _, stop := asked(t, func(ctx context.Context, _ wire.Question, to Sink) error {
			return to.Send(ctx, &wire.Frame{Kind: wire.Lines, Payload: text})
		})
		defer stop()
		f.say(r)
		if got := f.sent(); len(got) == 0 || got[0].Reply != 1 || got[0].Errors != 2 {
			t.Errorf("an answer %+v", got)
		}
		var u *run
		for _, u = range f.runs.runs {
		}
		to := &sink{run: u, epoch: 1}
		burst := []byte(strings.Repeat("INFO c\n", wire.MaxPayload/7-10) + "ERROR b\n")
		for what, one := range map[string]struct {
			frame wire.Frame
			want  uint16
		}{
			"backlog":                  {wire.Frame{Flags: wire.Backlog, Payload: text}, 2},
			"far behind the live edge": {wire.Frame{Behind: 2 * atEdge, Payload: text}, 2},
			"filtered":                 {wire.Frame{Looked: 9, Passed: 4, Payload: text}, 2},
			"the rest of a line":       {wire.Frame{Flags: wire.Cont, Payload: []byte("ERROR a\nb\n")}, 0},
			"nothing but counts":       {wire.Frame{Looked: 9, Passed: 9, Errors: 5}, 5},
			"a burst":                  {wire.Frame{Payload: burst}, 1},
			"a marker":                 {wire.Frame{Kind: wire.Mark, Payload: text}, 0},
		} {
			one.frame.Kind = max(one.frame.Kind, wire.Lines)
			if err := to.Send(t.Context(), &one.frame); err != nil {
				t.Fatal(err)
			}
			if got := f.sent(); len(got) != 1 || got[0].Errors != one.want {
				t.Errorf("%s: %d frames, %d errors, want %d", what, len(got), got[0].Errors, one.want)
			}
		}
		// In a flood a beginning stands for the rest.
		for range 100 {
			_ = to.Send(t.Context(), &wire.Frame{Kind: wire.Lines, Payload: burst})
		}
		half := []byte(strings.Repeat("INFO c\nERROR b\n", 8000))
		f.sent()
		_ = to.Send(t.Context(), &wire.Frame{Kind: wire.Lines, Payload: half})
		if got := f.sent(); got[0].Errors < 7900 || got[0].Errors > 8100 {
			t.Errorf("about %d errors, want 8000", got[0].Errors)
		}
	})
}
