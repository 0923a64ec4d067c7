package catalogue

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"livetail/internal/wire"
)

// host is what a List remembers of one host. Times are this process's own.
type host struct {
	name    string
	head    head      // the last one that belongs to records
	at      time.Time // when head was true
	records map[string]record
	sorted  []record // nil: to be made from records
	rings   *rings
	stamps  stamps
	seq     *uint64 // the List's count of changes

	workers map[string]presence // that were heard lately
	teller  string              // the worker whose announcement came last
	last    time.Time           // beat of any of them
	away    bool
	want    bool      // what Redis holds must be read
	loadAt  time.Time // but not before
}

type presence struct {
	heard        time.Time
	places, free int
}

func newHost(name string, seq *uint64) *host {
	h := &host{name: name, records: map[string]record{}, workers: map[string]presence{}, seq: seq, rings: newRings()}
	h.stamps.all(h.change())
	return h
}

// change begins a change.
func (h *host) change() uint64 {
	*h.seq++
	return *h.seq
}

// hear takes in one announcement.
func (h *host) hear(m message, now time.Time) {
	if m.Say == sayBye {
		if delete(h.workers, m.Head.Worker); len(h.workers) == 0 {
			h.away, h.last = true, now
		}
		return
	}
	h.beat(m.Head, now)
	if m.Say == sayStandby {
		h.want = h.want || m.Head.Worker == h.head.Worker // who announced before does not any more
		return
	}
	h.teller = m.Head.Worker
	same := m.Head.Worker == h.head.Worker
	switch {
	case m.Say == sayRetell:
		if !same { // its records are on another clock
			h.records, h.head = map[string]record{}, m.Head
			h.head.Version = 0
			h.at = now
			h.rings = newRings()
			h.stamps.all(h.change())
		}
		h.apply(m)
		return
	case m.Say == sayColumn:
		if same {
			h.column(*m.Column)
		}
		return
	case same && m.Head.Version == h.head.Version:
	case same && m.Say == sayDelta && m.From == h.head.Version:
		h.apply(m)
	case same && m.Head.Version < h.head.Version:
		return
	default:
		h.want = true
		return
	}
	h.head, h.at = m.Head, now
	if h.rings.newest < m.Head.Slot {
		h.missed(m.Head.Slot)
	}
}

// missed notes that there were columns up to a slot that were not heard. Redis is asked for them, and pages are told anew.
func (h *host) missed(slot int64) {
	h.rings.newest = slot
	h.want = true
	h.stamps.all(h.change())
}

// column takes in how the logs grew.
func (h *host) column(c column) {
	if c.Slot <= h.rings.newest {
		return
	}
	if !h.rings.add(c) {
		h.missed(c.Slot)
		return
	}
	h.stamps.before, h.stamps.column = h.stamps.column, h.change()
}

// beat notes that a worker was there at a time.
func (h *host) beat(by head, at time.Time) {
	if w, ok := h.workers[by.Worker]; !ok || at.After(w.heard) {
		h.workers[by.Worker] = presence{at, by.Places, by.Free}
	}
	if at.After(h.last) {
		h.last = at
	}
	h.away = false
}

func (h *host) apply(m message) {
	seq := h.change()
	for _, id := range m.Gone {
		if r, known := h.records[id]; known {
			delete(h.records, id)
			delete(h.rings.grew, r.Number)
			h.stamps.drop(id, seq)
		}
	}
	for _, r := range m.Set {
		old, known := h.records[r.ID]
		if (known || len(h.records) < maxEntries) && !(known && old.same(r)) {
			h.records[r.ID] = r
			h.stamps.set(r.ID, seq)
		}
	}
	h.sorted = nil
}

// loaded takes in what Redis held: nil records if nothing of use.
func (h *host) loaded(top head, records map[string]record, grew *rings, silent, away time.Duration, now time.Time) {
	h.want = false
	if records == nil {
		return
	}
	stale := top.Worker == h.head.Worker && top.Version < h.head.Version ||
		h.teller != "" && h.teller == h.head.Worker && top.Worker != h.teller
	if !stale {
		if top.Worker != h.head.Worker || grew.newest >= h.rings.newest {
			h.rings = grew
		}
		h.head, h.records, h.sorted = top, records, nil
		h.at = now.Add(-silent)
		h.stamps.all(h.change())
	}
	switch at := now.Add(-silent); {
	case top.Bye && len(h.workers) == 0:
		h.away = true
		if at.After(h.last) {
			h.last = at
		}
	case !top.Bye && silent < away:
		h.beat(top, at)
	default:
		h.away = h.away || h.last.IsZero()
		if at.After(h.last) {
			h.last = at
		}
	}
}

// silence drops the workers that were not heard for so long.
func (h *host) silence(away time.Duration, now time.Time) {
	for id, w := range h.workers {
		if now.Sub(w.heard) > away {
			delete(h.workers, id)
		}
	}
}

func (h *host) public(now time.Time) Host {
	out := Host{Name: h.name, Away: h.away, Notes: slices.Clone(h.head.Notes), Binary: h.head.Binary, NotText: slices.Clone(h.head.NotText), Zone: h.head.Zone}
	if h.away {
		out.AwayFor = max(now.Sub(h.last), 0)
		return out
	}
	for _, w := range h.workers {
		out.Places, out.Free = out.Places+w.places, out.Free+w.free
	}
	return out
}

// up is what the clock of the worker that announced the records reads now.
func (h *host) up(now time.Time) int64 { return h.head.Up + now.Sub(h.at).Milliseconds() }

func (h *host) list(out []Item, now time.Time) []Item {
	if h.sorted == nil {
		h.sorted = make([]record, 0, len(h.records))
		for _, r := range h.records {
			h.sorted = append(h.sorted, r)
		}
		slices.SortFunc(h.sorted, func(a, b record) int {
			return cmp.Or(strings.Compare(a.Group, b.Group), strings.Compare(a.Name, b.Name), strings.Compare(a.ID, b.ID))
		})
	}
	for i := range h.sorted {
		out = append(out, h.item(&h.sorted[i], true, now))
	}
	return out
}

func (h *host) item(r *record, ring bool, now time.Time) Item {
	i := Item{Log: wire.Log{Host: h.name, ID: r.ID}, Entry: r.entry(h.up(now))}
	if ring {
		i.Ring = h.rings.ring(r)
	}
	return i
}

// changes adds to c what changed since.
func (h *host) changes(c *Changes, since uint64, now time.Time) {
	if h.stamps.whole > since || h.stamps.before > since || c.All {
		if !c.All {
			c.Whole = append(c.Whole, h.name)
		}
		c.Items = h.list(c.Items, now)
		return
	}
	for id, seq := range h.stamps.records {
		if r := h.records[id]; seq > since {
			c.Items = append(c.Items, h.item(&r, false, now))
		}
	}
	for id, seq := range h.stamps.gone {
		if seq > since {
			c.Gone = append(c.Gone, wire.Log{Host: h.name, ID: id})
		}
	}
	if h.stamps.column > since {
		levels := map[string]uint8{}
		for id, r := range h.records {
			if l := h.rings.level(&r, h.rings.newest); l > 0 {
				levels[id] = l
			}
		}
		c.Columns = append(c.Columns, Column{h.name, levels})
	}
}
