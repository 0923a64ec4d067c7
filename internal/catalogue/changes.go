package catalogue

import (
	"maps"
	"slices"

	"livetail/internal/wire"
)

// Changes is what became of the catalogue between two looks at it.
type Changes struct {
	Seq     uint64   // what to give Changes the next time
	All     bool     // Items are all that there is
	Whole   []string // hosts of which Items are all that there is: what else was known of them is over
	Items   []Item   // with a ring where the host is whole
	Gone    []wire.Log
	Columns []Column
}

// Column is a slot that ended: what a host's logs grew by in it. It comes behind all earlier ones of the host.
type Column struct {
	Host   string
	Levels map[string]uint8 // by id; logs that are not named did not grow
}

// goneMost is how many logs of a host that went are remembered one by one.
const goneMost = 1000

// stamps say when what is known of a host changed, in the List's count of changes.
type stamps struct {
	records map[string]uint64
	gone    map[string]uint64
	whole   uint64 // all of it
	column  uint64 // the newest column, and the one before
	before  uint64
}

func (s *stamps) set(id string, seq uint64) {
	s.records[id] = seq
	delete(s.gone, id)
}

func (s *stamps) drop(id string, seq uint64) {
	delete(s.records, id)
	if s.gone[id] = seq; len(s.gone) > goneMost {
		s.all(seq)
	}
}

func (s *stamps) all(seq uint64) {
	*s = stamps{records: map[string]uint64{}, gone: map[string]uint64{}, whole: seq}
}

// Changes says what changed since an earlier call, whose Seq is given; 0: everything.
func (l *List) Changes(since uint64) Changes {
	l.mu.Lock()
	defer l.mu.Unlock()
	now := l.o.Now()
	c := Changes{Seq: l.seq, All: since < l.lost || since == 0}
	if c.All {
		since = 0
	} else if since == l.seq {
		return c
	}
	for _, name := range slices.Sorted(maps.Keys(l.hosts)) {
		l.hosts[name].changes(&c, since, now)
	}
	return c
}
