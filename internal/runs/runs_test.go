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

const web = "web1"

// far is the other side: it hears what the worker says, and answers as the test wants.
type far struct {
	t      *testing.T
	runs   *Runs
	sealer wire.Sealer
	names  wire.Names

	mu        sync.Mutex
	control   []wire.Message
	frames    []wire.Frame
	receivers int64
}

func (f *far) Publish(_ context.Context, channel string, b []byte) (int64, error) {
	m, err := f.sealer.Open(channel, b)
	if err != nil {
		f.t.Error(err)
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if _, echo := m.(wire.Echo); !echo {
		f.control = append(f.control, m)
	}
	if channel == f.names.Worker("w1") {
		go f.runs.hear(m) // the echo comes back
	}
	return 1, nil
}

func (f *far) Subscribe(string, func([]byte)) (<-chan struct{}, func()) { return nil, func() {} }

func (f *far) PublishFrame(_ context.Context, _ string, b []byte) (int64, error) {
	frame, err := wire.ParseFrame(append([]byte(nil), b...))
	if err != nil {
		f.t.Error(err)
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.frames = append(f.frames, frame)
	return f.receivers, nil
}

// heard takes the control messages of type M that were said since the last call.
func heard[M wire.Message](f *far) (out []M) {
	synctest.Wait()
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, m := range f.control {
		if m, ok := m.(M); ok {
			out = append(out, m)
		}
	}
	f.control = nil
	return out
}

func (f *far) sent() []wire.Frame {
	synctest.Wait()
	f.mu.Lock()
	defer f.mu.Unlock()
	out := f.frames
	f.frames = nil
	return out
}

// chatter follows by sending as much as it may; it ends when end is closed.
type chatter struct {
	starts []Start
	end    chan struct{}
	closed bool
	panics bool
	answer func(context.Context, wire.Question, Sink) error
}

func (c *chatter) Follow(ctx context.Context, s Start, to Sink) error {
	if c.starts = append(c.starts, s); c.panics {
		panic("a follower's fault")
	}
	var at int64
	for {
		select {
		case <-c.end:
			return errors.New("enough")
		default:
		}
		n, err := to.Room(ctx)
		if err != nil {
			return err
		}
		if n > 100 {
			n = 100
		}
		at += int64(n)
		if err := to.Send(ctx, &wire.Frame{Kind: wire.Lines, After: wire.Position{{File: "f", Offset: at}}, Payload: make([]byte, n), Behind: 1 << 20}); err != nil {
			return err
		}
	}
}

func (c *chatter) Ask(ctx context.Context, q wire.Question, to Sink) error {
	return c.answer(ctx, q, to)
}

func (c *chatter) Close() error { c.closed = true; return nil }

// setting starts a worker with one job under way; the returned wait ends when the job's handler has returned.
func setting(t *testing.T, c *chatter) (f *far, tail wire.TailID, ended <-chan struct{}, stop func()) {
	f = &far{t: t, sealer: wire.NewSealer([]byte("s")), receivers: 1}
	r, err := New(Options{Worker: "w1", Names: f.names, Sealer: f.sealer, Bus: f, Frames: f, Open: func(wire.Log) Follower { return c }, Places: 1})
	if err != nil {
		t.Fatal(err)
	}
	f.runs = r
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan struct{})
	go func() { defer close(done); _ = r.Run(ctx) }()
	tail = wire.NewTailID()
	handled := make(chan struct{})
	go func() {
		defer close(handled)
		_ = r.Handle(wire.Job{Version: wire.Version, Web: web, Tail: tail.String(), Attempt: 7}, tail)
	}()
	return f, tail, handled, func() { r.Stop(); cancel(); <-done }
}

func (f *far) say(m wire.Message) { f.runs.hear(m) }

func isEnded(ended <-chan struct{}) bool {
	synctest.Wait()
	select {
	case <-ended:
		return true
	default:
		return false
	}
}

func TestHelloIsRepeatedAndNoEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := &chatter{}
		f, tail, ended, stop := setting(t, c)
		defer stop()
		<-time.After(1600 * time.Millisecond)
		hellos := heard[wire.Hello](f)
		if len(hellos) != 4 || hellos[0].Tail != tail || hellos[0].Attempt != 7 || hellos[0].Worker != "w1" {
			t.Fatalf("heard %v", hellos)
		}
		f.say(wire.No{Tail: wire.NewTailID(), Run: hellos[0].Run}) // of another tail: not for us
		if isEnded(ended) {
			t.Fatal("ended by another tail's no")
		}
		f.say(wire.No{Tail: tail, Run: hellos[0].Run})
		if !isEnded(ended) || len(c.starts) > 0 || f.runs.Len() != 0 {
			t.Errorf("not over after no; %d follows, %d runs", len(c.starts), f.runs.Len())
		}
	})
}

