package tailer

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"
	"pgregory.net/rapid"

	"livetail/internal/wire"
)

// model is the writer's own record, and what a reader may expect by it.
type model struct {
	*bench
	t      *rapid.T
	n      int    // lines written
	half   string // what was written of a line that is not ended
	want   strings.Builder
	gone   int // bytes of want that are in no file any more: nobody can resume from there
	copied int // bytes of want that are in a copy only, which must be told from others by what is in it
	// Something was written to the file that has the name now; it was read, so that a copy can be told from other files.
	rooted, settled bool
	unseen          bool // the log was truncated, or saved under a new inode, which its reader may not have seen yet
	// Timing decides too, so that a failure may not come again: then this is all that is known of it.
	history strings.Builder
}

// note adds to what happened.
func (m *model) note(format string, args ...any) { fmt.Fprintf(&m.history, format+"\n", args...) }

func (m *model) line() string {
	m.n++
	return fmt.Sprintf("line %06d %s\n", m.n, strings.Repeat("x", m.n*7%90))
}

func (m *model) put(text string) {
	m.append("f", text)
	m.half += text
	if at := strings.LastIndexByte(m.half, '\n') + 1; at > 0 {
		m.want.WriteString(m.half[:at])
		m.half = m.half[at:]
		m.rooted = true
	}
}

// whole ends a line that was begun: the file will not be written to any more.
func (m *model) whole() {
	if m.half != "" {
		m.put("\n")
	}
}

// fresh notes that the name is another file's now, or the same one's from its beginning.
func (m *model) fresh() { m.rooted, m.settled = false, false }

// settle waits until everything that was written has come, in order.
func (m *model) settle() {
	m.sink.set(&m.sink.blocked, false)
	want := m.want.String()
	end := time.Now().Add(patience / 4)
	for n := 0; ; n++ {
		m.sink.mu.Lock()
		got, wrong := m.sink.text.String(), m.sink.wrong
		m.sink.mu.Unlock()
		if len(wrong) > 0 {
			m.t.Fatalf("%v", wrong)
		}
		if got == want {
			m.settled = m.rooted
			return
		}
		if !strings.HasPrefix(want, got) || time.Now().After(end) {
			m.explain(got, want)
		}
		if n > 50 {
			m.clock.advance(time.Second / 8) // what no event told, a look finds
		}
		time.Sleep(200 * time.Microsecond)
	}
}

func (m *model) explain(got, want string) {
	at := 0
	for at < len(got) && at < len(want) && got[at] == want[at] {
		at++
	}
	m.holds()
	m.t.Fatalf("after %d bytes of %d\ngot  %.300q\nwant %.300q\n%s", at, len(want), got[at:], want[at:], m.history.String())
}

// holds notes what the reader holds and what it said.
func (m *model) holds() {
	m.follower.mu.Lock()
	defer m.follower.mu.Unlock()
	for _, r := range m.sink.frames {
		if r.Kind == wire.Mark {
			m.note("%+v", r.mark)
		} else {
			ino := uint64(0)
			if tok, err := parseToken(r.After[r.Index].File); err == nil {
				ino = tok.ino
			}
			m.note("inode %d at %d: %d bytes %.40q", ino, r.Start, len(r.Payload), r.Payload)
		}
	}
	m.note("told %q because %q, busy %v", m.follower.told, m.follower.why, m.follower.busy.Load())
	for _, h := range m.follower.held {
		m.note("held %s inode %d off %d size %d upto %d tried %d fd %d nlink %d until %v cut %v", h.name, h.ino, h.off, h.size(), h.upto, h.tried, h.fd, h.st.Nlink, h.until, h.cut)
	}
	list, _ := m.follower.files()
	for _, s := range list {
		data, _ := os.ReadFile(m.at(s.Name))
		m.note("there is %s inode %d: %d bytes %.60q", s.Name, s.st.Ino, s.st.Size, data)
	}
}

// held waits until the reader has the file open that has the name: from then on it may be deleted.
func (m *model) held() {
	for n := 0; ; n++ {
		var st unix.Stat_t
		if err := unix.Stat(m.path, &st); err != nil {
			m.t.Fatal(err)
		}
		m.follower.mu.Lock()
		last, many := m.follower.last(), len(m.follower.held) >= maxHeld
		ok := last != nil && last.same(&st)
		m.follower.mu.Unlock()
		if ok {
			return
		}
		if many {
			m.settle() // the bound of what can wait for a paused sink
		}
		if n > 5000 {
			m.holds()
			m.t.Fatalf("the file with inode %d is never opened\n%s", st.Ino, m.history.String())
		}
		if n > 50 {
			m.clock.advance(time.Second / 8)
		}
		time.Sleep(200 * time.Microsecond)
	}
}

