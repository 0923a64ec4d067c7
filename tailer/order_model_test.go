package tailer

import (
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/sys/unix"
	"pgregory.net/rapid"

	"livetail/internal/coding"
	"livetail/internal/wire"
)

// scribe is a program that writes numbered lines to the file that it opened last, some of them in pieces.
type scribe struct {
	id, n int
	out   *os.File
	to    *stream
	rest  string // of the line that it is within
}

// stream is what was written to one file.
type stream struct {
	name, text string
	writes     []stroke
	by         *scribe // who is within a line of it
	size       int64
	packed     bool // or begins to be
}

// stroke is one write.
type stroke struct {
	end  int64
	ends bool // a line
	when time.Time
	turn int // of all that was written
}

// order is a log that several programs write to while it is rotated, and its reader. mu guards what both touch.
type order struct {
	*bench
	t       *rapid.T
	code    coding.Coding
	scribes []*scribe
	now     *stream // the one that has the log's name
	files   int
	floor   int  // of heards: from here on a reader can go on
	deleted bool // a file that is still read has no name any more
	keep    bool // only some lines pass
	dated   bool // rotated files are named by the day
	days    int
	packing *packing
	resumed int // of heards: so many there were

	mu      sync.Mutex
	turn    int
	byInode map[uint64]*stream
	heards  []heard
	left    []string // lines that nobody will end
	wrong   string
	history strings.Builder
}

// act notes what is done next.
func (m *order) act(what string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.note("%s", what)
}

// note adds to what happened: timing decides too, so that a failure may not come again.
func (m *order) note(format string, args ...any) { fmt.Fprintf(&m.history, format+"\n", args...) }

// text of a line tells whether it passes, and takes many frames now and then.
func (m *order) text(s *scribe, n int) string {
	kind := []string{"keep", "drop"}[(n+s.id)%3/2]
	size := []int{3, 40, 700, 0, 2500}[n%5]
	return fmt.Sprintf("w%d %s %d %s\n", s.id, kind, n, strings.Repeat(fmt.Sprintf("%d-%d,", s.id, n), size)[:size])
}

// another is the next line of s.
func (m *order) another(s *scribe) string {
	m.mu.Lock()
	defer m.mu.Unlock()
	s.n++
	return m.text(s, s.n-1)
}

// passes says whether a line does.
func (m *order) passes(text string) bool { return !m.keep || strings.Contains(text, "keep") }

// skip goes over lines that do not pass.
func (m *order) skip(h *heard, s *scribe) {
	for h.next[s.id] < s.n && (!m.passes(m.text(s, h.next[s.id])) || m.isLeft(m.text(s, h.next[s.id]))) {
		h.next[s.id]++
	}
}

// isLeft says whether nobody will end the line.
func (m *order) isLeft(text string) bool {
	return slices.ContainsFunc(m.left, func(half string) bool { return strings.HasPrefix(text, half) })
}

// open makes s write to what has the log's name now, which may make it.
func (m *order) open(s *scribe) {
	out, err := os.OpenFile(m.path, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o644)
	m.must(err)
	if s.out != nil {
		s.out.Close()
	}
	var st unix.Stat_t
	m.must(unix.Fstat(int(out.Fd()), &st))
	if m.now == nil || m.now.name != "f" {
		m.stream(st.Ino)
	}
	s.out, s.to = out, m.now
}

// stream notes that the log's name is a new file's.
func (m *order) stream(ino uint64) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.files++
	m.now = &stream{name: "f"}
	m.byInode[ino] = m.now
	m.note("new inode %d", ino)
}

// put writes text, a piece of a line or of several.
func (m *order) put(s *scribe, text string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	bytes := encoded(m.code, text)
	if _, err := s.out.WriteString(bytes); err != nil {
		m.t.Fatal(err)
	}
	s.to.size += int64(len(bytes))
	m.turn++
	s.to.writes = append(s.to.writes, stroke{s.to.size, strings.Contains(text, "\n"), m.clock.Now(), m.turn})
	m.note("%d: w%d wrote %d bytes %.20q to %d", m.turn, s.id, len(text), text, s.to.size)
}

