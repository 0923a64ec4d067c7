package templates

import (
	"bytes"
	"encoding/json"
	"slices"
	"time"

	"livetail/internal/wire"
)

// fakeFile is one file of the log's history.
type fakeFile struct {
	name string
	file wire.File
	data []byte
}

// question is what a page asks, and whom.
type question struct {
	Op     string          `json:"op"`
	Rev    uint32          `json:"rev"`
	Reply  uint32          `json:"reply"`
	Ask    string          `json:"ask"`
	Back   bool            `json:"back"`
	Quiet  bool            `json:"quiet"`
	From   string          `json:"from"`
	Until  string          `json:"until"`
	Lines  int             `json:"lines"`
	Bytes  int             `json:"bytes"`
	Look   int             `json:"look"`
	At     int64           `json:"at"`
	Behind int64           `json:"behind"`
	Lead   int64           `json:"lead"`
	Every  int             `json:"every"`
	Step   int64           `json:"step"`
	Filter json.RawMessage `json:"filter"`
}

// history is the log's files, the live one last. It is called with the lock held.
func (f *fake) history() []fakeFile {
	live := fakeFile{name: "access.log", file: "file"}
	for _, frame := range f.frames {
		if frame.Kind == wire.Lines {
			live.data = append(live.data, frame.Payload...)
		}
	}
	return append(slices.Clone(f.past), live)
}

// line is one line of the history.
type line struct {
	file   int
	offset int64
	text   []byte
}

// answer is what a page is told: the protocol's own rules, on files that fit in memory.
type answer struct {
	question
	files  []fakeFile
	pass   func([]byte) bool
	frames []wire.Frame
	total  int64
	last   int // file of the frame before; -1: none
	chunk  int
	time   int64 // of the first line that was counted since a frame
}

func (f *fake) reply(q question) ([]wire.Frame, wrong) {
	pass, why := verdict(q.Filter)
	if why.words != "" {
		return nil, why
	}
	a := &answer{question: q, files: f.history(), pass: pass, last: -1, chunk: f.chunk}
	for _, file := range a.files {
		a.total += int64(len(file.data))
	}
	switch q.Ask {
	case "read":
		if f.slow && a.Quiet {
			a.mark(wire.Marker{Kind: wire.MarkProgress, Why: "slowed: the host is busy"}, 0, 0)
			a.frames[0].Flags = wire.Slowed
		}
		file, offset, given := a.place(a.From)
		if given && !a.Back {
			offset = a.led(file, offset)
		}
		a.read(file, offset, given)
	case "time":
		a.seekTime(f.fails)
	case "place":
		lines := a.lines()
		at := max(0, a.total-q.Behind)
		i, _ := slices.BinarySearchFunc(lines, at, func(l line, at int64) int { return int(a.abs(l.file, l.offset) - at) })
		a.found(lines, i, wire.Marker{Sure: wire.SureExact})
	case "outline":
		m := wire.Marker{Kind: wire.MarkOutline}
		for _, file := range a.files {
			m.Files = append(m.Files, wire.FileInfo{Name: file.name, Size: int64(len(file.data))})
		}
		a.mark(m, len(a.files)-1, 0)
		a.end(wire.EndDone)
	}
	return a.frames, wrong{}
}

// abs is a place in the whole history.
func (a *answer) abs(file int, offset int64) int64 {
	for _, f := range a.files[:file] {
		offset += int64(len(f.data))
	}
	return offset
}

func (a *answer) lines() []line {
	var all []line
	for i, f := range a.files {
		for at := 0; at < len(f.data); {
			end := len(f.data)
			if n := bytes.IndexByte(f.data[at:], '\n'); n >= 0 {
				end = at + n + 1
			}
			all = append(all, line{i, int64(at), f.data[at:end]})
			at = end
		}
	}
	return all
}

func (a *answer) place(text string) (file int, offset int64, ok bool) {
	p, err := wire.ParsePosition(text)
	if err != nil || len(p) == 0 {
		return 0, 0, false
	}
	last := p[len(p)-1]
	i := slices.IndexFunc(a.files, func(f fakeFile) bool { return f.file == last.File })
	return i, last.Offset, i >= 0
}

// led is where to begin so that what leads up to a place comes too.
func (a *answer) led(file int, offset int64) int64 {
	from := max(0, offset-a.Lead)
	for from > 0 && from < offset && a.files[file].data[from-1] != '\n' {
		from++
	}
	return from
}

