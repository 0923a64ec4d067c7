package tailer

import (
	"encoding/json"

	"livetail/internal/wire"
)

// locate goes to the line that is so many bytes before the live edge.
func (a *answer) locate() error {
	if err := a.survey(); err != nil {
		return err
	}
	defer a.trim()
	left := max(0, a.q.Behind)
	for i := len(a.list) - 1; i >= 0; i-- {
		s := &a.list[i]
		n := a.length(s)
		if left > n && i > 0 {
			left -= n
			continue
		}
		h, err := a.open(i)
		if err != nil {
			return err
		}
		if h == nil {
			left = max(0, left-n) // something has to stand for it
			continue
		}
		off := max(0, h.length()-left)
		if err := a.fill(h, off+probeBytes); err != nil {
			return err
		}
		if err := h.look(); err != nil {
			return failure(words(err))
		}
		end := h.size()
		if h.text == nil {
			if end, err = a.end(h); err != nil {
				return err
			}
		}
		if off = h.coding().Align(min(off, end)); off > 0 && off < end {
			if off, err = lineFrom(h, off, end); err != nil {
				return failure(words(err))
			}
		}
		return a.found(h, off, 0, wire.Marker{Kind: wire.MarkFound, Sure: wire.SureExact})
	}
	return a.edge(wire.SureExact, "")
}

// lineFrom is where the first line begins that does so at off or behind it; end, if none does.
func lineFrom(h *file, off, end int64) (int64, error) {
	var b [probeBytes]byte
	c := h.coding()
	for pos := off - int64(c.Unit()); pos < end; {
		n, err := h.pread(b[:min(int64(len(b)), end-pos)], pos)
		if err != nil || n == 0 {
			return end, err
		}
		if at := c.After(b[:n]); at > 0 {
			return pos + int64(at), nil
		}
		pos += int64(n)
	}
	return end, nil
}

// outline tells the log's files.
func (a *answer) outline() error {
	if err := a.look(); err != nil {
		return err
	}
	var files []wire.FileInfo
	for i := range a.list {
		info, err := a.info(i)
		if err != nil {
			return err
		}
		files = append(files, info)
		a.trim()
	}
	for {
		room, err := a.room()
		if err != nil {
			return err
		}
		m := a.view.marker(wire.Marker{Kind: wire.MarkOutline})
		for n := len(files); n >= 0; n = n * 3 / 4 { // as many as fit; the rest in the next
			m.Files = files[:n]
			if b, err := json.Marshal(m); err == nil && len(b) <= room || n == 0 {
				break
			}
		}
		if err := a.send(wire.Frame{Kind: wire.Mark, Payload: fit(m, room)}, -1); err != nil {
			return err
		}
		if files = files[max(1, len(m.Files)):]; len(files) == 0 {
			return nil
		}
	}
}

// info is what the outline says of file number i.
func (a *answer) info(i int) (wire.FileInfo, error) {
	s := &a.list[i]
	info := wire.FileInfo{Name: a.view.named(s.Name), Size: a.length(s), Packed: s.Packed != ""}
	if info.Packed {
		info.To = s.st.Mtim.Sec * 1000 // compressing leaves the time as it was
	}
	h, err := a.open(i)
	if err != nil || h == nil {
		return info, err
	}
	first, ok, err := a.probe(h, 0, probeBytes)
	if ok && h.text == nil { // else all that is read for it may say no time
		if err = a.years(h); err == nil {
			first, ok, err = a.probe(h, 0, probeBytes)
		}
	}
	if err != nil {
		return info, err
	}
	if ok {
		info.From = first.ms
	}
	if h.text != nil {
		if _, whole := h.text.Size(); !whole {
			return info, nil
		}
		info.Packed, info.Size = false, h.size()
	}
	last := int64(0)
	if _, err := a.each(h, max(0, h.size()-closeBytes), h.size(), closeBytes, func(t timed) bool { last = t.ms; return true }); err != nil {
		return info, err
	}
	if last > 0 {
		info.To = last
	}
	return info, nil
}