// scribe picks one that can write: nobody else is within a line of its file.
func (m *order) scribe(t *rapid.T) *scribe {
	s := m.anyScribe(t)
	if s.to.by != nil {
		return s.to.by
	}
	return s
}

// anyScribe picks one, perhaps within a line.
func (m *order) anyScribe(t *rapid.T) *scribe {
	return m.scribes[rapid.IntRange(0, len(m.scribes)-1).Draw(t, "scribe")]
}

// finish writes the rest of the line that s is within.
func (m *order) finish(s *scribe) {
	if s.rest != "" {
		m.put(s, s.rest)
		s.rest, s.to.by = "", nil
	}
}

func (m *order) write(t *rapid.T) {
	s := m.scribe(t)
	m.finish(s)
	text := ""
	for range rapid.IntRange(1, 6).Draw(t, "lines") {
		text += m.another(s)
	}
	m.put(s, text)
}

// piece begins a line, or goes on with one.
func (m *order) piece(t *rapid.T) {
	s := m.scribe(t)
	least := 1
	if s.rest == "" {
		s.rest, s.to.by = m.another(s), s
		least = 12 // no two files begin alike: what is the same to the byte is told by nobody
	}
	n := rapid.IntRange(min(least, len(s.rest)), len(s.rest)).Draw(t, "bytes")
	piece := s.rest[:n]
	if s.rest = s.rest[n:]; s.rest == "" {
		s.to.by = nil
	}
	m.put(s, piece)
}

func (m *order) reopen(t *rapid.T) {
	s := m.anyScribe(t)
	m.finish(s)
	m.open(s)
}

// leave has s open the log anew within a line of an old file, as a program that is killed.
func (m *order) leave(t *rapid.T) {
	s := m.anyScribe(t)
	if s.rest == "" || s.to == m.now || slices.ContainsFunc(m.scribes, func(o *scribe) bool { return o != s && o.to == s.to }) {
		return
	}
	text := m.text(s, s.n-1)
	half := text[:len(text)-len(s.rest)]
	m.mu.Lock()
	m.left = append(m.left, half)
	m.note("w%d leaves %.30q", s.id, half)
	m.mu.Unlock()
	s.rest = "" // nobody writes to that file any more
	m.open(s)
}

// rotate renames the log, which its writers do not hear of.
func (m *order) rotate(t *rapid.T) {
	if m.now.name != "f" {
		return
	}
	if m.files >= 8 {
		m.grace(t)
	}
	name := m.aside()
	m.rename("f", name)
	m.now.name = name
	m.again(t)
}

// again has the log made anew, by the rotation or by the first who opens it.
func (m *order) again(t *rapid.T) {
	if rapid.Bool().Draw(t, "create") {
		m.create()
	}
}

// create makes the log anew.
func (m *order) create() {
	m.append("f", "")
	m.stream(m.inode("f"))
}

// delete removes the log once its reader holds it.
func (m *order) delete(t *rapid.T) {
	if m.now.name != "f" {
		return
	}
	if m.files >= 8 {
		m.grace(t)
	}
	m.patiently("the newest file is held", func() bool { return m.holds("f") })
	m.remove("f")
	m.now.name, m.deleted = "gone", true
	m.again(t)
}

// copytruncate is of what was read: what was not, TestModel knows.
func (m *order) copytruncate(t *rapid.T) {
	if m.now.name != "f" || m.now.by != nil {
		return
	}
	if m.files++; m.files >= 8 { // an empty one's is read as any other, by who goes on from before
		m.grace(t)
	}
	m.settle()
	m.patiently("the newest file is held", func() bool { return m.holds("f") })
	name := m.aside()
	m.must(copyFile(m.path, m.at(name)))
	m.known(m.inode(name), &stream{name: name})
	m.must(os.Truncate(m.path, 0))
	m.mu.Lock()
	m.now.size, m.now.writes = 0, nil
	m.mu.Unlock()
	m.patiently("the truncation is seen", func() bool {
		m.follower.mu.Lock()
		defer m.follower.mu.Unlock()
		return m.follower.last().off == 0
	})
	m.mu.Lock()
	m.floor = len(m.heards)
	m.mu.Unlock()
}

