package templates

import (
	"strings"
	"time"

	"livetail/internal/wire"
)

// timeOf is what a line says; where that has no zone, the host's clock is meant, which is two hours ahead of UTC.
func timeOf(text []byte) (int64, bool) {
	if len(text) > 19 {
		if t, err := time.Parse("2006-01-02 15:04:05", string(text[:19])); err == nil {
			return t.Add(-2 * time.Hour).UnixMilli(), true
		}
	}
	first, _, _ := strings.Cut(string(text), " ")
	t, err := time.Parse(time.RFC3339Nano, strings.TrimSpace(first))
	return t.UnixMilli(), err == nil
}

// seekTime looks for a time, if nothing keeps it from that.
func (a *answer) seekTime(fails string) {
	if fails != "" {
		a.ends(wire.Marker{End: wire.EndFailed, Why: fails})
		return
	}
	lines := a.lines()
	some := false
	for i, l := range lines {
		t, ok := timeOf(l.text)
		if ok && t >= a.At {
			m := wire.Marker{Sure: wire.SureExact}
			if !some && t > a.At {
				m.Why = "the log begins later"
			}
			a.found(lines, i, m)
			return
		}
		some = some || ok
	}
	if some {
		a.found(lines, len(lines), wire.Marker{Sure: wire.SureExact, Why: "the log ends earlier"})
	} else {
		a.found(lines, len(lines), wire.Marker{Sure: wire.SureNone, Why: "no line has a time that is understood"})
	}
}