func TestSendsNoMoreThanItsCredit(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := &chatter{}
		f, tail, ended, stop := setting(t, c)
		defer stop()
		run := heard[wire.Hello](f)[0].Run
		total := func(epoch uint32) (sum uint64) {
			for _, x := range f.sent() {
				if x.Run != run || x.Epoch != epoch || x.Seq < sum {
					t.Errorf("frame of run %d, epoch %d, seq %d", x.Run, x.Epoch, x.Seq)
				}
				sum = x.Seq + x.Cost()
			}
			return sum
		}
		g := wire.Go{Tail: tail, Run: run, Epoch: 2, Web: web, Log: wire.Log{Host: "h", ID: "l"}, Credit: 1000, Lines: 5, Paths: true}
		f.say(g)
		if sum := total(2); sum > 1000 || sum < 1000-wire.FrameCost-wire.MinPayload {
			t.Errorf("sent %d of 1000", sum)
		}
		f.say(wire.Credit{Tail: tail, Run: run, Epoch: 1, Upto: 9000}) // of an earlier epoch
		f.say(wire.Credit{Tail: tail, Run: run, Epoch: 2, Upto: 500})  // late
		if sum := total(2); sum != 0 {
			t.Errorf("sent up to %d on stale credit", sum)
		}
		f.say(wire.Credit{Tail: tail, Run: run, Epoch: 2, Upto: 2000})
		if sum := total(2); sum > 2000 || sum <= 1000 {
			t.Errorf("sent up to %d of 2000", sum)
		}
		old := g
		old.Epoch, old.Credit = 1, 99999
		f.say(old)
		if len(f.sent()) > 0 || len(c.starts) != 1 {
			t.Error("an old go was taken")
		}
		next := g
		next.Epoch, next.From = 3, wire.Position{{File: "f", Offset: 77}}
		f.say(next)
		if sum := total(3); sum > 1000 || sum == 0 {
			t.Errorf("sent %d of 1000 in the next epoch", sum)
		}
		if len(c.starts) != 2 || c.starts[0].Lines != 5 || !c.starts[0].Paths || c.starts[1].From[0].Offset != 77 {
			t.Errorf("follows: %+v", c.starts)
		}
		f.say(wire.No{Tail: tail, Run: run})
		if !isEnded(ended) || !c.closed || f.runs.Free() != 1 {
			t.Errorf("after no: closed %v, %d free places", c.closed, f.runs.Free())
		}
	})
}

func TestUnheardFrameIsSaidAgainUnchanged(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f, tail, _, stop := setting(t, &chatter{})
		defer stop()
		run := heard[wire.Hello](f)[0].Run
		f.receivers = 0
		f.say(wire.Go{Tail: tail, Run: run, Epoch: 1, Web: web, Log: wire.Log{Host: "h", ID: "l"}, Credit: 1000})
		<-time.After(100 * time.Millisecond)
		frames := f.sent()
		if len(frames) < 3 {
			t.Fatalf("said %d times", len(frames))
		}
		for _, x := range frames {
			if x.Seq != 0 {
				t.Errorf("seq %d before the first was heard", x.Seq)
			}
		}
		f.mu.Lock()
		f.receivers = 1
		f.mu.Unlock()
		<-time.After(2 * time.Second)
		if frames = f.sent(); len(frames) < 2 || frames[0].Seq != 0 || frames[1].Seq == 0 {
			t.Errorf("%d frames after that", len(frames))
		}
		f.say(wire.No{Tail: tail, Run: run})
	})
}

func TestUnlistedRunEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f, tail, ended, stop := setting(t, &chatter{})
		defer stop()
		run := heard[wire.Hello](f)[0].Run
		f.say(wire.Go{Tail: tail, Run: run, Epoch: 1, Web: web, Log: wire.Log{Host: "h", ID: "l"}, Credit: 1000})
		for range 10 { // listed, it stays
			<-time.After(2 * time.Second)
			f.say(wire.WebRoll{Web: web, Tails: []wire.TailEntry{{Tail: tail, Run: run, Epoch: 1, Credit: 1000}}})
		}
		if isEnded(ended) {
			t.Fatal("ended though it was listed")
		}
		<-time.After(9 * time.Second)
		if isEnded(ended) {
			t.Fatal("ended too early")
		}
		<-time.After(2 * time.Second)
		if !isEnded(ended) {
			t.Error("still there though nobody lists it")
		}
	})
}

func TestRollCallListsTheLivingAndAnswersForStrangers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f, tail, _, stop := setting(t, &chatter{})
		defer stop()
		run := heard[wire.Hello](f)[0].Run
		f.say(wire.Go{Tail: tail, Run: run, Epoch: 4, Web: web, Log: wire.Log{Host: "h", ID: "l"}, Credit: 1000})
		sent := f.sent()
		heard[wire.Message](f)
		<-time.After(2100 * time.Millisecond)
		rolls := heard[wire.WorkerRoll](f)
		last := sent[len(sent)-1]
		want := wire.RunEntry{Tail: tail, Run: run, Epoch: 4, Sent: last.Seq + last.Cost()}
		if len(rolls) == 0 || len(rolls[0].Runs) != 1 || rolls[0].Runs[0] != want || rolls[0].Worker != "w1" {
			t.Errorf("rolls: %+v, want %+v", rolls, want)
		}
		f.say(wire.WebRoll{Web: web, Tails: []wire.TailEntry{{Tail: tail, Run: run + 1, Epoch: 1}}})
		if byes := heard[wire.Bye](f); len(byes) != 1 || byes[0].Run != run+1 {
			t.Errorf("byes for a run that is not here: %v", byes)
		}
		f.say(wire.No{Tail: tail, Run: run})
	})
}

func TestFollowerThatEndsSaysBye(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := &chatter{end: make(chan struct{})}
		close(c.end)
		f, tail, ended, stop := setting(t, c)
		defer stop()
		run := heard[wire.Hello](f)[0].Run
		f.say(wire.Go{Tail: tail, Run: run, Epoch: 1, Web: web, Log: wire.Log{Host: "h", ID: "l"}, Credit: 1000})
		byes := heard[wire.Bye](f)
		if len(byes) != 1 || byes[0].Run != run || byes[0].Attempt != 7 || !isEnded(ended) || !c.closed {
			t.Errorf("byes %v, closed %v", byes, c.closed)
		}
	})
}

// A worker that stops says bye and serves on until told no, a second and a half at most.
// What a follower may send is of its own epoch, however much the next one was given, and never more than a frame can hold.
func TestRoomIsOfTheEpoch(t *testing.T) {
	u := &run{runs: &Runs{}, orders: wire.Go{Epoch: 2, Credit: 1 << 30}}
	if n := (&sink{run: u, epoch: 1}).free(); n != 0 {
		t.Errorf("a follower of the epoch before may send %d bytes", n)
	}
	if n := (&sink{run: u, epoch: 2}).free(); n != wire.MaxPayload {
		t.Errorf("a frame may have %d bytes, want %d", n, wire.MaxPayload)
	}
}

// A follower that panics ends its own run, which says so, and nothing else.
func TestFollowerThatPanicsSaysBye(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := &chatter{panics: true}
		f, tail, ended, stop := setting(t, c)
		defer stop()
		run := heard[wire.Hello](f)[0].Run
		f.say(wire.Go{Tail: tail, Run: run, Epoch: 1, Web: web, Log: wire.Log{Host: "h", ID: "l"}, Credit: 1000})
		if byes := heard[wire.Bye](f); len(byes) != 1 || byes[0].Run != run || !isEnded(ended) || !c.closed {
			t.Errorf("said %v, ended %t, closed %t", byes, isEnded(ended), c.closed)
		}
	})
}

