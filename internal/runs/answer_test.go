package runs

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"livetail/internal/wire"
)

// asked makes a run of a chatter that answers as answer does, told to go.
func asked(t *testing.T, answer func(context.Context, wire.Question, Sink) error) (f *far, r wire.Request, ended <-chan struct{}, stop func()) {
	c := &chatter{answer: answer}
	f, tail, ended, stop := setting(t, c)
	run := heard[wire.Hello](f)[0].Run
	f.say(wire.Go{Tail: tail, Run: run, Epoch: 1, Web: web, Log: wire.Log{Host: "h", ID: "l"}})
	synctest.Wait()
	return f, wire.Request{Tail: tail, Run: run, Reply: 1, Round: 1, Web: web, Credit: 1000, Question: wire.Question{Ask: wire.AskRead}}, ended, stop
}

// endless answers as far as it may, in frames of 72 bytes.
func endless(ctx context.Context, _ wire.Question, to Sink) error {
	for {
		if _, err := to.Room(ctx); err != nil {
			return err
		}
		if err := to.Send(ctx, &wire.Frame{Kind: wire.Lines, Payload: make([]byte, 72)}); err != nil {
			return err
		}
	}
}

// endOf is the end marker of an answer, if f is one.
func endOf(t *testing.T, f wire.Frame) (m wire.Marker) {
	t.Helper()
	if f.Flags&wire.Last == 0 || json.Unmarshal(f.Payload, &m) != nil || m.Kind != wire.MarkEnd {
		t.Fatalf("no end: %+v", f)
	}
	return m
}

func TestAnswersKeepToTheirCreditAndRound(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f, r, _, stop := asked(t, endless)
		defer stop()
		f.say(r)
		got := f.sent()
		if len(got) != 5 || got[4].Reply != 1 || got[4].Epoch != 1 || got[4].Seq != 800 || got[4].Run != r.Run {
			t.Fatalf("sent %+v", got)
		}
		f.say(r) // the same again
		f.say(wire.ReplyCredit{Tail: r.Tail, Run: r.Run, Reply: 1, Round: 9, Upto: 5000})
		f.say(wire.ReplyCredit{Tail: wire.NewTailID(), Run: r.Run, Reply: 1, Round: 1, Upto: 5000})
		if got := f.sent(); len(got) > 0 {
			t.Fatalf("a repeated request, or credit of another round or tail, made it send %d frames", len(got))
		}
		r.Credit = 1200
		f.say(r)
		f.say(wire.ReplyCredit{Tail: r.Tail, Run: r.Run, Reply: 1, Round: 1, Upto: 1400})
		if got := f.sent(); len(got) != 2 || got[0].Seq != 1000 {
			t.Fatalf("with more credit it sent %+v", got)
		}
		// An epoch of the tail changes nothing; a round begins anew.
		f.say(wire.Go{Tail: r.Tail, Run: r.Run, Epoch: 2, Web: web, Log: wire.Log{Host: "h", ID: "l"}, Rev: 4})
		f.say(wire.ReplyCredit{Tail: r.Tail, Run: r.Run, Reply: 1, Round: 1, Upto: 1600})
		r.Round, r.Credit = 2, 300
		if got := f.sent(); len(got) != 1 || got[0].Seq != 1400 || got[0].Rev != 0 {
			t.Fatalf("after a new epoch it sent %+v", got)
		}
		f.say(r)
		if got := f.sent(); len(got) != 1 || got[0].Epoch != 2 || got[0].Seq != 0 {
			t.Fatalf("in the next round it sent %+v", got)
		}
		r.Round = 1
		f.say(r) // late
		if got := f.sent(); len(got) > 0 {
			t.Errorf("a late request of an old round was answered: %+v", got)
		}
	})
}

