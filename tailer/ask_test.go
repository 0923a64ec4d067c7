package tailer

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
	"github.com/ulikunitz/xz"

	"livetail/internal/wire"
)

// reply is the answer to one question, as it came.
type reply struct {
	*bench
	frames []record
	room   func() int
	each   func(*wire.Frame) // called for every frame, before it is taken
	end    wire.Marker
}

func (r *reply) Turn() {}

func (r *reply) Room(ctx context.Context) (int, error) { return r.room(), ctx.Err() }

func (r *reply) Send(ctx context.Context, f *wire.Frame) error {
	if r.each != nil {
		r.each(f)
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	got := record{Frame: *f}
	got.Payload, got.After, got.Gaps = bytes.Clone(f.Payload), f.After.Clone(), bytes.Clone(f.Gaps)
	raw := f.AppendTo(nil)
	if _, err := wire.ParseFrame(raw); err != nil || f.After.Check() != nil {
		return fmt.Errorf("frame %+v: %v", f, err)
	}
	if r.end.Kind != "" {
		return fmt.Errorf("a frame after the last: %+v", f)
	}
	for i, p := range f.After {
		most := p.Offset
		if i == int(f.Index) && f.Kind == wire.Lines {
			most = min(most, f.Start)
		}
		if tok, err := parseToken(p.File); err != nil || tok.checkAt > most {
			return fmt.Errorf("token %+v at %d, lines from %d: %v", tok, p.Offset, f.Start, err)
		}
	}
	if f.Kind == wire.Mark {
		if err := json.Unmarshal(f.Payload, &got.mark); err != nil || got.mark.At == 0 {
			return fmt.Errorf("marker %q: %v", f.Payload, err)
		}
		if (got.mark.Kind == wire.MarkEnd) != (f.Flags&wire.Last != 0) {
			return fmt.Errorf("flags %b of %q", f.Flags, f.Payload)
		}
		if got.mark.Kind == wire.MarkEnd {
			r.end = got.mark
		}
	} else if len(f.Payload) > 0 && f.Flags&wire.Gapped == 0 {
		if end := f.Payload[len(f.Payload)-1] == '\n'; end == (f.Flags&(wire.Open|wire.NoEOL) != 0) {
			return fmt.Errorf("flags %b of %.40q", f.Flags, f.Payload)
		}
	}
	r.frames = append(r.frames, got)
	return nil
}

// ask asks and waits for the whole answer.
func (b *bench) ask(q wire.Question, set ...func(*reply)) *reply {
	b.Helper()
	r := &reply{bench: b, room: func() int { return wire.MaxPayload }}
	for _, s := range set {
		s(r)
	}
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	if err := b.follower.Ask(ctx, q, r); err != nil {
		b.Fatalf("asking: %v", err)
	}
	if r.end.Kind == "" {
		b.Fatalf("an answer without an end: %d frames", len(r.frames))
	}
	return r
}

// text is what the answer says, in the order of the file.
func (r *reply) text(back bool) string {
	var parts [][]byte
	for _, f := range r.frames {
		if f.Kind == wire.Lines {
			parts = append(parts, f.Payload)
		}
	}
	if back {
		for i, j := 0, len(parts)-1; i < j; i, j = i+1, j-1 {
			parts[i], parts[j] = parts[j], parts[i]
		}
	}
	return string(bytes.Join(parts, nil))
}

func (r *reply) after() wire.Position { return r.frames[len(r.frames)-1].After }

func (r *reply) kinds() (out []string) {
	for _, f := range r.frames {
		if f.Kind == wire.Mark {
			out = append(out, f.mark.Kind)
		}
	}
	return out
}

// is checks an answer's text and end.
func (r *reply) is(back bool, text, end string) *reply {
	r.Helper()
	if got := r.text(back); got != text || r.end.End != end {
		r.Fatalf("got  %.500q and %+v\nwant %.500q and %s; markers %v", got, r.end, text, end, r.kinds())
	}
	return r
}

func read(lines uint32) wire.Question { return wire.Question{Ask: wire.AskRead, Lines: lines} }

func back(lines uint32) wire.Question {
	q := read(lines)
	q.Back = true
	return q
}

func from(q wire.Question, p wire.Position) wire.Question { q.From = p; return q }

// packed is text, compressed.
func packed(b *bench, ext string, text []byte) []byte {
	b.Helper()
	var out bytes.Buffer
	var w io.WriteCloser
	var err error
	switch ext {
	case ".bz2":
		return bzip2(text)
	case ".gz":
		w = gzip.NewWriter(&out)
	case ".zst":
		w, err = zstd.NewWriter(&out, zstd.WithEncoderConcurrency(1), zstd.WithEncoderLevel(zstd.SpeedFastest))
	case ".xz":
		w, err = xz.WriterConfig{DictCap: 64 << 10}.NewWriter(&out)
	}
	b.must(err)
	_, err = w.Write(text)
	b.must(err)
	b.must(w.Close())
	return out.Bytes()
}

func TestAskBackAndForth(t *testing.T) {
	b := newBench(t)
	b.write("f.2", "1\n2\n3\n")
	b.write("f.1", "4\n5\nhalf")
	b.write("f", "6\n7\n8\nha")
	b.clock.advance(time.Minute)
	r := b.ask(back(2)).is(true, "7\n8\n", wire.EndLines)
	r = b.ask(from(back(3), r.after())).is(true, "5\nhalf6\n", wire.EndLines)
	if f := r.frames[2]; f.Flags != wire.NoEOL || f.Start != 2 {
		t.Errorf("half a line with flags %b at %d", f.Flags, f.Start)
	}
	r = b.ask(from(back(0), r.after())).is(true, "1\n2\n3\n4\n", wire.EndStart)
	if k := fmt.Sprint(r.kinds()); k != "[file start end]" || r.frames[1].mark.Name != "f.2" || r.frames[1].mark.To != "f.1" {
		t.Errorf("markers %s, %+v", k, r.frames[1].mark)
	}
	r = b.ask(from(read(4), r.after())).is(false, "1\n2\n3\n4\n", wire.EndLines)
	r = b.ask(from(read(0), r.after())).is(false, "5\nhalf6\n7\n8\n", wire.EndEdge)
	b.ask(from(read(0), r.after())).is(false, "", wire.EndEdge)
	b.append("f", "lf\n")
	b.ask(from(read(0), r.after())).is(false, "half\n", wire.EndEdge)
	b.ask(read(1)).is(false, "1\n", wire.EndLines)
}

func TestAskUntil(t *testing.T) {
	b := newBench(t)
	b.write("f.1", "1\n2\n3\n")
	b.write("f", "4\n5\n6\n")
	b.clock.advance(time.Minute)
	two, five := b.ask(read(1)).after(), b.ask(back(2)).after()
	q := read(0)
	q.From, q.Until = two, five
	b.ask(q).is(false, "2\n3\n4\n", wire.EndUntil)
	q.From, q.Until = five, two
	b.ask(q).is(false, "", wire.EndUntil)
	q.Back = true
	b.ask(q).is(true, "2\n3\n4\n", wire.EndUntil)
	q.From, q.Until = two, five
	b.ask(q).is(true, "", wire.EndUntil)
}

func TestAskInParts(t *testing.T) {
	long := string(bytes.Repeat([]byte("0123456789"), 50_000)) + "\n"
	b := newBench(t)
	b.write("f", "a\n"+long+"b\n")
	small := func(r *reply) { r.room = func() int { return 1000 } }
	r := b.ask(read(0), small).is(false, "a\n"+long+"b\n", wire.EndEdge)
	if f := r.frames[2]; f.Flags != wire.Open|wire.Cont {
		t.Errorf("flags %b", f.Flags)
	}
	b.ask(back(0), small).is(true, "a\n"+long+"b\n", wire.EndStart)
	q := back(0)
	q.Bytes = 1500
	r = b.ask(q).is(true, "b\n", wire.EndLines)
	r = b.ask(from(q, r.after()), small).is(true, long[len(long)-1500:], wire.EndLines)
	q = read(0)
	q.Look = 1500
	r = b.ask(from(q, r.after()), small).is(false, long[len(long)-1500:], wire.EndLooked)
	b.ask(from(q, r.after()), small).is(false, "b\n", wire.EndEdge)
}

// A search looks at so many bytes in one answer, and the next goes on behind them.
func TestAskSiftedLooksNoFurtherThanItMay(t *testing.T) {
	b := newBench(t)
	var all, passing [4]string // of 150 lines each
	for i := range 600 {
		line := fmt.Sprintf("%09d\n", i)
		if all[i/150] += line; i%10 == 7 {
			passing[i/150] += line
		}
	}
	b.write("f", strings.Join(all[:], ""))
	q := wire.Question{Ask: wire.AskRead, Look: 1500, Filter: []byte(`{"include":[{"text":"7$","regex":true}]}`)}
	for i := range passing {
		q.From = b.ask(q).is(false, passing[i], wire.EndLooked).after()
	}
	b.ask(q).is(false, "", wire.EndEdge)
	q.Back = true
	for i := 3; i > 0; i-- {
		q.From = b.ask(q).is(true, passing[i], wire.EndLooked).after()
	}
	b.ask(q).is(true, passing[0], wire.EndStart)
}

func TestAskNothing(t *testing.T) {
	b := newBench(t)
	b.ask(back(10)).is(true, "", wire.EndStart)
	r := b.ask(read(10)).is(false, "", wire.EndEdge)
	b.write("f", "1\n")
	b.ask(from(read(10), r.after())).is(false, "1\n", wire.EndEdge)
	other := b.tailer.Open(Source{Path: b.at("g")})
	defer other.Close()
	b.write("g", "1\n")
	first := b.follower
	b.follower = other
	r = b.ask(from(read(10), b.ask(read(1)).after()))
	b.follower = first
	r = b.ask(from(read(10), r.after())).is(false, "", wire.EndFailed)
	if r.end.Why == "" {
		t.Error("no words")
	}
}

func TestAskEnds(t *testing.T) {
	b := newBench(t)
	b.write("f", "1\n2\n")
	ctx, cancel := context.WithCancel(context.Background())
	r := &reply{bench: b, room: func() int { return 2 }}
	r.each = func(*wire.Frame) { cancel() }
	if err := b.follower.Ask(ctx, read(0), r); err != context.Canceled {
		t.Errorf("cancelled: %v", err)
	}
	r.each = func(*wire.Frame) { b.follower.Close() }
	if err := b.follower.Ask(context.Background(), read(0), r); err != ErrClosed {
		t.Errorf("closed meanwhile: %v", err)
	}
	if err := b.follower.Ask(context.Background(), read(0), r); err != ErrClosed {
		t.Errorf("closed: %v", err)
	}
	if n := len(opened(t, b.dir)); n != 0 {
		t.Errorf("%d files are open", n)
	}
}

// While two files may still grow, each page goes on in both; that the newer one follows the older is said once.
func TestAskSaysAFileOnce(t *testing.T) {
	b := newBench(t)
	b.write("f.1", "1\n2\n")
	b.write("f", "3\n4\n5\n6\n")
	said, q := 0, read(1)
	for range 6 {
		r := b.ask(q)
		for _, kind := range r.kinds() {
			if kind == wire.MarkFile {
				said++
			}
		}
		q.From = r.after()
	}
	if said != 1 {
		t.Errorf("it was said %d times that another file goes on", said)
	}
}

// Whoever asks again from any frame gets what was not sent yet, also from what is told while an older file is unpacked.
func TestAskAgainWhileAnOlderFileIsUnpacked(t *testing.T) {
	b := newBench(t)
	old := numbered("old", 200_000)
	b.write("f.1.gz", string(packed(b, ".gz", []byte(old))))
	b.write("f", "7\n8\n")
	b.clock.advance(time.Minute)
	r := b.ask(back(0), func(r *reply) { r.each = func(*wire.Frame) { b.clock.advance(time.Second) } })
	r.is(true, old+"7\n8\n", wire.EndStart)
	told := 0
	for i, f := range r.frames {
		if f.mark.Kind != wire.MarkProgress {
			continue
		}
		told++
		before := (&reply{bench: b, frames: r.frames[:i]}).text(true)
		b.ask(from(back(0), f.After)).is(true, strings.TrimSuffix(old+"7\n8\n", before), wire.EndStart)
	}
	if told == 0 {
		t.Errorf("nothing was told: %v", r.kinds())
	}
}

// However the moment falls at which the file of the place is compressed, what it has is no gap.
func TestRow06_CompressedWhileItIsAskedAbout(t *testing.T) {
	met := 0
	for at := 1; at <= 16; at++ {
		b, from, want := rotatedOnce(t)
		b.coldly()
		b.clock.advance(time.Minute)
		b.onRead(func(n int) error {
			if n == at {
				b.pack("f.1", ".gz")
				met++
			}
			return nil
		})
		r := b.ask(wire.Question{Ask: wire.AskRead, From: from})
		if got := r.text(false); got != want || r.gaps() != 0 {
			t.Errorf("moment %d: %d bytes of %d, %d are said to be gone", at, len(got), len(want), r.gaps())
		}
		b.end()
	}
	if met < 6 {
		t.Errorf("only %d moments are met", met)
	}
}

// Of a log whose lines say no time, an outline reads next to nothing: every page asks for one as it opens.
func TestAnOutlineReadsLittle(t *testing.T) {
	b := newBench(t)
	b.write("f", numbered("without a time", 200_000))
	b.clock.advance(time.Minute)
	reads := 0
	b.onRead(func(int) error { reads++; return nil })
	if r := b.ask(wire.Question{Ask: wire.AskOutline}); r.end.End != wire.EndDone {
		t.Errorf("it ended with %+v", r.end)
	}
	if reads > 20 { // of 16 KiB most of them: 4 MiB would be hundreds
		t.Errorf("%d reads for an outline", reads)
	}
}

// A line that is still being written in an older file is not begun, however many frames it takes: what is newer would come inside it.
func TestAskLongLineThatIsBeingWritten(t *testing.T) {
	for _, filtered := range []bool{false, true} {
		b := newBench(t)
		half := strings.Repeat("x", 900_000)
		b.write("f.1", "a\n"+half)
		b.write("f", "b\n")
		q := read(0)
		if filtered {
			q.Filter = []byte(`{"exclude":[{"text":"nowhere"}]}`)
		}
		r := b.ask(q).is(false, "a\nb\n", wire.EndEdge)
		b.append("f.1", "end\nc\n")
		b.ask(from(q, r.after())).is(false, half+"end\nc\n", wire.EndEdge)
		b.append("f.1", half)
		r = b.ask(q).is(false, "a\n"+half+"end\nc\nb\n", wire.EndEdge)
		b.clock.advance(time.Minute) // nobody does any more
		b.ask(from(q, r.after())).is(false, half, wire.EndEdge)
		b.end()
	}
}
