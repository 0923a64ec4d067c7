package logs

import (
	"time"

	"livetail/internal/rate"
)

// meter measures growth over the last slots.
type meter struct {
	total int64     // all growth that was seen
	usual rate.Rate // bytes a second over an hour or so
	from  time.Time // start of the slot that is being filled
	grown int64
	slots [5]struct {
		took  time.Duration
		grown int64
	}
	next int
}

// add counts n more bytes. A slot lasts for at least half of every, however often somebody looks.
func (m *meter) add(now time.Time, n int64, every time.Duration) {
	if m.from.IsZero() {
		m.from, m.usual = now, rate.Over(usualOver, now)
	}
	if n > 0 {
		m.total += n
		m.usual.Add(float64(n), now)
	}
	m.grown += n
	if took := now.Sub(m.from); took > 0 && took >= every/2 {
		m.slots[m.next].took, m.slots[m.next].grown = took, m.grown
		m.next = (m.next + 1) % len(m.slots)
		m.from, m.grown = now, 0
	}
}

// usualOver is over how long a log's usual rate is measured.
const usualOver = time.Hour

// rate is bytes a second; 0 after as many slots without growth.
func (m *meter) rate() float64 {
	var took time.Duration
	var grown int64
	for _, s := range m.slots {
		took, grown = took+s.took, grown+s.grown
	}
	if took == 0 {
		return 0
	}
	return float64(grown) / took.Seconds()
}
