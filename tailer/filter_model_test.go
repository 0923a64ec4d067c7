package tailer

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"livetail/internal/coding"
	"livetail/internal/filter"
	"livetail/internal/wire"
)

// written is a line as its writer knows it.
type written struct {
	text string
	at   int64 // in its file
}

// sifted is a log of which a filter lets some lines pass, beside the record of its writer.
type sifted struct {
	*bench
	t     *rapid.T
	all   []written
	size  int64 // of the newest file
	half  string
	from  int // of all, where the Follow began
	files int
	here  wire.Position // behind all that came
	code  coding.Coding
}

var filtersTried = []string{`{"include":[{"text":"boom"}]}`, `{"exclude":[{"text":"boom"}]}`, `{"levels":["error","warn"]}`, `{"include":[{"text":"nowhere at all"}]}`,
	`{"include":[{"text":"b.+m|Caused","regex":true}],"exclude":[{"text":"INFO"}]}`, `{"exclude":[{"text":"nowhere"}]}`, ``}

func (m *sifted) line(t *rapid.T) string {
	begins := rapid.SampledFrom([]string{"1 ERROR a ", "2 INFO b ", "3 c ", "\tat d ", "Caused by: ", "", "KeyError: 'x'"}).Draw(t, "begins")
	if m.code.Wide() && begins == "" {
		begins = "e " // a file without a byte order mark is known by two letters
	}
	text := begins +
		rapid.SampledFrom([]string{"", "boom", "BOOM ", "x", "世\u0a0a😀", strings.Repeat("long ", 50), strings.Repeat("longer", 400) + "boom"}).Draw(t, "goes on")
	return fmt.Sprintf("%s #%d\n", text, len(m.all))
}

func (m *sifted) put(text string) {
	m.append("f", encoded(m.code, text))
	if m.half += text; strings.HasSuffix(text, "\n") {
		m.all = append(m.all, written{m.half, m.size})
		m.size += int64(m.code.Width([]byte(m.half)))
		m.half = ""
	}
}

// want is what must have come since the Follow began: the simple form of the filter over the whole of the log.
func (m *sifted) want() (pass []written, looked int) {
	f, err := filter.Parse(m.start.Filter)
	if err != nil {
		m.t.Fatal(err)
	}
	match := f.NewMatcher()
	match.Limit(m.tailer.maxLine)
	for i, l := range m.all {
		if match.Line([]byte(l.text)) && i >= m.from {
			pass = append(pass, l)
		}
	}
	if f == nil && !m.start.Quiet {
		return pass, 0
	}
	return pass, len(m.all) - m.from
}

// got puts the lines that came together, each with its offset as the gaps tell it.
func (m *sifted) got() (lines []written, looked, passed int, tokens []wire.Position) {
	m.sink.mu.Lock()
	defer m.sink.mu.Unlock()
	if len(m.sink.wrong) > 0 {
		m.t.Fatal(m.sink.wrong)
	}
	for _, r := range m.sink.frames {
		looked, passed = looked+int(r.Looked), passed+int(r.Passed)
		at, gaps, cont := r.Start, r.Gaps, r.Flags&wire.Cont != 0
		if r.Kind != wire.Lines || len(r.Payload) == 0 {
			continue
		}
		for _, piece := range bytes.SplitAfter(r.Payload, newline) {
			if len(piece) == 0 {
				break
			}
			var gap int64
			gap, gaps = wire.NextGap(gaps)
			at += gap
			if cont {
				lines[len(lines)-1].text += string(piece)
			} else {
				lines = append(lines, written{string(piece), at})
				tokens = append(tokens, wire.Position{{File: r.After[r.Index].File, Offset: at}})
			}
			at += int64(len(piece))
			cont = false
		}
	}
	return lines, looked, passed, tokens
}

