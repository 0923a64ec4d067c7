package journal

import (
	"strings"
	"sync/atomic"
	"testing"

	"livetail/internal/wire"
	"livetail/tailer"
)

// busyHost is busy for so many questions.
type busyHost struct{ left atomic.Int64 }

func (h *busyHost) Busy() bool { return h.left.Add(-1) >= 0 }

func TestASearchOnABusyHostSaysThatItIsSlowed(t *testing.T) {
	w := newWorld(t)
	for range 5 << 20 / 4096 { // more than may be read at once
		w.write(sample{unit: nginx, message: strings.Repeat("hay ", 1024), priority: 6})
	}
	w.settled()
	host := &busyHost{}
	f := w.journal(Options{Host: host}).Open(Source{Directory: w.dir, Name: "the journal"})
	t.Cleanup(func() { f.Close() })
	for _, back := range []bool{false, true} {
		host.left.Store(2)
		r := ask(t, f, wire.Question{Ask: wire.AskRead, Back: back}, wire.MaxPayload)
		said, flagged := 0, 0
		for _, fr := range r.frames {
			if fr.Kind == wire.Mark && strings.Contains(string(fr.Payload), tailer.SlowWords) {
				said++
			}
			if fr.Flags&wire.Slowed != 0 {
				flagged++
			}
		}
		if said == 0 || flagged < said {
			t.Errorf("back %v: said %d times, flagged %d", back, said, flagged)
		}
		if last := r.frames[len(r.frames)-1]; last.Flags&wire.Slowed != 0 {
			t.Errorf("back %v: it is slowed although the host is no longer busy", back)
		}
		text := r.text()
		if back {
			text = r.backText()
		}
		if text != w.text("") {
			t.Errorf("back %v: %d bytes came, %d were written", back, len(text), len(w.text("")))
		}
	}
}
