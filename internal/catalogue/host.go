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

func newHost(name string) *host {
	return &host{name: name, records: map[string]record{}, workers: map[string]presence{}}
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
		}
		h.apply(m)
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
	for _, id := range m.Gone {
		delete(h.records, id)
	}
	for _, r := range m.Set {
		if _, known := h.records[r.ID]; known || len(h.records) < maxEntries {
			h.records[r.ID] = r
		}
	}
	h.sorted = nil
}

// loaded takes in what Redis held: nil records if nothing of use.
func (h *host) loaded(top head, records map[string]record, silent, away time.Duration, now time.Time) {
	h.want = false
	if records == nil {
		return
	}
	stale := top.Worker == h.head.Worker && top.Version < h.head.Version ||
		h.teller != "" && h.teller == h.head.Worker && top.Worker != h.teller
	if !stale {
		h.head, h.records, h.sorted = top, records, nil
		h.at = now.Add(-silent)
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
	out := Host{Name: h.name, Away: h.away, Notes: slices.Clone(h.head.Notes), Binary: h.head.Binary}
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
	up := h.up(now)
	for i := range h.sorted {
		out = append(out, Item{wire.Log{Host: h.name, ID: h.sorted[i].ID}, h.sorted[i].entry(up)})
	}
	return out
}
