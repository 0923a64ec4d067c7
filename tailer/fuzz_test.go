package tailer

import (
	"bytes"
	"strings"
	"testing"

	"livetail/internal/wire"
)

// FuzzCut writes any bytes in any pieces, to a sink with any room: they come out as they went in. (FuzzToken is beside it.)
func FuzzCut(f *testing.F) {
	for _, text := range []string{"a\nb\n", "no newline", "\r\n\r\r\n\n\n", "\x00\xff\xfe\n\x00", strings.Repeat("long ", 5000) + "\n", "\xef\xbb\xbfbom\n", "\xe2\x82\xac\n"} {
		f.Add([]byte(text), uint16(3), uint8(0))
		f.Add([]byte(text), uint16(60_000), uint8(255))
	}
	f.Fuzz(func(t *testing.T, data []byte, cut uint16, room uint8) {
		b := newBench(t)
		b.sink.room = func() int { return 1 + 7*int(room) }
		b.write("f", "\n") // what a file begins with can say how it is written
		b.follow().mark(wire.MarkLive)
		for rest := data; len(rest) > 0; {
			n := min(1+int(cut), len(rest))
			b.append("f", string(rest[:n]))
			rest, cut = rest[n:], cut>>1|cut<<15
		}
		b.append("f", "\n")
		want := append(append([]byte("\n"), data...), '\n')
		b.wait("all of it", func(s *sink) bool { return s.text.Len() >= len(want) })
		b.sink.mu.Lock()
		defer b.sink.mu.Unlock()
		if !bytes.Equal(b.sink.text.Bytes(), want) {
			t.Errorf("got %.300q, want %.300q", b.sink.text.Bytes(), want)
		}
	})
}
