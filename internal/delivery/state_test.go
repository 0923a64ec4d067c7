package delivery

import (
	"errors"
	"reflect"
	"testing"
	"time"

	"livetail/internal/control"
	"livetail/internal/wire"
)

var t0 = time.Unix(1e9, 0)

// live is a machine whose run 5 was told to go; what was said until then is forgotten.
func live(t *testing.T) *machine {
	p, s := newPool(defaultPool, 1000), newSeats(defaultAnswers)
	m := &machine{id: wire.NewTailID(), web: "web1", log: wire.Log{Host: "h", ID: "l"}, flow: flow{pool: &p, window: p.base}, asking: asking{seats: &s}}
	m.begin()
	m.queued(1, t0)
	m.hello(wire.Hello{Tail: m.id, Attempt: 1, Run: 5, Worker: "w1"}, t0)
	if m.epoch != 1 || m.waiting {
		t.Fatalf("epoch %d, waiting %v", m.epoch, m.waiting)
	}
	m.do = todo{}
	return m
}

func said(m *machine) []send {
	do := m.do
	m.do = todo{}
	return do.sends
}

func lines(m *machine, seq uint64, n int) *wire.Frame {
	return &wire.Frame{Kind: wire.Lines, Run: 5, Epoch: m.epoch, Seq: seq, After: wire.Position{{File: "f", Offset: int64(seq) + int64(n)}}, Payload: nothing[:n]}
}

func patient(last, now time.Time) time.Duration { return now.Sub(last) }

func TestOnlyOneRunGoes(t *testing.T) {
	m := live(t)
	m.hello(wire.Hello{Tail: m.id, Attempt: 1, Run: 6, Worker: "w2"}, t0) // asynq ran the job twice
	if got, want := said(m), []send{{"w2", wire.No{Tail: m.id, Run: 6}}}; !reflect.DeepEqual(got, want) {
		t.Errorf("said %v, want %v", got, want)
	}
	m.hello(wire.Hello{Tail: m.id, Attempt: 1, Run: 5, Worker: "w1"}, t0) // its go was lost
	if got := said(m); len(got) != 1 || got[0].msg.(wire.Go).Epoch != 1 {
		t.Errorf("said %v, want go again", got)
	}
	m.begin()
	m.do = todo{}
	m.hello(wire.Hello{Tail: m.id, Attempt: 1, Run: 7, Worker: "w3"}, t0) // an old attempt, revived
	if got, want := said(m), []send{{"w3", wire.No{Tail: m.id, Run: 7}}}; !reflect.DeepEqual(got, want) {
		t.Errorf("said %v, want %v", got, want)
	}
	m.hello(wire.Hello{Tail: m.id, Attempt: 2, Run: 8, Worker: "w4"}, t0)
	got := said(m)
	if len(got) != 2 || !reflect.DeepEqual(got[0], send{"w1", wire.No{Tail: m.id, Run: 5}}) || got[1].worker != "w4" || got[1].msg.(wire.Go).Run != 8 {
		t.Errorf("said %v, want no to the old run and go to the new", got)
	}
}

func TestOnlyTheNextFrameIsTaken(t *testing.T) {
	m := live(t)
	if !m.frame(lines(m, 0, 100), t0) {
		t.Fatal("the first frame was refused")
	}
	next := m.next
	if m.frame(lines(m, 0, 100), t0) || m.epoch != 1 {
		t.Error("a repeated frame was taken, or asked again for")
	}
	stale := lines(m, next, 100)
	stale.Run = 4
	if m.frame(stale, t0) {
		t.Error("another run's frame was taken")
	}
	if m.frame(lines(m, next, 5000), t0) {
		t.Error("a frame beyond its credit was taken")
	}
	if m.frame(lines(m, next+1, 10), t0) || m.epoch != 2 {
		t.Error("a frame after a lost one was taken, or not asked again")
	}
	got := said(m)
	g, ok := got[len(got)-1].msg.(wire.Go)
	if !ok || g.Epoch != 2 || !reflect.DeepEqual(g.From, wire.Position{{File: "f", Offset: 100}}) {
		t.Errorf("said %v, want go from 100", got)
	}
	old := lines(m, 0, 10)
	old.Epoch = 1
	if m.frame(old, t0) {
		t.Error("a frame of an earlier epoch was taken")
	}
}

