package tailer

import (
	"bytes"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"livetail/internal/wire"
)

// model knows what was written, and to which file, by the names files would have if nobody ever renamed them.
type model struct {
	*bench
	t    *rapid.T
	n    int    // lines written
	half string // what was written of a line that is not ended
	want []string
	kept int // frames before this one are of a file that is not there any more
}

func (m *model) put(text string) {
	m.bench.append("f", text)
}

func (m *model) line() string {
	m.n++
	return fmt.Sprintf("line %06d %s\n", m.n, strings.Repeat("x", m.n*7%90))
}

// settle waits until everything that was written has come, in order, and forgets it.
func (m *model) settle() {
	m.sink.set(&m.sink.blocked, false)
	want := strings.Join(m.want, "")
	end := time.Now().Add(patience / 4)
	for n := 0; ; n++ {
		m.sink.mu.Lock()
		got, wrong := m.sink.text.String(), m.sink.wrong
		m.sink.mu.Unlock()
		if len(wrong) > 0 {
			m.t.Fatalf("%v", wrong)
		}
		if got == want {
			return
		}
		if !strings.HasPrefix(want, got) || time.Now().After(end) {
			at := 0
			for at < len(got) && at < len(want) && got[at] == want[at] {
				at++
			}
			m.follower.mu.Lock()
			defer m.follower.mu.Unlock()
			for _, h := range m.follower.held {
				m.t.Logf("held %s ino %d off %d size %d upto %d tried %d fd %d nlink %d until %v cut %v", h.name, h.ino, h.off, h.size(), h.upto, h.tried, h.fd, h.st.Nlink, h.until, h.cut)
			}
			m.t.Fatalf("after %d bytes of %d\ngot  %.300q\nwant %.300q\nmarks %v", at, len(want), got[at:], want[at:], m.sink.marks())
		}
		if n > 50 {
			m.clock.advance(time.Second / 8) // what no event told, a look finds
		}
		time.Sleep(200 * time.Microsecond)
	}
}

// destroy waits until all was read, since the file will be no more. What came is no place to resume from then.
func (m *model) destroy() {
	m.settle()
	m.sink.mu.Lock()
	defer m.sink.mu.Unlock()
	m.kept = len(m.sink.frames)
}

func (m *model) shift() {
	for n := 8; n > 0; n-- {
		os.Rename(m.at(fmt.Sprintf("f.%d", n)), m.at(fmt.Sprintf("f.%d", n+1)))
	}
}

// TestModel does what happens to logs, in any order. Only where the action itself destroys bytes does it wait until they were
// read.
func TestModel(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		b := newBench(t, lines(1e6))
		defer b.end()
		b.write("f", "")
		m := &model{bench: b, t: rt}
		b.follow()
		b.mark(wire.MarkLive)
		rt.Repeat(map[string]func(*rapid.T){
			"write": func(t *rapid.T) {
				for range rapid.IntRange(1, 40).Draw(t, "lines") {
					text := m.half + m.line()
					m.put(text[len(m.half):])
					m.half = ""
					m.want = append(m.want, text)
				}
			},
			"write half a line": func(t *rapid.T) {
				m.n++
				half := fmt.Sprintf("half %d ", m.n)
				m.put(half)
				m.half += half
			},
			"rename": func(t *rapid.T) {
				if m.half != "" {
					m.put("\n")
					m.want = append(m.want, m.half+"\n")
					m.half = ""
				}
				m.shift()
				m.rename("f", "f.1")
				m.bench.append("f", "")
			},
			"copytruncate": func(t *rapid.T) {
				if m.half != "" {
					m.put("\n")
					m.want = append(m.want, m.half+"\n")
					m.half = ""
				}
				m.destroy()
				m.shift()
				if err := copyFile(m.path, m.bench.at("f.1")); err != nil {
					t.Fatal(err)
				}
				os.Truncate(m.path, 0)
			},
			"delete": func(t *rapid.T) {
				if m.half != "" {
					m.put("\n")
					m.want = append(m.want, m.half+"\n")
					m.half = ""
				}
				m.destroy()
				m.remove("f")
				m.bench.append("f", "")
			},
			"truncate and write more": func(t *rapid.T) {
				m.half = ""
				m.destroy()
				text := m.line() + m.line()
				m.write("f", text)
				m.want = append(m.want, text)
			},
			"replace": func(t *rapid.T) {
				m.destroy()
				old, err := os.ReadFile(m.path)
				if err != nil {
					t.Fatal(err)
				}
				text := m.line()
				m.write("t", string(old)+text)
				m.rename("t", "f")
				m.want = append(m.want, m.half+text)
				m.half = ""
			},
			"pause": func(t *rapid.T) {
				m.sink.mu.Lock()
				m.sink.blocked = !m.sink.blocked
				m.sink.cond.Broadcast()
				m.sink.mu.Unlock()
			},
			"look":  func(t *rapid.T) { m.clock.advance(time.Second) },
			"grace": func(t *rapid.T) { m.settle(); m.clock.advance(time.Minute) },
			"resume": func(t *rapid.T) {
				m.settle()
				from, rest, ok := m.token(t)
				if !ok {
					return
				}
				m.pause()
				m.kept = 0
				if rapid.Bool().Draw(t, "cold") {
					m.coldly()
				}
				m.resume(from)
				m.want = rest
				m.settle()
			},
			"": func(t *rapid.T) {},
		})
		m.settle()
	})
}

// token picks a line that came and still exists, and says what must come from there on.
func (m *model) token(t *rapid.T) (wire.Position, []string, bool) {
	m.sink.mu.Lock()
	defer m.sink.mu.Unlock()
	var frames []record
	for _, r := range m.sink.frames[m.kept:] {
		if r.Kind == wire.Lines {
			frames = append(frames, r)
		}
	}
	if len(frames) == 0 {
		return nil, nil, false
	}
	i := rapid.IntRange(0, len(frames)-1).Draw(t, "frame")
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
	return wire.Position{{File: r.After[r.Index].File, Offset: r.Start + int64(start)}}, []string{rest.String()}, true
}
