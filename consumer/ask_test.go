package consumer

import (
	"fmt"
	"reflect"
	"strings"
	"testing"

	"livetail/internal/delivery"
	"livetail/internal/wire"
)

// opened is a page whose tail has been named.
func (r *rig) opened() (*page, *fakeTail) {
	r.t.Helper()
	p := r.dial("").open()
	tail := r.tail()
	if m := p.hear(); m.Say != "tail" {
		r.t.Fatalf("heard %+v", m)
	}
	return p, tail
}

func TestWhatAPageMaySet(t *testing.T) {
	p, tail := newRig(t, Options{}).opened()
	position := wire.Position{{File: "f", Offset: 5}}
	for message, want := range map[string]delivery.Set{
		`{"op":"set","rev":1}`: {Rev: 1, Lines: 77},
		`{"op":"set","rev":2,"from":"` + position.String() + `","lines":3,"quiet":true}`:              {Rev: 2, From: position, Lines: 3, Quiet: true},
		`{"op":"set","rev":3,"filter":{"include":[{"text":"a","case":false}],"levels":[]}}`:           {Rev: 3, Lines: 77, Filter: []byte(`{"include":[{"text":"a"}]}`)},
		`{"op":"set","rev":4,"filter":{},"lines":0}`:                                                  {Rev: 4},
		`{"op":"set","rev":5,"filter":null}`:                                                          {Rev: 5, Lines: 77},
		`{"op":"set","rev":6,"filter":{"exclude":[{"text":"<b>","regex":true}]},"from":"","lines":1}`: {Rev: 6, Lines: 1, Filter: []byte(`{"exclude":[{"text":"<b>","regex":true}]}`)},
	} {
		p.say(message)
		if got := await(t, "a set", tail.sets); fmt.Sprintf("%+v", got) != fmt.Sprintf("%+v", want) {
			t.Errorf("%s: set %+v, want %+v", message, got, want)
		}
	}
}

func TestWhatAPageMayAsk(t *testing.T) {
	p, tail := newRig(t, Options{}).opened()
	position := wire.Position{{File: "f", Offset: 5}}
	for message, want := range map[string]fakeAsk{
		`{"op":"ask","reply":7,"ask":"read","back":true,"quiet":true,"from":"` + position.String() + `","until":"` + position.String() +
			`","lines":500,"bytes":262144,"look":67108864,"every":4096,"step":60000,"at":7,"filter":{"levels":["error"]}}`: {7, wire.Question{Ask: wire.AskRead, Back: true, Quiet: true,
			From: position, Until: position, Lines: 500, Bytes: 262144, Look: 67108864, Every: 4096, Step: 60000, At: 7, Filter: []byte(`{"levels":["error"]}`)}},
		`{"op":"ask","reply":8,"ask":"time","at":-5,"lead":4096,"lines":3}`: {8, wire.Question{Ask: wire.AskTime, At: -5, Lead: 4096, Lines: 3}},
		`{"op":"ask","reply":9,"ask":"place","behind":5}`:                   {9, wire.Question{Ask: wire.AskPlace, Behind: 5}},
		`{"op":"ask","reply":10,"ask":"outline"}`:                           {10, wire.Question{Ask: wire.AskOutline}},
	} {
		p.say(message)
		if got := await(t, "a question", tail.asks); !reflect.DeepEqual(got, want) {
			t.Errorf("%s: asked %+v, want %+v", message, got, want)
		}
	}
	p.say(`{"op":"cancel","reply":7}`)
	if got := await(t, "a cancel", tail.cancels); got != 7 {
		t.Errorf("cancelled %d", got)
	}
}