// The last line before a quiet hour: its frame is lost, and nothing follows it.
// What a page wants now is all that its run is told, in an epoch of its own; a run that takes over is told the same.
func TestSetReplacesAllThatWasWanted(t *testing.T) {
	m := live(t)
	run, attempt := uint64(5), m.attempt
	for i, s := range []Set{
		{Rev: 1, From: wire.Position{{File: "f", Offset: 60}}, Lines: 7, Filter: []byte(`{"levels":["error"]}`), Quiet: true},
		{Rev: 2, From: wire.Position{{File: "g", Offset: 9}}},
		{Rev: 3, Filter: []byte(`{"levels":["warn"]}`)},
	} {
		expect := func() {
			t.Helper()
			got := said(m)
			g, ok := got[len(got)-1].msg.(wire.Go)
			if !ok || g.Run != run || g.Epoch != m.epoch || g.Rev != s.Rev || g.Lines != s.Lines || g.Quiet != s.Quiet ||
				!reflect.DeepEqual(g.From, s.From) || string(g.Filter) != string(s.Filter) {
				t.Errorf("set %+v, said %+v", s, got)
			}
		}
		before := lines(m, 0, 10)
		before.Run = run
		m.set(s, t0)
		expect()
		if m.frame(before, t0) {
			t.Error("a frame of what was wanted before is taken")
		}
		m.begin()
		attempt, run = attempt+1, uint64(10+i)
		m.hello(wire.Hello{Tail: m.id, Attempt: attempt, Run: run, Worker: "w1"}, t0)
		expect()
	}
}

// A part of an answer that was lost is asked for at once, from where the answer has come to: silence would find it out much later.
func TestALostPartOfAnAnswerIsAskedForAtOnce(t *testing.T) {
	m := live(t)
	if words := m.ask(1, wire.Question{Ask: wire.AskRead, Lines: 100}, t0); words != "" {
		t.Fatal(words)
	}
	said(m)
	part := func(seq uint64) *wire.Frame {
		f := lines(m, seq, 10)
		f.Reply, f.Epoch = 1, 1
		return f
	}
	if !m.frame(part(0), t0) {
		t.Fatal("the first part was refused")
	}
	said(m)
	if m.frame(part(500), t0) {
		t.Error("a part after a lost one was taken")
	}
	got := said(m)
	if len(got) != 1 {
		t.Fatalf("said %v", got)
	}
	if r, ok := got[0].msg.(wire.Request); !ok || r.Round != 2 || !reflect.DeepEqual(r.Question.From, wire.Position{{File: "f", Offset: 10}}) {
		t.Errorf("said %v, want the question again from 10", got)
	}
}

func TestLostLastFrameIsFetched(t *testing.T) {
	m := live(t)
	m.roll("w1", wire.RunEntry{Tail: m.id, Run: 5, Epoch: 1, Sent: 300}, t0)
	m.tick(t0.Add(lostAfter-1), patient)
	if m.epoch != 1 {
		t.Error("judged while the frame may still be in flight")
	}
	m.tick(t0.Add(lostAfter), patient)
	if m.epoch != 2 {
		t.Error("never asked again")
	}
}

func TestFrameInFlightIsNotLost(t *testing.T) {
	m := live(t)
	m.roll("w1", wire.RunEntry{Tail: m.id, Run: 5, Epoch: 1, Sent: wire.FrameCost + 100}, t0)
	m.frame(lines(m, 0, 100), t0.Add(10*time.Millisecond))
	m.tick(t0.Add(time.Second), patient)
	if m.epoch != 1 {
		t.Error("asked again for a frame that came")
	}
}

// A worker that dies right after a roll-call has 6 s until its tails are elsewhere: 1.5 of them are for the next run to be greeted.
func TestSilenceFitsTheBudget(t *testing.T) {
	if most := 6*time.Second - 1500*time.Millisecond; silence > most || silence < 2*control.RollEvery {
		t.Errorf("a run is replaced after a silence of %v: less than two roll-calls, or more than %v", silence, most)
	}
}