// grace passes for what is rotated, to which nobody writes any more.
func (m *order) grace(t *rapid.T) {
	for _, s := range m.scribes {
		if s.to != m.now {
			m.leave(t)
		}
		if s.to != m.now || m.now.name != "f" {
			m.finish(s)
			m.open(s)
		}
	}
	m.settle()
	m.patiently("the newest file is held", func() bool { return m.holds("f") })
	m.patiently("the old files are closed", func() bool {
		m.clock.advance(m.tailer.grace)
		m.follower.mu.Lock()
		defer m.follower.mu.Unlock()
		return len(m.follower.held) == 1
	})
	m.mu.Lock()
	defer m.mu.Unlock()
	m.floor, m.deleted, m.files = len(m.heards), false, 1
	h := m.heards[len(m.heards)-1]
	begun := slices.Collect(maps.Values(h.begun))
	for _, half := range m.left {
		if m.passes(half) && !slices.Contains(h.lost, half) && !slices.Contains(begun, half) {
			m.t.Fatalf("nobody heard of %.60q\n%s", half, m.history.String())
		}
	}
}

// patiently is until, and moves the clock: what no event told, a look finds. A reader who is held up is let go on at last.
func (m *order) patiently(what string, ok func() bool) {
	for n := 0; !ok(); n++ {
		if n > 5000 {
			m.describe()
			m.t.Fatalf("waited in vain until %s\n%s", what, m.history.String())
		}
		if n > 50 {
			m.clock.advance(time.Second / 8)
		}
		if n > 200 {
			m.sink.set(&m.sink.blocked, false)
			m.sink.set(&m.sink.stuck, false)
		}
		time.Sleep(200 * time.Microsecond)
	}
}

// settle waits until all has come. What was rotated before anybody saw it is read once the log is there again.
func (m *order) settle() {
	if m.now.name != "f" {
		m.create()
	}
	m.sink.set(&m.sink.blocked, false)
	m.sink.set(&m.sink.stuck, false)
	m.patiently("all has come", m.settled)
}

// describe notes what the reader holds.
func (m *order) describe() {
	m.follower.mu.Lock()
	defer m.follower.mu.Unlock()
	m.note("told %q because %q, busy %v, halted %v live %v", m.follower.told, m.follower.why, m.follower.busy.Load(), m.follower.halted, m.follower.live)
	for _, h := range m.follower.held {
		m.note("held %s inode %d off %d size %d upto %d tried %d fd %d nlink %d until %v cut %v flush %v code %v", h.name, h.ino, h.off, h.size(), h.upto, h.tried, h.fd, h.st.Nlink, h.until, h.cut, h.flush, h.code)
	}
	for _, r := range m.sink.frames {
		m.note("%+v at %+v", r.mark, r.After)
	}
}

// settled says whether all has come.
func (m *order) settled() bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.sink.mu.Lock()
	wrong := m.sink.wrong
	m.sink.mu.Unlock()
	if m.wrong != "" || len(wrong) > 0 {
		m.describe()
		m.t.Fatalf("%s %v\n%s", m.wrong, wrong, m.history.String())
	}
	h := m.heards[len(m.heards)-1]
	for _, s := range m.scribes {
		m.skip(&h, s)
		if n := s.n - h.next[s.id]; n > 1 || n == 1 && s.rest == "" {
			return false
		}
	}
	return true
}