func TestCancelledAndLateRequests(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		over := make(chan error, 10)
		f, r, ended, stop := asked(t, func(ctx context.Context, q wire.Question, to Sink) error {
			err := endless(ctx, q, to)
			over <- err
			return err
		})
		defer stop()
		f.say(r)
		f.say(wire.Cancel{Tail: r.Tail, Run: r.Run, Reply: 1})
		synctest.Wait()
		if len(over) == 0 {
			t.Fatal("a cancelled question is answered on")
		}
		if err := <-over; !errors.Is(err, context.Canceled) {
			t.Errorf("it ended with %v", err)
		}
		f.sent()
		f.say(r)
		if got := f.sent(); len(got) > 0 {
			t.Errorf("a cancelled question that came again was answered: %+v", got)
		}
		r.Reply = 2
		f.say(r)
		synctest.Wait()
		f.say(wire.No{Tail: r.Tail, Run: r.Run})
		if !isEnded(ended) || len(over) == 0 { // it waits for its answers
			t.Error("the run goes on, or its answer does")
		}
	})
}

// A question that nobody lists for ten seconds ends, though its run goes on.
func TestUnlistedAnswerEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		over := make(chan error, 1)
		f, r, ended, stop := asked(t, func(ctx context.Context, q wire.Question, to Sink) error {
			err := endless(ctx, q, to)
			over <- err
			return err
		})
		defer stop()
		f.say(r)
		list := func(also bool) {
			f.say(wire.WebRoll{Web: web, Tails: []wire.TailEntry{{Tail: r.Tail, Run: r.Run, Epoch: 1}}})
			if also {
				f.say(wire.ReplyCredit{Tail: r.Tail, Run: r.Run, Reply: 1, Round: 1})
			}
		}
		for range 10 {
			<-time.After(2 * time.Second)
			list(true)
		}
		if len(over) > 0 {
			t.Fatal("ended although it was listed")
		}
		for range 6 {
			<-time.After(2 * time.Second)
			list(false)
		}
		if len(over) == 0 || isEnded(ended) {
			t.Errorf("after 12 s unlisted: %d answers ended; or the run did", len(over))
		}
	})
}

// What goes wrong ends the answer in words, and nothing else; paths stay here.
func TestFailedAnswers(t *testing.T) {
	for name, c := range map[string]struct {
		answer func(context.Context, wire.Question, Sink) error
		paths  bool
		why    string
	}{
		"error":              {func(context.Context, wire.Question, Sink) error { return errors.New("opening /secret/path: no") }, false, "log says why"},
		"error, may be seen": {func(context.Context, wire.Question, Sink) error { return errors.New("opening /secret/path: no") }, true, "/secret/path"},
		"panic":              {func(context.Context, wire.Question, Sink) error { panic("on purpose") }, false, "log says why"},
		"no end":             {func(context.Context, wire.Question, Sink) error { return nil }, false, "log says why"},
		"in words":           {func(ctx context.Context, _ wire.Question, to Sink) error { return Fail(ctx, to, "no such log") }, false, "no such log"},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				f, r, ended, stop := asked(t, c.answer)
				defer stop()
				r.Question.Paths = c.paths
				f.say(r)
				got := f.sent()
				if len(got) != 1 {
					t.Fatalf("sent %+v", got)
				}
				if m := endOf(t, got[0]); m.End != wire.EndFailed || !strings.Contains(m.Why, c.why) || !c.paths && strings.Contains(m.Why, "/") {
					t.Errorf("it ended with %+v", m)
				}
				if isEnded(ended) {
					t.Error("the run ended too")
				}
			})
		})
	}
}

// Room for 64 bytes must do for words.
func TestAnswersFailWithLittleCredit(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f, r, _, stop := asked(t, func(ctx context.Context, _ wire.Question, to Sink) error {
			return Fail(ctx, to, strings.Repeat("long ", 50))
		})
		defer stop()
		r.Credit = wire.FrameCost + wire.MinPayload
		f.say(r)
		if got := f.sent(); len(got) != 1 || endOf(t, got[0]).End != wire.EndFailed || len(got[0].Payload) > wire.MinPayload {
			t.Errorf("sent %+v", got)
		}
	})
}

