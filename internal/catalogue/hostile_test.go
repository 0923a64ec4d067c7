package catalogue

import (
	"fmt"
	"math"
	"reflect"
	"strings"
	"testing"
	"time"

	"livetail/internal/testredis"
	"livetail/internal/wire"
)

func sampleHead() head {
	return head{Protocol: wire.Version, Machine: "m", Worker: "w", Version: 1, Up: 5, Places: 1, Free: 1, Slot: -1}
}

// say hands a message to a List that does not run.
func say(l *List, secret string, m message) {
	l.take(newSeal([]byte(secret)).Close(l.o.Names.Catalogue(), encode(m)))
}

func TestForgedAnnouncementsAreIgnored(t *testing.T) {
	t.Parallel()
	w := newWorld(t, testredis.Embedded(t).Addr())
	l, err := NewList(ListOptions{Redis: w.c, Bus: w.bus, Names: names, Secret: []byte("secret"), Every: every})
	if err != nil {
		t.Fatal(err)
	}
	m := message{Say: sayRetell, Host: "web-01", Head: sampleHead(), Set: []record{{ID: "a", State: "ok"}}}
	say(l, "another secret", m)
	l.take(encode(m))
	l.take("")
	l.take(newSeal([]byte("secret")).Close("another channel", encode(m)))
	if len(l.All()) != 0 || len(l.Hosts()) != 0 {
		t.Errorf("taken: %+v", l.All())
	}
	say(l, "secret", m)
	if ids(l) != "web-01/a" {
		t.Errorf("a true one was not taken: %s", ids(l))
	}
}

func TestForgedKeysAreIgnored(t *testing.T) {
	t.Parallel()
	testredis.Each(t, func(t *testing.T, addr string) {
		w := newWorld(t, addr)
		good, bad := newSeal([]byte("secret")), newSeal([]byte("another"))
		put := func(key, place string, s wire.TextSeal, host, id string) {
			w.c.HSet(w.ctx(), key, "@", s.Close(wire.Field(key, "@"), encode(sampleHead())), id, s.Close(place, encode(record{ID: "a", State: "ok"})))
			w.c.PExpire(w.ctx(), key, remembered)
		}
		k1, k2, k3 := names.CatalogueKey("forged"), names.CatalogueKey("moved"), names.CatalogueKey("true")
		put(k1, wire.Field(k1, "a"), bad, "forged", "a")
		put(k2, wire.Field(k3, "a"), good, "moved", "a")     // signed for another host
		put(k3, wire.Field(k3, "a"), good, "true", "a")      //
		put(k3, wire.Field(k3, "a"), good, "true", "b")      // signed for another id
		w.c.Set(w.ctx(), names.CatalogueKey("str"), "x", 0)  // not even a hash
		w.c.HSet(w.ctx(), names.CatalogueKey("a/b"), "@", 1) // no host's name
		huge := names.CatalogueKey("huge")
		put(huge, wire.Field(huge, "a"), good, "huge", "a")
		fields := make([]any, 0, 2*maxEntries)
		for i := range maxEntries {
			fields = append(fields, i, 0)
		}
		w.c.HSet(w.ctx(), huge, fields...)
		if _, err := parseRecord("h", "b", encode(record{ID: "a", State: "ok"})); err == nil {
			t.Error("a record was taken for another")
		}
		l := w.list()
		eventually(t, "ready", l.Ready)
		if ids(l) != "true/a" {
			t.Errorf("listed %q", ids(l))
		}
	})
}

func TestNonsenseIsDropped(t *testing.T) {
	t.Parallel()
	w := newWorld(t, testredis.Embedded(t).Addr())
	l, _ := NewList(ListOptions{Redis: w.c, Bus: w.bus, Names: names, Secret: []byte("secret"), Every: every})
	at := int64(math.MinInt64)
	for name, change := range map[string]func(*message){
		"host":     func(m *message) { m.Host = "a/b" },
		"id":       func(m *message) { m.Set[0].ID = "../etc/passwd" },
		"state":    func(m *message) { m.Set[0].State = "fine" },
		"size":     func(m *message) { m.Set[0].Size = -1 },
		"name":     func(m *message) { m.Set[0].Name = strings.Repeat("n", maxText+1) },
		"layout":   func(m *message) { m.Set[0].Layout = strings.Repeat("n", maxText+1) },
		"zone":     func(m *message) { m.Head.Zone = strings.Repeat("n", maxText+1) },
		"version":  func(m *message) { m.Head.Protocol = wire.Version + 1 },
		"worker":   func(m *message) { m.Head.Worker = "" },
		"notes":    func(m *message) { m.Head.Notes = make([]string, maxNotes+1) },
		"long":     func(m *message) { m.Head.Notes = []string{strings.Repeat("n", maxText+1)} },
		"negative": func(m *message) { m.Head.Places = -1 },
		"disk":     func(m *message) { m.Set[0].DiskFree = -1 },
		"slot":     func(m *message) { m.Head.Slot = -2 },
		"cut":      func(m *message) { m.Say, m.Column = sayColumn, &column{Grew: []byte{1}} },
		"before":   func(m *message) { m.Say, m.Column = sayColumn, &column{Slot: -1} },
		"overflow": func(m *message) { m.Say, m.Column = sayColumn, &column{Grew: []byte{255, 255, 255, 255, 255, 1, 1}} },
		"none":     func(m *message) { m.Say = sayColumn },
		"column":   func(m *message) { m.Column = &column{} },
		"say":      func(m *message) { m.Say = "sing" },
	} {
		m := message{Say: sayRetell, Host: "web-01", Head: sampleHead(), Set: []record{{ID: "a", State: "ok", Changed: &at}}}
		change(&m)
		say(l, "secret", m)
		if len(l.All())+len(l.Hosts()) != 0 {
			t.Errorf("%s: taken: %+v", name, l.All())
		}
	}
	say(l, "secret", message{Say: sayRetell, Host: "web-01", Head: sampleHead(), Set: []record{{ID: "a", State: "ok", Changed: &at}}})
	if all := l.All(); len(all) != 1 || all[0].Age < 0 {
		t.Errorf("an absurd age: %+v", all)
	}
	l.hear(make([]byte, maxMessage+1))
	if len(l.inbox) != 0 {
		t.Error("a huge message was taken in")
	}
	for range 2 * inboxSize {
		l.hear([]byte("x")) // must not block
	}
}