func TestStopHandsOver(t *testing.T) {
	for name, told := range map[string]bool{"told no": true, "told nothing": false} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				c := &chatter{}
				f, tail, ended, stop := setting(t, c)
				run := heard[wire.Hello](f)[0].Run
				f.say(wire.Go{Tail: tail, Run: run, Epoch: 1, Web: web, Log: wire.Log{Host: "h", ID: "l"}, Credit: 1000})
				f.sent()
				begin := time.Now()
				stopped := make(chan struct{})
				go func() { stop(); close(stopped) }()
				if byes := heard[wire.Bye](f); len(byes) != 1 || byes[0].Run != run {
					t.Fatalf("byes %v", byes)
				}
				f.say(wire.Credit{Tail: tail, Run: run, Epoch: 1, Upto: 2000})
				if len(f.sent()) == 0 || isEnded(ended) {
					t.Error("it no longer serves")
				}
				if told {
					f.say(wire.No{Tail: tail, Run: run})
				}
				<-stopped
				took := time.Since(begin)
				if told && took > 500*time.Millisecond || !told && took != lastServe {
					t.Errorf("stopping took %v", took)
				}
				if !isEnded(ended) || !c.closed {
					t.Error("the run is not over")
				}
			})
		})
	}
}

// idler follows without ever turning its loop.
type idler struct{ chatter }

func (*idler) Follow(ctx context.Context, _ Start, _ Sink) error {
	<-ctx.Done()
	return ctx.Err()
}

// A follower that hangs is not listed, so that its tail is given to another.
// asynq may begin a job when it was told to stop: such a job is refused, or ends before Stop returns.
func TestJobsComeWhileItStops(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f, _, ended, stop := setting(t, &chatter{})
		synctest.Wait()
		begin, gone := make(chan struct{}), make(chan struct{})
		var late sync.WaitGroup
		var under atomic.Int32
		for range 20 {
			late.Go(func() {
				tail := wire.NewTailID()
				<-begin
				under.Add(1)
				if err := f.runs.Handle(wire.Job{Version: wire.Version, Web: web, Tail: tail.String(), Attempt: 1}, tail); err != nil && !errors.Is(err, ErrStopping) {
					t.Errorf("refused because %v", err)
				}
				under.Add(-1)
			})
		}
		go func() {
			defer close(gone)
			<-begin
			stop()
			if n := f.runs.Len(); n > 0 {
				t.Errorf("%d runs are left", n)
			}
		}()
		close(begin)
		<-gone
		if !isEnded(ended) || under.Load() > 0 {
			t.Errorf("%d jobs are handled still", under.Load())
		}
		late.Wait()
		tail := wire.NewTailID()
		if err := f.runs.Handle(wire.Job{Version: wire.Version, Web: web, Tail: tail.String(), Attempt: 1}, tail); !errors.Is(err, ErrStopping) {
			t.Errorf("a job after the end: %v", err)
		}
	})
}

func TestRollCallLeavesOutWhoHangs(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := &idler{}
		f, tail, _, stop := setting(t, &c.chatter)
		defer stop()
		f.runs.o.Open = func(wire.Log) Follower { return c }
		run := heard[wire.Hello](f)[0].Run
		f.say(wire.Go{Tail: tail, Run: run, Epoch: 1, Web: web, Log: wire.Log{Host: "h", ID: "l"}, Credit: 1000})
		<-time.After(3 * time.Second) // the first roll-call may list it: it was told to go since
		heard[wire.Message](f)
		<-time.After(5 * time.Second)
		if rolls := heard[wire.WorkerRoll](f); len(rolls) > 0 {
			t.Errorf("a follower that hangs is listed: %+v", rolls)
		}
		f.say(wire.No{Tail: tail, Run: run})
	})
}
