package wire

import (
	"bytes"
	"errors"
	"math"
	"reflect"
	"strings"
	"testing"
)

func samplePosition() Position {
	return Position{{File: "old", Offset: 7}, {File: File(strings.Repeat("n", MaxFile)), Offset: 1 << 40}}
}

func TestPositionRoundTrip(t *testing.T) {
	for _, p := range []Position{nil, samplePosition()} {
		got, err := ParsePosition(p.String())
		if err != nil || !reflect.DeepEqual(got, p) {
			t.Errorf("%v came back as %v, %v", p, got, err)
		}
	}
}

func TestPositionRefusesNonsense(t *testing.T) {
	good := samplePosition().String()
	for _, s := range []string{"!", "AA=", good + "A", good[:len(good)-3], strings.Repeat("A", 1<<16), "/w"} {
		if _, err := ParsePosition(s); !errors.Is(err, ErrMalformed) {
			t.Errorf("%.20q: got %v", s, err)
		}
	}
	negative := Position{{File: "f", Offset: -1}}
	if negative.Check() == nil {
		t.Error("a negative offset passed")
	}
	if _, err := ParsePosition(negative.String()); !errors.Is(err, ErrMalformed) {
		t.Errorf("a negative offset was read: %v", err)
	}
}

func sampleFrame() Frame {
	return Frame{Kind: Lines, Flags: Cont | Backlog, Run: 1<<63 + 5, Epoch: 3, Seq: 1 << 33, Rev: 9, Reply: 2, After: samplePosition(),
		Index: 1, Errors: 0xfe02, Start: 1<<40 - 6, Looked: 4, Passed: 2, Behind: 77, Time: 1 << 41, Payload: []byte("a\xff\x00\nb\n")}
}

func TestFrameRoundTrip(t *testing.T) {
	gapped := sampleFrame()
	gapped.Flags |= Gapped
	gapped.Gaps = AppendGap(AppendGap(nil, 0), -300)
	for _, f := range []Frame{sampleFrame(), gapped} {
		got, err := ParseFrame(f.AppendTo(nil))
		if err != nil || !reflect.DeepEqual(got, f) {
			t.Errorf("got %+v, %v", got, err)
		}
	}
}

func TestGapsBeyondTheirEndAreZero(t *testing.T) {
	gaps := AppendGap(AppendGap(nil, 5), -1<<40)
	for i, want := range []int64{5, -1 << 40, 0, 0} {
		var got int64
		if got, gaps = NextGap(gaps); got != want {
			t.Errorf("gap %d is %d, want %d", i, got, want)
		}
	}
}

func TestFrameRefusesEveryTruncation(t *testing.T) {
	f := sampleFrame()
	whole := f.AppendTo(nil)
	for n := range whole {
		if _, err := ParseFrame(whole[:n]); !errors.Is(err, ErrMalformed) {
			t.Fatalf("%d of %d bytes were taken: %v", n, len(whole), err)
		}
	}
	if _, err := ParseFrame(append(whole, 0)); !errors.Is(err, ErrMalformed) {
		t.Errorf("a byte too many was taken: %v", err)
	}
	f.Index = 2
	if _, err := ParseFrame(f.AppendTo(nil)); !errors.Is(err, ErrMalformed) {
		t.Errorf("a place that is not there was taken: %v", err)
	}
}

// The header's size is promised to FrameCost: with the places of a rotation it must stay near it.
func TestFrameCostCoversTheHeader(t *testing.T) {
	token := File(strings.Repeat("x", 40))
	f := Frame{Kind: Lines, After: Position{{token, 1}}}
	if n := len(f.AppendTo(nil)); n > FrameCost {
		t.Errorf("a header of one place takes %d bytes, it is charged %d", n, FrameCost)
	}
}

func sampleMessages() []Message {
	id := NewTailID()
	return []Message{
		Hello{id, 4, 1 << 60, "worker1"},
		Go{id, 5, 6, "web1", Log{"h-1", "nginx/access.log"}, samplePosition(), 1000, 7, 1 << 20, true, false, nil},
		Go{Tail: id, Log: Log{"h", "i"}, Quiet: true, Filter: []byte(`{"levels":["error"]}`)},
		Request{id, 5, 1, 2, "web1", 1 << 16, Question{Ask: AskRead, Back: true, Quiet: true, Paths: true, From: samplePosition(),
			Until: samplePosition(), Lines: 3, Bytes: 4, Look: 5, At: -6, Behind: 7, Lead: 8, Every: 9, Step: 10, Filter: []byte("{}"), User: "user"}},
		Request{Tail: id, Reply: 1, Question: Question{Ask: AskOutline}}, Cancel{id, 5, 1}, ReplyCredit{id, 5, 1, 2, 3},
		Go{Tail: id, Log: Log{"h", "i"}},
		No{id, 5}, Bye{id, 1, 2, "worker1", "the worker stops"}, Credit{id, 5, 6, 7},
		WorkerRoll{"w", []RunEntry{{id, 1, 2, 3, Queued}, {id, 4, 5, 6, Following}}}, WorkerRoll{"w", []RunEntry{}},
		WebRoll{"w", []TailEntry{{id, 1, 2, 3}}}, Echo{8},
	}
}