func TestSilentRunIsReplacedAndHeardMeanwhile(t *testing.T) {
	m := live(t)
	m.frame(lines(m, 0, 10), t0)
	m.tick(t0.Add(silence), patient)
	if m.waiting {
		t.Fatal("replaced too early")
	}
	m.tick(t0.Add(silence+1), patient)
	if !m.waiting || m.attempt != 2 || !m.do.enqueue || m.state != Reconnecting {
		t.Fatalf("not replaced: %+v", m)
	}
	if !m.frame(lines(m, m.next, 10), t0.Add(silence+2)) {
		t.Error("the old run is no longer heard, though no other may go yet")
	}
	m.looked(2, wire.JobPending, nil, t0.Add(silence+firstLook))
	if m.state != Waiting {
		t.Errorf("no worker took the job, and it is called %v", m.state)
	}
}

func TestByeIsAnsweredOnceInThreeSeconds(t *testing.T) {
	m := live(t)
	m.bye(wire.Bye{Tail: m.id, Attempt: 1, Run: 99}, t0)
	if m.waiting {
		t.Fatal("a stranger's bye was taken")
	}
	m.bye(wire.Bye{Tail: m.id, Attempt: 1, Run: 5}, t0)
	if !m.waiting || m.attempt != 2 {
		t.Fatal("not replaced")
	}
	m.bye(wire.Bye{Tail: m.id, Attempt: 2, Run: 6}, t0.Add(time.Second)) // the next fails at once, still saying hello
	m.tick(t0.Add(2900*time.Millisecond), patient)
	if m.attempt != 2 {
		t.Error("replaced again at once: this spins")
	}
	m.tick(t0.Add(3*time.Second), patient)
	if m.attempt != 3 {
		t.Error("never replaced")
	}
}

func TestUnansweredGoIsSaidAgain(t *testing.T) {
	m := live(t)
	gos := 0
	for now := t0; now.Before(t0.Add(4 * time.Second)); now = now.Add(250 * time.Millisecond) {
		m.tick(now, patient)
		gos += len(said(m))
	}
	if gos != goTries {
		t.Errorf("go was said %d times more, want %d", gos, goTries)
	}
	m = live(t)
	m.frame(lines(m, 0, 10), t0)
	m.tick(t0.Add(time.Second), patient)
	if got := said(m); len(got) > 0 {
		t.Errorf("said %v though a frame named the epoch", got)
	}
}

func TestWhatBecameOfAWaitingJob(t *testing.T) {
	type look struct {
		state wire.JobState
		err   error
	}
	for name, c := range map[string]struct {
		looks   []look
		attempt uint32
	}{
		"pending":            {[]look{{wire.JobPending, nil}, {wire.JobPending, nil}}, 1},
		"missing":            {[]look{{wire.JobMissing, nil}}, 2},
		"taken once":         {[]look{{wire.JobTaken, nil}}, 1},
		"taken twice":        {[]look{{wire.JobTaken, nil}, {wire.JobTaken, nil}}, 2},
		"taken, then queued": {[]look{{wire.JobTaken, nil}, {wire.JobPending, nil}, {wire.JobTaken, nil}}, 1},
		"redis is away":      {[]look{{0, errors.New("away")}, {0, errors.New("away")}}, 1},
	} {
		t.Run(name, func(t *testing.T) {
			p := newPool(defaultPool, 1)
			m := &machine{flow: flow{pool: &p, window: p.base}}
			m.begin()
			m.queued(1, t0)
			now := t0
			for _, l := range c.looks {
				for m.do = (todo{}); !m.do.look; m.tick(now, patient) {
					if now = now.Add(250 * time.Millisecond); now.Sub(t0) > 2*time.Minute {
						t.Fatal("never looks")
					}
				}
				m.looked(1, l.state, l.err, now)
			}
			if m.attempt != c.attempt {
				t.Errorf("attempt %d, want %d", m.attempt, c.attempt)
			}
		})
	}
}
