package catalogue

import (
	"encoding/json"
	"fmt"
	"math"
	"strings"
	"time"
	"unicode/utf8"

	"livetail/internal/wire"
)

// What is taken from Redis, at most.
const (
	maxHosts   = 10_000
	maxEntries = 20_000 // of one host
	maxText    = 1024   // bytes of a name, a group or words
	maxNotes   = 32
	maxNotText = 20
	maxName    = 255     // bytes of the name of a file that is not text: a head is told with every beat
	maxMessage = 1 << 20 // bytes
)

// headField is the hash field of a host's head; no log's id has such a name.
const headField = "@"

// head is what a worker says with every beat. Times in it and in records are milliseconds on a clock of the worker's own,
// which begins with its process: so nobody's clock has to be right, and an idle log's record never changes.
type head struct {
	Protocol int      `json:"v"`
	Machine  string   `json:"machine"`
	Worker   string   `json:"worker"`
	Version  uint64   `json:"version"` // of the records; counted by the worker
	Up       int64    `json:"up"`      // what the worker's clock reads
	Count    int      `json:"count"`   // of records
	Bye      bool     `json:"bye,omitempty"`
	Places   int      `json:"places"`
	Free     int      `json:"free"`
	Binary   int      `json:"binary,omitempty"`
	NotText  []string `json:"not_text,omitempty"`
	Slot     int64    `json:"slot"` // of the newest column; -1: there is none
	Notes    []string `json:"notes,omitempty"`
	Zone     string   `json:"zone,omitempty"`
}

// record is an Entry as it is stored and sent.
type record struct {
	ID       string  `json:"id"`
	Name     string  `json:"name"`
	Group    string  `json:"group,omitempty"`
	Size     int64   `json:"size,omitempty"`
	Changed  *int64  `json:"changed,omitempty"` // when, on the worker's clock
	Rate     float64 `json:"rate,omitempty"`
	State    string  `json:"state"`
	Why      string  `json:"why,omitempty"`
	Tails    int     `json:"tails,omitempty"`
	Lines    int     `json:"lines,omitempty"`
	ShowPath bool    `json:"show_path,omitempty"`
	Usual    float64 `json:"usual,omitempty"`
	LineRate float64 `json:"line_rate,omitempty"`
	ErrRate  float64 `json:"error_rate,omitempty"`
	DiskFree int64   `json:"disk_free,omitempty"`
	DiskSize int64   `json:"disk_size,omitempty"`
	Zone     string  `json:"zone,omitempty"`
	Layout   string  `json:"layout,omitempty"`
	Number   uint32  `json:"n"`               // what columns call it
	Since    int64   `json:"since,omitempty"` // the first slot of which all is known
}

// Kinds of a message.
const (
	sayBeat    = "beat"    // nothing but the head
	sayDelta   = "delta"   // leads from version From to the head's
	sayRetell  = "retell"  // some records of the head's version, told because Redis cannot keep them
	sayStandby = "standby" // another worker of the host announces; this one is there as well
	sayBye     = "bye"     // the worker ends
	sayColumn  = "column"  // a slot ended
)

// message is what is published.
type message struct {
	Say  string   `json:"say"`
	Host string   `json:"host"`
	Head head     `json:"head"`
	From uint64   `json:"from,omitempty"`
	Set  []record `json:"set,omitempty"`
	Gone []string `json:"gone,omitempty"`

	Column *column `json:"column,omitempty"`
}

func encode(v any) string {
	b, _ := json.Marshal(v) // our own structs; a rate that JSON has no form for was taken out before
	return string(b)
}

func newRecord(e Entry, up int64) record {
	r := record{ID: e.ID, Name: text(e.Name), Group: text(e.Group), Size: max(e.Size, 0), Rate: math.Round(sane(e.Rate)), State: e.State, Why: text(e.Why),
		Tails: max(e.Tails, 0), Lines: max(e.Lines, 0), ShowPath: e.ShowPath, Usual: sane(e.Usual), LineRate: sane(e.LineRate), ErrRate: sane(e.ErrorRate),
		DiskFree: max(e.DiskFree, 0), DiskSize: max(e.DiskSize, 0), Zone: text(e.Zone), Layout: text(e.Layout)}
	if e.Age >= 0 {
		at := up - e.Age.Milliseconds()
		r.Changed = &at
	}
	return r
}

// sane is a rate that JSON has a form for.
func sane(rate float64) float64 {
	if rate > 0 && rate < math.MaxInt64 {
		return rate
	}
	return 0
}

