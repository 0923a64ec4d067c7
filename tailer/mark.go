package tailer

import (
	"context"
	"encoding/json"
	"path/filepath"

	"livetail/internal/coding"
	"livetail/internal/wire"
)

// named is how a marker may call one of the log's files.
func (f *Follower) named(base string) string {
	switch {
	case f.start.Paths:
		return filepath.Join(f.dir, base)
	case base == f.base && (!f.src.Latest || base == ""):
		return f.src.Name
	}
	return base
}

func (f *Follower) marker(m wire.Marker) wire.Marker {
	m.At = f.t.clock.Now().UnixMilli()
	return m
}

func (f *Follower) opening(h *file) wire.Marker {
	m := wire.Marker{Kind: wire.MarkOpened, Name: f.named(f.base), Bytes: h.size()}
	switch {
	case len(f.start.From) > 0: // who goes on from a place was told
	case mounted(h.fd):
		m.Why = "it is mounted by itself: that it is rotated outside is not seen here; mount its folder instead"
	case h.coding().Wide():
		m.Why = "it is written in UTF-16: its lines are shown, searched and downloaded as UTF-8"
	case h.as == "" && coding.UTF32(readAt(h, 0, coding.Head)):
		m.Why = "it is written in UTF-32, which is not understood: its lines are taken as bytes"
	}
	return f.marker(m)
}

// tell sends the markers that wait in *list, placed where h has been read to.
func (f *Follower) tell(ctx context.Context, list *[]wire.Marker, h *file) error {
	for len(*list) > 0 {
		m := (*list)[0]
		room, err := f.room(ctx)
		if err != nil {
			return err
		}
		fr := &f.frame
		*fr = wire.Frame{Kind: wire.Mark, Flags: f.backlogFlag(), Payload: fit(m, room), Behind: f.behind()}
		f.place(fr, h)
		if *list = (*list)[1:]; len(*list) == 0 {
			*list = nil
		}
		if err := f.send(ctx, fr); err != nil {
			return err
		}
	}
	return nil
}

// fit leaves out words until m fits; its kind and time always remain.
func fit(m wire.Marker, room int) []byte {
	for _, drop := range []*string{nil, &m.Why, &m.To, &m.Name} {
		if drop != nil {
			*drop = ""
		}
		if b, err := json.Marshal(m); err == nil && len(b) <= room {
			return b
		}
	}
	m.Bytes = 0
	b, _ := json.Marshal(m) // a string and a number: cannot fail
	return b
}
