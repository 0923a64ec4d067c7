package catalogue

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"slices"
	"time"
)

const (
	// Slot is how long one bar of a Ring is.
	Slot = 10 * time.Second
	// Slots is how many bars a Ring has.
	Slots = 60
	// Unknown is the level of a slot of which nothing is known.
	Unknown = 255

	slotMS = int64(Slot / time.Millisecond)
)

// Ring is how much a log grew in each of the last slots, the oldest first, as levels.
type Ring [Slots]uint8

// Level is bytes on a scale of eighths of an octave: level 1 is 1 byte, and each 8 levels are twice as much.
func Level(bytes int64) uint8 {
	if bytes <= 0 {
		return 0
	}
	return uint8(min(1+math.Round(8*math.Log2(float64(bytes))), Unknown-1))
}

// column is the same slot of all logs of a host: much is said in few bytes, since most logs do not grow in it.
type column struct {
	Slot int64  `json:"slot"` // on the worker's clock
	Grew []byte `json:"grew"` // the logs that grew: by how much a log's number is higher than the one's before, and its level
}

// level is one log's part of a column.
type level struct {
	n     uint32
	level uint8
}

func newColumn(slot int64, levels []level) column {
	slices.SortFunc(levels, func(a, b level) int { return int(int64(a.n) - int64(b.n)) })
	c := column{Slot: slot, Grew: []byte{}}
	last := uint32(0)
	for _, l := range levels {
		c.Grew = append(binary.AppendUvarint(c.Grew, uint64(l.n-last)), l.level)
		last = l.n
	}
	return c
}

func (c *column) check() error {
	_, err := c.levels()
	return err
}

func (c *column) levels() ([]level, error) {
	if c.Slot < 0 || c.Slot > math.MaxInt64/slotMS {
		return nil, fmt.Errorf("slot %d", c.Slot)
	}
	var out []level
	last := uint64(0)
	for rest := c.Grew; len(rest) > 0; {
		step, n := binary.Uvarint(rest)
		if n <= 0 || len(rest) <= n || step > math.MaxUint32-last || len(out) == maxEntries {
			return nil, errors.New("a column that ends in the middle, or has no end")
		}
		last += step
		out = append(out, level{uint32(last), rest[n]})
		rest = rest[n+1:]
	}
	return out, nil
}

// columns is what an Announcer keeps to say how its logs grew.
type columns struct {
	open int64            // the slot that is being filled
	base map[string]int64 // what each log had grown by when it began
	last uint32           // number that a log was given last
	kept []column         // of the last Slots, oldest first
}

// number gives a log that was not there before a number, and says the first slot of which all will be known.
func (c *columns) number(e Entry, starts bool) (n uint32, since int64) {
	c.last++
	c.base[e.ID] = e.Grown
	if starts {
		return c.last, c.open
	}
	return c.last, c.open + 1
}

// turn ends the open slot when the worker's clock has passed it. A slot that no beat fell in stays unknown; what was
// written in it is taken for the next one's.
func (c *columns) turn(entries []Entry, records map[string]record, up int64) *column {
	slot := up / slotMS
	if slot <= c.open {
		return nil
	}
	var levels []level
	for _, e := range entries {
		r, ok := records[e.ID]
		if !ok {
			continue
		}
		grown := e.Grown - c.base[e.ID]
		if grown < 0 {
			grown = e.Grown // it was forgotten meanwhile, and found again
		}
		if c.base[e.ID] = e.Grown; grown > 0 && r.Since < slot {
			levels = append(levels, level{r.Number, Level(grown)})
		}
	}
	done := newColumn(slot-1, levels)
	c.open = slot
	c.kept = append(c.kept, done)
	c.kept = slices.DeleteFunc(c.kept, func(old column) bool { return old.Slot < slot-Slots })
	return &done
}