// destroy notes that what was written so far will be nowhere, and waits for it to be read, or only to be held.
func (m *model) destroy(t *rapid.T) {
	m.whole()
	if rapid.Bool().Draw(t, "settled") {
		m.settle()
	}
	m.held()
	m.gone = m.want.Len()
}

func (m *model) shift() { m.shiftAll() }

// compress packs one of the files that were rotated. What is under a new inode only has to be read before.
func (m *model) compress(t *rapid.T) {
	var plain []string
	for n := 1; n < 42; n++ {
		if name := fmt.Sprintf("f.%d", n); !missing(unix.Access(m.at(name), unix.F_OK)) {
			plain = append(plain, name)
		}
	}
	if len(plain) == 0 {
		return
	}
	if m.unseen {
		m.settle()
		m.looks(2)
		m.unseen = false
	}
	name, ext := rapid.SampledFrom(plain).Draw(t, "compress"), rapid.SampledFrom(packings).Draw(t, "as")
	m.pack(name, ext) // with its time, by which it is known as an older one
	m.copied = m.want.Len()
}

func (m *model) write(t *rapid.T) {
	for range rapid.IntRange(1, 40).Draw(t, "lines") {
		m.put(m.line())
	}
}

func (m *model) writeHalf(*rapid.T) {
	m.n++ // no two alike: what is the same to the byte is told by nobody
	m.put(fmt.Sprintf("half %d ", m.n))
}

func (m *model) rotate(*rapid.T) {
	m.whole()
	m.shift()
	m.rename("f", "f.1")
	m.append("f", "")
	m.fresh()
}

// rotateOften leaves no time for a look in between.
func (m *model) rotateOften(t *rapid.T) {
	for range rapid.IntRange(2, 4).Draw(t, "rotations") {
		m.put(m.line())
		m.rotate(t)
	}
}

// copytruncate may take from the file what nobody read yet, since the copy has it; unless nothing tells that it is its copy.
func (m *model) copytruncate(t *rapid.T) {
	m.whole()
	if !m.settled || rapid.Bool().Draw(t, "settled") {
		m.settle()
	}
	m.held()
	m.shift()
	if err := copyFile(m.path, m.bench.at("f.1")); err != nil {
		t.Fatal(err)
	}
	os.Truncate(m.path, 0)
	m.unseen = true
	m.gone = m.want.Len() // a copy of a few lines is told from no other file once its reader is gone
	m.fresh()
}

// copyAndCompress does so at once: who had not read all of it finds the rest there.
func (m *model) copyAndCompress(t *rapid.T) {
	m.copytruncate(t)
	m.pack("f.1", rapid.SampledFrom(packings).Draw(t, "as"))
	m.copied = m.want.Len()
}

func (m *model) delete(t *rapid.T) {
	m.destroy(t)
	m.remove("f")
	m.append("f", "")
	m.fresh()
}

func (m *model) truncateAndGrow(*rapid.T) {
	m.whole()
	m.settle()
	m.gone = m.want.Len()
	text := m.line() + m.line()
	m.bench.write("f", text)
	m.want.WriteString(text)
	m.fresh()
	m.rooted = true
}

// cut takes the file's last lines off, which were read. It waits for the reader to see it: who writes at once may make it look
// like another file.
func (m *model) cut(t *rapid.T) {
	m.whole()
	m.settle()
	data, err := os.ReadFile(m.path)
	if err != nil {
		t.Fatal(err)
	}
	ends := []int{}
	for i, c := range data {
		if c == '\n' && i+1 < len(data) {
			ends = append(ends, i+1)
		}
	}
	if len(ends) == 0 {
		return
	}
	to := ends[rapid.IntRange(max(0, len(ends)-40), len(ends)-1).Draw(t, "end")]
	if to < headSize && len(data) > backSize {
		return // too little is left to be known again
	}
	os.Truncate(m.path, int64(to))
	for n := 0; n < 5000; n++ {
		m.follower.mu.Lock()
		off := m.follower.last().off
		m.follower.mu.Unlock()
		if off == int64(to) {
			break
		}
		if n > 50 {
			m.clock.advance(time.Second / 8)
		}
		time.Sleep(200 * time.Microsecond)
	}
	m.gone = m.want.Len()
}

func (m *model) save(t *rapid.T) {
	if rapid.Bool().Draw(t, "settled") {
		m.note("settled")
		m.settle()
	}
	m.held()
	old, err := os.ReadFile(m.path)
	if err != nil {
		t.Fatal(err)
	}
	text := m.line()
	m.bench.write("t", string(old)+text)
	m.rename("t", "f")
	m.copied = m.want.Len()
	m.want.WriteString(m.half + text)
	m.half = ""
	m.rooted, m.unseen = true, true
}

func (m *model) replace(t *rapid.T) {
	m.destroy(t)
	text := m.line()
	m.bench.write("t", text)
	m.rename("t", "f")
	m.want.WriteString(text)
	m.fresh()
	m.rooted = true
}