// Doubled, late and swapped announcements do no harm.
// Who can write to Redis cannot make a web process remember hosts without end.
func TestHostsAreBounded(t *testing.T) {
	l := &List{hosts: map[string]*host{}}
	for n := range maxHosts {
		if l.add(fmt.Sprint("host-", n)) == nil {
			t.Fatalf("host %d has no room", n)
		}
	}
	if l.add("one-more") != nil {
		t.Errorf("%d hosts are known", len(l.hosts))
	}
	if l.add("host-0") == nil {
		t.Error("one that is known is refused")
	}
}

func TestOrder(t *testing.T) {
	t.Parallel()
	h := newHost("web-01", new(uint64))
	at := func(v uint64) head { s := sampleHead(); s.Version = v; return s }
	now := time.Now()
	h.loaded(at(3), map[string]record{"a": {ID: "a"}}, newRings(), 0, time.Second, now)
	set := func(from, to uint64, id string) message {
		return message{Say: sayDelta, Head: at(to), From: from, Set: []record{{ID: id}}}
	}
	for _, m := range []message{set(3, 4, "b"), set(3, 4, "x"), set(2, 3, "x"), {Say: sayBeat, Head: at(2)}, {Say: sayBeat, Head: at(4)}} {
		if h.hear(m, now); h.want {
			t.Errorf("%+v led to a load", m)
		}
	}
	if h.records["x"].ID != "" || h.records["b"].ID != "b" || h.head.Version != 4 {
		t.Errorf("holds %v at %d", h.records, h.head.Version)
	}
	if h.hear(set(5, 6, "x"), now); !h.want || h.records["x"].ID != "" {
		t.Errorf("a gap was not noticed: %v", h.records)
	}
	// What was read meanwhile may be older than what was heard.
	if h.loaded(at(2), map[string]record{}, newRings(), 0, time.Second, now); h.records["b"].ID != "b" {
		t.Errorf("went back to %v", h.records)
	}
	h.want = false
	if h.hear(message{Say: sayBeat, Head: at(5)}, now); !h.want {
		t.Error("a beat of a later version was not noticed")
	}
	h.want = false
	if h.hear(message{Say: sayStandby, Head: at(5)}, now); !h.want {
		t.Error("who announced stands by: nobody looked who does now")
	}
	// What was retold because Redis is full is newer than what an earlier worker left there.
	other := at(9)
	other.Worker = "w2"
	h.hear(message{Say: sayRetell, Head: other, Set: []record{{ID: "new"}}}, now)
	if h.loaded(at(4), map[string]record{"old": {}}, newRings(), 0, time.Second, now); h.records["new"].ID != "new" || len(h.records) != 1 {
		t.Errorf("went back to %v", h.records)
	}
}

func FuzzDecode(f *testing.F) {
	at := int64(-7)
	f.Add(encode(message{Say: sayDelta, Host: "h", Head: sampleHead(), From: 1, Set: []record{{ID: "a", State: "ok", Changed: &at}}, Gone: []string{"b"}}))
	f.Add(encode(message{Say: sayColumn, Host: "h", Head: sampleHead(), Column: &column{Slot: 3, Grew: []byte{1, 200, 5, 3}}}))
	f.Add(encode(sampleHead()))
	f.Add(encode(record{ID: "a", State: "ok"}))
	f.Fuzz(func(t *testing.T, body string) {
		if m, err := parseMessage(body); err == nil {
			h := newHost(m.Host, new(uint64))
			h.hear(m, time.Now())
			h.hear(m, time.Now())
			h.list(nil, time.Now())
			h.public(time.Now())
			h.changes(&Changes{}, 1, time.Now())
		}
		parseHead(body)
		if r, err := parseRecord("h", "a", body); err == nil {
			again, err := parseRecord("h", "a", encode(r))
			if err != nil || !reflect.DeepEqual(again, r) {
				t.Errorf("%+v came back as %+v, %v", r, again, err)
			}
		}
	})
}