// resume goes on from any place, in the same process or in another.
func (m *order) resume(t *rapid.T) {
	m.mu.Lock()
	var good []int
	for i := m.floor; i < len(m.heards); i++ {
		h := m.heards[i]
		if len(h.after) > 0 && !slices.ContainsFunc(h.weak, func(s *stream) bool { return s.packed }) {
			good = append(good, i)
		}
	}
	m.mu.Unlock()
	if len(good) == 0 {
		return
	}
	at := rapid.SampledFrom(good).Draw(t, "from")
	m.sink.set(&m.sink.stuck, false)
	m.pause()
	m.mu.Lock()
	m.heards = m.heards[:at+1]
	m.resumed = at + 1
	if h := &m.heards[at]; len(h.begun) > 1 {
		h.in = nil // a position does not say in which of them
	}
	from := m.heards[at].after.Clone()
	m.note("goes on at %d, %s", at, places(from))
	m.mu.Unlock()
	for range rapid.IntRange(0, 3).Draw(t, "meanwhile") {
		switch rapid.IntRange(0, 5).Draw(t, "what") {
		case 0:
			m.write(t)
		case 1:
			m.piece(t)
		case 2:
			if m.files < 8 {
				m.rotate(t)
			}
		case 3:
			m.reopen(t)
		case 4:
			m.compress(t)
		case 5:
			m.rotateAndCompress(t)
		}
	}
	if !m.deleted && rapid.Bool().Draw(t, "cold") {
		m.coldly()
	}
	m.bench.resume(from)
	m.rooms(t)
}

// rooms changes how much a frame may carry.
func (m *order) rooms(t *rapid.T) {
	room := rapid.SampledFrom([]int{150, 300, 1000, wire.MaxPayload}).Draw(t, "room")
	m.sink.mu.Lock()
	m.sink.room = func() int { return room }
	m.sink.mu.Unlock()
}

// TestOrderModel: several programs write to a log, each to the file that it has open; their lines come whole, each once, each
// program's in order, and none inside another that is being written.
func TestOrderModel(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		m := &order{t: rt, code: anyCoding(rt), byInode: map[uint64]*stream{}, heards: []heard{{begun: map[*stream]string{}}}}
		m.keep, m.dated = rapid.Bool().Draw(rt, "filter"), rapid.Bool().Draw(rt, "dated")
		halves := rapid.Bool().Draw(rt, "halves")
		m.bench = newBench(t, lines(1e6), func(o *Options, src *Source, s *Start) {
			src.Encoding = []string{"utf-8", "utf-16le", "utf-16be"}[m.code]
			o.Grace, o.MaxLine, s.Halves = time.Hour, 1000, halves
			if m.keep {
				s.Filter = []byte(`{"include":[{"text":"keep"}]}`)
			}
		})
		defer m.end()
		m.through = func(s *sink) Sink { return &listener{sink: s, m: m} }
		for id := range 3 {
			s := &scribe{id: id}
			m.open(s)
			m.scribes = append(m.scribes, s)
		}
		defer func() {
			for _, s := range m.scribes {
				s.out.Close()
			}
		}()
		m.follow()
		m.mark(wire.MarkLive)
		actions := map[string]func(*rapid.T){
			"write":            m.write,
			"piece":            m.piece,
			"piece again":      m.piece,
			"open anew":        m.reopen,
			"leave":            m.leave,
			"rename":           m.rotate,
			"compress":         m.compress,
			"rename, compress": m.rotateAndCompress,
			"delete":           m.delete,
			"copytruncate":     m.copytruncate,
			"grace":            m.grace,
			"resume":           m.resume,
			"room":             m.rooms,
			"look":             func(*rapid.T) { m.clock.advance(time.Second) },
			"a moment":         func(*rapid.T) { m.clock.advance(time.Second / 3) },
			"no room":          func(*rapid.T) { m.sink.set(&m.sink.blocked, true) },
			"room again":       func(*rapid.T) { m.sink.set(&m.sink.blocked, false) },
			"slow":             func(*rapid.T) { m.sink.set(&m.sink.stuck, true) },
			"quick":            func(*rapid.T) { m.sink.set(&m.sink.stuck, false) },
			"settle":           func(*rapid.T) { m.settle() },
			"":                 func(*rapid.T) {},
		}
		for name, do := range actions {
			if name != "" {
				actions[name] = func(t *rapid.T) { m.act(name); do(t) }
			}
		}
		rt.Repeat(actions)
		for _, s := range m.scribes {
			m.finish(s)
		}
		m.settle()
	})
}