// A question to a run that has no place is refused in words; one that came just before its place is answered.
func TestQuestionsBeforeAPlace(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := &chatter{answer: endless}
		f, tail, _, stop := setting(t, c)
		defer stop()
		run := heard[wire.Hello](f)[0].Run
		request := wire.Request{Tail: tail, Run: run, Reply: 1, Round: 1, Web: web, Credit: 1000, Question: wire.Question{Ask: wire.AskRead}}
		f.say(request)
		if got := f.sent(); len(got) > 0 {
			t.Fatalf("answered before go: %+v", got)
		}
		f.say(wire.Go{Tail: tail, Run: run, Epoch: 1, Web: web, Log: wire.Log{Host: "h", ID: "l"}})
		if got := f.sent(); len(got) != 5 {
			t.Fatalf("sent %d frames once it had its place", len(got))
		}

		other := wire.NewTailID()
		handled := make(chan struct{})
		go func() {
			defer close(handled)
			_ = f.runs.Handle(wire.Job{Version: wire.Version, Web: web, Tail: other.String(), Attempt: 1}, other)
		}()
		queued := heard[wire.Hello](f)[0].Run
		f.say(wire.Go{Tail: other, Run: queued, Epoch: 1, Web: web, Log: wire.Log{Host: "h", ID: "l"}})
		<-time.After(2100 * time.Millisecond)
		rolls := heard[wire.WorkerRoll](f)
		if want := (wire.RunEntry{Tail: other, Run: queued, Epoch: 1, State: wire.Queued}); len(rolls) == 0 || !slices.Contains(rolls[0].Runs, want) {
			t.Errorf("rolls: %+v, want %+v among them", rolls, want)
		}
		request.Tail, request.Run = other, queued
		f.say(request)
		got := f.sent()
		if len(got) != 1 || !strings.Contains(endOf(t, got[0]).Why, "free place") {
			t.Errorf("sent %+v", got)
		}
		f.say(wire.No{Tail: other, Run: queued})
		<-handled
	})
}

// A page that asks more than it may makes the oldest answers give way, and the memory of old ones stays bounded.
func TestAnswersOfARunAreBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f, r, _, stop := asked(t, endless)
		defer stop()
		for range 10 * maxAnswers {
			f.say(r)
			r.Reply++
		}
		synctest.Wait()
		f.runs.mu.Lock()
		defer f.runs.mu.Unlock()
		for _, u := range f.runs.runs {
			if len(u.answers) > maxAnswers {
				t.Errorf("%d answers", len(u.answers))
			}
		}
	})
}

// Frames carry the rev of the epoch that they are of.
func TestRevIsOfTheEpoch(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := &chatter{}
		f, tail, _, stop := setting(t, c)
		defer stop()
		run := heard[wire.Hello](f)[0].Run
		for rev := range uint32(3) {
			f.say(wire.Go{Tail: tail, Run: run, Epoch: rev + 1, Web: web, Log: wire.Log{Host: "h", ID: "l"}, Rev: rev, Credit: 1000,
				Quiet: rev == 1, Filter: []byte{byte(rev)}})
			got := f.sent()
			if len(got) == 0 {
				t.Fatal("nothing was sent")
			}
			for _, frame := range got {
				if frame.Rev != rev || frame.Epoch != rev+1 {
					t.Errorf("rev %d in epoch %d", frame.Rev, frame.Epoch)
				}
			}
			if s := c.starts[rev]; s.Quiet != (rev == 1) || s.Filter[0] != byte(rev) {
				t.Errorf("the follower was told %+v", s)
			}
		}
	})
}

// One search of a user at a time: the second says that it waits, and comes when the first is over.
func TestASecondSearchWaits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f, r, _, stop := asked(t, endless)
		defer stop()
		r.Question.Quiet, r.Question.User = true, "ada"
		f.say(r)
		if got := f.sent(); len(got) == 0 || got[0].Kind != wire.Lines {
			t.Fatalf("the first sent %+v", got)
		}
		second := r
		second.Reply++
		f.say(second)
		got := f.sent()
		if len(got) != 1 || got[0].Reply != second.Reply || got[0].Kind != wire.Mark || got[0].Flags != wire.Slowed || !strings.Contains(string(got[0].Payload), "waiting for other searches") {
			t.Fatalf("the second sent %+v", got)
		}
		f.say(wire.Cancel{Tail: r.Tail, Run: r.Run, Reply: r.Reply})
		if got := f.sent(); len(got) == 0 || got[0].Reply != second.Reply || got[0].Kind != wire.Lines {
			t.Fatalf("with the first gone the second sent %+v", got)
		}
	})
}
