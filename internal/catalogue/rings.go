package catalogue

// rings is what a List knows of how the logs of a host grew, in the slots of one worker.
type rings struct {
	newest int64        // slot; -1: none
	got    [Slots]int64 // 1 + the slot whose column is in each place
	grew   map[uint32]*Ring
}

func newRings() *rings { return &rings{newest: -1, grew: map[uint32]*Ring{}} }

func at(slot int64) int { return int(slot % Slots) }

// add takes in a column that was checked. It is false when columns before it are missing, which may be had from Redis; those
// that come late are of no use.
func (r *rings) add(c column) (next bool) {
	if c.Slot <= r.newest {
		return true
	}
	next = r.newest < 0 || c.Slot == r.newest+1
	r.newest = c.Slot
	r.got[at(c.Slot)] = c.Slot + 1
	for _, ring := range r.grew {
		ring[at(c.Slot)] = 0
	}
	levels, _ := c.levels()
	for _, l := range levels {
		ring := r.grew[l.n]
		if ring == nil {
			if len(r.grew) >= maxEntries {
				break
			}
			ring = &Ring{}
			r.grew[l.n] = ring
		}
		ring[at(c.Slot)] = l.level
	}
	return next
}

// level is that of one log in one slot.
func (r *rings) level(rec *record, slot int64) uint8 {
	switch ring := r.grew[rec.Number]; {
	case slot < rec.Since || slot < 0 || r.got[at(slot)] != slot+1:
		return Unknown
	case ring != nil:
		return ring[at(slot)]
	}
	return 0
}

// ring is that of one log up to the newest slot.
func (r *rings) ring(rec *record) *Ring {
	var out Ring
	for i := range out {
		out[i] = r.level(rec, r.newest-Slots+1+int64(i))
	}
	return &out
}