func (m *sifted) settle() (tokens []wire.Position) {
	m.sink.set(&m.sink.blocked, false)
	want, looked := m.want()
	passed := 0
	if looked > 0 {
		passed = len(want)
	}
	if m.start.Quiet {
		want = nil
	}
	for end := time.Now().Add(patience / 4); ; time.Sleep(200 * time.Microsecond) {
		got, l, p, tokens := m.got()
		same := len(got) == len(want) && l == looked && p == passed
		for i := 0; i < len(got) && same; i++ {
			same = got[i] == want[i]
		}
		m.sink.mu.Lock()
		if n := len(m.sink.frames); n > 0 {
			m.here = m.sink.frames[n-1].After
		}
		m.sink.mu.Unlock()
		// A long line is judged by its beginning, and counted then; another filter goes on behind it.
		inside := len(m.here) > 0 && m.here[len(m.here)-1].Offset != m.size && m.start.Filter != nil
		if same && !inside {
			return tokens
		}
		if time.Now().After(end) || len(got) > len(want) || l > looked {
			for i := range min(len(got), len(want)) {
				if got[i] != want[i] {
					m.t.Fatalf("filter %s: line %d is %.60q, want %.60q", m.start.Filter, i, fmt.Sprint(got[i]), fmt.Sprint(want[i]))
				}
			}
			m.t.Fatalf("filter %s quiet %v: %d lines of %d, %d looked at of %d, %d passed of %d", m.start.Filter, m.start.Quiet, len(got), len(want), l, looked, p, passed)
		}
		m.clock.advance(time.Second)
	}
}

// again follows from a position with whatever is drawn.
func (m *sifted) again(t *rapid.T, from wire.Position) {
	m.here = from
	m.pause()
	if rapid.Bool().Draw(t, "cold") {
		m.coldly()
	}
	m.start.Filter = []byte(rapid.SampledFrom(filtersTried).Draw(t, "filter"))
	m.start.Quiet = rapid.IntRange(0, 5).Draw(t, "quiet") == 0
	m.resume(from)
	m.rooms(t)
}

func (m *sifted) rooms(t *rapid.T) {
	room := rapid.SampledFrom([]int{wire.MinPayload, 200, 3000, wire.MaxPayload}).Draw(t, "room")
	if m.code.Wide() { // else a few halves of a line are too long for it, and go out
		room = min(4*room, wire.MaxPayload)
	}
	m.sink.mu.Lock()
	m.sink.room = func() int { return room }
	m.sink.mu.Unlock()
}

// TestFilterModel: whatever is written, rotated, resumed and filtered anew, what came is what the simple form lets pass, each
// line with its true offset, and all lines are counted once.
func TestFilterModel(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		b := newBench(t, lines(1e6), func(o *Options, _ *Source, s *Start) { o.MaxLine = 1000; s.Filter = []byte(filtersTried[0]) })
		defer b.end()
		b.write("f", "")
		m := &sifted{bench: b, t: rt, code: anyCoding(rt)}
		b.follow()
		b.mark(wire.MarkLive)
		rt.Repeat(map[string]func(*rapid.T){
			"write": func(t *rapid.T) {
				for range rapid.IntRange(1, 30).Draw(t, "lines") {
					m.put(m.line(t))
				}
			},
			"write half a line": func(t *rapid.T) { m.put("half ") },
			"rotate": func(t *rapid.T) {
				m.put(fmt.Sprintf(" end #%d\n", len(m.all)))
				if m.files++; m.files > 8 {
					m.settle()
					m.clock.advance(time.Minute)
				}
				for n := m.files; n > 0; n-- {
					if n == 1 {
						m.rename("f", "f.1")
					} else {
						m.rename(fmt.Sprintf("f.%d", n-1), fmt.Sprintf("f.%d", n))
					}
				}
				m.size = 0
				m.put(fmt.Sprintf("4 ERROR the first of a file #%d\n", len(m.all)))
			},
			"pause": func(t *rapid.T) {
				m.sink.mu.Lock()
				m.sink.blocked = !m.sink.blocked
				m.sink.cond.Broadcast()
				m.sink.mu.Unlock()
			},
			"look":  func(t *rapid.T) { m.clock.advance(time.Second) },
			"rooms": func(t *rapid.T) { m.rooms(t) },
			"filter anew, from where it is": func(t *rapid.T) {
				m.settle()
				m.from = len(m.all)
				m.again(t, m.here)
			},
			"filter anew, from a line": func(t *rapid.T) {
				tokens := m.settle()
				if len(tokens) == 0 {
					return
				}
				at := rapid.IntRange(0, len(tokens)-1).Draw(t, "line")
				pass, _ := m.want()
				m.from = slices.Index(m.all, pass[at])
				m.again(t, tokens[at])
			},
			"": func(t *rapid.T) {},
		})
		m.settle()
	})
}