func TestControlRoundTrip(t *testing.T) {
	s := NewSealer([]byte("secret"))
	for _, m := range sampleMessages() {
		sealed := s.Seal("chan", m)
		got, err := s.Open("chan", sealed)
		if err != nil || !reflect.DeepEqual(got, m) {
			t.Errorf("%#v came back as %#v, %v", m, got, err)
		}
		if _, err := s.Open("other", sealed); !errors.Is(err, ErrForged) {
			t.Errorf("%T taken from another channel: %v", m, err)
		}
		if _, err := NewSealer([]byte("other")).Open("chan", sealed); !errors.Is(err, ErrForged) {
			t.Errorf("%T of another installation taken: %v", m, err)
		}
		for i := range sealed {
			bad := bytes.Clone(sealed)
			bad[i] ^= 0x40
			if _, err := s.Open("chan", bad); err == nil {
				t.Fatalf("%T with byte %d flipped was taken", m, i)
			}
		}
	}
}

// Who speaks another version is not understood by halves.
func TestAnotherVersionIsRefused(t *testing.T) {
	f := sampleFrame()
	b := f.AppendTo(nil)
	b[0]++
	if _, err := ParseFrame(b); !errors.Is(err, ErrMalformed) {
		t.Errorf("a frame was taken: %v", err)
	}
	s := NewSealer([]byte("secret"))
	body := Echo{8}.appendTo([]byte{Version + 1, Echo{}.kind()})
	if m, err := s.Open("chan", append(body, s.mac("chan", body)...)); !errors.Is(err, ErrMalformed) {
		t.Errorf("a control message was taken for %v: %v", m, err)
	}
}

// A position of more files than a rotation can leave is none of ours.
func TestPlacesAreBounded(t *testing.T) {
	for n, want := range map[int]bool{MaxPlaces: true, MaxPlaces + 1: false} {
		p := make(Position, n)
		for i := range p {
			p[i] = Place{File: "f", Offset: 1}
		}
		if _, err := ParsePosition(p.String()); (err == nil) != want {
			t.Errorf("of %d places: %v", n, err)
		}
		f := Frame{Kind: Lines, After: p}
		if _, err := ParseFrame(f.AppendTo(nil)); (err == nil) != want {
			t.Errorf("a frame of %d places: %v", n, err)
		}
	}
}

func TestIDs(t *testing.T) {
	for name, want := range map[string]string{"app.log": "app.log", "a b\n": "a_20b_0a", "ü": "_c3_bc", "x/y:1": "x/y_3a1"} {
		if got := EscapeID(name); got != want || (Log{"h", got}).Check() != nil {
			t.Errorf("EscapeID(%q) = %q", name, got)
		}
	}
	for _, bad := range []Log{{"", "a"}, {"h", ""}, {"h/x", "a"}, {"h", "../etc/passwd"}, {"h", "a//b"}, {"h", "/a"}, {"h", "a\n"}, {"h:x", "a"}, {"h", strings.Repeat("a", 600)}} {
		if bad.Check() == nil {
			t.Errorf("%q passed", bad)
		}
	}
	id := NewTailID()
	if got, err := ParseTailID(id.String()); err != nil || got != id {
		t.Errorf("%v came back as %v, %v", id, got, err)
	}
}

func TestJob(t *testing.T) {
	j := Job{Version, "web1", NewTailID().String(), 3}
	if got, _, err := ParseJob(j.Marshal()); err != nil || got != j {
		t.Errorf("got %+v, %v", got, err)
	}
	for _, bad := range []string{"", "{}", `{"v":2}`, `{"v":1,"tail":"zz"}`} {
		if _, _, err := ParseJob([]byte(bad)); !errors.Is(err, ErrMalformed) {
			t.Errorf("%q: %v", bad, err)
		}
	}
}

// Whatever parses must write back to the same bytes, and nothing may panic.
func FuzzFrame(f *testing.F) {
	sample := sampleFrame()
	f.Add(sample.AppendTo(nil))
	f.Add((&Frame{Kind: Lines, Looked: 7, Passed: 7, Errors: math.MaxUint16}).AppendTo(nil))
	f.Fuzz(func(t *testing.T, b []byte) {
		frame, err := ParseFrame(b)
		if err != nil {
			return
		}
		again, err := ParseFrame(frame.AppendTo(nil))
		if err != nil || !reflect.DeepEqual(again, frame) {
			t.Errorf("%+v came back as %+v, %v", frame, again, err)
		}
	})
}

func FuzzJob(f *testing.F) {
	f.Add(Job{Version, "web1", NewTailID().String(), 3}.Marshal())
	f.Fuzz(func(t *testing.T, b []byte) {
		j, id, err := ParseJob(b)
		if err != nil {
			return
		}
		again, same, err := ParseJob(j.Marshal())
		if err != nil || again != j || same != id {
			t.Errorf("%+v came back as %+v, %v", j, again, err)
		}
	})
}

// Whatever stands on a control channel without the secret is refused, and nothing panics.
func FuzzSealed(f *testing.F) {
	own, other := NewSealer([]byte("own")), NewSealer([]byte("other"))
	for _, m := range sampleMessages() {
		f.Add(other.Seal("chan", m))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		if m, err := own.Open("chan", b); err == nil {
			t.Errorf("%q was taken for %#v", b, m)
		}
	})
}

func FuzzPosition(f *testing.F) {
	f.Add(samplePosition().String())
	f.Fuzz(func(t *testing.T, s string) {
		if p, err := ParsePosition(s); err == nil && p.Check() != nil {
			t.Errorf("%q gave %v", s, p)
		}
	})
}

func FuzzControl(f *testing.F) {
	for _, m := range sampleMessages() {
		f.Add(m.kind(), m.appendTo(nil))
	}
	f.Fuzz(func(t *testing.T, kind byte, b []byte) {
		m, err := parseMessage(kind, b)
		if err == nil && m.kind() != kind {
			t.Errorf("kind %d gave %#v", kind, m)
		}
	})
}