// What cannot be is refused in words, says where, and changes nothing.
func TestRefusedInWords(t *testing.T) {
	p, tail := newRig(t, Options{}).opened()
	one, five := 1, 5
	for message, want := range map[string]say{
		`{"op":"set","rev":2,"filter":{"include":[{"text":"a"},{"text":"good(bad","regex":true}]}}`: {Rev: 2, In: "include", Term: &one},
		`{"op":"set","rev":2,"filter":{"colour":"red"}}`:                                            {Rev: 2},
		`{"op":"set","rev":2,"filter":{"include":[{"text":"` + strings.Repeat("a", 9<<10) + `"}]}}`: {Rev: 2},
		`{"op":"ask","reply":3,"ask":"read","filter":{"fields":[{"name":"a"},{"name":""}]}}`:        {Reply: 3, In: "fields", Term: &one},
		`{"op":"ask","reply":3,"ask":"everything"}`:                                                 {Reply: 3},
		`{"op":"ask","reply":3,"ask":"place","behind":-1}`:                                          {Reply: 3},
		`{"op":"ask","reply":3,"ask":"read","from":"!"}`:                                            {Reply: 3},
		`{"op":"ask","reply":3,"ask":"read","until":"!"}`:                                           {Reply: 3},
	} {
		p.say(message)
		got := p.hear()
		if got.Say != "refused" || got.Words == "" || got.Rev != want.Rev || got.Reply != want.Reply || got.In != want.In || !reflect.DeepEqual(got.Term, want.Term) {
			t.Errorf("%.60s: heard %+v, want %+v", message, got, want)
		}
	}
	tail.refusal = "not now"
	for _, message := range []string{`{"op":"set","rev":4}`, `{"op":"ask","reply":4,"ask":"outline"}`} {
		p.say(message)
		if got := p.hear(); got.Say != "refused" || got.Words != "not now" || got.Rev+got.Reply != 4 {
			t.Errorf("heard %+v", got)
		}
	}
	if len(tail.sets)+len(tail.asks) > 0 {
		t.Error("what was refused was done")
	}
	tail.refusal = ""
	p.say(`{"op":"set","rev":9,"filter":{"exclude":[{"text":"abc[z","regex":true}]}}`)
	if got := p.hear(); got.At == nil || *got.At < 0 || *got.At > five {
		t.Errorf("the pattern is wrong at %v", got.At)
	}
	p.say(`{"op":"set","rev":9,"from":"!"}`)
	if got := await(t, "a set", tail.sets); got.From != nil || got.Lines != 0 {
		t.Errorf("set %+v", got)
	}
	if got := p.hear(); got.Say != "edge" {
		t.Errorf("heard %+v", got)
	}
}

// A page comes back with what it had; a filter that cannot be is refused, and the tail opens with all lines.
func TestOpenWithAFilter(t *testing.T) {
	r := newRig(t, Options{})
	p := r.dial("")
	p.say(`{"op":"open","rev":5,"quiet":true,"filter":{"levels":["error"]}}`)
	if got := await(t, "a request", r.requests); got.Rev != 5 || !got.Quiet || string(got.Filter) != `{"levels":["error"]}` {
		t.Errorf("asked for %+v", got)
	}
	p = r.dial("")
	p.say(`{"op":"open","rev":5,"filter":{"include":[{"text":"(","regex":true}]}}`)
	if got := await(t, "a request", r.requests); got.Rev != 0 || got.Filter != nil {
		t.Errorf("asked for %+v", got)
	}
	if m := p.hear(); m.Say != "tail" {
		t.Errorf("heard %+v", m)
	}
	if m := p.hear(); m.Say != "refused" || m.Rev != 5 || m.In != "include" {
		t.Errorf("heard %+v", m)
	}
}

// A page that asks and asks, and takes no answer, ends; it is never waited for by the goroutine that hears it.
func TestAnswersThatNobodyTakesAreBounded(t *testing.T) {
	r := newRig(t, Options{MessagesPerSecond: 100_000, SendBuffer: 4 << 10})
	page := r.mute(4 << 10)
	tail := r.tail()
	tail.items <- delivery.Item{Frame: make([]byte, 4<<20)} // from now on the page takes nothing
	for range 10 * mostAnswers {
		if _, err := page.Write(clientFrame(0x81, []byte(`{"op":"ask","reply":1,"ask":"?"}`))); err != nil {
			break // it was ended
		}
	}
	await(t, "the tail is closed", tail.closed)
}

func FuzzMessage(f *testing.F) {
	for _, s := range []string{`{"op":"open","from":"AQ","lines":5,"replaces":"00"}`, `{"op":1}`, `[]`, "\xff", `{"op":"set","rev":1,"filter":{"levels":["x"]}}`,
		`{"op":"ask","reply":4294967296,"ask":"read"}`, `{"op":"cancel","reply":1}`, `{"op":"ask","at":1e400}`} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		m, err := parse(b)
		if (m == nil) == (err == nil) {
			t.Fatalf("%q was understood as %+v, %v", b, m, err)
		}
		if m, ok := m.(setting); ok {
			if pass, refused := checked(m.Filter); refused == nil && len(pass) > wire.MaxFilter {
				t.Errorf("a filter of %d bytes would go to a worker", len(pass))
			}
		}
	})
}

func TestAskBeforeOpen(t *testing.T) {
	for _, message := range []string{`{"op":"set","rev":1}`, `{"op":"ask","reply":1,"ask":"outline"}`, `{"op":"cancel","reply":1}`} {
		p := newRig(t, Options{}).dial("")
		p.say(message)
		p.end(nonsense)
	}
}