func (m *model) pauseSink(*rapid.T) {
	m.sink.mu.Lock()
	m.sink.blocked = !m.sink.blocked
	m.sink.cond.Broadcast()
	m.sink.mu.Unlock()
}

// resumeAnywhere stops, lets the writer go on alone, and goes on from any line that still exists.
func (m *model) resumeAnywhere(t *rapid.T) {
	m.settle()
	from, rest, ok := m.token(t)
	if !ok {
		return
	}
	tok, err := parseToken(from[0].File)
	m.note("goes on at %d of %+v, %v", from[0].Offset, tok, err)
	m.pause()
	m.unseen = false
	m.want.Reset()
	m.want.WriteString(rest)
	m.gone, m.copied = 0, 0
	for range rapid.IntRange(0, 3).Draw(t, "meanwhile") {
		what := rapid.SampledFrom([]string{"write", "write half a line", "rename", "rename often", "compress"}).Draw(t, "what")
		m.noted(what)
		switch what {
		case "write":
			m.write(t)
		case "write half a line":
			m.writeHalf(t)
		case "rename":
			m.rotate(t)
		case "compress":
			if max(int64(tok.headN), tok.checkAt) >= minAlone { // else too little is known of its file to find it by that
				m.compress(t)
			}
		default:
			m.rotateOften(t)
		}
	}
	if rapid.Bool().Draw(t, "cold") {
		m.noted("cold")
		m.coldly()
	}
	m.resume(from)
	m.settle()
}

// TestModel does what happens to logs, in any order. Only what cannot be told by anybody is left out.
func TestModel(t *testing.T) {
	if f := flag.Lookup("rapid.checks"); f.Value.String() == f.DefValue {
		f.Value.Set("200")
	}
	rapid.Check(t, func(rt *rapid.T) {
		b := newBench(t, lines(1e6))
		defer b.end()
		b.write("f", "")
		m := &model{bench: b, t: rt}
		b.follow()
		b.mark(wire.MarkLive)
		actions := map[string]func(*rapid.T){
			"write":                   m.write,
			"write half a line":       m.writeHalf,
			"rename":                  m.rotate,
			"rename often":            m.rotateOften,
			"copytruncate":            m.copytruncate,
			"copytruncate, compress":  m.copyAndCompress,
			"delete":                  m.delete,
			"compress":                m.compress,
			"truncate and write more": m.truncateAndGrow,
			"cut":                     m.cut,
			"save":                    m.save,
			"replace":                 m.replace,
			"pause":                   m.pauseSink,
			"look":                    func(*rapid.T) { m.clock.advance(time.Second) },
			"grace":                   func(*rapid.T) { m.settle(); m.clock.advance(time.Minute) },
			"resume":                  m.resumeAnywhere,
			"":                        func(*rapid.T) {},
		}
		for name, do := range actions {
			if name != "" {
				actions[name] = func(t *rapid.T) { m.noted(name); do(t) }
			}
		}
		rt.Repeat(actions)
		m.whole()
		m.settle()
	})
}

// noted notes an action, and which file has the log's name before it.
func (m *model) noted(action string) {
	var st unix.Stat_t
	unix.Stat(m.path, &st)
	m.note("%s (line %d, inode %d, %d bytes)", action, m.n, st.Ino, st.Size)
}

// token picks a line that came and still exists, and says what must come from there on.
func (m *model) token(t *rapid.T) (wire.Position, string, bool) {
	m.sink.mu.Lock()
	defer m.sink.mu.Unlock()
	var frames []record
	var good []int // of frames: those that can be found again
	at := 0
	for _, r := range m.sink.frames {
		if r.Kind == wire.Lines {
			tok, _ := parseToken(r.After[r.Index].File)
			told := max(int64(tok.headN), tok.checkAt) >= minAlone && (r.Start <= headSize || tok.checkAt > headSize)
			if at >= m.gone && (at >= m.copied || told) {
				good = append(good, len(frames))
			}
			frames = append(frames, r)
			at += len(r.Payload)
		}
	}
	if len(good) == 0 {
		return nil, "", false
	}
	i := rapid.SampledFrom(good).Draw(t, "frame")
	r := frames[i]
	starts := []int{0}
	for at, c := range r.Payload[:len(r.Payload)-1] {
		if c == '\n' {
			starts = append(starts, at+1)
		}
	}
	start := starts[rapid.IntRange(0, len(starts)-1).Draw(t, "line")]
	var rest bytes.Buffer
	rest.Write(r.Payload[start:])
	for _, later := range frames[i+1:] {
		rest.Write(later.Payload)
	}
	return wire.Position{{File: r.After[r.Index].File, Offset: r.Start + int64(start)}}, rest.String(), true
}
