package runs

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"livetail/internal/wire"
)

// stuck follows a file of a server that does not answer, until it does.
type stuck struct {
	chatter
	opened  int
	answers chan struct{}
}

func (s *stuck) Follow(context.Context, Start, Sink) error {
	s.opened++
	<-s.answers
	return context.Canceled
}

func (s *stuck) Ask(context.Context, wire.Question, Sink) error {
	<-s.answers
	return context.Canceled
}

// A file server that does not answer holds up neither the end of a run nor other logs, and pages that come and go open its log
// no more often; when it answers, all is as before.
func TestServerThatDoesNotAnswer(t *testing.T) {
	for name, asked := range map[string]bool{"followed": false, "asked too": true} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s, other := &stuck{answers: make(chan struct{})}, &chatter{}
				f, tail, ended, stop := setting(t, &s.chatter)
				f.runs.o.Open = func(l wire.Log) Follower {
					if l.ID == "other" {
						return other
					}
					return s
				}
				first := heard[wire.Hello](f)[0].Run
				f.say(wire.Go{Tail: tail, Run: first, Epoch: 1, Web: web, Log: wire.Log{Host: "h", ID: "l"}, Credit: 1000})
				if synctest.Wait(); s.opened != 1 {
					t.Fatalf("opened %d times", s.opened)
				}
				if asked {
					f.say(wire.Request{Tail: tail, Run: first, Reply: 1, Round: 1, Web: web, Credit: 1000, Question: wire.Question{Ask: wire.AskOutline}})
				}
				f.say(wire.Go{Tail: tail, Run: first, Epoch: 2, Web: web, Log: wire.Log{Host: "h", ID: "l"}, Credit: 1000})
				synctest.Wait()
				f.say(wire.No{Tail: tail, Run: first})
				<-time.After(patience + time.Second)
				if !isEnded(ended) || f.runs.Free() != 1 || f.runs.Len() != 0 {
					t.Fatalf("the run is over: %v, %d places are free, %d runs", isEnded(ended), f.runs.Free(), f.runs.Len())
				}
				// Who comes next takes no place and opens nothing, and can be told no.
				again := func(log string) (run uint64, id wire.TailID, over chan struct{}) {
					heard[wire.Hello](f)
					id, over = wire.NewTailID(), make(chan struct{})
					go func() {
						defer close(over)
						_ = f.runs.Handle(wire.Job{Version: wire.Version, Web: web, Tail: id.String(), Attempt: 1}, id)
					}()
					run = heard[wire.Hello](f)[0].Run
					f.say(wire.Go{Tail: id, Run: run, Epoch: 1, Web: web, Log: wire.Log{Host: "h", ID: log}, Credit: 1000})
					synctest.Wait()
					return run, id, over
				}
				run, id, over := again("l")
				if s.opened != 1 || f.runs.Free() != 1 {
					t.Errorf("opened %d times, %d places are free", s.opened, f.runs.Free())
				}
				f.say(wire.No{Tail: id, Run: run})
				<-over
				run, id, over = again("other")
				if len(other.starts) != 1 {
					t.Error("another log waits too")
				}
				f.say(wire.No{Tail: id, Run: run})
				<-over
				run, id, over = again("l")
				close(s.answers)
				<-time.After(time.Second)
				if synctest.Wait(); s.opened != 2 || !s.closed {
					t.Errorf("after it answers: opened %d times, closed %v", s.opened, s.closed)
				}
				f.say(wire.No{Tail: id, Run: run})
				<-over
				stop()
			})
		})
	}
}

// A worker that is told to stop waits less for it: the whole process has five seconds.
func TestStopsThoughAServerDoesNotAnswer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &stuck{answers: make(chan struct{})}
		f, tail, ended, stop := setting(t, &s.chatter)
		f.runs.o.Open = func(wire.Log) Follower { return s }
		run := heard[wire.Hello](f)[0].Run
		f.say(wire.Go{Tail: tail, Run: run, Epoch: 1, Web: web, Log: wire.Log{Host: "h", ID: "l"}, Credit: 1000})
		synctest.Wait()
		began := time.Now()
		f.runs.Stop()
		if took := time.Since(began); !isEnded(ended) || took != lastServe+lastPatience {
			t.Errorf("it stops after %v", took)
		}
		close(s.answers)
		stop()
	})
}