func (a *answer) read(file int, offset int64, given bool) {
	lines := a.lines()
	if a.Back {
		if given {
			n, _ := slices.BinarySearchFunc(lines, a.abs(file, offset), func(l line, at int64) int { return int(a.abs(l.file, l.offset) - at) })
			lines = lines[:n]
		}
		slices.Reverse(lines)
	} else if given {
		n, _ := slices.BinarySearchFunc(lines, a.abs(file, offset), func(l line, at int64) int { return int(a.abs(l.file, l.offset) - at) })
		lines = lines[n:]
	}
	if given {
		a.last = file
	}
	until := a.total
	if a.Back {
		until = 0
	}
	if f, at, ok := a.place(a.Until); ok {
		until = a.abs(f, at)
	}
	passed, looked, size, why := 0, 0, 0, wire.EndEdge
	if a.Back {
		why = wire.EndStart
	}
	var held []line
	var before line
	var seen, unsaid int
	flush := func(at line) {
		if len(held) > 0 || seen > 0 {
			a.send(held, seen, at)
		}
		held, seen, unsaid = nil, 0, 0
	}
	for _, l := range lines {
		if at := a.abs(l.file, l.offset); a.Back && at < until || !a.Back && at >= until {
			why = wire.EndUntil
			break
		}
		if a.Lines > 0 && passed >= a.Lines || a.Bytes > 0 && size >= a.Bytes {
			why = wire.EndLines
			break
		}
		if a.Look > 0 && looked >= a.Look {
			why = wire.EndLooked
			break
		}
		if a.last >= 0 && a.last != l.file {
			flush(held0(held, l))
			older, newer := min(a.last, l.file), max(a.last, l.file)
			at := int64(0)
			if a.Back {
				at = int64(len(a.files[l.file].data))
			}
			a.mark(wire.Marker{Kind: wire.MarkFile, Name: a.files[newer].name, To: a.files[older].name}, l.file, at)
		}
		a.last = l.file
		if a.turns(l) || a.Every > 0 && unsaid >= a.Every {
			flush(before)
		}
		if t, ok := timeOf(l.text); ok && a.Step > 0 && a.time == 0 {
			a.time = t
		}
		before, unsaid = l, unsaid+len(l.text)
		looked += len(l.text)
		seen++
		if a.pass(l.text) {
			passed++
			size += len(l.text)
			held = append(held, l)
		}
		if seen >= a.chunk {
			flush(l)
		}
		file, offset = l.file, l.offset
	}
	flush(held0(held, line{file: file, offset: offset}))
	if why == wire.EndStart {
		a.mark(wire.Marker{Kind: wire.MarkStart, Name: a.files[0].name}, 0, 0)
	}
	a.end(why)
}

// turns says whether a line is of another stretch of time than what was counted.
func (a *answer) turns(l line) bool {
	t, ok := timeOf(l.text)
	stretch := func(t int64) int64 { return (t - a.At) / a.Step }
	return ok && a.Step > 0 && a.time != 0 && stretch(t) != stretch(a.time)
}

func held0(held []line, other line) line {
	if len(held) > 0 {
		return held[len(held)-1]
	}
	return other
}

// send makes a frame of lines; at is the last one looked at.
func (a *answer) send(held []line, looked int, at line) {
	frame := wire.Frame{Kind: wire.Lines, Reply: a.Reply}
	after := at.offset
	if a.Back {
		held = slices.Clone(held)
		slices.Reverse(held)
	} else {
		after += int64(len(at.text))
	}
	frame.After = wire.Position{{File: a.files[at.file].file, Offset: after}}
	frame.Behind = a.total - a.abs(at.file, after)
	if len(a.Filter) > 0 {
		frame.Looked, frame.Passed = uint32(looked), uint32(len(held))
	}
	if a.Quiet {
		frame.Looked, frame.Passed, frame.Time = uint32(looked), uint32(len(held)), a.time
		a.time = 0
	} else if len(held) > 0 {
		pack(&frame, held)
	}
	a.frames = append(a.frames, frame)
}

// pack puts lines of one file into a frame.
func pack(frame *wire.Frame, lines []line) {
	frame.Start = lines[0].offset
	next := frame.Start
	gapped := false
	for _, l := range lines {
		frame.Gaps = wire.AppendGap(frame.Gaps, l.offset-next)
		gapped = gapped || l.offset != next
		next = l.offset + int64(len(l.text))
		frame.Payload = append(frame.Payload, l.text...)
		if t, ok := timeOf(l.text); ok && frame.Time == 0 {
			frame.Time = t
		}
	}
	if gapped {
		frame.Flags |= wire.Gapped
	} else {
		frame.Gaps = nil
	}
}

func (a *answer) mark(m wire.Marker, file int, offset int64) {
	m.At = time.Date(2026, 11, 21, 14, 2, 11, 0, time.Local).UnixMilli()
	frame, _ := m.Frame()
	frame.Reply = a.Reply
	frame.After = wire.Position{{File: a.files[file].file, Offset: offset}}
	frame.Behind = a.total - a.abs(file, offset)
	a.frames = append(a.frames, frame)
}

func (a *answer) end(why string) { a.ends(wire.Marker{End: why}) }

func (a *answer) ends(m wire.Marker) {
	m.Kind = wire.MarkEnd
	frame, _ := m.Frame()
	frame.Reply, frame.Flags = a.Reply, wire.Last
	if n := len(a.frames); n > 0 {
		frame.After, frame.Behind = a.frames[n-1].After, a.frames[n-1].Behind
	}
	a.frames = append(a.frames, frame)
}

// found tells of a line or, behind the last one, of the live edge.
func (a *answer) found(lines []line, i int, m wire.Marker) {
	m.Kind = wire.MarkFound
	file := len(a.files) - 1
	offset := int64(len(a.files[file].data))
	if i < len(lines) {
		file, offset = lines[i].file, lines[i].offset
	}
	from := a.led(file, offset)
	a.mark(m, file, from)
	a.frames[len(a.frames)-1].Start = offset
	a.read(file, from, true)
}