// entry is r when the worker's clock reads up.
func (r *record) entry(up int64) Entry {
	e := Entry{ID: r.ID, Name: r.Name, Group: r.Group, Size: r.Size, Age: -1, Rate: r.Rate, State: r.State, Why: r.Why, Tails: r.Tails, Lines: r.Lines,
		ShowPath: r.ShowPath, Usual: r.Usual, LineRate: r.LineRate, ErrorRate: r.ErrRate, DiskFree: r.DiskFree, DiskSize: r.DiskSize,
		Zone: r.Zone, Layout: r.Layout}
	if r.Changed != nil {
		e.Age = time.Duration(min(max(up-*r.Changed, 0), math.MaxInt64/int64(time.Millisecond))) * time.Millisecond
	}
	return e
}

// same says whether r and o tell the same.
func (r record) same(o record) bool {
	at, bt := r.Changed, o.Changed
	r.Changed, o.Changed = nil, nil
	return r == o && (at == nil) == (bt == nil) && (at == nil || *at == *bt)
}

// text is s as it may be announced.
func text(s string) string { return strings.ToValidUTF8(s[:min(len(s), maxText)], "?") }

func (r *record) check(host string) error {
	if err := (wire.Log{Host: host, ID: r.ID}).Check(); err != nil {
		return err
	}
	for _, s := range []string{r.Name, r.Group, r.Why, r.Zone, r.Layout} {
		if len(s) > maxText || !utf8.ValidString(s) {
			return fmt.Errorf("text of %d bytes", len(s))
		}
	}
	if min(r.Size, r.DiskFree, r.DiskSize, r.Since, int64(r.Tails), int64(r.Lines)) < 0 || min(r.Rate, r.Usual, r.LineRate, r.ErrRate) < 0 {
		return fmt.Errorf("a number below zero")
	}
	switch r.State {
	case "ok", "missing", "unreadable", "refused":
		return nil
	}
	return fmt.Errorf("state %q", r.State)
}

func (h *head) check() error {
	if h.Protocol != wire.Version {
		return fmt.Errorf("version %d, this is %d", h.Protocol, wire.Version)
	}
	if h.Worker == "" || len(h.Worker) > maxText || len(h.Machine) > maxText || len(h.Zone) > maxText || len(h.Notes) > maxNotes {
		return fmt.Errorf("head of worker %.40q", h.Worker)
	}
	if h.Up < 0 || h.Slot < -1 || h.Count < 0 || h.Places < 0 || h.Free < 0 || h.Binary < 0 {
		return fmt.Errorf("a number below zero")
	}
	for _, n := range h.Notes {
		if len(n) > maxText {
			return fmt.Errorf("note of %d bytes", len(n))
		}
	}
	if len(h.NotText) > maxNotText {
		return fmt.Errorf("%d names of files that are not text", len(h.NotText))
	}
	for _, n := range h.NotText {
		if len(n) > maxText {
			return fmt.Errorf("name of %d bytes", len(n))
		}
	}
	return nil
}

func parseHead(body string) (head, error) {
	var h head
	if err := json.Unmarshal([]byte(body), &h); err != nil {
		return h, fmt.Errorf("reading a head: %w", err)
	}
	return h, h.check()
}

// parseRecord reads the record that stands in the field id.
func parseRecord(host, id, body string) (record, error) {
	var r record
	if err := json.Unmarshal([]byte(body), &r); err != nil {
		return r, fmt.Errorf("reading a record: %w", err)
	}
	if r.ID != id {
		return r, fmt.Errorf("record of %.40q in the field %.40q", r.ID, id)
	}
	return r, r.check(host)
}

// parseMessage reads a message whose records are all sound.
func parseMessage(body string) (message, error) {
	var m message
	if err := json.Unmarshal([]byte(body), &m); err != nil {
		return m, fmt.Errorf("reading an announcement: %w", err)
	}
	if err := (wire.Log{Host: m.Host, ID: "x"}).Check(); err != nil {
		return m, err
	}
	if len(m.Set) > maxEntries || len(m.Gone) > maxEntries {
		return m, fmt.Errorf("%d and %d records", len(m.Set), len(m.Gone))
	}
	for i := range m.Set {
		if err := m.Set[i].check(m.Host); err != nil {
			return m, fmt.Errorf("record %d: %w", i, err)
		}
	}
	if (m.Column != nil) != (m.Say == sayColumn) {
		return m, fmt.Errorf("announcement %.20q with or without a column", m.Say)
	}
	if m.Column != nil {
		if err := m.Column.check(); err != nil {
			return m, err
		}
	}
	switch m.Say {
	case sayBeat, sayDelta, sayRetell, sayStandby, sayBye, sayColumn:
		return m, m.Head.check()
	}
	return m, fmt.Errorf("announcement %.20q", m.Say)
}
